/* corpus: the files of a dataset, what they are, and the sums over them. */
#include "registry/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/file.h"

void corpus_shard_release(struct corpus_shard *shard)
{
	free(shard->path);
	free(shard->broken);
	counts_release(&shard->counts);
}

int corpus_new(const struct corpus_wish *wish, struct corpus **out_corpus, struct error *err)
{
	struct corpus *corpus = calloc(1, sizeof(*corpus));

	if (!corpus)
		return error_set(err, ERROR_SYSTEM, "out of memory to count a corpus");
	corpus->wish = wish;
	corpus->json.text = span_of(wish->text_field ? wish->text_field : "text");
	corpus->json.source = span_of(wish->source_field ? wish->source_field : "");
	pthread_mutex_init(&corpus->lock, NULL);
	*out_corpus = corpus;
	return 0;
}

void corpus_free(struct corpus **corpus)
{
	struct corpus_worker *worker;

	if (!*corpus)
		return;
	for (size_t i = 0; i < (*corpus)->shard_count; i++)
		corpus_shard_release(&(*corpus)->shard[i]);
	while ((worker = (*corpus)->idle)) {
		(*corpus)->idle = worker->next;
		json_line_work_release(&worker->json);
		tokenizer_work_free(&worker->tokens);
		counts_release(&worker->counts);
		free(worker);
	}
	free((*corpus)->shard);
	free((*corpus)->broken_path);
	pthread_mutex_destroy(&(*corpus)->lock);
	free(*corpus);
	*corpus = NULL;
}

/* ---- What a file is, by its name ---- */

static bool ending_cut(char *name, const char *ending)
{
	if (!text_ends_with(name, ending))
		return false;
	name[strlen(name) - strlen(ending)] = '\0';
	return true;
}

static void format_tell(struct corpus_file *file)
{
	static const struct {
		const char *ending, *format;
		bool json;
	} known[] = {
		{ ".jsonl", "jsonl", true },
		{ ".ndjson", "jsonl", true },
		{ ".txt", "text", false },
	};
	static const struct {
		const char *ending, *format;
		enum corpus_way way;
	} stated[] = {
		{ ".idx", "megatron-index", CORPUS_INDEX },
		{ ".tsv", "token-list", CORPUS_TABLE },
		{ ".sh", "weights", CORPUS_SCRIPT },
	};
	char name[TREE_NAME_MAX + 1];

	snprintf(name, sizeof(name), "%s", file->shard.path);
	if (ending_cut(name, ".gz"))
		file->packing = PACKING_GZIP;
	else if (ending_cut(name, ".zst"))
		file->packing = PACKING_ZSTD;
	file->shard.format = text_ends_with(file->shard.path, ".parquet") ? "parquet" : "bytes";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!text_ends_with(name, known[i].ending))
			continue;
		file->shard.format = known[i].format;
		file->json = known[i].json;
		file->shard.counted = true;
	}
	if (!file->shard.counted)
		file->packing = PACKING_NONE;
	if (file->packing != PACKING_NONE)
		file->way = CORPUS_PACKED;
	for (size_t i = 0; i < sizeof(stated) / sizeof(stated[0]); i++) {
		if (!text_ends_with(file->shard.path, stated[i].ending) ||
		    (stated[i].way != CORPUS_INDEX && file->size > CORPUS_LINE_MAX))
			continue;
		file->shard.format = stated[i].format;
		file->way = stated[i].way;
	}
	file->shard.packing = file->packing == PACKING_GZIP   ? "gzip"
			      : file->packing == PACKING_ZSTD ? "zstd"
							      : NULL;
}

static int language_given(const struct corpus *corpus, const char *path)
{
	for (size_t i = 0; i < corpus->wish->language_count; i++)
		if (name_matches(corpus->wish->language[i].pattern, path))
			return (int)corpus->wish->language[i].language;
	return -1;
}

/* ---- Files as they go by ---- */

static void file_free(struct corpus_file *file)
{
	corpus_packed_release(file);
	corpus_plain_release(file);
	corpus_shard_release(&file->shard);
	pthread_mutex_destroy(&file->lock);
	free(file);
}

/* Hand the shard over to the corpus. */
int corpus_shard_take(struct corpus *corpus, struct corpus_shard *shard, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&corpus->lock);
	if (corpus->shard_count == corpus->shard_cap) {
		size_t cap = corpus->shard_cap ? 2 * corpus->shard_cap : 64;
		struct corpus_shard *grown = realloc(corpus->shard, cap * sizeof(*grown));

		if (grown) {
			corpus->shard = grown;
			corpus->shard_cap = cap;
		} else {
			failed = error_set(err, ERROR_SYSTEM, "out of memory for a corpus");
		}
	}
	if (!failed) {
		corpus->shard[corpus->shard_count++] = *shard;
		corpus->sorted = false;
		*shard = (struct corpus_shard){ .path = NULL };
	}
	pthread_mutex_unlock(&corpus->lock);
	return failed;
}

int corpus_file_begin(struct corpus *corpus, const char *path, uint64_t size,
		      struct corpus_file **out_file, struct error *err)
{
	struct corpus_file *file = calloc(1, sizeof(*file));
	int failed = 0;

	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for a file of a corpus");
	file->corpus = corpus;
	file->size = size;
	buffer_init(&file->carry, CORPUS_LINE_MAX);
	pthread_mutex_init(&file->lock, NULL);
	file->shard.path = strdup(path);
	if (!file->shard.path)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for a path");
	if (!failed) {
		format_tell(file);
		file->language = language_given(corpus, path);
	}
	if (!failed && file->packing != PACKING_NONE)
		failed = unpack_new(file->packing, &file->unpack, err);
	file->shard.size = size;
	if (!failed && !file->shard.counted && file->way == CORPUS_PLAIN)
		failed = corpus_shard_take(corpus, &file->shard, err);
	if (failed || !file->shard.path) {
		file_free(file);
		return failed;
	}
	*out_file = file;
	return 0;
}

bool corpus_file_in_order(const struct corpus_file *file)
{
	return file->way != CORPUS_PLAIN;
}

int corpus_file_piece(struct corpus_file *file, uint64_t offset, struct span bytes,
		      struct error *err)
{
	switch (file->way) {
	case CORPUS_PLAIN:
		return corpus_plain_piece(file, offset, bytes, err);
	case CORPUS_PACKED:
		return corpus_packed_piece(file, bytes, err);
	default:
		return corpus_stated_piece(file, bytes, err);
	}
}

static int file_finish(struct corpus_file *file, struct error *err)
{
	switch (file->way) {
	case CORPUS_PLAIN:
		return corpus_plain_end(file, err);
	case CORPUS_PACKED:
		return corpus_packed_end(file, err);
	default:
		return corpus_stated_end(file, err);
	}
}

int corpus_file_end(struct corpus_file *file, bool whole, struct error *err)
{
	int failed = 0;

	if (whole)
		failed = file_finish(file, err) ||
			 corpus_shard_take(file->corpus, &file->shard, err);
	file_free(file);
	return failed ? -1 : 0;
}

bool corpus_broken_at(const struct corpus *corpus, const char **out_path, uint64_t *out_offset)
{
	if (!corpus->broken_path)
		return false;
	*out_path = corpus->broken_path;
	*out_offset = corpus->broken_at;
	return true;
}

/* ---- Afterwards ---- */

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct corpus_shard *)a)->path,
		      ((const struct corpus_shard *)b)->path);
}

size_t corpus_shards(struct corpus *corpus, const struct corpus_shard **out_shard)
{
	if (!corpus->sorted && corpus->shard_count)
		qsort(corpus->shard, corpus->shard_count, sizeof(*corpus->shard), compare_paths);
	corpus->sorted = true;
	*out_shard = corpus->shard;
	return corpus->shard_count;
}

int corpus_total(struct corpus *corpus, struct counts *out_counts, uint64_t *out_uncounted,
		 struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	const struct corpus_shard *shard;
	size_t count = corpus_shards(corpus, &shard);
	uint64_t uncounted = 0;

	for (size_t i = 0; i < count; i++) {
		if (!shard[i].counted)
			uncounted += !shard[i].basis;
		else if (counts_merge(&counts, &shard[i].counts, err))
			return -1;
	}
	*out_counts = counts;
	*out_uncounted = uncounted;
	counts = (struct counts){ .source = NULL }; /* handed over */
	return 0;
}
