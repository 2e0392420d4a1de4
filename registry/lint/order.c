/* lint_order: dates, trainers' states, trackers and declared parents against the names. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { TRACKER_MAX = 4096 };

/* In how many of three pairs of neighbours the later step may be older, before the dates tell
 * nothing: those of a download in any order. */
enum { DISORDER_OF = 3 };

static bool is_placed(const struct lint_item *item)
{
	return item->named && !item->name.moving;
}

static int contradictions_find(struct lint *lint, struct error *err)
{
	for (size_t i = 0; i < lint->count; i++) {
		const struct lint_item *item = &lint->item[i];
		struct lint_finding *finding = NULL;

		if (item->has_trainer_step && is_placed(item) && item->name.has_step &&
		    item->trainer_step != item->name.step) {
			finding = lint_find(lint, LINT_KIND_STEP_CONTRADICTED, err,
					    "%s: its trainer_state.json is of step %" PRIu64,
					    lint_called(lint, item), item->trainer_step);
			if (!finding || lint_about(finding, item, err))
				return -1;
		}
		if (item->parent) {
			finding = lint_find(lint, LINT_KIND_PARENT_ORDER, err,
					    "%s says that it was made from %s",
					    lint_called(lint, item), item->parent);
			if (!finding || lint_about(finding, item, err))
				return -1;
		}
	}
	return 0;
}

/* ---- Dates ---- */

static bool is_pair(const struct lint *lint, size_t index)
{
	const struct lint_item *a = &lint->item[index - 1], *b = &lint->item[index];

	return !lint_begins(lint, index) && is_placed(a) && is_placed(b) &&
	       checkpoint_name_same_branch(&a->name, &b->name) && a->written_s && b->written_s;
}

static int dates_find(struct lint *lint, struct error *err)
{
	size_t pairs = 0, disordered = 0;

	for (size_t i = 1; i < lint->count; i++) {
		if (!is_pair(lint, i))
			continue;
		pairs++;
		disordered += lint->item[i].written_s < lint->item[i - 1].written_s;
	}
	if (!disordered || disordered * DISORDER_OF > pairs)
		return 0;
	for (size_t i = 1; i < lint->count; i++) {
		const struct lint_item *a = &lint->item[i - 1], *b = &lint->item[i];
		char earlier[TIME_TEXT_SIZE], later[TIME_TEXT_SIZE];
		struct lint_finding *finding;

		if (!is_pair(lint, i) || b->written_s >= a->written_s)
			continue;
		time_format(a->written_s, later);
		time_format(b->written_s, earlier);
		finding = lint_find(lint, LINT_KIND_DATE_ORDER, err, "%s is of %s, and %s of %s",
				    lint_called(lint, b), earlier, lint_called(lint, a), later);
		if (!finding || lint_about(finding, a, err) || lint_about(finding, b, err))
			return -1;
	}
	return 0;
}

/* ---- Trackers ---- */

/* The text of a small file beside the checkpoints, without what is blank at its end; NULL: none. */
static char *tracker_text(const char *folder, const char *name)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct error none = { 0 };
	char *text;

	buffer_init(&bytes, TRACKER_MAX);
	if (path_join(folder, name, &path, &none) || file_is_folder(path) ||
	    file_read(path, &bytes, &none) || buffer_to_text(&bytes, &text, &none))
		return NULL;
	for (size_t len = strlen(text); len && isspace((unsigned char)text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

/* Does it name one of these? "900000", or "global_step100". *out_latest: the last one. */
static bool tracker_holds(const struct lint *lint, size_t from, size_t to, const char *text,
			  bool *out_latest)
{
	const struct lint_item *last = NULL, *found = NULL;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];
		struct checkpoint_name name;

		if (!is_placed(item) || !item->name.has_step)
			continue;
		last = item;
		if (strcmp(item->called, text) == 0 ||
		    (checkpoint_name_read(text, &name) && name.whole && name.has_step &&
		     name.step == item->name.step))
			found = item;
	}
	*out_latest = found == last;
	return found != NULL;
}

static int tracker_judge(struct lint *lint, size_t from, size_t to, const char *folder,
			 const char *file, struct error *err)
{
	CLEANUP(text_free) char *text = tracker_text(folder, file);
	struct lint_finding *finding;
	bool latest;

	if (!text || !text[0] || strcmp(text, "release") == 0)
		return 0;
	if (tracker_holds(lint, from, to, text, &latest) && latest)
		return 0;
	if (tracker_holds(lint, from, to, text, &latest))
		finding = lint_find(
			lint, LINT_KIND_TRACKER, err,
			"%s/%s names '%.100s', and there are later ones, which may not be "
			"complete",
			folder, file, text);
	else
		finding = lint_find(lint, LINT_KIND_TRACKER, err,
				    "%s/%s names '%.100s', which is not among the checkpoints",
				    folder, file, text);
	return finding ? lint_detail(finding, text, err) : -1;
}

static int trackers_find(struct lint *lint, struct error *err)
{
	static const char *const file[] = { "latest_checkpointed_iteration.txt", "latest" };

	for (size_t from = 0, to; from < lint->count; from = to) {
		to = from + 1;
		while (to < lint->count && !lint_begins(lint, to))
			to++;
		if (lint->item[from].registered || !lint->item[from].family[0])
			continue;
		for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++)
			if (tracker_judge(lint, from, to, lint->item[from].family, file[i], err))
				return -1;
	}
	return 0;
}

int lint_check_order(struct lint *lint, struct error *err)
{
	return contradictions_find(lint, err) || dates_find(lint, err) || trackers_find(lint, err)
		       ? -1
		       : 0;
}
