/* log: list, prove and audit the transparency log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/examined.h"
#include "cli/log.h"
#include "cli/open.h"
#include "cli/rows.h"

/* How many entries are listed unless --count says otherwise. */
#define LIST_COUNT 50

/* The largest statement that is looked at for its signer. */
#define ENVELOPE_MAX (1u << 20)

static int list_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(rows_release) struct rows rows = { .items = NULL };
	struct index_counts counts;
	struct index *index;
	uint64_t from, count;

	if (call_number(call, "count", LIST_COUNT, &count, err) ||
	    call_number(call, "from", UINT64_MAX, &from, err) ||
	    open_registry(call, &registry, err) || registry_index(registry, &index, err) ||
	    index_count(index, &counts, err))
		return -1;
	if (from == UINT64_MAX)
		from = counts.entries > count ? counts.entries - count : 0;
	if (rows_begin(call, "akashi/log/1", &rows, &object, err))
		return -1;
	rows.registry = registry;
	if (index_statements(index, from, count, rows_take, &rows, err))
		return -1;
	return rows_print(call, &rows, object, err);
}

static bool is_number(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	/* Eight digits and more could begin a digest, which is written sha256:… then. */
	return digits && !word[digits];
}

/* The statement that a word names; its body may have been taken away. */
static int statement_of(struct registry *registry, const char *word, struct digest *out_statement,
			struct error *err)
{
	struct index *index;
	struct name name;
	const char *text;
	bool is_statement;

	if (argument_kind(word, &text) != ARGUMENT_DIGEST)
		return argument_resolve(registry, word, &name, out_statement, err);
	if (registry_index(registry, &index, err) ||
	    index_find_prefix(index, text, out_statement, &is_statement, err))
		return -1;
	return is_statement
		       ? 0
		       : error_set(err, ERROR_USAGE, "'%s' is an object, not a statement", word);
}

/* The proof of an entry, named by its index or by what its statement is called. */
static int proof_of(struct call *call, struct registry *registry, struct buffer *out,
		    struct error *err)
{
	const char *word = call->operand[0];
	struct digest statement, key;
	struct log *log;
	uint64_t index = 0;

	if (is_number(word)) {
		for (const char *at = word; *at; at++)
			if (__builtin_mul_overflow(index, 10u, &index) ||
			    __builtin_add_overflow(index, (uint64_t)(*at - '0'), &index))
				return error_set(err, ERROR_USAGE, "'%s' is no index of a log",
						 word);
		return registry_log(registry, &log, err) || log_prove(log, index, out, err) ? -1
											    : 0;
	}
	return statement_of(registry, word, &statement, err) ||
			       registry_signer(registry, &statement, &key, err) ||
			       registry_proof(registry, &statement, &key, out, err)
		       ? -1
		       : 0;
}

/* A statement with its place in the log and its timestamp, as clients of Sigstore read it. */
static int prove_bundle(struct call *call, struct registry *registry, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;
	struct digest statement;
	struct name name;

	buffer_init(&bundle, 2 * ENVELOPE_MAX);
	if (argument_resolve(registry, call->operand[0], &name, &statement, err) ||
	    registry_bundle(registry, &statement, NULL, &bundle, err) ||
	    buffer_add_text(&bundle, "\n", err))
		return -1;
	fwrite(bundle.data, 1, bundle.len, stdout);
	return 0;
}

static int prove_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer proof;
	struct log *log;
	uint64_t since;

	buffer_init(&proof, PROOF_MAX_BYTES);
	if (call_number(call, "since", 0, &since, err) || open_registry(call, &registry, err))
		return -1;
	if (call_has(call, "since") == (call->operand_count == 1))
		return error_set(err, ERROR_USAGE,
				 "prove an entry (NAME@VERSION, a digest or an "
				 "index), or --since=SIZE");
	if (call_has(call, "bundle")) {
		if (call_has(call, "since"))
			return error_set(err, ERROR_USAGE,
					 "--bundle and --since exclude each other");
		return prove_bundle(call, registry, err);
	}
	if (call_has(call, "since")) {
		if (registry_log(registry, &log, err) ||
		    log_prove_consistency(log, since, &proof, err))
			return -1;
	} else if (proof_of(call, registry, &proof, err)) {
		return -1;
	}
	if (!call->json) {
		fwrite(proof.data, 1, proof.len, stdout);
		return 0;
	}
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/proof/1", err) ||
	    json_set_span(object, "proof", buffer_view(&proof), err))
		return -1;
	return output_json(object, err);
}

static int audit_json(const struct audit_report *report, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/audit/1", err) ||
	    json_set_text(object, "status",
			  report->findings   ? "fails"
			  : report->withheld ? "undecided"
					     : "holds",
			  err) ||
	    json_set_size(object, "withheld", report->withheld, err) ||
	    json_set_size(object, "released", report->released, err) ||
	    json_set_size(object, "entries", report->entries, err) ||
	    json_set_size(object, "statements", report->statements, err) ||
	    examined_since_set(object, report->remembered, report->remembered_since, err) ||
	    json_set_size(object, "controls", report->controls, err) ||
	    json_set_size(object, "claims", report->claims, err) ||
	    json_set_size(object, "objects", report->objects, err) ||
	    log_findings_set(object, report->findings, report->finding, report->finding_count, err))
		return -1;
	return output_json(object, err);
}

static int audit_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(audit_report_release) struct audit_report report = { .findings = 0 };
	CLEANUP(remembered_close) struct remembered *remembered = NULL;
	struct audit_request request = { .objects = call_has(call, "objects") };
	bool again = call_has(call, "again") || request.objects;

	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    remembered_open(registry, again, &remembered, err))
		return -1;
	request.remembered = remembered;
	if (registry_audit(registry, &request, &report, err))
		return -1;
	remembered_save(remembered, true);
	if (report.findings || report.withheld)
		call->exit_status =
			error_exit_status(report.findings ? ERROR_CORRUPT : ERROR_UNTRUSTED);
	if (call->json)
		return audit_json(&report, err);
	log_findings_print(report.finding, report.finding_count);
	printf("%s: %" PRIu64 " entries, %" PRIu64 " statements, %" PRIu64 " controls, %" PRIu64
	       " claims",
	       report.findings   ? "fails"
	       : report.withheld ? "undecided"
				 : "holds",
	       report.entries, report.statements, report.controls, report.claims);
	if (request.objects)
		printf(", %" PRIu64 " objects", report.objects);
	if (report.withheld)
		printf("; %" PRIu64 " objects and statements are withheld", report.withheld);
	if (report.findings)
		printf("; %" PRIu64 " of these do not hold", report.findings);
	putchar('\n');
	examined_since_print(report.statements, report.remembered, report.remembered_since);
	return 0;
}

static const struct option list_options[] = {
	{ .name = "from",
	  .argument = "INDEX",
	  .help = "begin with this entry; otherwise near the end" },
	{ .name = "count", .argument = "N", .help = "list so many; otherwise 50" },
	{ .name = NULL },
};

static const struct command list = {
	.name = "list",
	.summary = "list statements in the order of the log",
	.synopsis = "[--from INDEX] [--count N]",
	.options = list_options,
	.run = list_run,
};

static const struct option prove_options[] = {
	{ .name = "since",
	  .argument = "SIZE",
	  .help = "prove that the log continues the one that had SIZE entries" },
	{ .name = "bundle",
	  .help = "print a Sigstore bundle: the signed statement with entry, proof, checkpoint "
		  "and, "
		  "where it has one, its timestamp" },
	{ .name = NULL },
};

static const struct example prove_examples[] = {
	{ "akashi log prove llm-x/base@v1 > base.tlog-proof",
	  "a proof that any C2SP tlog-proof verifier reads" },
	{ NULL, NULL },
};

static const struct command prove = {
	.name = "prove",
	.summary = "print the proof that something is in the log",
	.synopsis = "NAME@VERSION|DIGEST|INDEX | --since SIZE",
	.description = "The proof is checked before it is printed.",
	.options = prove_options,
	.examples = prove_examples,
	.operands_max = 1,
	.run = prove_run,
};

static const struct option audit_options[] = {
	{ .name = "objects", .help = "read and hash every object too" },
	{ .name = "again",
	  .help = "read every statement again, also those that were read before and whose files "
		  "are as they were (--objects does)" },
	{ .name = NULL },
};

static const struct command audit = {
	.name = "audit",
	.summary = "check the whole registry: every tile, entry, signature, claim and body",
	.synopsis = "[--objects] [--again]",
	.description =
		"Nothing is changed but the note of what was examined (the file remembered), and "
		"the index is not asked. What does not hold is printed, one finding a line. "
		"Every entry and tile is read; the signature and body of a statement that were "
		"found to hold are not read again while its file is as it was (size, times, "
		"inode).",
	.options = audit_options,
	.exit_notes = "0: everything holds. 1: something does not.",
	.run = audit_run,
};

static const struct command *const subcommands[] = { &list,
						     &prove,
						     &audit,
						     &log_command_publish,
						     &log_command_fsck,
						     &log_command_inspect,
						     &log_command_state,
						     &log_command_recover,
						     NULL };

const struct command command_log = {
	.name = "log",
	.summary = "list, prove, publish, audit, inspect and recover the log, and sign its state",
	.synopsis = "list|prove|audit|publish|fsck|inspect|state|recover",
	.subcommands = subcommands,
};
