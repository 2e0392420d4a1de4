/* log fsck: is what is served a log, file by file? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/log.h"
#include "cli/open.h"
#include "cli/output.h"

int log_findings_set(struct json *object, uint64_t findings, char *const *finding, size_t count,
		     struct error *err)
{
	return json_set_size(object, "findings", findings, err) ||
			       json_set_texts(object, "items", (const char *const *)finding, count,
					      err)
		       ? -1
		       : 0;
}

void log_findings_print(char *const *finding, size_t count)
{
	for (size_t i = 0; i < count; i++)
		output_line(stdout, "%s", finding[i]);
}

static int report_json(const struct fsck_report *report, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/fsck/1", err) ||
	    json_set_text(object, "status", report->findings ? "fails" : "holds", err) ||
	    json_set_text(object, "origin", report->head.origin, err) ||
	    json_set_size(object, "size", report->head.size, err) ||
	    json_set_hex(object, "root", &report->head.root, err) ||
	    json_set_bool(object, "signatureChecked", report->key_asked, err) ||
	    json_set_size(object, "entries", report->entries, err) ||
	    json_set_size(object, "tiles", report->tiles, err) ||
	    json_set_size(object, "olderTiles", report->partials, err) ||
	    json_set_size(object, "filesBeyond", report->beyond, err) ||
	    json_set_bool(object, "filesListed", report->listed, err) ||
	    log_findings_set(object, report->findings, report->finding, report->finding_count, err))
		return -1;
	return output_json(object, err);
}

static void report_print(const struct fsck_report *report)
{
	log_findings_print(report->finding, report->finding_count);
	printf("%s: %" PRIu64 " entries, %" PRIu64 " tile%s made again and compared",
	       report->findings ? "fails" : "holds", report->entries, report->tiles,
	       report->tiles == 1 ? "" : "s");
	if (report->partials)
		printf(", %" PRIu64 " older partial tiles", report->partials);
	if (report->findings)
		printf("; %" PRIu64 " of these do not hold", report->findings);
	if (report->beyond)
		printf("; %" PRIu64 " files lie beyond the checkpoint", report->beyond);
	printf(report->key_asked ? "; the checkpoint is signed by a key of the log\n"
				 : "; nobody's signature was asked for (--vkey)\n");
}

/* The keys of a registry, a line each. */
static int keys_own(const char *vkey, struct note_key *key, size_t room, size_t *out_count,
		    struct error *err)
{
	const char *end;

	for (*out_count = 0; (end = strchr(vkey, '\n')); vkey = end + 1) {
		struct span line = { (const uint8_t *)vkey, (size_t)(end - vkey) };

		if (*out_count == room || note_key_parse(line, &key[*out_count], err))
			return error_set(err, ERROR_CORRUPT,
					 "keys/log.vkey is no list of the log's keys");
		++*out_count;
	}
	return *vkey ? error_set(err, ERROR_CORRUPT, "keys/log.vkey ends within a line") : 0;
}

/* The keys: those that were given, else those of the registry. */
static int keys_take(struct call *call, const struct log_source *source, struct note_key *key,
		     size_t room, size_t *out_count, struct error *err)
{
	CLEANUP(texts_free) const char **text = NULL;
	size_t count;

	if (call_values(call, "vkey", &text, &count, err))
		return -1;
	if (count > room)
		return error_set(err, ERROR_USAGE, "at most %zu keys are taken", room);
	for (size_t i = 0; i < count; i++) {
		if (note_key_parse(span_of(text[i]), &key[i], err))
			return error_prefix(err, "--vkey");
		if (strcmp(key[i].name, key[0].name) != 0)
			return error_set(err, ERROR_USAGE,
					 "keys of two logs, '%s' and '%s', were given", key[0].name,
					 key[i].name);
	}
	*out_count = count;
	if (count || !source->vkey)
		return 0;
	return keys_own(source->vkey, key, room, out_count, err);
}

int log_source_of(struct call *call, const char *where, struct log_source *out_source,
		  struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;

	if (where)
		return log_source_open(call->ctx, where, NULL, out_source, err);
	return open_registry(call, &registry, err) ||
			       log_source_open(call->ctx, registry->folder, NULL, out_source, err)
		       ? -1
		       : 0;
}

static int fsck_run(struct call *call, struct error *err)
{
	CLEANUP(fsck_report_release) struct fsck_report report = { .findings = 0 };
	CLEANUP(log_source_release) struct log_source source = { .blobs = NULL };
	struct note_key key[POLICY_KEYS_MAX];
	struct log_trust trust = { .key = key };

	if (log_source_of(call, call->operand[0], &source, err) ||
	    keys_take(call, &source, key, POLICY_KEYS_MAX, &trust.key_count, err) ||
	    log_fsck(call->ctx, &source, trust.key_count ? &trust : NULL, &report, err))
		return -1;
	call->exit_status = report.findings ? error_exit_status(ERROR_CORRUPT) : 0;
	if (call->json)
		return report_json(&report, err);
	report_print(&report);
	return 0;
}

static const struct option fsck_options[] = {
	{ .name = "vkey",
	  .argument = "VKEY",
	  .repeatable = true,
	  .help = "the checkpoint must be signed by this key of the log (one of these); without it "
		  "by the registry's own, or by anybody where there is no registry" },
	{ .name = NULL },
};

static const struct example fsck_examples[] = {
	{ "akashi log fsck", "the log of this registry" },
	{ "akashi log fsck https://example.org/log --vkey \"$VKEY\"",
	  "another's, over the network" },
	{ NULL, NULL },
};

const struct command log_command_fsck = {
	.name = "fsck",
	.summary = "make every tile of a log again from its entries, and compare",
	.synopsis = "[DIR|URL] [--vkey VKEY]...",
	.description =
		"Works on any C2SP tlog-tiles log: a registry, a folder as it is served, or a URL. "
		"Every tile is compared byte for byte, the root with the checkpoint's, and in a "
		"folder older partial tiles and files that do not belong there too. What the "
		"entries say is not looked at: akashi log audit and akashi monitor do that.",
	.options = fsck_options,
	.examples = fsck_examples,
	.exit_notes = "0: everything holds. 1: something does not.",
	.operands_max = 1,
	.run = fsck_run,
};
