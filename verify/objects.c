/* The files of a manifest as objects that some evidence holds. */
#include "verify/objects.h"

#include <stdlib.h>

#include "verify/tree.h"

static int object_open(void *user, const char *name, struct source **out_source, struct error *err)
{
	struct manifest_objects *objects = user;
	const struct manifest_file *file = manifest_find(objects->manifest, name);

	if (!file)
		return error_set(err, ERROR_ABSENT, "no file '%s' in the manifest", name);
	return evidence_object(objects->evidence, &file->sha256, out_source, err);
}

int tree_of_objects(const char *label, struct manifest_objects *objects, struct tree **out_tree,
		    struct error *err)
{
	const struct manifest *manifest = objects->manifest;
	struct tree_file *file = calloc(manifest->file_count + 1, sizeof(*file));
	size_t count = 0;
	int failed;

	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files",
				 manifest->file_count);
	for (size_t i = 0; i < manifest->file_count; i++) {
		CLEANUP(source_close) struct source *source = NULL;
		struct error cause = { 0 };

		if (object_open(objects, manifest->file[i].path, &source, &cause) == 0)
			file[count++] = (struct tree_file){ .name = manifest->file[i].path,
							    .size = source->size };
	}
	failed = tree_of(label, file, count, object_open, objects, out_tree, err);
	free(file);
	return failed;
}

int manifest_from_objects(const struct evidence *evidence, const struct digest *identity,
			  struct manifest **out_manifest, struct error *err)
{
	CLEANUP(buffer_release) struct buffer json, pieces;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct error cause = { 0 };

	buffer_init(&json, MANIFEST_MAX_BYTES);
	buffer_init(&pieces, MANIFEST_PIECES_MAX_BYTES);
	if (evidence_object_read(evidence, identity, &json, err) ||
	    manifest_parse(buffer_view(&json), &manifest, err))
		return -1;
	/* Without pieces the whole-file digests still decide; only the words cannot be named. */
	if (evidence_object_read(evidence, &manifest->pieces, &pieces, &cause) == 0) {
		if (manifest_add_pieces(manifest, buffer_view(&pieces), err))
			return -1;
	} else if (cause.code != ERROR_ABSENT) {
		*err = cause;
		return -1;
	}
	*out_manifest = manifest;
	manifest = NULL; /* handed over */
	return 0;
}
