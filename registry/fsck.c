/* Every file of a log against its entries. */
#include "registry/fsck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log/tiles_derive.h"
#include "registry/log/tiles_inner.h"

#define FINDINGS_MAX 100
#define TILE_LEVELS_MAX 64

struct fsck {
	const struct log_source *source;
	struct fsck_report report;
};

void fsck_report_release(struct fsck_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		free(report->finding[i]);
	free(report->finding);
	*report = (struct fsck_report){ 0 };
}

static int finding_add(void *arg, const char *raw, struct error *err)
{
	struct fsck_report *report = &((struct fsck *)arg)->report;
	char text[4096];

	report->findings++;
	if (report->finding_count == FINDINGS_MAX)
		return 0;
	text_escape(text, sizeof(text), raw);
	if (!report->finding)
		report->finding = calloc(FINDINGS_MAX, sizeof(*report->finding));
	if (!report->finding || !(report->finding[report->finding_count] = strdup(text)))
		return error_set(err, ERROR_SYSTEM, "out of memory for findings");
	report->finding_count++;
	return 0;
}

static int path_finding(struct fsck *fsck, const char *path, const char *what, struct error *err)
{
	char text[512];

	snprintf(text, sizeof(text), "%s %s", path, what);
	return finding_add(fsck, text, err);
}

/* ---- Files that are there ---- */

struct tile_file {
	int level; /* -1: a bundle */
	uint64_t n;
	unsigned width;
};

/* The digits at *at, at most three groups' worth of uint64; false when there are none. */
static bool number_take(const char **at, uint64_t *out_number)
{
	const char *start = *at;
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (__builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(**at - '0'), &number))
			return false;
	*out_number = number;
	return *at != start;
}

/* Only the one spelling that tile_path writes is taken. */
static bool tile_file_parse(const char *path, struct tile_file *out_file)
{
	struct tile_file file = { .level = -1, .width = TILE_WIDTH };
	char again[BLOB_PATH_MAX];
	uint64_t number;
	const char *at = path;

	if (strncmp(at, "tile/", 5) != 0)
		return false;
	at += 5;
	if (strncmp(at, "entries/", 8) == 0) {
		at += 8;
	} else {
		if (!number_take(&at, &number) || number >= TILE_LEVELS_MAX || *at++ != '/')
			return false;
		file.level = (int)number;
	}
	while (*at == 'x') {
		at++;
		if (!number_take(&at, &number) || number > 999 || file.n > UINT64_MAX / 1000000 ||
		    *at++ != '/')
			return false;
		file.n = file.n * 1000 + number;
	}
	if (!number_take(&at, &number) || number > 999 || file.n > UINT64_MAX / 1000000)
		return false;
	file.n = file.n * 1000 + number;
	if (strncmp(at, ".p/", 3) == 0) {
		at += 3;
		if (!number_take(&at, &number) || !number || number >= TILE_WIDTH)
			return false;
		file.width = (unsigned)number;
	}
	tile_path(file.level, file.n, file.width, again);
	*out_file = file;
	return strcmp(again, path) == 0;
}

/* The first `width` parts of a file: bytes that they take, -1 when it has fewer. */
static ptrdiff_t front_of(int level, struct span bytes, unsigned width)
{
	struct reader r = reader_over(bytes);

	if (level >= 0)
		return bytes.len < (size_t)width * DIGEST_SIZE ? -1
							       : (ptrdiff_t)width * DIGEST_SIZE;
	for (unsigned i = 0; i < width; i++)
		reader_take(&r, reader_u16be(&r));
	return r.failed ? -1 : (ptrdiff_t)(bytes.len - r.rest.len);
}

/* The file beside the one that the tree has there (`width` parts): one must begin with the other.
 */
static int front_compare(struct fsck *fsck, const char *path, const struct tile_file *file,
			 unsigned width, struct error *err)
{
	CLEANUP(buffer_release) struct buffer mine, other;
	unsigned shared = file->width < width ? file->width : width;
	struct error cause = { 0 };
	char current[BLOB_PATH_MAX];
	ptrdiff_t a, b;

	buffer_init(&mine, BUNDLE_MAX_BYTES);
	buffer_init(&other, BUNDLE_MAX_BYTES);
	tile_path(file->level, file->n, width, current);
	if (blobs_read(fsck->source->blobs, path, &mine, &cause) ||
	    blobs_read(fsck->source->blobs, current, &other, &cause)) {
		if (cause.code == ERROR_ABSENT)
			return 0; /* the lack of `current` was told; a writer may tidy up */
		if (cause.code != ERROR_SYSTEM)
			return path_finding(fsck, path, "is too long", err);
		*err = cause;
		return -1;
	}
	a = front_of(file->level, buffer_view(&mine), shared);
	b = front_of(file->level, buffer_view(&other), shared);
	if (a < 0 || (file->width <= width && (size_t)a != mine.len))
		return path_finding(fsck, path, "has not the length that its name says", err);
	if (b < 0)
		return 0; /* told already */
	if (a != b || memcmp(mine.data, other.data, (size_t)a) != 0)
		return path_finding(fsck, path, "contradicts what the log has there now", err);
	return 0;
}

static int file_visit(void *arg, const char *path, struct error *err)
{
	struct fsck *fsck = arg;
	struct fsck_report *report = &fsck->report;
	struct tile_file file;
	uint64_t hashes;
	unsigned width;

	if (strncmp(path, "tile/", 5) != 0)
		return 0; /* whatever else a web server shows beside a log */
	if (!tile_file_parse(path, &file))
		return path_finding(fsck, path, "is no file of a log", err);
	hashes = file.level > 7   ? 0
		 : file.level > 0 ? report->head.size >> (8 * file.level)
				  : report->head.size;
	if (file.n > hashes / TILE_WIDTH ||
	    (file.n == hashes / TILE_WIDTH && !(hashes % TILE_WIDTH))) {
		report->beyond++;
		return 0;
	}
	width = file.n < hashes / TILE_WIDTH ? TILE_WIDTH : (unsigned)(hashes % TILE_WIDTH);
	if (file.width == width)
		return 0; /* compared with the entries */
	report->beyond += file.width > width;
	report->partials += file.width < width;
	return front_compare(fsck, path, &file, width, err);
}

/* ---- The whole ---- */

static int head_read(struct fsck *fsck, const struct log_trust *trust, bool *out_there,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	struct checkpoint checkpoint;
	struct error cause = { 0 };
	struct span text;
	char finding[1200];

	*out_there = true;
	buffer_init(&note, NOTE_MAX_BYTES);
	if (log_source_checkpoint(fsck->source, &note, err))
		return -1;
	if (trust ? checkpoint_open(buffer_view(&note), trust, &checkpoint, &cause)
		  : note_text(buffer_view(&note), &text, &cause) ||
			    tree_head_parse(text, &checkpoint.head, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		*out_there = false;
		snprintf(finding, sizeof(finding), "checkpoint: %s", cause.text);
		return finding_add(fsck, finding, err);
	}
	fsck->report.head = checkpoint.head;
	fsck->report.key_asked = trust != NULL;
	return 0;
}

static void fsck_release(struct fsck *fsck)
{
	fsck_report_release(&fsck->report);
}

int log_fsck(const struct context *ctx, const struct log_source *source,
	     const struct log_trust *trust, struct fsck_report *out_report, struct error *err)
{
	CLEANUP(fsck_release) struct fsck fsck = { .source = source };
	struct derive_visit visit = { .arg = &fsck, .finding = finding_add };
	struct fsck_report *report = &fsck.report;
	struct derived derived;
	bool there;

	if (head_read(&fsck, trust, &there, err))
		return -1;
	if (there) {
		if (tiles_derive(ctx, source->blobs, report->head.size, &visit, &derived, err))
			return -1;
		report->entries = derived.entries;
		report->tiles = derived.tiles;
		if (!digest_equal(&derived.root, &report->head.root) &&
		    finding_add(&fsck, "the entries do not give the root of the checkpoint", err))
			return -1;
		report->listed = blobs_can_list(source->blobs);
		if (report->listed && blobs_list(source->blobs, file_visit, &fsck, err))
			return -1;
	}
	*out_report = *report;
	*report = (struct fsck_report){ 0 };
	return 0;
}
