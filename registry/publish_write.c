/* The files of a release: the model's own, the sums, the pointers. */
#include "registry/publish_inner.h"

#include <stdlib.h>
#include <string.h>

int publish_write_text(struct publishing *p, const char *name, struct span bytes, struct error *err)
{
	char *path;
	int failed;

	if (path_join(p->partial, name, &path, err))
		return -1;
	failed = file_write(path, bytes, 0644, FILE_REPLACE, err);
	free(path);
	return failed;
}

/* Copy an object out, compared with its digest as it goes by. */
static int write_object(struct publishing *p, const struct manifest_file *file, uint64_t *done,
			uint64_t total, struct error *err)
{
	enum { STEP_BYTES_COUNT = 1 << 20 };
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	CLEANUP(buffer_release) struct buffer step;
	struct digest found;
	uint8_t *room;
	char *path = NULL, *slash;
	int failed;

	buffer_init(&step, STEP_BYTES_COUNT);
	if (evidence_object(p->evidence, &file->sha256, &source, err) ||
	    hash_stream_new(&hash, err) || buffer_extend(&step, STEP_BYTES_COUNT, &room, err) ||
	    path_join(p->partial, file->path, &path, err))
		return -1;
	slash = strrchr(path, '/');
	*slash = '\0';
	failed = folder_make(path, err);
	*slash = '/';
	failed = failed || file_writer_new(path, 0644, &writer, err);
	free(path);
	for (uint64_t at = 0; !failed && at < source->size;) {
		uint64_t left = source->size - at;
		size_t len = left < STEP_BYTES_COUNT ? (size_t)left : STEP_BYTES_COUNT;

		failed = context_check_cancelled(p->ctx, err) ||
			 source_read_at(source, at, room, len, err) ||
			 file_writer_add(writer, (struct span){ room, len }, err);
		hash_stream_add(hash, (struct span){ room, len });
		at += len;
		*done += len;
		context_progress(p->ctx, "writing the release", "bytes", *done, total);
	}
	if (failed)
		return -1;
	found = hash_stream_finish(hash);
	if (!digest_equal(&found, &file->sha256))
		return error_set(err, ERROR_CORRUPT,
				 "the stored object of '%s' changed since it was registered",
				 file->path);
	return file_writer_commit(writer, FILE_REPLACE, err);
}

int publish_write_files(struct publishing *p, struct error *err)
{
	uint64_t done = 0, total = manifest_bytes(p->manifest);

	for (size_t i = 0; i < p->manifest->file_count; i++)
		if (write_object(p, &p->manifest->file[i], &done, total, err))
			return -1;
	return 0;
}

/* SHA256SUMS in the form of sha256sum(1), for those who have nothing else. */
int publish_write_sums(struct publishing *p, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	char hex[DIGEST_HEX_SIZE];
	struct digest card = sha256(buffer_view(&p->card));

	buffer_init(&text, 256u << 20);
	for (size_t i = 0; i < p->manifest->file_count; i++) {
		const struct manifest_file *file = &p->manifest->file[i];

		digest_to_hex(&file->sha256, hex);
		if (buffer_printf(&text, err, "%s  %s\n", hex, file->path))
			return -1;
	}
	digest_to_hex(&card, hex);
	if (!manifest_find(p->manifest, "README.md") &&
	    buffer_printf(&text, err, "%s  README.md\n", hex))
		return -1;
	return publish_write_text(p, "SHA256SUMS", buffer_view(&text), err);
}

static int write_json(struct publishing *p, const char *name, const struct json *json,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 1u << 20);
	return json_write_canonical(json, &text, err) ||
			       publish_write_text(p, name, buffer_view(&text), err)
		       ? -1
		       : 0;
}

int publish_write_pointers(struct publishing *p, struct error *err)
{
	CLEANUP(json_free) struct json *release = NULL, *trust = NULL;
	struct json *pins;

	if (json_object_new(&release, err) || json_object_new(&trust, err) ||
	    json_set_text(release, "schema", "akashi/release/1", err) ||
	    json_set_digest(release, "release", &p->release_identity, err) ||
	    json_set_text(trust, "schema", "akashi/trust/1", err) ||
	    json_set_array(trust, "pins", &pins, err) || json_add_text(pins, p->pin, err))
		return -1;
	return write_json(p, "akashi/release.json", release, err) ||
			       write_json(p, "akashi/trust.json", trust, err)
		       ? -1
		       : 0;
}
