/* The calls that every storage backend gets: naming, checking, asking for what it can. */
#include "registry/store.h"

#include <string.h>

static const struct store_type *const types[] = {
#define STORE(name) &store_##name,
#include "registry/stores.def"
#undef STORE
};

static const char *const mode_names[] = {
	[STORE_COPY] = "copy",
	[STORE_LINK] = "link",
	[STORE_REFERENCE] = "reference",
};

int store_mode_parse(const char *text, enum store_mode *out_mode, struct error *err)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
		if (strcmp(mode_names[i], text) != 0)
			continue;
		*out_mode = (enum store_mode)i;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' is no way to store: use copy, link or reference",
			 text);
}

const char *store_mode_name(enum store_mode mode)
{
	return mode_names[mode];
}

int store_open(const char *type, const char *path, struct store **out_store, struct error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i]->name, type) == 0)
			return types[i]->open(path, out_store, err);
	return error_set(err, ERROR_USAGE, "no store is called '%s'", type);
}

void store_close(struct store **store)
{
	if (!*store)
		return;
	(*store)->type->close(*store);
	*store = NULL;
}

int store_pack_size(struct store *store, uint64_t bytes, struct error *err)
{
	if (bytes < STORE_PACK_SIZE_MIN || bytes > STORE_PACK_SIZE_MAX)
		return error_set(err, ERROR_USAGE, "a pack has 8m to 64g bytes, not %llu",
				 (unsigned long long)bytes);
	if (store->type->pack_size)
		store->type->pack_size(store, bytes);
	return 0;
}

int store_put(struct store *store, struct span bytes, struct digest *out_digest, struct error *err)
{
	struct digest digest = sha256(bytes);
	struct store_writer *writer;
	bool there;

	if (store_rely(store, &digest, &there, err))
		return -1;
	if (there && store->type->settle && store->type->settle(store, &digest, err))
		return -1;
	if (!there) {
		if (store->type->put_begin(store, &writer, err))
			return -1;
		if (store->type->put_write(writer, bytes, err)) {
			store->type->put_abort(writer);
			return -1;
		}
		if (store->type->put_commit(writer, &digest, err))
			return -1;
	}
	*out_digest = digest;
	return 0;
}

int store_put_file(struct store *store, const char *path, uint64_t size,
		   const struct digest *digest, enum store_mode mode, struct error *err)
{
	if (!store->type->put_file || mode == STORE_COPY)
		return error_set(err, ERROR_USAGE, "the store '%s' keeps copies only",
				 store->type->name);
	return store->type->put_file(store, path, size, digest, mode, err);
}

int store_flush(struct store *store, struct error *err)
{
	return store->type->flush ? store->type->flush(store, err) : 0;
}

int store_stands(struct store *store, struct error *err)
{
	return store->type->stands ? store->type->stands(store, err) : 0;
}

int store_removal_begin(struct store *store, const struct context *ctx, struct lease **out_lease,
			size_t *out_writers, struct error *err)
{
	*out_lease = NULL;
	*out_writers = 0;
	return store->type->removal_begin
		       ? store->type->removal_begin(store, ctx, out_lease, out_writers, err)
		       : 0;
}

int store_get(struct store *store, const struct digest *digest, struct buffer *out,
	      struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	size_t before = out->len;
	struct digest found;
	char hex[DIGEST_HEX_SIZE];

	if (store_read(store, digest, &source, err) || source_read_all(source, out, err))
		return -1;
	found = sha256((struct span){ out->data ? out->data + before : NULL, out->len - before });
	if (digest_equal(&found, digest))
		return 0;
	out->len = before;
	digest_to_hex(digest, hex);
	return error_set(err, ERROR_CORRUPT,
			 "object sha256:%s was changed: its bytes no longer have that digest", hex);
}

int store_read(struct store *store, const struct digest *digest, struct source **out_source,
	       struct error *err)
{
	return store->type->read(store, digest, out_source, err);
}

int store_has(struct store *store, const struct digest *digest, bool *out_has, struct error *err)
{
	return store->type->has(store, digest, out_has, err);
}

int store_rely(struct store *store, const struct digest *digest, bool *out_has, struct error *err)
{
	return store->type->rely ? store->type->rely(store, digest, out_has, err)
				 : store_has(store, digest, out_has, err);
}

int store_mode_of(struct store *store, const struct digest *digest, enum store_mode *out_mode,
		  struct error *err)
{
	return store->type->mode(store, digest, out_mode, err);
}

int store_location(struct store *store, const struct digest *digest, struct buffer *out,
		   struct error *err)
{
	return store->type->location
		       ? store->type->location(store, digest, out, err)
		       : error_set(err, ERROR_ABSENT, "the object is the store's own");
}

int store_changed(struct store *store, const struct digest *digest, bool *out_changed,
		  struct error *err)
{
	*out_changed = false;
	return store->type->changed ? store->type->changed(store, digest, out_changed, err) : 0;
}

void store_tell_changed(struct store *store, const struct context *ctx, const struct digest *digest)
{
	struct error ignored = { 0 };
	char hex[DIGEST_HEX_SIZE];
	bool changed;

	if (store_changed(store, digest, &changed, &ignored) || !changed)
		return;
	digest_to_hex(digest, hex);
	context_notice(ctx,
		       "the file that sha256:%s is kept as a link or reference to changed since it "
		       "was registered (size, times or inode): only its bytes tell whether it is "
		       "still the same",
		       hex);
}

int store_list(struct store *store, struct store_cursor *cursor, struct digest *out_digests,
	       size_t max, size_t *out_count, struct error *err)
{
	return store->type->list(store, cursor, out_digests, max, out_count, err);
}

bool store_shares(struct store *store, const char *sample)
{
	return store->type->shares && store->type->shares(store, sample);
}

int store_room(struct store *store, const char *sample, uint64_t bytes, struct error *err)
{
	return store->type->room ? store->type->room(store, sample, bytes, err) : 0;
}

int store_clone(struct store *store, const struct digest *digest, int fd, bool *out_done,
		struct error *err)
{
	*out_done = false;
	return store->type->clone ? store->type->clone(store, digest, fd, out_done, err) : 0;
}

int store_parts(struct store *store, const struct digest *digest, bool measure,
		store_visit_part visit, void *arg, struct error *err)
{
	return store->type->parts(store, digest, measure, visit, arg, err);
}

int store_part(struct store *store, const struct digest *digest, struct buffer *out,
	       struct error *err)
{
	if (!store->type->part)
		return error_set(err, ERROR_ABSENT, "a store of type '%s' keeps no parts",
				 store->type->name);
	return store->type->part(store, digest, out, err);
}

int store_check(struct store *store, const struct context *ctx, const struct digest *digest,
		struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct digest found;
	char hex[DIGEST_HEX_SIZE];

	if (store_read(store, digest, &source, err) || source_sha256(ctx, source, &found, err))
		return -1;
	if (digest_equal(&found, digest))
		return 0;
	digest_to_hex(digest, hex);
	return error_set(err, ERROR_CORRUPT,
			 "object sha256:%s was changed: its bytes no longer have that digest", hex);
}

int store_mend(struct store *store, const struct context *ctx, const struct digest *digest,
	       struct source *good, struct error *err)
{
	if (!store->type->mend)
		return error_set(err, ERROR_USAGE, "a store of type '%s' mends nothing",
				 store->type->name);
	return store->type->mend(store, ctx, digest, good, err);
}

int store_remove(struct store *store, const struct digest *digest, struct error *err)
{
	if (!(store->type->capabilities & STORE_CAN_REMOVE))
		return error_set(err, ERROR_USAGE, "a store of type '%s' removes nothing",
				 store->type->name);
	return store->type->remove(store, digest, err);
}
