/* verify: check what somebody has, from the bytes up to the forward pass. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "cli/artifact.h"
#include "cli/environment.h"
#include "cli/openssf.h"
#include "cli/open.h"
#include "cli/opened.h"
#include "cli/verdict.h"

/* The largest transcript of a dispute. */
#define TRANSCRIPT_MAX (64u << 20)

/* The registered name that the word stands for, as text. */
static int resolve(const struct call *call, struct registry *registry, char out_name[NAME_TEXT_MAX],
		   struct error *err)
{
	const char *word = call->operand[0];
	struct digest statement;
	struct name name;

	if (!registry)
		return error_set(err, ERROR_ABSENT,
				 "'%s' is no path, and there is no registry to look its name up in",
				 word);
	if (argument_resolve(registry, word, &name, &statement, err))
		return -1;
	if (!name.owner[0])
		return error_set(err, ERROR_USAGE, "'%s' is about no model that could be verified",
				 word);
	name_to_text(&name, out_name);
	return 0;
}

static int check(const struct call *call, struct registry *registry,
		 const struct check_request *request, struct verdict **out_verdict,
		 struct error *err)
{
	const char *path;
	char name[NAME_TEXT_MAX];

	if (argument_kind(call->operand[0], &path) != ARGUMENT_PATH) {
		if (resolve(call, registry, name, err))
			return -1;
		return registry_check_name(registry, name, request, out_verdict, err);
	}
	if (registry)
		return registry_check_path(registry, path, request, out_verdict, err);
	return check_path(call->ctx, path, request, out_verdict, err);
}

/*
 * The transcript of a dispute into the file that was named. A verdict that does
 * not hold for another reason keeps its exit status.
 */
static int transcript_write(const struct context *ctx, const char *path,
			    const struct verdict *verdict, struct error *err)
{
	const struct json *dispute = json_member(verdict->step[STEP_FORWARD].evidence, "dispute");
	const struct json *transcript = json_member(dispute, "transcript");
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, TRANSCRIPT_MAX);
	if (!transcript && verdict_status(verdict) != VERDICT_HOLDS) {
		context_notice(ctx, "'%s' is not written: no layer was found to be in dispute",
			       path);
		return 0;
	}
	if (!transcript)
		return error_set(err, ERROR_ABSENT,
				 "there is no transcript: no layer is in dispute");
	return json_write_canonical(transcript, &text, err) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* What belongs to a dispute: the other party's transcript is read into `text`. */
static int read_dispute(const struct call *call, struct buffer *text, struct check_request *request,
			struct error *err)
{
	const char *against = call_value(call, "against");

	request->dispute = call_has(call, "dispute");
	if (!request->dispute && (against || call_value(call, "transcript")))
		return error_set(err, ERROR_USAGE,
				 "--transcript and --against belong to --dispute");
	if (request->dispute &&
	    (call_value(call, "spot") || call_value(call, "forward") || call_has(call, "attest")))
		return error_set(err, ERROR_USAGE,
				 "--dispute computes everything again: --spot, --forward and "
				 "--attest do not go with it");
	if (!against)
		return 0;
	if (file_read(against, text, err))
		return -1;
	if (!text->len)
		return error_set(err, ERROR_CORRUPT, "'%s' is empty", against);
	request->against = buffer_view(text);
	return 0;
}

/* Sign the verdict and log it. */
static int attest(const struct call *call, struct registry *registry, const struct verdict *verdict,
		  struct error *err)
{
	struct statement_made made;
	char name[NAME_TEXT_MAX];

	if (resolve(call, registry, name, err) ||
	    registry_attest(registry, name, verdict, NULL, &made, err))
		return -1;
	context_notice(call->ctx, "signed this verdict and logged it at %" PRIu64, made.log_index);
	return 0;
}

/* "2026-11-24", "2026-11-24T18:00:00Z", or an entry of the log. */
static int read_as_of(const struct call *call, struct check_request *request, struct error *err)
{
	const char *text = call_value(call, "as-of");
	struct tm utc = { 0 };
	const char *end;

	request->allow_retracted = call_has(call, "allow-retracted");
	if (!text)
		return 0;
	request->as_of = true;
	request->as_of_index = UINT64_MAX;
	end = strptime(text, "%Y-%m-%d", &utc);
	if (end && !*end) { /* the whole of that day */
		utc.tm_hour = 23;
		utc.tm_min = utc.tm_sec = 59;
		request->as_of_time = (int64_t)timegm(&utc);
		return 0;
	}
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (end && !*end) {
		request->as_of_time = (int64_t)timegm(&utc);
		return 0;
	}
	if (call_number(call, "as-of", 0, &request->as_of_index, err))
		return error_set(
			err, ERROR_USAGE,
			"--as-of takes a date (2026-11-24, or with T18:00:00Z) or an entry "
			"of the log, not '%s'",
			text);
	return 0;
}

static int verify_run(struct call *call, struct error *err)
{
	CLEANUP(trust_store_close) struct trust_store *store = NULL;
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(openssf_release) struct openssf files;
	CLEANUP(certificates_release) struct certificates tsa = { .der = NULL };
	CLEANUP(opened_release) struct opened opened = { .item = NULL };
	CLEANUP(texts_free) const char **parent = NULL;
	CLEANUP(buffer_release) struct buffer pins, against, bundle;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	const char *tier = call_value(call, "forward");
	const char *spot = call_value(call, "spot");
	const char *trust = call_value(call, "trust");
	const char *text;
	bool is_path = argument_kind(call->operand[0], &text) == ARGUMENT_PATH;
	uint64_t evals = 0;
	struct check_request request = { .forward_named = tier != NULL,
					 .seed = call_value(call, "seed"),
					 .device = call_value(call, "device"),
					 .hash_on_device = open_hash_on_device(call),
					 .rehash = call_has(call, "rehash") };

	buffer_init(&pins, PINS_MAX_BYTES);
	buffer_init(&against, TRANSCRIPT_MAX);
	openssf_init(&files);
	buffer_init(&bundle, MODELSIG_MAX_BYTES);
	if (artifact_asked(call, &bundle, err))
		return -1;
	if (bundle.len)
		return artifact_verify(call, buffer_view(&bundle), err);
	request.derivations = call_has(call, "derivation");
	if (call_values(call, "parent", &parent, &request.parent_count, err))
		return -1;
	request.parent = parent;
	if (request.parent_count && !request.derivations)
		return error_set(err, ERROR_USAGE, "--parent belongs to --derivation");
	if (is_path && call_has(call, "attest"))
		return error_set(err, ERROR_USAGE, "--attest is for registered names");
	if (call_number(call, "evals", 0, &evals, err))
		return -1;
	if (call_has(call, "evals") && (!evals || evals > SAMPLES_ITEMS_MAX))
		return error_set(err, ERROR_USAGE, "--evals takes 1 to %u items",
				 SAMPLES_ITEMS_MAX);
	request.evals = (size_t)evals;
	if (spot && tier)
		return error_set(err, ERROR_USAGE,
				 "--spot and --forward exclude each other: a spot check runs all "
				 "probes through the layers it draws");
	if (device_wish_check(request.device, err) || read_dispute(call, &against, &request, err) ||
	    (spot && spot_parse(spot, &request.spot, err)) ||
	    forward_tier_parse(tier ? tier : "quick", &request.forward, err) ||
	    openssf_read(call, &files, &request, err) ||
	    open_certificates(call, "tsa-root", &tsa, err) ||
	    opened_read(call, &opened, &request, err) ||
	    pins_gather(call->ctx, trust, &pins, err) || read_as_of(call, &request, err) ||
	    trust_store_open(call->ctx, buffer_view(&pins), &store, err))
		return -1;
	trust_store_lend(store, &request);
	request.timestamp_root = tsa.der;
	request.timestamp_root_count = tsa.list.count;
	request.pins = buffer_view(&pins);
	/* Whoever brings a trust file, or a signature with whom it must be from, wants that trust,
	 * not that of a registry lying about. */
	if ((!(trust || call_has(call, "signature")) || !is_path || call_has(call, "registry")) &&
	    (is_path ? open_registry_anchor(call, &registry, err)
		     : open_registry_if_any(call, &registry, err)))
		return -1;
	if (environment_threads(call->ctx, err) || check(call, registry, &request, &verdict, err) ||
	    verdict_print(call, verdict, err))
		return -1;
	if (call_value(call, "transcript"))
		return transcript_write(call->ctx, call_value(call, "transcript"), verdict, err);
	return call_has(call, "attest") ? attest(call, registry, verdict, err) : 0;
}

static const struct option verify_options[] = {
	{ .name = "forward",
	  .argument = "TIER",
	  .choices = "quick standard all none",
	  .help = "how much of the recorded outputs is computed again: quick (8 drawn probes, "
		  "first "
		  "16 positions; what is done unless you say otherwise), standard (16 probes, 128 "
		  "positions), all, none" },
	{ .name = "spot",
	  .argument = "K|PERCENT%",
	  .help = "draw so many layers by this machine's own chance, and check only them, with "
		  "embedding and head, on all recorded probes; reads no other layer, and counts "
		  "what it did not read as not checked, so that a policy that asks for all bytes "
		  "leaves the verdict undecided (3) even if all of it agrees; needs a record made "
		  "with --boundaries" },
	{ .name = "dispute",
	  .help = "compute everything again and narrow a disagreement with the record down to "
		  "layer, row and element, with the pieces that a referee needs" },
	{ .name = "transcript",
	  .argument = "FILE",
	  .help = "with --dispute: write what each step of that layer gave, for the other party" },
	{ .name = "against",
	  .argument = "FILE",
	  .help = "with --dispute: compare with the other party's transcript, and find the step "
		  "where the two part" },
	{ .name = "seed",
	  .argument = "S",
	  .help = "draw the probes, layers or items again as this seed did, to repeat a verdict; "
		  "it is marked "
		  "so" },
	{ .name = "evals",
	  .argument = "N",
	  .help = "recompute N drawn items of each registered samples file of "
		  "lm-evaluation-harness from the weights, and say whether the published "
		  "log-probabilities, choices and scores follow" },
	{ .name = "derivation",
	  .help = "do again what was signed of how it was made from its parents (casts, sums, "
		  "merges), and say whether every number follows" },
	{ .name = "parent",
	  .argument = "DIR",
	  .repeatable = true,
	  .help = "with --derivation: look for the parents' bytes here first" },
	OPTION_DEVICE,
	OPTION_HASH_ON,
	{ .name = "offline", .help = "use no network; nothing that this version checks needs one" },
	{ .name = "trust",
	  .argument = "FILE",
	  .help = "start from the pins in this file instead of your own and of any registry found "
		  "here" },
	{ .name = "as-of",
	  .argument = "DATE|INDEX",
	  .help = "look at things as the log stood then: later policies, revocations and "
		  "retractions are left out, no maximum age is asked, and the verdict says so" },
	{ .name = "allow-retracted",
	  .help = "take a version that was retracted: the reason is still told" },
	OPTION_OPENING,
	OPTIONS_OPENSSF,
	{ .name = "tsa-root",
	  .argument = "PEM",
	  .repeatable = true,
	  .help = "believe timestamps of authorities that lead to a certificate in this file, "
		  "beside "
		  "those that the pinned policy names" },
	{ .name = "attest",
	  .help = "sign the verdict on a registered name with the registry's user.key, and log "
		  "it" },
	{ .name = "rehash",
	  .help = "compute whole-file digests too, where the pieces of a signed manifest would "
		  "do" },
	{ .name = NULL },
};

static const struct example verify_examples[] = {
	{ "akashi verify ./base-v1 --trust pin.txt",
	  "a downloaded release, from one line that you chose to trust" },
	{ "akashi verify llm-x/base@step-500 --forward all", "what a registry keeps, all of it" },
	{ "akashi verify ./base-v1 --spot 10%",
	  "a tenth of the layers of a large model, drawn here" },
	{ "akashi verify llm-x/base@step-500 --dispute --transcript mine.json",
	  "where record and computation part, for the other party to compare" },
	{ "akashi verify llm-x/base@step-500 --evals 10",
	  "do published scores follow from these weights? ten items of each task" },
	{ "akashi verify ./merge-v1 --derivation --parent ./base --parent ./other",
	  "does the merge follow from its parents, number by number?" },
	{ "akashi verify . --signature model.sig --key publisher.pem",
	  "a directory that another tool signed" },
	{ "akashi verify app.tar --signature app.sigstore.json --trusted-root root.json --key "
	  "key.pub",
	  "one file that Sigstore's clients signed and logged; no network is used" },
	{ "akashi verify . --signature model.sig --root institute-ca.pem",
	  "one that was signed with a certificate" },
	{ NULL, NULL },
};

const struct command command_verify = {
	.name = "verify",
	.summary = "check a model, from its bytes up to what it computes",
	.synopsis = "PATH|NAME@VERSION [--trust FILE] [--forward TIER | --spot K | --dispute] "
		    "[--evals N]",
	.description = "PATH is a release directory, a folder of a download, a folder of the Hub's "
		       "cache, or "
		       "one weight file. One line a step: bytes, signature, log, lineage, claims, "
		       "forward. "
		       "Trust starts from --trust, from your pins, or from a registry that you "
		       "named or own, "
		       "never from the directory that is checked; without any of these the best "
		       "verdict is "
		       "'cannot be decided'.",
	.options = verify_options,
	.examples = verify_examples,
	.exit_notes =
		"0: every step that was asked holds. 1: one of them fails. 3: the signer is not "
		"trusted, files are missing, or a step that was asked for is not possible.",
	.operands_min = 1,
	.operands_max = 1,
	.run = verify_run,
};
