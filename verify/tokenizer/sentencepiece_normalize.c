/* sentencepiece_normalize: what NormalizerSpec makes of a text (SentencePiece's normalizer.cc). */
#include "verify/tokenizer/sentencepiece.h"

#include <string.h>

#define ESCAPED_SPACE "\xe2\x96\x81" /* U+2581 */

/* What the front of `text` becomes, and how many bytes of it that takes: at least one. */
static int take_front(const struct sentencepiece *sp, struct span text, size_t *out_len,
		      struct span *out_text, struct error *err)
{
	uint32_t id;
	size_t len = trie_longest(&sp->user_defined, text, &id);

	if (!len) {
		if (charsmap_look(&sp->map, text, CHARSMAP_LONGEST, &len, out_text, err))
			return -1;
		if (len) {
			*out_len = len;
			return 0;
		}
		len = utf8_len(text);
	}
	*out_len = len;
	*out_text = (struct span){ text.data, len };
	return 0;
}

static int add_space(const struct sentencepiece *sp, struct buffer *out, struct error *err)
{
	return buffer_add_text(out, sp->escape_whitespaces ? ESCAPED_SPACE : " ", err);
}

static int add_front(const struct sentencepiece *sp, struct span front, struct buffer *out,
		     struct error *err)
{
	while (front.len) {
		const uint8_t *space =
			sp->escape_whitespaces ? memchr(front.data, ' ', front.len) : NULL;
		size_t plain = space ? (size_t)(space - front.data) : front.len;

		if (buffer_add(out, (struct span){ front.data, plain }, err))
			return -1;
		if (space && add_space(sp, out, err))
			return -1;
		front = span_from(front, plain + (space ? 1 : 0));
	}
	return 0;
}

/* Leave spaces in front out; `text` is moved behind them. */
static int skip_spaces(const struct sentencepiece *sp, struct span *text, struct error *err)
{
	while (text->len) {
		struct span front;
		size_t len;

		if (take_front(sp, *text, &len, &front, err))
			return -1;
		if (!span_equal(front, span_of(" ")))
			break;
		*text = span_from(*text, len);
	}
	return 0;
}

static void trim_end(const struct sentencepiece *sp, struct buffer *out, size_t begin)
{
	struct span space = span_of(sp->escape_whitespaces ? ESCAPED_SPACE : " ");

	while (out->len - begin >= space.len &&
	       !memcmp(out->data + out->len - space.len, space.data, space.len))
		out->len -= space.len;
}

int sentencepiece_normalize(const struct sentencepiece *sp, struct span text, struct buffer *out,
			    struct error *err)
{
	bool trims = sp->remove_extra_whitespaces, after_space = trims;
	size_t begin = out->len;

	if (trims && skip_spaces(sp, &text, err))
		return -1;
	if (!text.len)
		return 0;
	if (!sp->whitespace_is_suffix && sp->add_dummy_prefix && add_space(sp, out, err))
		return -1;
	while (text.len) {
		struct span front;
		size_t len;

		if (take_front(sp, text, &len, &front, err))
			return -1;
		while (after_space && front.len && front.data[0] == ' ')
			front = span_from(front, 1);
		if (front.len) {
			if (add_front(sp, front, out, err))
				return -1;
			after_space = trims && front.data[front.len - 1] == ' ';
		}
		text = span_from(text, len);
	}
	if (trims)
		trim_end(sp, out, begin);
	if (sp->whitespace_is_suffix && sp->add_dummy_prefix)
		return add_space(sp, out, err);
	return 0;
}
