/* file: a file of a corpus while it goes by. Private to registry/corpus*. */
#ifndef REGISTRY_CORPUS_FILE_H
#define REGISTRY_CORPUS_FILE_H

#include <pthread.h>

#include "registry/corpus.h"
#include "registry/corpus/json_line.h"
#include "registry/corpus/listing.h"
#include "registry/corpus/megatron.h"
#include "registry/corpus/unpack.h"

/* What one thread works with. */
struct corpus_worker {
	struct corpus_worker *next;
	struct json_line_work json;
	struct tokenizer_work *tokens; /* NULL: none are counted */
	struct counts counts;          /* of the piece under way */
};

struct corpus {
	const struct corpus_wish *wish;
	struct json_line_wish json;
	pthread_mutex_t lock; /* over what follows */
	struct corpus_shard *shard;
	size_t shard_count, shard_cap;
	bool sorted;
	struct corpus_worker *idle;
	char *broken_path; /* where the number of a broken line is not known */
	uint64_t broken_at;
};

/* Lines of a stretch of a plain file that is read, but for its middle, which is counted. */
struct corpus_run {
	uint64_t begin, end; /* in the file */
	bool line_ends;      /* it has the end of a line; else all of it is in `head` */
	struct buffer head;  /* up to the first end of a line; empty at the front of the file */
	struct buffer tail;  /* behind the last */
};

/* How the bytes of a file are looked into. */
enum corpus_way { CORPUS_PLAIN, CORPUS_PACKED, CORPUS_INDEX, CORPUS_TABLE, CORPUS_SCRIPT };

struct corpus_file {
	struct corpus *corpus;
	enum corpus_way way;
	struct corpus_shard shard;
	uint64_t size;
	bool json;    /* lines are JSON objects */
	int language; /* of all its documents, or -1 */
	enum packing packing;

	struct megatron index; /* in order */

	/* Packed: in order. A list: all of it is in `carry`. */
	struct unpack *unpack;
	struct buffer carry; /* of a line whose end did not come yet */
	uint64_t line;       /* number of those that were counted */
	struct corpus_worker *worker;

	/* Plain: in any order. */
	pthread_mutex_t lock; /* over shard.counts, shard.broken and what follows */
	struct corpus_run *run;
	size_t run_count, run_cap;
};

/* A line without its end. `number` counts from 1; 0: it begins at `offset` of the plain file. */
struct corpus_line {
	struct span bytes;
	uint64_t number, offset;
};

/* Count a line into worker->counts. */
MUST_CHECK int corpus_line_count(struct corpus_file *file, struct corpus_worker *worker,
				 const struct corpus_line *line, struct error *err);

/* A line at `offset` of a plain file is broken: so that its number can be told. The first stays. */
void corpus_place_note(struct corpus_file *file, uint64_t offset);

MUST_CHECK int corpus_worker_take(struct corpus *corpus, struct corpus_worker **out_worker,
				  struct error *err);
/* Add what the worker counted to the file, and give it back. */
MUST_CHECK int corpus_worker_done(struct corpus_file *file, struct corpus_worker *worker,
				  struct error *err);
/* Give it back, whatever it counted. */
void corpus_worker_drop(struct corpus *corpus, struct corpus_worker *worker);

void corpus_shard_release(struct corpus_shard *shard);
/* Hand the shard over to the corpus, unless it fails. */
MUST_CHECK int corpus_shard_take(struct corpus *corpus, struct corpus_shard *shard,
				 struct error *err);

/* The next bytes of a plain file's lines; its end. */
MUST_CHECK int corpus_plain_piece(struct corpus_file *file, uint64_t offset, struct span bytes,
				  struct error *err);
MUST_CHECK int corpus_plain_end(struct corpus_file *file, struct error *err);
void corpus_plain_release(struct corpus_file *file);

/* The same for a packed file. */
MUST_CHECK int corpus_packed_piece(struct corpus_file *file, struct span bytes, struct error *err);
MUST_CHECK int corpus_packed_end(struct corpus_file *file, struct error *err);
void corpus_packed_release(struct corpus_file *file);

/* The same for what says how many tokens other files have: an index, a list. */
MUST_CHECK int corpus_stated_piece(struct corpus_file *file, struct span bytes, struct error *err);
MUST_CHECK int corpus_stated_end(struct corpus_file *file, struct error *err);

#endif
