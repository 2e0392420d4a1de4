/*
 * The statement of a model signature, in every form that the reference verifier takes: v1.0
 * lists resources below a subject that is the digest over their digests, in the listed order;
 * Digests/v0.1 has the files as subjects and nothing else.
 */
#include "verify/modelsig/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IGNORED_MAX 10000u

static int not_possible(struct error *err, const char *what, const char *value)
{
	return error_set(err, ERROR_UNTRUSTED,
			 "not possible to check here: %s '%.100s', and only files and shards by "
			 "sha256 or blake2b in the forms of v1.0 and Digests/v0.1 are",
			 what, value);
}

static int type_check(const struct json *statement, enum modelsig_form *out_form, struct error *err)
{
	const char *type, *predicate_type;

	if (json_need_string(statement, "_type", &type, err) ||
	    json_need_string(statement, "predicateType", &predicate_type, err))
		return -1;
	if (strcmp(type, MODELSIG_STATEMENT_TYPE) != 0)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no in-toto statement v1", type);
	*out_form = MODELSIG_V1;
	if (strcmp(predicate_type, MODELSIG_PREDICATE_V1) == 0)
		return 0;
	*out_form = MODELSIG_DIGESTS_V0;
	if (strcmp(predicate_type, MODELSIG_PREDICATE_DIGESTS_V0) == 0)
		return 0;
	if (strncmp(predicate_type, MODELSIG_PREDICATE_FAMILY, strlen(MODELSIG_PREDICATE_FAMILY)) ==
	    0)
		return not_possible(err, "an older or newer form,", predicate_type);
	return error_set(err, ERROR_CORRUPT, "'%.200s' signs no model", predicate_type);
}

static int name_copy(const char *name, char **out_name, struct error *err)
{
	*out_name = strdup(name);
	return *out_name ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a name");
}

static int subject_parse(const struct json *statement, struct modelsig *signature,
			 struct digest *out_root, struct error *err)
{
	const struct json *list, *digests;
	const char *name;

	if (json_need_array(statement, "subject", &list, err))
		return -1;
	if (json_count(list) != 1)
		return error_set(err, ERROR_CORRUPT, "%zu subjects where exactly one belongs",
				 json_count(list));
	if (json_need_string(json_at(list, 0), "name", &name, err) ||
	    json_need_object(json_at(list, 0), "digest", &digests, err) ||
	    json_need_hex(digests, "sha256", out_root, err))
		return error_prefix(err, "subject");
	return name_copy(name, &signature->name, err);
}

/* A decimal as protobuf writes numbers ("1000000000.0", "1e+16") that is a whole number below
 * 2^53. */
static bool whole_number(const char *text, uint64_t *out_number)
{
	uint64_t number = 0;
	long exponent = 0;
	bool behind_point = false;

	for (; *text && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.') {
			behind_point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || number > UINT64_MAX / 10 - 1)
			return false;
		number = 10 * number + (uint64_t)(*text - '0');
		exponent -= behind_point;
	}
	if (*text) {
		text++;
		if (strspn(text, "+-0123456789") != strlen(text) || strlen(text) > 4)
			return false;
		exponent += strtol(text, NULL, 10);
	}
	for (; exponent < 0 && number; exponent++) {
		if (number % 10)
			return false;
		number /= 10;
	}
	for (; exponent > 0 && number; exponent--) {
		if (number > UINT64_MAX / 10)
			return false;
		number *= 10;
	}
	*out_number = number;
	return number <= UINT64_C(1) << 53;
}

/* `shard_size` says nothing where whole files are signed, but must be a number of bytes if it is
 * there. The Python client writes it as a real. */
static int shard_size_parse(const struct json *serialization, bool shards, uint64_t *out_size,
			    struct error *err)
{
	const struct json *size = json_member(serialization, "shard_size");
	const char *text = size ? json_number_text(size) : NULL;
	int64_t integer = json_integer_of(size);

	*out_size = integer > 0 ? (uint64_t)integer : 0;
	if (json_kind(size) == JSON_KIND_NULL && !shards)
		return 0;
	if (!*out_size && (!text || !whole_number(text, out_size) || !*out_size))
		return error_set(err, ERROR_CORRUPT, "'shard_size' is no number of bytes");
	if (!shards)
		*out_size = 0;
	return 0;
}

static int ignored_parse(const struct json *serialization, struct modelsig *signature,
			 struct error *err)
{
	const struct json *list;

	if (json_maybe_array(serialization, "ignore_paths", &list, err))
		return -1;
	if (!list)
		return 0;
	if (json_count(list) > IGNORED_MAX)
		return error_set(err, ERROR_CORRUPT, "'ignore_paths' has more than %u elements",
				 IGNORED_MAX);
	signature->ignored = calloc(json_count(list) + 1, sizeof(char *));
	if (!signature->ignored)
		return error_set(err, ERROR_SYSTEM, "out of memory for ignore paths");
	for (size_t i = 0; i < json_count(list); i++) {
		const char *path = json_text(json_at(list, i));

		if (!path)
			return error_set(err, ERROR_CORRUPT, "'ignore_paths' holds no text");
		if (name_copy(path, &signature->ignored[i], err))
			return -1;
		signature->ignored_count++;
	}
	return 0;
}

static int serialization_parse(const struct json *predicate, struct modelsig *signature,
			       struct error *err)
{
	const struct json *serialization;
	const char *method, *hash;
	bool shards;

	if (json_need_object(predicate, "serialization", &serialization, err) ||
	    json_need_string(serialization, "method", &method, err) ||
	    json_need_string(serialization, "hash_type", &hash, err))
		return -1;
	shards = strcmp(method, "shards") == 0;
	if (!shards && strcmp(method, "files") != 0)
		return not_possible(err, "signed by the method", method);
	signature->hash = strcmp(hash, "blake2b") == 0 ? HASH_BLAKE2B : HASH_SHA256;
	if (strcmp(hash, hash_kind_name(signature->hash)) != 0)
		return not_possible(err, "signed with the hash", hash);
	if (json_maybe_bool(serialization, "allow_symlinks", false, &signature->allow_symlinks,
			    err) ||
	    shard_size_parse(serialization, shards, &signature->shard_size, err))
		return -1;
	return ignored_parse(serialization, signature, err);
}

/* The decimal digits of one end of a shard's range, in their one spelling. */
static int range_end_parse(const char *text, size_t len, uint64_t *out_end)
{
	uint64_t end = 0;

	if (!len || len > 16 || (text[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		end = 10 * end + (uint64_t)(text[i] - '0');
	}
	*out_end = end;
	return 0;
}

/* "PATH:START:END"; a path may hold colons itself, so what is behind the last two counts. */
static int range_parse(char *name, struct modelsig_file *file, struct error *err)
{
	char *last = strrchr(name, ':'), *first = NULL;

	for (char *at = name; last && at < last; at++)
		if (*at == ':')
			first = at;
	if (!first || range_end_parse(first + 1, (size_t)(last - first - 1), &file->start) ||
	    range_end_parse(last + 1, strlen(last + 1), &file->end))
		return error_set(err, ERROR_CORRUPT,
				 "'%.300s' is no shard: a name, ':START:END' belongs there", name);
	*first = '\0';
	return 0;
}

static int digest_parse(const struct json *resource, enum hash_kind hash,
			struct any_digest *out_digest, struct error *err)
{
	const char *hex;

	if (json_need_string(resource, "digest", &hex, err))
		return -1;
	out_digest->len = hash_kind_size(hash);
	if (hex_decode(span_of(hex), out_digest->byte, out_digest->len, err))
		return error_prefix(err, "'digest' is no %s", hash_kind_name(hash));
	return 0;
}

/* "sha256"; of shards also "sha256-sharded-1000000000", which the specification does not know and
 * both clients write. */
static int algorithm_check(const struct json *resource, const struct modelsig *signature,
			   struct error *err)
{
	const char *hash = hash_kind_name(signature->hash), *algorithm;
	char sharded[64];

	if (json_need_string(resource, "algorithm", &algorithm, err))
		return -1;
	snprintf(sharded, sizeof(sharded), "%s-sharded-%" PRIu64, hash, signature->shard_size);
	if (strcmp(algorithm, hash) == 0 ||
	    (signature->shard_size && strcmp(algorithm, sharded) == 0))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "digested with '%.100s', and the signature says that all are by %s",
			 algorithm, hash);
}

static int resource_parse(const struct json *resource, const struct modelsig *signature,
			  struct modelsig_file *file, struct error *err)
{
	const char *name;

	if (json_need_string(resource, "name", &name, err) ||
	    algorithm_check(resource, signature, err) ||
	    digest_parse(resource, signature->hash, &file->digest, err) ||
	    name_copy(name, &file->path, err))
		return -1;
	return signature->shard_size ? range_parse(file->path, file, err) : 0;
}

static int subject_file_parse(const struct json *subject, struct modelsig_file *file,
			      struct error *err)
{
	const struct json *digests, *notes;
	const char *name, *hash = NULL;
	struct digest sha256;

	if (json_need_string(subject, "name", &name, err) ||
	    json_need_object(subject, "digest", &digests, err) ||
	    json_need_hex(digests, "sha256", &sha256, err) ||
	    json_maybe_object(subject, "annotations", &notes, err) ||
	    (notes && json_maybe_string(notes, "actual_hash_algorithm", &hash, err)))
		return -1;
	if (hash && strcmp(hash, "file-sha256") != 0)
		return not_possible(err, "a file digested with", hash);
	file->digest = any_digest_of(&sha256);
	return name_copy(name, &file->path, err);
}

static int files_parse(const struct json *list, struct modelsig *signature, struct error *err)
{
	size_t count = json_count(list);

	if (!count || count > MODELSIG_FILES_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu files, and 1 to %u can be signed", count,
				 MODELSIG_FILES_MAX);
	signature->file = calloc(count, sizeof(*signature->file));
	if (!signature->file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < count; i++) {
		struct modelsig_file *file = &signature->file[signature->file_count++];

		if (signature->form == MODELSIG_V1
			    ? resource_parse(json_at(list, i), signature, file, err)
			    : subject_file_parse(json_at(list, i), file, err))
			return error_prefix(err, "file %zu", i);
	}
	return 0;
}

/* The Python client calls the one file of a single-file model ".". */
static bool is_lone_file(const struct modelsig *signature)
{
	for (size_t i = 0; i < signature->file_count; i++)
		if (strcmp(signature->file[i].path, ".") != 0)
			return false;
	return true;
}

static int names_check(struct modelsig *signature, struct error *err)
{
	bool lone = is_lone_file(signature);

	signature->sorted = true;
	for (size_t i = 0; i < signature->file_count; i++) {
		const struct modelsig_file *file = &signature->file[i];

		if (!lone && modelsig_path_check(file->path, err))
			return error_prefix(err, "file %zu", i);
		if (i && modelsig_name_order(file - 1, file) >= 0)
			signature->sorted = false;
	}
	return modelsig_sort(signature->file, signature->file_count, signature->shard_size,
			     &signature->by_path, err);
}

static int v1_parse(const struct json *statement, struct modelsig *signature, struct error *err)
{
	const struct json *predicate, *list;
	struct digest root;

	if (subject_parse(statement, signature, &root, err) ||
	    json_need_object(statement, "predicate", &predicate, err) ||
	    serialization_parse(predicate, signature, err) ||
	    json_need_array(predicate, "resources", &list, err) ||
	    files_parse(list, signature, err) ||
	    modelsig_root(signature->file, signature->file_count, &signature->root, err))
		return -1;
	if (!digest_equal(&root, &signature->root))
		return error_set(err, ERROR_CORRUPT,
				 "the signed digest is not the one over the listed files");
	return 0;
}

static int digests_v0_parse(const struct json *statement, struct modelsig *signature,
			    struct error *err)
{
	const struct json *list;

	if (json_need_array(statement, "subject", &list, err) ||
	    files_parse(list, signature, err) || name_copy("", &signature->name, err))
		return -1;
	return modelsig_root(signature->file, signature->file_count, &signature->root, err);
}

int modelsig_parse(struct span payload, struct modelsig *signature, struct error *err)
{
	struct json_limits limits = { .max_bytes = MODELSIG_MAX_BYTES,
				      .max_values = 7 * (size_t)MODELSIG_FILES_MAX,
				      .max_containers = 3 * (size_t)MODELSIG_FILES_MAX + 64,
				      .max_depth = 16 };
	CLEANUP(json_free) struct json *statement = NULL;

	if (json_parse(payload, &limits, &statement, err) ||
	    type_check(statement, &signature->form, err) ||
	    (signature->form == MODELSIG_V1 ? v1_parse(statement, signature, err)
					    : digests_v0_parse(statement, signature, err)))
		return -1;
	return names_check(signature, err);
}
