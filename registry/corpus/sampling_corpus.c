/* sampling_corpus: windows of a registered dataset's documents, drawn by a seed. */
#include "registry/corpus/sampling_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/statement.h"

#define DOCUMENTS_DOMAIN "akashi/probes/documents/1"
#define OFFSET_DOMAIN "akashi/probes/offset/1"

void corpus_release(struct corpus *corpus)
{
	free(corpus->before);
	tree_close(&corpus->tree);
	manifest_free(&corpus->manifest);
	believed_release(&corpus->statement);
}

static bool is_shard(const char *path)
{
	return text_ends_with(path, ".jsonl") || text_ends_with(path, ".txt");
}

static int corpus_open(struct sampling *s, struct error *err)
{
	struct corpus *corpus = &s->corpus;
	struct recording *model = &s->model;
	struct digest identity;

	if (registry_resolve(s->registry, s->request->dataset, STATEMENT_dataset, corpus->name,
			     &identity, err))
		return -1;
	if (believe_statement(&model->trust, model->evidence, &identity,
			      &(struct expectation){ STATEMENT_dataset, corpus->name },
			      &corpus->statement, err) ||
	    manifest_from_objects(model->evidence, &corpus->statement.statement.digest,
				  &corpus->manifest, err))
		return error_prefix(err, "'%s'", corpus->name);
	corpus->objects = (struct manifest_objects){ corpus->manifest, model->evidence };
	corpus->before = calloc(corpus->manifest->file_count + 1, sizeof(*corpus->before));
	if (!corpus->before)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu files",
				 corpus->manifest->file_count);
	return s->request->data
		       ? tree_open(s->request->data, NULL, &corpus->tree, err)
		       : tree_of_objects(corpus->name, &corpus->objects, &corpus->tree, err);
}

/* A whole file, held against the digest that was registered. */
static int shard_read(const struct corpus *corpus, const struct manifest_file *file,
		      struct buffer *out, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct digest found;

	out->len = 0;
	if (tree_open_file(corpus->tree, file->path, &source, err) ||
	    source_read_all(source, out, err))
		return error_prefix(err, "%s", corpus->name);
	found = sha256(buffer_view(out));
	if (!digest_equal(&found, &file->sha256))
		return error_set(err, ERROR_CORRUPT, "'%s' is not the file that %s registered",
				 file->path, corpus->name);
	return 0;
}

static int shard_count(struct span text, bool json, uint64_t *out_count, struct error *err)
{
	CLEANUP(json_free) struct json *owned = NULL;
	struct span document;
	uint64_t count = 0;
	bool more = true;

	for (; more; count += more)
		if (sampling_text_next(&text, json, &owned, &document, &more, err))
			return error_prefix(err, "document %" PRIu64, count);
	*out_count = count;
	return 0;
}

/* How many documents each file has. */
static int corpus_count(struct sampling *s, struct buffer *text, struct error *err)
{
	struct corpus *corpus = &s->corpus;
	uint64_t total = 0;

	for (size_t i = 0; i < corpus->manifest->file_count; i++) {
		const struct manifest_file *file = &corpus->manifest->file[i];
		uint64_t count = 0;

		if (is_shard(file->path) &&
		    (shard_read(corpus, file, text, err) ||
		     shard_count(buffer_view(text), sampling_holds_json(file->path), &count, err)))
			return error_prefix(err, "'%s'", file->path);
		corpus->before[i] = total;
		total += count;
	}
	corpus->before[corpus->manifest->file_count] = total;
	s->documents = total;
	if (!total)
		return error_set(err, ERROR_ABSENT, "%s has no documents in .jsonl or .txt files",
				 corpus->name);
	if (total > SAMPLING_DOCUMENTS_MAX)
		return error_set(err, ERROR_CORRUPT, "%s has more than %u documents", corpus->name,
				 SAMPLING_DOCUMENTS_MAX);
	return 0;
}

static int number_order(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* `count` different numbers below `total`, ascending; one that was drawn before is passed over. */
static int documents_draw(uint32_t total, size_t count, const char *seed, uint32_t **out_numbers,
			  struct error *err)
{
	struct seeded seeded = seeded_start(DOCUMENTS_DOMAIN, span_of(seed));
	uint32_t *numbers = calloc(count, sizeof(*numbers));

	if (!numbers)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu documents", count);
	for (size_t done = 0; done < count;) {
		uint32_t number = seeded_below(&seeded, total);

		if (bsearch(&number, numbers, done, sizeof(number), number_order))
			continue;
		numbers[done++] = number;
		qsort(numbers, done, sizeof(number), number_order);
	}
	*out_numbers = numbers;
	return 0;
}

/* A window of the document, whose place follows from the seed and its number. */
static int document_take(struct sampling *s, const char *path, uint64_t inside, uint32_t number,
			 struct span text, size_t length, const char *seed, struct error *err)
{
	char source[NAME_TEXT_MAX + TREE_NAME_MAX + 128], about[RECORDING_SOURCE_MAX + 32];
	size_t count, offset = 0, take;
	uint32_t *ids;
	int failed;

	if (sampling_encode(s, text, &ids, &count, err))
		return error_prefix(err, "'%s', document %" PRIu64, path, inside);
	take = count < length ? count : length;
	if (count > take) {
		struct seeded seeded;

		snprintf(about, sizeof(about), "%s/%" PRIu32, seed, number);
		seeded = seeded_start(OFFSET_DOMAIN, span_of(about));
		offset = seeded_below(&seeded, (uint32_t)(count - take + 1));
	}
	snprintf(source, sizeof(source), "dataset %s, %s, document %" PRIu64 ", token %zu",
		 s->corpus.name, path, inside, offset);
	failed = sampling_probe_add(s, ids, offset, take, source, err);
	free(ids);
	return failed;
}

/* The drawn documents of one file: numbers[0 ... count - 1], ascending. */
static int shard_take(struct sampling *s, size_t file, struct span text, const uint32_t *numbers,
		      size_t count, size_t length, const char *seed, struct error *err)
{
	const char *path = s->corpus.manifest->file[file].path;
	CLEANUP(json_free) struct json *owned = NULL;
	struct span document;
	bool more;

	for (uint64_t inside = 0; count; inside++) {
		if (sampling_text_next(&text, sampling_holds_json(path), &owned, &document, &more,
				       err))
			return -1;
		if (s->corpus.before[file] + inside != *numbers)
			continue;
		if (document_take(s, path, inside, *numbers, document, length, seed, err))
			return -1;
		numbers++;
		count--;
	}
	return 0;
}

int corpus_sample(struct sampling *s, size_t count, size_t length, const char *seed,
		  struct error *err)
{
	struct corpus *corpus = &s->corpus;
	CLEANUP(buffer_release) struct buffer text;
	uint32_t *numbers;
	int failed = 0;

	buffer_init(&text, SAMPLING_SHARD_MAX);
	if (corpus_open(s, err) || corpus_count(s, &text, err))
		return -1;
	if (count > s->documents)
		return error_set(err, ERROR_USAGE, "%s has %" PRIu64 " documents, fewer than %zu",
				 corpus->name, s->documents, count);
	if (documents_draw((uint32_t)s->documents, count, seed, &numbers, err))
		return -1;
	for (size_t i = 0, done = 0; !failed && done < count; i++) {
		size_t here = 0;

		while (done + here < count && numbers[done + here] < corpus->before[i + 1])
			here++;
		failed = here && (shard_read(corpus, &corpus->manifest->file[i], &text, err) ||
				  shard_take(s, i, buffer_view(&text), numbers + done, here, length,
					     seed, err));
		done += here;
	}
	free(numbers);
	return failed ? -1 : 0;
}
