/* What every way of adding does: the key, the files with their manifest, references. */
#include "registry/add.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/gc.h"
#include "registry/prune.h"

int adding_begin(struct registry *registry, const struct add_how *how, struct adding *out_adding,
		 struct error *err)
{
	struct adding adding = { .registry = registry, .how = how };
	const char *name;

	if (how->mode != STORE_COPY && !(registry->store->type->capabilities & STORE_CAN_LINK))
		return error_set(err, ERROR_USAGE, "the store '%s' keeps copies only",
				 registry->store->type->name);
	if (!how->dry_run && (registry_key_name(registry, how->key, &name, err) ||
			      signing_key_open(registry->ctx, name, &adding.key, err)))
		return -1;
	*out_adding = adding;
	return 0;
}

void adding_release(struct adding *adding)
{
	signing_key_close(&adding->key);
}

void add_result_release(struct add_result *result)
{
	json_free(&result->left_out);
	json_free(&result->corpus);
}

/* ---- Parts of predicates ---- */

int file_keep(struct adding *adding, const char *path, struct buffer *out_bytes,
	      struct digest *out_digest, struct error *err)
{
	if (file_read(path, out_bytes, err))
		return -1;
	if (adding->how->dry_run) {
		*out_digest = sha256(buffer_view(out_bytes));
		return 0;
	}
	return store_put(adding->registry->store, buffer_view(out_bytes), out_digest, err);
}

int git_set(struct adding *adding, struct json *predicate, const struct add_git *git,
	    struct error *err)
{
	CLEANUP(json_free) struct json *facts = NULL;
	struct digest digest = sha256(git->diff);

	if (!git->facts)
		return 0;
	if (json_clone(git->facts, &facts, err))
		return -1;
	if (git->diff.len && ((!adding->how->dry_run &&
			       store_put(adding->registry->store, git->diff, &digest, err)) ||
			      json_set_digest(facts, "diff", &digest, err)))
		return -1;
	return json_set_take(predicate, "git", &facts, err);
}

int references_set(struct adding *adding, struct json *predicate, const char *key,
		   enum statement_kind kind, const struct name *name, size_t count,
		   struct error *err)
{
	struct json *list;

	if (json_set_array(predicate, key, &list, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		CLEANUP(json_free) struct json *reference = NULL;

		if (registry_reference_to(adding->registry, kind, &name[i], &reference, err) ||
		    json_add_take(list, &reference, err))
			return -1;
	}
	return 0;
}

int name_set(struct json *predicate, const struct name *name, char out_subject[NAME_TEXT_MAX],
	     struct error *err)
{
	char family[NAME_TEXT_MAX];
	struct name only = *name;

	if (name->alias || !name->version[0])
		return error_set(err, ERROR_USAGE, "'%s/%s' needs a version: owner/name@version",
				 name->owner, name->name);
	only.version[0] = '\0';
	name_to_text(&only, family);
	name_to_text(name, out_subject);
	return json_set_text(predicate, "name", family, err) ||
			       json_set_text(predicate, "version", name->version, err)
		       ? -1
		       : 0;
}

/* Files that were released come back when they are added again, and that is said. */
static int keep_again(struct adding *adding, const struct statement_draft *draft, size_t count,
		      const struct statement_made *made, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		bool said;

		if (!made[i].existed ||
		    (draft[i].kind != STATEMENT_checkpoint && draft[i].kind != STATEMENT_dataset))
			continue;
		if (registry_keep_again(adding->registry, adding->key, &made[i].identity, &said,
					err))
			return error_prefix(err, "'%s'", draft[i].subject);
		if (said)
			context_notice(adding->registry->ctx,
				       "the bytes of '%s' had been released: they are kept again",
				       draft[i].subject);
	}
	return 0;
}

/*
 * A prune beside us may have removed what we found in the store before we said that we need it.
 * `lost`: we stood still meanwhile and were taken for dead, so a collection may have, too.
 */
static int still_there(struct adding *adding, const struct statement_draft *draft, bool lost,
		       struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer json;
	bool there;

	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (draft->kind != STATEMENT_checkpoint && draft->kind != STATEMENT_dataset)
		return 0;
	if (store_get(adding->registry->store, &draft->digest, &json, err) ||
	    manifest_parse(buffer_view(&json), &manifest, err))
		return -1;
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		if (lost ? store_rely(adding->registry->store, &file->sha256, &there, err)
			 : store_has(adding->registry->store, &file->sha256, &there, err))
			return -1;
		if (!there)
			return error_set(err, ERROR_SYSTEM,
					 "'%s': '%s' was removed meanwhile (akashi %s): it is "
					 "logged, and the same command brings the bytes back",
					 draft->subject, file->path, lost ? "gc" : "prune");
	}
	return 0;
}

int adding_publish(struct adding *adding, const struct statement_draft *draft, size_t count,
		   struct statement_made *out_made, struct error *err)
{
	struct error silence = { 0 }, untidy = { 0 };
	bool lost;

	if (adding->how->dry_run) {
		memset(out_made, 0, count * sizeof(*out_made));
		return 0;
	}
	if (store_flush(adding->registry->store, err))
		return -1;
	if (registry_publish_statements(adding->registry, adding->key, draft, count, out_made,
					err) ||
	    keep_again(adding, draft, count, out_made, err))
		return -1;
	lost = store_stands(adding->registry->store, &silence) != 0;
	for (size_t i = 0; i < count; i++)
		if (still_there(adding, &draft[i], lost, err))
			return -1;
	if (registry_tidy(adding->registry, &untidy))
		context_notice(adding->registry->ctx,
			       "small files were not put together: %s (akashi gc)", untidy.text);
	return 0;
}
