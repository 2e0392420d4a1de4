/* Artifacts that a Sigstore bundle signs, as a verdict. */
#include "verify/check/sigstore.h"

#include <inttypes.h>

#include "verify/bytes.h"
#include "verify/json.h"
#include "verify/tree.h"
#include "verify/verdict.h"

static int times_say(struct json *object, const struct sigstore_evidence *shown, struct error *err)
{
	struct json *list, *one;
	char text[TIME_TEXT_SIZE];

	if (json_set_array(object, "times", &list, err))
		return -1;
	for (size_t i = 0; i < shown->time_count; i++) {
		time_format(shown->time[i].unix_s, text);
		if (json_add_object(list, &one, err) || json_set_text(one, "time", text, err) ||
		    json_set_text(one, "by", shown->time[i].witness, err))
			return -1;
	}
	return 0;
}

static int signature_say(struct verdict *verdict, const struct sigstore_evidence *shown,
			 struct error *err)
{
	struct json *evidence, *object, *lines;

	if (verdict_evidence(verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_object(evidence, "sigstore", &object, err))
		return -1;
	if (shown->identity && (json_set_text(object, "identity", shown->identity, err) ||
				json_set_text(object, "issuer", shown->issuer, err)))
		return -1;
	if (times_say(object, shown, err) || json_set_array(object, "shown", &lines, err))
		return -1;
	for (size_t i = 0; i < shown->line_count; i++)
		if (json_add_text(lines, shown->line[i], err) ||
		    verdict_detail(verdict, STEP_SIGNATURE, err, "%s", shown->line[i]))
			return -1;
	return 0;
}

int check_sigstore_say(struct verdict *verdict, const struct sigstore_evidence *shown,
		       struct error *err)
{
	struct json *evidence;

	if (signature_say(verdict, shown, err) ||
	    verdict_evidence(verdict, STEP_LOG, &evidence, err) ||
	    json_set_text(evidence, "origin", shown->log, err) ||
	    json_set_size(evidence, "index", shown->log_index, err) ||
	    json_set_size(evidence, "size", shown->tree_size, err))
		return -1;
	return verdict_set(verdict, STEP_LOG, STEP_HOLDS, err,
			   "entry %" PRIu64 " of %s; no witness is asked", shown->log_index,
			   shown->log);
}

/* A bundle that does not hold: who is to blame decides between "fails" and "not possible". */
static int blame(struct verdict *verdict, const struct error *cause, struct error *err)
{
	bool undecided = cause->code == ERROR_UNTRUSTED;

	if (cause->code == ERROR_SYSTEM || cause->code == ERROR_USAGE) {
		*err = *cause;
		return -1;
	}
	if (undecided && verdict_undecided(verdict, err, "the signature: %s", cause->text))
		return -1;
	return verdict_set(verdict, STEP_SIGNATURE, undecided ? STEP_NOT_POSSIBLE : STEP_FAILS, err,
			   "%s", cause->text);
}

static int file_digest(const struct context *ctx, const char *path, struct digest *out_digest,
		       struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;

	if (tree_open(path, NULL, &tree, err))
		return -1;
	if (tree_kind(tree) != TREE_FILE || tree_count(tree) != 1)
		return error_set(err, ERROR_USAGE, "'%s' is no single file", path);
	return bytes_file_digests(ctx, tree, out_digest, err);
}

static int judge(struct verdict *verdict, const struct digest *artifact, struct span bundle,
		 const struct sigstore_trust *trust, bool hashed, struct error *err)
{
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	struct error cause = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(artifact, hex);
	verdict->step[STEP_SIGNATURE].required = true;
	if (sigstore_check(bundle, trust, artifact, &shown, &cause))
		return blame(verdict, &cause, err);
	if (verdict_set(verdict, STEP_BYTES, STEP_HOLDS, err, "%s the one that was signed (%s)",
			hashed ? "the file's SHA-256 is" : "no file was looked at; the digest is",
			hex) ||
	    check_sigstore_say(verdict, &shown, err))
		return -1;
	if (shown.identity)
		return verdict_set(verdict, STEP_SIGNATURE, STEP_HOLDS, err,
				   "signed by '%s', for whom '%s' vouched at the time",
				   shown.identity, shown.issuer);
	return verdict_set(verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			   "signed by the key you named (%s); a key names nobody",
			   public_key_type_name(trust->key));
}

int check_artifact(const struct context *ctx, const char *subject, const char *path,
		   const struct digest *sha256, struct span bundle,
		   const struct sigstore_trust *trust, struct verdict **out_verdict,
		   struct error *err)
{
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct digest artifact;

	if (path && file_digest(ctx, path, &artifact, err))
		return -1;
	if (!path)
		artifact = *sha256;
	if (verdict_new(subject, &verdict, err) ||
	    judge(verdict, &artifact, bundle, trust, path != NULL, err))
		return -1;
	*out_verdict = verdict;
	verdict = NULL; /* handed over */
	return 0;
}
