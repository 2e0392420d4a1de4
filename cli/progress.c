/* progress: one line on a terminal's stderr that says how far the work is. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/output.h"

#define REDRAW_MS 100
#define PATIENCE_MS 300 /* what is done sooner needs no bar */
#define BAR_COLUMNS 24

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* How fast files are read meanwhile, if they are. */
static void draw_rate(uint64_t bytes, double seconds)
{
	char text[SIZE_TEXT_MAX];

	if (!bytes || seconds <= 0)
		return;
	size_to_text((uint64_t)((double)bytes / seconds), text);
	fprintf(stderr, ", %s/s", text);
}

static void draw(struct progress *progress, const char *unit, uint64_t done, uint64_t total)
{
	char bar[BAR_COLUMNS + 1], so_far[SIZE_TEXT_MAX], whole[SIZE_TEXT_MAX];
	double share = total ? (double)done / (double)total : 0;
	size_t filled = (size_t)(share * BAR_COLUMNS);
	double seconds = (double)(progress->last_ms - progress->begin_ms) / 1000;
	bool bytes = strcmp(unit, "bytes") == 0;

	if (filled > BAR_COLUMNS)
		filled = BAR_COLUMNS;
	memset(bar, '.', BAR_COLUMNS);
	memset(bar, '#', filled);
	bar[BAR_COLUMNS] = '\0';
	if (bytes) {
		size_to_text(done, so_far);
		size_to_text(total, whole);
	} else {
		snprintf(so_far, sizeof(so_far), "%" PRIu64, done);
		snprintf(whole, sizeof(whole), "%" PRIu64, total);
	}
	fprintf(stderr, "\r\033[K%s [%s] %s of %s%s%s", progress->what, bar, so_far, whole,
		bytes ? "" : " ", bytes ? "" : unit);
	draw_rate(bytes ? done : atomic_load(&progress->read_bytes), seconds);
	if (share > 0.02 && share < 1)
		fprintf(stderr, ", %.0f s left", seconds / share - seconds);
	fflush(stderr);
	progress->drawn = true;
}

void progress_update(struct progress *progress, const char *what, const char *unit, uint64_t done,
		     uint64_t total)
{
	uint64_t now;

	if (!progress->shown)
		return;
	now = monotonic_ms();
	if (strncmp(progress->what, what, sizeof(progress->what) - 1) != 0 ||
	    done < progress->last_done) {
		progress_clear(progress);
		snprintf(progress->what, sizeof(progress->what), "%s", what);
		progress->begin_ms = now;
		atomic_store(&progress->read_bytes, 0);
	}
	progress->last_done = done;
	if (total && done >= total) {
		progress_clear(progress);
		return;
	}
	if (now - progress->begin_ms < PATIENCE_MS || now - progress->last_ms < REDRAW_MS)
		return;
	progress->last_ms = now;
	draw(progress, unit, done, total);
}

void progress_read(struct progress *progress, uint64_t bytes)
{
	atomic_fetch_add(&progress->read_bytes, bytes);
}

void progress_clear(struct progress *progress)
{
	if (!progress->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->drawn = false;
}
