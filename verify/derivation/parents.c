/* derivation_parents: where the bytes of a derivation's parents are found. */
#include "verify/derivation/parents.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/believe.h"
#include "verify/derivation/plan.h"
#include "verify/release_dir.h"

void derivation_places_release(struct derivation_places *places)
{
	for (size_t i = 0; places->folder && i < places->path_count; i++) {
		manifest_free(&places->folder[i].manifest);
		evidence_close(&places->folder[i].evidence);
		tree_close(&places->folder[i].tree);
	}
	free(places->folder);
	places->folder = NULL;
}

/* What lies in each folder, with the statements of those that are releases. */
static int open_folders(struct derivation_places *places, struct error *err)
{
	if (places->folder || !places->path_count)
		return 0;
	places->folder = calloc(places->path_count, sizeof(*places->folder));
	if (!places->folder)
		return error_system(err, ENOMEM, "cannot list the parents' folders");
	for (size_t i = 0; i < places->path_count; i++) {
		struct derivation_folder *folder = &places->folder[i];

		folder->path = places->path[i];
		if (tree_open(folder->path, NULL, &folder->tree, err) ||
		    (tree_kind(folder->tree) != TREE_FILE && release_dir_exists(folder->path) &&
		     release_dir_open(folder->path, &folder->evidence, err)))
			return error_prefix(err, "--parent '%s'", folder->path);
	}
	return 0;
}

/* Hash what lies in a folder, once. */
static int hash_folder(const struct context *ctx, struct derivation_folder *folder,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer json;

	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (folder->manifest)
		return 0;
	return manifest_build(ctx, folder->tree, NULL, &folder->manifest, err) ||
			       manifest_write(folder->manifest, &json, &folder->identity, err)
		       ? -1
		       : 0;
}

/* The manifest with its pieces from one evidence; *out_manifest stays NULL without. */
static int manifest_from(const struct evidence *evidence, const struct digest *identity,
			 struct manifest **out_manifest, struct error *err)
{
	struct error cause = { 0 };

	if (!evidence || *out_manifest)
		return 0;
	if (manifest_from_objects(evidence, identity, out_manifest, &cause)) {
		if (cause.code == ERROR_ABSENT)
			return 0;
		*err = cause;
		return -1;
	}
	if (!(*out_manifest)->record)
		manifest_free(out_manifest);
	return 0;
}

/* The parent's manifest, wherever it is. */
static int find_manifest(struct derivation_places *places, const struct digest *identity,
			 struct manifest **out_manifest, struct error *err)
{
	if (manifest_from(places->evidence, identity, out_manifest, err))
		return -1;
	for (size_t i = 0; places->folder && i < places->path_count; i++)
		if (manifest_from(places->folder[i].evidence, identity, out_manifest, err))
			return -1;
	return 0;
}

/* A folder whose weights are those that the manifest lists, by name, format and shape. */
static bool find_folder(struct derivation_places *places, const char *name, bool is_adapter,
			struct derivation_found *found)
{
	for (size_t i = 0; places->folder && i < places->path_count; i++) {
		struct error ignored = { 0 };

		if (derivation_side_open(name, places->folder[i].tree, found->manifest, is_adapter,
					 &found->side, &ignored) == 0)
			return true;
	}
	return false;
}

/* Without a manifest each folder is hashed, and known by the manifest that it has. */
static int find_hashed(struct derivation_places *places, const struct digest *identity,
		       const char *name, bool is_adapter, struct derivation_found *found,
		       struct error *err)
{
	for (size_t i = 0; places->folder && i < places->path_count; i++) {
		struct derivation_folder *folder = &places->folder[i];

		if (hash_folder(places->ctx, folder, err))
			return error_prefix(err, "--parent '%s'", folder->path);
		if (digest_equal(&folder->identity, identity))
			return derivation_side_open(name, folder->tree, folder->manifest,
						    is_adapter, &found->side, err);
	}
	return error_set(
		err, ERROR_ABSENT,
		places->path_count
			? "none of the folders that were named is it, and its list of "
			  "files is not here"
			: "neither its bytes nor its list of files are here (--parent DIR)");
}

void derivation_found_release(struct derivation_found *found)
{
	derivation_side_close(&found->side);
	tree_close(&found->tree);
	manifest_free(&found->manifest);
}

static int find(struct derivation_places *places, const struct digest *identity, const char *name,
		bool is_adapter, struct derivation_found *found, struct error *err)
{
	if (open_folders(places, err) || find_manifest(places, identity, &found->manifest, err))
		return -1;
	if (!found->manifest)
		return find_hashed(places, identity, name, is_adapter, found, err);
	if (find_folder(places, name, is_adapter, found))
		return 0;
	if (!places->evidence)
		return error_set(err, ERROR_ABSENT, "its bytes are not here (--parent DIR)");
	found->objects = (struct manifest_objects){ found->manifest, places->evidence };
	return tree_of_objects(name, &found->objects, &found->tree, err) ||
			       derivation_side_open(name, found->tree, found->manifest, is_adapter,
						    &found->side, err)
		       ? -1
		       : 0;
}

int derivation_parent_find(struct derivation_places *places, const struct reference *parent,
			   bool is_adapter, struct derivation_found *out_found, struct error *err)
{
	char name[NAME_TEXT_MAX];

	*out_found = (struct derivation_found){ .manifest = NULL };
	name_to_text(&parent->name, name);
	if (find(places, &parent->manifest, name, is_adapter, out_found, err)) {
		derivation_found_release(out_found);
		return error_prefix(err, "parent %s", name);
	}
	return 0;
}

/* The statement from one evidence, as it stands: is it of this manifest? *out_known: it is here. */
static int statement_try(const struct evidence *evidence, const struct reference *parent,
			 bool *out_known, bool *out_fits, struct error *err)
{
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error cause = { 0 };
	struct digest key;

	if (!evidence || *out_known)
		return 0;
	if (peek_statement(evidence, &parent->statement, &said, &key, &cause))
		return cause.code == ERROR_SYSTEM ? error_set(err, cause.code, "%s", cause.text)
						  : 0;
	*out_known = true;
	*out_fits =
		said.kind == STATEMENT_checkpoint && digest_equal(&said.digest, &parent->manifest);
	return 0;
}

/*
 * Lineage goes by the statement that a parent's reference names, the arithmetic by the manifest:
 * where the statement is at hand, they must be of the same bytes.
 */
static int parent_is_one(const struct derivation_places *places, const struct reference *parent,
			 bool *out_known, bool *out_one, struct error *err)
{
	*out_known = false;
	*out_one = true;
	if (statement_try(places->evidence, parent, out_known, out_one, err))
		return -1;
	for (size_t i = 0; places->folder && i < places->path_count; i++)
		if (statement_try(places->folder[i].evidence, parent, out_known, out_one, err))
			return -1;
	return 0;
}

/* The first parent that is not one, told as a difference; and which ones nobody can tell of. */
static int parents_compare(const struct derivation_places *places,
			   const struct derivation *derivation, struct derivation_result *result,
			   struct error *err)
{
	for (size_t i = 0; i < derivation->parent_count; i++) {
		char name[NAME_TEXT_MAX];
		bool known, one;

		if (parent_is_one(places, &derivation->parent[i], &known, &one, err))
			return -1;
		if (!known)
			result->unlinked |= UINT64_C(1) << i;
		name_to_text(&derivation->parent[i].name, name);
		if (!one)
			derivation_differs(result,
					   "parent %s is named by a statement that is of other "
					   "bytes than the manifest beside it",
					   name);
	}
	return 0;
}

int derivation_run_found(struct derivation_places *places, const struct derivation *derivation,
			 struct derivation_side *child, struct derivation_result *out_result,
			 struct error *err)
{
	size_t count = derivation->parent_count, opened = 0;
	struct derivation_found *found = calloc(count, sizeof(*found));
	struct derivation_side *side = calloc(count, sizeof(*side));
	struct derivation_result compared = { 0 };
	int failed = !found || !side;

	if (failed)
		failed = error_system(err, ENOMEM, "cannot open the parents");
	failed = failed || open_folders(places, err) ||
		 parents_compare(places, derivation, &compared, err);
	while (!failed && compared.outcome != DERIVATION_DIFFERS && opened < count) {
		bool is_adapter = derivation->form->method == DERIVATION_LORA && opened == 1;

		failed = derivation_parent_find(places, &derivation->parent[opened], is_adapter,
						&found[opened], err);
		if (!failed)
			opened++;
	}
	/* The sides stand side by side; what they borrow stays where it is. */
	for (size_t i = 0; !failed && i < count; i++)
		side[i] = found[i].side;
	if (!failed && compared.outcome == DERIVATION_DIFFERS)
		*out_result = compared;
	else if (!failed)
		failed = derivation_run(places->ctx, derivation, child, side, out_result, err);
	if (!failed)
		out_result->unlinked = compared.unlinked;
	for (size_t i = 0; i < opened; i++)
		derivation_found_release(&found[i]);
	free(found);
	free(side);
	return failed ? -1 : 0;
}
