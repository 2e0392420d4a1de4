/* stated: what an index or a list says of tokens, and whether the files beside it agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/file.h"

int corpus_stated_piece(struct corpus_file *file, struct span bytes, struct error *err)
{
	if (file->way == CORPUS_INDEX ? megatron_add(&file->index, bytes, err)
				      : buffer_add(&file->carry, bytes, err))
		return error_prefix(err, "'%s'", file->shard.path);
	return 0;
}

static int index_end(struct corpus_file *file, struct error *err)
{
	struct counts_sum sum = { 0 };
	enum language language = file->language >= 0 ? (enum language)file->language
						     : language_named(span_of(file->shard.path));

	if (megatron_end(&file->index, &sum.tokens, &sum.documents, &file->shard.data_size, err))
		return -1;
	file->shard.basis = "index";
	return counts_document(&file->shard.counts, language, (struct span){ NULL, 0 }, &sum, err);
}

static int list_end(struct corpus_file *file, struct error *err)
{
	uint64_t entries;

	if (listing_read(file->way == CORPUS_TABLE ? LISTING_TSV : LISTING_SCRIPT,
			 buffer_view(&file->carry), &file->shard.counts, &entries, err))
		return -1;
	if (entries)
		file->shard.basis = "declared";
	else
		file->shard.format = "bytes";
	return 0;
}

int corpus_stated_end(struct corpus_file *file, struct error *err)
{
	return (file->way == CORPUS_INDEX ? index_end : list_end)(file, err)
		       ? error_prefix(err, "'%s'", file->shard.path)
		       : 0;
}

int corpus_stated(struct corpus *corpus, const char *basis, struct counts *out_counts,
		  bool *out_any, struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	const struct corpus_shard *shard;
	size_t count = corpus_shards(corpus, &shard);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (!shard[i].basis || strcmp(shard[i].basis, basis) != 0)
			continue;
		any = true;
		if (counts_merge(&counts, &shard[i].counts, err))
			return -1;
	}
	*out_any = any;
	*out_counts = counts;
	counts = (struct counts){ .source = NULL }; /* handed over */
	return 0;
}

static int compare_path(const void *path, const void *shard)
{
	return strcmp(path, ((const struct corpus_shard *)shard)->path);
}

/* The .bin beside an index. */
static int data_check(const struct corpus_shard *all, size_t count,
		      const struct corpus_shard *index, struct error *err)
{
	const struct corpus_shard *data;
	char path[TREE_NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s", index->path);
	memcpy(path + strlen(path) - 3, "bin", 3);
	data = bsearch(path, all, count, sizeof(*all), compare_path);
	if (!data)
		return error_set(err, ERROR_CORRUPT, "'%s' is an index, and there is no '%s'",
				 index->path, path);
	if (data->size != index->data_size)
		return error_set(err, ERROR_CORRUPT, "'%s' has %llu bytes, and by '%s' it has %llu",
				 path, (unsigned long long)data->size, index->path,
				 (unsigned long long)index->data_size);
	return 0;
}

int corpus_check(struct corpus *corpus, struct error *err)
{
	const struct corpus_shard *shard;
	size_t count = corpus_shards(corpus, &shard);

	for (size_t i = 0; i < count; i++)
		if (shard[i].basis && strcmp(shard[i].basis, "index") == 0 &&
		    data_check(shard, count, &shard[i], err))
			return -1;
	return 0;
}
