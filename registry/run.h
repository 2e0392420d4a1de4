/*
 * Runs: declared when they begin, closed when they end. Commands, hooks, collectors and importers
 * all come through here; nobody else makes these statements (docs/runs.md).
 */
#ifndef REGISTRY_RUN_H
#define REGISTRY_RUN_H

#include "registry/add.h"
#include "registry/run/node_time.h"
#include "registry/run/period.h"

#define RUN_DETAILS_SCHEMA "akashi/run-details/1"
#define RUN_DETAILS_MAX_BYTES (4u << 20)
#define RUN_STEP_NODES "SLURM_STEP_NUM_NODES" /* nodes.source of a step of a job */
#define RUN_ID_SIZE 17                        /* 16 hexadecimal digits and the NUL */
#define RUN_LOG_MAX_BYTES (16u << 20)         /* of a log that are kept: its end */

/* ---- Its beginning ---- */

struct run_declaration {
	struct name name;

	/*
	 * The name may be taken by an earlier start of the same job: then it becomes
	 * NAME@VERSION-2, -3 and so on, which `continues` the one before. Without this a taken
	 * name is ERROR_USAGE, as everywhere.
	 */
	bool anew;
	const char *file; /* a JSON object about the run; NULL: the details are all there is */

	/*
	 * What is known of it, RUN_DETAILS_SCHEMA (docs/formats.md, section 12); NULL: nothing.
	 * Kept whole as an object; the statement repeats what is short enough.
	 */
	const struct json *details;
	const char *objects; /* a folder with the objects that the details name, as files called
				by their HEX; NULL: none */
	struct add_git git;  /* of a run that has but one repository and no details */
	const struct name *data;
	size_t data_count;
	const struct name *parent; /* checkpoints it starts from */
	size_t parent_count;
	const struct period *declared; /* signed afterwards, for what ran in this time; NULL */

	/* Details that tell of no card are held against the one that was registered for the run
	 * (card_hold_arrived), unless this very run is signed already. */
	bool hold;
};

struct run_declared {
	struct add_result added;
	struct name name;      /* that it got */
	struct name continues; /* `version` is empty unless it goes on with an earlier one */
};

/*
 * Sign and log that a run begins. The same again (by the `id` of its details) is success, and
 * gives the name it got then. ERROR_USAGE without file and details.
 */
MUST_CHECK int run_declare(struct registry *registry, const struct add_how *how,
			   const struct run_declaration *declaration,
			   struct run_declared *out_declared, struct error *err);

/*
 * What every statement of a run says: its name, its file, where there are facts (docs/formats.md,
 * section 3) its repository, and the data that it reads; `git` and `data` may be NULL. run_declare
 * goes on from here, and hooks, whose statements wait to be registered (registry/hook/say.h), end
 * here.
 */
MUST_CHECK int run_predicate_begin(const struct name *name, const struct digest *file,
				   const struct json *git, const struct json *data,
				   struct json **out_predicate, char out_subject[NAME_TEXT_MAX],
				   struct error *err);

/* ---- Its end ---- */

enum run_outcome {
	RUN_COMPLETED, /* exit status 0 */
	RUN_FAILED,    /* another one, or a signal of its own making (SIGSEGV, SIGABRT …) */
	RUN_KILLED,    /* somebody else's signal */
	RUN_TIMED_OUT, /* as timeout(1) and schedulers say it */
	RUN_ENDED,     /* seen to end, but not how */
	RUN_LOST,      /* nobody saw it end: killed wrapper, dead node */
	RUN_OUTCOME_COUNT
};

/* "timed-out". Static. */
const char *run_outcome_name(enum run_outcome outcome);
MUST_CHECK int run_outcome_from_name(const char *text, enum run_outcome *out_outcome,
				     struct error *err);

#define RUN_STATUS_UNKNOWN (-1)

struct run_ending {
	enum run_outcome outcome;
	int exit_status;   /* or RUN_STATUS_UNKNOWN */
	int signal;        /* that ended it; 0: none, or not known */
	int64_t began_s;   /* since 1970, by the wall clock */
	uint64_t seconds;  /* by a clock that nobody sets */
	bool lower_bound;  /* it ran at least so long: nobody measured its end */
	int64_t clock_off; /* seconds by which the wall clock disagrees at the end */
	uint64_t nodes;    /* at least 1 */
	uint64_t gpus;     /* of all nodes; counts where `gpus_known` */
	bool gpus_known;
	const char *reason; /* a line for people; NULL: none */
};

/* Read and written as the record of its end has it (docs/formats.md, section 12). */
MUST_CHECK int run_ending_to_json(const struct run_ending *ending, struct json *object,
				  struct error *err);
/* `reason` is borrowed from the object. ERROR_CORRUPT. */
MUST_CHECK int run_ending_from_json(const struct json *object, struct run_ending *out_ending,
				    struct error *err);

struct run_closing {
	struct name run;
	struct run_ending ending;
	const struct name *output; /* registered checkpoints */
	size_t output_count;
	const char *const *log; /* paths of files: the last RUN_LOG_MAX_BYTES are kept */
	size_t log_count;
};

/*
 * Sign and log how a run ended. A lower bound gives way to a measured end or to a longer
 * bound, which name it as `previous`; where a measured end is known already, a bound changes
 * nothing (made.existed), and another measured one is ERROR_USAGE. A log that cannot be
 * read, or that holds what looks like a secret, is named with the reason and not kept.
 */
MUST_CHECK int run_close(struct registry *registry, const struct add_how *how,
			 const struct run_closing *closing, struct statement_made *out_made,
			 struct error *err);

/* How a run ended, as far as it is known: the completion that no other one took the place of. */
struct run_known_end {
	bool known;
	struct digest statement;
	enum run_outcome outcome;
	bool lower_bound;
	uint64_t seconds;
	struct node_time time;
	char ended[STATEMENT_TIME_SIZE];
};
MUST_CHECK int run_known_end(struct registry *registry, const struct digest *run,
			     struct run_known_end *out_end, struct error *err);

#endif
