/* Who is hit by what does not hold: names, files, tensors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/examine/inner.h"
#include "registry/reach.h"
#include "registry/store.h"
#include "verify/verify.h"

#define WHERE_MAX_BYTES 1024u

/* ---- Where a file was changed ---- */

struct one_file {
	struct store *store;
	const struct manifest_file *file;
};

static int one_open(void *user, const char *name, struct source **out_source, struct error *err)
{
	const struct one_file *one = user;

	(void)name;
	return store_read(one->store, &one->file->sha256, out_source, err);
}

/* What the pieces tell of a changed file; the text stays empty where they tell nothing. */
static int file_compare(struct examining *examining, const struct digest *identity,
			const char *path, struct buffer *out, struct error *err)
{
	struct registry *registry = examining->registry;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct bytes_options options = { .no_recut = true };
	struct one_file one = { .store = registry->store };
	struct tree_file file = { .name = path };

	if (examine_trust(examining, err) ||
	    manifest_from_objects(examining->evidence, identity, &manifest, err))
		return -1;
	one.file = manifest_find(manifest, path);
	if (!one.file || !manifest->record)
		return 0;
	if (one_open(&one, path, &source, err))
		return -1;
	file.size = source->size;
	if (tree_of("the registry", &file, 1, one_open, &one, &tree, err) ||
	    bytes_compare(registry->ctx, manifest, tree, &options, &report, err))
		return -1;
	for (size_t i = 0; i < report->file_count; i++)
		if (strcmp(report->file[i].path, path) == 0 &&
		    report->file[i].state != BYTES_HOLD &&
		    bytes_file_text(&report->file[i], out, err))
			return -1;
	return 0;
}

/* The same without "PATH: " in front; NULL where it cannot be told. The caller frees it. */
static char *file_where(struct examining *examining, const struct digest *identity,
			const char *path)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error ignored = { 0 };
	size_t front = strlen(path) + 2;
	char *where = NULL;

	buffer_init(&text, 64 << 10);
	if (file_compare(examining, identity, path, &text, &ignored) || text.len <= front)
		return NULL;
	where = strndup((const char *)text.data + front, text.len - front);
	return where;
}

/* ---- Whole objects ---- */

static int object_hit(void *arg, const struct reach_object *object, struct error *err)
{
	struct examining *examining = arg;
	struct damage *damage = damages_find(&examining->report.damages, &object->digest);
	CLEANUP(text_free) char *where = NULL;

	if (!damage || object->role == REACH_MENTION || damage->what == DAMAGE_STATEMENT)
		return 0;
	damage->needed = damage->needed || object->needed;
	if (damage->size == DAMAGE_SIZE_UNKNOWN)
		damage->size = object->size;
	if (object->file && damage->what == DAMAGE_CHANGED && !damage->hits)
		where = file_where(examining, &object->by->digest, object->file->path);
	return damage_hit_add(damage, object->by->subject, statement_kind_name(object->by->kind),
			      object->what, where, err);
}

/* ---- Pieces, which a store may keep one by one ---- */

struct piece_place {
	const struct manifest *manifest;
	const struct manifest_file *file;
	const struct piece *piece;
};

static void piece_text(const struct piece_place *place, char out_text[WHERE_MAX_BYTES])
{
	const struct piece *piece = place->piece;
	const char *tensor = NULL;

	if (piece->tensor != PIECE_NO_TENSOR)
		tensor = place->manifest->tensor[place->file->first_tensor + piece->tensor].name;
	snprintf(out_text, WHERE_MAX_BYTES, "%s%.600s%s, bytes %llu to %llu",
		 tensor ? "tensor '" : "outside every tensor", tensor ? tensor : "",
		 tensor ? "'" : "", (unsigned long long)piece->offset,
		 (unsigned long long)piece->offset + piece->len);
}

/* A file whose parts in the store are met with its pieces. */
struct parts_met {
	struct examining *examining;
	const struct reach_object *object;
	const struct manifest_file *file;
	const struct piece *piece;
	size_t next;     /* piece that begins at `offset` or behind it */
	uint64_t offset; /* of the next part */
};

static int hit_add(struct damage *damage, const struct parts_met *met, uint64_t offset,
		   uint64_t len, const char *where, struct error *err)
{
	damage->needed = damage->in_file = true;
	damage->file = met->file->sha256;
	damage->offset = offset;
	damage->file_size = met->file->size;
	damage->size = len;
	return damage_hit_add(damage, met->object->by->subject,
			      statement_kind_name(met->object->by->kind), met->file->path, where,
			      err);
}

/* A store_visit_part: parts that are not the pieces themselves, which were looked at. */
static int part_hit(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		    struct error *err)
{
	struct parts_met *met = arg;
	struct damage *damage = damages_find(&met->examining->report.damages, digest);
	uint64_t at = met->offset;
	char where[WHERE_MAX_BYTES];

	(void)stored_len;
	met->offset += raw_len;
	while (met->next < met->file->piece_count && met->piece[met->next].offset < at)
		met->next++;
	if (!damage || damage->what == DAMAGE_STATEMENT || raw_len == met->file->size ||
	    (met->next < met->file->piece_count && met->piece[met->next].offset == at &&
	     met->piece[met->next].len == raw_len))
		return 0;
	snprintf(where, sizeof(where), "bytes %llu to %llu", (unsigned long long)at,
		 (unsigned long long)(at + raw_len));
	return hit_add(damage, met, at, raw_len, where, err);
}

static int file_pieces(struct examining *examining, const struct reach_object *object,
		       const struct manifest *manifest, const struct manifest_file *file,
		       struct error *err)
{
	struct parts_met met = { .examining = examining, .object = object, .file = file };
	struct piece *piece = NULL;
	char where[WHERE_MAX_BYTES];
	struct error why = { 0 };
	size_t count;
	int failed = 0;

	if (pieces_cut(file->size, manifest->tensor + file->first_tensor, file->tensor_count,
		       &piece, &count, err))
		return -1;
	met.piece = piece;
	for (size_t i = 0; i < count && i < file->piece_count && !failed; i++) {
		struct damage *damage =
			damages_find(&examining->report.damages,
				     &manifest->record[file->first_piece + i].digest);

		if (!damage || damage->what == DAMAGE_STATEMENT)
			continue;
		piece_text(&(struct piece_place){ manifest, file, &piece[i] }, where);
		failed = hit_add(damage, &met, piece[i].offset, piece[i].len, where, err);
	}
	/* What cannot be told of a file that is not there, or whose recipe is damaged, was told. */
	if (!failed && !file->tensor_count &&
	    store_parts(examining->registry->store, &file->sha256, false, part_hit, &met, &why) &&
	    why.code == ERROR_SYSTEM)
		failed = error_set(err, why.code, "%s", why.text);
	free(piece);
	return failed;
}

/* ---- What living parts are decoded with ---- */

struct base_looking {
	struct examining *examining;
	const struct reach_object *object;
};

/* A store_visit_part: bases and dictionaries come with a raw_len of 0. */
static int base_hit(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		    struct error *err)
{
	const struct base_looking *looking = arg;
	const struct reach_object *object = looking->object;
	struct damage *damage = damages_find(&looking->examining->report.damages, digest);

	(void)stored_len;
	if (raw_len || !damage || damage->what == DAMAGE_STATEMENT)
		return 0;
	damage->needed = true;
	return damage_hit_add(damage, object->by->subject, statement_kind_name(object->by->kind),
			      object->what, "pieces of it are kept as what differs from this", err);
}

static int bases_hit(void *arg, const struct reach_object *object, struct error *err)
{
	struct base_looking looking = { .examining = arg, .object = object };
	struct error why = { 0 };

	/* What cannot be told of an object that is not there, or is damaged itself, was told. */
	if (!object->needed || !object->by ||
	    store_parts(looking.examining->registry->store, &object->digest, true, base_hit,
			&looking, &why) == 0)
		return 0;
	return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
}

static int pieces_hit(void *arg, const struct reach_object *object, struct error *err)
{
	struct examining *examining = arg;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;

	if (object->role != REACH_PIECES)
		return 0;
	if (examine_manifest(examining, object, &manifest, err))
		return -1;
	for (size_t i = 0; manifest && manifest->record && i < manifest->file_count; i++)
		if (file_pieces(examining, object, manifest, &manifest->file[i], err))
			return -1;
	return 0;
}

/* Objects that do not hold and that nobody asked for as a whole. */
static bool any_unclaimed(const struct examining *examining)
{
	const struct damages *damages = &examining->report.damages;

	for (size_t i = 0; i < damages->count; i++)
		if (damages->item[i].has_object && damages->item[i].what != DAMAGE_STATEMENT &&
		    damages->item[i].what != DAMAGE_COPY && !damages->item[i].hits)
			return true;
	return false;
}

int examine_hits(struct examining *examining, struct error *err)
{
	struct reach_request request = { .visit = object_hit,
					 .blind = examine_blind_pass,
					 .arg = examining,
					 .log_checked = true };

	if (examine_trust(examining, err) || reach_each(examining->registry, &request, err))
		return -1;
	request.visit = pieces_hit;
	if (any_unclaimed(examining) && reach_each(examining->registry, &request, err))
		return -1;
	request.visit = bases_hit;
	return any_unclaimed(examining) ? reach_each(examining->registry, &request, err) : 0;
}
