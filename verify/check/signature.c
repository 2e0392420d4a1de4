/* OpenSSF signatures over directories: the release's own, one named by hand, one of an unknown key.
 */
#include "verify/check/evals.h"
#include "verify/check/parts.h"

#include <string.h>

#include "verify/manifest.h"
#include "verify/modelsig/certificate.h"
#include "verify/check/sigstore.h"
#include "verify/release_dir.h"
#include "verify/time_text.h"

static int signature_read(struct check *check, struct buffer *out, struct error *err)
{
	return release_dir_file(tree_path(check->tree), "model.sig", MODELSIG_MAX_BYTES, out, err);
}

/* The policy's key that signed the release statement. */
static int signer_key(struct check *check, struct public_key **out_key, struct error *err)
{
	const struct policy_key *listed =
		policy_chain_key(&check->release.anchor->chain, &check->release.key);

	if (!listed)
		return error_set(err, ERROR_UNTRUSTED, "the policy does not list the signer's key");
	return public_key_from_der(public_key_der(listed->key), out_key, err);
}

/* What model.sig lists must be what the manifest says, and all of it (decisions 15). */
static int agree_with_manifest(const struct check *check, const struct modelsig *signature,
			       struct error *err)
{
	if (signature->shard_size)
		return error_set(err, ERROR_CORRUPT,
				 "model.sig signs shards, and a release's signs whole files");
	for (size_t i = 0; i < signature->file_count; i++) {
		const struct modelsig_file *listed = &signature->file[i];
		const struct manifest_file *file = manifest_find(check->manifest, listed->path);
		struct any_digest known = { .len = 0 };

		if (file)
			known = any_digest_of(&file->sha256);
		if (file && !any_digest_equal(&known, &listed->digest))
			return error_set(err, ERROR_CORRUPT,
					 "model.sig and the manifest disagree about '%s'",
					 listed->path);
		if (!file)
			return error_set(err, ERROR_CORRUPT,
					 "model.sig signs '%s', which is not in the manifest",
					 listed->path);
	}
	for (size_t i = 0; i < check->manifest->file_count; i++) {
		const char *path = check->manifest->file[i].path;

		if (!modelsig_ignores(signature, path) && !modelsig_find(signature, path))
			return error_set(err, ERROR_CORRUPT, "model.sig does not sign '%s'", path);
	}
	return 0;
}

int check_model_signature(struct check *check, struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	CLEANUP(buffer_release) struct buffer bundle;
	struct digest root;
	struct error cause = { 0 };

	buffer_init(&bundle, MODELSIG_MAX_BYTES);
	if (!check->manifest)
		return 0;
	if (json_need_hex(check->release.statement.predicate, "modelSignatureRoot", &root,
			  &cause) ||
	    signature_read(check, &bundle, &cause) || signer_key(check, &key, &cause) ||
	    modelsig_check(buffer_view(&bundle), key, 0, &signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "model.sig", true, &cause, err);
	if (!digest_equal(&root, &signature.root))
		error_set(&cause, ERROR_CORRUPT, "it signs another root than the release names");
	if (cause.code || agree_with_manifest(check, &signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "model.sig", true, &cause, err);
	return verdict_detail(check->verdict, STEP_SIGNATURE, err,
			      "model.sig: %zu files, the same key, equal to the signed manifest%s",
			      signature.file_count,
			      check->report && check->report->rehashed
				      ? "; whole-file digests were computed again"
				      : "");
}

/* What the signature is, for machines. */
static int signature_evidence(struct check *check, const struct modelsig *signature,
			      struct error *err)
{
	struct json *evidence, *openssf, *list;

	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_object(evidence, "openssf", &openssf, err) ||
	    json_set_text(openssf, "predicate",
			  signature->form == MODELSIG_V1 ? "signature/v1.0" : "Digests/v0.1",
			  err) ||
	    json_set_bool(openssf, "encodingBeforeV1", signature->pre_v1, err) ||
	    json_set_text(openssf, "method", signature->shard_size ? "shards" : "files", err) ||
	    (signature->shard_size &&
	     json_set_size(openssf, "shardSize", signature->shard_size, err)) ||
	    json_set_text(openssf, "hash", hash_kind_name(signature->hash), err) ||
	    json_set_bool(openssf, "allowSymlinks", signature->allow_symlinks, err) ||
	    json_set_bool(openssf, "ordered", signature->sorted, err) ||
	    json_set_hex(openssf, "root", &signature->root, err) ||
	    json_set_text(openssf, "name", signature->name, err) ||
	    json_set_array(openssf, "ignorePaths", &list, err))
		return -1;
	for (size_t i = 0; i < signature->ignored_count; i++)
		if (json_add_text(list, signature->ignored[i], err))
			return -1;
	if (!signature->sorted &&
	    verdict_detail(check->verdict, STEP_SIGNATURE, err,
			   "its files are not listed in the specification's order, which changes "
			   "nothing here"))
		return -1;
	return signature->pre_v1
		       ? verdict_detail(check->verdict, STEP_SIGNATURE, err,
					"signed in the encoding of before v1.0, which you allowed")
		       : 0;
}

enum { FOLDER_LINES_MAX = 8 };

/*
 * How many files from `first` on lie in one folder at the top and are left out for one
 * reason: a .git or a folder of attestations, of whose thousand files people want one line.
 */
static size_t folder_length(const struct modelsig_report *report, size_t first)
{
	const struct modelsig_uncovered *file = &report->uncovered[first];
	size_t top = strcspn(file->path, "/"), count = 1;

	if (!file->path[top] || !file->accepted || file->gap == MODELSIG_GAP_UNSIGNED)
		return 1;
	while (first + count < report->uncovered_count && file[count].gap == file->gap &&
	       strncmp(file[count].path, file->path, top + 1) == 0)
		count++;
	return count;
}

/* For people. */
static int say_uncovered(struct check *check, const struct modelsig_report *report,
			 struct error *err)
{
	for (size_t i = 0; i < report->uncovered_count; i++) {
		const struct modelsig_uncovered *file = &report->uncovered[i];
		size_t together = folder_length(report, i);

		if (together > FOLDER_LINES_MAX) {
			if (verdict_detail(check->verdict, STEP_BYTES, err,
					   "%.*s/: %zu files not covered by the signature (%s)",
					   (int)strcspn(file->path, "/"), file->path, together,
					   modelsig_gap_text(file->gap)))
				return -1;
			i += together - 1;
			continue;
		}
		if (verdict_detail(check->verdict, STEP_BYTES, err,
				   "%s: not covered by the signature (%s%s)", file->path,
				   modelsig_gap_text(file->gap),
				   file->accepted && file->gap == MODELSIG_GAP_UNSIGNED
					   ? ", and you ignore what is unsigned"
					   : ""))
			return -1;
	}
	return 0;
}

/* Every file: what is wrong with it, or why it is not covered. */
static int say_files(struct check *check, const struct modelsig_report *report, struct error *err)
{
	struct json *evidence, *list, *one;

	for (size_t i = 0; i < report->listed_count; i++)
		if (report->listed[i].why &&
		    verdict_detail(check->verdict, STEP_BYTES, err, "%s: %s",
				   report->listed[i].path, report->listed[i].why))
			return -1;
	if (verdict_evidence(check->verdict, STEP_BYTES, &evidence, err) ||
	    json_set_size(evidence, "filesSigned", report->listed_count, err) ||
	    json_set_size(evidence, "filesHold", report->hold, err) ||
	    json_set_size(evidence, "filesDiffer", report->differ + report->refused, err) ||
	    json_set_size(evidence, "filesMissing", report->missing, err) ||
	    json_set_array(evidence, "uncovered", &list, err))
		return -1;
	for (size_t i = 0; i < report->uncovered_count; i++) {
		const struct modelsig_uncovered *file = &report->uncovered[i];

		if (json_add_object(list, &one, err) ||
		    json_set_text(one, "path", file->path, err) ||
		    json_set_text(one, "why", modelsig_gap_name(file->gap), err) ||
		    json_set_bool(one, "accepted", file->accepted, err))
			return -1;
	}
	return say_uncovered(check, report, err);
}

/* The first file that fails, which becomes the step's sentence. */
static int say_failures(struct check *check, const struct modelsig_report *report,
			struct error *err)
{
	for (size_t i = 0; i < report->listed_count; i++) {
		const struct modelsig_listed *listed = &report->listed[i];

		if ((listed->state == MODELSIG_DIFFERS || listed->state == MODELSIG_REFUSED) &&
		    verdict_set(check->verdict, STEP_BYTES, STEP_FAILS, err, "'%s' %s",
				listed->path, listed->why))
			return -1;
	}
	for (size_t i = 0; i < report->uncovered_count; i++) {
		const struct modelsig_uncovered *file = &report->uncovered[i];
		bool bad = !file->accepted &&
			   (file->gap == MODELSIG_GAP_LINK || file->gap == MODELSIG_GAP_LINK_AWAY ||
			    file->gap == MODELSIG_GAP_OTHER);

		if (bad && verdict_set(check->verdict, STEP_BYTES, STEP_FAILS, err, "'%s' is %s",
				       file->path, modelsig_gap_text(file->gap)))
			return -1;
	}
	return 0;
}

/* The bytes step from what a checked signature lists. */
static int check_listed_files(struct check *check, const struct tree *tree,
			      const struct modelsig *signature, struct span itself,
			      struct error *err)
{
	CLEANUP(modelsig_report_release) struct modelsig_report report = { 0 };
	const struct check_request *request = check->request;
	struct modelsig_terms terms = { .ignored = request->ignored,
					.ignored_count = request->ignored_count,
					.ignore_unsigned = request->ignore_unsigned,
					.itself = itself };

	if (signature_evidence(check, signature, err) ||
	    modelsig_compare(check->ctx, tree, signature, &terms, &report, err) ||
	    say_files(check, &report, err) || say_failures(check, &report, err))
		return -1;
	if (report.missing &&
	    verdict_undecided(check->verdict, err, "%zu of the signed files are missing",
			      report.missing))
		return -1;
	if (report.open > report.bad &&
	    verdict_undecided(check->verdict, err, "%zu file%s not covered by the signature",
			      report.open - report.bad,
			      report.open - report.bad == 1 ? " is" : "s are"))
		return -1;
	return verdict_set(check->verdict, STEP_BYTES, STEP_HOLDS, err,
			   "%zu of %zu signed files are present and true", report.hold,
			   report.listed_count);
}

int check_signed_files(struct check *check, const struct modelsig *signature, struct error *err)
{
	return check_listed_files(check, check->tree, signature, check->request->signature, err);
}

static unsigned request_flags(const struct check *check)
{
	return check->request->allow_pre_v1 ? MODELSIG_ALLOW_PRE_V1 : 0;
}

/* Signed by the key that was named? *out_holds: then the files are worth looking at. */
static int check_by_key(struct check *check, struct modelsig *signature, bool *out_holds,
			struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	struct error cause = { 0 };
	struct json *evidence;
	char id[DIGEST_SHORT_SIZE];

	if (public_key_from_pem(check->request->key_pem, &key, err))
		return error_prefix(err, "the key");
	if (public_key_type(key) == KEY_ED25519)
		return error_set(
			err, ERROR_UNTRUSTED,
			"the key is an Ed25519 key: OpenSSF Model Signing v1.0 knows ECDSA "
			"on P-256, P-384 and P-521 only");
	if (modelsig_check(check->request->signature, key, request_flags(check), signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "the signature", true, &cause, err);
	digest_shorten(public_key_id(key), id);
	*out_holds = true;
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_digest(evidence, "key", public_key_id(key), err))
		return -1;
	return verdict_set(
		check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
		"signed by the key you named (%s, %s); a key says nothing of who may sign "
		"which name",
		id, public_key_type_name(key));
}

static int say_certificates(struct check *check, const struct modelsig_signer *signer,
			    struct error *err)
{
	struct json *evidence, *list, *one;
	char when[TIME_TEXT_SIZE];

	time_format(signer->unix_s, when);
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_text(evidence, "validAt", when, err) ||
	    (signer->authority[0] &&
	     json_set_text(evidence, "timestampAuthority", signer->authority, err)) ||
	    json_set_array(evidence, "certificates", &list, err))
		return -1;
	for (size_t i = 0; i < signer->chain.count; i++)
		if (json_add_object(list, &one, err) ||
		    json_set_text(one, "subject", certificate_subject(signer->chain.item[i]),
				  err) ||
		    json_set_text(one, "issuer", certificate_issuer(signer->chain.item[i]), err) ||
		    json_set_digest(one, "certificate", certificate_id(signer->chain.item[i]), err))
			return -1;
	if (signer->untimed[0] &&
	    verdict_detail(check->verdict, STEP_SIGNATURE, err,
			   "a timestamp that does not count: %s", signer->untimed))
		return -1;
	if (signer->authority[0])
		return verdict_set(
			check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			"signed with the certificate of '%s', which leads to a root you named and "
			"was valid at %s, when '%s' saw the signature; it says nothing of who may "
			"sign which name",
			certificate_subject(signer->chain.item[0]), when, signer->authority);
	return verdict_set(
		check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
		"signed with the certificate of '%s', which leads to a root you named and "
		"is valid now; it says nothing of who may sign which name",
		certificate_subject(signer->chain.item[0]));
}

/* Signed with a certificate that leads to one of the roots that were named? */
static int check_by_certificate(struct check *check, struct modelsig *signature, bool *out_holds,
				struct error *err)
{
	CLEANUP(modelsig_signer_release) struct modelsig_signer signer = { .unix_s = 0 };
	const struct check_request *request = check->request;
	struct modelsig_authorities authorities = {
		.roots = request->roots,
		.timestamp_root = request->timestamp_root,
		.timestamp_root_count = request->timestamp_root_count,
		.now_unix_s = context_now(check->ctx),
	};
	struct error cause = { 0 };

	if (modelsig_check_certificate(request->signature, &authorities, request_flags(check),
				       signature, &signer, &cause))
		return check_blame(check, STEP_SIGNATURE, "the signature", true, &cause, err);
	*out_holds = true;
	return say_certificates(check, &signer, err);
}

/* Signed keyless, or by a key whose use was logged? */
static int check_by_sigstore(struct check *check, struct modelsig *signature, bool *out_holds,
			     struct error *err)
{
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	const struct sigstore_trust *trust = check->request->sigstore;
	struct error cause = { 0 };

	if (sigstore_check(check->request->signature, trust, NULL, &shown, &cause) ||
	    modelsig_payload(buffer_view(&shown.payload), signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "the signature", true, &cause, err);
	*out_holds = true;
	if (check_sigstore_say(check->verdict, &shown, err))
		return -1;
	if (!shown.identity)
		return verdict_set(
			check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			"signed by the key you named (%s), and logged; a key says nothing "
			"of who may sign which name",
			public_key_type_name(trust->key));
	return verdict_set(check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			   "signed by '%s', for whom '%s' vouched at the time; it says nothing of "
			   "who may sign which name",
			   shown.identity, shown.issuer);
}

int check_foreign_signature(struct check *check, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	bool holds = false;

	check->verdict->step[STEP_SIGNATURE].required = true;
	check->verdict->step[STEP_BYTES].required = true;
	if (check->request->sigstore ? check_by_sigstore(check, &signature, &holds, err)
	    : check->request->roots  ? check_by_certificate(check, &signature, &holds, err)
				     : check_by_key(check, &signature, &holds, err))
		return -1;
	if (!holds)
		return 0;
	return check_signed_files(check, &signature, err) || check_evals(check, err) ? -1 : 0;
}

int check_unknown_signature(struct check *check, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(buffer_release) struct buffer bundle;
	struct tree_options everything = { .everything = true };
	struct error cause = { 0 };

	buffer_init(&bundle, MODELSIG_MAX_BYTES);
	if (verdict_undecided(check->verdict, err,
			      "self-consistent at best, signer unknown: name the key "
			      "(--signature model.sig --key PEM)"))
		return -1;
	if (signature_read(check, &bundle, &cause) ||
	    modelsig_read(buffer_view(&bundle), &signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "model.sig", true, &cause, err);
	if (verdict_set(check->verdict, STEP_SIGNATURE, STEP_NOT_POSSIBLE, err,
			"model.sig lists %zu files and is signed by a key that nobody named",
			signature.file_count) ||
	    tree_open(tree_path(check->tree), &everything, &tree, err) ||
	    check_listed_files(check, tree, &signature, buffer_view(&bundle), err))
		return -1;
	return check_forward(check, err) || check_evals(check, err) ? -1 : 0;
}
