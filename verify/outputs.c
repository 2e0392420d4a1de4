/* outputs: memory, digests and the tree of leaves. */
#include "verify/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "numbers are hashed as they lie in memory");

uint32_t float_bits(float number)
{
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

int outputs_new(struct outputs *outputs, size_t count, struct error *err)
{
	outputs->probe = calloc(count, sizeof(*outputs->probe));
	if (!outputs->probe)
		return error_set(err, ERROR_SYSTEM, "no memory for the outputs of %zu probes",
				 count);
	outputs->count = count;
	return 0;
}

int outputs_probe_new(const struct outputs *outputs, struct probe_outputs *probe, size_t tokens,
		      struct error *err)
{
	probe->tokens = tokens;
	probe->boundary = calloc((size_t)outputs->layers + 1, sizeof(*probe->boundary));
	probe->position = calloc(tokens, sizeof(*probe->position));
	if (outputs->logits)
		probe->top = calloc(tokens, sizeof(*probe->top));
	if (!probe->boundary || !probe->position || (outputs->logits && !probe->top))
		return error_set(err, ERROR_SYSTEM, "no memory for the outputs of %zu tokens",
				 tokens);
	return 0;
}

void outputs_release(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++) {
		free(outputs->probe[i].boundary);
		free(outputs->probe[i].position);
		free(outputs->probe[i].top);
	}
	free(outputs->probe);
	free(outputs->commitment);
	*outputs = (struct outputs){ 0 };
}

/* ---- Bytes that are hashed ---- */

/* A small run of bytes that grows. */
struct entry {
	uint8_t byte[256];
	size_t len;
};

static void entry_add(struct entry *entry, const void *bytes, size_t len)
{
	memcpy(entry->byte + entry->len, bytes, len);
	entry->len += len;
}

static void entry_u8(struct entry *entry, uint8_t number)
{
	entry_add(entry, &number, 1);
}

static void entry_u32(struct entry *entry, uint32_t number)
{
	entry_add(entry, &number, 4);
}

static void entry_u64(struct entry *entry, uint64_t number)
{
	entry_add(entry, &number, 8);
}

/* With its NUL. */
static void entry_text(struct entry *entry, const char *text)
{
	entry_add(entry, text, strlen(text) + 1);
}

/* What stands before the numbers of rows x cols. */
static struct entry values_head(const char *what, size_t rows, size_t cols)
{
	struct entry head = { .len = 0 };

	entry_text(&head, EXACT_PROFILE);
	entry_text(&head, what);
	entry_u32(&head, rows ? 2 : 1);
	if (rows)
		entry_u64(&head, rows);
	entry_u64(&head, cols);
	return head;
}

size_t values_header(const char *what, size_t rows, size_t cols,
		     uint8_t out_bytes[VALUES_HEADER_MAX])
{
	struct entry head = values_head(what, rows, cols);

	memcpy(out_bytes, head.byte, head.len);
	return head.len;
}

static struct span values_bytes(const float *number, size_t rows, size_t cols)
{
	return (struct span){ (const uint8_t *)number, (rows ? rows : 1) * cols * 4 };
}

struct digest values_digest(const char *what, size_t rows, size_t cols, const float *values)
{
	struct entry head = values_head(what, rows, cols);
	struct span parts[2] = { { head.byte, head.len }, values_bytes(values, rows, cols) };

	return sha256_parts(parts, 2);
}

/* As many as are ever hashed side by side on one core. */
enum { STREAMS_MAX = 16 };

struct digests_job {
	const char *what;
	size_t cols;
	const struct values *values;
	size_t count, group;         /* values, and how many of them one call takes */
	struct hash_stream **stream; /* one each */
	struct digest *digest;
};

/* One group, side by side. */
static void digests_work(void *arg, size_t index)
{
	const struct digests_job *job = arg;
	size_t first = index * job->group, rest = job->count - first;
	size_t count = rest < job->group ? rest : job->group;
	struct span bytes[STREAMS_MAX] = { { NULL, 0 } };

	for (size_t i = 0; i < count; i++) {
		const struct values *values = &job->values[first + i];
		struct entry head = values_head(job->what, values->rows, job->cols);

		hash_stream_add(job->stream[first + i], (struct span){ head.byte, head.len });
		bytes[i] = values_bytes(values->number, values->rows, job->cols);
	}
	hash_streams_add(job->stream + first, bytes, count);
	for (size_t i = first; i < first + count; i++)
		job->digest[i] = hash_stream_finish(job->stream[i]);
}

static void streams_free(struct hash_stream **stream, size_t count)
{
	for (size_t i = 0; stream && i < count; i++)
		hash_stream_free(&stream[i]);
	free(stream);
}

int values_digests(struct threads *threads, const char *what, size_t cols,
		   const struct values *values, size_t count, struct digest *out_digest,
		   struct error *err)
{
	struct digests_job job = { what, cols, values, count, 1, NULL, out_digest };
	size_t workers = threads_count(threads), made = 0;
	int failed = 0;

	job.stream = calloc(count, sizeof(struct hash_stream *));
	if (!job.stream)
		return error_set(err, ERROR_SYSTEM, "no memory to digest %zu outputs", count);
	while (!failed && made < count)
		failed = hash_stream_new(&job.stream[made++], err);
	job.group = (count + workers - 1) / workers;
	job.group = job.group < STREAMS_MAX ? job.group : STREAMS_MAX;
	if (!failed)
		threads_run(threads, (count + job.group - 1) / job.group, digests_work, &job);
	streams_free(job.stream, count);
	return failed;
}

/* ---- Leaves ---- */

enum leaf_kind { LEAF_PROBE = 1, LEAF_BOUNDARY, LEAF_LOGITS, LEAF_HIDDEN, LEAF_NLL, LEAF_PRIVATE };

static void leaf_add(struct merkle *tree, const struct entry *entry)
{
	struct digest leaf = merkle_leaf((struct span){ entry->byte, entry->len });

	merkle_add(tree, &leaf);
}

static struct entry leaf_begin(enum leaf_kind kind, size_t probe, size_t index)
{
	struct entry entry = { .len = 0 };

	entry_u8(&entry, (uint8_t)kind);
	entry_u32(&entry, (uint32_t)probe);
	entry_u32(&entry, (uint32_t)index);
	return entry;
}

static void digest_leaf_add(struct merkle *tree, enum leaf_kind kind, size_t probe, size_t index,
			    const struct digest *digest)
{
	struct entry entry = leaf_begin(kind, probe, index);

	entry_add(&entry, digest->byte, DIGEST_SIZE);
	leaf_add(tree, &entry);
}

static void logits_leaf_add(struct merkle *tree, size_t probe, size_t index,
			    const struct digest *digest, const struct exact_top *top)
{
	struct entry entry = leaf_begin(LEAF_LOGITS, probe, index);

	entry_add(&entry, digest->byte, DIGEST_SIZE);
	for (size_t i = 0; i < EXACT_TOP_COUNT; i++) {
		entry_u32(&entry, top->id[i]);
		entry_u32(&entry, float_bits(top->logit[i]));
	}
	leaf_add(tree, &entry);
}

static void head_leaf_add(struct merkle *tree, const struct outputs *outputs)
{
	struct entry entry = { .len = 0 };

	entry_text(&entry, OUTPUTS_SCHEMA);
	entry_text(&entry, EXACT_PROFILE);
	entry_u8(&entry, outputs->logits);
	entry_u32(&entry, outputs->layers);
	entry_u32(&entry, outputs->hidden);
	entry_u32(&entry, outputs->vocab);
	entry_u32(&entry, (uint32_t)outputs->count);
	leaf_add(tree, &entry);
}

static void probe_leaves_add(struct merkle *tree, const struct outputs *outputs, size_t index)
{
	const struct probe_outputs *probe = &outputs->probe[index];

	digest_leaf_add(tree, LEAF_PROBE, index, probe->tokens, &probe->identity);
	for (uint32_t i = 0; i <= outputs->layers; i++)
		digest_leaf_add(tree, LEAF_BOUNDARY, index, i, &probe->boundary[i]);
	for (size_t i = 0; i < probe->tokens; i++)
		if (outputs->logits)
			logits_leaf_add(tree, index, i, &probe->position[i], &probe->top[i]);
		else
			digest_leaf_add(tree, LEAF_HIDDEN, index, i, &probe->position[i]);
	if (outputs->logits) {
		struct entry entry = leaf_begin(LEAF_NLL, index, 0);

		entry_u32(&entry, float_bits(probe->nll));
		leaf_add(tree, &entry);
	}
}

struct digest outputs_root(const struct outputs *outputs)
{
	struct merkle tree = { 0 };

	head_leaf_add(&tree, outputs);
	for (size_t i = 0; i < outputs->count; i++)
		if (outputs->commitment)
			digest_leaf_add(&tree, LEAF_PRIVATE, i, 0, &outputs->commitment[i]);
		else
			probe_leaves_add(&tree, outputs, i);
	return merkle_root(&tree);
}

void top_text(const struct exact_top *top, size_t place, char out_text[TOP_TEXT_MAX])
{
	snprintf(out_text, TOP_TEXT_MAX, "%u:%08x", top->id[place], float_bits(top->logit[place]));
}
