/*
 * The evidence in a release directory. Everything in it was written by
 * strangers: no link is followed, no name is used that is not of our form.
 */
#include "verify/release_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/json.h"
#include "verify/proof.h"
#include "verify/state.h"
#include "verify/timestamp.h"
#include "verify/tree.h"

#define RELEASE_JSON_MAX_BYTES 4096u
#define NAME_SIZE (2 * DIGEST_HEX_SIZE + 32) /* "akashi/statements/HEX.KEY.json" and more */

struct filed {
	struct digest identity, key;
};

struct release_dir {
	struct evidence base;
	struct tree *proofs; /* akashi/ and model.sig */
	struct filed *file;  /* sorted */
	size_t count;
};

static int filed_order(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct filed));
}

/* "HEX.KEY" and then `ending` */
static bool filed_read(const char *name, const char *ending, struct filed *out_file)
{
	struct error ignored = { 0 };
	struct span hex, key;

	if (strlen(name) != 4 * DIGEST_SIZE + 1 + strlen(ending) || name[2 * DIGEST_SIZE] != '.' ||
	    strcmp(name + 4 * DIGEST_SIZE + 1, ending) != 0)
		return false;
	hex = (struct span){ (const uint8_t *)name, 2 * DIGEST_SIZE };
	key = (struct span){ hex.data + hex.len + 1, 2 * DIGEST_SIZE };
	return !hex_decode(hex, out_file->identity.byte, DIGEST_SIZE, &ignored) &&
	       !hex_decode(key, out_file->key.byte, DIGEST_SIZE, &ignored);
}

#define STATEMENTS "akashi/statements/"
#define PROOFS "akashi/proofs/"
#define OBJECTS "akashi/objects/"

static int files_list(struct release_dir *release, struct error *err)
{
	size_t count = tree_count(release->proofs);
	uint64_t bytes = 0;

	release->file = calloc(RELEASE_FILES_MAX, sizeof(*release->file));
	if (!release->file)
		return error_set(err, ERROR_SYSTEM, "out of memory for a release's statements");
	for (size_t i = 0; i < count; i++) {
		const char *name = tree_file(release->proofs, i)->name;
		struct filed file;

		if (strncmp(name, STATEMENTS, strlen(STATEMENTS)) != 0 ||
		    !filed_read(name + strlen(STATEMENTS), ".json", &file))
			continue;
		if (tree_file(release->proofs, i)->size <= ENVELOPE_MAX_BYTES)
			bytes += tree_file(release->proofs, i)->size; /* others are never read */
		if (bytes > RELEASE_STATEMENTS_BYTES)
			return error_set(err, ERROR_CORRUPT,
					 "'akashi/statements' holds more than %u bytes",
					 RELEASE_STATEMENTS_BYTES);
		if (release->count == RELEASE_FILES_MAX)
			return error_set(err, ERROR_CORRUPT,
					 "'akashi/statements' holds more than %u files",
					 RELEASE_FILES_MAX);
		release->file[release->count++] = file;
	}
	qsort(release->file, release->count, sizeof(*release->file), filed_order);
	return 0;
}

static void release_close(struct evidence *evidence)
{
	struct release_dir *release = (struct release_dir *)evidence;

	tree_close(&release->proofs);
	free(release->file);
	free(release);
}

static int release_statements(struct evidence *evidence, const struct digest *about,
			      struct digest_list *out_identities, struct error *err)
{
	struct release_dir *release = (struct release_dir *)evidence;

	(void)about; /* a release is small: all of it is an allowed answer */
	for (size_t i = 0; i < release->count; i++) {
		if (i && digest_equal(&release->file[i].identity, &release->file[i - 1].identity))
			continue;
		if (digest_list_add(out_identities, &release->file[i].identity, err))
			return -1;
	}
	return 0;
}

static int release_signers(struct evidence *evidence, const struct digest *identity,
			   struct digest_list *out_keys, struct error *err)
{
	struct release_dir *release = (struct release_dir *)evidence;

	for (size_t i = 0; i < release->count; i++)
		if (digest_equal(&release->file[i].identity, identity) &&
		    digest_list_add(out_keys, &release->file[i].key, err))
			return -1;
	return 0;
}

/* One regular file of the proofs, appended to `out` if it is no longer than `max`. */
static int proof_read(const struct tree *proofs, const char *path, size_t max, struct buffer *out,
		      struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;

	if (tree_open_file(proofs, path, &source, err))
		return -1;
	if (source->size > max)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has %llu bytes, more than the allowed %zu", path,
				 (unsigned long long)source->size, max);
	return source_read_all(source, out, err);
}

static int release_envelope(struct evidence *evidence, const struct digest *identity,
			    const struct digest *key, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], key_hex[DIGEST_HEX_SIZE], path[NAME_SIZE];

	digest_to_hex(identity, hex);
	digest_to_hex(key, key_hex);
	snprintf(path, sizeof(path), "akashi/statements/%s.%s.json", hex, key_hex);
	return proof_read(((struct release_dir *)evidence)->proofs, path, ENVELOPE_MAX_BYTES, out,
			  err);
}

static int release_proof(struct evidence *evidence, const struct digest *identity,
			 const struct digest *key, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], key_hex[DIGEST_HEX_SIZE], path[NAME_SIZE];

	digest_to_hex(identity, hex);
	digest_to_hex(key, key_hex);
	snprintf(path, sizeof(path), "akashi/proofs/%s.%s.tlog-proof", hex, key_hex);
	return proof_read(((struct release_dir *)evidence)->proofs, path, PROOF_MAX_BYTES, out,
			  err);
}

static int release_timestamp(struct evidence *evidence, const struct digest *identity,
			     const struct digest *key, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], key_hex[DIGEST_HEX_SIZE], path[NAME_SIZE];

	digest_to_hex(identity, hex);
	digest_to_hex(key, key_hex);
	snprintf(path, sizeof(path), "akashi/statements/%s.%s.tsr", hex, key_hex);
	return proof_read(((struct release_dir *)evidence)->proofs, path, TIMESTAMP_MAX_BYTES, out,
			  err);
}

static int release_object(struct evidence *evidence, const struct digest *digest,
			  struct source **out_source, struct error *err)
{
	struct release_dir *release = (struct release_dir *)evidence;
	char hex[DIGEST_HEX_SIZE], path[NAME_SIZE];

	digest_to_hex(digest, hex);
	snprintf(path, sizeof(path), "akashi/objects/%s", hex);
	return tree_open_file(release->proofs, path, out_source, err);
}

static int release_state(struct evidence *evidence, const char *const *asked, size_t count,
			 struct buffer *out, struct error *err)
{
	(void)asked; /* whoever made the release knew what would be */
	(void)count;
	return proof_read(((struct release_dir *)evidence)->proofs, "akashi/state.json",
			  STATE_PROOFS_MAX_BYTES, out, err);
}

static const struct evidence_type release_type = {
	.statements = release_statements,
	.signers = release_signers,
	.envelope = release_envelope,
	.proof = release_proof,
	.timestamp = release_timestamp,
	.object = release_object,
	.state = release_state,
	.close = release_close,
};

static int proofs_open(const char *folder, struct tree **out_proofs, struct error *err)
{
	struct tree_options options = { .proofs_only = true };

	return tree_open(folder, &options, out_proofs, err);
}

int release_dir_open(const char *folder, struct evidence **out_evidence, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	struct release_dir *release = calloc(1, sizeof(*release));

	if (!release)
		return error_set(err, ERROR_SYSTEM, "out of memory for a release");
	release->base.type = &release_type;
	evidence = &release->base;
	if (proofs_open(folder, &release->proofs, err))
		return -1;
	if (!tree_has_attestations(release->proofs))
		return error_set(err, ERROR_ABSENT, "no folder 'akashi' in '%s'", folder);
	if (files_list(release, err))
		return error_prefix(err, "'%s'", folder);
	*out_evidence = evidence;
	evidence = NULL; /* handed over */
	return 0;
}

/* Is the file called by its SHA-256? */
static int object_check(const struct tree *proofs, const char *name, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct digest called, found;

	if (digest_from_hex(span_of(name + strlen(OBJECTS)), &called, err) ||
	    tree_open_file(proofs, name, &source, err))
		return error_prefix(err, "'%s'", name);
	if (source_sha256(NULL, source, &found, err))
		return -1;
	if (!digest_equal(&found, &called))
		return error_set(err, ERROR_CORRUPT, "'%s' is not what its name says", name);
	return 0;
}

int release_dir_check_objects(const char *folder, uint64_t max, struct error *err)
{
	CLEANUP(tree_close) struct tree *proofs = NULL;

	if (proofs_open(folder, &proofs, err))
		return -1;
	for (size_t i = 0; i < tree_count(proofs); i++) {
		const char *name = tree_file(proofs, i)->name;

		if (strncmp(name, OBJECTS, strlen(OBJECTS)) == 0 &&
		    tree_file(proofs, i)->size <= max && object_check(proofs, name, err))
			return -1;
	}
	return 0;
}

/* Is this a name that docs/formats.md, section 9, gives a place? */
static bool has_place(const char *name)
{
	struct digest digest;
	struct error ignored = { 0 };
	struct filed file;

	if (strcmp(name, "model.sig") == 0 || strcmp(name, "akashi/release.json") == 0 ||
	    strcmp(name, "akashi/trust.json") == 0 || strcmp(name, "akashi/state.json") == 0)
		return true;
	if (strncmp(name, STATEMENTS, strlen(STATEMENTS)) == 0)
		return filed_read(name + strlen(STATEMENTS), ".json", &file) ||
		       filed_read(name + strlen(STATEMENTS), ".tsr", &file);
	if (strncmp(name, PROOFS, strlen(PROOFS)) == 0)
		return filed_read(name + strlen(PROOFS), ".tlog-proof", &file);
	return strncmp(name, OBJECTS, strlen(OBJECTS)) == 0 &&
	       strlen(name) == strlen(OBJECTS) + 2 * DIGEST_SIZE &&
	       !digest_from_hex(span_of(name + strlen(OBJECTS)), &digest, &ignored);
}

int release_dir_strays(const char *folder,
		       int (*found)(void *arg, const char *name, struct error *err), void *arg,
		       struct error *err)
{
	CLEANUP(tree_close) struct tree *proofs = NULL;
	int result = proofs_open(folder, &proofs, err);

	for (size_t i = 0; !result && i < tree_count(proofs); i++)
		if (!has_place(tree_file(proofs, i)->name))
			result = found(arg, tree_file(proofs, i)->name, err);
	return result;
}

int release_dir_file(const char *folder, const char *name, size_t max, struct buffer *out,
		     struct error *err)
{
	CLEANUP(tree_close) struct tree *proofs = NULL;

	return proofs_open(folder, &proofs, err) || proof_read(proofs, name, max, out, err) ? -1
											    : 0;
}

int release_dir_begin(const char *folder, struct digest *out_release, struct error *err)
{
	struct json_limits limits = { .max_bytes = RELEASE_JSON_MAX_BYTES };
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	struct digest begin;
	const char *schema;

	buffer_init(&text, RELEASE_JSON_MAX_BYTES);
	if (release_dir_file(folder, "akashi/release.json", RELEASE_JSON_MAX_BYTES, &text, err))
		return -1;
	if (json_parse(buffer_view(&text), &limits, &json, err) ||
	    json_need_string(json, "schema", &schema, err) ||
	    json_need_digest(json, "release", &begin, err))
		return error_prefix(err, "'akashi/release.json'");
	if (strcmp(schema, "akashi/release/1") != 0)
		return error_set(err, ERROR_CORRUPT,
				 "'akashi/release.json' has the schema '%.100s'", schema);
	*out_release = begin;
	return 0;
}

bool release_dir_exists(const char *folder)
{
	CLEANUP(tree_close) struct tree *proofs = NULL;
	struct error refused = { 0 };

	/* What is refused is there too: a link, say, in the place of the folder. */
	if (proofs_open(folder, &proofs, &refused))
		return refused.code == ERROR_CORRUPT;
	return tree_has_attestations(proofs);
}
