/*
 * What a log says about trust: its policies, revocations, retractions and supersessions, read entry
 * by entry from wherever it is served, as evidence. The log is nobody's until its checkpoint was
 * held against the policies that were read.
 */
#ifndef REGISTRY_LOG_READING_H
#define REGISTRY_LOG_READING_H

#include "registry/log/source.h"

struct log_reading;

/*
 * Open a log by its folder, registry or URL (log_source_open), and take the checkpoint that is
 * served. No entry is read yet. The caller frees *out_reading.
 */
MUST_CHECK int log_reading_open(const struct context *ctx, const char *where,
				struct log_reading **out_reading, struct error *err);
void log_reading_free(struct log_reading **reading);

/* What its checkpoint says, whoever signed it. Borrowed. */
const struct tree_head *log_reading_head(const struct log_reading *reading);

/*
 * 0 iff the log continues what was read before: `size` entries with this root. ERROR_CORRUPT: it
 * has fewer, or another beginning, or does not show that it has not.
 */
MUST_CHECK int log_reading_continues(struct log_reading *reading, uint64_t size,
				     const struct digest *root, struct error *err);

/*
 * Read the entries from `from` on, each led to the checkpoint's root. Control statements of this
 * origin of the four kinds are there as evidence afterwards, with proofs; whoever signed them.
 * ERROR_CORRUPT: what is served is not what the checkpoint says, or more than
 * LOG_READING_MAX such statements; ERROR_SYSTEM.
 */
#define LOG_READING_MAX (1u << 15)
MUST_CHECK int log_reading_read(struct log_reading *reading, uint64_t from, struct error *err);

/* Those statements. Borrowed; closed with the reading. */
struct evidence *log_reading_evidence(struct log_reading *reading);

/* Append the identities of the retractions and supersessions among them. */
MUST_CHECK int log_reading_standing(const struct log_reading *reading,
				    struct digest_list *out_identities, struct error *err);

/* The first policy of version 1 that was read: where somebody begins who has no pin. ERROR_ABSENT.
 */
MUST_CHECK int log_reading_first_policy(struct log_reading *reading, struct digest *out_identity,
					struct error *err);

/*
 * Hold the checkpoint against policies: it is signed by a key, and cosigned by the quorum, that was
 * in force at its last entry. ERROR_UNTRUSTED or ERROR_CORRUPT otherwise.
 */
MUST_CHECK int log_reading_believe(const struct log_reading *reading,
				   const struct policy_chain *chain,
				   struct checkpoint *out_checkpoint, struct error *err);

/* Did this key sign its checkpoint? */
bool log_reading_signed_by(const struct log_reading *reading, const struct note_key *key);

#endif
