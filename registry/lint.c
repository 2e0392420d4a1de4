/* lint: a series is gathered, looked at and checked; findings are put in order. */
#include "registry/lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { LISTED = 6 }; /* texts that a list names before it only counts */

#define LIST_MAX 65536u

#define LINT(name, id, severity, what, advice) { id, LINT_##severity, what, advice },
static const struct lint_kind_about kinds[LINT_KIND_COUNT] = {
#include "registry/lint.def"
};
#undef LINT

const struct lint_kind_about *lint_kind_about(enum lint_kind kind)
{
	return &kinds[kind];
}

const char *lint_severity_name(enum lint_severity severity)
{
	static const char *const name[] = { "note", "warning", "error" };

	return name[severity];
}

int lint_kind_from_id(const char *id, enum lint_kind *out_kind, struct error *err)
{
	CLEANUP(buffer_release) struct buffer known;
	CLEANUP(text_free) char *text = NULL;

	buffer_init(&known, LIST_MAX);
	for (int kind = 0; kind < LINT_KIND_COUNT; kind++) {
		if (strcmp(kinds[kind].id, id) == 0) {
			*out_kind = (enum lint_kind)kind;
			return 0;
		}
		if (buffer_printf(&known, err, "%s%s", kind ? ", " : "", kinds[kind].id))
			return -1;
	}
	return buffer_to_text(&known, &text, err)
		       ? -1
		       : error_set(err, ERROR_USAGE, "nothing is found under '%s'; there are %s",
				   id, text);
}

/* ---- Findings ---- */

static void texts_release_all(char **text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(text[i]);
	free(text);
}

static void finding_release(struct lint_finding *finding)
{
	free(finding->text);
	texts_release_all(finding->checkpoint, finding->checkpoint_count);
	texts_release_all(finding->detail, finding->detail_count);
}

void lint_report_release(struct lint_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		finding_release(&report->finding[i]);
	free(report->finding);
	free(report->first);
	free(report->last);
	*report = (struct lint_report){ .finding = NULL };
}

struct lint_finding *lint_find(struct lint *lint, enum lint_kind kind, struct error *err,
			       const char *fmt, ...)
{
	struct lint_report *report = &lint->report;
	struct lint_finding *finding;
	va_list args;
	int len;

	finding = reallocarray(report->finding, report->count + 1, sizeof(*finding));
	if (!finding) {
		(void)error_system(err, ENOMEM, "cannot list findings");
		return NULL;
	}
	report->finding = finding;
	finding += report->count;
	*finding = (struct lint_finding){ .kind = kind };
	va_start(args, fmt);
	len = vasprintf(&finding->text, fmt, args);
	va_end(args);
	if (len < 0) {
		finding->text = NULL;
		(void)error_system(err, ENOMEM, "cannot list findings");
		return NULL;
	}
	report->count++;
	return finding;
}

static int text_add(char ***text, size_t *count, const char *added, struct error *err)
{
	char **grown = reallocarray(*text, *count + 1, sizeof(*grown));

	if (!grown)
		return error_system(err, ENOMEM, "cannot list findings");
	*text = grown;
	grown[*count] = strdup(added);
	if (!grown[*count])
		return error_system(err, ENOMEM, "cannot list findings");
	++*count;
	return 0;
}

int lint_about(struct lint_finding *finding, const struct lint_item *item, struct error *err)
{
	return text_add(&finding->checkpoint, &finding->checkpoint_count, item->label, err);
}

int lint_detail(struct lint_finding *finding, const char *text, struct error *err)
{
	return finding->detail_count == LINT_DETAIL_MAX
		       ? 0
		       : text_add(&finding->detail, &finding->detail_count, text, err);
}

int lint_list(const char *const *text, size_t count, char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer list;
	size_t shown = count > LISTED + 1 ? LISTED : count;

	buffer_init(&list, LIST_MAX);
	for (size_t i = 0; i < shown; i++)
		if (buffer_printf(&list, err, "%s%s",
				  !i               ? ""
				  : i + 1 == count ? " and "
						   : ", ",
				  text[i]))
			return -1;
	if (shown < count && buffer_printf(&list, err, " and %zu more", count - shown))
		return -1;
	return buffer_to_text(&list, out_text, err);
}

/* ---- Groups ---- */

const char *lint_called(const struct lint *lint, const struct lint_item *item)
{
	return strcmp(lint->item[0].family, lint->item[lint->count - 1].family) == 0 ? item->called
										     : item->label;
}

void lint_group_release(struct lint_group *group)
{
	free(group->item);
	*group = (struct lint_group){ .item = NULL };
}

int lint_group_add(struct lint_group *group, const struct lint_item *item, struct error *err)
{
	const struct lint_item **grown =
		reallocarray(group->item, group->count + 1, sizeof(const void *));

	if (!grown)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	group->item = grown;
	grown[group->count++] = item;
	return 0;
}

int lint_group_text(const struct lint *lint, const struct lint_group *group, char **out_text,
		    struct error *err)
{
	const char **text = calloc(group->count + 1, sizeof(*text));
	int failed;

	if (!text)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	for (size_t i = 0; i < group->count; i++)
		text[i] = lint_called(lint, group->item[i]);
	failed = lint_list(text, group->count, out_text, err);
	free(text);
	return failed;
}

int lint_group_about(const struct lint_group *group, struct lint_finding *finding,
		     struct error *err)
{
	for (size_t i = 0; i < group->count; i++)
		if (lint_about(finding, group->item[i], err))
			return -1;
	return 0;
}

bool lint_begins(const struct lint *lint, size_t index)
{
	return !index || strcmp(lint->item[index].family, lint->item[index - 1].family) != 0;
}

/* ---- All of it ---- */

static void lint_release(struct lint *lint)
{
	for (size_t i = 0; i < lint->count; i++)
		lint_item_release(&lint->item[i]);
	free(lint->item);
	for (size_t i = 0; i < lint->shapes_count; i++)
		lint_lines_release(&lint->shapes[i]);
	free(lint->shapes);
	for (size_t i = 0; i < lint->config_count; i++)
		lint_lines_release(&lint->config[i]);
	free(lint->config);
	free(lint->asked);
	free(lint->relative);
	lint_report_release(&lint->report);
}

/* By kind, each in the order in which it was found; what is ignored is let go. */
static int report_order(struct lint *lint, struct error *err)
{
	struct lint_report *report = &lint->report;
	struct lint_finding *ordered = calloc(report->count + 1, sizeof(*ordered));
	size_t count = 0;

	if (!ordered)
		return error_system(err, ENOMEM, "cannot list findings");
	for (int kind = 0; kind < LINT_KIND_COUNT; kind++)
		for (size_t i = 0; i < report->count; i++) {
			if ((int)report->finding[i].kind != kind)
				continue;
			if (lint->request->ignored[kind]) {
				finding_release(&report->finding[i]);
				continue;
			}
			ordered[count++] = report->finding[i];
			report->severity[kinds[kind].severity]++;
		}
	free(report->finding);
	report->finding = ordered;
	report->count = count;
	return 0;
}

static int report_finish(struct lint *lint, struct error *err)
{
	struct lint_report *report = &lint->report;

	report->checkpoints = lint->count;
	for (size_t i = 0; i < lint->count; i++)
		report->series += lint_begins(lint, i);
	report->first = strdup(lint->item[0].called);
	report->last = strdup(lint->item[lint->count - 1].called);
	if (!report->first || !report->last)
		return error_system(err, ENOMEM, "cannot list findings");
	return report_order(lint, err);
}

int registry_lint(const struct context *ctx, struct registry *registry,
		  const struct lint_request *request, struct lint_report *out_report,
		  struct error *err)
{
	CLEANUP(lint_release)
	struct lint lint = { .ctx = ctx, .registry = registry, .request = request };

	if (lint_items(&lint, err))
		return -1;
	if (!lint.count)
		return error_set(err, ERROR_USAGE, "no checkpoint was named");
	if (lint_look(&lint, err) || lint_check_names(&lint, err) || lint_check_order(&lint, err) ||
	    lint_check_contents(&lint, err) || lint_check_weights(&lint, err) ||
	    lint_check_parents(&lint, err) || lint_check_initial(&lint, err) ||
	    report_finish(&lint, err))
		return -1;
	*out_report = lint.report;
	lint.report = (struct lint_report){ .finding = NULL }; /* handed over */
	return 0;
}
