/*
 * A registry, copied to where its disk is not: what has to be kept, again and again, and back.
 *
 * A backup is a folder (docs/formats.md, section 14). What never changes (objects, packs,
 * statements, tiles) lies in it as in a registry, each file once; what changes lies in a folder of
 * the state, with a list of everything that belongs to it and its digests. A state counts once it
 * has its name; then the one before goes. So what was finished last can be restored at any moment.
 *
 * Never in it: lock.db, the last checkpoint that was signed. Whoever restored a backup has an
 * older one than was signed since, or cannot know; so what is restored signs nothing until
 * log_again (registry/backup/log_again.h) compared it with what others saw.
 */
#ifndef REGISTRY_BACKUP_H
#define REGISTRY_BACKUP_H

#include "registry/examine.h"
#include "registry/home.h"

#define BACKUP_TEXTS_MAX 100u /* damages that are told, of all that are counted */

/* Lines for people. */
struct backup_texts {
	char *text[BACKUP_TEXTS_MAX];
	size_t count;
	uint64_t total;
};

struct backup_request {
	const char *to;  /* made when missing; its parent must be there */
	bool dry_run;    /* count, and write nothing */
	bool with_keys;  /* the log's private keys too, with mode 0600 */
	bool references; /* the bytes of what is kept by reference too */
	bool drop;       /* remove from the backup what the registry does not have any more */
};

/* What a state of a backup has. */
struct backup_state {
	char origin[REGISTRY_ORIGIN_MAX];
	uint64_t number;    /* of this state: one more than the one before */
	int64_t made;       /* seconds since 1970 */
	uint64_t entries;   /* that the log had signed */
	struct digest root; /* of its tree */
	uint64_t files, bytes;
	uint64_t references, reference_bytes; /* that lie elsewhere, and are not in it */
	bool keys;                            /* the log's private keys are in it */
	struct digest list;                   /* SHA-256 of the list of its files */
};

struct backup_report {
	struct backup_state state;
	uint64_t copied, copied_bytes; /* of what never changes: those that were not there before */
	uint64_t former, former_bytes; /* there, and not in the registry any more */
	bool dropped;                  /* and they were removed */
	struct backup_texts damaged;   /* files of the registry that are not what they are called */
};

void backup_report_release(struct backup_report *report);

/*
 * Bring the backup in `request->to` up to the registry as it is now, also beside writers and
 * whoever prunes or withholds; a collection (akashi gc) waits outside, and is waited for. What
 * lies there from before is not copied again; what an interrupted backup left is read and kept.
 * Every file is compared with its digest on the way; a damaged one is told and not copied, and
 * the rest is. ERROR_USAGE: `to` is a registry, inside one, of another origin, a link, or holds
 * something else; ERROR_SYSTEM: no room (asked before the first byte).
 */
MUST_CHECK int registry_backup(struct registry *registry, const struct backup_request *request,
			       struct backup_report *out_report, struct error *err);

/* Read every file of the last state again and compare it with its digest; what differs is in
 * report->damaged. ERROR_ABSENT: no backup there. */
MUST_CHECK int backup_check(const struct context *ctx, const char *folder,
			    struct backup_report *out_report, struct error *err);

struct restore_request {
	const char *from;
	const char *folder; /* `.akashi` is made inside unless `bare` */
	bool bare;
	bool dry_run; /* tell what is in it */
};

struct restored {
	struct backup_state state;
	char *folder;                /* of the registry, absolute; NULL after a dry run */
	char *pin;                   /* its pin line, to be compared; NULL where it has none */
	struct backup_texts damaged; /* files of the backup that are not what its list says */
	bool has_keys;               /* the log's private keys are there */
	struct examine_report found; /* as akashi fsck --read-all */
};

void restored_release(struct restored *restored);

/*
 * Make a registry of the last state of a backup: every file compared with its digest, then the
 * whole examined (registry/examine.h), every byte read. It gets its name last; what an interrupted
 * restore of the same state left is gone on with, and of another it is removed. Damage is in
 * *out_restored and does not keep back the rest. ERROR_USAGE: there is a registry already.
 */
MUST_CHECK int registry_restore(const struct context *ctx, const struct restore_request *request,
				struct restored *out_restored, struct error *err);

#endif
