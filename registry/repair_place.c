/* Where a repair looks: another registry, by digest, or a folder, by the digests of its files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/repair_inner.h"
#include "registry/statement.h"
#include "registry/store.h"

struct place_file {
	const struct tree_file *file; /* borrowed from the tree */
	struct digest digest;
};

struct repair_place {
	const struct context *ctx;
	char *name;
	struct registry *other;  /* or */
	struct tree *tree;       /* every file of the folder */
	struct place_file *file; /* those that were worth hashing, by digest */
	size_t count;
};

void place_close(struct repair_place **place)
{
	struct repair_place *p = *place;

	if (!p)
		return;
	registry_close(&p->other);
	free(p->file);
	tree_close(&p->tree);
	free(p->name);
	free(p);
	*place = NULL;
}

const char *place_name(const struct repair_place *place)
{
	return place->name;
}

void found_release(struct found *found)
{
	source_close(&found->source);
	source_close(&found->whole);
	free(found->path);
	found->path = NULL;
}

/* ---- A folder ---- */

/* Could this file be something that is looked for? */
static bool worth_hashing(const struct damages *damages, uint64_t size)
{
	for (size_t i = 0; i < damages->count; i++) {
		const struct damage *damage = &damages->item[i];

		if (!damage->has_object || damage->what == DAMAGE_STATEMENT ||
		    damage->state == REPAIR_DONE)
			continue;
		if (damage->size == DAMAGE_SIZE_UNKNOWN ? size <= STORE_OBJECT_MAX
							: size == damage->size)
			return true;
	}
	return false;
}

static int open_again(void *user, const char *name, struct source **out_source, struct error *err)
{
	return tree_open_file(((struct repair_place *)user)->tree, name, out_source, err);
}

static int file_order(const void *a, const void *b)
{
	return memcmp(&((const struct place_file *)a)->digest,
		      &((const struct place_file *)b)->digest, DIGEST_SIZE);
}

/* Hash what is worth it, on all cores. */
static int files_hash(struct repair_place *place, const struct damages *damages, struct error *err)
{
	size_t all = tree_count(place->tree), count = 0;
	struct tree_file *file = calloc(all + 1, sizeof(*file));
	struct digest *digest = calloc(all + 1, sizeof(*digest));
	CLEANUP(tree_close) struct tree *some = NULL;
	int failed = 0;

	place->file = calloc(all + 1, sizeof(*place->file));
	if (!file || !digest || !place->file)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for %zu files", all);
	for (size_t i = 0; i < all && !failed; i++) {
		const struct tree_file *one = tree_file(place->tree, i);

		if (!worth_hashing(damages, one->size))
			continue;
		place->file[count].file = one;
		file[count++] = (struct tree_file){ .name = one->name, .size = one->size };
	}
	if (!failed)
		failed = tree_of(place->name, file, count, open_again, place, &some, err) ||
			 bytes_file_digests(place->ctx, some, digest, err);
	for (size_t i = 0; i < count && !failed; i++) {
		place->file[i].file = tree_find(place->tree, tree_file(some, i)->name);
		place->file[i].digest = digest[i];
	}
	place->count = failed ? 0 : count;
	if (place->count)
		qsort(place->file, place->count, sizeof(*place->file), file_order);
	free(file);
	free(digest);
	return failed ? -1 : 0;
}

/* Where the file of the tree lies; NULL where that has no path of its own. */
static int path_of(const struct repair_place *place, const struct tree_file *file, char **out_path,
		   struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (tree_kind(place->tree) == TREE_FILE)
		path = strdup(tree_path(place->tree));
	else if (path_join(tree_path(place->tree), file->name, &path, err))
		return -1;
	*out_path = path ? realpath(path, NULL) : NULL;
	return 0;
}

static int folder_find(struct repair_place *place, const struct damage *damage,
		       struct found *out_found, struct error *err)
{
	struct place_file key = { .digest = damage->object }, *at = NULL;

	if (place->count)
		at = bsearch(&key, place->file, place->count, sizeof(key), file_order);
	if (!at)
		return 0;
	return tree_open_file(place->tree, at->file->name, &out_found->source, err) ||
			       path_of(place, at->file, &out_found->path, err)
		       ? -1
		       : 0;
}

/* ---- A piece of a file that is there as a whole ---- */

static bool is_piece(struct source *whole, const struct damage *damage, struct found *out_found)
{
	CLEANUP(source_close) struct source *slice = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error ignored = { 0 };
	struct digest found;

	buffer_init(&bytes, STORE_OBJECT_MAX);
	if (damage->size > STORE_OBJECT_MAX || damage->offset > whole->size ||
	    damage->size > whole->size - damage->offset ||
	    source_open_slice(whole, damage->offset, damage->size, &slice, &ignored) ||
	    source_read_all(slice, &bytes, &ignored))
		return false;
	found = sha256(buffer_view(&bytes));
	if (!digest_equal(&found, &damage->object))
		return false;
	out_found->source = slice;
	slice = NULL; /* handed over */
	return true;
}

static int folder_find_piece(struct repair_place *place, const struct damage *damage,
			     struct found *out_found, struct error *err)
{
	for (size_t i = 0; i < tree_count(place->tree); i++) {
		const struct tree_file *file = tree_file(place->tree, i);
		CLEANUP(source_close) struct source *whole = NULL;

		if (file->size != damage->file_size)
			continue;
		if (tree_open_file(place->tree, file->name, &whole, err))
			return -1;
		if (!is_piece(whole, damage, out_found))
			continue;
		out_found->whole = whole;
		whole = NULL; /* handed over */
		return 0;
	}
	return 0;
}

/* ---- Another registry ---- */

/* What cannot be read there is not there. */
static int other_open(struct repair_place *place, const struct digest *digest,
		      struct source **out_source, struct error *err)
{
	struct error why = { 0 };

	if (store_read(place->other->store, digest, out_source, &why) == 0)
		return 0;
	*out_source = NULL;
	return context_check_cancelled(place->ctx, err);
}

/* A piece that no object of either registry is: what differences were made from. */
static int other_part(struct repair_place *place, const struct damage *damage,
		      struct found *out_found, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error why = { 0 };

	buffer_init(&bytes, STORE_OBJECT_MAX);
	if (store_part(place->other->store, &damage->object, &bytes, &why) == 0)
		return source_open_memory(place->name, buffer_view(&bytes), &out_found->source,
					  err);
	return context_check_cancelled(place->ctx, err);
}

static int other_find(struct repair_place *place, const struct damage *damage,
		      struct found *out_found, struct error *err)
{
	CLEANUP(source_close) struct source *whole = NULL;

	if (other_open(place, &damage->object, &out_found->source, err))
		return -1;
	if (out_found->source)
		return 0;
	if (damage->in_file && other_open(place, &damage->file, &whole, err))
		return -1;
	if (!whole || !is_piece(whole, damage, out_found))
		return other_part(place, damage, out_found, err);
	out_found->whole = whole;
	whole = NULL; /* handed over */
	return 0;
}

/* ---- Either ---- */

static int other_registry(struct registry *registry, struct repair_place *place, const char *from,
			  bool *out_is, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct error absent = { 0 };

	*out_is = false;
	if (registry_find(place->ctx, from, NULL, &folder, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	if (strcmp(folder, registry->folder) == 0)
		return error_set(err, ERROR_USAGE,
				 "'%s' is the registry that is to be repaired: name another", from);
	*out_is = true;
	return registry_open(place->ctx, folder, &place->other, err);
}

int place_open(struct registry *registry, const char *from, const struct damages *damages,
	       struct repair_place **out_place, struct error *err)
{
	CLEANUP(place_close) struct repair_place *place = calloc(1, sizeof(*place));
	struct tree_options options = { .everything = true };
	bool other;

	if (!place || !(place->name = strdup(from)))
		return error_set(err, ERROR_SYSTEM, "out of memory for a repair");
	place->ctx = registry->ctx;
	if (other_registry(registry, place, from, &other, err))
		return -1;
	if (!other &&
	    (tree_open(from, &options, &place->tree, err) || files_hash(place, damages, err)))
		return -1;
	*out_place = place;
	place = NULL; /* handed over */
	return 0;
}

int place_find(struct repair_place *place, const struct damage *damage, struct found *out_found,
	       struct error *err)
{
	struct found found = { .source = NULL };
	int failed = place->other ? other_find(place, damage, &found, err)
				  : folder_find(place, damage, &found, err);

	if (!failed && !found.source && !place->other && damage->in_file)
		failed = folder_find_piece(place, damage, &found, err);
	if (failed) {
		found_release(&found);
		return -1;
	}
	*out_found = found;
	return 0;
}

int place_statement(struct repair_place *place, const struct damage *damage, struct buffer *out,
		    struct error *err)
{
	char statement[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], name[256];
	CLEANUP(source_close) struct source *source = NULL;

	if (place->other)
		return registry_envelope(place->other, &damage->object, &damage->signer, out, NULL,
					 err);
	digest_to_hex(&damage->object, statement);
	digest_to_hex(&damage->signer, key);
	snprintf(name, sizeof(name), "akashi/statements/%s.%s.json", statement, key);
	if (!tree_find(place->tree, name))
		return error_set(err, ERROR_ABSENT, "no such statement");
	return tree_open_file(place->tree, name, &source, err) || source_read_all(source, out, err)
		       ? -1
		       : 0;
}
