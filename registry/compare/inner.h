/* The parts of compare.h that its files share. */
#ifndef REGISTRY_COMPARE_INNER_H
#define REGISTRY_COMPARE_INNER_H

#include "registry/compare.h"

/* Write why into the cell, unless it says something already. */
PRINTF_LIKE(3, 4)
MUST_CHECK int compare_remark(struct compare_cell *cell, struct error *err, const char *fmt, ...);

/*
 * Set the differences of `count` rows of one task and signer: from the items where the statements
 * name them and they are here, else from the standard errors.
 */
MUST_CHECK int compare_differences(struct registry *registry, struct comparison *comparison,
				   struct compare_row *row, size_t count, bool unpaired,
				   struct error *err);

#endif
