/*
 * chunks: what the threads of files_read share, and the pieces in memory that go from those that
 * read them to those that hash them and to the sink. Inside verify/files/ only.
 */
#ifndef VERIFY_FILES_CHUNKS_H
#define VERIFY_FILES_CHUNKS_H

#include <pthread.h>

#include "verify/manifest.h"
#include "verify/whole_file.h"

enum {
	CHUNKS_MAX = 26,     /* pieces in memory, */
	CHUNKS_KEPT_MAX = 20 /* and with a sink that wants them and needs memory too */
};

/* Room for a piece: free, being filled, to be hashed, or for the sink. */
struct chunk {
	struct chunk *next;
	uint8_t *bytes;
	size_t file, piece;
};

/* First in, first out. */
struct queue {
	struct chunk *first, **last;
	size_t count;
};

/* What all threads know of a file. */
struct shared_file {
	struct piece *piece; /* malloced; while the file is under way */
	void *sink_file;     /* NULL: the sink does not want it, or it ended */
	bool fed;            /* the sink wants its pieces */
	size_t waiting;      /* that it did not get yet */
	size_t due;          /* the piece that it gets next, where it wants them in order */
	bool in_order;       /* so */
	bool busy;           /* and it is being given one */
	bool whole;          /* read to its end */
};

struct run {
	const struct context *ctx;
	const struct tree *tree;
	const struct manifest_sink *sink;
	struct whole_file *file;
	struct shared_file *shared;
	uint32_t *order; /* the largest first, so that the cores end together */
	size_t files;    /* in the tree */
	size_t count;    /* to be read */
	size_t threads;
	size_t batch; /* pieces that are hashed together; 0: each by its reader */
	bool feeds;   /* the sink may want pieces of a file that has several */
	uint64_t total;

	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	struct chunk chunk[CHUNKS_MAX];
	struct chunk *free;
	struct queue raw;   /* their pieces are to be hashed */
	struct queue ready; /* for the sink */
	size_t next;        /* of `order` */
	size_t lanes;       /* files being read */
	size_t readers;     /* threads with at least one of them */
	uint64_t done;
	bool failed;
	struct error *err;
};

/* The lock is held for all of these. */

void queue_put(struct queue *queue, struct chunk *chunk);
/* The first one; there is one. */
struct chunk *queue_take(struct queue *queue);
/* Take one out of the queue, wherever it stands. */
void queue_remove(struct queue *queue, struct chunk *chunk);

/* The first that the sink may get, or NULL; those before it wait for their turn. */
struct chunk *chunk_due(const struct run *run);
/* A chunk with memory, or NULL. */
struct chunk *chunk_take(struct run *run);
void chunk_free(struct run *run, struct chunk *chunk);

#endif
