/*
 * A witness: it remembers the largest tree it saw of each log, and cosigns only
 * what continues it (c2sp.org/tlog-witness). Its folder holds witness.key, its
 * Ed25519 key, which signs nothing else; witness.vkey; and witness.db, the state,
 * which is never restored from a backup: a witness that forgets is no witness.
 */
#ifndef REGISTRY_WITNESS_H
#define REGISTRY_WITNESS_H

#include "registry/serve.h"
#include "verify/verify.h"

#define WITNESS_LOGS_MAX 65536
#define WITNESS_LOGS_MAX_BYTES (16u << 20) /* of a list of logs */

struct witness_state;

/*
 * Make a witness called `name` in `folder`, which is made too; *out_key is what
 * others put into their policies. ERROR_USAGE: there is one already, or no key
 * can have that name.
 */
MUST_CHECK int witness_init(const struct context *ctx, const char *folder, const char *name,
			    struct note_key *out_key, struct error *err);

/* Open it. ERROR_ABSENT: there is none; ERROR_CORRUPT: half of it is gone. The caller closes
 * *out_state. */
MUST_CHECK int witness_open(const struct context *ctx, const char *folder,
			    struct witness_state **out_state, struct error *err);
void witness_close(struct witness_state **state);

/* Its verifier key. Borrowed. */
const struct note_key *witness_key(const struct witness_state *state);

/*
 * Cosign checkpoints of this log from now on; a log may have several keys. ERROR_UNTRUSTED: the
 * key's type cannot be checked; ERROR_USAGE: it is the witness's own. Before it is served only.
 */
MUST_CHECK int witness_accept(struct witness_state *state, struct span vkey, struct error *err);

/*
 * The same for a whole list, one log a line: a verifier key, or a line `log VKEY [URL]` of a
 * tlog-policy, or the lines of a witness network's list (`logs/v0`, `vkey VKEY`, `origin NAME`
 * which must be the key's, `qpd N`, `contact TEXT`). Comments begin with '#'. ERROR_CORRUPT names
 * the line.
 */
MUST_CHECK int witness_accept_list(struct witness_state *state, struct span text,
				   struct error *err);

/* How many keys of logs are accepted. */
size_t witness_log_count(const struct witness_state *state);

/*
 * For struct serve_config: `POST /add-checkpoint` and `GET /HEX/checkpoint`, HEX being SHA-256 of
 * the origin, answered as the specification says. What is cosigned is durable before it is
 * answered, and checked and stored in one transaction. From any thread.
 */
MUST_CHECK int witness_handle(void *state, const struct serve_request *request,
			      struct serve_answer *out_answer, struct error *err);

/* What the witness cosigned last of one log; borrowed for the call. */
struct witness_seen {
	const char *origin;
	uint64_t size, time;
	struct digest root;
	struct span note; /* the checkpoint with the log's lines and the witness's */
	bool forked;      /* the log signed another tree of a size that was cosigned */
};

/* Show them all, sorted by origin; stops with -1 where `visit` does. */
MUST_CHECK int witness_visit(struct witness_state *state,
			     int (*visit)(void *user, const struct witness_seen *seen,
					  struct error *err),
			     void *user, struct error *err);

#endif
