/*
 * staged: devices for tests of what streams weights to them, which have nothing
 * of a device but that: they compute as the CPU does, in memory of their own, to
 * which bytes have to be sent. A copy happens as late as is allowed or at once, so that
 * a block that is filled again too early, or an operation that does not wait for what
 * it reads, shows in the bits.
 */
#ifndef TESTS_VERIFY_STAGED_H
#define TESTS_VERIFY_STAGED_H

#include "kernels/kernels.h"

struct staged_options {
	size_t devices;        /* that share; 0: one */
	uint64_t memory_bytes; /* of each; 0: as much as is asked for */
	bool at_once;          /* copies happen when they are sent */
	size_t memory_fails;   /* this memory, from 1 and over all devices, is not there */
	size_t send_fails;     /* this copy is refused */
	bool pinned_fails;
};

struct staged_report {
	uint64_t memory_bytes, memory_peak_bytes; /* of the first device */
	uint64_t pinned_bytes, pinned_peak_bytes;
	size_t memories, memories_made; /* on all devices: now, and ever */
	size_t marks;
	size_t sends;
	uint64_t sent_bytes, hashed_bytes; /* on all devices */
};

/* Open them, each to be closed with backend_close, and count anew. A failure fails the test. */
struct backend *staged_open(const struct staged_options *options);

struct staged_report staged_report(void);

#endif
