/* added_tokens: tokens that are taken out of a text before anything else (`tokenizers`,
 * tokenizer/added_vocabulary.rs). */
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/trie.h"
#include "verify/tokenizer/unicode.h"
#include "verify/utf8.h"

struct added_token {
	struct span content; /* borrowed from `texts` */
	uint32_t id;
	bool single_word, lstrip, rstrip, normalized;
};

struct added_tokens {
	struct added_token *token;
	size_t count;
	struct buffer texts;    /* their contents */
	struct trie plain;      /* found in the text as it is; the values are indices */
	struct trie normalized; /* found in the normalised text */
	uint32_t limit;
};

void added_tokens_free(struct added_tokens **added)
{
	if (*added) {
		free((*added)->token);
		buffer_release(&(*added)->texts);
		trie_release(&(*added)->plain);
		trie_release(&(*added)->normalized);
	}
	free(*added);
	*added = NULL;
}

uint32_t added_tokens_limit(const struct added_tokens *added)
{
	return added->limit;
}

/* ---- Texts ---- */

/* The character that ends at `at`, or 0 in front of the text. */
static uint32_t point_before(struct span text, size_t at, size_t *out_len)
{
	size_t start = at;
	uint32_t point = 0;

	while (start && (start == at || (text.data[start] & 0xc0) == 0x80))
		start--;
	*out_len = at - start;
	if (at)
		utf8_point((struct span){ text.data + start, at - start }, &point);
	return point;
}

static bool stands_alone(struct span text, size_t start, size_t end)
{
	uint32_t after = 0;
	size_t len;

	if (start && unicode_is_word(point_before(text, start, &len)))
		return false;
	if (end < text.len && utf8_point(span_from(text, end), &after) && unicode_is_word(after))
		return false;
	return true;
}

/* Not beyond `lowest`: what was looked through for one token is not for the next. */
static size_t spaces_before(struct span text, size_t at, size_t lowest)
{
	size_t len;

	while (at > lowest && unicode_is_space(point_before(text, at, &len)))
		at -= len;
	return at;
}

static size_t spaces_behind(struct span text, size_t at)
{
	uint32_t point = 0;
	size_t len;

	while (at < text.len && (len = utf8_point(span_from(text, at), &point)) &&
	       unicode_is_space(point))
		at += len;
	return at;
}

/* Cut at the leftmost, then longest tokens; what lies between are texts. */
static int cut(const struct added_tokens *added, const struct trie *trie, struct span text,
	       bool at_start, struct parts *out, struct error *err)
{
	size_t done = 0, spaces = 0; /* spaces: where those end that were looked through */

	for (size_t at = 0; at < text.len;) {
		uint32_t index;
		size_t len = trie_longest(trie, span_from(text, at), &index), start = at;
		const struct added_token *token;

		if (!len) {
			at += utf8_len(span_from(text, at));
			continue;
		}
		at += len;
		token = &added->token[index];
		if (token->single_word && !stands_alone(text, start, at))
			continue;
		len = at;
		if (token->lstrip) {
			start = spaces_before(text, start, done);
			start = start > done ? start : done;
		}
		/* Spaces that an earlier token looked through, from further in front. */
		if (token->rstrip && at >= spaces)
			spaces = spaces_behind(text, at);
		if (token->rstrip)
			len = spaces;
		if (done < start && parts_add(out, (struct span){ text.data + done, start - done },
					      PART_TEXT, at_start && !done, err))
			return -1;
		if (parts_add(out, (struct span){ text.data + start, 0 }, token->id, false, err))
			return -1;
		done = len;
	}
	return parts_add(out, span_from(text, done), PART_TEXT, at_start && !done, err);
}

int added_tokens_cut(const struct added_tokens *added, const struct normalizer *normalizer,
		     struct span text, struct parts *out, struct error *err)
{
	CLEANUP(parts_release) struct parts plain;
	CLEANUP(buffer_release) struct buffer normal;

	parts_init(&plain);
	buffer_init(&normal, TOKENIZER_NORMAL_MAX);
	if (cut(added, &added->plain, text, true, &plain, err))
		return -1;
	for (size_t i = 0; i < plain.count; i++) {
		struct part part = plain.part[i];

		if (part.token != PART_TEXT) {
			if (parts_add(out, (struct span){ text.data, 0 }, part.token, false, err))
				return -1;
			continue;
		}
		normal.len = 0;
		if (normalizer_apply(normalizer, parts_text(&plain, i), &normal, &part.at_start,
				     err) ||
		    cut(added, &added->normalized, buffer_view(&normal), part.at_start, out, err))
			return -1;
	}
	return 0;
}

/* ---- The file ---- */

static int read_token(struct added_tokens *added, const struct json *json, struct error *err)
{
	static const char *const known[] = { "id",     "content",    "single_word", "lstrip",
					     "rstrip", "normalized", "special",     NULL };
	struct added_token *token = &added->token[added->count];
	const char *content;
	bool special;
	int64_t id;

	if (members_known(json, "it", known, err) ||
	    json_need_string(json, "content", &content, err) ||
	    json_need_integer(json, "id", &id, err) ||
	    json_need_bool(json, "single_word", &token->single_word, err) ||
	    json_need_bool(json, "lstrip", &token->lstrip, err) ||
	    json_need_bool(json, "rstrip", &token->rstrip, err) ||
	    json_need_bool(json, "normalized", &token->normalized, err) ||
	    json_need_bool(json, "special", &special, err))
		return -1;
	if (!*content || strlen(content) > TOKENIZER_PIECE_MAX)
		return error_set(err, ERROR_UNTRUSTED, "its content has %zu bytes, of 1 to %u",
				 strlen(content), TOKENIZER_PIECE_MAX);
	if (id < 0 || id >= PART_TEXT)
		return error_set(err, ERROR_CORRUPT, "its id is %lld", (long long)id);
	token->content = (struct span){ NULL, strlen(content) }; /* placed by place_contents */
	token->id = (uint32_t)id;
	if (token->id >= added->limit)
		added->limit = token->id + 1;
	added->count++;
	return buffer_add(&added->texts, span_of(content), err);
}

static void place_contents(struct added_tokens *added)
{
	size_t at = 0;

	for (size_t i = 0; i < added->count; i++) {
		added->token[i].content.data = added->texts.data + at;
		at += added->token[i].content.len;
	}
}

/* The reference numbers tokens itself: as the model does, else on from the size of its vocabulary.
 */
static int check_ids(const struct added_tokens *added, const struct json_model *model,
		     struct error *err)
{
	uint32_t next = model->count;

	for (size_t i = 0; i < added->count; i++) {
		const struct added_token *token = &added->token[i];
		uint32_t id = model->type->find(model, token->content);

		if (id == PART_TEXT)
			id = next++;
		if (id != token->id)
			return error_set(err, ERROR_UNTRUSTED,
					 "the added token '%.*s' says id %u, and the reference "
					 "package would give it %u",
					 (int)token->content.len, (const char *)token->content.data,
					 token->id, id);
	}
	return 0;
}

/* The trie of those that are, or are not, looked for in the normalised text. */
static int build(const struct added_tokens *added, bool normalized,
		 const struct normalizer *normalizer, struct trie *out_trie, struct error *err)
{
	CLEANUP(buffer_release) struct buffer texts;
	struct trie_entry *entry = calloc(added->count + 1, sizeof(*entry));
	struct span twice = { NULL, 0 };
	size_t count = 0, at = 0;
	int result = 0;

	buffer_init(&texts, TOKENIZER_FILE_MAX);
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < added->count && !result; i++) {
		bool at_start = true;
		size_t before = texts.len;

		if (added->token[i].normalized != normalized)
			continue;
		result = normalizer_apply(normalized ? normalizer : NULL, added->token[i].content,
					  &texts, &at_start, err);
		entry[count++] = (struct trie_entry){ { NULL, texts.len - before }, (uint32_t)i };
	}
	for (size_t i = 0; i < count && !result; i++) {
		entry[i].key.data = texts.data + at;
		at += entry[i].key.len;
		if (!entry[i].key.len)
			result = error_set(
				err, ERROR_UNTRUSTED,
				"nothing is left of an added token once it is normalised");
	}
	if (!result)
		result = trie_build(entry, count, out_trie, &twice, err);
	free(entry);
	if (!result && twice.data)
		return error_set(err, ERROR_CORRUPT, "the added token '%.*s' is there twice",
				 (int)twice.len, (const char *)twice.data);
	return result;
}

int added_tokens_read(const struct json *json, const struct json_model *model,
		      const struct normalizer *normalizer, struct added_tokens **out_added,
		      struct error *err)
{
	CLEANUP(added_tokens_free) struct added_tokens *added = calloc(1, sizeof(*added));
	size_t count = json_count(json);

	if (!added)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	buffer_init(&added->texts, TOKENIZER_FILE_MAX);
	if (count > TOKENIZER_PIECES_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are more than %u added tokens",
				 TOKENIZER_PIECES_MAX);
	added->token = calloc(count + 1, sizeof(*added->token));
	if (!added->token)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		if (read_token(added, json_at(json, i), err))
			return error_prefix(err, "added token %zu", i);
	place_contents(added);
	if (check_ids(added, model, err) || build(added, false, normalizer, &added->plain, err) ||
	    build(added, true, normalizer, &added->normalized, err))
		return -1;
	*out_added = added;
	added = NULL;
	return 0;
}
