/* What the parts of a witness share. Private to registry/witness*.c. */
#ifndef REGISTRY_WITNESS_INNER_H
#define REGISTRY_WITNESS_INNER_H

#include <pthread.h>

#include "registry/sign.h"
#include "registry/sqlite.h"
#include "registry/witness.h"

struct witness_state {
	const struct context *ctx; /* borrowed */
	char *folder;
	struct note_key key;
	struct signing_key *signer;
	struct note_key *log; /* keys of the logs that are cosigned */
	size_t log_count, log_room;
	pthread_mutex_t mutex; /* around the database: one request's transaction at a time */
	struct database *database;
};

/* One row of the state. */
struct witness_row {
	bool there;
	uint64_t size, time;
	struct digest root;
};

/*
 * Keep, once for each log, both checkpoints of a log that signed two trees of one size:
 * fork-HEX.txt, HEX being SHA-256 of the origin. That proves it against the log to anybody.
 */
MUST_CHECK int witness_fork_keep(struct witness_state *state, const char *origin,
				 struct span cosigned, struct span offered, struct error *err);
MUST_CHECK int witness_fork_path(const struct witness_state *state, const char *origin,
				 char **out_path, struct error *err);

#endif
