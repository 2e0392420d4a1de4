/* What a release carries: the statements it reaches, and the objects they name. */
#include "registry/parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/object_copy.h"
#include "registry/run/secrets.h"

void parcel_release(struct parcel *parcel)
{
	digest_list_release(&parcel->statements);
	free(parcel->object);
	*parcel = (struct parcel){ 0 };
}

static bool list_has(const struct digest_list *list, const struct digest *digest)
{
	for (size_t i = 0; i < list->count; i++)
		if (digest_equal(&list->item[i], digest))
			return true;
	return false;
}

/* 0 where it is not there: whoever reads it will say so. */
static uint64_t object_bytes(const struct evidence *evidence, const struct digest *digest)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct error absent = { 0 };

	return evidence_object(evidence, digest, &source, &absent) ? 0 : source->size;
}

/* Claims that name the statement. */
static int add_claims(struct parcel *parcel, const struct evidence *evidence,
		      const struct digest *identity, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	if (evidence_statements(evidence, identity, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(statement_release) struct statement said = { 0 };
		struct error ignored = { 0 };
		struct digest key, claimed;

		if (peek_statement(evidence, &about.item[i], &said, &key, &ignored) ||
		    said.kind != STATEMENT_claim ||
		    json_need_digest(said.predicate, "statement", &claimed, &ignored) ||
		    !digest_equal(&claimed, identity))
			continue;
		if (!list_has(&parcel->statements, &about.item[i]) &&
		    digest_list_add(&parcel->statements, &about.item[i], err))
			return -1;
	}
	return 0;
}

int parcel_add_statement(struct parcel *parcel, const struct evidence *evidence,
			 const struct digest *identity, struct error *err)
{
	if (list_has(&parcel->statements, identity))
		return 0;
	if (digest_list_add(&parcel->statements, identity, err))
		return -1;
	return add_claims(parcel, evidence, identity, err);
}

/* Is the object gone, with a tombstone that is believed? Then that leaves in its place. */
static int is_withheld(struct parcel *parcel, const struct evidence *evidence,
		       const struct digest *digest, bool *out_withheld, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct error absent = { 0 };

	*out_withheld = false;
	if (!evidence_object(evidence, digest, &source, &absent) || absent.code != ERROR_ABSENT)
		return 0;
	if (withheld_find(parcel->trust, evidence, WITHHELD_OBJECT, digest, &tombstone,
			  out_withheld, err))
		return -1;
	return *out_withheld ? parcel_add_statement(parcel, evidence, &tombstone.identity, err) : 0;
}

static int add_object(struct parcel *parcel, const struct evidence *evidence,
		      const struct digest *digest, const char *what, struct error *err)
{
	struct parcel_object *more;
	bool withheld;

	for (size_t i = 0; i < parcel->object_count; i++)
		if (digest_equal(&parcel->object[i].digest, digest))
			return 0;
	if (is_withheld(parcel, evidence, digest, &withheld, err))
		return -1;
	if (withheld)
		return 0;
	more = realloc(parcel->object, (parcel->object_count + 1) * sizeof(*more));
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for a release");
	parcel->object = more;
	more[parcel->object_count++] =
		(struct parcel_object){ *digest, what, object_bytes(evidence, digest) };
	return 0;
}

int parcel_add_object(struct parcel *parcel, const struct evidence *evidence,
		      const struct digest *digest, const char *what, struct error *err)
{
	return add_object(parcel, evidence, digest, what, err);
}

/* The object under `key` of a predicate, when there is one. */
static int add_named_object(struct parcel *parcel, const struct evidence *evidence,
			    const struct json *parent, const char *key, const char *what,
			    struct error *err)
{
	struct digest digest;

	if (!json_member(parent, key))
		return 0;
	return json_need_digest(parent, key, &digest, err) ||
			       add_object(parcel, evidence, &digest, what, err)
		       ? -1
		       : 0;
}

/* The states at layer boundaries, where they are still kept. */
static int add_boundaries(struct parcel *parcel, const struct evidence *evidence,
			  const struct digest *digest, struct error *err)
{
	CLEANUP(boundaries_release) struct boundaries list = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct error cause = { 0 };

	buffer_init(&text, BOUNDARIES_MAX_BYTES);
	if (evidence_object_read(evidence, digest, &text, &cause))
		return cause.code == ERROR_ABSENT ? 0
						  : error_set(err, cause.code, "%s", cause.text);
	if (boundaries_from_object(buffer_view(&text), &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (!object_bytes(evidence, &list.object[i]))
			return 0;
	if (add_object(parcel, evidence, digest, "list of boundaries", err))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (add_object(parcel, evidence, &list.object[i], "boundary activations", err))
			return -1;
	return 0;
}

static int add_record(struct parcel *parcel, const struct evidence *evidence,
		      const struct json *predicate, struct error *err)
{
	const struct json *boundaries = json_member(predicate, "boundaries");
	struct digest list;

	if (add_named_object(parcel, evidence, json_member(predicate, "probes"), "object", "probes",
			     err) ||
	    add_named_object(parcel, evidence, predicate, "outputs", "recorded outputs", err))
		return -1;
	if (!boundaries || !parcel->boundaries)
		return 0;
	return json_need_digest(boundaries, "object", &list, err) ||
			       add_boundaries(parcel, evidence, &list, err)
		       ? -1
		       : 0;
}

/* Results, and what was written about each item, so that others can recompute them. */
static int add_eval(struct parcel *parcel, const struct evidence *evidence,
		    const struct json *predicate, struct error *err)
{
	const struct json *samples = json_member(predicate, "samples");
	const struct json *attached = json_member(predicate, "attached");

	for (size_t i = 0; i < json_count(samples); i++)
		if (add_named_object(parcel, evidence, json_at(samples, i), "file",
				     "items of an evaluation", err))
			return -1;
	for (size_t i = 0; i < json_count(attached); i++)
		if (add_named_object(parcel, evidence, json_at(attached, i), "file",
				     "what a harness left", err))
			return -1;
	return add_named_object(parcel, evidence, predicate, "file", "evaluation results", err);
}

static int add_objects_of(struct parcel *parcel, const struct evidence *evidence,
			  const struct statement *statement, struct error *err)
{
	const struct json *predicate = statement->predicate;

	switch (statement->kind) {
	case STATEMENT_dataset:
		return add_named_object(parcel, evidence, predicate, "manifest",
					"manifest of a dataset", err);
	case STATEMENT_run:
		return add_named_object(parcel, evidence, predicate, "file", "run file", err);
	case STATEMENT_card:
		return add_named_object(parcel, evidence, predicate, "file", "card", err);
	case STATEMENT_eval:
		return add_eval(parcel, evidence, predicate, err);
	case STATEMENT_record:
		return add_record(parcel, evidence, predicate, err);
	default:
		return 0;
	}
}

/*
 * Is the statement's body gone, with a tombstone that is believed? Then that leaves in its place,
 * with its claim, which tells that the name is taken.
 */
static int is_bodiless(struct parcel *parcel, const struct trust *trust,
		       const struct evidence *evidence, const struct digest *identity,
		       bool *out_withheld, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };

	if (withheld_statement_find(trust, evidence, identity, &tombstone, out_withheld, err))
		return -1;
	if (!*out_withheld)
		return 0;
	return add_claims(parcel, evidence, identity, err) ||
			       parcel_add_statement(parcel, evidence, &tombstone.identity, err)
		       ? -1
		       : 0;
}

/*
 * The card that a run or checkpoint was held against, which was registered before it; it stays at
 * home where it is not believed, was taken away, or what leaves is a projection.
 */
static int take_card(struct parcel *parcel, const struct trust *trust,
		     const struct evidence *evidence, const struct json *predicate,
		     struct error *err)
{
	const struct expectation expected = { STATEMENT_card, NULL };
	CLEANUP(believed_release) struct believed card = { 0 };
	const struct json *held = json_member(predicate, "card");
	struct error why = { 0 };
	struct digest identity;

	if (parcel->projected || json_kind(held) != JSON_KIND_OBJECT ||
	    json_need_digest(held, "statement", &identity, &why))
		return 0;
	if (!believe_statement(trust, evidence, &identity, &expected, &card, &why) &&
	    !add_objects_of(parcel, evidence, &card.statement, &why) &&
	    !parcel_add_statement(parcel, evidence, &identity, &why))
		return 0;
	return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
}

/* Believe a statement, take it, and take the objects it names. */
static int take(struct parcel *parcel, const struct trust *trust, const struct evidence *evidence,
		const struct digest *identity, struct error *err)
{
	CLEANUP(believed_release) struct believed believed = { 0 };
	bool withheld;

	if (is_bodiless(parcel, trust, evidence, identity, &withheld, err))
		return -1;
	if (withheld)
		return 0;
	if (believe_statement(trust, evidence, identity, NULL, &believed, err))
		return -1;
	return parcel_add_statement(parcel, evidence, identity, err) ||
			       add_objects_of(parcel, evidence, &believed.statement, err) ||
			       take_card(parcel, trust, evidence, believed.statement.predicate, err)
		       ? -1
		       : 0;
}

static int take_reference(struct parcel *parcel, const struct trust *trust,
			  const struct evidence *evidence, const struct json *object,
			  struct error *err)
{
	struct reference reference;

	if (commitment_is(object))
		return 0; /* it stays at home */
	return reference_parse(object, &reference, err) ||
			       take(parcel, trust, evidence, &reference.statement, err)
		       ? -1
		       : 0;
}

/* What the checkpoint's own predicate points at. */
static int take_references(struct parcel *parcel, const struct trust *trust,
			   const struct evidence *evidence, const struct json *predicate,
			   struct error *err)
{
	static const char *const lists[] = { "data", "parents" };
	const struct json *run = json_member(predicate, "run");

	if (run && take_reference(parcel, trust, evidence, run, err))
		return -1;
	for (size_t l = 0; l < 2; l++) {
		const struct json *list = json_member(predicate, lists[l]);

		for (size_t i = 0; i < json_count(list); i++)
			if (take_reference(parcel, trust, evidence, json_at(list, i), err))
				return -1;
	}
	return 0;
}

/* What was said later of a version, or of a result, that leaves: its reader must know. */
static int add_standing(struct parcel *parcel, const struct trust *trust,
			const struct evidence *evidence, const struct digest *identity,
			struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	if (evidence_statements(evidence, identity, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(believed_release) struct believed said = { 0 };
		CLEANUP(statement_release) struct statement seen = { 0 };
		struct error why = { 0 };
		struct digest key;

		if (peek_statement(evidence, &about.item[i], &seen, &key, &why) ||
		    (seen.kind != STATEMENT_retraction && seen.kind != STATEMENT_supersession) ||
		    !digest_equal(&seen.digest, identity) ||
		    believe_statement(trust, evidence, &about.item[i], NULL, &said, &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			continue;
		}
		if (parcel_add_statement(parcel, evidence, &about.item[i], err))
			return -1;
	}
	return 0;
}

/* Results, records, cards and derivations of the checkpoint; what is not believed stays at home. */
static int take_about(struct parcel *parcel, const struct trust *trust,
		      const struct evidence *evidence, const struct digest *checkpoint,
		      struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	if (evidence_statements(evidence, checkpoint, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(statement_release) struct statement said = { 0 };
		struct error ignored = { 0 };
		struct reference of;
		struct digest key;

		if (peek_statement(evidence, &about.item[i], &said, &key, &ignored) ||
		    (said.kind != STATEMENT_eval && said.kind != STATEMENT_record &&
		     said.kind != STATEMENT_card && said.kind != STATEMENT_derivation))
			continue;
		if (reference_need(said.predicate, "of", &of, &ignored) ||
		    !digest_equal(&of.statement, checkpoint))
			continue;
		if ((take(parcel, trust, evidence, &about.item[i], &ignored) ||
		     (said.kind == STATEMENT_eval &&
		      add_standing(parcel, trust, evidence, &about.item[i], &ignored))) &&
		    ignored.code == ERROR_SYSTEM) {
			*err = ignored;
			return -1;
		}
	}
	return 0;
}

/* Every version of the policy, and every revocation: later ones than the pin that a reader has. */
static int add_policies(struct parcel *parcel, const struct evidence *evidence,
			const struct policy_chain *chain, struct error *err)
{
	for (size_t i = 0; i < chain->count; i++)
		if (parcel_add_statement(parcel, evidence, &chain->version[i].identity, err))
			return -1;
	for (size_t i = 0; i < chain->revocation_count; i++)
		if (parcel_add_statement(parcel, evidence, &chain->revocation[i].identity, err))
			return -1;
	return 0;
}

int parcel_collect(struct parcel *parcel, const struct trust *trust,
		   const struct evidence *evidence, const struct believed *checkpoint,
		   bool boundaries, struct error *err)
{
	const struct statement *statement = &checkpoint->statement;
	CLEANUP(buffer_release) struct buffer json;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;

	parcel->boundaries = boundaries;
	parcel->projected = digest_equal(&checkpoint->identity, &(struct digest){ 0 });
	parcel->trust = trust;
	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (evidence_object_read(evidence, &statement->digest, &json, err) ||
	    manifest_parse(buffer_view(&json), &manifest, err) ||
	    add_object(parcel, evidence, &statement->digest, "manifest", err) ||
	    add_object(parcel, evidence, &manifest->pieces, "piece digests", err))
		return -1;
	for (size_t i = 0; i < trust->count; i++)
		if (add_policies(parcel, evidence, &trust->anchor[i].chain, err))
			return -1;
	if (parcel->projected)
		return take_references(parcel, trust, evidence, statement->predicate, err);
	if (parcel_add_statement(parcel, evidence, &checkpoint->identity, err) ||
	    add_standing(parcel, trust, evidence, &checkpoint->identity, err) ||
	    take_card(parcel, trust, evidence, statement->predicate, err) ||
	    take_references(parcel, trust, evidence, statement->predicate, err))
		return -1;
	return take_about(parcel, trust, evidence, &checkpoint->identity, err);
}

static int write_bytes(const char *folder, const char *part, const char *name,
		       const struct buffer *bytes, struct error *err)
{
	char *path;
	int failed;

	if (asprintf(&path, "%s/akashi/%s/%s", folder, part, name) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	failed = file_write(path, buffer_view(bytes), 0644, FILE_REPLACE, err);
	free(path);
	return failed;
}

/* The timestamp of an envelope, where it has one. */
static int write_timestamp(const struct evidence *evidence, const struct digest *identity,
			   const struct digest *key, const char *folder, struct error *err)
{
	CLEANUP(buffer_release) struct buffer response;
	char hex[DIGEST_HEX_SIZE], signer[DIGEST_HEX_SIZE], name[3 * DIGEST_HEX_SIZE];
	struct error cause = { 0 };

	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	if (evidence_timestamp(evidence, identity, key, &response, &cause)) {
		if (cause.code == ERROR_ABSENT)
			return 0;
		return error_set(err, cause.code, "%s", cause.text);
	}
	digest_to_hex(identity, hex);
	digest_to_hex(key, signer);
	snprintf(name, sizeof(name), "%s.%s.tsr", hex, signer);
	return write_bytes(folder, "statements", name, &response, err);
}

/* Every envelope of a statement, with its proof and its timestamp. */
static int write_statement(const struct evidence *evidence, const struct digest *identity,
			   const char *folder, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 };

	if (evidence_signers(evidence, identity, &keys, err))
		return -1;
	for (size_t i = 0; i < keys.count; i++) {
		CLEANUP(buffer_release) struct buffer envelope, proof;
		char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], name[3 * DIGEST_HEX_SIZE];

		buffer_init(&envelope, ENVELOPE_MAX_BYTES);
		buffer_init(&proof, PROOF_MAX_BYTES);
		digest_to_hex(identity, hex);
		digest_to_hex(&keys.item[i], key);
		snprintf(name, sizeof(name), "%s.%s.json", hex, key);
		if (evidence_envelope(evidence, identity, &keys.item[i], &envelope, err) ||
		    write_bytes(folder, "statements", name, &envelope, err))
			return -1;
		snprintf(name, sizeof(name), "%s.%s.tlog-proof", hex, key);
		if (evidence_proof(evidence, identity, &keys.item[i], &proof, err) ||
		    write_bytes(folder, "proofs", name, &proof, err))
			return -1;
		if (write_timestamp(evidence, identity, &keys.item[i], folder, err))
			return -1;
	}
	return 0;
}

uint64_t parcel_bytes(const struct parcel *parcel)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < parcel->object_count; i++)
		bytes += parcel->object[i].bytes;
	return bytes;
}

int parcel_write(const struct context *ctx, const struct parcel *parcel,
		 const struct evidence *evidence, const char *folder, struct error *err)
{
	static const char *const parts[] = { "statements", "proofs", "objects" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *path;
		int failed;

		if (asprintf(&path, "%s/akashi/%s", folder, parts[i]) < 0)
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
		failed = folder_make(path, err);
		free(path);
		if (failed)
			return -1;
	}
	for (size_t i = 0; i < parcel->statements.count; i++)
		if (write_statement(evidence, &parcel->statements.item[i], folder, err))
			return -1;
	for (size_t i = 0; i < parcel->object_count; i++) {
		const struct digest *digest = &parcel->object[i].digest;
		CLEANUP(text_free) char *path = NULL;
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(digest, hex);
		if (asprintf(&path, "%s/akashi/objects/%s", folder, hex) < 0) {
			path = NULL;
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
		}
		if (object_copy(ctx, evidence, digest, path, NULL, NULL, err))
			return error_prefix(err, "%s %s", parcel->object[i].what, hex);
	}
	return 0;
}

static int scan_statement(const struct evidence *evidence, const struct digest *identity,
			  parcel_visit visit, void *user, struct error *err)
{
	CLEANUP(statement_release) struct statement said = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct digest key;

	buffer_init(&text, STATEMENT_PAYLOAD_MAX_BYTES);
	if (peek_statement(evidence, identity, &said, &key, err) ||
	    json_write_canonical(said.json, &text, err))
		return -1;
	return visit(user, &said, buffer_view(&text), said.subject, err);
}

int parcel_scan(const struct parcel *parcel, const struct evidence *evidence, parcel_visit visit,
		void *user, struct error *err)
{
	for (size_t i = 0; i < parcel->statements.count; i++)
		if (scan_statement(evidence, &parcel->statements.item[i], visit, user, err))
			return -1;
	for (size_t i = 0; i < parcel->object_count; i++) {
		CLEANUP(source_close) struct source *source = NULL;
		CLEANUP(buffer_release) struct buffer bytes;

		buffer_init(&bytes, SECRETS_FILE_MAX_BYTES);
		if (evidence_object(evidence, &parcel->object[i].digest, &source, err))
			return -1;
		if (source->size > SECRETS_FILE_MAX_BYTES)
			continue;
		if (source_read_all(source, &bytes, err) ||
		    visit(user, NULL, buffer_view(&bytes), parcel->object[i].what, err))
			return -1;
	}
	return 0;
}
