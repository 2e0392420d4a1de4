/* OpenSSF Model Signing v1.0, made: the payload that a key then signs. */
#include "verify/modelsig/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const modelsig_default_ignored[] = { ".cache",     ".git",       ".gitattributes",
						 ".github",    ".gitignore", "README.md",
						 "SHA256SUMS", "akashi",     NULL };

static int digest_set(struct json *resource, const struct any_digest *digest, struct error *err)
{
	CLEANUP(buffer_release) struct buffer hex;

	buffer_init(&hex, 2 * ANY_DIGEST_MAX);
	return hex_encode(&hex, any_digest_view(digest), err) ||
			       json_set_span(resource, "digest", buffer_view(&hex), err)
		       ? -1
		       : 0;
}

/* Of shards the label that both clients write and compare: "sha256-sharded-1000000000". */
static int resource_add(struct json *list, const struct modelsig_plan *plan,
			const struct modelsig_file *file, struct error *err)
{
	const char *hash = hash_kind_name(plan->hash);
	char name[MODELSIG_PATH_MAX + 48], sharded[64];
	struct json *resource;

	if (modelsig_path_check(file->path, err) || json_add_object(list, &resource, err))
		return -1;
	snprintf(name, sizeof(name), "%s:%" PRIu64 ":%" PRIu64, file->path, file->start, file->end);
	snprintf(sharded, sizeof(sharded), "%s-sharded-%" PRIu64, hash, plan->shard_size);
	if (json_set_text(resource, "name", plan->shard_size ? name : file->path, err) ||
	    digest_set(resource, &file->digest, err))
		return -1;
	return json_set_text(resource, "algorithm", plan->shard_size ? sharded : hash, err);
}

static int serialization_set(struct json *predicate, const struct modelsig_plan *plan,
			     struct error *err)
{
	struct json *serialization, *list;

	if (json_set_object(predicate, "serialization", &serialization, err) ||
	    json_set_text(serialization, "method", plan->shard_size ? "shards" : "files", err) ||
	    json_set_text(serialization, "hash_type", hash_kind_name(plan->hash), err) ||
	    json_set_bool(serialization, "allow_symlinks", plan->allow_symlinks, err) ||
	    (plan->shard_size &&
	     json_set_size(serialization, "shard_size", plan->shard_size, err)) ||
	    json_set_array(serialization, "ignore_paths", &list, err))
		return -1;
	for (const char *const *ignored = plan->ignored; *ignored; ignored++)
		if (json_add_text(list, *ignored, err))
			return -1;
	return plan->signature_name ? json_add_text(list, plan->signature_name, err) : 0;
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

static int name_order(const void *left, const void *right)
{
	return modelsig_name_order(left, right);
}

/* In the specification's order, no name twice, every shard where it belongs. */
static int files_order(const struct modelsig_plan *plan, struct modelsig_file *file, size_t count,
		       struct error *err)
{
	const struct modelsig_file **sorted = NULL;
	int failed = modelsig_sort(file, count, plan->shard_size, &sorted, err);

	free(sorted);
	if (!failed)
		qsort(file, count, sizeof(*file), name_order);
	return failed;
}

static int statement_fill(struct json *statement, const struct modelsig_plan *plan,
			  const struct modelsig_file *file, size_t count, const struct digest *root,
			  struct error *err)
{
	struct json *predicate, *list;

	if (json_set_text(statement, "_type", MODELSIG_STATEMENT_TYPE, err) ||
	    json_set_text(statement, "predicateType", MODELSIG_PREDICATE_V1, err) ||
	    subject_set(statement, plan->name, root, err) ||
	    json_set_object(statement, "predicate", &predicate, err) ||
	    json_set_array(predicate, "resources", &list, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (resource_add(list, plan, &file[i], err))
			return -1;
	return serialization_set(predicate, plan, err);
}

int modelsig_build(const struct modelsig_plan *plan, struct modelsig_file *file, size_t file_count,
		   struct buffer *out_payload, struct digest *out_root, struct error *err)
{
	CLEANUP(json_free) struct json *statement = NULL;
	struct digest root;

	if (!file_count || file_count > MODELSIG_FILES_MAX || !plan->name[0])
		return error_set(err, ERROR_USAGE, "%zu files, and 1 to %u can be signed",
				 file_count, MODELSIG_FILES_MAX);
	if (json_object_new(&statement, err) || files_order(plan, file, file_count, err) ||
	    modelsig_root(file, file_count, &root, err) ||
	    statement_fill(statement, plan, file, file_count, &root, err) ||
	    json_write_canonical(statement, out_payload, err)) {
		if (err->code == ERROR_CORRUPT)
			err->code = ERROR_USAGE;
		return error_prefix(err, "model signature");
	}
	if (out_root)
		*out_root = root;
	return 0;
}
