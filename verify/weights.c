/* weights: the tensors of a model, in one file or in shards: finding them and reading them. */
#include "verify/weights/set.h"

#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"

static const struct weight *find_weight(const struct weights *weights, const char *name)
{
	size_t low = 0, high = weights->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, weights->weight[middle].tensor->name);

		if (!order)
			return &weights->weight[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct tree *weights_tree(const struct weights *weights)
{
	return weights->tree;
}

size_t weights_count(const struct weights *weights)
{
	return weights->count;
}

const struct tensor *weights_tensor(const struct weights *weights, size_t index)
{
	return weights->weight[index].tensor;
}

const struct tensor *weights_find(const struct weights *weights, const char *name)
{
	const struct weight *weight = find_weight(weights, name);

	return weight ? weight->tensor : NULL;
}

const char *weights_file_of(const struct weights *weights, const struct tensor *tensor)
{
	const struct weight *weight = find_weight(weights, tensor->name);

	return weight ? weights->shard[weight->shard].name : NULL;
}

size_t weights_file_count(const struct weights *weights)
{
	return weights->shard_count + (weights->index_name != NULL);
}

const char *weights_file(const struct weights *weights, size_t index)
{
	return index < weights->shard_count ? weights->shard[index].name : weights->index_name;
}

uint64_t weights_parameters(const struct weights *weights)
{
	uint64_t elements = 0;

	for (size_t i = 0; i < weights->count; i++)
		elements += tensor_elements(weights->weight[i].tensor);
	return elements;
}

size_t weights_unread_count(const struct weights *weights)
{
	return weights->unread_count;
}

const char *weights_unread(const struct weights *weights, size_t index)
{
	return weights->unread[index];
}

bool weights_here(const struct weights *weights, const struct tensor *tensor)
{
	const struct weight *weight = find_weight(weights, tensor->name);

	return weight && weights->shard[weight->shard].source;
}

const struct piece_record *weights_pieces(const struct weights *weights,
					  const struct tensor *tensor)
{
	const struct weight *weight = find_weight(weights, tensor->name);

	return weight && weights->manifest ? weight->record : NULL;
}

struct weights_seen weights_seen(const struct weights *weights)
{
	const struct manifest *manifest = weights->manifest;
	struct weights_seen seen = { 0 };

	for (size_t i = 0; manifest && i < manifest->tensor_count; i++) {
		uint64_t left = manifest->tensor[i].length;

		for (size_t at = manifest->tensor_piece[i]; left; at++) {
			uint64_t len = left < PIECE_SIZE_BYTES ? left : PIECE_SIZE_BYTES;

			seen.bytes += weights->seen[at] != PIECE_UNSEEN ? len : 0;
			seen.differ += weights->seen[at] == PIECE_DIFFERS;
			left -= len;
		}
	}
	return seen;
}

bool weights_are_checked(const struct weights *weights)
{
	return weights->manifest != NULL;
}

/* A tensor of the manifest and the file it is in, for looking up by name. */
struct known {
	const char *name;
	uint32_t tensor, file;
};

static int compare_known(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->name, ((const struct known *)b)->name);
}

static struct known *known_tensors(const struct manifest *manifest)
{
	struct known *known = calloc(manifest->tensor_count + 1, sizeof(*known));

	for (size_t i = 0; known && i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = 0; k < file->tensor_count; k++) {
			size_t at = file->first_tensor + k;

			known[at] = (struct known){ manifest->tensor[at].name, (uint32_t)at,
						    (uint32_t)i };
		}
	}
	if (known && manifest->tensor_count)
		qsort(known, manifest->tensor_count, sizeof(*known), compare_known);
	return known;
}

/* The manifest's tensor for `weight`: in the same file, else the only one of that name. */
static int match_weight(const struct weights *weights, const struct manifest *manifest,
			const struct known *known, struct weight *weight, struct error *err)
{
	struct known wanted = { weight->tensor->name, 0, 0 };
	const struct known *end = known + manifest->tensor_count;
	const struct known *at = manifest->tensor_count
					 ? bsearch(&wanted, known, manifest->tensor_count,
						   sizeof(*known), compare_known)
					 : NULL;
	const struct known *found = NULL;
	const struct tensor *tensor;
	size_t alike = 0;

	if (!at)
		return error_set(err, ERROR_CORRUPT, "tensor '%s' is not in the manifest",
				 wanted.name);
	while (at > known && compare_known(at - 1, &wanted) == 0)
		at--;
	for (; at < end && compare_known(at, &wanted) == 0; at++, alike++) {
		const char *path = manifest->file[at->file].path;

		if (strcmp(path, weights->shard[weight->shard].name) == 0) {
			found = at;
			alike = 0;
			break;
		}
		found = at;
	}
	if (alike > 1)
		return error_set(err, ERROR_CORRUPT,
				 "tensor '%s' is in %zu files of the manifest, none of them '%s'",
				 wanted.name, alike, weights->shard[weight->shard].name);
	tensor = &manifest->tensor[found->tensor];
	if (tensor->dtype != weight->tensor->dtype || tensor->rank != weight->tensor->rank ||
	    tensor->length != weight->tensor->length ||
	    memcmp(tensor->shape, weight->tensor->shape, tensor->rank * sizeof(*tensor->shape)) !=
		    0)
		return error_set(err, ERROR_CORRUPT,
				 "tensor '%s' has another shape or number format in the manifest",
				 wanted.name);
	weight->record = manifest->record + manifest->tensor_piece[found->tensor];
	return 0;
}

int weights_expect(struct weights *weights, const struct manifest *manifest, struct error *err)
{
	struct known *known;

	if (!manifest->record)
		return error_set(err, ERROR_USAGE, "the manifest came without its pieces");
	known = known_tensors(manifest);
	if (!known)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors",
				 manifest->tensor_count);
	for (size_t i = 0; i < weights->count; i++) {
		if (match_weight(weights, manifest, known, &weights->weight[i], err)) {
			free(known);
			return -1;
		}
	}
	free(known);
	free(weights->seen);
	weights->seen = calloc(manifest->piece_count + 1, 1);
	if (!weights->seen)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces",
				 manifest->piece_count);
	weights->manifest = manifest;
	return 0;
}

int weights_weight(struct weights *weights, const struct tensor *tensor, uint64_t offset,
		   size_t len, const struct weight **out_weight, struct error *err)
{
	const struct weight *weight = find_weight(weights, tensor->name);

	if (!weight || weight->tensor != tensor)
		return error_set(err, ERROR_USAGE, "'%s' is no tensor of these weights",
				 tensor->name);
	if (offset > tensor->length || len > tensor->length - offset)
		return error_set(err, ERROR_USAGE, "'%s' has %llu bytes: none at %llu + %zu",
				 tensor->name, (unsigned long long)tensor->length,
				 (unsigned long long)offset, len);
	if (!weights->shard[weight->shard].source)
		return error_set(err, ERROR_ABSENT,
				 "the tensor '%s' lies in '%s', which is not here", tensor->name,
				 weights->shard[weight->shard].name);
	*out_weight = weight;
	return 0;
}

int weights_read(struct weights *weights, const struct tensor *tensor, uint64_t offset, void *out,
		 size_t len, struct error *err)
{
	const struct weight *weight;

	if (weights_weight(weights, tensor, offset, len, &weight, err))
		return -1;
	return source_read_at(weights->shard[weight->shard].source, tensor->offset + offset, out,
			      len, err);
}

/* A checked read: the pieces that cover [offset, offset + len) of a tensor. */
struct checked {
	struct piece_job *job;
	size_t count;
	uint64_t first;      /* the piece of the tensor that job[0] is */
	uint8_t *partial[2]; /* for the first and last piece where they are wanted in part */
};

static void checked_release(struct checked *checked)
{
	free(checked->job);
	free(checked->partial[0]);
	free(checked->partial[1]);
}

/* Jobs whose bytes go to `out`, or through a buffer of their own at the two ends. */
static int checked_plan(struct checked *checked, struct source *source, const struct tensor *tensor,
			uint64_t offset, uint8_t *out, size_t len, struct error *err)
{
	uint64_t last = (offset + len - 1) / PIECE_SIZE_BYTES;

	checked->first = offset / PIECE_SIZE_BYTES;
	checked->count = (size_t)(last - checked->first + 1);
	checked->job = calloc(checked->count, sizeof(*checked->job));
	if (!checked->job)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces", checked->count);
	for (size_t i = 0; i < checked->count; i++) {
		struct piece_job *job = &checked->job[i];
		uint64_t start = (checked->first + i) * PIECE_SIZE_BYTES;
		uint64_t rest = tensor->length - start;

		job->source = source;
		job->offset = tensor->offset + start;
		job->len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES;
		if (start >= offset && start + job->len <= offset + len) {
			job->out = out + (start - offset);
			continue;
		}
		job->out = malloc(job->len);
		checked->partial[i != 0] = job->out;
		if (!job->out)
			return error_set(err, ERROR_SYSTEM, "out of memory for a piece");
	}
	return 0;
}

/* Copy what was wanted of a piece that was read whole elsewhere. */
static void copy_part(const struct checked *checked, size_t i, uint64_t offset, uint8_t *out,
		      size_t len)
{
	const struct piece_job *job = &checked->job[i];
	uint64_t start = (checked->first + i) * PIECE_SIZE_BYTES;
	uint64_t from = start < offset ? offset : start;
	uint64_t to = start + job->len < offset + len ? start + job->len : offset + len;

	memcpy(out + (from - offset), job->out + (from - start), (size_t)(to - from));
}

int weights_piece_compare(const struct weights *weights, const struct weight *weight,
			  const struct piece_job *job, uint64_t piece, struct error *err)
{
	const struct piece_record *record = &weight->record[piece];
	bool holds = digest_equal(&job->digest, &record->digest);

	weights->seen[record - weights->manifest->record] = holds ? PIECE_HOLDS : PIECE_DIFFERS;
	if (holds)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "tensor '%s' of '%s' is not what was signed: bytes %llu to %llu of the "
			 "file differ",
			 weight->tensor->name, weights->shard[weight->shard].name,
			 (unsigned long long)job->offset,
			 (unsigned long long)(job->offset + job->len - 1));
}

int weights_read_checked(const struct context *ctx, struct weights *weights,
			 const struct tensor *tensor, uint64_t offset, void *out, size_t len,
			 struct error *err)
{
	CLEANUP(checked_release) struct checked checked = { 0 };
	struct context quiet = *ctx;
	const struct weight *weight;

	quiet.progress = NULL; /* the caller knows what these bytes are a part of */
	if (weights_weight(weights, tensor, offset, len, &weight, err))
		return -1;
	if (!len)
		return 0;
	if (!weights->manifest)
		return weights_read(weights, tensor, offset, out, len, err);
	if (checked_plan(&checked, weights->shard[weight->shard].source, tensor, offset, out, len,
			 err) ||
	    piece_jobs_run(&quiet, "reading", checked.job, checked.count, err))
		return -1;
	for (size_t i = 0; i < checked.count; i++) {
		const struct piece_job *job = &checked.job[i];

		if (weights_piece_compare(weights, weight, job, checked.first + i, err))
			return -1;
		if (job->out == checked.partial[0] || job->out == checked.partial[1])
			copy_part(&checked, i, offset, out, len);
	}
	return 0;
}

/* The pieces of whole tensors, one tensor after another. */
static void jobs_fill(const struct weights *weights, const struct weights_part *part, size_t count,
		      const struct weight **weight, struct piece_job *job)
{
	for (size_t i = 0; i < count; i++)
		for (uint64_t at = 0; at < part[i].tensor->length; at += PIECE_SIZE_BYTES, job++) {
			uint64_t rest = part[i].tensor->length - at;

			job->source = weights->shard[weight[i]->shard].source;
			job->offset = part[i].tensor->offset + at;
			job->len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES;
			job->out = part[i].out + at;
		}
}

static int jobs_compare(const struct weights *weights, const struct weights_part *part,
			size_t count, const struct weight **weight, const struct piece_job *job,
			struct error *err)
{
	for (size_t i = 0; i < count; i++)
		for (uint64_t at = 0; at < part[i].tensor->length; at += PIECE_SIZE_BYTES, job++)
			if (weights_piece_compare(weights, weight[i], job, at / PIECE_SIZE_BYTES,
						  err))
				return -1;
	return 0;
}

static int parts_read(const struct context *ctx, struct weights *weights,
		      const struct weights_part *part, size_t count, const struct weight **weight,
		      struct error *err)
{
	struct context quiet = *ctx;
	struct piece_job *job;
	size_t pieces = 0;
	int failed = 0;

	quiet.progress = NULL;
	for (size_t i = 0; i < count; i++) {
		if (weights_weight(weights, part[i].tensor, 0, 0, &weight[i], err))
			return -1;
		pieces += (size_t)((part[i].tensor->length + PIECE_SIZE_BYTES - 1) /
				   PIECE_SIZE_BYTES);
	}
	if (!weights->manifest) {
		for (size_t i = 0; !failed && i < count; i++)
			failed = context_check_cancelled(ctx, err) ||
				 weights_read(weights, part[i].tensor, 0, part[i].out,
					      (size_t)part[i].tensor->length, err);
		return failed ? -1 : 0;
	}
	job = calloc(pieces + 1, sizeof(*job));
	if (!job)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces", pieces);
	jobs_fill(weights, part, count, weight, job);
	failed = piece_jobs_run(&quiet, "reading", job, pieces, err) ||
		 jobs_compare(weights, part, count, weight, job, err);
	free(job);
	return failed ? -1 : 0;
}

int weights_read_tensors(const struct context *ctx, struct weights *weights,
			 const struct weights_part *part, size_t count, struct error *err)
{
	const struct weight **weight = calloc(count + 1, sizeof(struct weight *));
	int failed;

	if (!weight)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors", count);
	failed = parts_read(ctx, weights, part, count, weight, err);
	free(weight);
	return failed;
}

int weights_unchanged(struct weights *weights, struct error *err)
{
	for (size_t i = 0; i < weights->shard_count; i++) {
		struct source *source = weights->shard[i].source;

		if (source && source_unchanged(source, err))
			return -1;
	}
	return 0;
}
