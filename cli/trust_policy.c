/* trust policy, trust sign: the registry's own policy, shown and changed. */
#include "cli/trust.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/key_change.h"
#include "cli/open.h"
#include "cli/output.h"

#define DAY_S 86400u

/* ---- Shown ---- */

static void print_list(const char *before, char *const *text, size_t count)
{
	printf("%s", before);
	for (size_t i = 0; i < count; i++) {
		printf(" ");
		output_text(stdout, text[i]);
	}
}

static void print_key(const struct policy_chain *chain, const struct policy *policy,
		      const struct policy_key *key)
{
	const struct digest *id = public_key_id(key->key);
	const struct policy_revocation *revocation = policy_chain_revocation(chain, id);
	uint64_t last = policy_chain_last(chain, id);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(id, hex);
	printf("key %s  %s%s%s\n", hex, public_key_type_name(key->key),
	       policy_is_root(policy, id) ? ", root" : "",
	       policy_may_revoke(policy, id) ? ", may revoke" : "");
	print_list("    names", key->name, key->name_count);
	print_list("; kinds", key->kind, key->kind_count);
	printf("; counts from entry %" PRIu64, key->first);
	if (last != UINT64_MAX)
		printf(" to %" PRIu64, last);
	printf("\n");
	if (revocation)
		output_line(stdout, "    revoked above entry %" PRIu64 ": %s", revocation->last,
			    revocation->reason);
}

static void print_rules(const struct policy *policy)
{
	char age[TIME_TEXT_MAX];

	for (size_t i = 0; i < policy->signers_count; i++) {
		printf("signers of ");
		output_text(stdout, policy->signers[i].names);
		print_list(" of kind", policy->signers[i].kind, policy->signers[i].kind_count);
		printf(": %" PRIu64 " distinct keys\n", policy->signers[i].threshold);
	}
	for (size_t i = 0; i < policy->rule_count; i++) {
		printf("required for ");
		output_text(stdout, policy->rule[i].names);
		print_list(":", policy->rule[i].step, policy->rule[i].step_count);
		printf("\n");
	}
	for (size_t i = 0; i < policy->log_count; i++) {
		char vkey[NOTE_VKEY_MAX];

		note_key_format(&policy->log[i], vkey);
		output_line(stdout, "log key %s", vkey);
	}
	if (policy->witnesses) {
		struct witness_quorum quorum = witness_policy_quorum(policy->witnesses);

		printf("witnesses: %zu of %zu\n", quorum.needed, quorum.witnesses);
	}
	if (policy->maximum_age) {
		age_to_text((int64_t)policy->maximum_age, age);
		printf("maximum age: %s\n", age);
	}
}

static int print_policy(const struct call *call, struct registry *registry, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(json_free) struct json *object = NULL, *predicate = NULL;
	const struct policy_version *newest;
	const struct policy_chain *chain;

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	chain = &trust.anchor[0].chain;
	newest = policy_chain_newest(chain);
	if (call->json)
		return json_object_new(&object, err) ||
				       json_set_text(object, "schema", "akashi/policy/1", err) ||
				       json_set_digest(object, "statement", &newest->identity,
						       err) ||
				       json_set_size(object, "index", newest->index, err) ||
				       registry_policy_json(registry, &predicate, err) ||
				       json_set_take(object, "policy", &predicate, err) ||
				       output_json(object, err)
			       ? -1
			       : 0;
	output_line(stdout,
		    "policy of %s, version %" PRIu64 ", in force from entry %" PRIu64
		    "; the next needs %" PRIu64 " of %zu roots",
		    newest->policy.origin, newest->policy.version, newest->index,
		    newest->policy.threshold, newest->policy.root_count);
	for (size_t i = 0; i < newest->policy.key_count; i++)
		print_key(chain, &newest->policy, &newest->policy.key[i]);
	print_rules(&newest->policy);
	return 0;
}

/* ---- Changed ---- */

int trust_draft_finish(const struct call *call, struct registry *registry,
		       struct policy_draft *draft, const char *const *keys, size_t count,
		       const char *out, struct error *err)
{
	struct error lacking = { 0 };
	uint64_t index;

	for (size_t i = 0; i < count; i++) {
		CLEANUP(signing_key_close) struct signing_key *key = NULL;

		if (signing_key_open(call->ctx, keys[i], &key, err) ||
		    policy_draft_sign(registry, draft, key, err))
			return -1;
	}
	if (call_has(call, "dry-run")) {
		CLEANUP(buffer_release) struct buffer text;

		buffer_init(&text, POLICY_DRAFT_MAX_BYTES);
		if (json_write_pretty(draft->statement.predicate, &text, err))
			return -1;
		fwrite(text.data, 1, text.len, stdout);
		return 0;
	}
	if (out) {
		if (policy_draft_write(draft, out, err))
			return -1;
		if (policy_draft_ready(registry, draft, &lacking) &&
		    lacking.code != ERROR_UNTRUSTED)
			return error_set(err, lacking.code, "%s", lacking.text);
		output_line(stdout, "wrote version %" PRIu64 " to %s, with %zu signature%s%s%s",
			    draft->policy.version, out, draft->count, draft->count == 1 ? "" : "s",
			    lacking.code ? "; not enough yet: "
					 : "; enough: akashi trust policy --log ",
			    lacking.code ? lacking.text : out);
		return 0;
	}
	if (policy_draft_log(registry, draft, &index, err)) {
		if (err->code == ERROR_UNTRUSTED)
			error_prefix(err, "nothing was logged (with --out FILE others can sign it "
					  "first)");
		return -1;
	}
	if (!call->quiet && !call->json)
		output_line(stdout, "policy version %" PRIu64 " is in force from entry %" PRIu64,
			    draft->policy.version, index);
	return 0;
}

/* "30d", "12h" or seconds. */
static int age_parse(const char *text, uint64_t *out_seconds, struct error *err)
{
	char *end = NULL;
	unsigned long long number = strtoull(text, &end, 10);
	uint64_t unit = strcmp(end, "d") == 0   ? DAY_S
			: strcmp(end, "h") == 0 ? 3600u
			: *end                  ? 0
						: 1;

	if (!unit || end == text || text[0] == '-' || number > POLICY_AGE_MAX / unit)
		return error_set(err, ERROR_USAGE, "'%s' is no age: seconds, or as in 30d, 12h",
				 text);
	*out_seconds = number * unit;
	return 0;
}

/* What the options ask for. Owned. */
struct asked {
	struct policy_change change;
	struct policy_admission add;
	struct public_key *key;
	struct json *whole;
	struct buffer witnesses;
	struct digest end;
	const char **names, **kinds, **signers;
	size_t signer_count;
	bool any;
};

static void asked_release(struct asked *asked)
{
	public_key_free(&asked->key);
	json_free(&asked->whole);
	buffer_release(&asked->witnesses);
	free(asked->names);
	free(asked->kinds);
	free(asked->signers);
}

static int ask_keys(const struct call *call, struct asked *asked, struct error *err)
{
	const char *add = call_value(call, "add-key"), *end = call_value(call, "end-key");

	if (!add && (call_has(call, "names") || call_has(call, "kinds") || call_has(call, "root") ||
		     call_has(call, "recovery")))
		return error_set(err, ERROR_USAGE,
				 "--names, --kinds, --root and --recovery belong to --add-key");
	if (add) {
		if (open_public_key(call, add, &asked->key, err) ||
		    call_values(call, "names", &asked->names, &asked->add.name_count, err) ||
		    call_values(call, "kinds", &asked->kinds, &asked->add.kind_count, err))
			return -1;
		asked->add.key = asked->key;
		asked->add.names = asked->names;
		asked->add.kinds = asked->kinds;
		asked->add.root = call_has(call, "root");
		asked->add.recovery = call_has(call, "recovery");
		asked->change.add = &asked->add;
	}
	if (end) {
		if (key_change_about(call, end, &asked->end, err))
			return -1;
		asked->change.end = &asked->end;
	}
	asked->any = add || end;
	return 0;
}

/* The policy in a file: by itself, or as `trust policy --json` prints it, with nothing more. */
static int whole_find(struct asked *asked, struct error *err)
{
	static const char *const printed[] = { "schema", "statement", "index", "policy" };
	struct json_members at = { 0 };

	asked->change.whole = json_member(asked->whole, "policy");
	if (!asked->change.whole) {
		asked->change.whole = asked->whole;
		return 0;
	}
	while (json_next(asked->whole, &at)) {
		bool known = false;

		for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
			known = known || strcmp(at.key, printed[i]) == 0;
		if (!known)
			return error_set(err, ERROR_USAGE,
					 "'%s' stands beside 'policy', and belongs in it", at.key);
	}
	return 0;
}

static int ask_rest(const struct call *call, struct asked *asked, struct error *err)
{
	const char *file = call_value(call, "edit"), *age = call_value(call, "maximum-age");
	const char *witnesses = call_value(call, "witnesses");
	CLEANUP(buffer_release) struct buffer text;
	struct json_limits limits = { .max_bytes = POLICY_DRAFT_MAX_BYTES, .max_depth = 16 };

	buffer_init(&text, POLICY_DRAFT_MAX_BYTES);
	if (file && (file_read(file, &text, err) ||
		     json_parse(buffer_view(&text), &limits, &asked->whole, err)))
		return error_prefix(err, "'%s'", file);
	if (file && whole_find(asked, err))
		return error_prefix(err, "'%s'", file);
	if (call_number(call, "threshold", 0, &asked->change.threshold, err) ||
	    (age && age_parse(age, &asked->change.maximum_age, err)))
		return -1;
	asked->change.has_maximum_age = age != NULL;
	if (witnesses) {
		uint8_t nul = 0;

		if (strcmp(witnesses, "none") != 0 && file_read(witnesses, &asked->witnesses, err))
			return -1;
		if (buffer_add(&asked->witnesses, (struct span){ &nul, 1 }, err))
			return -1;
		asked->change.witnesses = (const char *)asked->witnesses.data;
	}
	asked->any = asked->any || file || age || witnesses || call_has(call, "threshold");
	return 0;
}

static int asked_read(const struct call *call, struct registry *registry, struct asked *asked,
		      struct error *err)
{
	buffer_init(&asked->witnesses, WITNESS_POLICY_MAX_BYTES + 1);
	if (ask_keys(call, asked, err) || ask_rest(call, asked, err) ||
	    call_values(call, "key", &asked->signers, &asked->signer_count, err))
		return -1;
	if (asked->signer_count)
		return 0;
	/* Nobody was named: the registry's own key signs. */
	free(asked->signers);
	asked->signers = calloc(2, sizeof(*asked->signers));
	if (!asked->signers)
		return error_set(err, ERROR_SYSTEM, "out of memory for a key's name");
	asked->signer_count = 1;
	return registry_key_name(registry, NULL, &asked->signers[0], err);
}

static int policy_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };
	CLEANUP(asked_release) struct asked asked = { .any = false };
	const char *log = call_value(call, "log");

	if (open_registry(call, &registry, err))
		return -1;
	if (log)
		return policy_draft_read(registry, log, &draft, err) ||
				       trust_draft_finish(call, registry, &draft, NULL, 0, NULL,
							  err)
			       ? -1
			       : 0;
	if (asked_read(call, registry, &asked, err))
		return -1;
	if (!asked.any)
		return print_policy(call, registry, err);
	return policy_draft_make(registry, &asked.change, &draft, err) ||
			       trust_draft_finish(call, registry, &draft, asked.signers,
						  asked.signer_count, call_value(call, "out"), err)
		       ? -1
		       : 0;
}

static int sign_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };
	const char *key = NULL, *path = call->operand[0];

	if (open_registry(call, &registry, err) ||
	    registry_key_name(registry, call_value(call, "key"), &key, err) ||
	    policy_draft_read(registry, path, &draft, err))
		return -1;
	return trust_draft_finish(call, registry, &draft, &key, 1, path, err);
}

static const struct option policy_options[] = {
	{ .name = "edit",
	  .argument = "FILE",
	  .help = "take this policy in the place of the present one: JSON as --json prints it, "
		  "changed as you like; version and previous are set for you" },
	{ .name = "add-key",
	  .argument = "PEM|NAME",
	  .help = "admit a public key, or one of your own" },
	{ .name = "names",
	  .argument = "GLOB",
	  .repeatable = true,
	  .help = "with --add-key: names that it may sign for (* also matches /); otherwise all" },
	{ .name = "kinds",
	  .argument = "KIND",
	  .repeatable = true,
	  .help = "with --add-key: kinds of statements that it may sign; otherwise all" },
	{ .name = "root", .help = "with --add-key: it may sign policies" },
	{ .name = "recovery", .help = "with --add-key: it may revoke keys" },
	{ .name = "end-key",
	  .argument = "KEY|NAME",
	  .help = "let this key count for what the log holds now and for no more" },
	{ .name = "threshold", .argument = "K", .help = "so many roots must sign the next policy" },
	{ .name = "witnesses",
	  .argument = "FILE",
	  .help = "ask for cosignatures by this C2SP tlog-policy text; none asks for none" },
	{ .name = "maximum-age",
	  .argument = "AGE",
	  .help = "that nothing is newer must be shown by a state of the log that witnesses saw at "
		  "most so long ago (seconds, 30d, 12h; akashi log state signs one); 0 for any" },
	{ .name = "key",
	  .argument = "NAME",
	  .repeatable = true,
	  .help = "sign with this key of yours, once for each; otherwise the registry's user.key" },
	{ .name = "out",
	  .argument = "DRAFT",
	  .help = "write it to a file, for others to sign, and log nothing" },
	{ .name = "log", .argument = "DRAFT", .help = "log a draft that enough have signed" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example policy_examples[] = {
	{ "akashi trust policy", "who may sign what here, today" },
	{ "akashi trust policy --add-key ci.pem --names 'llm-x/*' --kinds checkpoint",
	  "admit a key for one family of names" },
	{ "akashi trust policy --threshold 2 --out next.json", "a draft for several to sign" },
	{ NULL, NULL },
};

const struct command trust_policy_command = {
	.name = "policy",
	.summary = "show or change the policy of this registry",
	.synopsis = "[OPTION]...",
	.description =
		"Without options that change it, prints the policy in force. Otherwise makes the "
		"next version, signs it and logs it. It is in force once the thresholds of the "
		"present version and of its own are met; where one key does not suffice, --out "
		"writes a draft that the others sign (akashi trust sign) before --log.",
	.options = policy_options,
	.examples = policy_examples,
	.run = policy_run,
};

static const struct option sign_options[] = { OPTION_KEY, { .name = NULL } };

const struct command trust_sign_command = {
	.name = "sign",
	.summary = "sign the draft of a policy",
	.synopsis = "DRAFT [--key NAME]",
	.description = "Adds a signature to a draft that akashi trust policy --out wrote. Read it "
		       "first: akashi trust policy --log DRAFT --dry-run prints it.",
	.options = sign_options,
	.operands_min = 1,
	.operands_max = 1,
	.run = sign_run,
};
