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
	bool private; /* commit to the probes and to what is computed on them, and tell neither */
	bool boundaries;     /* keep the states at layer boundaries as objects: a spot check needs
				them */
	bool dry_run;        /* say what it would cost, and stop */
	const char *device;  /* what computes, as device_open takes it; NULL: as there is */
	bool hash_on_device; /* forward_hash */
};

struct record_result {
	struct statement_made made;
	struct digest root;
	size_t probes, tokens;
	double flop;
	uint64_t read_bytes, memory_bytes;
	uint64_t boundary_bytes;               /* of the states that are kept; 0: none */
	char backend[BACKEND_DESCRIPTION_MAX]; /* that computed; empty: nothing was */
	char declined[DEVICE_DECLINED_MAX];    /* why no device did; empty: nothing to say */
	bool read_at_most; /* read_bytes is a bound: tokens decide which experts are read */
};

/*
 * Run the probes through the stored weights, every byte hashed from the buffer it
 * is computed from, and publish a `record` statement with its two objects.
 * Random probes without a seed are seeded by the checkpoint statement's
 * identity; private ones by chance that nobody keeps. What it costs is noticed before it starts.
 * ERROR_UNTRUSTED: an architecture that this version does not compute.
 */
MUST_CHECK int registry_record(struct registry *registry, const struct record_request *request,
			       struct record_result *out_result, struct error *err);

/* Outputs that a framework wrote. */
struct foreign_request {
	const char *name;    /* owner/name@version of the checkpoint */
	const char *file;    /* docs/formats.md, "Outputs that others wrote" */
	const char *key;     /* signing key; NULL: config user.key */
	bool unchecked;      /* sign without comparing with the weights first */
	bool dry_run;        /* say what it would cost, and stop */
	const char *device;  /* what computes, as device_open takes it; NULL: as there is */
	bool hash_on_device; /* forward_hash */
};

struct foreign_result {
	struct statement_made made;
	struct digest file;
	size_t probes, tokens, values;
	char framework[FOREIGN_TEXT_MAX + 1], version[FOREIGN_TEXT_MAX + 1];
	enum foreign_dtype dtype;
	struct forward_cost cost;              /* of comparing */
	bool compared;                         /* then `report` is filled */
	char backend[BACKEND_DESCRIPTION_MAX]; /* that computed; empty: nothing was */
	char declined[DEVICE_DECLINED_MAX];    /* why no device did; empty: nothing to say */
	struct foreign_report report;          /* of everything in the file */
};

/*
 * Keep the file as an object and publish a `record` statement of class foreign about it.
 * Unless `unchecked`, every probe is computed first. ERROR_UNTRUSTED: it lies beyond the
 * tolerance (nothing is signed, since what is logged cannot be taken back); ERROR_CORRUPT: it is
 * no such file; ERROR_USAGE: it is about another vocabulary or longer texts.
 */
MUST_CHECK int registry_record_foreign(struct registry *registry,
				       const struct foreign_request *request,
				       struct foreign_result *out_result, struct error *err);

#endif
