/* contents: the manifest and the files of something registered, or of a folder. */
#include "registry/contents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/prune.h"
#include "registry/statement.h"
#include "registry/store.h"
#include "registry/withhold.h"

#define PAYLOAD_MAX (1u << 20)

void contents_release(struct contents *contents)
{
	tree_close(&contents->tree);
	manifest_free(&contents->manifest);
}

static int open_stored(void *user, const char *name, struct source **out_source, struct error *err)
{
	struct contents *contents = user;
	const struct manifest_file *file = manifest_find(contents->manifest, name);

	if (!file)
		return error_set(err, ERROR_ABSENT, "no file '%s' in the manifest", name);
	store_tell_changed(contents->registry->store, contents->registry->ctx, &file->sha256);
	if (store_read(contents->registry->store, &file->sha256, out_source, err)) {
		registry_released_explain(contents->registry, &contents->statement, err);
		return error_prefix(err, "'%s'", name);
	}
	return 0;
}

/* Which manifest the statement is about. */
static int manifest_identity(struct registry *registry, const struct digest *identity,
			     struct digest *out_manifest, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { .json = NULL };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, PAYLOAD_MAX);
	if (registry_payload(registry, identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	if (statement.kind != STATEMENT_checkpoint && statement.kind != STATEMENT_dataset &&
	    statement.kind != STATEMENT_release)
		return error_set(err, ERROR_USAGE, "'%s' is a %s, which has no files",
				 statement.subject, statement_kind_name(statement.kind));
	*out_manifest = statement.digest;
	return 0;
}

static int manifest_load(struct registry *registry, const struct digest *identity,
			 struct manifest **out_manifest, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer json;

	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (store_get(registry->store, identity, &json, err)) {
		registry_explain_object(registry, identity, err);
		return error_prefix(err, "manifest");
	}
	if (manifest_parse(buffer_view(&json), &manifest, err))
		return error_prefix(err, "manifest");
	*out_manifest = manifest;
	manifest = NULL;
	return 0;
}

int contents_explain(struct contents *contents, struct error *err)
{
	const struct manifest *manifest = contents->manifest;

	for (size_t i = 0;
	     err->code == ERROR_ABSENT && contents->registry && i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];
		struct error ignored = { 0 };
		bool there;

		if (store_has(contents->registry->store, &file->sha256, &there, &ignored) || there)
			continue;
		registry_explain_object(contents->registry, &file->sha256, err);
		if (err->code == ERROR_UNTRUSTED)
			return error_prefix(err, "'%s'", file->path);
	}
	return -1;
}

int contents_pieces(struct contents *contents, struct error *err)
{
	struct manifest *manifest = contents->manifest;
	CLEANUP(buffer_release) struct buffer pieces;

	buffer_init(&pieces, MANIFEST_PIECES_MAX_BYTES);
	if (manifest->record || !contents->registry)
		return 0;
	if (store_get(contents->registry->store, &manifest->pieces, &pieces, err) ||
	    manifest_add_pieces(manifest, buffer_view(&pieces), err))
		return error_prefix(err, "manifest");
	return 0;
}

static int tree_over_store(struct contents *contents, struct error *err)
{
	const struct manifest *manifest = contents->manifest;
	struct tree_file *file = calloc(manifest->file_count + 1, sizeof(*file));
	int failed;

	if (!file)
		return error_system(err, ENOMEM, "cannot list the files of a manifest");
	for (size_t i = 0; i < manifest->file_count; i++) {
		file[i].name = manifest->file[i].path;
		file[i].size = manifest->file[i].size;
	}
	failed = tree_of("the registry", file, manifest->file_count, open_stored, contents,
			 &contents->tree, err);
	free(file);
	return failed;
}

int contents_of_statement(struct registry *registry, const struct digest *statement,
			  struct contents *out_contents, struct error *err)
{
	struct digest manifest;

	*out_contents = (struct contents){ .statement = *statement, .registry = registry };
	if (manifest_identity(registry, statement, &manifest, err) ||
	    manifest_load(registry, &manifest, &out_contents->manifest, err) ||
	    tree_over_store(out_contents, err)) {
		contents_release(out_contents);
		return -1;
	}
	return 0;
}

int contents_of_path(const struct context *ctx, const char *path, struct contents *out_contents,
		     struct error *err)
{
	*out_contents = (struct contents){ .tree = NULL };
	if (tree_open(path, NULL, &out_contents->tree, err) ||
	    manifest_build(ctx, out_contents->tree, NULL, &out_contents->manifest, err)) {
		contents_release(out_contents);
		return -1;
	}
	return 0;
}

int contents_of_argument(const struct context *ctx, struct registry *registry, const char *word,
			 struct contents *out_contents, struct error *err)
{
	struct digest statement;
	struct name name;
	const char *text;

	if (argument_kind(word, &text) == ARGUMENT_PATH)
		return contents_of_path(ctx, text, out_contents, err);
	if (!registry)
		return error_set(err, ERROR_ABSENT,
				 "'%s' is no path, and there is no registry to look its name up in",
				 word);
	if (argument_resolve(registry, word, &name, &statement, err))
		return -1;
	return contents_of_statement(registry, &statement, out_contents, err);
}
