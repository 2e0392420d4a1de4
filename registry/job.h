/*
 * Jobs of a cluster, as its own records tell them: the spool of prolog and epilog, accounting
 * files, bills. From them runs are declared and closed that nobody wrapped (docs/cluster.md).
 */
#ifndef REGISTRY_JOB_H
#define REGISTRY_JOB_H

#include "registry/run.h"

#define JOB_TEXT_SIZE 128
#define JOB_FILE_MAX_BYTES (256u << 20)
#define JOBS_MAX 10000000u

/* One start of one job. Texts are empty where nothing is known. */
struct job {
	const char *scheduler; /* "slurm", "pbs"; "": none. Static */
	char cluster[JOB_TEXT_SIZE], job[JOB_TEXT_SIZE];
	char array_job[JOB_TEXT_SIZE], array_task[JOB_TEXT_SIZE], partition[JOB_TEXT_SIZE];
	uint64_t restart;

	bool began, ended; /* known? */
	int64_t began_s, ended_s;
	int64_t seen_s;   /* it surely still ran then; 0: not known */
	bool lost;        /* its node began anew while it ran */
	uint64_t seconds; /* by a clock that nobody sets; counts where `measured` */
	bool measured;
	uint64_t nodes, gpus; /* nodes 0: not known; gpus of all nodes */
	uint64_t hosts;       /* machines whose own spools tell that it began there */
	bool gpus_known;

	bool united; /* with another, by jobs_unite */
	bool outcome_known;
	enum run_outcome outcome;
	int exit_status, signal; /* RUN_STATUS_UNKNOWN, 0: not known */
};

struct jobs {
	struct job *item;
	size_t count, room;
	uint32_t *slot; /* of a hash table over keys: index into item, and 1; 0: free */
	size_t slots;   /* a power of two, or 0 */
	uint64_t *told; /* the same of jobs and their hosts, by hashes */
	size_t told_count, told_slots;
};

void jobs_release(struct jobs *jobs);

/*
 * The job of this key, a new one where there is none; borrowed until the next call. Not once
 * jobs_collect has put them in order.
 */
MUST_CHECK int jobs_need(struct jobs *jobs, const char *scheduler, const char *cluster,
			 const char *job, uint64_t restart, struct job **out_job,
			 struct error *err);

/* A job began on this host, by the host's own word: counted in `hosts`, each once (*out_new). */
MUST_CHECK int jobs_host(struct jobs *jobs, struct job *job, struct span host, bool *out_new,
			 struct error *err);

/*
 * A task of an array is told of as its own JOB and as ARRAY_TASK: what stands under the second name
 * becomes part of the first, where both are there. The jobs' places change: nothing is looked up
 * afterwards.
 */
void jobs_unite(struct jobs *jobs);

/* Of how many nodes it is: as somebody said, else on as many as told of it; 0: not known. */
uint64_t job_nodes(const struct job *job);

/* Exit status and signal into outcome, where the outcome is not known otherwise. */
void job_exit(struct job *job, int exit_status, int signal);

struct job_reading {
	const char *path; /* for messages */
	bool zone_known;  /* where a file gives times without one */
	int64_t zone_s;   /* seconds east of Greenwich */
	/* A line that is not taken, and why; the rest is. */
	void (*complain)(void *arg, const char *path, size_t line, const char *why);
	void *arg;
};

void job_complain(const struct job_reading *reading, size_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A kind of record: registry/job/NAME.c, and its line in registry/jobs.def. */
struct job_source {
	const char *name;
	bool (*knows)(struct span text); /* does this look like one of mine? */
	int (*read)(const struct job_reading *reading, struct span text, struct jobs *jobs,
		    struct error *err);
};

#define JOBS(name) extern const struct job_source job_source_##name;
#include "registry/jobs.def"
#undef JOBS

/* Take in one file; `format` names its source, NULL: whichever knows it. ERROR_USAGE: none does. */
MUST_CHECK int jobs_read(const struct job_reading *reading, struct span text, const char *format,
			 struct jobs *jobs, struct error *err);

/* ---- What sources share ---- */

/* A copy of what fits into a job's text and has no control characters; false otherwise. */
bool job_text(struct span from, char out_text[JOB_TEXT_SIZE]);

/* Split off what stands before `end` (or the rest); false when nothing is left. */
bool job_cut(struct span *rest, char end, struct span *out_part);

/* The next line, without its end. */
bool job_line(struct span *text, struct span *out_line);

bool job_is(struct span span, const char *text);

/* Decimal digits, at most twelve. */
bool job_number(struct span text, uint64_t *out_number);

/* Whole seconds since 1970, or a date and time with or without a zone (then the reading's). */
MUST_CHECK int job_time(const struct job_reading *reading, struct span text, int64_t *out_unix_s,
			struct error *err);

/* The outcome that schedulers mean by a word (COMPLETED, NODE_FAIL …); false: it has not ended, or
 * nobody knows the word. */
bool job_state(struct span word, enum run_outcome *out_outcome);

/* "3:0": status and signal. */
bool job_exit_pair(struct span text, int *out_status, int *out_signal);

/* ---- Into the registry ---- */

struct jobs_wish {
	struct name family;            /* owner/name: versions are [CLUSTER-]JOB[-rN] */
	const struct period *declared; /* signed afterwards, for what ran in this time; NULL */
	bool lost; /* sign a lower bound for what began, has no end and may still run */
};

enum job_did {
	JOB_SIGNED,     /* declared and closed, or one of the two */
	JOB_KNOWN,      /* all of it was known */
	JOB_JOINED,     /* a wrapped run has it, and was closed now or before */
	JOB_RUNNING,    /* its end is not known yet */
	JOB_INCOMPLETE, /* its beginning is not known */
	JOB_FAILED_TO_SIGN,
	JOB_DID_COUNT
};

/* "signed", "known", … Static. */
const char *job_did_name(enum job_did did);

typedef int (*job_visit)(void *arg, const struct job *job, enum job_did did, const char *name,
			 const struct error *why, struct error *err);

/* Declare and close what is not yet known of the jobs, in the order of their beginnings. */
MUST_CHECK int jobs_collect(struct registry *registry, const struct add_how *how,
			    const struct jobs_wish *wish, struct jobs *jobs, job_visit visit,
			    void *arg, struct error *err);

#endif
