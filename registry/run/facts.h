/*
 * What can be known of a run before it starts: its command, what the environment says of
 * scheduler, nodes, GPUs and container, and the variables that matter. Nothing is asked of a
 * scheduler; only variables and small files are read. docs/runs.md has the list.
 */
#ifndef REGISTRY_RUN_FACTS_H
#define REGISTRY_RUN_FACTS_H

#include "registry/run.h"

#define RUN_VARIABLE_MAX 4096 /* bytes of a variable's value that are kept */
#define RUN_COMMAND_MAX 65536 /* bytes of a word of the command that are kept */

struct run_facts_request {
	const char *const *command;
	size_t command_count;
	const char *const *variable; /* beside those of the list */
	size_t variable_count;
	const char *const *output; /* patterns, as they were given */
	size_t output_count;
	const char *root; /* where proc/ and run/ are looked for: "" */
};

struct run_facts {
	struct json *details; /* RUN_DETAILS_SCHEMA, without repositories */
	struct json *refused; /* its member of that name */
	char id[RUN_ID_SIZE];
	uint64_t nodes, gpus; /* gpus: of all nodes */
	bool gpus_known;
};

void run_facts_release(struct run_facts *facts);

/*
 * Gather. What looks like a secret is left out, named in `refused` and noticed. ERROR_SYSTEM
 * without randomness or memory.
 */
MUST_CHECK int run_facts_gather(const struct context *ctx, const struct run_facts_request *request,
				struct run_facts *out_facts, struct error *err);

/*
 * Which of the processes of a run are we, as launchers tell by variables? The first (rank 0, or
 * nothing said) speaks for all. *out_variable (static): what said so, or NULL.
 */
uint64_t run_rank(const struct context *ctx, const char **out_variable);

/*
 * `text` as it may be signed: this user's home folder is "~", and a folder called as the user
 * "~user". Malloced.
 */
MUST_CHECK int run_text_public(const struct context *ctx, const char *text, char **out_text,
			       struct error *err);

/* What a path is called: behind its last "/", or all of it where it ends in one. Borrowed. */
const char *run_path_name(const char *path);

/* Note that something was refused, in `refused` and by a notice. */
MUST_CHECK int run_refuse(const struct context *ctx, struct run_facts *facts, const char *place,
			  const char *rule, struct error *err);

/*
 * The first `size` - 1 bytes of a small file as a text, also of one below /proc, whose length
 * nobody knows; false where it cannot be read or has a NUL in it.
 */
bool run_small_file(const char *path, char *text, size_t size);

/* ---- inner: registry/run/machine.c ---- */

struct run_machine {
	uint64_t nodes, gpus;
	bool gpus_known;
};

/* Set scheduler, launcher, nodes, gpus, container and host of the details. */
MUST_CHECK int run_machine_set(const struct context *ctx, const char *root, struct json *details,
			       struct run_machine *out_machine, struct error *err);

#endif
