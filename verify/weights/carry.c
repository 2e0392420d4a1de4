/* weights_carry: tensors that do not stay where they were read and hashed. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "verify/weights/set.h"

/* One piece of a tensor, and the part of it that is wanted. */
struct carry_job {
	const struct weight *weight;
	uint64_t piece; /* of its tensor */
	struct piece_job read;
	size_t first, len;
	uint64_t place;
};

struct carry {
	const struct context *ctx;
	struct weights *weights;
	const struct weights_carrier *carrier;
	struct carry_job *job;
	size_t count;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t lock; /* over what follows */
	struct error *err;
};

static void carry_fail(struct carry *carry, const struct error *cause)
{
	pthread_mutex_lock(&carry->lock);
	if (!atomic_exchange(&carry->failed, true))
		*carry->err = *cause;
	pthread_mutex_unlock(&carry->lock);
}

/* A piece that is wanted as a whole. */
static bool job_whole(const struct carry_job *job)
{
	return job->len == job->read.len;
}

/*
 * Read the pieces, each at once (a disk is twice to twenty times as fast so as in small
 * steps of several pieces), and hash them where they can be compared.
 */
static int pieces_read_in(struct carry *carry, struct piece_hasher **hasher,
			  const struct carry_job *job, struct piece_job *read, size_t count,
			  struct error *err)
{
	struct weights *weights = carry->weights;
	size_t hashed = 0;

	for (size_t i = 0; i < count; i++) {
		if (source_read_at(read[i].source, read[i].offset, read[i].out, read[i].len, err))
			return -1;
		read[i].there = true;
	}
	if (!weights->manifest)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (carry->carrier->later && job_whole(&job[i]))
			continue;
		if ((!*hasher && piece_hasher_new(hasher, err)) ||
		    (!hashed && piece_hasher_run(*hasher, read, count, err)) ||
		    weights_piece_compare(weights, job[i].weight, &read[i], job[i].piece, err))
			return -1;
		hashed = count;
	}
	return 0;
}

/* One of the threads. */
struct carry_reader {
	size_t number;
	struct piece_hasher *hasher; /* NULL until it is needed */
	struct piece_job *read;      /* of a batch */
};

/* Some pieces side by side, through the reader's next rooms. */
static int carry_batch(struct carry *carry, struct carry_reader *reader, struct carry_job *job,
		       size_t count, struct error *err)
{
	const struct weights_carrier *carrier = carry->carrier;
	struct piece_job *read = reader->read;
	uint64_t bytes = 0;

	if (context_check_cancelled(carry->ctx, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		read[i] = job[i].read;
		bytes += read[i].len;
		if (carrier->room(carrier->user, reader->number, i, &read[i].out, err))
			return -1;
	}
	if (pieces_read_in(carry, &reader->hasher, job, read, count, err))
		return -1;
	context_bytes_read(carry->ctx, bytes);
	for (size_t i = 0; i < count; i++)
		if (carrier->carry(carrier->user, reader->number, i, job[i].first, job[i].len,
				   job[i].place, err))
			return -1;
	return 0;
}

static void carry_work(void *arg, size_t number)
{
	struct carry *carry = arg;
	size_t batch = carry->carrier->rooms, first;
	struct carry_reader reader = { .number = number };
	struct error err = { 0 };

	reader.read = calloc(batch, sizeof(*reader.read));
	if (!reader.read) {
		(void)error_set(&err, ERROR_SYSTEM, "out of memory for %zu pieces", batch);
		carry_fail(carry, &err);
	}
	while (!atomic_load(&carry->failed) &&
	       (first = atomic_fetch_add(&carry->next, batch)) < carry->count) {
		size_t rest = carry->count - first;

		if (carry_batch(carry, &reader, carry->job + first, rest < batch ? rest : batch,
				&err))
			carry_fail(carry, &err);
	}
	piece_hasher_free(&reader.hasher);
	free(reader.read);
}

/* The pieces that cover a range; NULL only counts. */
static size_t range_jobs(const struct weights *weights, const struct weight *weight,
			 const struct weights_range *range, struct carry_job *job)
{
	uint64_t end = range->first + range->length;
	uint64_t first = range->first / PIECE_SIZE_BYTES;
	size_t count = 0;

	for (uint64_t piece = first; piece * PIECE_SIZE_BYTES < end; piece++, count++) {
		uint64_t start = piece * PIECE_SIZE_BYTES, rest = range->tensor->length - start;
		uint32_t len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES;
		uint64_t from = start < range->first ? range->first : start;
		uint64_t to = start + len < end ? start + len : end;

		if (!job)
			continue;
		job[count] = (struct carry_job){
			.weight = weight,
			.piece = piece,
			.read = { .source = weights->shard[weight->shard].source,
				  .offset = range->tensor->offset + start,
				  .len = len },
			.first = (size_t)(from - start),
			.len = (size_t)(to - from),
			.place = range->place + (from - range->first),
		};
	}
	return count;
}

static int jobs_make(struct carry *carry, const struct weights_range *range, size_t count,
		     struct error *err)
{
	for (size_t pass = 0; pass < 2; pass++) {
		carry->count = 0;
		for (size_t i = 0; i < count; i++) {
			const struct weight *weight;

			if (!range[i].length)
				continue;
			if (weights_weight(carry->weights, range[i].tensor, range[i].first,
					   (size_t)range[i].length, &weight, err))
				return -1;
			carry->count += range_jobs(carry->weights, weight, &range[i],
						   carry->job ? carry->job + carry->count : NULL);
		}
		if (!carry->job)
			carry->job = calloc(carry->count + 1, sizeof(*carry->job));
		if (!carry->job)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces",
					 carry->count);
	}
	return 0;
}

int weights_carry(const struct context *ctx, struct weights *weights,
		  const struct weights_range *range, size_t count,
		  const struct weights_carrier *carrier, struct error *err)
{
	struct carry carry = {
		.ctx = ctx,
		.weights = weights,
		.carrier = carrier,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.err = err,
	};
	int failed = jobs_make(&carry, range, count, err);

	if (!failed) {
		threads_run(ctx->threads, threads_count(ctx->threads), carry_work, &carry);
		failed = atomic_load(&carry.failed) ? -1 : 0;
	}
	pthread_mutex_destroy(&carry.lock);
	free(carry.job);
	return failed;
}

int weights_carried(struct weights *weights, const struct weights_range *range, size_t count,
		    struct weights_carried **out_pieces, size_t *out_count, struct error *err)
{
	struct carry carry = { .weights = weights };
	struct weights_carried *piece = NULL;
	size_t whole = 0;

	*out_pieces = NULL;
	*out_count = 0;
	if (!weights->manifest)
		return 0;
	if (jobs_make(&carry, range, count, err)) {
		free(carry.job);
		return -1;
	}
	piece = calloc(carry.count + 1, sizeof(*piece));
	for (size_t i = 0; piece && i < carry.count; i++)
		if (job_whole(&carry.job[i]))
			piece[whole++] =
				(struct weights_carried){ carry.job[i].place, carry.job[i].len };
	free(carry.job);
	if (!piece)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces", carry.count);
	*out_pieces = piece;
	*out_count = whole;
	return 0;
}

int weights_carried_check(struct weights *weights, const struct weights_range *range, size_t count,
			  const struct digest *digest, struct error *err)
{
	struct carry carry = { .weights = weights };
	int failed = jobs_make(&carry, range, count, err);

	for (size_t i = 0; !failed && i < carry.count; i++) {
		struct carry_job *job = &carry.job[i];

		if (!job_whole(job))
			continue;
		job->read.digest = *digest++;
		failed = weights_piece_compare(weights, job->weight, &job->read, job->piece, err);
	}
	free(carry.job);
	return failed ? -1 : 0;
}
