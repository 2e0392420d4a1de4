/*
 * reach: which objects a registry needs, and who needs them.
 *
 * From every statement that is kept to the objects that it names, and through
 * manifests and lists of activations to those that they name. Nothing is taken
 * from the index: what is not reached may be thrown away.
 */
#ifndef REGISTRY_REACH_H
#define REGISTRY_REACH_H

#include "registry/remembered.h"

#define REACH_SIZE_UNKNOWN UINT64_MAX

/* What an object is to the statement that leads to it. */
enum reach_role {
	REACH_MANIFEST,
	REACH_PIECES, /* the pieces object that a manifest names */
	REACH_FILE,   /* a file of a manifest */
	REACH_OWN, /* what the statement itself consists of: a run file, a diff, probes, outputs …
		    */
	REACH_MENTION /* any other digest that it mentions; most are of no object */
};

/* One object, as one statement needs it. Everything is borrowed until the visit returns. */
struct reach_object {
	struct digest digest;
	enum reach_role role;
	uint64_t size;    /* that its bytes must have, or REACH_SIZE_UNKNOWN */
	const char *what; /* "manifest", "outputs"; of a file its path */
	bool needed;      /* false: a mention, or a file whose bytes were released on purpose */
	bool released;    /* so */
	struct digest statement;          /* the identity of who names it */
	const struct statement *by;       /* NULL: of a kind that this version does not know */
	const struct manifest *manifest;  /* of REACH_PIECES and REACH_FILE, without its pieces */
	const struct manifest_file *file; /* of REACH_FILE */
};

/* 0 to go on, -1 with `err` to stop. */
typedef int (*reach_visit)(void *arg, const struct reach_object *object, struct error *err);

/* Why what something needs is not known. */
enum reach_blindness {
	REACH_MISSING, /* a statement, manifest or list is not there, nor taken away on purpose */
	REACH_DAMAGED, /* it is there, and not what it is called */
	REACH_UNKNOWN  /* a statement of a kind that a later version made */
};

struct reach_request {
	reach_visit visit;
	/*
	 * Something cannot be followed, and what it needs is not visited. `object`: of a
	 * manifest or list (NULL: the statement itself). A slot that is NULL ends the walk with
	 * ERROR_CORRUPT, which whoever throws away what is not reached must want.
	 */
	int (*blind)(void *arg, enum reach_blindness why, const struct digest *statement,
		     const struct digest *object, const char *text, struct error *err);
	void *arg;

	/* The log was held against what is kept (registry_audit): do not do it again. */
	bool log_checked;

	/*
	 * The visit asks for nothing but `digest`, `role`, `size`, `needed`, `released` and
	 * `statement`: the rest is not there. Then what is remembered, here, need not be read again
	 * (`wanted` must be NULL); what is read is noted in it. NULL: everything is read.
	 */
	struct remembered *remembered;

	/* Statements to look at; NULL: all. */
	bool (*wanted)(void *arg, const struct digest *statement, const struct statement *by);
};

/* Over the versions whose bytes a believed retention released: the same as long as those are. */
MUST_CHECK int reach_released(struct registry *registry, struct digest *out_sum, struct error *err);

/* Is it the name of a statement's file, HEX.KEY.json? */
bool reach_name_read(const char *name, struct digest *out_identity, struct digest *out_signer);

/*
 * Visit every object that the registry's statements name: those in statements/, logged or not yet
 * (a writer makes the envelope durable before it is logged), and once for every statement that
 * names it. Objects come in no order, the same one many times; so a withheld object comes as well,
 * and whoever misses it asks withheld_find. Files that a believed retention released come with
 * `released`. A log entry whose statement is not there blinds. Slots are called from this thread;
 * reading is spread over the registry's threads. Memory: some manifests for each of them.
 */
MUST_CHECK int reach_each(struct registry *registry, const struct reach_request *request,
			  struct error *err);

#endif
