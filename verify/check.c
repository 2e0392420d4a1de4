/* Check what somebody has, from the bytes up to the forward pass. */
#include "verify/check/derivation.h"
#include "verify/check/evals.h"
#include "verify/check/parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/release_dir.h"

#define TRUST_FILE_MAX_BYTES PINS_MAX_BYTES

/* A spot check looks into larger objects (activations) only where it needs them. */
#define SPOT_OBJECT_MAX_BYTES (1u << 20)

int forward_tier_parse(const char *text, enum forward_tier *out_tier, struct error *err)
{
	static const char *const names[] = { "none", "quick", "standard", "all" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			*out_tier = (enum forward_tier)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE,
			 "no forward tier is called '%s': quick, standard, all or none", text);
}

void check_release(struct check *check)
{
	bytes_report_free(&check->report);
	manifest_free(&check->manifest);
	digest_list_release(&check->standing);
	believed_release(&check->release);
	believed_release(&check->checkpoint);
	trust_release(&check->own_trust);
	evidence_close(&check->remembered);
	evidence_close(&check->joined);
	evidence_close(&check->own);
	tree_close(&check->tree);
	verdict_free(&check->verdict);
}

void digest_shorten(const struct digest *digest, char out_text[DIGEST_SHORT_SIZE])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	memcpy(out_text, hex, DIGEST_SHORT_SIZE - 1);
	out_text[DIGEST_SHORT_SIZE - 1] = '\0';
}

int check_blame(struct check *check, enum step_id id, const char *what, bool must,
		struct error *cause, struct error *err)
{
	struct error because = *cause;
	enum step_status status = STEP_FAILS;

	if (because.code == ERROR_SYSTEM || because.code == ERROR_USAGE) {
		*err = because;
		return error_prefix(err, "%s", what);
	}
	*cause = (struct error){ 0 };
	if (because.code == ERROR_UNTRUSTED || (because.code == ERROR_ABSENT && !must))
		status = STEP_NOT_POSSIBLE;
	if (because.code == ERROR_UNTRUSTED &&
	    verdict_undecided(check->verdict, err, "%s: %s", what, because.text))
		return -1;
	return verdict_set(check->verdict, id, status, err, "%s: %s", what, because.text);
}

/* The pins that a release says of itself: for self-consistency only. */
static int claimed_pins(struct check *check, struct pins *out_pins, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, lines;
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *pins;

	buffer_init(&text, TRUST_FILE_MAX_BYTES);
	buffer_init(&lines, TRUST_FILE_MAX_BYTES);
	if (release_dir_file(tree_path(check->tree), "akashi/trust.json", TRUST_FILE_MAX_BYTES,
			     &text, err) ||
	    json_parse(buffer_view(&text), NULL, &json, err) ||
	    json_need_array(json, "pins", &pins, err))
		return -1;
	for (size_t i = 0; i < json_count(pins); i++) {
		const char *line = json_text(json_at(pins, i));

		if (!line)
			return error_set(err, ERROR_CORRUPT, "a pin of trust.json is no text");
		if (buffer_add_text(&lines, line, err) || buffer_add_text(&lines, "\n", err))
			return -1;
	}
	return pins_parse(buffer_view(&lines), out_pins, err);
}

/* Without a pin that fits: take the release's own word, and say that nobody vouches for it. */
static int trust_nobody(struct check *check, const char *why, struct error *err)
{
	struct pins pins = { 0 };
	struct error cause = { 0 };
	int failed;

	check->pinned = false;
	if (verdict_undecided(check->verdict, err, "%s", why))
		return -1;
	if (claimed_pins(check, &pins, &cause)) {
		pins_release(&pins);
		return check_blame(check, STEP_SIGNATURE, "akashi/trust.json", true, &cause, err);
	}
	failed = trust_from_pins(&pins, check->evidence, check_upto(check->request),
				 &check->own_trust, &cause);
	pins_release(&pins);
	if (failed)
		return check_blame(check, STEP_SIGNATURE, "the release's own policy", true, &cause,
				   err);
	check->trust = &check->own_trust;
	return 0;
}

/* Who is trusted: a pin, else the anchor registry, else nobody. check->trust stays NULL if even
 * the release's own word cannot be taken. */
static int choose_trust(struct check *check, struct error *err)
{
	const struct check_request *request = check->request;
	struct pins pins = { 0 };
	struct error cause = { 0 };
	int failed;

	if (request->pins.len) {
		if (pins_parse(request->pins, &pins, err))
			return error_prefix(err, "what you pinned");
		failed = pins.count ? trust_from_pins(&pins, check->evidence, check_upto(request),
						      &check->own_trust, &cause)
				    : error_set(&cause, ERROR_UNTRUSTED, "no pin");
		pins_release(&pins);
		if (!failed) {
			check->trust = &check->own_trust;
			check->pinned = true;
			return 0;
		}
		if (cause.code != ERROR_UNTRUSTED)
			return check_blame(check, STEP_SIGNATURE, "the pinned policy", true, &cause,
					   err);
	}
	if (request->anchor_trust && request->anchor_trust->count) {
		check->trust = request->anchor_trust;
		check->pinned = true;
		return 0;
	}
	if (check->own)
		return trust_nobody(check,
				    request->pins.len
					    ? "self-consistent at best, signer unknown: nothing "
					      "here belongs to a log that you pinned"
					    : "self-consistent at best, signer unknown: you pinned "
					      "no log (akashi trust pin, or --trust FILE)",
				    err);
	return 0;
}

/* A step that this version does not know is not passed over: the policy asks for it. */
static int mark_step(struct check *check, const char *step, struct error *err)
{
	if (strcmp(step, "bytes-sampled") == 0)
		/* A spot check that was asked for reads a part, and is required itself. */
		step = spot_is_asked(&check->request->spot) ? "forward" : "bytes";
	for (size_t i = 0; i < STEP_COUNT; i++)
		if (strcmp(step_name((enum step_id)i), step) == 0) {
			check->verdict->step[i].required = true;
			check->record_required |= i == STEP_FORWARD;
			return 0;
		}
	return verdict_undecided(check->verdict, err,
				 "the policy asks for the step '%s', which this version does not "
				 "know",
				 step);
}

/* Which steps the policy asks for, for this name. */
static int mark_required(struct check *check, const struct believed *believed, struct error *err)
{
	char name[NAME_TEXT_MAX];

	name_to_text(&believed->statement.name, name);
	for (size_t a = 0; a < check->trust->count; a++) {
		const struct policy *policy = trust_policy(&check->trust->anchor[a]);

		for (size_t r = 0; r < policy->rule_count; r++) {
			const struct policy_rule *rule = &policy->rule[r];

			if (strcmp(policy->origin, believed->statement.origin) != 0 ||
			    !name_matches_any_case(rule->names, name))
				continue;
			for (size_t i = 0; i < rule->step_count; i++)
				if (mark_step(check, rule->step[i], err))
					return -1;
		}
	}
	return 0;
}

/* The steps that follow once release or checkpoint are believed. */
static int check_believed(struct check *check, struct error *err)
{
	const struct believed *last = check->has_release ? &check->release : &check->checkpoint;

	if ((check->has_release && check_standing(check, &check->release, err)) ||
	    check_standing(check, &check->checkpoint, err) || check_age(check, last, err))
		return -1;
	if (check_manifest(check, err))
		return -1;
	if (check->manifest && check_bytes(check, err))
		return -1;
	if (check->has_release && check_model_signature(check, err))
		return -1;
	if (check_timestamps(check, err) || check_log(check, err) ||
	    (check->has_release && check_listed(check, err)) || check_lineage(check, err) ||
	    check_derivations(check, err) || check_claims(check, err))
		return -1;
	return check_forward(check, err) || check_evals(check, err) ? -1 : 0;
}

/* Where several keys count, all of them. */
static int say_signers(struct check *check, const struct believed *believed, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct json *evidence, *list;

	buffer_init(&text, believed->signer_count * (DIGEST_SHORT_SIZE + 2) + 1);
	if (believed->signer_count < 2)
		return 0;
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_array(evidence, "signers", &list, err))
		return -1;
	for (size_t i = 0; i < believed->signer_count; i++) {
		char full[8 + DIGEST_HEX_SIZE] = "sha256:", key[DIGEST_SHORT_SIZE];

		digest_shorten(&believed->signer[i].key, key);
		digest_to_hex(&believed->signer[i].key, full + 7);
		if (buffer_printf(&text, err, "%s%s", i ? ", " : "", key) ||
		    json_add_text(list, full, err))
			return -1;
	}
	return verdict_detail(check->verdict, STEP_SIGNATURE, err,
			      "%zu keys that count signed it: %.*s", believed->signer_count,
			      (int)text.len, (const char *)text.data);
}

/* Say who signed. */
static int say_signer(struct check *check, const struct believed *believed, struct error *err)
{
	char name[NAME_TEXT_MAX], key[DIGEST_SHORT_SIZE];
	struct json *evidence;

	name_to_text(&believed->statement.name, name);
	digest_shorten(&believed->key, key);
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_text(evidence, "name", name, err) ||
	    json_set_digest(evidence, "key", &believed->key, err) ||
	    json_set_digest(evidence, "statement", &believed->identity, err) ||
	    json_set_bool(evidence, "pinned", check->pinned, err))
		return -1;
	if (!check->pinned)
		return verdict_set(check->verdict, STEP_SIGNATURE, STEP_NOT_POSSIBLE, err,
				   "%s is signed by key %s, which nobody you trust vouches for",
				   name, key);
	return verdict_set(check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			   "%s is signed by key %s, which %s allows for this name", name, key,
			   believed->statement.origin) ||
			       say_signers(check, believed, err)
		       ? -1
		       : 0;
}

/* Believe the checkpoint that a release statement is about. */
static int believe_checkpoint(struct check *check, struct error *err)
{
	struct reference reference;
	struct error cause = { 0 };
	char name[NAME_TEXT_MAX];

	if (reference_need(check->release.statement.predicate, "checkpoint", &reference, &cause))
		return check_blame(check, STEP_SIGNATURE, "the release statement", true, &cause,
				   err);
	name_to_text(&reference.name, name);
	if (believe_statement(check->trust, check->evidence, &reference.statement,
			      &(struct expectation){ STATEMENT_checkpoint, name },
			      &check->checkpoint, &cause))
		return check_blame(check, STEP_SIGNATURE, "the checkpoint statement", true, &cause,
				   err);
	check->has_checkpoint = true;
	if (!digest_equal(&check->checkpoint.statement.digest, &check->release.statement.digest))
		return verdict_set(check->verdict, STEP_SIGNATURE, STEP_FAILS, err,
				   "the release and its checkpoint name two different manifests");
	return 0;
}

static int name_stray(void *arg, const char *name, struct error *err)
{
	struct check *check = arg;

	return verdict_detail(check->verdict, STEP_BYTES, err,
			      "%s: not covered by the signature, and nothing that belongs there",
			      name) ||
			       verdict_undecided(check->verdict, err,
						 "'%s' has no place in a release: nobody signed it",
						 name)
		       ? -1
		       : 0;
}

static int check_release_folder(struct check *check, struct error *err)
{
	struct digest begin;
	struct error cause = { 0 };

	if (release_dir_open(tree_path(check->tree), &check->own, &cause))
		return check_blame(check, STEP_SIGNATURE, "akashi/", true, &cause, err);
	check->evidence = check->own;
	if (check->request->anchor) {
		if (evidence_join(check->own, check->request->anchor, &check->joined, err))
			return -1;
		check->evidence = check->joined;
	}
	if (check->request->held) {
		if (evidence_join(check->evidence, check->request->held, &check->remembered, err))
			return -1;
		check->evidence = check->remembered;
	}
	if (choose_trust(check, err))
		return -1;
	if (!check->trust)
		return 0;
	if (check->pinned && check_seen(check, err))
		return -1;
	if (release_dir_begin(tree_path(check->tree), &begin, &cause))
		return check_blame(check, STEP_SIGNATURE, "akashi/release.json", true, &cause, err);
	if (believe_statement(check->trust, check->evidence, &begin,
			      &(struct expectation){ STATEMENT_release, NULL }, &check->release,
			      &cause))
		return check_blame(check, STEP_SIGNATURE, "the release statement", true, &cause,
				   err);
	check->has_release = true;
	if (mark_required(check, &check->release, err) || say_signer(check, &check->release, err) ||
	    believe_checkpoint(check, err))
		return -1;
	if (release_dir_check_objects(tree_path(check->tree),
				      spot_is_asked(&check->request->spot) ? SPOT_OBJECT_MAX_BYTES
									   : UINT64_MAX,
				      &cause) &&
	    check_blame(check, STEP_BYTES, "the release's objects", true, &cause, err))
		return -1;
	if (release_dir_strays(tree_path(check->tree), name_stray, check, err))
		return -1;
	if (check->has_checkpoint && check_believed(check, err))
		return -1;
	return check_learn(check, check->release.checkpoint.head.size, err);
}

/* Decisions 33: does the anchor know these files under some name? */
static int find_in_anchor(struct check *check, bool *out_found, struct error *err)
{
	const struct check_request *request = check->request;
	size_t count = tree_count(check->tree);
	struct digest *file, begin;
	struct error cause = { 0 };
	int failed;

	*out_found = false;
	if (!request->find_files || !request->anchor || !request->anchor_trust || !count)
		return 0;
	file = calloc(count, sizeof(*file));
	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu digests", count);
	failed = bytes_file_digests(check->ctx, check->tree, file, err) ||
		 (request->find_files(request->find_user, file, count, &begin, &cause) &&
		  cause.code != ERROR_ABSENT && error_set(err, cause.code, "%s", cause.text));
	free(file);
	if (failed || cause.code == ERROR_ABSENT)
		return failed ? -1 : 0;
	check->evidence = request->anchor;
	check->trust = request->anchor_trust;
	check->pinned = true;
	if (believe_statement(check->trust, check->evidence, &begin,
			      &(struct expectation){ STATEMENT_checkpoint, NULL },
			      &check->checkpoint, &cause))
		return check_blame(check, STEP_SIGNATURE, "the nearest registered version", true,
				   &cause, err);
	check->has_checkpoint = true;
	*out_found = true;
	return check_seen(check, err) || mark_required(check, &check->checkpoint, err) ||
			       say_signer(check, &check->checkpoint, err)
		       ? -1
		       : 0;
}

/* A rule leaves model.sig out of the tree, and the tree remembers that. */
static bool has_model_signature(const struct check *check)
{
	for (size_t i = 0; i < tree_ignored_count(check->tree); i++)
		if (strcmp(tree_ignored(check->tree, i)->name, "model.sig") == 0)
			return true;
	return false;
}

static int check_plain_folder(struct check *check, struct error *err)
{
	bool found;

	if (find_in_anchor(check, &found, err))
		return -1;
	if (found)
		return check_believed(check, err);
	if (has_model_signature(check))
		return check_unknown_signature(check, err);
	if (verdict_undecided(check->verdict, err,
			      "unsigned, unknown: nothing vouches for these files") ||
	    verdict_set(check->verdict, STEP_SIGNATURE, STEP_NOT_POSSIBLE, err,
			"there is no signature: no akashi/, no model.sig"))
		return -1;
	if (check_unsigned_bytes(check, err))
		return -1;
	return check_forward(check, err) || check_evals(check, err) ? -1 : 0;
}

int check_path(const struct context *ctx, const char *path, const struct check_request *request,
	       struct verdict **out_verdict, struct error *err)
{
	CLEANUP(check_release) struct check check = { .ctx = ctx, .request = request };
	struct tree_options everything = { .everything = true };
	int failed;

	if (verdict_new(path, &check.verdict, err) ||
	    tree_open(path, request->signature.len ? &everything : NULL, &check.tree, err))
		return -1;
	check.verdict->step[STEP_FORWARD].required = forward_is_named(request);
	if (request->signature.len)
		failed = check_foreign_signature(&check, err);
	else if (tree_kind(check.tree) != TREE_FILE && release_dir_exists(path))
		failed = check_release_folder(&check, err);
	else
		failed = check_plain_folder(&check, err);
	if (failed)
		return -1;

	*out_verdict = check.verdict;
	check.verdict = NULL; /* handed over */
	return 0;
}

static int open_objects(struct check *check, const char *label, struct error *err)
{
	check->objects = (struct manifest_objects){ check->manifest, check->evidence };
	return tree_of_objects(label, &check->objects, &check->tree, err);
}

int check_name(const struct context *ctx, const char *name, const struct digest *identity,
	       const struct check_request *request, struct verdict **out_verdict, struct error *err)
{
	CLEANUP(check_release)
	struct check check = {
		.ctx = ctx,
		.request = request,
		.evidence = request->anchor,
		.trust = request->anchor_trust,
		.pinned = true,
	};
	struct error cause = { 0 };
	int failed;

	if (verdict_new(name, &check.verdict, err))
		return -1;
	check.verdict->step[STEP_FORWARD].required = forward_is_named(request);
	failed = believe_statement(check.trust, check.evidence, identity,
				   &(struct expectation){ -1, NULL }, &check.checkpoint, &cause);
	check.has_checkpoint = !failed;
	if (!failed && check.checkpoint.statement.kind == STATEMENT_release) {
		check.release = check.checkpoint;
		check.checkpoint = (struct believed){ 0 };
		check.has_checkpoint = false;
		failed = believe_checkpoint(&check, err);
	}
	if (cause.code)
		failed = check_blame(&check, STEP_SIGNATURE, "the statement", true, &cause, err);
	else if (!failed && check.has_checkpoint) {
		failed = mark_required(&check, &check.checkpoint, err) || check_seen(&check, err) ||
			 (check.has_release && check_standing(&check, &check.release, err)) ||
			 check_standing(&check, &check.checkpoint, err) ||
			 check_age(&check, check.has_release ? &check.release : &check.checkpoint,
				   err) ||
			 say_signer(&check, &check.checkpoint, err) ||
			 check_manifest(&check, err) ||
			 (check.manifest && open_objects(&check, name, err)) ||
			 (check.manifest && check_bytes(&check, err)) ||
			 check_timestamps(&check, err) || check_log(&check, err) ||
			 check_lineage(&check, err) || check_derivations(&check, err) ||
			 check_claims(&check, err) ||
			 /* Without the manifest there is no tree to compute with. */
			 (check.tree && (check_forward(&check, err) || check_evals(&check, err)));
	}
	if (failed)
		return -1;
	*out_verdict = check.verdict;
	check.verdict = NULL; /* handed over */
	return 0;
}
