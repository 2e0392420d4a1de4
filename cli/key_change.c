/* key rotate, key revoke: one key comes, another goes. */
#include "cli/key_change.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/trust.h"

/* ---- rotate ---- */

/* NAME-2 after NAME, NAME-3 after NAME-2. */
static int name_after(const char *name, char out_name[NAME_PART_MAX + 1], struct error *err)
{
	const char *dash = strrchr(name, '-');
	unsigned long number = 1;
	size_t len = strlen(name);
	int written;

	if (dash && dash[1] && strspn(dash + 1, "0123456789") == strlen(dash + 1) &&
	    strlen(dash + 1) < 6) {
		number = strtoul(dash + 1, NULL, 10);
		len = (size_t)(dash - name);
	}
	written = snprintf(out_name, NAME_PART_MAX + 1, "%.*s-%lu", (int)len, name, number + 1);
	if (written < 0 || written > NAME_PART_MAX)
		return error_set(err, ERROR_USAGE, "'%s' is too long a name to go on from: --new",
				 name);
	return 0;
}

/* The new key, made unless it is there. */
static int key_new(const struct call *call, const char *name, enum signing_type type,
		   struct signing_key **out_key, struct error *err)
{
	struct error absent = { 0 };

	if (!signing_key_open(call->ctx, name, out_key, &absent))
		return 0;
	if (absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (signing_key_generate(call->ctx, name, type, NULL, err))
		return -1;
	context_notice(call->ctx, "made the signing key '%s', not encrypted", name);
	return signing_key_open(call->ctx, name, out_key, err);
}

/* Names, kinds and roles of the key that goes, for the one that comes. */
static int admission_after(const struct policy *policy, const struct digest *old,
			   const struct public_key *key, struct policy_admission *add,
			   struct error *err)
{
	const struct policy_key *listed = policy_key_find(policy, old);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(old, hex);
	if (!listed)
		return error_set(err, ERROR_USAGE, "the policy does not list the key %s", hex);
	*add = (struct policy_admission){ .key = key,
					  .names = (const char *const *)listed->name,
					  .name_count = listed->name_count,
					  .kinds = (const char *const *)listed->kind,
					  .kind_count = listed->kind_count };
	return 0;
}

static int rotate(const struct call *call, struct registry *registry, const char *old_name,
		  const char *new_name, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *old = NULL, *new = NULL;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };
	const char *signer[2] = { old_name, new_name };
	struct policy_admission add;
	struct policy_change change = { .add = &add };
	const struct policy *policy;
	bool root;

	if (signing_key_open(call->ctx, old_name, &old, err) ||
	    key_new(call, new_name, old->type, &new, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	policy = trust_policy(&trust.anchor[0]);
	change.end = public_key_id(old->public_key);
	root = policy_is_root(policy, change.end);
	if (admission_after(policy, change.end, new->public_key, &add, err) ||
	    policy_draft_make(registry, &change, &draft, err))
		return -1;
	if (!root) { /* the roots sign: the registry's own key is asked */
		if (registry_key_name(registry, call_value(call, "key"), &signer[0], err))
			return -1;
	}
	return trust_draft_finish(call, registry, &draft, signer, root ? 2 : 1,
				  call_value(call, "out"), err);
}

static int rotate_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(text_free) char *user = NULL; /* a copy: the setting changes below */
	char next[NAME_PART_MAX + 1];
	const char *set = NULL, *old, *name = call_value(call, "new");

	if (call_has(call, "finish") && !call_has(call, "log"))
		return error_set(err, ERROR_USAGE, "--finish belongs to --log");
	if (open_registry(call, &registry, err))
		return -1;
	if (call_has(call, "log"))
		return key_rotate_log(call, registry, err);
	if (registry_key_name(registry, NULL, &set, err))
		return -1;
	user = strdup(set);
	if (!user)
		return error_set(err, ERROR_SYSTEM, "out of memory for a key's name");
	old = call->operand_count ? call->operand[0] : user;
	if (!name && name_after(old, next, err))
		return -1;
	if (!name)
		name = next;
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would let the key %s take the place of %s", name, old);
		return 0;
	}
	if (rotate(call, registry, old, name, err))
		return -1;
	if (call_value(call, "out") || strcmp(old, user) != 0)
		return 0;
	if (registry_configure(registry, SETTING_USER_KEY, name, err))
		return -1;
	if (!call->quiet && !call->json)
		output_line(stdout, "statements are signed by %s from now on; %s may be destroyed",
			    name, old);
	return 0;
}

static const struct option rotate_options[] = {
	{ .name = "new",
	  .argument = "NAME",
	  .help = "the key that comes, made when there is none of that name; otherwise NAME-2, "
		  "NAME-3 ..." },
	{ .name = "key",
	  .argument = "NAME",
	  .help = "where the key that goes is no root: the root that signs the policy; otherwise "
		  "the registry's user.key" },
	{ .name = "out",
	  .argument = "DRAFT",
	  .help = "write the policy to a file, for other roots to sign, and log nothing" },
	{ .name = "log",
	  .help = "the key of the log: another is made, signs beside it, and the policy lists "
		  "both" },
	{ .name = "finish",
	  .help = "with --log: the policy lists the new key alone, and the old one is retired and "
		  "removed" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example rotate_examples[] = {
	{ "akashi key rotate", "the registry's key is replaced by a new one" },
	{ "akashi key rotate --log", "the log gets a second key, and the policy lists both" },
	{ "akashi key rotate --log --finish", "the first one goes" },
	{ NULL, NULL },
};

const struct command key_rotate_command = {
	.name = "rotate",
	.summary = "let a new key take the place of one",
	.synopsis = "[NAME] [--new NAME]|--log [--finish]",
	.description =
		"Logs the next version of the policy: the new key may what the old one may, and "
		"the old one counts for what the log holds now and for no more. What it signed "
		"stays good. Both sign where the old one is a root. After a theft use akashi key "
		"revoke instead.",
	.options = rotate_options,
	.examples = rotate_examples,
	.operands_max = 1,
	.run = rotate_run,
};

/* ---- revoke ---- */

int key_change_about(const struct call *call, const char *text, struct digest *out_id,
		     struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct error no = { 0 };

	if (strlen(text) == 2 * DIGEST_SIZE && !digest_from_hex(span_of(text), out_id, &no))
		return 0;
	if (signing_key_open(call->ctx, text, &key, err))
		return error_prefix(err, "neither a KEY of 64 digits nor a key of yours");
	*out_id = *public_key_id(key->public_key);
	return 0;
}

static int print_revoked(const struct call *call, const struct digest *about, uint64_t last,
			 const struct statement_made *made, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(about, hex);
	if (call->json)
		return json_object_new(&object, err) ||
				       json_set_text(object, "schema", "akashi/revocation/1",
						     err) ||
				       json_set_hex(object, "key", about, err) ||
				       json_set_size(object, "last", last, err) ||
				       json_set_digest(object, "statement", &made->identity, err) ||
				       json_set_size(object, "index", made->log_index, err) ||
				       output_json(object, err)
			       ? -1
			       : 0;
	if (!call->quiet)
		output_line(stdout,
			    "revoked the key %s above entry %" PRIu64 " (logged at %" PRIu64
			    "); whoever takes it in (akashi trust update) is bound by it",
			    hex, last, made->log_index);
	return 0;
}

static int revoke_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	const char *reason = call_value(call, "reason"), *name = NULL;
	struct statement_made made;
	struct digest about;
	uint64_t last;

	if (!reason || !call_has(call, "last"))
		return error_set(err, ERROR_USAGE,
				 "--last INDEX and --reason TEXT are needed: which entry is the "
				 "last that counts, and why");
	if (call_number(call, "last", 0, &last, err) || open_registry(call, &registry, err) ||
	    key_change_about(call, call->operand[0], &about, err))
		return -1;
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would revoke %s above entry %" PRIu64, call->operand[0], last);
		return 0;
	}
	return registry_key_name(registry, call_value(call, "key"), &name, err) ||
			       signing_key_open(call->ctx, name, &key, err) ||
			       registry_revoke(registry, key, &about, last, reason, &made, err) ||
			       print_revoked(call, &about, last, &made, err)
		       ? -1
		       : 0;
}

static const struct option revoke_options[] = {
	{ .name = "last",
	  .argument = "INDEX",
	  .help = "the last entry of the log at which the key counts; below the log's size" },
	{ .name = "reason", .argument = "TEXT", .help = "why; everybody will read it" },
	{ .name = "key",
	  .argument = "NAME",
	  .help = "the recovery key of yours that signs; otherwise the registry's user.key" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example revoke_examples[] = {
	{ "akashi key revoke tester --last 41 --reason 'laptop stolen' --key recovery",
	  "what tester signed above entry 41 no longer counts" },
	{ NULL, NULL },
};

const struct command key_revoke_command = {
	.name = "revoke",
	.summary = "say that a key no longer counts",
	.synopsis = "KEY|NAME --last INDEX --reason TEXT",
	.description =
		"Signed by a recovery key (by a root where the policy names none), logged, and "
		"binding for whoever holds it. It can be followed by one with a lower entry, and "
		"by nothing that takes it back.",
	.options = revoke_options,
	.examples = revoke_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = revoke_run,
};
