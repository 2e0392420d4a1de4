/* sampling: documents, prompts and chance as probes, with where each comes from. */
#include "registry/sampling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/recording_inner.h"
#include "registry/statement.h"

#define DOCUMENTS_DOMAIN "akashi/probes/documents/1"
#define OFFSET_DOMAIN "akashi/probes/offset/1"
#define TEXTS_MAX_BYTES (64u << 20)

/* A dataset that is read file by file. What is here is owned. */
struct corpus {
	char name[NAME_TEXT_MAX];
	struct believed statement;
	struct manifest *manifest;
	struct manifest_objects objects;
	struct tree *tree;
	uint64_t *before; /* file_count + 1: documents in the files before each */
};

static void corpus_release(struct corpus *corpus)
{
	free(corpus->before);
	tree_close(&corpus->tree);
	manifest_free(&corpus->manifest);
	believed_release(&corpus->statement);
}

/* Sampling under way. */
struct sampling {
	struct registry *registry;              /* borrowed */
	const struct sampling_request *request; /* borrowed */
	struct recording model;
	struct tokenizer *tokenizer;
	struct corpus corpus;
	struct probes probes;
	size_t tokens;
	uint64_t documents;
};

static void sampling_release(struct sampling *s)
{
	probes_release(&s->probes);
	corpus_release(&s->corpus);
	tokenizer_close(&s->tokenizer);
	recording_release(&s->model);
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len >= tail && strcmp(name + len - tail, end) == 0;
}

static bool is_shard(const char *path)
{
	return ends_with(path, ".jsonl") || ends_with(path, ".txt");
}

/*
 * The next non-blank text of a file: a line, or the "text" of a line of JSON, whose memory
 * *json then owns. False at the end.
 */
static int text_next(struct span *rest, bool json, struct json **out_json, struct span *out_text,
		     bool *out_more, struct error *err)
{
	struct span line;
	const char *text;

	while (line_next(rest, &line)) {
		json_free(out_json);
		if (line_is_blank(line))
			continue;
		*out_more = true;
		if (line.data[line.len - 1] == '\r')
			line.len--;
		*out_text = line;
		if (!json)
			return 0;
		if (json_parse(line, NULL, out_json, err) ||
		    json_need_string(*out_json, "text", &text, err))
			return -1;
		*out_text = span_of(text);
		if (!line_is_blank(*out_text))
			return 0;
	}
	*out_more = false;
	return 0;
}

/* One more probe: `count` of the text's ids from `offset` on. */
static int probe_take(struct sampling *s, const uint32_t *ids, size_t offset, size_t count,
		      const char *source, struct error *err)
{
	struct probe *probe;

	if (probes_add(&s->probes, s->tokens, count, &probe, err))
		return -1;
	memcpy(probe->ids, ids + offset, count * sizeof(*ids));
	s->tokens += count;
	probe->source = strdup(source);
	return probe->source ? 0 : error_set(err, ERROR_SYSTEM, "no memory for a source");
}

static int text_encode(struct sampling *s, struct span text, uint32_t **out_ids, size_t *out_count,
		       struct error *err)
{
	return tokenizer_encode(s->tokenizer, text,
				s->request->special ? TOKENIZER_WITH_SPECIAL : TOKENIZER_PLAIN,
				out_ids, out_count, err);
}

/* ---- Documents of a dataset ---- */

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
		if (text_next(&text, json, &owned, &document, &more, err))
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
		     shard_count(buffer_view(text), ends_with(file->path, ".jsonl"), &count, err)))
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

	if (text_encode(s, text, &ids, &count, err))
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
	failed = probe_take(s, ids, offset, take, source, err);
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
		if (text_next(&text, ends_with(path, ".jsonl"), &owned, &document, &more, err))
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

static int corpus_sample(struct sampling *s, size_t count, size_t length, const char *seed,
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

/* ---- Prompts ---- */

static int texts_take(struct sampling *s, struct error *err)
{
	const struct model_config *config = forward_config(s->model.forward);
	size_t length = s->request->length ? s->request->length : config->context, count;
	bool json = ends_with(s->request->text, ".jsonl"), more = true;
	CLEANUP(buffer_release) struct buffer file;
	CLEANUP(json_free) struct json *owned = NULL;
	char source[128], hex[DIGEST_HEX_SIZE];
	struct span rest, text;
	struct digest digest;
	uint32_t *ids;
	int failed;

	buffer_init(&file, TEXTS_MAX_BYTES);
	if (file_read(s->request->text, &file, err))
		return -1;
	digest = sha256(buffer_view(&file));
	digest_to_hex(&digest, hex);
	rest = buffer_view(&file);
	for (;; s->documents++) {
		if (text_next(&rest, json, &owned, &text, &more, err) ||
		    (more && text_encode(s, text, &ids, &count, err)))
			return error_prefix(err, "'%s', text %" PRIu64, s->request->text,
					    s->documents);
		if (!more)
			return s->documents ? 0
					    : error_set(err, ERROR_ABSENT, "'%s' holds no text",
							s->request->text);
		snprintf(source, sizeof(source), "prompts sha256:%s, text %" PRIu64, hex,
			 s->documents);
		failed = probe_take(s, ids, 0, count < length ? count : length, source, err);
		free(ids);
		if (failed)
			return -1;
	}
}

/* ---- All three ---- */

static int random_take(struct sampling *s, size_t count, size_t length, const char *seed,
		       struct error *err)
{
	char source[RECORDING_SOURCE_MAX + 64];

	if (probes_generate(count, length, seed, forward_config(s->model.forward)->vocab,
			    &s->probes, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		snprintf(source, sizeof(source), "random %zu:%zu:%s, probe %zu", count, length,
			 seed, i);
		s->probes.probe[i].source = strdup(source);
		if (!s->probes.probe[i].source)
			return error_set(err, ERROR_SYSTEM, "no memory for a source");
	}
	return 0;
}

static int drawn_take(struct sampling *s, struct error *err)
{
	char identity[DIGEST_HEX_SIZE];
	size_t count, length;
	const char *seed;

	if (probes_parse_random(s->request->draw, &count, &length, &seed, err))
		return -1;
	if (seed && strlen(seed) >= RECORDING_SOURCE_MAX)
		return error_set(err, ERROR_USAGE, "the seed has more than %d bytes",
				 RECORDING_SOURCE_MAX - 1);
	digest_to_hex(&s->model.checkpoint.identity, identity);
	seed = seed ? seed : identity;
	return s->request->dataset ? corpus_sample(s, count, length, seed, err)
				   : random_take(s, count, length, seed, err);
}

int registry_sample_probes(struct registry *registry, const struct sampling_request *request,
			   struct sampling_result *out_result, struct error *err)
{
	CLEANUP(sampling_release) struct sampling s = { .registry = registry, .request = request };
	const struct model_config *config;

	if (recording_open(registry, request->name, &s.model, err))
		return -1;
	config = forward_config(s.model.forward);
	if ((request->dataset || request->text) &&
	    tokenizer_open_tree(s.model.tree, s.model.manifest, &s.tokenizer, err))
		return error_prefix(err, "'%s'", request->name);
	if ((request->text ? texts_take(&s, err) : drawn_take(&s, err)) ||
	    probes_check(&s.probes, config->vocab, config->context, err))
		return -1;
	*out_result = (struct sampling_result){ s.probes, s.documents };
	s.probes = (struct probes){ 0 }; /* handed over */
	return 0;
}
