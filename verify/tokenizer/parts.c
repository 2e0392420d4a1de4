/* parts: a text on its way to tokens, in parts; and what the readers of tokenizer.json share. */
#include "verify/tokenizer/parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/tokenizer/trie.h"

void parts_init(struct parts *parts)
{
	*parts = (struct parts){ 0 };
	buffer_init(&parts->text, 2 * TOKENIZER_NORMAL_MAX);
}

void parts_release(struct parts *parts)
{
	buffer_release(&parts->text);
	free(parts->part);
	parts->part = NULL;
}

struct span parts_text(const struct parts *parts, size_t index)
{
	const struct part *part = &parts->part[index];
	struct span from = span_from(buffer_view(&parts->text), part->start);

	return (struct span){ from.data, part->len };
}

int parts_add(struct parts *parts, struct span text, uint32_t token, bool at_start,
	      struct error *err)
{
	void *array = parts->part;
	size_t start = parts->text.len;

	if (!text.len && token == PART_TEXT)
		return 0;
	if (buffer_add(&parts->text, text, err) ||
	    array_room(&array, parts->count, &parts->cap, sizeof(*parts->part), err))
		return -1;
	parts->part = array;
	parts->part[parts->count++] = (struct part){ start, text.len, token, at_start };
	return 0;
}

int members_known(const struct json *json, const char *what, const char *const *known,
		  struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(json, &at)) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], at.key) != 0)
			i++;
		if (!known[i])
			return error_set(err, ERROR_UNTRUSTED,
					 "%s has '%s', which this version does not know", what,
					 at.key);
	}
	return 0;
}

int member_text(const struct json *json, const char *key, struct span *out_text, struct error *err)
{
	const char *text;

	if (json_maybe_string(json, key, &text, err))
		return -1;
	*out_text = span_of(text ? text : "");
	if (out_text->len > TOKENIZER_PIECE_MAX)
		return error_set(err, ERROR_UNTRUSTED, "'%s' has %zu bytes, of %u allowed", key,
				 out_text->len, TOKENIZER_PIECE_MAX);
	return 0;
}

int pattern_read(const struct json *json, struct pattern **out_pattern, struct error *err)
{
	static const char *const known[] = { "String", "Regex", NULL };
	const char *string, *regex;

	if (members_known(json, "a pattern", known, err) ||
	    json_maybe_string(json, "String", &string, err) ||
	    json_maybe_string(json, "Regex", &regex, err))
		return -1;
	if (!string == !regex)
		return error_set(err, ERROR_CORRUPT, "a pattern is neither a String nor a Regex");
	return string ? pattern_literal(span_of(string), out_pattern, err)
		      : pattern_new(regex, out_pattern, err);
}

static int check_entry(const char *key, const struct json *value, struct error *err)
{
	int64_t id = json_integer_of(value);

	if (json_kind(value) != JSON_KIND_INTEGER || id < 0 || id >= PART_TEXT)
		return error_set(err, ERROR_CORRUPT, "the entry '%s' has no id", key);
	if (strlen(key) > TOKENIZER_PIECE_MAX)
		return error_set(err, ERROR_UNTRUSTED, "an entry has %zu bytes, of %u allowed",
				 strlen(key), TOKENIZER_PIECE_MAX);
	return 0;
}

int vocabulary_read(const struct json *json, struct json_model *model, struct trie *out_trie,
		    struct error *err)
{
	const struct json *vocab;
	struct json_members at = { 0 };
	struct trie_entry *entry;
	size_t count = 0;
	int result = 0;

	if (json_need_object(json, "vocab", &vocab, err))
		return -1;
	if (json_count(vocab) > TOKENIZER_PIECES_MAX)
		return error_set(err, ERROR_UNTRUSTED, "the vocabulary has more than %u entries",
				 TOKENIZER_PIECES_MAX);
	entry = calloc(json_count(vocab) + 1, sizeof(*entry));
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	while (!result && json_next(vocab, &at)) {
		result = check_entry(at.key, at.value, err);
		if (!result) {
			uint32_t id = (uint32_t)json_integer_of(at.value);

			entry[count++] = (struct trie_entry){ span_of(at.key), id };
			if (id >= model->limit)
				model->limit = id + 1;
		}
	}
	model->count = (uint32_t)count;
	if (!result)
		result = trie_build(entry, count, out_trie, NULL, err);
	free(entry);
	return result;
}
