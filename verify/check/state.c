/* What the log's signed state says about the name and the key: that there is no other meaning, and
 * no revocation, as of an entry. Without a state neither can be said. */
#include "verify/check/parts.h"

#include <stdio.h>
#include <string.h>

#include "verify/stated.h"

/* 0 iff the state has the checkpoint's name for exactly the checkpoint's statement. */
static int name_ask(const struct check *check, const struct stated *stated, struct error *err)
{
	CLEANUP(text_free) char *key = NULL;
	const struct json *proof, *value;
	struct digest statement;

	if (state_claim_key(&check->checkpoint.statement.name, 0, &key, err))
		return -1;
	proof = stated_proof(stated, key);
	if (!proof)
		return error_set(err, ERROR_ABSENT, "no proof about this name lies beside it");
	if (stated->said.size <= check->checkpoint.claim_index)
		return error_set(err, ERROR_ABSENT,
				 "the log's state that was signed is older than the claim");
	if (state_ask(&stated->said, proof, key, &value, err)) {
		/* Shows nothing, so nothing against it either. */
		err->code = err->code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_UNTRUSTED;
		return -1;
	}
	if (!value || json_need_digest(value, "statement", &statement, err))
		return error_set(err, ERROR_CORRUPT,
				 "the log's signed state does not have this name, which was "
				 "claimed before");
	if (!digest_equal(&statement, &check->checkpoint.identity))
		return error_set(err, ERROR_CORRUPT,
				 "the log's signed state has this name for another statement, "
				 "which claimed it first");
	return 0;
}

/* Did anybody say, in the entries covered, that this key was revoked? */
static int key_ask(const struct stated *stated, const struct digest *id, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], prefix[2 * DIGEST_HEX_SIZE];
	const struct json *proof;
	bool any;

	digest_to_hex(id, hex);
	snprintf(prefix, sizeof(prefix), "revocation:%s.", hex);
	proof = stated_proof(stated, prefix);
	if (!proof)
		return error_set(err, ERROR_ABSENT, "no proof about its key lies beside it");
	if (state_ask_any(&stated->said, proof, prefix, &any, err))
		return -1;
	return any ? error_set(err, ERROR_UNTRUSTED,
			       "somebody said that its key was revoked; whether that counts is for "
			       "the policy")
		   : 0;
}

static int name_say(struct check *check, const struct stated *stated, const char *name,
		    struct error *cause, struct json *evidence, struct error *err)
{
	bool holds = cause->code == ERROR_NONE;
	unsigned long long claim = (unsigned long long)check->checkpoint.claim_index;

	if (cause->code == ERROR_SYSTEM) {
		*err = *cause;
		return -1;
	}
	if (json_set_text(evidence, "unique",
			  holds                          ? "holds"
			  : cause->code == ERROR_CORRUPT ? "fails"
							 : "not-possible",
			  err))
		return -1;
	if (holds)
		return verdict_detail(check->verdict, STEP_CLAIMS, err,
				      "%s is claimed by log entry %llu, and no other statement has "
				      "this name as of the log's state at %llu entries (signed as "
				      "entry %llu)",
				      name, claim, (unsigned long long)stated->said.size,
				      (unsigned long long)stated->believed.index);
	if (cause->code == ERROR_CORRUPT)
		return verdict_set(check->verdict, STEP_CLAIMS, STEP_FAILS, err, "%s: %s", name,
				   cause->text);
	if (cause->code == ERROR_ABSENT)
		return verdict_detail(
			check->verdict, STEP_CLAIMS, err,
			"%s is claimed by log entry %llu; that no earlier entry "
			"claims it is not possible to say without the whole log or its "
			"signed state",
			name, claim);
	return verdict_detail(check->verdict, STEP_CLAIMS, err,
			      "%s is claimed by log entry %llu; that no earlier entry claims it is "
			      "not possible to say by the state of the log that lies beside it: %s",
			      name, claim, cause->text);
}

static int key_say(struct check *check, const struct stated *stated, struct error *cause,
		   struct json *evidence, struct error *err)
{
	if (cause->code == ERROR_SYSTEM) {
		*err = *cause;
		return -1;
	}
	if (json_set_text(evidence, "keyNotRevoked",
			  cause->code == ERROR_NONE ? "holds" : "not-possible", err))
		return -1;
	if (cause->code != ERROR_NONE)
		return verdict_detail(check->verdict, STEP_CLAIMS, err,
				      "that its key was not revoked is not possible to say: %s",
				      cause->text);
	return verdict_detail(check->verdict, STEP_CLAIMS, err,
			      "nobody had revoked its key as of the log's state at %llu entries",
			      (unsigned long long)stated->said.size);
}

int check_state(struct check *check, const char *name, struct json *evidence, struct error *err)
{
	CLEANUP(stated_release) struct stated stated = { .file = NULL };
	struct error cause = { 0 }, key = { 0 };

	if (stated_read(check->trust, check->evidence, check->checkpoint.statement.origin, NULL, 0,
			&stated, &cause)) {
		/* What lies beside a release and does not hold is no reason to fail it: as if
		 * absent. */
		if (cause.code == ERROR_CORRUPT)
			cause.code = ERROR_UNTRUSTED;
		return name_say(check, &stated, name, &cause, evidence, err);
	}
	if (json_set_digest(evidence, "state", &stated.believed.identity, err) ||
	    json_set_size(evidence, "stateSize", stated.said.size, err) ||
	    json_set_size(evidence, "stateIndex", stated.believed.index, err))
		return -1;
	if (!name_ask(check, &stated, &cause))
		cause.code = ERROR_NONE;
	if (name_say(check, &stated, name, &cause, evidence, err))
		return -1;
	(void)!key_ask(&stated, &check->checkpoint.key, &key);
	return key_say(check, &stated, &key, evidence, err);
}
