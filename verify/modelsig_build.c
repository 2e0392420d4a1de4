/* OpenSSF Model Signing v1.0, made: the payload that a key then signs. */
#include <stdlib.h>
#include <string.h>

#include "verify/json.h"
#include "verify/modelsig_path.h"

const char *const modelsig_default_ignored[] = { ".cache",     ".git",       ".gitattributes",
						 ".github",    ".gitignore", "README.md",
						 "SHA256SUMS", "akashi",     NULL };

static int resource_add(struct json *list, const struct modelsig_file *file, struct error *err)
{
	struct json *resource;

	if (modelsig_path_check(file->path, err) || json_add_object(list, &resource, err) ||
	    json_set_text(resource, "name", file->path, err) ||
	    json_set_hex(resource, "digest", &file->sha256, err) ||
	    json_set_text(resource, "algorithm", "sha256", err))
		return -1;
	return 0;
}

static int serialization_set(struct json *predicate, const char *const *ignored,
			     const char *signature_name, struct error *err)
{
	struct json *serialization, *list;

	if (json_set_object(predicate, "serialization", &serialization, err) ||
	    json_set_text(serialization, "method", "files", err) ||
	    json_set_text(serialization, "hash_type", "sha256", err) ||
	    json_set_bool(serialization, "allow_symlinks", false, err) ||
	    json_set_array(serialization, "ignore_paths", &list, err))
		return -1;
	for (; *ignored; ignored++)
		if (json_add_text(list, *ignored, err))
			return -1;
	return json_add_text(list, signature_name, err);
}

static int subject_set(struct json *statement, const char *name, const struct digest *root,
		       struct error *err)
{
	struct json *subjects, *subject, *digest;

	if (json_set_array(statement, "subject", &subjects, err) ||
	    json_add_object(subjects, &subject, err) || json_set_text(subject, "name", name, err) ||
	    json_set_object(subject, "digest", &digest, err))
		return -1;
	return json_set_hex(digest, "sha256", root, err);
}

/* Bring the files themselves into the order of the sorted pointers. */
static int files_reorder(struct modelsig_file *file, size_t count, struct error *err)
{
	const struct modelsig_file **sorted = NULL;
	struct modelsig_file *copy;

	if (modelsig_sort(file, count, &sorted, err))
		return -1;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < count; i++)
		copy[i] = *sorted[i];
	if (copy)
		memcpy(file, copy, count * sizeof(*file));
	free(copy);
	free(sorted);
	return copy ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
}

static int statement_fill(struct json *statement, const char *name,
			  const struct modelsig_file *file, size_t count,
			  const char *const *ignored, const char *signature_name,
			  const struct digest *root, struct error *err)
{
	struct json *predicate, *list;

	if (json_set_text(statement, "_type", "https://in-toto.io/Statement/v1", err) ||
	    json_set_text(statement, "predicateType", "https://model_signing/signature/v1.0",
			  err) ||
	    subject_set(statement, name, root, err) ||
	    json_set_object(statement, "predicate", &predicate, err) ||
	    json_set_array(predicate, "resources", &list, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (resource_add(list, &file[i], err))
			return -1;
	return serialization_set(predicate, ignored, signature_name, err);
}

int modelsig_build(const char *name, struct modelsig_file *file, size_t file_count,
		   const char *const *ignored, const char *signature_name,
		   struct buffer *out_payload, struct digest *out_root, struct error *err)
{
	CLEANUP(json_free) struct json *statement = NULL;
	struct digest root;

	if (!file_count || file_count > MODELSIG_FILES_MAX || !name[0])
		return error_set(err, ERROR_USAGE, "%zu files, and 1 to %u can be signed",
				 file_count, MODELSIG_FILES_MAX);
	if (json_object_new(&statement, err) || files_reorder(file, file_count, err) ||
	    modelsig_root(file, file_count, &root, err) ||
	    statement_fill(statement, name, file, file_count, ignored, signature_name, &root,
			   err) ||
	    json_write_canonical(statement, out_payload, err)) {
		if (err->code == ERROR_CORRUPT)
			err->code = ERROR_USAGE;
		return error_prefix(err, "model signature");
	}
	if (out_root)
		*out_root = root;
	return 0;
}
