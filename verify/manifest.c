/* manifest: every file, tensor and piece of a tree, by digest: looking at one and writing it. */
#include "verify/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/plain_text.h"

void manifest_free(struct manifest **manifest)
{
	if (!*manifest)
		return;
	free((*manifest)->file);
	free((*manifest)->tensor);
	free((*manifest)->tensor_root);
	free((*manifest)->tensor_piece);
	free((*manifest)->record);
	if ((*manifest)->arena)
		arena_free(&(*manifest)->arena);
	free(*manifest);
	*manifest = NULL;
}

static int compare_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct manifest_file *)file)->path);
}

const struct manifest_file *manifest_find(const struct manifest *manifest, const char *path)
{
	return manifest->file_count ? bsearch(path, manifest->file, manifest->file_count,
					      sizeof(*manifest->file), compare_path)
				    : NULL;
}

uint64_t manifest_bytes(const struct manifest *manifest)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < manifest->file_count; i++)
		bytes += manifest->file[i].size;
	return bytes;
}

uint64_t manifest_parameters(const struct manifest *manifest)
{
	uint64_t elements = 0;

	for (size_t i = 0; i < manifest->tensor_count; i++)
		elements += tensor_elements(&manifest->tensor[i]);
	return elements;
}

/* The pieces of one file, counted from `first`; notes where each tensor's begin. */
static uint64_t layout_file(struct manifest *manifest, const struct manifest_file *file,
			    uint64_t first)
{
	uint64_t at = 0, piece = first;

	for (size_t i = 0; i < file->tensor_count; i++) {
		const struct tensor *tensor = &manifest->tensor[file->first_tensor + i];

		if (tensor->length) {
			piece += pieces_in_region(tensor->offset - at);
			at = tensor->offset + tensor->length;
		}
		manifest->tensor_piece[file->first_tensor + i] = (size_t)piece;
		piece += pieces_in_region(tensor->length);
	}
	return piece + pieces_in_region(file->size - at);
}

int manifest_layout(struct manifest *manifest, struct error *err)
{
	uint64_t piece = 0;

	free(manifest->tensor_piece);
	manifest->tensor_piece = calloc(manifest->tensor_count + 1, sizeof(size_t));
	if (!manifest->tensor_piece)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors",
				 manifest->tensor_count);
	for (size_t i = 0; i < manifest->file_count; i++) {
		struct manifest_file *file = &manifest->file[i];
		uint64_t next = layout_file(manifest, file, piece);

		if (next > PIECES_MAX)
			return error_set(err, ERROR_CORRUPT, "more than %u pieces", PIECES_MAX);
		file->first_piece = (size_t)piece;
		file->piece_count = (size_t)(next - piece);
		piece = next;
	}
	manifest->piece_count = (size_t)piece;
	return 0;
}

static int write_digest(struct buffer *out, const char *key, const struct digest *digest,
			struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return buffer_printf(out, err, "\"%s\":\"%s\"", key, hex);
}

static int write_tensor(struct buffer *out, const struct tensor *tensor, const struct digest *root,
			struct error *err)
{
	if (buffer_printf(out, err, "{\"dtype\":\"%s\",\"length\":%llu,\"name\":",
			  dtype_name(tensor->dtype), (unsigned long long)tensor->length) ||
	    json_text_write(out, tensor->name, err) ||
	    buffer_printf(out, err, ",\"offset\":%llu,", (unsigned long long)tensor->offset) ||
	    write_digest(out, "root", root, err) || buffer_add_text(out, ",\"shape\":[", err))
		return -1;
	for (uint32_t i = 0; i < tensor->rank; i++) {
		if (buffer_printf(out, err, "%s%llu", i ? "," : "",
				  (unsigned long long)tensor->shape[i]))
			return -1;
	}
	return buffer_add_text(out, "]}", err);
}

static int write_file(struct buffer *out, const struct manifest *manifest,
		      const struct manifest_file *file, struct error *err)
{
	if (buffer_printf(out, err, "{\"format\":\"%s\",\"path\":", file->format) ||
	    json_text_write(out, file->path, err) || buffer_add_text(out, ",", err) ||
	    write_digest(out, "root", &file->root, err) || buffer_add_text(out, ",", err) ||
	    write_digest(out, "sha256", &file->sha256, err) ||
	    buffer_printf(out, err, ",\"size\":%llu", (unsigned long long)file->size))
		return -1;
	if (strcmp(file->format, "bytes") == 0)
		return buffer_add_text(out, "}", err);
	if (buffer_add_text(out, ",\"tensors\":[", err))
		return -1;
	for (size_t i = 0; i < file->tensor_count; i++) {
		size_t at = file->first_tensor + i;

		if ((i && buffer_add_text(out, ",", err)) ||
		    write_tensor(out, &manifest->tensor[at], &manifest->tensor_root[at], err))
			return -1;
	}
	return buffer_add_text(out, "]}", err);
}

int manifest_write(const struct manifest *manifest, struct buffer *out, struct digest *out_identity,
		   struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	size_t start = out->len;

	if (buffer_add_text(out, "{\"files\":[", err))
		return error_prefix(err, "manifest");
	for (size_t i = 0; i < manifest->file_count; i++) {
		if ((i && buffer_add_text(out, ",", err)) ||
		    write_file(out, manifest, &manifest->file[i], err))
			return error_prefix(err, "manifest");
	}
	digest_to_hex(&manifest->pieces, hex);
	if (buffer_printf(out, err, "],\"pieces\":\"sha256:%s\",\"schema\":\"%s\"}", hex,
			  MANIFEST_SCHEMA))
		return error_prefix(err, "manifest");
	if (out->len - start > MANIFEST_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "a manifest of %zu bytes, of %u allowed",
				 out->len - start, MANIFEST_MAX_BYTES);
	*out_identity = sha256((struct span){ out->data + start, out->len - start });
	return 0;
}
