/* What the ways of recording share. Private to registry/recording*.c and registry/sampling.c. */
#ifndef REGISTRY_RECORDING_INNER_H
#define REGISTRY_RECORDING_INNER_H

#include "registry/recording.h"
#include "registry/recording/boundaries.h"

#define RECORDING_SOURCE_MAX 512

/* A recording under way. What is here is owned. */
struct recording {
	struct evidence *evidence;
	struct trust trust;
	struct believed checkpoint;
	struct manifest *manifest;
	struct manifest_objects objects;
	struct tree *tree;
	struct weights *weights;
	struct forward *forward;
	struct device_in_use device; /* opened where something is computed */
	struct probes probes;
	bool private;                      /* a commitment is shown in the place of each probe */
	char source[RECORDING_SOURCE_MAX]; /* "file", "random" */
	char seed[RECORDING_SOURCE_MAX];
	struct buffer probes_object, outputs;
	struct boundaries_keeping keeping;
	struct digest boundaries; /* their list, once they are kept */
};

/*
 * Believe the registered checkpoint and open its files, weights and architecture. ERROR_UNTRUSTED:
 * an architecture that this version does not compute.
 */
MUST_CHECK int recording_open(struct registry *registry, const char *name, struct recording *r,
			      struct error *err);
void recording_release(struct recording *r);

/* Open what computes, as device_open takes `wish`; people hear of a device that was refused. */
MUST_CHECK int recording_device_open(const struct context *ctx, const char *wish,
				     struct recording *r, struct error *err);
/* device_replace, and people hear of it. */
bool recording_device_replace(const struct context *ctx, struct recording *r, struct error *cause);

/* Set "of", the reference to the checkpoint. */
MUST_CHECK int recording_of_set(struct registry *registry, const struct recording *r,
				struct json *predicate, struct error *err);

/* Set "probes": the object (NULL: they are private), what is in it and where it comes from. */
MUST_CHECK int recording_probes_set(const struct recording *r, const struct probes *probes,
				    const struct digest *object, struct json *predicate,
				    struct error *err);

#endif
