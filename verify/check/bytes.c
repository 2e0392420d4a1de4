/* The bytes step: the files against the signed manifest, or what can be said without one. */
#include "verify/check/parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/format.h"
#include "verify/manifest.h"

#define SENTENCE_MAX_BYTES 65536u
#define WITHHELD_TOLD_MAX 4u /* files that the verdict's end names; the step names each */

int check_manifest(struct check *check, struct error *err)
{
	struct error cause = { 0 };

	if (manifest_from_objects(check->evidence, &check->checkpoint.statement.digest,
				  &check->manifest, &cause)) {
		withheld_explain(check->trust, check->evidence, &check->checkpoint.statement.digest,
				 &cause);
		return check_blame(check, STEP_BYTES, "the signed manifest", true, &cause, err);
	}
	return 0;
}

/* What is missing and has a tombstone that is believed is withheld. */
static int find_withheld(struct check *check, struct error *err)
{
	struct bytes_report *report = check->report;
	size_t told = 0;

	for (size_t i = 0; i < report->file_count && check->trust; i++) {
		CLEANUP(believed_release) struct believed tombstone = { 0 };
		struct bytes_file *file = &report->file[i];
		const struct manifest_file *listed = manifest_find(check->manifest, file->path);
		char text[WITHHELD_TEXT_SIZE];
		bool found;

		if (file->state != BYTES_MISSING || !listed)
			continue;
		if (withheld_find(check->trust, check->evidence, WITHHELD_OBJECT, &listed->sha256,
				  &tombstone, &found, err))
			return -1;
		if (!found)
			continue;
		file->state = BYTES_WITHHELD;
		report->missing--;
		report->withheld++;
		withheld_text(&tombstone, text);
		if (verdict_detail(check->verdict, STEP_BYTES, err, "%s: %s", file->path, text) ||
		    (told++ < WITHHELD_TOLD_MAX &&
		     verdict_undecided(check->verdict, err, "%s: %s", file->path, text)))
			return -1;
	}
	return 0;
}

/*
 * Files that are missing may have been released on purpose: then a sentence about that takes the
 * place of a line about each, and of the summary unless something fails. *out_said: it does.
 */
static int released_say(struct check *check, bool fails, struct buffer *text, bool *out_said,
			struct error *err)
{
	CLEANUP(believed_release) struct believed retention = { 0 };
	size_t missing = check->report->missing;
	char why[RELEASED_TEXT_MAX];
	struct json *evidence, *released;
	const char *reason;

	*out_said = false;
	if (!missing || !check->trust)
		return 0;
	if (released_find(check->trust, check->evidence, &check->checkpoint.identity, &retention,
			  out_said, err))
		return -1;
	if (!*out_said)
		return 0;
	released_text(&retention, why);
	reason = json_text(json_member(retention.statement.predicate, "reason"));
	if (!fails && !check->report->withheld)
		text->len = 0;
	return buffer_printf(text, err, "%sthe bytes of %zu of %zu files were %s",
			     text->len ? "; " : "", missing, check->manifest->file_count, why) ||
			       verdict_undecided(check->verdict, err,
						 "%zu of the signed files were %s", missing, why) ||
			       verdict_evidence(check->verdict, STEP_BYTES, &evidence, err) ||
			       json_set_object(evidence, "released", &released, err) ||
			       json_set_digest(released, "statement", &retention.identity, err) ||
			       json_set_hex(released, "key", &retention.key, err) ||
			       json_set_size(released, "index", retention.index, err) ||
			       json_set_text(released, "reason", reason ? reason : "", err)
		       ? -1
		       : 0;
}

/* An edited card is no changed weight: it is the claims step that judges it. */
static bool is_card(const struct bytes_file *file)
{
	return strcmp(file->path, "README.md") == 0;
}

/* Parts of every release, which need no line; what a download left or a pattern excluded does. */
static bool worth_a_line(const struct tree_ignored *ignored)
{
	static const char *const usual[] = { "akashi/", "model.sig", "SHA256SUMS" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strcmp(ignored->name, usual[i]) == 0)
			return false;
	return true;
}

static int ignored_details(struct check *check, const struct tree_ignored *ignored,
			   struct error *err)
{
	if (!worth_a_line(ignored))
		return 0;
	return verdict_detail(check->verdict, STEP_BYTES, err, "%s: left out (%s)", ignored->name,
			      ignored->reason);
}

static int file_details(struct check *check, struct span summary, bool released, struct error *err)
{
	const struct bytes_report *report = check->report;

	for (size_t i = 0; i < report->file_count; i++) {
		CLEANUP(buffer_release) struct buffer text = { 0 };

		buffer_init(&text, SENTENCE_MAX_BYTES);
		if (report->file[i].state == BYTES_HOLD || report->file[i].state == BYTES_PART ||
		    report->file[i].state == BYTES_WITHHELD ||
		    (released && report->file[i].state == BYTES_MISSING))
			continue;
		if (bytes_file_text(&report->file[i], &text, err))
			return -1;
		/* One file, whose line the summary is already. */
		if (span_equal(buffer_view(&text), summary))
			continue;
		if (verdict_detail(check->verdict, STEP_BYTES, err, "%.*s", (int)text.len,
				   (const char *)text.data))
			return -1;
	}
	for (size_t i = 0; i < report->ignored_count; i++)
		if (ignored_details(check, &report->ignored[i], err))
			return -1;
	return 0;
}

static int bytes_evidence(struct check *check, struct error *err)
{
	const struct bytes_report *report = check->report;
	struct json *evidence;

	if (verdict_evidence(check->verdict, STEP_BYTES, &evidence, err) ||
	    json_set_digest(evidence, "manifest", &check->checkpoint.statement.digest, err) ||
	    json_set_size(evidence, "files", report->file_count, err) ||
	    json_set_size(evidence, "hold", report->hold, err) ||
	    json_set_size(evidence, "differ", report->differ, err) ||
	    json_set_size(evidence, "missing", report->missing, err) ||
	    json_set_size(evidence, "withheld", report->withheld, err) ||
	    json_set_size(evidence, "notCovered", report->not_covered, err) ||
	    json_set_size(evidence, "shards", report->shards, err) ||
	    json_set_size(evidence, "shardsHold", report->shards_hold, err) ||
	    json_set_size(evidence, "bytesRead", report->bytes_read, err))
		return -1;
	return json_set_bool(evidence, "rehashed", report->rehashed, err);
}

/* Files that differ and are more than an edited card. */
static size_t files_that_fail(const struct bytes_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->file_count; i++) {
		const struct bytes_file *file = &report->file[i];

		if ((file->state == BYTES_DIFFER || file->state == BYTES_SIZE) && !is_card(file))
			count++;
	}
	return count;
}

static size_t files_not_covered(const struct bytes_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->file_count; i++)
		if (report->file[i].state == BYTES_NOT_COVERED && !is_card(&report->file[i]))
			count++;
	return count;
}

int check_bytes(struct check *check, struct error *err)
{
	struct bytes_options options = {
		.rehash = check->request->rehash,
		.outside_only = spot_is_asked(&check->request->spot),
		.elsewhere = check->has_release ? "README.md" : NULL, /* the card's own statement */
	};
	CLEANUP(buffer_release) struct buffer text;
	struct error cause = { 0 };
	const struct bytes_report *report;
	size_t extra, failing;
	bool released;

	buffer_init(&text, SENTENCE_MAX_BYTES);
	if (bytes_compare(check->ctx, check->manifest, check->tree, &options, &check->report,
			  &cause))
		return check_blame(check, STEP_BYTES, "the files", true, &cause, err);
	report = check->report;
	if (find_withheld(check, err))
		return -1;
	failing = files_that_fail(report);
	if (bytes_report_summary(report, &text, err) ||
	    released_say(check, failing != 0, &text, &released, err) ||
	    verdict_set(check->verdict, STEP_BYTES,
			failing    ? STEP_FAILS
			: released ? STEP_NOT_POSSIBLE
				   : STEP_HOLDS,
			err, "%.*s", (int)text.len, (const char *)text.data) ||
	    file_details(check, buffer_view(&text), released, err) || bytes_evidence(check, err))
		return -1;
	if (report->missing && !released &&
	    verdict_undecided(check->verdict, err, "%zu of the signed files are missing",
			      report->missing))
		return -1;
	extra = files_not_covered(report);
	if (extra &&
	    verdict_undecided(check->verdict, err, "%zu file%s not covered by the signature", extra,
			      extra == 1 ? " is" : "s are"))
		return -1;
	return 0;
}

/* One line about a file that nobody signed. */
static int unsigned_detail(struct check *check, const struct tree_file *file,
			   uint64_t *out_parameters, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	struct error cause = { 0 };

	*out_parameters = 0;
	if (tree_open_file(check->tree, file->name, &source, err))
		return -1;
	if (format_open(source, &table, &cause))
		return check_blame(check, STEP_BYTES, file->name, true, &cause, err);
	for (size_t i = 0; i < table.count; i++)
		*out_parameters += tensor_elements(&table.tensor[i]);
	if (table.count)
		return verdict_detail(check->verdict, STEP_BYTES, err,
				      "%s: %s, %zu tensors, %llu elements, well-formed", file->name,
				      table.what, table.count, (unsigned long long)*out_parameters);
	if (strcmp(table.what, "bytes") == 0)
		return 0;
	return verdict_detail(check->verdict, STEP_BYTES, err,
			      "%s: %s, which is looked at as bytes only", file->name, table.what);
}

int check_unsigned_bytes(struct check *check, struct error *err)
{
	size_t count = tree_count(check->tree);
	uint64_t bytes = 0, parameters = 0;
	struct json *evidence;

	for (size_t i = 0; i < count; i++) {
		const struct tree_file *file = tree_file(check->tree, i);
		uint64_t more;

		if (unsigned_detail(check, file, &more, err))
			return -1;
		bytes += file->size;
		parameters += more;
	}
	for (size_t i = 0; i < tree_ignored_count(check->tree); i++)
		if (ignored_details(check, tree_ignored(check->tree, i), err))
			return -1;
	if (verdict_evidence(check->verdict, STEP_BYTES, &evidence, err) ||
	    json_set_size(evidence, "files", count, err) ||
	    json_set_size(evidence, "bytes", bytes, err) ||
	    json_set_size(evidence, "elements", parameters, err))
		return -1;
	return verdict_set(
		check->verdict, STEP_BYTES, STEP_NOT_POSSIBLE, err,
		"%zu files, %llu bytes, %llu weights: there is nothing signed to compare "
		"them with",
		count, (unsigned long long)bytes, (unsigned long long)parameters);
}
