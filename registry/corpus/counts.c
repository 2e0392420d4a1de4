/* counts: sums over documents, by language and by source. */
#include "registry/corpus/counts.h"

#include <stdlib.h>
#include <string.h>

#define NO_PLACE UINT32_MAX

void counts_sum_add(struct counts_sum *to, const struct counts_sum *from)
{
	to->documents += from->documents;
	to->bytes += from->bytes;
	to->characters += from->characters;
	to->tokens += from->tokens;
}

void counts_release(struct counts *counts)
{
	for (size_t i = 0; i < counts->source_count; i++)
		free(counts->source[i].name);
	free(counts->source);
	free(counts->place);
	*counts = (struct counts){ .source = NULL };
}

/* ---- Sources ---- */

static uint64_t hash_of(struct span name)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ name.data[i]) * 1099511628211u;
	return hash ^ hash >> 32;
}

static bool is_named(const struct counts_source *source, struct span name)
{
	return strlen(source->name) == name.len && memcmp(source->name, name.data, name.len) == 0;
}

/* Where the name is, or would be, in the table. */
static uint32_t *place_of(const struct counts *counts, struct span name)
{
	size_t at = (size_t)hash_of(name) & (counts->place_count - 1);

	while (counts->place[at] != NO_PLACE && !is_named(&counts->source[counts->place[at]], name))
		at = (at + 1) & (counts->place_count - 1);
	return &counts->place[at];
}

/* Room for one more: the table is never more than half full. */
static int sources_grow(struct counts *counts, struct error *err)
{
	size_t cap = counts->source_cap ? 2 * counts->source_cap : 16, places = 2 * cap;
	struct counts_source *source;
	uint32_t *place;

	if (counts->source_count < counts->source_cap)
		return 0;
	source = realloc(counts->source, cap * sizeof(*source));
	if (source)
		counts->source = source;
	place = malloc(places * sizeof(*place));
	if (!source || !place) {
		free(place);
		return error_set(err, ERROR_SYSTEM, "out of memory for the sources of a corpus");
	}
	memset(place, 0xff, places * sizeof(*place));
	free(counts->place);
	counts->source_cap = cap;
	counts->place = place;
	counts->place_count = places;
	for (size_t i = 0; i < counts->source_count; i++)
		*place_of(counts, span_of(counts->source[i].name)) = (uint32_t)i;
	return 0;
}

static int source_check(struct span name, struct error *err)
{
	if (!name.len || name.len > CORPUS_SOURCE_NAME_MAX || memchr(name.data, 0, name.len))
		return error_set(err, ERROR_CORRUPT,
				 "the name of a source has %zu bytes, of 1 to %u, none of them NUL",
				 name.len, CORPUS_SOURCE_NAME_MAX);
	return 0;
}

static int source_find(struct counts *counts, struct span name, struct counts_source **out_source,
		       struct error *err)
{
	uint32_t *place;

	if (source_check(name, err) || sources_grow(counts, err))
		return -1;
	place = place_of(counts, name);
	if (*place == NO_PLACE) {
		if (counts->source_count == CORPUS_SOURCES_MAX)
			return error_set(err, ERROR_CORRUPT,
					 "there are more than %u different sources: does the field "
					 "name where a document is from, or the document itself?",
					 CORPUS_SOURCES_MAX);
		counts->source[counts->source_count].name =
			strndup((const char *)name.data, name.len);
		if (!counts->source[counts->source_count].name)
			return error_set(err, ERROR_SYSTEM, "out of memory for a source");
		counts->source[counts->source_count].sum = (struct counts_sum){ 0 };
		*place = (uint32_t)counts->source_count++;
	}
	*out_source = &counts->source[*place];
	return 0;
}

int counts_document(struct counts *counts, enum language language, struct span source,
		    const struct counts_sum *sum, struct error *err)
{
	struct counts_source *found;

	if (source.len) {
		if (source_find(counts, source, &found, err))
			return -1;
		counts_sum_add(&found->sum, sum);
	}
	counts_sum_add(&counts->all, sum);
	counts_sum_add(&counts->language[language], sum);
	return 0;
}

int counts_merge(struct counts *counts, const struct counts *from, struct error *err)
{
	for (size_t i = 0; i < from->source_count; i++) {
		struct counts_source *found;

		if (source_find(counts, span_of(from->source[i].name), &found, err))
			return -1;
		counts_sum_add(&found->sum, &from->source[i].sum);
	}
	counts_sum_add(&counts->all, &from->all);
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		counts_sum_add(&counts->language[i], &from->language[i]);
	counts->lines += from->lines;
	counts->textless += from->textless;
	counts->broken += from->broken;
	return 0;
}

/* ---- As JSON ---- */

int counts_sum_set(struct json *object, const struct counts_sum *sum, bool tokens,
		   struct error *err)
{
	if (json_set_size(object, "documents", sum->documents, err) ||
	    json_set_size(object, "bytes", sum->bytes, err) ||
	    json_set_size(object, "characters", sum->characters, err))
		return -1;
	return tokens ? json_set_size(object, "tokens", sum->tokens, err) : 0;
}

int counts_sum_get(const struct json *object, struct counts_sum *out_sum, struct error *err)
{
	return json_need_size(object, "documents", &out_sum->documents, err) ||
			       json_need_size(object, "bytes", &out_sum->bytes, err) ||
			       json_need_size(object, "characters", &out_sum->characters, err) ||
			       json_maybe_size(object, "tokens", 0, &out_sum->tokens, err)
		       ? -1
		       : 0;
}

/* A number that is left out where it is 0. */
static int rare_set(struct json *object, const char *key, uint64_t number, struct error *err)
{
	return number ? json_set_size(object, key, number, err) : 0;
}

static int languages_set(struct json *object, const struct counts *counts, bool tokens,
			 struct error *err)
{
	struct json *list, *item;

	if (json_set_object(object, "languages", &list, err))
		return -1;
	for (int i = 0; i < LANGUAGE_COUNT; i++) {
		if (!counts->language[i].documents)
			continue;
		if (json_set_object(list, language_name((enum language)i), &item, err) ||
		    counts_sum_set(item, &counts->language[i], tokens, err))
			return -1;
	}
	return 0;
}

static int sources_set(struct json *object, const struct counts *counts, bool tokens,
		       struct error *err)
{
	struct json *list, *item;

	if (!counts->source_count)
		return 0;
	if (json_set_object(object, "sources", &list, err))
		return -1;
	for (size_t i = 0; i < counts->source_count; i++)
		if (json_set_object(list, counts->source[i].name, &item, err) ||
		    counts_sum_set(item, &counts->source[i].sum, tokens, err))
			return -1;
	return 0;
}

int counts_set(struct json *object, const struct counts *counts, bool tokens, struct error *err)
{
	return counts_sum_set(object, &counts->all, tokens, err) ||
			       json_set_size(object, "lines", counts->lines, err) ||
			       rare_set(object, "textless", counts->textless, err) ||
			       rare_set(object, "broken", counts->broken, err) ||
			       languages_set(object, counts, tokens, err) ||
			       sources_set(object, counts, tokens, err)
		       ? -1
		       : 0;
}

static int sources_get(const struct json *object, struct counts *counts, struct error *err)
{
	const struct json *list;
	struct json_members at = { 0 };

	if (json_maybe_object(object, "sources", &list, err))
		return -1;
	while (json_next(list, &at)) {
		struct counts_source *found;

		if (source_find(counts, span_of(at.key), &found, err) ||
		    counts_sum_get(at.value, &found->sum, err))
			return -1;
	}
	return 0;
}

int counts_get(const struct json *object, struct counts *out_counts, struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	const struct json *languages;
	struct json_members at = { 0 };
	enum language language;

	if (counts_sum_get(object, &counts.all, err) ||
	    json_need_size(object, "lines", &counts.lines, err) ||
	    json_maybe_size(object, "textless", 0, &counts.textless, err) ||
	    json_maybe_size(object, "broken", 0, &counts.broken, err) ||
	    json_need_object(object, "languages", &languages, err) ||
	    sources_get(object, &counts, err))
		return -1;
	while (json_next(languages, &at))
		if (language_parse(at.key, &language, err) ||
		    counts_sum_get(at.value, &counts.language[language], err))
			return -1;
	*out_counts = counts;
	counts = (struct counts){ .source = NULL }; /* handed over */
	return 0;
}
