/* The files of a release: the model's own, the sums, the pointers. */
#include "registry/publish/inner.h"

#include <stdlib.h>
#include <string.h>

#include "registry/object_copy.h"
#include "registry/state.h"

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

/* How far the files of the release are. */
struct copying {
	const struct context *ctx;
	uint64_t done, total;
};

static void copied(void *user, size_t bytes)
{
	struct copying *copying = user;

	copying->done += bytes;
	context_progress(copying->ctx, "writing the release", "bytes", copying->done,
			 copying->total);
}

static int write_object(struct publishing *p, const struct manifest_file *file,
			struct copying *copying, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	char *slash;

	if (path_join(p->partial, file->path, &path, err))
		return -1;
	slash = strrchr(path, '/');
	*slash = '\0';
	if (folder_make(path, err))
		return -1;
	*slash = '/';
	if (object_copy(p->ctx, p->evidence, &file->sha256, path, copied, copying, err)) {
		withheld_explain(&p->trust, p->evidence, &file->sha256, err);
		return error_prefix(err, "'%s'", file->path);
	}
	return 0;
}

int publish_write_files(struct publishing *p, struct error *err)
{
	struct copying copying = { p->ctx, 0, manifest_bytes(p->manifest) };

	for (size_t i = 0; i < p->manifest->file_count; i++)
		if (write_object(p, &p->manifest->file[i], &copying, err))
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

int publish_write_json(struct publishing *p, const char *name, const struct json *json,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, STATE_PROOFS_MAX_BYTES);
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
	return publish_write_json(p, "akashi/release.json", release, err) ||
			       publish_write_json(p, "akashi/trust.json", trust, err)
		       ? -1
		       : 0;
}
