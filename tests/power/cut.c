/*
 * Cuts the power at each point of a recorded run, and has each disk that may be left looked at.
 *
 *   power_cut mark LOG WORDS                     the story says something: "acknowledged t/m@1"
 *   power_cut count LOG                          how many operations there are
 *   power_cut build LOG PREFIX FATE OUT          make OUT what is left after PREFIX operations
 *   power_cut each LOG FROM MOST DRAWS OUT COMMAND...
 *       for about MOST points after the mark FROM ("" for the start): make OUT each disk that may
 * be left, those that differ, and run COMMAND OUT MARKS, MARKS being a file of the marks so far.
 *       The first that COMMAND does not like ends it.
 *
 * FATE: 0 nothing that was not synced, 1 everything, 2 names alone, 3 names and zeros, 4… drawn.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/power/disk.h"

enum { LOG_MAX = 1 << 30, STATES_MAX = 1 << 20 };

extern char **environ;

struct step {
	struct power_entry entry;
	char *path, *path2;
	struct span data;
};

struct run {
	struct buffer log;
	struct step *step;
	size_t count;
	struct digest *seen;
	size_t seen_count;
};

static void run_release(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		free(run->step[i].path);
		free(run->step[i].path2);
	}
	free(run->step);
	free(run->seen);
	buffer_release(&run->log);
}

static char *text_take(struct reader *r, size_t len)
{
	struct span text = reader_take(r, len);

	return r->failed ? NULL : strndup((const char *)text.data, len);
}

static int run_read(const char *path, struct run *run, struct error *err)
{
	size_t room = 0;
	struct reader r;

	buffer_init(&run->log, LOG_MAX);
	if (file_read(path, &run->log, err))
		return -1;
	r = reader_over(buffer_view(&run->log));
	while (r.rest.len) {
		struct span head = reader_take(&r, sizeof(struct power_entry));
		struct step step;

		if (reader_failed(&r, "the log", err))
			return -1;
		memcpy(&step.entry, head.data, sizeof(step.entry));
		step.path = text_take(&r, step.entry.path_len);
		step.path2 = text_take(&r, step.entry.path2_len);
		step.data = reader_take(&r, (size_t)step.entry.data_len);
		if (reader_failed(&r, "the log", err))
			return -1;
		if (run->count == room) {
			room = room ? 2 * room : 1024;
			run->step = realloc(run->step, room * sizeof(*run->step));
			if (!run->step)
				abort();
		}
		run->step[run->count++] = step;
	}
	return 0;
}

static int step_do(struct disk *disk, const struct step *step, struct error *err)
{
	/* A disk that lies: the story makes sure that it would be found out. */
	if (step->entry.operation == POWER_SYNC && getenv("POWER_DEAF"))
		return 0;
	return disk_do(disk, &step->entry, step->path, step->path2, step->data, err);
}

static const char *operation_name(uint32_t operation)
{
	static const char *const name[] = { "?",    "create", "folder", "write",
					    "size", "mode",   "sync",   "sync all",
					    "link", "rename", "remove", "mark" };

	return operation < sizeof(name) / sizeof(name[0]) ? name[operation] : "?";
}

static void show_tail(const struct run *run, size_t prefix)
{
	for (size_t i = prefix > 12 ? prefix - 12 : 0; i < prefix; i++) {
		const struct step *step = &run->step[i];

		printf("  %zu %s %s %s inode %llu at %llu, %llu bytes%.*s\n", i,
		       operation_name(step->entry.operation), step->path, step->path2,
		       (unsigned long long)step->entry.inode,
		       (unsigned long long)step->entry.offset,
		       (unsigned long long)step->entry.data_len,
		       step->entry.operation == POWER_MARK ? (int)step->data.len : 0,
		       (const char *)step->data.data);
	}
}

/* ---- The commands ---- */

static int mark(const char *path, const char *words)
{
	struct power_entry entry = { .operation = POWER_MARK, .data_len = strlen(words) };
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	bool done = fd >= 0 && write(fd, &entry, sizeof(entry)) == (ssize_t)sizeof(entry) &&
		    write(fd, words, strlen(words)) == (ssize_t)strlen(words);

	return done ? 0 : 1;
}

static int build(struct run *run, size_t prefix, unsigned fate, const char *out, struct error *err)
{
	CLEANUP(disk_free) struct disk *disk = NULL;
	struct digest digest;

	if (disk_new(&disk, err))
		return -1;
	for (size_t i = 0; i < prefix && i < run->count; i++)
		if (step_do(disk, &run->step[i], err))
			return -1;
	return disk_cut(disk, fate, out, &digest, err);
}

/* Was there such a disk already, with so many marks? */
static bool seen(struct run *run, struct digest digest, size_t marks)
{
	digest.byte[0] ^= (uint8_t)marks;
	for (size_t i = 0; i < run->seen_count; i++)
		if (digest_equal(&run->seen[i], &digest))
			return true;
	run->seen = realloc(run->seen, (run->seen_count + 1) * sizeof(*run->seen));
	if (!run->seen)
		abort();
	run->seen[run->seen_count++] = digest;
	return false;
}

static int look(char **command, size_t words, char *out, char *marks)
{
	char *argv[32];
	pid_t child;
	int status;

	if (words > 29)
		return -1;
	memcpy(argv, command, words * sizeof(*argv));
	argv[words] = out;
	argv[words + 1] = marks;
	argv[words + 2] = NULL;
	if (posix_spawnp(&child, argv[0], NULL, NULL, argv, environ) ||
	    waitpid(child, &status, 0) < 0)
		return -1;
	return status;
}

struct sweep {
	struct run *run;
	size_t first, stride;
	unsigned draws;
	char *out, *marks;
	char **command;
	size_t words, marked;
};

static int cut_here(struct sweep *sweep, struct disk *disk, size_t prefix, struct error *err)
{
	for (unsigned fate = 0; fate < DISK_CHANCE + sweep->draws; fate++) {
		/* Other draws at every point. */
		unsigned how = fate < DISK_CHANCE ? fate : fate + (unsigned)prefix * sweep->draws;
		struct digest digest;

		if (disk_cut(disk, how, sweep->out, &digest, err))
			return -1;
		if (seen(sweep->run, digest, sweep->marked))
			continue;
		if (look(sweep->command, sweep->words, sweep->out, sweep->marks)) {
			printf("the power went after operation %zu, fate %u:\n", prefix, how);
			show_tail(sweep->run, prefix);
			return error_set(err, ERROR_CORRUPT, "what is left does not do");
		}
	}
	return 0;
}

static int marks_write(const struct sweep *sweep, const struct step *step, bool begin)
{
	FILE *file = fopen(sweep->marks, begin ? "we" : "ae");

	if (!file)
		return -1;
	if (step)
		fprintf(file, "%.*s\n", (int)step->data.len, (const char *)step->data.data);
	return fclose(file);
}

static int each(struct sweep *sweep, struct error *err)
{
	CLEANUP(disk_free) struct disk *disk = NULL;
	struct run *run = sweep->run;

	if (disk_new(&disk, err) || marks_write(sweep, NULL, true))
		return -1;
	for (size_t i = 0; i < run->count; i++) {
		const struct step *step = &run->step[i];
		bool is_mark = step->entry.operation == POWER_MARK;

		if (is_mark) {
			marks_write(sweep, step, false);
			sweep->marked++;
		} else if (step_do(disk, step, err))
			return error_prefix(err, "operation %zu", i);
		if (i >= sweep->first && (is_mark || (i - sweep->first) % sweep->stride == 0) &&
		    cut_here(sweep, disk, i + 1, err))
			return -1;
	}
	return 0;
}

static int sweep_run(struct run *run, int argc, char **argv, struct error *err)
{
	CLEANUP(text_free) char *marks = NULL;
	struct sweep sweep = { .run = run, .stride = 1 };
	size_t most = strtoul(argv[1], NULL, 10);

	for (size_t i = 0; argv[0][0] && i < run->count; i++)
		if (run->step[i].entry.operation == POWER_MARK &&
		    span_equal(run->step[i].data, span_of(argv[0])))
			sweep.first = i;
	if (most && run->count - sweep.first > most)
		sweep.stride = (run->count - sweep.first) / most;
	sweep.draws = (unsigned)strtoul(argv[2], NULL, 10);
	sweep.out = argv[3];
	sweep.command = argv + 4;
	sweep.words = (size_t)argc - 4;
	if (asprintf(&marks, "%s.marks", sweep.out) < 0) {
		marks = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	sweep.marks = marks;
	if (each(&sweep, err))
		return -1;
	printf("%zu operations, %zu disks looked at\n", run->count - sweep.first, run->seen_count);
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP(run_release) struct run run = { 0 };
	struct error err = { 0 };
	int failed = -1;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 4 && strcmp(argv[1], "mark") == 0)
		return mark(argv[2], argv[3]);
	if (argc < 3 || run_read(argv[2], &run, &err))
		failed = -1;
	else if (strcmp(argv[1], "count") == 0)
		failed = printf("%zu\n", run.count) < 0;
	else if (strcmp(argv[1], "build") == 0 && argc == 6)
		failed = build(&run, strtoul(argv[3], NULL, 10),
			       (unsigned)strtoul(argv[4], NULL, 10), argv[5], &err);
	else if (strcmp(argv[1], "each") == 0 && argc > 7)
		failed = sweep_run(&run, argc - 3, argv + 3, &err);
	if (failed)
		fprintf(stderr, "power_cut: %s\n",
			err.code ? err.text : "see its source for what it takes");
	return failed ? 1 : 0;
}
