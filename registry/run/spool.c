/* run_spool: what is on record of runs that are not all signed. */
#include "registry/run/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/run/facts.h"

int run_state_folder(const struct context *ctx, char **out_folder, struct error *err)
{
	const char *named = context_environment(ctx, "AKASHI_RUN_STATE");
	const char *state = context_environment(ctx, "XDG_STATE_HOME");
	const char *home = context_environment(ctx, "HOME");

	if (named && named[0] == '/') {
		*out_folder = strdup(named);
		return *out_folder ? 0 : error_set(err, ERROR_SYSTEM, "out of memory");
	}
	if (named && named[0])
		return error_set(err, ERROR_USAGE,
				 "AKASHI_RUN_STATE wants an absolute path, not '%s'", named);
	if (state && state[0] == '/')
		return path_join(state, "akashi/runs", out_folder, err);
	if (home && home[0] == '/')
		return path_join(home, ".local/state/akashi/runs", out_folder, err);
	return error_set(err, ERROR_USAGE,
			 "neither AKASHI_RUN_STATE, XDG_STATE_HOME nor HOME says where runs are "
			 "put on record");
}

int run_spool_path(const char *state, const char *id, char **out_folder, struct error *err)
{
	return path_join(state, id, out_folder, err);
}

int run_spool_put(const char *folder, enum run_event event, const struct json *record,
		  struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	char name[32];

	buffer_init(&text, RUN_RECORD_MAX_BYTES);
	snprintf(name, sizeof(name), "%s.json", run_event_name(event));
	return json_write_canonical(record, &text, err) || folder_make(folder, err) ||
			       path_join(folder, name, &path, err) ||
			       file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

int run_spool_object(const char *folder, struct span bytes, struct digest *out_digest,
		     struct error *err)
{
	CLEANUP(text_free) char *objects = NULL;
	CLEANUP(text_free) char *path = NULL;
	char hex[DIGEST_HEX_SIZE];

	*out_digest = sha256(bytes);
	digest_to_hex(out_digest, hex);
	return path_join(folder, "objects", &objects, err) || folder_make(objects, err) ||
			       path_join(objects, hex, &path, err) ||
			       file_write(path, bytes, 0600, FILE_KEEP_FIRST, err)
		       ? -1
		       : 0;
}

/* ---- Processes ---- */

uint64_t run_process_start(uint64_t pid)
{
	char path[64], text[1024], *at;

	snprintf(path, sizeof(path), "/proc/%llu/stat", (unsigned long long)pid);
	if (!pid || !run_small_file(path, text, sizeof(text)))
		return 0;
	/* The name in brackets may hold anything; the 22nd field is the 20th behind it. */
	at = strrchr(text, ')');
	if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
		return 0;
	for (int field = 0; at && field < 20; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

void run_boot(char out_text[40])
{
	if (!run_small_file("/proc/sys/kernel/random/boot_id", out_text, 37))
		out_text[0] = '\0';
	out_text[strcspn(out_text, "\n")] = '\0';
}

static bool child_lives(const struct run_record *beat)
{
	char boot[40];

	run_boot(boot);
	return beat->json && beat->child && beat->child_start && beat->boot &&
	       strcmp(beat->boot, boot) == 0 && run_process_start(beat->child) == beat->child_start;
}

/* ---- Who lives ---- */

struct standing {
	size_t count, live, unknown;
};

static int lease_seen(void *arg, const char *name, enum lease_standing found,
		      struct lease_sight *sight, struct error *err)
{
	struct standing *standing = arg;

	(void)name;
	(void)sight;
	(void)err;
	standing->count++;
	standing->live += found == LEASE_LIVE;
	standing->unknown += found == LEASE_UNKNOWN;
	return 0;
}

/* How much older the last word of a run is than what is written now, by the clock of its disk. */
static int64_t silence(const struct run_spooled *spooled)
{
	CLEANUP(text_free) char *now = NULL;
	int64_t latest = 0;
	struct stat status;
	int fd;

	for (int event = 0; event < RUN_EVENT_COUNT; event++) {
		char path[4096];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s.json", spooled->folder,
				     run_event_name((enum run_event)event)) < sizeof(path) &&
		    stat(path, &status) == 0 && status.st_mtime > latest)
			latest = status.st_mtime;
	}
	if (asprintf(&now, "%s/now-%ld", spooled->folder, (long)getpid()) < 0) {
		now = NULL;
		return 0;
	}
	/* Made, and so dated by the disk, now. */
	fd = open(now, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return 0;
	close(fd);
	if (stat(now, &status))
		status.st_mtime = latest;
	unlink(now);
	return status.st_mtime - latest;
}

static int life_judge(const struct context *ctx, struct run_spooled *spooled, struct error *err)
{
	struct standing standing = { 0 };

	bool ended = run_spooled_has(spooled, RUN_EVENT_END);

	if (lease_each(spooled->folder, "run", false, ctx, lease_seen, &standing, err))
		return -1;
	/* Ended, and its wrapper still registers what it left? */
	if (standing.live || (!ended && child_lives(&spooled->record[RUN_EVENT_BEAT])))
		spooled->life = RUN_LIFE_LIVE;
	else if (standing.unknown && silence(spooled) <= RUN_SILENT_SECONDS)
		spooled->life = RUN_LIFE_UNKNOWN;
	else if (ended)
		spooled->life = RUN_LIFE_ENDED;
	else if (!spooled->record[RUN_EVENT_BEGIN].attached && !standing.count)
		spooled->life = RUN_LIFE_DETACHED;
	else
		spooled->life = RUN_LIFE_LOST;
	return 0;
}

/* ---- Reading ---- */

void run_spooled_release(struct run_spooled *spooled)
{
	for (int event = 0; event < RUN_EVENT_COUNT; event++)
		run_record_release(&spooled->record[event]);
	free(spooled->folder);
	spooled->folder = NULL;
}

bool run_spooled_has(const struct run_spooled *spooled, enum run_event event)
{
	return spooled->record[event].json != NULL;
}

static int record_load(struct run_spooled *spooled, enum run_event event, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct run_record *record = &spooled->record[event];
	struct error why = { 0 };
	char name[32];

	buffer_init(&bytes, RUN_RECORD_MAX_BYTES);
	snprintf(name, sizeof(name), "%s.json", run_event_name(event));
	if (path_join(spooled->folder, name, &path, err))
		return -1;
	if (file_read(path, &bytes, &why))
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	if (run_record_parse(buffer_view(&bytes), record, err))
		return error_prefix(err, "'%s'", path);
	if (record->event == event && strcmp(record->id, spooled->id) == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT, "'%s' is of another run", path);
}

int run_spool_load(const struct context *ctx, const char *state, const char *id,
		   struct run_spooled *out_spooled, struct error *err)
{
	CLEANUP(run_spooled_release) struct run_spooled spooled = { .life = RUN_LIFE_LOST };

	if (strlen(id) != RUN_ID_SIZE - 1 || strspn(id, "0123456789abcdef") != RUN_ID_SIZE - 1)
		return error_set(err, ERROR_USAGE,
				 "a run on record is named by 16 hexadecimal digits, not '%s'", id);
	memcpy(spooled.id, id, RUN_ID_SIZE);
	if (run_spool_path(state, id, &spooled.folder, err))
		return -1;
	for (int event = 0; event < RUN_EVENT_COUNT; event++)
		if (record_load(&spooled, (enum run_event)event, err))
			return -1;
	if (!run_spooled_has(&spooled, RUN_EVENT_BEGIN))
		return error_set(err, ERROR_ABSENT, "no run %s is on record in '%s'", id, state);
	if (life_judge(ctx, &spooled, err))
		return -1;
	*out_spooled = spooled;
	spooled = (struct run_spooled){ .folder = NULL }; /* handed over */
	return 0;
}

static int entry_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_run(const struct dirent *entry)
{
	return strlen(entry->d_name) == RUN_ID_SIZE - 1 &&
	       strspn(entry->d_name, "0123456789abcdef") == RUN_ID_SIZE - 1;
}

int run_spool_each(const struct context *ctx, const char *state, run_spool_visitor *visit,
		   void *arg, struct error *err)
{
	struct dirent **entry = NULL;
	int count = scandir(state, &entry, is_run, entry_order);
	int failed = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot list '%s'", state);
	for (int i = 0; i < count; i++) {
		CLEANUP(run_spooled_release) struct run_spooled spooled = { .folder = NULL };
		struct error why = { 0 };

		if (!failed && run_spool_load(ctx, state, entry[i]->d_name, &spooled, &why) == 0)
			failed = visit(arg, &spooled, err);
		else if (!failed && why.code != ERROR_ABSENT)
			context_notice(ctx, "the run %s on record is passed over: %s",
				       entry[i]->d_name, why.text);
		free(entry[i]);
	}
	free(entry);
	return failed ? -1 : 0;
}

/* ---- Signing ---- */

void run_spooled_bound(const struct run_spooled *spooled, struct run_ending *out_ending)
{
	const struct run_record *begin = &spooled->record[RUN_EVENT_BEGIN];

	*out_ending = (struct run_ending){ .outcome = RUN_LOST,
					   .exit_status = RUN_STATUS_UNKNOWN,
					   .began_s = begin->began_s,
					   .seconds = spooled->record[RUN_EVENT_BEAT].seconds,
					   .lower_bound = true,
					   .nodes = begin->nodes,
					   .gpus = begin->gpus,
					   .gpus_known = begin->gpus_known };
}

int run_spool_lose(struct run_spooled *spooled, struct error *err)
{
	CLEANUP(json_free) struct json *record = NULL;
	struct run_ending bound;

	run_spooled_bound(spooled, &bound);
	return run_record_new(RUN_EVENT_END, spooled->id, &record, err) ||
			       run_ending_to_json(&bound, record, err) ||
			       run_spool_put(spooled->folder, RUN_EVENT_END, record, err) ||
			       record_load(spooled, RUN_EVENT_END, err)
		       ? -1
		       : 0;
}

static int beginning_sign(struct registry *registry, const struct add_how *how,
			  struct run_spooled *spooled, struct run_settled *settled,
			  struct error *err)
{
	const struct run_record *begin = &spooled->record[RUN_EVENT_BEGIN];
	CLEANUP(text_free) char *objects = NULL;
	CLEANUP(json_free) struct json *record = NULL;
	struct run_declaration declaration = { .name = begin->name,
					       .anew = begin->anew,
					       .file = begin->file,
					       .details = begin->details,
					       .hold = true };
	struct run_declared declared;
	struct name *data = NULL, *parent = NULL;
	char name[NAME_TEXT_MAX];
	int failed;

	failed = path_join(spooled->folder, "objects", &objects, err) ||
		 run_record_names(begin, "data", &data, &declaration.data_count, err) ||
		 run_record_names(begin, "parents", &parent, &declaration.parent_count, err);
	declaration.objects = objects;
	declaration.data = data;
	declaration.parent = parent;
	failed = failed || run_declare(registry, how, &declaration, &declared, err);
	free(data);
	free(parent);
	if (failed)
		return -1;
	settled->name = declared.name;
	settled->beginning = declared.added.made;
	settled->declared_now = true;
	name_to_text(&declared.name, name);
	return run_record_new(RUN_EVENT_DECLARED, spooled->id, &record, err) ||
			       json_set_text(record, "name", name, err) ||
			       run_spool_put(spooled->folder, RUN_EVENT_DECLARED, record, err)
		       ? -1
		       : 0;
}

static int end_sign(struct registry *registry, const struct add_how *how,
		    struct run_spooled *spooled, struct run_settled *settled, struct error *err)
{
	const struct json *logs = json_member(spooled->record[RUN_EVENT_BEGIN].json, "logs");
	struct run_closing closing = { .run = settled->name,
				       .ending = spooled->record[RUN_EVENT_END].ending };
	const char **log = calloc(json_count(logs) + 1, sizeof(*log));
	struct name *output = NULL;
	int failed = log ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for logs");

	for (size_t i = 0; !failed && i < json_count(logs); i++)
		if (json_text(json_at(logs, i)))
			log[closing.log_count++] = json_text(json_at(logs, i));
	failed = failed || (run_spooled_has(spooled, RUN_EVENT_OUTPUTS) &&
			    run_record_names(&spooled->record[RUN_EVENT_OUTPUTS], "outputs",
					     &output, &closing.output_count, err));
	closing.log = log;
	closing.output = output;
	failed = failed || run_close(registry, how, &closing, &settled->end, err);
	free(output);
	free(log);
	return failed ? -1 : 0;
}

int run_spool_declare(struct registry *registry, const struct add_how *how,
		      struct run_spooled *spooled, struct run_settled *out_settled,
		      struct error *err)
{
	struct run_settled settled = { .declared = true };

	if (run_spooled_has(spooled, RUN_EVENT_DECLARED))
		settled.name = spooled->record[RUN_EVENT_DECLARED].name;
	else if (beginning_sign(registry, how, spooled, &settled, err))
		return -1;
	*out_settled = settled;
	return 0;
}

int run_spool_settle(struct registry *registry, const struct add_how *how,
		     struct run_spooled *spooled, struct run_settled *out_settled,
		     struct error *err)
{
	struct run_settled settled;

	if (run_spool_declare(registry, how, spooled, &settled, err))
		return -1;
	if (run_spooled_has(spooled, RUN_EVENT_END)) {
		if (end_sign(registry, how, spooled, &settled, err) ||
		    folder_remove(spooled->folder, err))
			return -1;
		settled.closed = true;
	}
	*out_settled = settled;
	return 0;
}
