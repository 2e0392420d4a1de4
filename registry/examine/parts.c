/*
 * Objects that a store keeps in parts: do the parts, in this order, give the object?
 *
 * The store compared each part with its digest. Where the parts are the very
 * pieces that a signed manifest lists, nothing is left to hash; otherwise (a
 * text that was cut at lines, a file that no manifest names) the object is.
 */
#include <stdlib.h>

#include "registry/examine/inner.h"
#include "registry/reach.h"
#include "registry/store_check.h"

enum { SORT_MEMORY_BYTES = 4 << 20, BATCH_OBJECTS = 4096 };

/* A file's parts met with its pieces. */
struct meeting {
	const struct manifest *manifest;
	const struct manifest_file *file;
	size_t next;   /* piece */
	bool differs;  /* the parts are not these pieces */
	bool as_whole; /* the object lies there as one */
};

static int part_met(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		    struct error *err)
{
	struct meeting *meeting = arg;
	const struct manifest_file *file = meeting->file;

	(void)raw_len; /* the store compared the digest, so the length as well */
	(void)stored_len;
	(void)err;
	meeting->as_whole = meeting->next == 0 && digest_equal(digest, &file->sha256);
	if (meeting->next == file->piece_count ||
	    !digest_equal(digest,
			  &meeting->manifest->record[file->first_piece + meeting->next].digest))
		meeting->differs = true;
	else
		meeting->next++;
	return 0;
}

static int file_meet(struct examining *examining, const struct manifest *manifest,
		     const struct manifest_file *file, struct error *err)
{
	struct meeting meeting = { .manifest = manifest, .file = file };
	struct error why = { 0 };

	/* What is not there, or cannot be read, was told. */
	if (!file->size || damages_find(&examining->report.damages, &file->sha256) ||
	    store_parts(examining->registry->store, &file->sha256, false, part_met, &meeting, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	if (meeting.as_whole || (!meeting.differs && meeting.next == file->piece_count))
		return 0;
	return sorter_add(examining->sorter, &file->sha256, err);
}

/* Without its pieces a file is hashed; one that is not there was told, or released. */
static int whole_add(struct examining *examining, const struct manifest_file *file,
		     struct error *err)
{
	bool there;

	if (store_has(examining->registry->store, &file->sha256, &there, err))
		return -1;
	return there ? sorter_add(examining->sorter, &file->sha256, err) : 0;
}

static int pieces_met(void *arg, const struct reach_object *object, struct error *err)
{
	struct examining *examining = arg;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;

	if (object->role != REACH_PIECES)
		return 0;
	if (examine_manifest(examining, object, &manifest, err))
		return -1;
	for (size_t i = 0; manifest && i < manifest->file_count; i++)
		if (manifest->record ? file_meet(examining, manifest, &manifest->file[i], err)
				     : whole_add(examining, &manifest->file[i], err))
			return -1;
	return 0;
}

/* Those that are left, each once. */
static int whole_check(struct examining *examining, const struct store_check_request *request,
		       struct error *err)
{
	struct registry *registry = examining->registry;
	struct digest *batch = calloc(BATCH_OBJECTS, sizeof(*batch));
	size_t count;
	bool any = true;
	int failed = batch ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a check");

	while (any && !failed) {
		for (count = 0; count < BATCH_OBJECTS && any && !failed; count += any)
			failed = sorter_next(examining->sorter, &batch[count], &any, err);
		failed = failed || store_check_some(registry->store, registry->ctx, request, batch,
						    count, err);
	}
	free(batch);
	return failed ? -1 : 0;
}

int examine_parts(struct examining *examining, const struct store_check_request *request,
		  struct error *err)
{
	struct reach_request reach = { .visit = pieces_met,
				       .blind = examine_blind_pass,
				       .arg = examining,
				       .log_checked = true };

	sorter_free(&examining->sorter);
	return sorter_new(DIGEST_SIZE, SORT_MEMORY_BYTES, examine_folder(examining),
			  &examining->sorter, err) ||
			       examine_trust(examining, err) ||
			       reach_each(examining->registry, &reach, err) ||
			       sorter_finish(examining->sorter, err) ||
			       whole_check(examining, request, err)
		       ? -1
		       : 0;
}
