/* run_order: what a run says of how its data is mixed and ordered, before it starts. */
#ifndef REGISTRY_RUN_ORDER_H
#define REGISTRY_RUN_ORDER_H

#include "registry/data_order.h"
#include "registry/run/facts.h"

#define RUN_ORDER_KEPT_MAX (16u << 20) /* bytes of a file of sequences that are an object too */
#define RUN_ORDER_SEQUENCES_MAX ((uint64_t)1 << 30) /* bytes of one that is read */

struct run_order_request {
	const char *const *command;
	size_t command_count;
	const char *const *file; /* --order: scripts, or JSON */
	size_t file_count;
	const char *run_file;  /* whose member "dataOrder" says it; NULL: none */
	const char *sequences; /* --sequences; NULL: none */
};

/*
 * Find it: in what --order names, else in the run file, else in the options of the command and of
 * the scripts (NAME.sh) that are among its words. *out_found is false where nobody says anything.
 * What was said on purpose and makes no sense is ERROR_USAGE or ERROR_CORRUPT, with file and line;
 * what was only guessed at is noticed and left. Indices of the sources are read.
 */
MUST_CHECK int run_order_find(const struct context *ctx, const struct run_order_request *request,
			      struct data_order *out_order, bool *out_found, struct error *err);

/* Set `order` of the details; the object, and `sequences` where it is small enough, are put into
 * `spool`. Paths lose what is nobody's business. */
MUST_CHECK int run_order_keep(const struct context *ctx, const char *spool, const char *sequences,
			      struct data_order *order, struct run_facts *facts, struct error *err);

#endif
