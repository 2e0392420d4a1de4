/*
 * OpenSSF Model Signing v1.0, checked: an envelope whose statement lists files
 * and whose subject is the digest over their digests, in the listed order.
 */
#include "verify/modelsig.h"

#include <stdlib.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/json.h"
#include "verify/modelsig_path.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE_TYPE "https://model_signing/signature/v1.0"
#define PREDICATE_FAMILY "https://model_signing/"
#define IGNORED_MAX 10000u

/* The standard's own, at the top of the model only. */
static const char *const standard_ignored[] = { ".git", ".gitattributes", ".github", ".gitignore" };

static int not_possible(struct error *err, const char *what, const char *value)
{
	return error_set(err, ERROR_UNTRUSTED,
			 "not possible to check here: %s '%.100s', and only whole files by SHA-256 "
			 "in the form of v1.0 are",
			 what, value);
}

static int type_check(const struct json *statement, struct error *err)
{
	const char *type, *predicate_type;

	if (json_need_string(statement, "_type", &type, err) ||
	    json_need_string(statement, "predicateType", &predicate_type, err))
		return -1;
	if (strcmp(type, STATEMENT_TYPE) != 0)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no in-toto statement v1", type);
	if (strcmp(predicate_type, PREDICATE_TYPE) == 0)
		return 0;
	if (strncmp(predicate_type, PREDICATE_FAMILY, strlen(PREDICATE_FAMILY)) == 0)
		return not_possible(err, "an older form,", predicate_type);
	return error_set(err, ERROR_CORRUPT, "'%.200s' signs no model", predicate_type);
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
	signature->name = strdup(name);
	if (!signature->name)
		return error_set(err, ERROR_SYSTEM, "out of memory for a name");
	return 0;
}

/* `shard_size` says nothing where whole files are signed, but must be a whole number if it is
 * there. */
static int shard_size_check(const struct json *serialization, struct error *err)
{
	const struct json *size = json_member(serialization, "shard_size");
	const char *text = size ? json_number_text(size) : NULL;
	size_t whole;

	if (!size || json_kind(size) == JSON_KIND_NULL ||
	    (json_kind(size) == JSON_KIND_INTEGER && json_integer_of(size) > 0))
		return 0;
	whole = text ? strspn(text, "0123456789") : 0;
	if (whole && text[whole] == '.' && !text[whole + 1 + strspn(text + whole + 1, "0")])
		return 0;
	return error_set(err, ERROR_CORRUPT, "'shard_size' is no number of bytes");
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
		signature->ignored[i] = strdup(path);
		if (!signature->ignored[i])
			return error_set(err, ERROR_SYSTEM, "out of memory for ignore paths");
		signature->ignored_count++;
	}
	return 0;
}

static int serialization_parse(const struct json *predicate, struct modelsig *signature,
			       struct error *err)
{
	const struct json *serialization;
	const char *method, *hash;

	if (json_need_object(predicate, "serialization", &serialization, err) ||
	    json_need_string(serialization, "method", &method, err) ||
	    json_need_string(serialization, "hash_type", &hash, err))
		return -1;
	if (strcmp(method, "files") != 0)
		return not_possible(err, "signed by the method", method);
	if (strcmp(hash, "sha256") != 0)
		return not_possible(err, "signed with the hash", hash);
	if (json_maybe_bool(serialization, "allow_symlinks", false, &signature->allow_symlinks,
			    err) ||
	    shard_size_check(serialization, err))
		return -1;
	return ignored_parse(serialization, signature, err);
}

static int file_parse(const struct json *resource, bool lone, struct modelsig_file *file,
		      struct error *err)
{
	const char *name, *algorithm;

	if (json_need_string(resource, "name", &name, err) ||
	    json_need_string(resource, "algorithm", &algorithm, err) ||
	    json_need_hex(resource, "digest", &file->sha256, err))
		return -1;
	if (strcmp(algorithm, "sha256") != 0)
		return not_possible(err, "a file digested with", algorithm);
	/* The Python client calls the one file of a single-file model ".". */
	if (!(lone && strcmp(name, ".") == 0) && modelsig_path_check(name, err))
		return -1;
	file->path = strdup(name);
	if (!file->path)
		return error_set(err, ERROR_SYSTEM, "out of memory for a file's name");
	return 0;
}

static int files_parse(const struct json *predicate, struct modelsig *signature, struct error *err)
{
	const struct json *list;
	size_t count;

	if (json_need_array(predicate, "resources", &list, err))
		return -1;
	count = json_count(list);
	if (!count || count > MODELSIG_FILES_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu files, and 1 to %u can be signed", count,
				 MODELSIG_FILES_MAX);
	signature->file = calloc(count, sizeof(*signature->file));
	if (!signature->file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < count; i++, signature->file_count++)
		if (file_parse(json_at(list, i), count == 1, &signature->file[i], err))
			return error_prefix(err, "file %zu", i);
	return modelsig_sort(signature->file, count, &signature->by_path, err);
}

static int payload_parse(struct span payload, struct modelsig *signature, struct error *err)
{
	struct json_limits limits = { .max_bytes = MODELSIG_MAX_BYTES,
				      .max_values = 5 * (size_t)MODELSIG_FILES_MAX,
				      .max_containers = 2 * (size_t)MODELSIG_FILES_MAX,
				      .max_depth = 16 };
	CLEANUP(json_free) struct json *statement = NULL;
	const struct json *predicate;
	struct digest root;

	if (json_parse(payload, &limits, &statement, err) || type_check(statement, err) ||
	    subject_parse(statement, signature, &root, err) ||
	    json_need_object(statement, "predicate", &predicate, err) ||
	    serialization_parse(predicate, signature, err) ||
	    files_parse(predicate, signature, err))
		return -1;
	if (modelsig_root(signature->file, signature->file_count, &signature->root, err))
		return -1;
	if (!digest_equal(&root, &signature->root))
		return error_set(err, ERROR_CORRUPT,
				 "the signed digest is not the one over the listed files");
	return 0;
}

/* Whose it says it is: a hint that names another key saves a "does not hold" that would mislead. */
static int key_check(const struct envelope *envelope, const struct public_key *key,
		     struct error *err)
{
	if (envelope->material != MATERIAL_KEY)
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: signed with a certificate, not a key");
	if (public_key_type(key) == KEY_ED25519)
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: OpenSSF signatures are ECDSA, and the "
			"key is Ed25519");
	if (envelope->hint[0] && strcmp(envelope->hint, public_key_hint(key)) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "signed by another key (hint %.12s, and the key given has %.12s)",
				 envelope->hint, public_key_hint(key));
	return envelope_check(envelope, key, err);
}

static int bundle_read(struct span bundle, const struct public_key *key,
		       struct modelsig *out_signature, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct modelsig signature = { 0 };

	if (envelope_parse(bundle, MODELSIG_MAX_BYTES, &envelope, err) ||
	    (key && key_check(&envelope, key, err)))
		return error_prefix(err, "model signature");
	if (key)
		signature.key = *public_key_id(key);
	if (payload_parse(buffer_view(&envelope.payload), &signature, err)) {
		modelsig_release(&signature);
		return error_prefix(err, "model signature");
	}
	*out_signature = signature;
	return 0;
}

int modelsig_check(struct span bundle, const struct public_key *key, struct modelsig *out_signature,
		   struct error *err)
{
	return bundle_read(bundle, key, out_signature, err);
}

int modelsig_read(struct span bundle, struct modelsig *out_signature, struct error *err)
{
	return bundle_read(bundle, NULL, out_signature, err);
}

void modelsig_release(struct modelsig *signature)
{
	for (size_t i = 0; i < signature->file_count; i++)
		free(signature->file[i].path);
	for (size_t i = 0; i < signature->ignored_count; i++)
		free(signature->ignored[i]);
	free(signature->name);
	free(signature->file);
	free(signature->by_path);
	free(signature->ignored);
	*signature = (struct modelsig){ 0 };
}

/* Is `path` the entry or below it? "./x" and "x/" mean x. */
static bool lies_below(const char *path, const char *entry)
{
	size_t len;

	while (strncmp(entry, "./", 2) == 0)
		entry += 2;
	len = strlen(entry);
	while (len && entry[len - 1] == '/')
		len--;
	return len && strncmp(path, entry, len) == 0 && (!path[len] || path[len] == '/');
}

bool modelsig_ignores(const struct modelsig *signature, const char *path)
{
	for (size_t i = 0; i < sizeof(standard_ignored) / sizeof(*standard_ignored); i++)
		if (lies_below(path, standard_ignored[i]))
			return true;
	for (size_t i = 0; i < signature->ignored_count; i++)
		if (lies_below(path, signature->ignored[i]))
			return true;
	return false;
}

static int path_order(const void *path, const void *file)
{
	return strcmp(path, (*(const struct modelsig_file *const *)file)->path);
}

const struct modelsig_file *modelsig_find(const struct modelsig *signature, const char *path)
{
	const struct modelsig_file **found =
		bsearch(path, signature->by_path, signature->file_count,
			sizeof(*signature->by_path), path_order);

	return found ? *found : NULL;
}
