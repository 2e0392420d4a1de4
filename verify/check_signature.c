/* OpenSSF signatures over directories: the release's own, one named by hand, one of an unknown key.
 */
#include "verify/check_evals.h"
#include "verify/check_parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/release_dir.h"

/* The files that a signature lists against whole-file digests of the tree. */
struct coverage {
	size_t listed, hold, missing, extra;
};

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

/*
 * A file that the signature does not list. One that it says it leaves out is no more covered for
 * that; only of the card, which is corrected after signing, nobody expects more.
 */
static int name_uncovered(struct check *check, const struct modelsig *signature, const char *path,
			  struct coverage *coverage, struct error *err)
{
	bool left_out = modelsig_ignores(signature, path);

	if (!left_out || strcmp(path, "README.md") != 0)
		coverage->extra++;
	return verdict_detail(check->verdict, STEP_BYTES, err, "%s: not covered by the signature%s",
			      path, left_out ? ", which says it leaves it out" : "");
}

/* Compare every listed file by its SHA-256 and name what is not listed. */
static int compare_listed(struct check *check, const struct modelsig *signature,
			  struct coverage *coverage, struct error *err)
{
	size_t count = tree_count(check->tree);
	struct digest *found = calloc(count + 1, sizeof(*found));
	struct digest itself = sha256(check->request->signature); /* wherever it lies */

	if (!found)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu digests", count);
	if (bytes_file_digests(check->ctx, check->tree, found, err)) {
		free(found);
		return -1;
	}
	coverage->listed = signature->file_count;
	for (size_t i = 0; i < count; i++) {
		const char *path = tree_file(check->tree, i)->name;
		const struct modelsig_file *listed = modelsig_find(signature, path);
		struct any_digest found_any = any_digest_of(&found[i]);
		bool alone = count == 1 && signature->file_count == 1;

		/* A model of one file is listed under its own name or as "." */
		if (!listed && alone && tree_kind(check->tree) == TREE_FILE)
			listed = &signature->file[0];
		if (!listed && check->request->signature.len && digest_equal(&found[i], &itself))
			continue;
		if (!listed) {
			if (name_uncovered(check, signature, path, coverage, err))
				break;
		} else if (any_digest_equal(&listed->digest, &found_any)) {
			coverage->hold++;
		} else if (verdict_set(check->verdict, STEP_BYTES, STEP_FAILS, err,
				       "'%s' is not the file that was signed", path) ||
			   verdict_detail(check->verdict, STEP_BYTES, err,
					  "%s: another SHA-256 than was signed", path)) {
			break;
		}
	}
	free(found);
	return err->code ? -1 : 0;
}

/* Does DIR/model.sig hold the very signature that is being checked? */
static bool is_itself(struct check *check)
{
	CLEANUP(buffer_release) struct buffer bundle;
	struct error unread = { 0 };

	buffer_init(&bundle, MODELSIG_MAX_BYTES);
	return !check->request->signature.len ||
	       (!signature_read(check, &bundle, &unread) &&
		span_equal(buffer_view(&bundle), check->request->signature));
}

/* What our rules leave out of a tree, a stranger's signature need not: then it is not covered. */
static int name_left_out(struct check *check, const struct modelsig *signature,
			 struct coverage *coverage, struct error *err)
{
	for (size_t i = 0; i < tree_ignored_count(check->tree); i++) {
		const struct tree_ignored *ignored = tree_ignored(check->tree, i);

		if (strcmp(ignored->name, "model.sig") == 0 && is_itself(check))
			continue;
		if (modelsig_ignores(signature, ignored->name)) {
			if (verdict_detail(check->verdict, STEP_BYTES, err,
					   "%s: left out, by the signature too (%s)", ignored->name,
					   ignored->reason))
				return -1;
			continue;
		}
		coverage->extra++;
		if (verdict_detail(
			    check->verdict, STEP_BYTES, err,
			    "%s: not looked at (%s), and the signature does not leave it out",
			    ignored->name, ignored->reason))
			return -1;
	}
	return 0;
}

static int name_missing(struct check *check, const struct modelsig *signature,
			struct coverage *coverage, struct error *err)
{
	for (size_t i = 0; i < signature->file_count; i++) {
		const char *path = signature->file[i].path;

		if (tree_find(check->tree, path) || tree_kind(check->tree) == TREE_FILE)
			continue;
		coverage->missing++;
		if (verdict_detail(check->verdict, STEP_BYTES, err, "%s: missing", path))
			return -1;
	}
	return 0;
}

static int conclude_listed(struct check *check, const struct coverage *coverage, struct error *err)
{
	if (coverage->missing &&
	    verdict_undecided(check->verdict, err, "%zu of the signed files are missing",
			      coverage->missing))
		return -1;
	if (coverage->extra &&
	    verdict_undecided(check->verdict, err, "%zu file%s not covered by the signature",
			      coverage->extra, coverage->extra == 1 ? " is" : "s are"))
		return -1;
	return verdict_set(check->verdict, STEP_BYTES, STEP_HOLDS, err,
			   "%zu of %zu signed files are present and true", coverage->hold,
			   coverage->listed);
}

int check_foreign_signature(struct check *check, struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct coverage coverage = { 0 };
	struct error cause = { 0 };
	char id[DIGEST_SHORT_SIZE];

	if (public_key_from_pem(check->request->key_pem, &key, err))
		return error_prefix(err, "the key");
	if (public_key_type(key) == KEY_ED25519)
		return error_set(
			err, ERROR_UNTRUSTED,
			"the key is an Ed25519 key: OpenSSF Model Signing v1.0 knows ECDSA "
			"on P-256, P-384 and P-521 only");
	check->verdict->step[STEP_SIGNATURE].required = true;
	check->verdict->step[STEP_BYTES].required = true;
	if (modelsig_check(check->request->signature, key, 0, &signature, &cause))
		return check_blame(check, STEP_SIGNATURE, "the signature", true, &cause, err);
	digest_shorten(public_key_id(key), id);
	if (verdict_set(check->verdict, STEP_SIGNATURE, STEP_HOLDS, err,
			"signed by the key you named (%s, %s); a key says nothing of who may sign "
			"which name",
			id, public_key_type_name(key)))
		return -1;
	if (compare_listed(check, &signature, &coverage, err) ||
	    name_left_out(check, &signature, &coverage, err) ||
	    name_missing(check, &signature, &coverage, err))
		return -1;
	return conclude_listed(check, &coverage, err) || check_evals(check, err) ? -1 : 0;
}

int check_unknown_signature(struct check *check, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	CLEANUP(buffer_release) struct buffer bundle;
	struct coverage coverage = { 0 };
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
	    compare_listed(check, &signature, &coverage, err) ||
	    name_left_out(check, &signature, &coverage, err) ||
	    name_missing(check, &signature, &coverage, err) ||
	    conclude_listed(check, &coverage, err))
		return -1;
	return check_forward(check, err) || check_evals(check, err) ? -1 : 0;
}
