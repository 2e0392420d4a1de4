/* Files that are registered: read once, hashed, counted and kept as they go by. */
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/known_files.h"
#include "registry/packs/piece_bases.h"

enum { CONFIG_READ_MAX = 4 << 20, LINE_STEP_BYTES = 1 << 20 };

void kept_release(struct kept *kept)
{
	manifest_free(&kept->manifest);
	free(kept->architecture);
	kept->architecture = NULL;
	json_free(&kept->left_out);
}

struct keeping {
	struct adding *adding;
	const struct tree *tree;
	const struct piece_bases *bases; /* or NULL */
	struct corpus *corpus;           /* or NULL */
	const struct manifest *earlier;  /* an earlier version's, or NULL */
	struct known_file *file;         /* of file i of the tree */
	bool *known;                     /* file i need not be read */
	uint64_t to_read;                /* bytes of the others */
	bool shares;                     /* copies share blocks, as far as one tells for all */
};

static void keeping_release(struct keeping *keeping)
{
	free(keeping->file);
	free(keeping->known);
}

struct keeping_file {
	struct store_file *file;     /* NULL where nothing is copied */
	struct corpus_file *counted; /* NULL where nothing is counted */
	uint64_t size;
	bool text;
	uint64_t *lines; /* added to by several threads */
};

/* Where the file `name` of the tree lies. */
static int file_path(const struct tree *tree, const char *name, char **out_path, struct error *err)
{
	if (tree_kind(tree) != TREE_FILE)
		return path_join(tree_root(tree), name, out_path, err);
	*out_path = strdup(tree_path(tree));
	return *out_path ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a path");
}

static bool copies(const struct adding *adding)
{
	return !adding->how->dry_run && adding->how->mode == STORE_COPY;
}

/* ---- As they go by ---- */

static void file_uncount(struct corpus_file *counted)
{
	struct error ignored = { 0 };

	if (counted && corpus_file_end(counted, false, &ignored))
		return; /* it only lets go of it */
}

/* An earlier version of the file: of the same path, or where there is one file alone, that one. */
static struct digest earlier_file(const struct keeping *keeping, const char *name)
{
	const struct manifest *earlier = keeping->earlier;
	const struct manifest_file *file = earlier ? manifest_find(earlier, name) : NULL;

	if (!file && earlier && earlier->file_count == 1 && tree_count(keeping->tree) == 1)
		file = &earlier->file[0];
	return file ? file->sha256 : (struct digest){ { 0 } };
}

/* Nothing of a file is wanted that is neither copied nor has anything to count. */
static bool is_text(const char *name)
{
	return text_ends_with(name, ".jsonl") || text_ends_with(name, ".txt");
}

/* Without its bytes being copied, are its lines counted, or what stands in it? */
static enum manifest_want keep_wants(void *user, const char *name)
{
	const struct keeping *keeping = user;

	if (keeping->corpus || is_text(name))
		return MANIFEST_PIECES;
	if (!copies(keeping->adding))
		return MANIFEST_NOTHING;
	return keeping->shares ? MANIFEST_END : MANIFEST_PIECES;
}

static bool keep_pieces(void *user, void *arg)
{
	const struct keeping_file *file = arg;

	(void)user;
	return file->text || file->counted || !file->file || !file->file->there;
}

static int keep_begin(void *user, const char *name, struct source *source, void **out_file,
		      struct error *err)
{
	struct keeping *keeping = user;
	struct store *store = keeping->adding->registry->store;
	bool text = is_text(name);
	struct keeping_file *file;
	struct corpus_file *counted = NULL;

	if (keeping->corpus &&
	    corpus_file_begin(keeping->corpus, name, source->size, &counted, err))
		return -1;
	if (!text && !copies(keeping->adding) && !counted)
		return 0;
	file = calloc(1, sizeof(*file));
	if (!file) {
		file_uncount(counted);
		return error_set(err, ERROR_SYSTEM, "out of memory for a file");
	}
	file->counted = counted;
	file->text = text;
	file->size = source->size;
	file->lines =
		&keeping->file[tree_find(keeping->tree, name) - tree_file(keeping->tree, 0)].lines;
	if (copies(keeping->adding)) {
		struct store_file_wish wish = {
			.like = source,
			.size = source->size,
			.name = name,
			.content = text ? CONTENT_TEXT : CONTENT_BYTES,
			.effort = keeping->adding->how->compression,
			.earlier = earlier_file(keeping, name),
		};

		if (store->type->file_begin(store, &wish, &file->file, err)) {
			file_uncount(counted);
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
				    .content = content_of(file, piece->tensor),
				    .divisible = !piece->has_tensors };

	if (piece->tensor && keeping->bases)
		piece_bases_find(keeping->bases, piece, &kept.base);
	if (file->text)
		__atomic_fetch_add(file->lines, lines_count(file, piece), __ATOMIC_RELAXED);
	if (file->counted && corpus_file_piece(file->counted, piece->offset, piece->bytes, err))
		return -1;
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

	if (file->file && sha256)
		failed = type->file_commit(file->file, sha256, err);
	else if (file->file)
		type->file_abort(file->file);
	if (!failed && file->counted)
		failed = corpus_file_end(file->counted, sha256 != NULL, err);
	else
		file_uncount(file->counted);
	free(file);
	return failed;
}

static bool keep_in_order(void *user, void *arg)
{
	const struct keeping_file *file = arg;

	(void)user;
	return file->counted && corpus_file_in_order(file->counted);
}

/* ---- What is known already ---- */

/* Does the store have all that is asked of it for the file? */
static bool is_kept(const struct adding *adding, const struct digest *digest)
{
	struct store *store = adding->registry->store;
	struct error ignored = { 0 };
	enum store_mode mode;
	bool changed, there = true;

	/* What nothing needed until now must not be thrown away from here on. */
	if (!adding->how->dry_run && store_rely(store, digest, &there, &ignored))
		return false;
	return there && store_mode_of(store, digest, &mode, &ignored) == 0 &&
	       mode <= adding->how->mode && store_changed(store, digest, &changed, &ignored) == 0 &&
	       !changed;
}

/* Which files of the tree are still what they were when they were registered. */
static void known_find(struct keeping *keeping, const struct known_files *before,
		       const struct manifest *manifest)
{
	for (size_t i = 0; i < tree_count(keeping->tree); i++) {
		const char *name = tree_file(keeping->tree, i)->name;
		const struct manifest_file *file = manifest_find(manifest, name);
		const struct known_file *then = known_files_find(before, name);

		if (!file || !then || file->size != keeping->file[i].stamp.size ||
		    !file_stamp_equal(&then->stamp, &keeping->file[i].stamp) ||
		    !is_kept(keeping->adding, &file->sha256))
			continue;
		keeping->known[i] = true;
		keeping->file[i].lines = then->lines;
	}
}

/* Is the file of that path one that is not read? */
static bool is_known(void *user, const char *path)
{
	const struct keeping *keeping = user;
	const struct tree_file *file = tree_find(keeping->tree, path);

	return file && keeping->known[file - tree_file(keeping->tree, 0)];
}

/* What was counted in the files of the manifest that are not read now. */
static int counts_before(struct keeping *keeping, const struct digest *manifest, struct error *err)
{
	const struct registry *registry = keeping->adding->registry;
	CLEANUP(buffer_release) struct buffer counts;
	struct digest digest;

	buffer_init(&counts, COUNTS_MAX_BYTES);
	if (known_counts_read(registry, manifest, &digest, err) ||
	    store_get(registry->store, &digest, &counts, err))
		return -1;
	if (!corpus_counts_alike(keeping->corpus, buffer_view(&counts)))
		return error_set(err, ERROR_ABSENT, "they were counted in another way");
	return corpus_known(keeping->corpus, buffer_view(&counts), is_known, keeping, err);
}

/* What was noted when the path was registered; *out_manifest stays NULL when that cannot be used.
 */
static void known_read(struct keeping *keeping, const struct digest *key,
		       struct manifest **out_manifest)
{
	struct store *store = keeping->adding->registry->store;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer json, pieces;
	CLEANUP(known_files_release) struct known_files then = { .file = NULL };
	struct error ignored = { 0 };

	buffer_init(&json, MANIFEST_MAX_BYTES);
	buffer_init(&pieces, (size_t)MANIFEST_PIECES_MAX_BYTES);
	if (keeping->adding->how->rehash ||
	    known_files_read(keeping->adding->registry, key, &then, &ignored) ||
	    store_get(store, &then.manifest, &json, &ignored) ||
	    manifest_parse(buffer_view(&json), &manifest, &ignored) ||
	    store_get(store, &manifest->pieces, &pieces, &ignored) ||
	    manifest_add_pieces(manifest, buffer_view(&pieces), &ignored))
		return;
	known_find(keeping, &then, manifest);
	if (keeping->corpus && counts_before(keeping, &then.manifest, &ignored)) {
		memset(keeping->known, 0, tree_count(keeping->tree) * sizeof(*keeping->known));
		return;
	}
	*out_manifest = manifest;
	manifest = NULL; /* handed over */
}

/* Look at every file before anything is read. */
static int stamps_take(struct keeping *keeping, struct error *err)
{
	size_t count = tree_count(keeping->tree);

	keeping->file = calloc(count + 1, sizeof(*keeping->file));
	keeping->known = calloc(count + 1, sizeof(*keeping->known));
	if (!keeping->file || !keeping->known)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < count; i++) {
		CLEANUP(text_free) char *path = NULL;

		keeping->file[i].name = tree_file(keeping->tree, i)->name;
		if (file_path(keeping->tree, keeping->file[i].name, &path, err) ||
		    file_stamp_take(path, &keeping->file[i].stamp, err))
			return -1;
	}
	return 0;
}

/*
 * Note for the next time the files that nobody changed since before they were
 * read, and that nobody can have changed unseen. It is a help: failing is no failure.
 */
static void known_write(struct keeping *keeping, const struct digest *key, int64_t begun_unix_s,
			const struct digest *manifest, const struct digest *counts)
{
	struct known_file *file = keeping->file;
	struct error ignored = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < tree_count(keeping->tree); i++) {
		CLEANUP(text_free) char *path = NULL;
		struct file_stamp now;

		if (known_files_is_racy(&file[i].stamp, begun_unix_s) ||
		    file_path(keeping->tree, file[i].name, &path, &ignored) ||
		    file_stamp_take(path, &now, &ignored))
			continue;
		/* Our own link changed the attributes, and nothing else. */
		if (keeping->adding->how->mode == STORE_LINK)
			file[i].stamp.attributes_ns = now.attributes_ns;
		if (file_stamp_equal(&now, &file[i].stamp))
			file[kept++] = file[i];
	}
	if (known_files_write(keeping->adding->registry, key, manifest, file, kept, &ignored) ||
	    (counts && known_counts_write(keeping->adding->registry, manifest, counts, &ignored)))
		context_notice(keeping->adding->registry->ctx,
			       "what was read is not noted, and is read again next time: %s",
			       ignored.text);
}

/* ---- Room, links, the manifest ---- */

/* Copies need room, and that is asked for before the first byte is written. */
static int room_check(struct keeping *keeping, struct error *err)
{
	const struct tree *tree = keeping->tree;
	CLEANUP(text_free) char *sample = NULL;
	const char *largest = NULL;
	uint64_t bytes = 0, most = 0;

	for (size_t i = 0; i < tree_count(tree); i++) {
		const struct tree_file *file = tree_file(tree, i);

		if (keeping->known[i])
			continue;
		if (__builtin_add_overflow(bytes, file->size, &bytes))
			return error_set(err, ERROR_USAGE, "'%s' is too large", tree_path(tree));
		if (!largest || file->size > most) {
			largest = file->name;
			most = file->size;
		}
	}
	if (!copies(keeping->adding) || !largest)
		return 0;
	if (file_path(tree, largest, &sample, err) ||
	    store_room(keeping->adding->registry->store, sample, bytes, err))
		return -1;
	keeping->shares = store_shares(keeping->adding->registry->store, sample);
	return 0;
}

/* Links and references are made when the digests are known. */
static int files_link(struct keeping *keeping, const struct manifest *manifest, struct error *err)
{
	struct adding *adding = keeping->adding;

	if (adding->how->dry_run || copies(adding))
		return 0;
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];
		CLEANUP(text_free) char *path = NULL;

		if (keeping->known[i])
			continue;
		if (file_path(keeping->tree, file->path, &path, err) ||
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

/* What the rules, TREE_IGNORE_FILE and --exclude left out; NULL when that is nothing. */
static int left_out_list(const struct tree *tree, struct json **out_list, struct error *err)
{
	CLEANUP(json_free) struct json *list = NULL;

	if (!tree_ignored_count(tree))
		return 0;
	if (json_array_new(&list, err))
		return -1;
	for (size_t i = 0; i < tree_ignored_count(tree); i++) {
		const struct tree_ignored *ignored = tree_ignored(tree, i);
		struct json *item;

		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "name", ignored->name, err) ||
		    json_set_text(item, "reason", ignored->reason, err))
			return -1;
	}
	*out_list = list;
	list = NULL; /* handed over */
	return 0;
}

/* The object of counts; in a dry run only its digest. */
static int counts_keep(struct keeping *keeping, struct digest *out_digest, struct error *err)
{
	CLEANUP(buffer_release) struct buffer counts;

	buffer_init(&counts, COUNTS_MAX_BYTES);
	if (corpus_write(keeping->corpus, &counts, err))
		return -1;
	*out_digest = sha256(buffer_view(&counts));
	return keeping->adding->how->dry_run ? 0
					     : store_put(keeping->adding->registry->store,
							 buffer_view(&counts), out_digest, err);
}

/* The number of the line that begins at `offset` of a plain file. */
static int line_number(const struct tree *tree, const char *path, uint64_t offset,
		       uint64_t *out_number, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer step;
	uint64_t number = 1;
	uint8_t *room;

	buffer_init(&step, LINE_STEP_BYTES);
	if (tree_open_file(tree, path, &source, err) ||
	    buffer_extend(&step, LINE_STEP_BYTES, &room, err))
		return -1;
	for (uint64_t at = 0; at < offset; at += LINE_STEP_BYTES) {
		size_t len =
			offset - at < LINE_STEP_BYTES ? (size_t)(offset - at) : LINE_STEP_BYTES;
		const uint8_t *found = room;

		if (source_read_at(source, at, room, len, err))
			return -1;
		for (; (found = memchr(found, '\n', (size_t)(room + len - found))); found++)
			number++;
	}
	*out_number = number;
	return 0;
}

/* Say in which line of which file it is; pieces of a plain file come in no order. */
static int line_blame(const struct keeping *keeping, struct error *err)
{
	struct error ignored = { 0 };
	const char *path;
	uint64_t offset, number;

	if (!keeping->corpus || !corpus_broken_at(keeping->corpus, &path, &offset))
		return -1;
	if (line_number(keeping->tree, path, offset, &number, &ignored))
		return error_prefix(err, "'%s', the line at byte %llu", path,
				    (unsigned long long)offset);
	return error_prefix(err, "'%s', line %llu", path, (unsigned long long)number);
}

/* Read what is not known, keep it and note it. */
static int tree_keep(struct keeping *keeping, const struct files_wish *wish, struct kept *kept,
		     struct error *err)
{
	const struct manifest_sink sink = { keeping,    keep_begin,    keep_piece, keep_end,
					    keep_wants, keep_in_order, keep_pieces };
	struct adding *adding = keeping->adding;
	CLEANUP(manifest_free) struct manifest *before = NULL;
	CLEANUP(text_free) char *real = realpath(tree_root(keeping->tree), NULL);
	struct digest key = known_files_key(real ? real : tree_root(keeping->tree), wish->exclude,
					    wish->exclude_count);
	int64_t begun = context_now(adding->registry->ctx);
	struct manifest_known known;

	if (stamps_take(keeping, err))
		return -1;
	known_read(keeping, &key, &before);
	known = (struct manifest_known){ before, keeping->known };
	if (room_check(keeping, err))
		return -1;
	if (manifest_build_known(adding->registry->ctx, keeping->tree, before ? &known : NULL,
				 &sink, &kept->manifest, err))
		return line_blame(keeping, err);
	if (files_link(keeping, kept->manifest, err) ||
	    manifest_keep(adding, kept->manifest, &kept->identity, err) ||
	    (keeping->corpus && counts_keep(keeping, &kept->counts, err)))
		return -1;
	for (size_t i = 0; i < tree_count(keeping->tree); i++)
		kept->records += keeping->file[i].lines;
	if (adding->how->dry_run)
		return 0;
	/* What is whole stays, also when the rest of a series is killed. */
	if (store_flush(adding->registry->store, err))
		return -1;
	known_write(keeping, &key, begun, &kept->identity, keeping->corpus ? &kept->counts : NULL);
	return 0;
}

int files_keep(struct adding *adding, const struct files_wish *wish, struct kept *out_kept,
	       struct error *err)
{
	struct tree_options options = { .exclude = wish->exclude,
					.exclude_count = wish->exclude_count,
					.ignore_file = true };
	CLEANUP(kept_release) struct kept kept = { 0 };
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(piece_bases_release) struct piece_bases bases = { 0 };
	CLEANUP(keeping_release) struct keeping keeping = { .adding = adding };

	if (tree_open(wish->path, &options, &tree, err))
		return -1;
	if (!tree_count(tree))
		return error_set(err, ERROR_USAGE, "there is no file in '%s'", wish->path);
	keeping.tree = tree;
	keeping.corpus = wish->corpus;
	if (wish->base && copies(adding)) {
		if (piece_bases_make(wish->base, &bases, err))
			return -1;
		keeping.bases = &bases;
		keeping.earlier = wish->base;
	}
	if (left_out_list(tree, &kept.left_out, err) || tree_keep(&keeping, wish, &kept, err))
		return -1;
	architecture_read(tree, &kept.architecture);
	*out_kept = kept;
	kept.manifest = NULL; /* handed over */
	kept.architecture = NULL;
	kept.left_out = NULL;
	return 0;
}
