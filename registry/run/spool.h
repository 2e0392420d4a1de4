/*
 * Runs that are not all signed yet: a folder of this user's, with a folder for each run.
 *
 * A run is written down before anything else happens, so that neither a registry that is away, nor
 * a key, nor the end of this process loses it. What is signed is taken out.
 */
#ifndef REGISTRY_RUN_SPOOL_H
#define REGISTRY_RUN_SPOOL_H

#include "registry/lease.h"
#include "registry/run/record.h"

/* A process of another host is given up when its beats are so much older than what is written now.
 */
#define RUN_SILENT_SECONDS 600

/*
 * $AKASHI_RUN_STATE, else $XDG_STATE_HOME/akashi/runs, else ~/.local/state/akashi/runs; malloced.
 * ERROR_USAGE where none of them says.
 */
MUST_CHECK int run_state_folder(const struct context *ctx, char **out_folder, struct error *err);

/* STATE/ID, malloced. */
MUST_CHECK int run_spool_path(const char *state, const char *id, char **out_folder,
			      struct error *err);

/* Write FOLDER/EVENT.json, whole and durable, in place of the one that was there. */
MUST_CHECK int run_spool_put(const char *folder, enum run_event event, const struct json *record,
			     struct error *err);

/* Write an object that the details name: FOLDER/objects/HEX. */
MUST_CHECK int run_spool_object(const char *folder, struct span bytes, struct digest *out_digest,
				struct error *err);

enum run_life {
	RUN_LIFE_ENDED,    /* its end is on record */
	RUN_LIFE_LIVE,     /* its wrapper, or the command itself, runs */
	RUN_LIFE_DETACHED, /* begun by hand; whoever began it ends it */
	RUN_LIFE_UNKNOWN,  /* of another host, and silent for a short time only */
	RUN_LIFE_LOST      /* nobody is left who could tell its end */
};

struct run_spooled {
	char id[RUN_ID_SIZE];
	char *folder;
	enum run_life life;
	struct run_record record[RUN_EVENT_COUNT]; /* json is NULL where there is none */
};

void run_spooled_release(struct run_spooled *spooled);
bool run_spooled_has(const struct run_spooled *spooled, enum run_event event);

/* ERROR_ABSENT: no such run; ERROR_CORRUPT: its beginning cannot be read. */
MUST_CHECK int run_spool_load(const struct context *ctx, const char *state, const char *id,
			      struct run_spooled *out_spooled, struct error *err);

/* Visit each run of the folder; one that cannot be read is noticed and passed over. */
typedef int run_spool_visitor(void *arg, struct run_spooled *spooled, struct error *err);
MUST_CHECK int run_spool_each(const struct context *ctx, const char *state,
			      run_spool_visitor *visit, void *arg, struct error *err);

/* The ending that its last beat warrants: at least so long. */
void run_spooled_bound(const struct run_spooled *spooled, struct run_ending *out_ending);

/* Put that ending on record: nobody will tell another. */
MUST_CHECK int run_spool_lose(struct run_spooled *spooled, struct error *err);

struct run_settled {
	struct name name;
	bool declared, closed;                /* now, or before */
	struct statement_made beginning, end; /* made now */
	bool declared_now;
};

/* Sign that it began, where that is not signed yet. */
MUST_CHECK int run_spool_declare(struct registry *registry, const struct add_how *how,
				 struct run_spooled *spooled, struct run_settled *out_settled,
				 struct error *err);

/*
 * Sign what of it is not signed: that it began and, where its end is on record, the end; then
 * its folder goes. What was signed before is not signed again. How it ended is on record first
 * (run_spool_put), also for what is lost.
 */
MUST_CHECK int run_spool_settle(struct registry *registry, const struct add_how *how,
				struct run_spooled *spooled, struct run_settled *out_settled,
				struct error *err);

/* The start of a process, in ticks since boot, and this boot's name; 0, "" where they are not
 * known. */
uint64_t run_process_start(uint64_t pid);
void run_boot(char out_text[40]);

#endif
