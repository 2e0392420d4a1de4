/* value_scan: elements of a tensor that no healthy training writes. */
#ifndef VERIFY_VALUE_SCAN_H
#define VERIFY_VALUE_SCAN_H

#include "verify/dtype.h"

struct value_scan {
	uint64_t elements, nan, infinite;
	uint64_t first; /* of the elements that are not finite: its place; UINT64_MAX: none */
	bool zero;      /* every element is +0 or -0; true for none */
};

/*
 * Look at every element of `bytes`, a whole number of them (what is left over is not looked at).
 * Integers, and formats below a byte, have neither NaN nor infinity, and are zero where all bits
 * are.
 */
void value_scan(enum dtype dtype, struct span bytes, struct value_scan *out_scan);

#endif
