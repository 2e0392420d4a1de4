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

/* Nothing changes a text but that spaces are spelled otherwise. */
static bool is_plain(const struct sentencepiece *sp)
{
	return !sp->remove_extra_whitespaces && sp->escape_whitespaces && !sp->map.units.len &&
	       sp->user_defined.count <= 1;
}

/* Append the text with spaces spelled otherwise, in one go. */
static int add_plain(struct span text, struct buffer *out, struct error *err)
{
	size_t spaces = 0;
	uint8_t *to;

	for (size_t i = 0; i < text.len; i++)
		spaces += text.data[i] == ' ';
	if (buffer_extend(out, text.len + 2 * spaces, &to, err))
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == ' ') {
			memcpy(to, ESCAPED_SPACE, 3);
			to += 3;
		} else {
			*to++ = text.data[i];
		}
	}
	return 0;
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
	if (is_plain(sp)) {
		if (add_plain(text, out, err))
			return -1;
		text.len = 0;
	}
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
