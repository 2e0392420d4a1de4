/* A backup being made: what its parts share. Private to registry/backup*.c. */
#ifndef REGISTRY_BACKUP_MAKING_H
#define REGISTRY_BACKUP_MAKING_H

#include "registry/backup/inner.h"

struct making {
	struct registry *registry;
	const struct backup_request *request;
	struct backup_report report;
	char *to; /* absolute */
	struct carry carry;
	struct backup_list old, list;
	struct log_copied log;
	uint64_t number;
	bool counting;      /* nothing is written */
	bool compare_tiles; /* those that are there are not what the log had */
	bool gone;          /* something was, when its turn came */
	uint64_t need;      /* bytes that are not there */
};

/* The folder that is to be the backup, with its mark: m->to stays NULL where a dry run finds none.
 * ERROR_USAGE: a wrong place (see registry_backup). */
MUST_CHECK int making_folder(struct making *m, struct error *err);

/* As backup_walk.visit, .amiss and .elsewhere, `arg` being the making: a file is counted, kept or
 * copied, and listed. */
MUST_CHECK int making_visit(void *arg, const struct backup_item *item, struct error *err);
MUST_CHECK int making_amiss(void *arg, const char *text, struct error *err);
MUST_CHECK int making_elsewhere(void *arg, uint64_t size, struct error *err);

/* The file belongs to the state. */
MUST_CHECK int making_list(struct making *m, const struct backup_item *item, uint64_t size,
			   const struct digest *digest, struct error *err);

#endif
