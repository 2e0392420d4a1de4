/* What reading and writing a log share. Private to registry/log*.c. */
#ifndef REGISTRY_LOG_INNER_H
#define REGISTRY_LOG_INNER_H

#include "registry/log.h"
#include "registry/sign.h"
#include "registry/sqlite.h"

struct log {
	const struct context *ctx; /* borrowed */
	char *folder;              /* of the registry */
	struct note_key key;       /* its name is the origin */
	char vkey[NOTE_VKEY_MAX];
	struct blobs *blobs;
	struct tiles *tiles;
	struct database *sequence;  /* log.db, NULL until asked for */
	struct database *lock;      /* lock.db, NULL until the first append */
	struct signing_key *signer; /* keys/log.key, NULL until the first append */
};

/* "FOLDER/name", malloced. */
MUST_CHECK int log_path(const struct log *log, const char *name, char **out_path,
			struct error *err);

/* Open a database of the log that must be there, when it is not open yet. */
MUST_CHECK int log_database(const struct log *log, const char *name, struct database **database,
			    struct error *err);

/* The same for log.db. */
MUST_CHECK int log_sequence(struct log *log, struct error *err);

/* Sign the head of a tree. Appends the note to `out`. */
MUST_CHECK int log_sign(struct signing_key *signer, const struct note_key *key, uint64_t size,
			const struct digest *root, struct buffer *out, struct error *err);

/* Read a note as a head of this log. The caller releases it. */
MUST_CHECK int log_head_of(const struct log *log, struct span note, struct log_head *out_head,
			   struct error *err);

/* A claim's text with its letters in lower case, malloced. */
MUST_CHECK int claim_fold(const char *claim, char **out_folded, struct error *err);

#endif
