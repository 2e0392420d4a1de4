/* How a registry stands: its log, and what still waits to be done. */
#ifndef REGISTRY_STATUS_H
#define REGISTRY_STATUS_H

#include "registry/home.h"
#include "registry/index.h"

struct status {
	struct digest root;
	uint64_t log_size;
	bool restored;     /* from a backup: it signs nothing before log_again */
	uint64_t waiting;  /* entries signed and not shown yet: they wait for witnesses */
	int64_t log_age_s; /* since the checkpoint was written; -1: unknown */
	struct index_counts counts;
	char **unrecorded; /* checkpoints without recorded outputs, owner/name@version */
	size_t unrecorded_count;
};

/* The caller releases *out_status. */
MUST_CHECK int registry_status(struct registry *registry, struct status *out_status,
			       struct error *err);
void status_release(struct status *status);

#endif
