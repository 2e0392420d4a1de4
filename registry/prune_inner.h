/* What the parts of pruning share. Private to registry/prune*.c. */
#ifndef REGISTRY_PRUNE_INNER_H
#define REGISTRY_PRUNE_INNER_H

#include "registry/evidence.h"
#include "registry/prune.h"

/* A file of what is pruned. */
struct prune_file {
	struct digest digest;
	uint64_t size;
	size_t item;  /* the first version that has it */
	char *needed; /* who else needs it, or NULL; owned */
};

struct pruning {
	struct registry *registry;
	const struct prune_request *request;
	struct prune_report report;
	struct prune_file *file; /* by digest, each once */
	size_t file_count, file_room;
	struct evidence *evidence;
	struct trust trust;
};

/* The versions that the request means, each once, in the order of the log. */
MUST_CHECK int prune_choose(struct pruning *pruning, struct error *err);

/* Evidence and trust as they are now. */
MUST_CHECK int prune_look(struct pruning *pruning, struct error *err);

/* The retention statement of an item, as a draft whose predicate the caller frees. */
MUST_CHECK int retention_predicate(struct registry *registry, const struct name *name, bool keep,
				   uint64_t bytes, const char *reason,
				   const struct digest *previous, struct json **out_predicate,
				   struct error *err);

#endif
