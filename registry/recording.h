/* Record what a registered checkpoint computes, and sign it. */
#ifndef REGISTRY_RECORDING_H
#define REGISTRY_RECORDING_H

#include "registry/statement.h"

struct record_request {
	const char *name;        /* owner/name@version of the checkpoint */
	const char *probes_file; /* a .jsonl of {"ids":[…]}; NULL: random ones */
	const char
		*random; /* COUNT:LENGTH or COUNT:LENGTH:SEED; NULL: 16:128, cut to the context */
	const char *key; /* signing key; NULL: config user.key */
	bool boundaries; /* keep the states at layer boundaries as objects: a spot check needs
			    them */
	bool dry_run;    /* say what it would cost, and stop */
};

struct record_result {
	struct statement_made made;
	struct digest root;
	size_t probes, tokens;
	double flop;
	uint64_t read_bytes, memory_bytes;
	uint64_t boundary_bytes; /* of the states that are kept; 0: none */
};

/*
 * Run the probes through the stored weights, every byte hashed from the buffer it
 * is computed from, and publish a `record` statement with its two objects.
 * Random probes without a seed are seeded by the checkpoint statement's
 * identity. What it costs is noticed before it starts. ERROR_UNTRUSTED: an
 * architecture that this version does not compute.
 */
MUST_CHECK int registry_record(struct registry *registry, const struct record_request *request,
			       struct record_result *out_result, struct error *err);

#endif
