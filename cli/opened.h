/* Openings that were given to verify: --opening FILE. */
#ifndef CLI_OPENED_H
#define CLI_OPENED_H

#include "cli/cli.h"
#include "verify/verify.h"

/* Start with {0}; release it also when reading failed. */
struct opened {
	struct opening *item;
	size_t count;
};

/*
 * Read every --opening into `opened` and lend them to the request. ERROR_CORRUPT: one does not
 * open what it says it opens.
 */
MUST_CHECK int opened_read(const struct call *call, struct opened *opened,
			   struct check_request *request, struct error *err);
void opened_release(struct opened *opened);

#define OPTION_OPENING                                                                             \
	{                                                                                          \
		.name = "opening", .argument = "FILE", .repeatable = true,                         \
		.help = "what the publisher disclosed to you (akashi disclose): opens one thing "  \
			"that the checkpoint commits to; one that opens nothing there fails"       \
	}

#endif
