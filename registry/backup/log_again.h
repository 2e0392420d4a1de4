/*
 * A log that came back without its memory: lock.db is in no backup. Before it signs again, what
 * came back is compared with what others saw.
 */
#ifndef REGISTRY_BACKUP_LOG_AGAIN_H
#define REGISTRY_BACKUP_LOG_AGAIN_H

#include "registry/log.h"

#define LOG_RESTORED                                                                               \
	"log.restored" /* in a registry that was restored: what was signed last then               \
			*/

struct log_again_request {
	const struct span *seen; /* checkpoints or .tlog-proofs that somebody kept */
	const char *const *name; /* of each, for messages */
	size_t count;
	bool unseen; /* nobody else ever saw a checkpoint of this log that is newer: the caller says
			so */
	bool dry_run;
};

struct log_again_report {
	uint64_t size;   /* entries that were signed, as far as is known here */
	uint64_t newest; /* entries of the newest checkpoint that was given or shown by a witness */
	size_t compared; /* that were given */
	size_t witnesses, answered; /* of the log's policy; that showed something of this log */
	uint64_t sequenced;         /* entries of log.db, which are signed now */
};

/*
 * Let a log without lock.db sign again. It must be as long as every checkpoint that is given, and
 * as every one that its witnesses show, and have the same tree; something that is as new as the
 * copy must have been given or shown, unless `unseen` says that there is nothing newer. Then
 * lock.db begins with the checkpoint that was signed last as far as the copy knows, and what was
 * sequenced beyond is signed. ERROR_USAGE: lock.db is there, or nothing as new as the copy is there
 * to compare with; ERROR_CORRUPT: this copy is older than what was seen, or another history.
 * Signing would then fork the log; nothing is changed.
 */
MUST_CHECK int log_again(struct log *log, const struct log_again_request *request,
			 struct log_again_report *out_report, struct error *err);

/* Did it come back from a backup, and was not compared yet? */
bool log_is_restored(const struct log *log);

/* What had been signed last when the backup was made, as it says. The caller releases it. */
MUST_CHECK int log_restored_head(struct log *log, struct log_head *out_head, struct error *err);

#endif
