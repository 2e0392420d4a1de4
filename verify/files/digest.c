/*
 * files_digest: files whose bytes nobody else wants, read once and hashed.
 *
 * A thread reads up to two files, each of which is one chain of SHA-256, and
 * hashes sixteen of their pieces beside them at little cost (hash_streams_add).
 * Every piece has a lane from the moment when its first bytes are read, and is
 * hashed at a sixteenth of the pace at which files are read; what was read and
 * not hashed yet waits in blocks. Pieces are begun one after the other, so half
 * of each waits at a time, 32 MiB in all, and blocks are bounded a little above.
 */
#include "verify/files/digest.h"

#include <pthread.h>
#include <stdlib.h>

#include "verify/tree.h"

enum {
	CHAINS_MAX = 2,
	LANES_MAX = 16,
	LANES_MIN = 10, /* fewer wait for others */
	BLOCK_SIZE_BYTES = 262144,
	DRAIN_SIZE_BYTES = 65536, /* of each lane, when no file can be read */
	LOCATOR_STEP_BYTES = 2048,
	BLOCKS_MAX = 160, /* for each thread */
	THREADS_MAX = 2   /* more would need more memory than a command may take */
};

struct block {
	struct block *next;
	uint8_t *bytes;
	uint32_t len;
};

/* A piece that is being hashed. */
struct lane {
	struct piece_record *record; /* NULL: free */
	uint32_t left;               /* bytes that are not hashed */
	struct block *first, **last; /* those of them that were read */
	uint32_t at;                 /* bytes of the first block that are hashed */
	struct hash_stream *stream;  /* made once */
	struct locator_stream locator;
};

/* A file that is being read. */
struct chain {
	size_t file;
	struct source *source;
	bool refused;    /* and read by others */
	void *sink_file; /* NULL: the sink does not want to hear of it, or of its end no more */
	struct hash_stream *whole;
	struct piece *piece; /* malloced */
	size_t next;         /* the piece being read */
	uint32_t at;         /* bytes of it */
	struct lane *lane;   /* its, once it is begun */
	struct block *block; /* what was read in this step of the only piece, which has no lane */
	struct locator_stream locator;
};

struct run {
	const struct context *ctx;
	const struct tree *tree;
	const struct manifest_sink *sink; /* or NULL */
	uint32_t *order;                  /* the first `refused` are, once they were begun */
	size_t count, threads;
	struct whole_file *file;
	uint64_t total;

	pthread_mutex_t lock; /* over what follows */
	size_t next;          /* of `order` */
	size_t refused;       /* files of which the sink wants pieces after all, */
	uint64_t refused_bytes;
	size_t chains; /* of all threads */
	uint64_t done;
	bool failed;
	struct error *err;
};

/* One thread. */
struct hand {
	struct run *run;
	struct chain chain[CHAINS_MAX];
	size_t chains; /* the first so many are in use */
	struct lane lane[LANES_MAX];
	struct block block[BLOCKS_MAX];
	struct block *free;
};

/* What is hashed together in one step. */
struct step {
	struct hash_stream *stream[CHAINS_MAX + LANES_MAX];
	struct span bytes[CHAINS_MAX + LANES_MAX];
	struct lane *lane[LANES_MAX];
	size_t chains, count; /* the chains come first */
	uint64_t read;
};

/* ---- Blocks and lanes ---- */

static struct block *block_take(struct hand *hand)
{
	struct block *block = hand->free;

	if (!block)
		return NULL;
	if (!block->bytes)
		block->bytes = aligned_alloc(4096, BLOCK_SIZE_BYTES);
	if (!block->bytes)
		return NULL;
	hand->free = block->next;
	block->next = NULL;
	return block;
}

static void block_give(struct hand *hand, struct block *block)
{
	block->next = hand->free;
	hand->free = block;
}

static struct lane *lane_take(struct hand *hand, struct piece_record *record, uint32_t len)
{
	for (size_t i = 0; i < LANES_MAX; i++) {
		struct lane *lane = &hand->lane[i];

		if (lane->record)
			continue;
		lane->record = record;
		lane->left = len;
		lane->first = NULL;
		lane->last = &lane->first;
		lane->at = 0;
		lane->locator = (struct locator_stream){ 0 };
		return lane;
	}
	return NULL;
}

static void lane_put(struct lane *lane, struct block *block)
{
	*lane->last = block;
	lane->last = &block->next;
}

/* The lane's bytes in this step were hashed. */
static void lane_advance(struct hand *hand, struct lane *lane, struct span bytes)
{
	struct block *block = lane->first;

	locator_add(&lane->locator, bytes);
	lane->left -= (uint32_t)bytes.len;
	lane->at += (uint32_t)bytes.len;
	if (lane->at == block->len) {
		lane->at = 0;
		lane->first = block->next;
		if (!lane->first)
			lane->last = &lane->first;
		block_give(hand, block);
	}
	if (lane->left)
		return;
	lane->record->digest = hash_stream_finish(lane->stream);
	lane->record->locator = lane->locator.locator;
	lane->record = NULL;
}

/* Let the lanes take part in a step, as much as is read in it, or all that can where nothing is. */
static void lanes_join(struct hand *hand, struct step *step)
{
	uint64_t each = step->read ? step->read / LANES_MAX : DRAIN_SIZE_BYTES;
	size_t ready = 0;

	each = (each + LOCATOR_STEP_BYTES - 1) / LOCATOR_STEP_BYTES * LOCATOR_STEP_BYTES;
	for (size_t i = 0; i < LANES_MAX; i++)
		ready += hand->lane[i].record && hand->lane[i].first;
	if (step->read && ready < LANES_MIN)
		return;
	for (size_t i = 0; i < LANES_MAX; i++) {
		struct lane *lane = &hand->lane[i];
		uint32_t rest;

		if (!lane->record || !lane->first)
			continue;
		rest = lane->first->len - lane->at;
		step->lane[step->count - step->chains] = lane;
		step->stream[step->count] = lane->stream;
		step->bytes[step->count++] = (struct span){ lane->first->bytes + lane->at,
							    rest < each ? rest : (size_t)each };
	}
}

/* ---- Files ---- */

/* Tell the sink that the file ended, with its digest or NULL. */
static int sink_end(const struct run *run, struct chain *chain, const struct digest *digest,
		    struct error *err)
{
	void *sink_file = chain->sink_file;

	chain->sink_file = NULL;
	return sink_file ? run->sink->end(run->sink->user, sink_file, digest, err) : 0;
}

static void chain_release(const struct run *run, struct chain *chain)
{
	struct error ignored = { 0 };

	if (sink_end(run, chain, NULL, &ignored))
		ignored.code = ERROR_NONE; /* the first error is told */
	source_close(&chain->source);
	hash_stream_free(&chain->whole);
	free(chain->piece);
	*chain = (struct chain){ 0 };
}

/* Tell the sink, if it wants to hear of the file; *out_refused: it wants pieces after all. */
static int sink_begin(const struct run *run, struct chain *chain, bool *out_refused,
		      struct error *err)
{
	const struct manifest_sink *sink = run->sink;
	const struct tree_file *file = tree_file(run->tree, chain->file);

	*out_refused = false;
	if (!sink || sink->wants(sink->user, file->name) == MANIFEST_NOTHING)
		return 0;
	if (sink->begin(sink->user, file->name, chain->source, &chain->sink_file, err))
		return -1;
	*out_refused =
		chain->sink_file && (!sink->pieces || sink->pieces(sink->user, chain->sink_file));
	return *out_refused ? sink_end(run, chain, NULL, err) : 0;
}

static int chain_begin(struct run *run, struct chain *chain, size_t index, struct error *err)
{
	const struct tree_file *file = tree_file(run->tree, index);

	chain->file = index;
	if (tree_open_file(run->tree, file->name, &chain->source, err) ||
	    sink_begin(run, chain, &chain->refused, err))
		return -1;
	if (!chain->refused)
		return hash_stream_new(&chain->whole, err) ||
				       whole_file_cut(chain->source, &run->file[index],
						      &chain->piece, err)
			       ? -1
			       : 0;
	pthread_mutex_lock(&run->lock);
	run->order[run->refused++] = (uint32_t)index;
	run->refused_bytes += file->size;
	pthread_mutex_unlock(&run->lock);
	return 0;
}

static bool chain_is_done(const struct run *run, const struct chain *chain)
{
	return chain->refused || chain->next == run->file[chain->file].piece_count;
}

/* Read a step of the chain's file, if there is room for it. */
static int chain_read(struct hand *hand, struct chain *chain, struct span *out_bytes,
		      struct error *err)
{
	struct whole_file *file = &hand->run->file[chain->file];
	const struct piece *piece = &chain->piece[chain->next];
	bool only = file->piece_count == 1;
	uint32_t rest = piece->len - chain->at;
	struct block *block;

	*out_bytes = (struct span){ NULL, 0 };
	if (!only && !chain->lane)
		chain->lane = lane_take(hand, &file->record[chain->next], piece->len);
	if (!only && !chain->lane)
		return 0;
	block = block_take(hand);
	if (!block)
		return hand->free ? error_set(err, ERROR_SYSTEM, "out of memory to read files") : 0;
	block->len = rest < BLOCK_SIZE_BYTES ? rest : BLOCK_SIZE_BYTES;
	if (only)
		chain->block = block;
	else
		lane_put(chain->lane, block);
	*out_bytes = (struct span){ block->bytes, block->len };
	return source_read_at(chain->source, piece->offset + chain->at, block->bytes, block->len,
			      err);
}

/* The step was hashed. */
static void chain_advance(struct hand *hand, struct chain *chain, struct span bytes)
{
	if (chain->block) {
		locator_add(&chain->locator, bytes);
		block_give(hand, chain->block);
		chain->block = NULL;
	}
	chain->at += (uint32_t)bytes.len;
	if (chain->at < chain->piece[chain->next].len)
		return;
	chain->at = 0;
	chain->lane = NULL;
	chain->next++;
}

static int chain_end(struct run *run, struct chain *chain, struct error *err)
{
	struct whole_file *file = &run->file[chain->file];

	if (!chain->refused) {
		if (source_unchanged(chain->source, err))
			return -1;
		file->sha256 = hash_stream_finish(chain->whole);
		if (file->piece_count == 1)
			file->record[0] =
				(struct piece_record){ file->sha256, chain->locator.locator };
		if (sink_end(run, chain, &file->sha256, err))
			return -1;
	}
	chain_release(run, chain);
	return 0;
}

/* Let go of the files that are read to their end. */
static int chains_end(struct hand *hand, struct error *err)
{
	struct run *run = hand->run;
	size_t kept = 0, before = hand->chains;

	for (size_t i = 0; i < before; i++) {
		struct chain *chain = &hand->chain[i];

		if (chain_is_done(run, chain)) {
			if (chain_end(run, chain, err))
				return -1;
			continue;
		}
		if (kept != i) {
			hand->chain[kept] = *chain;
			*chain = (struct chain){ 0 };
		}
		kept++;
	}
	hand->chains = kept;
	pthread_mutex_lock(&run->lock);
	run->chains -= before - kept;
	pthread_mutex_unlock(&run->lock);
	return 0;
}

/* Begin another file, unless others have fewer. */
static int chains_begin(struct hand *hand, struct error *err)
{
	struct run *run = hand->run;
	bool begins;
	size_t file = 0;

	do {
		pthread_mutex_lock(&run->lock);
		begins = run->next < run->count && hand->chains < CHAINS_MAX &&
			 hand->chains * run->threads <= run->chains;
		if (begins) {
			file = run->order[run->next++];
			run->chains++;
		}
		pthread_mutex_unlock(&run->lock);
		if (begins && (chain_begin(run, &hand->chain[hand->chains++], file, err) ||
			       chains_end(hand, err))) /* an empty file */
			return -1;
	} while (begins);
	return 0;
}

/* ---- Steps ---- */

static int say_progress(struct run *run, uint64_t bytes, struct error *err)
{
	bool failed;

	pthread_mutex_lock(&run->lock);
	failed = run->failed;
	run->done += bytes;
	context_progress(run->ctx, "reading", "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
	return failed ? -1 : context_check_cancelled(run->ctx, err);
}

/* Read some of each file and hash it with some of the pieces; *out_any: there was something. */
static int hand_step(struct hand *hand, bool *out_any, struct error *err)
{
	struct step step = { .chains = hand->chains, .count = hand->chains };

	for (size_t i = 0; i < hand->chains; i++) {
		if (chain_read(hand, &hand->chain[i], &step.bytes[i], err))
			return -1;
		step.stream[i] = hand->chain[i].whole;
		step.read += step.bytes[i].len;
	}
	lanes_join(hand, &step);
	hash_streams_add(step.stream, step.bytes, step.count);
	for (size_t i = 0; i < step.chains; i++)
		if (step.bytes[i].len)
			chain_advance(hand, &hand->chain[i], step.bytes[i]);
	for (size_t i = step.chains; i < step.count; i++)
		lane_advance(hand, step.lane[i - step.chains], step.bytes[i]);
	*out_any = step.count > 0;
	return chains_end(hand, err) ? -1 : say_progress(hand->run, step.read, err);
}

static int hand_prepare(struct hand *hand, struct error *err)
{
	for (size_t i = 0; i < BLOCKS_MAX; i++)
		block_give(hand, &hand->block[i]);
	for (size_t i = 0; i < LANES_MAX; i++)
		if (hash_stream_new(&hand->lane[i].stream, err))
			return -1;
	return 0;
}

static void hand_release(struct hand *hand)
{
	for (size_t i = 0; i < CHAINS_MAX; i++)
		chain_release(hand->run, &hand->chain[i]);
	for (size_t i = 0; i < LANES_MAX; i++)
		hash_stream_free(&hand->lane[i].stream);
	for (size_t i = 0; i < BLOCKS_MAX; i++)
		free(hand->block[i].bytes);
}

static void work(void *arg, size_t index)
{
	struct run *run = arg;
	CLEANUP(hand_release) struct hand hand = { .run = run };
	struct error err = { 0 };
	bool any = true;
	int failed = hand_prepare(&hand, &err);

	(void)index;
	while (!failed && any)
		failed = chains_begin(&hand, &err) || hand_step(&hand, &any, &err);
	if (!failed)
		return;
	pthread_mutex_lock(&run->lock);
	if (!run->failed)
		*run->err = err;
	run->failed = true;
	pthread_mutex_unlock(&run->lock);
}

/* Is this the better way for files order[count], `size` bytes? */
static bool pays(const struct context *ctx, const struct tree *tree, const uint32_t *order,
		 size_t count, uint64_t size)
{
	size_t threads = threads_count(ctx->threads);

	if (!count || threads > THREADS_MAX || hash_streams_beside() < CHAINS_MAX)
		return false;
	return tree_file(tree, order[0])->size <= (size + size / 8) / threads;
}

static void order_free(uint32_t **order)
{
	free(*order);
}

/* The files of which the sink wants no pieces, and their bytes. */
static size_t order_unwanted(const struct tree *tree, const struct manifest_sink *sink,
			     const uint32_t *order, size_t count, uint32_t *out_order,
			     uint64_t *out_size)
{
	size_t unwanted = 0;

	*out_size = 0;
	for (size_t i = 0; i < count; i++) {
		const struct tree_file *file = tree_file(tree, order[i]);

		if (sink &&
		    (!sink->wants || sink->wants(sink->user, file->name) == MANIFEST_PIECES))
			continue;
		out_order[unwanted++] = order[i];
		*out_size += file->size;
	}
	return unwanted;
}

int files_digest(const struct context *ctx, const struct tree *tree,
		 const struct manifest_sink *sink, uint32_t *order, size_t *count, uint64_t total,
		 uint64_t *out_done, struct whole_file *out_file, struct error *err)
{
	CLEANUP(order_free) uint32_t *unwanted = calloc(*count + 1, sizeof(*unwanted));
	struct run run = {
		.ctx = ctx,
		.tree = tree,
		.sink = sink,
		.order = unwanted,
		.threads = threads_count(ctx->threads),
		.file = out_file,
		.total = total,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.err = err,
	};
	uint64_t size;
	size_t kept = 0;

	*out_done = 0;
	if (!unwanted)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", *count);
	run.count = order_unwanted(tree, sink, order, *count, unwanted, &size);
	if (!pays(ctx, tree, unwanted, run.count, size))
		return 0;
	for (size_t i = 0, next = 0; i < *count; i++)
		if (next < run.count && order[i] == unwanted[next])
			next++;
		else
			order[kept++] = order[i];
	threads_run(ctx->threads, run.threads, work, &run);
	for (size_t i = 0; i < run.refused; i++)
		order[kept++] = run.order[i];
	*count = kept;
	*out_done = size - run.refused_bytes;
	pthread_mutex_destroy(&run.lock);
	return run.failed ? -1 : 0;
}
