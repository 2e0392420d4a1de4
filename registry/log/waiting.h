/*
 * log.waiting/: what writers wait to have appended, for whoever writes the log
 * just then to take along. A convenience and never a promise: nothing here is
 * synced or answered; who waits looks for its entries in log.db when its own turn comes.
 *
 * One file for each open log that ever had to wait, locked while its owner lives: 32 bytes
 * SHA-256 of the rest, then groups: u32 number of items (little-endian), for each item four
 * texts, u16 length (big-endian) and bytes: entry, ident, claim, statement; the last two may be
 * empty. A file that is torn or malformed is passed over.
 */
#ifndef REGISTRY_LOG_WAITING_H
#define REGISTRY_LOG_WAITING_H

#include "registry/log.h"

#define LOG_GROUP_MAX 256u /* entries that one transaction takes together */

/* Items that are appended together or not at all. */
struct log_items {
	const struct log_item *item;
	size_t count;
};

struct log_waiting;

/* Make and lock this writer's own file in `folder`, which is made when missing. */
MUST_CHECK int log_waiting_open(const char *folder, struct log_waiting **out_waiting,
				struct error *err);
/* Remove it. */
void log_waiting_close(struct log_waiting **waiting);

/* Say what waits, at most LOG_GROUP_MAX items in all; it takes the place of what was said before.
 */
MUST_CHECK int log_waiting_post(struct log_waiting *waiting, const struct log_items *group,
				size_t count, struct error *err);
/* Nothing waits any more. A failure leaves what is in the log already: harmless. */
void log_waiting_withdraw(struct log_waiting *waiting);

/* Called for each group; what it points at is borrowed until it returns. False: no more. */
typedef bool log_waiting_taker(void *arg, const struct log_items *group);

/*
 * Hand the groups of every living writer other than `own` (which may be NULL) to `take`, whoever
 * has waited longest first, and
 * remove the files of the dead: nobody is told of theirs any more.
 */
MUST_CHECK int log_waiting_each(const char *folder, const struct log_waiting *own,
				log_waiting_taker *take, void *arg, struct error *err);

/* Read one file's bytes; *out_more is what `take` said last. ERROR_CORRUPT when they are not as
 * they were written; the groups before that were handed over. */
MUST_CHECK int log_waiting_parse(struct span bytes, log_waiting_taker *take, void *arg,
				 bool *out_more, struct error *err);

#endif
