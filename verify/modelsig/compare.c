/* modelsig_compare: the files of a directory against what a model signature lists. */
#include "verify/modelsig/compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/range_hash.h"
#include "verify/weights.h"

/* A comparison under way. `listed` of the report and `found` have one element a path. */
struct comparing {
	const struct context *ctx;
	const struct tree *tree;
	const struct modelsig *signature;
	const struct modelsig_terms *terms;
	struct modelsig_report *report;
	struct found *found;
	struct range_job *job;
	const struct modelsig_file **job_file; /* what each job's digest must be */
	size_t job_count;
};

/* Where a listed file lies. */
struct found {
	const struct modelsig_file *const *range; /* its shards, or itself */
	size_t ranges;
	const char *name; /* in the tree */
	uint64_t size;
	bool through_link;
};

static const char *const gap_names[MODELSIG_GAP_COUNT] = {
	[MODELSIG_GAP_UNSIGNED] = "unsigned",
	[MODELSIG_GAP_IGNORED] = "ignored-by-signature",
	[MODELSIG_GAP_IGNORED_LOADED] = "ignored-by-signature-and-loadable",
	[MODELSIG_GAP_STANDARD] = "ignored-by-standard",
	[MODELSIG_GAP_CALLER] = "ignored-by-caller",
	[MODELSIG_GAP_EMPTY] = "empty",
	[MODELSIG_GAP_LINK_FOLDER] = "link-to-folder",
	[MODELSIG_GAP_LINK] = "link",
	[MODELSIG_GAP_LINK_AWAY] = "link-away",
	[MODELSIG_GAP_OTHER] = "no-file",
};

static const char *const gap_texts[MODELSIG_GAP_COUNT] = {
	[MODELSIG_GAP_UNSIGNED] = "not listed by it",
	[MODELSIG_GAP_IGNORED] = "left out by it",
	[MODELSIG_GAP_IGNORED_LOADED] = "left out by it, though a loader may open it",
	[MODELSIG_GAP_STANDARD] = "version control, which the standard leaves out",
	[MODELSIG_GAP_CALLER] = "left out by you",
	[MODELSIG_GAP_EMPTY] = "empty, and shards list no empty file",
	[MODELSIG_GAP_LINK_FOLDER] = "a link to a folder of the model, whose files lie there",
	[MODELSIG_GAP_LINK] = "a symbolic link, and the signature allows none",
	[MODELSIG_GAP_LINK_AWAY] =
		"a symbolic link that leads out of the model, in a circle or nowhere",
	[MODELSIG_GAP_OTHER] = "neither a file nor a folder",
};

const char *modelsig_gap_name(enum modelsig_gap gap)
{
	return gap_names[gap];
}

const char *modelsig_gap_text(enum modelsig_gap gap)
{
	return gap_texts[gap];
}

void modelsig_report_release(struct modelsig_report *report)
{
	for (size_t i = 0; i < report->listed_count; i++)
		free(report->listed[i].why);
	free(report->listed);
	free(report->uncovered);
	*report = (struct modelsig_report){ 0 };
}

static void comparing_release(struct comparing *comparing)
{
	free(comparing->found);
	free(comparing->job);
	free((void *)(uintptr_t)comparing->job_file);
}

static PRINTF_LIKE(4, 5) int say(struct modelsig_listed *listed, enum modelsig_state state,
				 struct error *err, const char *fmt, ...)
{
	va_list args;
	int len;

	if (listed->why) /* the first reason stays */
		return 0;
	listed->state = state;
	va_start(args, fmt);
	len = vasprintf(&listed->why, fmt, args);
	va_end(args);
	if (len >= 0)
		return 0;
	listed->why = NULL;
	return error_set(err, ERROR_SYSTEM, "out of memory for a sentence");
}

static int odd_order(const void *name, const void *odd)
{
	return strcmp(name, ((const struct tree_odd *)odd)->name);
}

static const struct tree_odd *odd_find(const struct tree *tree, const char *name)
{
	return tree_odd_count(tree) ? bsearch(name, tree_odd(tree, 0), tree_odd_count(tree),
					      sizeof(struct tree_odd), odd_order)
				    : NULL;
}

/* Is `name` a link, or does it lie below one? */
static bool passes_link(const struct tree *tree, const char *name)
{
	char above[MODELSIG_PATH_MAX + 1];
	const struct tree_odd *odd = odd_find(tree, name);

	if (odd)
		return odd->link;
	for (const char *at = name; (at = strchr(at, '/')); at++) {
		snprintf(above, sizeof(above), "%.*s", (int)(at - name), name);
		odd = odd_find(tree, above);
		if (odd)
			return odd->link;
	}
	return false;
}

/* A listed file that is no regular file where it should lie. */
static int find_through_link(struct comparing *c, struct modelsig_listed *listed,
			     struct found *found, uint64_t *out_size, struct error *err)
{
	enum tree_link link;

	if (odd_find(c->tree, listed->path) && !odd_find(c->tree, listed->path)->link)
		return say(listed, MODELSIG_REFUSED, err, "is neither a file nor a folder");
	if (strcmp(listed->path, ".") == 0)
		return say(listed, MODELSIG_MISSING, err,
			   "is missing: one file was signed, so name that file, not its folder");
	if (!passes_link(c->tree, listed->path))
		return say(listed, MODELSIG_MISSING, err, "is missing");
	if (!c->signature->allow_symlinks)
		return say(listed, MODELSIG_REFUSED, err,
			   "is reached by a symbolic link, and the signature allows none");
	if (tree_link_find(c->tree, listed->path, &link, out_size, err))
		return -1;
	found->through_link = true;
	switch (link) {
	case TREE_LINK_FILE:
		found->name = listed->path;
		return 0;
	case TREE_LINK_OUT:
		return say(listed, MODELSIG_REFUSED, err,
			   "is reached by a symbolic link that leads out of the model");
	case TREE_LINK_CYCLE:
	case TREE_LINK_FOLDER:
		return say(listed, MODELSIG_REFUSED, err,
			   "is reached by a symbolic link that leads to no file%s",
			   link == TREE_LINK_CYCLE ? " but in a circle" : "");
	case TREE_LINK_NOWHERE:
		break;
	}
	return say(listed, MODELSIG_MISSING, err,
		   "is missing: the symbolic link to it leads nowhere");
}

static void jobs_add(struct comparing *c, size_t index)
{
	const struct found *found = &c->found[index];

	for (size_t i = 0; i < found->ranges; i++) {
		const struct modelsig_file *file = found->range[i];

		c->job_file[c->job_count] = file;
		c->job[c->job_count++] = (struct range_job){
			.file = index,
			.offset = file->start,
			.len = c->signature->shard_size ? file->end - file->start : found->size,
		};
	}
	c->report->bytes_read += found->size;
}

/* Find one listed file, and what is to be hashed of it. */
static int find_listed(struct comparing *c, size_t index, struct error *err)
{
	struct modelsig_listed *listed = &c->report->listed[index];
	struct found *found = &c->found[index];
	uint64_t signed_end = found->range[found->ranges - 1]->end, size = 0;
	const struct tree_file *file = tree_find(c->tree, listed->path);
	bool single = tree_kind(c->tree) == TREE_FILE;

	/* A model of one file is listed under its own name, or as ".". */
	if (strcmp(listed->path, ".") == 0 && single && tree_count(c->tree) == 1)
		file = tree_file(c->tree, 0);
	if (file) {
		found->name = file->name;
		size = file->size;
	} else if (find_through_link(c, listed, found, &size, err)) {
		return -1;
	}
	if (!found->name)
		return 0;
	if (c->signature->shard_size && size != signed_end) {
		found->name = NULL;
		return say(listed, MODELSIG_DIFFERS, err,
			   "has %" PRIu64 " bytes, and its signed shards %" PRIu64, size,
			   signed_end);
	}
	found->size = size;
	jobs_add(c, index);
	return 0;
}

static int gather_listed(struct comparing *c, struct error *err)
{
	const struct modelsig *signature = c->signature;
	struct modelsig_report *report = c->report;

	report->listed = calloc(signature->file_count + 1, sizeof(*report->listed));
	c->found = calloc(signature->file_count + 1, sizeof(*c->found));
	c->job = calloc(signature->file_count + 1, sizeof(*c->job));
	c->job_file = calloc(signature->file_count + 1, sizeof(*c->job_file));
	if (!report->listed || !c->found || !c->job || !c->job_file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files",
				 signature->file_count);
	for (size_t i = 0; i < signature->file_count; i++) {
		size_t last = report->listed_count - 1;

		if (i && strcmp(signature->by_path[i]->path, report->listed[last].path) == 0) {
			c->found[last].ranges++;
			continue;
		}
		c->found[report->listed_count].range = signature->by_path + i;
		c->found[report->listed_count].ranges = 1;
		report->listed[report->listed_count++].path = signature->by_path[i]->path;
	}
	for (size_t i = 0; i < report->listed_count; i++)
		if (find_listed(c, i, err))
			return -1;
	return 0;
}

static int open_found(void *user, size_t index, struct source **out_source, struct error *err)
{
	const struct comparing *c = user;
	const struct found *found = &c->found[index];

	if (found->through_link ? tree_link_open(c->tree, found->name, out_source, err)
				: tree_open_file(c->tree, found->name, out_source, err))
		return -1;
	if ((*out_source)->size == found->size)
		return 0;
	source_close(out_source);
	return error_set(err, ERROR_CORRUPT, "'%s' changed while it was looked at", found->name);
}

static int compare_jobs(struct comparing *c, struct error *err)
{
	struct range_files files = { c, c->report->listed_count, open_found };

	if (range_hash_run(c->ctx, "checking", c->signature->hash, &files, c->job, c->job_count,
			   err))
		return -1;
	for (size_t i = 0; i < c->job_count; i++) {
		const struct range_job *job = &c->job[i];
		struct modelsig_listed *listed = &c->report->listed[job->file];

		if (any_digest_equal(&job->digest, &c->job_file[i]->digest))
			continue;
		if (c->signature->shard_size
			    ? say(listed, MODELSIG_DIFFERS, err,
				  "is not the file that was signed: the shard from %" PRIu64
				  " to %" PRIu64 " has another digest",
				  job->offset, job->offset + job->len)
			    : say(listed, MODELSIG_DIFFERS, err,
				  "is not the file that was signed: it has another digest"))
			return -1;
	}
	for (size_t i = 0; i < c->report->listed_count; i++) {
		enum modelsig_state state = c->report->listed[i].state;

		c->report->hold += state == MODELSIG_HOLDS;
		c->report->differ += state == MODELSIG_DIFFERS;
		c->report->missing += state == MODELSIG_MISSING;
		c->report->refused += state == MODELSIG_REFUSED;
	}
	return 0;
}

/* Our own rules leave it out of every model as well: downloads' caches, attestations, lists. */
static bool is_left_behind(const char *path)
{
	size_t count;
	const struct tree_rule *rule = tree_rules(&count);

	for (size_t i = 0; i < count; i++)
		if (modelsig_lies_below(path, rule[i].name))
			return true;
	return false;
}

/* What keeps a file from being covered, if some list leaves it out. */
static bool is_ignored(const struct comparing *c, const char *path, enum modelsig_gap *out_gap)
{
	for (size_t i = 0; i < c->terms->ignored_count; i++)
		if (modelsig_lies_below(path, c->terms->ignored[i])) {
			*out_gap = MODELSIG_GAP_CALLER;
			return true;
		}
	if (modelsig_standard_ignores(path))
		*out_gap = MODELSIG_GAP_STANDARD;
	else if (!modelsig_ignores(c->signature, path))
		return false;
	else
		*out_gap = weights_may_load(path) && !is_left_behind(path)
				   ? MODELSIG_GAP_IGNORED_LOADED
				   : MODELSIG_GAP_IGNORED;
	return true;
}

static void note_gap(struct comparing *c, const char *path, enum modelsig_gap gap)
{
	struct modelsig_report *report = c->report;
	bool harmless = gap == MODELSIG_GAP_IGNORED || gap == MODELSIG_GAP_STANDARD ||
			gap == MODELSIG_GAP_CALLER || gap == MODELSIG_GAP_EMPTY ||
			gap == MODELSIG_GAP_LINK_FOLDER;
	bool accepted = harmless || c->terms->ignore_unsigned;

	report->uncovered[report->uncovered_count++] =
		(struct modelsig_uncovered){ path, gap, accepted };
	report->open += !accepted;
	report->bad += !accepted && (gap == MODELSIG_GAP_LINK || gap == MODELSIG_GAP_LINK_AWAY ||
				     gap == MODELSIG_GAP_OTHER);
}

/* Does the file hold the very bytes of the signature? */
static int is_itself(const struct comparing *c, const struct tree_file *file, bool *out_is,
		     struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;

	*out_is = false;
	buffer_init(&bytes, c->terms->itself.len);
	if (!c->terms->itself.len || file->size != c->terms->itself.len)
		return 0;
	if (tree_open_file(c->tree, file->name, &source, err) ||
	    source_read_all(source, &bytes, err))
		return -1;
	*out_is = span_equal(buffer_view(&bytes), c->terms->itself);
	return 0;
}

static int look_at_file(struct comparing *c, const struct tree_file *file, struct error *err)
{
	enum modelsig_gap gap = MODELSIG_GAP_UNSIGNED;
	bool itself;

	if (modelsig_find(c->signature, file->name) ||
	    (tree_kind(c->tree) == TREE_FILE && modelsig_find(c->signature, ".")))
		return 0;
	if (is_itself(c, file, &itself, err))
		return -1;
	if (itself)
		return 0;
	if (!is_ignored(c, file->name, &gap) && c->signature->shard_size && !file->size)
		gap = MODELSIG_GAP_EMPTY;
	note_gap(c, file->name, gap);
	return 0;
}

static int look_at_odd(struct comparing *c, const struct tree_odd *odd, struct error *err)
{
	enum modelsig_gap gap = MODELSIG_GAP_OTHER;
	enum tree_link link;
	uint64_t size;

	if (modelsig_find(c->signature, odd->name))
		return 0;
	if (!is_ignored(c, odd->name, &gap) && odd->link) {
		if (tree_link_find(c->tree, odd->name, &link, &size, err))
			return -1;
		gap = !c->signature->allow_symlinks ? MODELSIG_GAP_LINK
		      : link == TREE_LINK_FILE      ? MODELSIG_GAP_UNSIGNED
		      : link == TREE_LINK_FOLDER    ? MODELSIG_GAP_LINK_FOLDER
						    : MODELSIG_GAP_LINK_AWAY;
	}
	note_gap(c, odd->name, gap);
	return 0;
}

static int gather_uncovered(struct comparing *c, struct error *err)
{
	size_t count = tree_count(c->tree) + tree_odd_count(c->tree);

	c->report->uncovered = calloc(count + 1, sizeof(*c->report->uncovered));
	if (!c->report->uncovered)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < tree_count(c->tree); i++)
		if (look_at_file(c, tree_file(c->tree, i), err))
			return -1;
	for (size_t i = 0; i < tree_odd_count(c->tree); i++)
		if (look_at_odd(c, tree_odd(c->tree, i), err))
			return -1;
	return 0;
}

int modelsig_compare(const struct context *ctx, const struct tree *tree,
		     const struct modelsig *signature, const struct modelsig_terms *terms,
		     struct modelsig_report *out_report, struct error *err)
{
	CLEANUP(modelsig_report_release) struct modelsig_report report = { 0 };
	CLEANUP(comparing_release)
	struct comparing comparing = {
		.ctx = ctx, .tree = tree, .signature = signature, .terms = terms, .report = &report
	};

	if (gather_listed(&comparing, err) || compare_jobs(&comparing, err) ||
	    gather_uncovered(&comparing, err))
		return -1;
	*out_report = report;
	report = (struct modelsig_report){ 0 };
	return 0;
}
