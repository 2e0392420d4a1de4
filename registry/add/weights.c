/* add_weights: what a list of weights says of the sources of a dataset. */
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/corpus/listing.h"

enum { SOURCES_SHOWN = 64 };

#define WEIGHTS_MAX_BYTES (16u << 20)

/* A source of the list, with what was counted in its files. */
struct weighed {
	const struct counts_source *source;
	struct counts_sum sum;
	uint64_t files;
};

/* A table, a script with a list, or lines of a number and a path. */
static int list_read(struct span text, struct counts *out_counts, uint64_t *out_entries,
		     struct error *err)
{
	static const enum listing_kind kinds[] = { LISTING_TSV, LISTING_SCRIPT, LISTING_PAIRS };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (listing_read(kinds[i], text, out_counts, out_entries, err))
			return -1;
		if (*out_entries)
			return 0;
		counts_release(out_counts);
	}
	return error_set(err, ERROR_CORRUPT, "it holds no weights");
}

/* The length of a path without the endings that tools put there. */
static size_t stem_length(const char *path)
{
	static const char *const endings[] = { ".gz",     ".zst", ".jsonl",
					       ".ndjson", ".txt", ".parquet",
					       ".idx",    ".bin", "_text_document" };
	size_t len = strlen(path);

	for (bool cut = true; cut;) {
		cut = false;
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			size_t end = strlen(endings[i]);

			if (len > end && memcmp(path + len - end, endings[i], end) == 0) {
				len -= end;
				cut = true;
			}
		}
	}
	return len;
}

/* Is the file that of the source: a path that is its name, or ends with it? */
static bool is_of(const char *path, size_t path_len, const char *name)
{
	size_t len = stem_length(name);

	return len <= path_len && memcmp(path + path_len - len, name, len) == 0 &&
	       (len == path_len || path[path_len - len - 1] == '/');
}

/* Of several sources that a file may be of, "wiki" and "ja/wiki", it is that of the longest name.
 */
static void files_match(struct corpus *corpus, struct weighed *weighed, size_t count)
{
	const struct corpus_shard *shard;
	size_t shards = corpus_shards(corpus, &shard);

	for (size_t i = 0; i < shards; i++) {
		size_t len = stem_length(shard[i].path), longest = 0;
		struct weighed *best = NULL;

		for (size_t k = 0; k < count; k++) {
			size_t stem = stem_length(weighed[k].source->name);

			if (stem <= longest || !is_of(shard[i].path, len, weighed[k].source->name))
				continue;
			best = &weighed[k];
			longest = stem;
		}
		if (!best)
			continue;
		best->files++;
		if (shard[i].counted)
			counts_sum_add(&best->sum, &shard[i].counts.all);
	}
}

static int compare_weights(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;

	if (x->source->sum.tokens != y->source->sum.tokens)
		return x->source->sum.tokens < y->source->sum.tokens ? 1 : -1;
	return strcmp(x->source->name, y->source->name);
}

static int sources_set(struct json *object, const struct weighed *weighed, size_t count,
		       bool tokens, struct error *err)
{
	struct json *list, *item;
	uint64_t unmatched = 0;

	if (json_set_array(object, "sources", &list, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		unmatched += weighed[i].files == 0;
		if (i < SOURCES_SHOWN &&
		    (json_add_object(list, &item, err) ||
		     json_set_text(item, "name", weighed[i].source->name, err) ||
		     json_set_size(item, "weight", weighed[i].source->sum.tokens, err) ||
		     json_set_size(item, "files", weighed[i].files, err) ||
		     counts_sum_set(item, &weighed[i].sum, tokens, err)))
			return -1;
	}
	if (count > SOURCES_SHOWN &&
	    json_set_size(object, "moreSources", count - SOURCES_SHOWN, err))
		return -1;
	return unmatched ? json_set_size(object, "unmatched", unmatched, err) : 0;
}

static int languages_set(struct json *object, const struct counts *counts, struct error *err)
{
	struct json *list;

	if (json_set_object(object, "languages", &list, err))
		return -1;
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		if (json_set_size(list, language_name((enum language)i), counts->language[i].tokens,
				  err))
			return -1;
	return 0;
}

int weights_set(struct adding *adding, const char *path, struct corpus *corpus, bool tokens,
		struct json *predicate, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	struct weighed *weighed;
	struct digest digest;
	struct json *object;
	uint64_t entries;
	int rc;

	buffer_init(&bytes, WEIGHTS_MAX_BYTES);
	if (file_keep(adding, path, &bytes, &digest, err))
		return -1;
	if (list_read(buffer_view(&bytes), &counts, &entries, err))
		return error_prefix(err, "'%s'", path);
	if (json_set_object(predicate, "weights", &object, err) ||
	    json_set_digest(object, "file", &digest, err) ||
	    json_set_size(object, "size", bytes.len, err) ||
	    json_set_size(object, "entries", entries, err) ||
	    json_set_size(object, "weight", counts.all.tokens, err) ||
	    languages_set(object, &counts, err))
		return -1;
	weighed = calloc(counts.source_count + 1, sizeof(*weighed));
	if (!weighed)
		return error_set(err, ERROR_SYSTEM, "out of memory for the sources of a list");
	for (size_t i = 0; i < counts.source_count; i++)
		weighed[i].source = &counts.source[i];
	files_match(corpus, weighed, counts.source_count);
	qsort(weighed, counts.source_count, sizeof(*weighed), compare_weights);
	rc = sources_set(object, weighed, counts.source_count, tokens, err);
	free(weighed);
	return rc;
}
