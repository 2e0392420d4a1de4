/*
 * Watching logs: one's own or another's, from what was seen last (docs/monitoring.md).
 *
 * A log is followed by its origin, wherever it is served. What is found is on disk before the
 * place up to which the log was looked at moves on, so that a monitor that is killed finds
 * everything once.
 */
#ifndef REGISTRY_MONITOR_H
#define REGISTRY_MONITOR_H

#include "kernels/kernels.h"
#include "verify/verify.h"

#define MONITOR_BATCH 1024u /* entries between two commits, unless the caller says otherwise */

/* How grave a finding is. */
enum finding_grade {
	FINDING_TOLD,      /* worth a line, and nobody need do anything: not counted */
	FINDING_NOTICED,   /* what somebody asked to be told of */
	FINDING_UNDECIDED, /* something could not be looked at, or is not known here */
	FINDING_FAILS      /* something does not hold */
};

struct finding {
	const char *kind; /* "fork", "two-digests" …; docs/monitoring.md lists them */
	enum finding_grade grade;
	const char *origin;
	uint64_t index;       /* of the entry, UINT64_MAX where it is about none */
	const char *text;     /* one line */
	const char *evidence; /* a folder with both checkpoints, or NULL */
};

/* What somebody wants to be told of. */
enum watch_what { WATCH_NAME, WATCH_KEY, WATCH_DIGEST };
struct watch {
	enum watch_what what;
	const char *text; /* a glob over names; or digits that a KEY or digest begins with */
};
/* "name=GLOB", "key=HEX", "digest=HEX"; borrowed from `text`. ERROR_USAGE otherwise. */
MUST_CHECK int watch_parse(const char *text, struct watch *out_watch, struct error *err);

/* Where a log stands after it was looked at. All borrowed for the call. */
struct monitor_look {
	const char *where, *origin; /* origin "": not even that could be read */
	uint64_t before, size;      /* entries looked at earlier, and now */
	struct digest root;
	const struct checkpoint *checkpoint; /* NULL: none that the log signed */
	uint64_t findings, fails, undecided; /* met now, those known before included */
	uint64_t detached; /* signatures by certificates met now: their bodies lie elsewhere */
	uint64_t withheld; /* bodies met now that are withheld, by tombstones that count */
	const struct error *error; /* what kept us from looking, or NULL */
};

struct monitor_request {
	const char *folder;      /* where what was seen and found is kept */
	const struct pins *pins; /* logs by pin, with the policy to begin at; or NULL */
	const struct witness_policy *witnesses; /* logs and quorum of a tlog-policy; or NULL */
	const char *const *where;               /* URLs and folders; NULL at the end */
	const char *statements;                 /* where bodies lie; NULL: beside each log */
	const struct watch *watch;
	size_t watch_count;
	uint64_t maximum_age; /* seconds; 0: as the policy says */
	uint64_t batch;       /* 0: MONITOR_BATCH */

	/* Told of each new finding, once it is durable. */
	int (*found)(void *arg, const struct finding *finding, struct error *err);
	/* Told of each log after it was looked at. */
	int (*looked)(void *arg, const struct monitor_look *look, struct error *err);
	void *arg;
};

/*
 * Look at every log once. What does not hold, and what kept us from looking at one log, is told
 * through the request; -1 is for what concerns all of them (the folder, the request).
 */
MUST_CHECK int monitor_run(const struct context *ctx, const struct monitor_request *request,
			   struct error *err);

/*
 * 0 iff `text` (akashi/misbehaviour/1) shows by itself that one log signed two checkpoints that no
 * one log can have: both signed by a key of `trust`, and contradicting each other. ERROR_CORRUPT
 * otherwise.
 */
MUST_CHECK int misbehaviour_check(struct span text, const struct log_trust *trust,
				  struct error *err);

#endif
