/* What every way of adding does: the key, the files with their manifest, references. */
#include "registry/add.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add_inner.h"

enum { CONFIG_READ_MAX = 4 << 20 };

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

void kept_release(struct kept *kept)
{
	manifest_free(&kept->manifest);
	free(kept->architecture);
	kept->architecture = NULL;
}

/* ---- Files, read once: hashed, counted and copied as they go by ---- */

struct keeping {
	struct adding *adding;
	const struct tree *tree;
	uint64_t records; /* added to by several threads */
};

struct keeping_file {
	struct store_file *file; /* NULL where nothing is copied */
	uint64_t size;
	bool text;
	uint64_t lines; /* added to by several threads */
};

/* Where the file `name` of the tree lies. */
static int file_path(const struct tree *tree, const char *name, char **out_path, struct error *err)
{
	if (tree_kind(tree) != TREE_FILE)
		return path_join(tree_path(tree), name, out_path, err);
	*out_path = strdup(tree_path(tree));
	return *out_path ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a path");
}

static bool copies(const struct adding *adding)
{
	return !adding->how->dry_run && adding->how->mode == STORE_COPY;
}

/* Nothing of a file is wanted that is neither copied nor has lines to count. */
static int keep_begin(void *user, const char *name, uint64_t size, void **out_file,
		      struct error *err)
{
	struct keeping *keeping = user;
	struct store *store = keeping->adding->registry->store;
	bool text = text_ends_with(name, ".jsonl") || text_ends_with(name, ".txt");
	CLEANUP(text_free) char *path = NULL;
	struct keeping_file *file;

	if (!text && !copies(keeping->adding))
		return 0;
	file = calloc(1, sizeof(*file));
	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for a file");
	file->text = text;
	file->size = size;
	if (copies(keeping->adding)) {
		struct store_file_wish wish = {
			.size = size,
			.name = name,
			.content = text ? CONTENT_TEXT : CONTENT_BYTES,
			.effort = keeping->adding->how->compression,
		};

		if (file_path(keeping->tree, name, &path, err) ||
		    (wish.like = path, store->type->file_begin(store, &wish, &file->file, err))) {
			free(file);
			return -1;
		}
	}
	*out_file = file;
	return 0;
}

/* Line ends, and a last line that has none. */
static uint64_t lines_count(const struct keeping_file *file, const struct manifest_piece *piece)
{
	const uint8_t *at = piece->bytes.data, *end = at + piece->bytes.len;
	uint64_t lines = piece->offset + piece->bytes.len == file->size && end[-1] != '\n';

	for (; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		lines++;
	return lines;
}

static enum codec_content content_of(const struct keeping_file *file, const struct tensor *tensor)
{
	if (!tensor)
		return file->text ? CONTENT_TEXT : CONTENT_BYTES;
	switch (tensor->dtype) {
	case DTYPE_BF16:
		return CONTENT_BF16;
	case DTYPE_F16:
		return CONTENT_F16;
	case DTYPE_F32:
		return CONTENT_F32;
	default:
		return CONTENT_BYTES;
	}
}

static int keep_piece(void *user, void *arg, const struct manifest_piece *piece, struct error *err)
{
	struct keeping *keeping = user;
	struct keeping_file *file = arg;
	struct store_piece kept = { .offset = piece->offset,
				    .digest = piece->digest,
				    .bytes = piece->bytes,
				    .content = content_of(file, piece->tensor) };

	if (file->text)
		__atomic_fetch_add(&file->lines, lines_count(file, piece), __ATOMIC_RELAXED);
	return file->file
		       ? keeping->adding->registry->store->type->file_piece(file->file, &kept, err)
		       : 0;
}

static int keep_end(void *user, void *arg, const struct digest *sha256, struct error *err)
{
	struct keeping *keeping = user;
	const struct store_type *type = keeping->adding->registry->store->type;
	struct keeping_file *file = arg;
	int failed = 0;

	__atomic_fetch_add(&keeping->records, file->lines, __ATOMIC_RELAXED);
	if (file->file && sha256)
		failed = type->file_commit(file->file, sha256, err);
	else if (file->file)
		type->file_abort(file->file);
	free(file);
	return failed;
}

/* Copies need room, and that is asked for before the first byte is written. */
static int room_check(struct adding *adding, const struct tree *tree, struct error *err)
{
	CLEANUP(text_free) char *sample = NULL;
	uint64_t bytes = 0;

	for (size_t i = 0; i < tree_count(tree); i++)
		if (__builtin_add_overflow(bytes, tree_file(tree, i)->size, &bytes))
			return error_set(err, ERROR_USAGE, "'%s' is too large", tree_path(tree));
	if (!copies(adding) || !tree_count(tree))
		return 0;
	return file_path(tree, tree_file(tree, 0)->name, &sample, err) ||
			       store_room(adding->registry->store, sample, bytes, err)
		       ? -1
		       : 0;
}

/* Links and references are made when the digests are known. */
static int files_link(struct adding *adding, const struct tree *tree,
		      const struct manifest *manifest, struct error *err)
{
	if (adding->how->dry_run || copies(adding))
		return 0;
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];
		CLEANUP(text_free) char *path = NULL;

		if (file_path(tree, file->path, &path, err) ||
		    store_put_file(adding->registry->store, path, file->size, &file->sha256,
				   adding->how->mode, err))
			return -1;
	}
	context_notice(adding->registry->ctx,
		       adding->how->mode == STORE_LINK
			       ? "the files are hard links: their owner can still change them, and "
				 "damage is detected, not prevented"
			       : "only digests and locations are kept: the files must stay where "
				 "they are");
	return 0;
}

/* The manifest and its pieces as objects; in a dry run only the manifest's identity. */
static int manifest_keep(struct adding *adding, const struct manifest *manifest,
			 struct digest *out_identity, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, pieces;
	struct store *store = adding->registry->store;
	struct digest identity, digest;

	buffer_init(&text, MANIFEST_MAX_BYTES);
	buffer_init(&pieces, (size_t)MANIFEST_PIECES_MAX_BYTES);
	if (manifest_write(manifest, &text, &identity, err))
		return -1;
	*out_identity = identity;
	if (adding->how->dry_run)
		return 0;
	if (pieces_write(manifest->record, manifest->piece_count, &pieces, err) ||
	    store_put(store, buffer_view(&pieces), &digest, err))
		return -1;
	if (!digest_equal(&digest, &manifest->pieces))
		return error_set(err, ERROR_CORRUPT, "a manifest names other pieces than it has");
	return store_put(store, buffer_view(&text), &digest, err);
}

/* What config.json calls the model; left out where there is none to read. */
static void architecture_read(const struct tree *tree, char **out_text)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(json_free) struct json *config = NULL;
	struct error ignored = { 0 };
	const char *text;

	buffer_init(&bytes, CONFIG_READ_MAX);
	*out_text = NULL;
	if (!tree_find(tree, "config.json") ||
	    tree_open_file(tree, "config.json", &source, &ignored) ||
	    source_read_all(source, &bytes, &ignored) ||
	    json_parse(buffer_view(&bytes), NULL, &config, &ignored))
		return;
	text = json_text(json_at(json_member(config, "architectures"), 0));
	if (!text)
		text = json_text(json_member(config, "model_type"));
	if (text && text[0])
		*out_text = strdup(text);
}

int files_keep(struct adding *adding, const char *path, const char *const *exclude,
	       size_t exclude_count, struct kept *out_kept, struct error *err)
{
	struct tree_options options = { .exclude = exclude, .exclude_count = exclude_count };
	CLEANUP(kept_release) struct kept kept = { 0 };
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct keeping keeping = { .adding = adding };
	struct manifest_sink sink = { &keeping, keep_begin, keep_piece, keep_end };

	if (tree_open(path, &options, &tree, err))
		return -1;
	if (!tree_count(tree))
		return error_set(err, ERROR_USAGE, "there is no file in '%s'", path);
	keeping.tree = tree;
	if (room_check(adding, tree, err) ||
	    manifest_build(adding->registry->ctx, tree, &sink, &kept.manifest, err) ||
	    files_link(adding, tree, kept.manifest, err) ||
	    manifest_keep(adding, kept.manifest, &kept.identity, err))
		return -1;
	kept.records = keeping.records;
	architecture_read(tree, &kept.architecture);
	*out_kept = kept;
	kept.manifest = NULL; /* handed over */
	kept.architecture = NULL;
	return 0;
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

int adding_publish(struct adding *adding, const struct statement_draft *draft, size_t count,
		   struct statement_made *out_made, struct error *err)
{
	if (adding->how->dry_run) {
		memset(out_made, 0, count * sizeof(*out_made));
		return 0;
	}
	if (store_flush(adding->registry->store, err))
		return -1;
	return registry_publish_statements(adding->registry, adding->key, draft, count, out_made,
					   err);
}
