/*
 * Statements: an in-toto frame around a predicate. What the frame and the
 * predicate both say must agree, so that no reader has to choose.
 */
#include "verify/statement.h"

#include <stdio.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/note.h"
#include "verify/tombstone.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

static int kind_parse(const struct json *json, enum statement_kind *out_kind, struct error *err)
{
	size_t prefix = strlen(STATEMENT_TYPE_PREFIX), suffix = strlen(STATEMENT_TYPE_SUFFIX);
	const char *type;
	char kind[32];
	size_t len;

	if (json_need_string(json, "predicateType", &type, err))
		return -1;
	len = strlen(type);
	if (strncmp(type, STATEMENT_TYPE_PREFIX, prefix) != 0)
		return error_set(err, ERROR_UNTRUSTED, "'%.200s' is no statement of ours", type);
	if (len <= prefix + suffix || len - prefix - suffix >= sizeof(kind) ||
	    strcmp(type + len - suffix, STATEMENT_TYPE_SUFFIX) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "'%.200s' is a kind of statement that this version does not know",
				 type);
	memcpy(kind, type + prefix, len - prefix - suffix);
	kind[len - prefix - suffix] = '\0';
	if (statement_kind_from_name(kind, out_kind, err)) {
		err->code = ERROR_UNTRUSTED; /* a later version may know it */
		return -1;
	}
	return 0;
}

static int subject_parse(const struct json *json, struct statement *statement, struct error *err)
{
	const struct json *subjects, *digests;

	if (json_need_array(json, "subject", &subjects, err))
		return -1;
	if (json_count(subjects) != 1)
		return error_set(err, ERROR_CORRUPT, "%zu subjects where exactly one belongs",
				 json_count(subjects));
	if (json_need_string(json_at(subjects, 0), "name", &statement->subject, err) ||
	    json_need_object(json_at(subjects, 0), "digest", &digests, err) ||
	    json_need_hex(digests, "sha256", &statement->digest, err))
		return error_prefix(err, "subject");
	if (!statement->subject[0] || strlen(statement->subject) > STATEMENT_SUBJECT_MAX)
		return error_set(err, ERROR_CORRUPT, "a subject's name has 1 to %d bytes",
				 STATEMENT_SUBJECT_MAX);
	return 0;
}

/* predicate.name with .version or .alias as one name. */
static int own_name(const struct statement *statement, struct name *out_name, struct error *err)
{
	const char *family, *version = NULL, *alias = NULL;
	char text[NAME_TEXT_MAX];
	int len;

	if (json_need_string(statement->predicate, "name", &family, err) ||
	    json_maybe_string(statement->predicate, "version", &version, err) ||
	    json_maybe_string(statement->predicate, "alias", &alias, err))
		return -1;
	if (!version == !alias)
		return error_set(err, ERROR_CORRUPT,
				 "'name' needs either a 'version' or an 'alias'");
	len = snprintf(text, sizeof(text), "%s%c%s", family, alias ? ':' : '@',
		       alias ? alias : version);
	if (len < 0 || (size_t)len >= sizeof(text))
		return error_set(err, ERROR_CORRUPT, "'%.200s' is too long a name", family);
	return name_parse(text, out_name, err);
}

/* The name it is about, which its subject must spell too (a claim's, a tag's, a release's alike).
 */
static int name_agrees(struct statement *statement, bool of, struct error *err)
{
	struct reference reference;
	char text[NAME_TEXT_MAX];

	if (of ? reference_need(statement->predicate, "of", &reference, err)
	       : own_name(statement, &statement->name, err)) {
		err->code = err->code == ERROR_USAGE ? ERROR_CORRUPT : err->code;
		return -1;
	}
	if (of)
		statement->name = reference.name;
	name_to_text(&statement->name, text);
	if (strcmp(text, statement->subject) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the subject is '%.300s' and the predicate speaks of '%s'",
				 statement->subject, text);
	return 0;
}

static int reference_digest(const struct json *predicate, const char *key, bool manifest,
			    struct digest *out_digest, struct error *err)
{
	struct reference reference;

	if (reference_need(predicate, key, &reference, err))
		return -1;
	if (manifest && !reference.has_manifest)
		return error_set(err, ERROR_CORRUPT, "'%s' names no manifest", key);
	*out_digest = manifest ? reference.manifest : reference.statement;
	return 0;
}

/* A key statement is about the key that it carries. */
static int key_digest(const struct statement *statement, struct digest *out_digest,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer der;
	char hex[DIGEST_HEX_SIZE];

	buffer_init(&der, PUBLIC_KEY_DER_MAX);
	if (json_need_base64(statement->predicate, "publicKey", &der, err))
		return -1;
	*out_digest = sha256(buffer_view(&der));
	digest_to_hex(out_digest, hex);
	if (strcmp(hex, statement->subject) != 0)
		return error_set(err, ERROR_CORRUPT, "the subject is not named after the key");
	return 0;
}

/* A revocation is about a key, which it names and does not carry. */
static int revoked_digest(const struct statement *statement, struct digest *out_digest,
			  struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	if (json_need_hex(statement->predicate, "key", out_digest, err))
		return -1;
	digest_to_hex(out_digest, hex);
	if (strcmp(hex, statement->subject) != 0)
		return error_set(err, ERROR_CORRUPT, "the subject is not named after the key");
	return 0;
}

/* A tombstone is about an object or a statement, and named after it. */
static int withheld_digest(const struct statement *statement, struct digest *out_digest,
			   struct error *err)
{
	struct tombstone tombstone;
	const char *reason;
	char hex[DIGEST_HEX_SIZE];

	if (tombstone_parse(statement->predicate, &tombstone, err) ||
	    json_need_string(statement->predicate, "reason", &reason, err))
		return -1;
	*out_digest = tombstone.digest;
	digest_to_hex(out_digest, hex);
	if (strcmp(hex, statement->subject) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the subject is not named after what is withheld");
	return 0;
}

/* Whether bytes are kept: of a version, and why. */
static int retention_digest(const struct statement *statement, struct digest *out_digest,
			    struct error *err)
{
	const char *reason;
	bool keep;

	return json_need_bool(statement->predicate, "keep", &keep, err) ||
			       json_need_string(statement->predicate, "reason", &reason, err) ||
			       reference_digest(statement->predicate, "of", false, out_digest, err)
		       ? -1
		       : 0;
}

/* A tag that was moved is about the line in which git tells of it. */
static int move_digest(const struct statement *statement, struct digest *out_digest,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;
	static const char none[] = "0000000000000000000000000000000000000000"
				   "000000000000000000000000";
	const char *ref, *before, *after;
	size_t len;

	buffer_init(&line, STATEMENT_PAYLOAD_MAX_BYTES);
	if (json_need_string(statement->predicate, "ref", &ref, err) ||
	    json_need_string(statement->predicate, "old", &before, err) ||
	    json_maybe_string(statement->predicate, "new", &after, err))
		return -1;
	len = strlen(before);
	if (len != 40 && len != 64)
		return error_set(err, ERROR_CORRUPT, "'old' is no name of a git object");
	if (buffer_printf(&line, err, "%s %.*s %s\n", before, (int)len, after ? after : none, ref))
		return -1;
	*out_digest = sha256(buffer_view(&line));
	return 0;
}

/* A policy is about its keys: the digest of their canonical spelling. */
static int policy_digest(const struct statement *statement, struct digest *out_digest,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct json *keys;

	buffer_init(&text, CONTROL_PAYLOAD_MAX_BYTES);
	if (json_need_array(statement->predicate, "keys", &keys, err) ||
	    json_write_canonical(keys, &text, err))
		return -1;
	if (strcmp(statement->subject, "policy") != 0)
		return error_set(err, ERROR_CORRUPT, "a policy's subject is called 'policy'");
	*out_digest = sha256(buffer_view(&text));
	return 0;
}

/* A state is about the root of its tree. */
static int state_digest(const struct statement *statement, struct digest *out_digest,
			struct error *err)
{
	if (strcmp(statement->subject, "state") != 0)
		return error_set(err, ERROR_CORRUPT, "a state's subject is called 'state'");
	return json_need_hex(statement->predicate, "root", out_digest, err);
}

/* The digest that the predicate gives for the subject. */
static int predicate_digest(const struct statement *statement, struct digest *out_digest,
			    struct error *err)
{
	const struct json *predicate = statement->predicate;

	switch (statement->kind) {
	case STATEMENT_checkpoint:
	case STATEMENT_dataset:
		return json_need_digest(predicate, "manifest", out_digest, err);
	case STATEMENT_run:
	case STATEMENT_allocation:
	case STATEMENT_eval:
	case STATEMENT_card:
		return json_need_digest(predicate, "file", out_digest, err);
	case STATEMENT_record:
		return json_need_digest(predicate, "outputs", out_digest, err);
	case STATEMENT_claim:
		return json_need_digest(predicate, "statement", out_digest, err);
	case STATEMENT_tag:
		return reference_digest(predicate, "target", false, out_digest, err);
	case STATEMENT_release:
		return reference_digest(predicate, "checkpoint", true, out_digest, err);
	case STATEMENT_verification:
	case STATEMENT_derivation:
		return reference_digest(predicate, "of", true, out_digest, err);
	case STATEMENT_move:
		return move_digest(statement, out_digest, err);
	case STATEMENT_policy:
		return policy_digest(statement, out_digest, err);
	case STATEMENT_key:
		return key_digest(statement, out_digest, err);
	case STATEMENT_state:
		return state_digest(statement, out_digest, err);
	case STATEMENT_revocation:
		return revoked_digest(statement, out_digest, err);
	case STATEMENT_tombstone:
		return withheld_digest(statement, out_digest, err);
	case STATEMENT_retention:
		return retention_digest(statement, out_digest, err);
	case STATEMENT_completion:
	case STATEMENT_note:
	case STATEMENT_retraction:
	case STATEMENT_supersession:
		return reference_digest(predicate, "of", false, out_digest, err);
	case STATEMENT_KIND_COUNT:
		break;
	}
	return error_set(err, ERROR_CORRUPT, "no kind of statement");
}

/* These are about no name. */
static bool speaks_of_no_name(enum statement_kind kind)
{
	return kind == STATEMENT_policy || kind == STATEMENT_key || kind == STATEMENT_revocation ||
	       kind == STATEMENT_state || kind == STATEMENT_tombstone;
}

/* These are about a statement that `of` names; the others name themselves, and some cards do. */
static bool speaks_of_another(const struct statement *statement)
{
	enum statement_kind kind = statement->kind;

	if (kind == STATEMENT_card)
		return !json_member(statement->predicate, "name");
	return kind == STATEMENT_eval || kind == STATEMENT_record ||
	       kind == STATEMENT_verification || kind == STATEMENT_derivation ||
	       kind == STATEMENT_completion || kind == STATEMENT_note ||
	       kind == STATEMENT_retention || kind == STATEMENT_retraction ||
	       kind == STATEMENT_supersession;
}

/*
 * A card may have a name of its own; it is of weights that `of` names, or of a model that is to
 * be trained, `for`.
 */
static int card_agrees(const struct statement *statement, struct error *err)
{
	bool named = json_member(statement->predicate, "name") != NULL;
	struct reference of;
	struct name model;
	const char *family;

	if (json_maybe_string(statement->predicate, "for", &family, err))
		return -1;
	if (!family)
		return reference_need(statement->predicate, "of", &of, err);
	if (json_member(statement->predicate, "of") || !named)
		return error_set(err, ERROR_CORRUPT,
				 "a card 'for' a model has a name of its own, and is 'of' none");
	if (name_parse_family(family, &model, err))
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no owner/name", family);
	return 0;
}

void statement_model(const struct statement *statement, char out_text[NAME_TEXT_MAX])
{
	const char *family = json_text(json_member(statement->predicate, "for"));
	struct reference of;
	struct error ignored = { 0 };

	out_text[0] = '\0';
	if (statement->kind != STATEMENT_card || !json_member(statement->predicate, "name"))
		return;
	if (family)
		snprintf(out_text, NAME_TEXT_MAX, "%s@", family);
	else if (reference_need(statement->predicate, "of", &of, &ignored) == 0)
		name_to_text(&of.name, out_text);
}

bool statement_needs_claim(const struct statement *statement)
{
	enum statement_claim rule = statement_kind_claim(statement->kind);
	struct reference checkpoint;
	struct error ignored = { 0 };
	char own[NAME_TEXT_MAX], other[NAME_TEXT_MAX];

	if (rule != STATEMENT_CLAIM_RENAMED)
		return rule == STATEMENT_CLAIM_ALWAYS;
	if (statement->kind == STATEMENT_card)
		return json_member(statement->predicate, "name") != NULL;
	if (reference_need(statement->predicate, "checkpoint", &checkpoint, &ignored))
		return true;
	name_to_text(&statement->name, own);
	name_to_text(&checkpoint.name, other);
	return strcmp(own, other) != 0;
}

static int predicate_parse(struct statement *statement, struct error *err)
{
	struct digest digest;

	if (json_need_object(statement->json, "predicate", &statement->predicate, err) ||
	    json_need_string(statement->predicate, "origin", &statement->origin, err))
		return -1;
	if (!note_name_ok(span_of(statement->origin)))
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no origin of a log",
				 statement->origin);
	if (!speaks_of_no_name(statement->kind) &&
	    name_agrees(statement, speaks_of_another(statement), err))
		return -1;
	if (statement->kind == STATEMENT_card && card_agrees(statement, err))
		return -1;
	if (predicate_digest(statement, &digest, err))
		return -1;
	if (!digest_equal(&digest, &statement->digest))
		return error_set(err, ERROR_CORRUPT,
				 "the subject's digest is not the one in the predicate");
	return 0;
}

static int frame_parse(struct span payload, struct statement *statement, struct error *err)
{
	struct json_limits limits = { .max_bytes = STATEMENT_PAYLOAD_MAX_BYTES, .max_depth = 16 };
	const char *type;

	if (json_parse(payload, &limits, &statement->json, err) ||
	    json_need_string(statement->json, "_type", &type, err))
		return -1;
	if (strcmp(type, STATEMENT_TYPE) != 0)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no in-toto statement v1", type);
	if (kind_parse(statement->json, &statement->kind, err))
		return -1;
	if (payload.len > statement_kind_max_bytes(statement->kind))
		return error_set(err, ERROR_CORRUPT, "%zu bytes, more than the allowed %zu",
				 payload.len, statement_kind_max_bytes(statement->kind));
	if (subject_parse(statement->json, statement, err) || predicate_parse(statement, err))
		return error_prefix(err, "%s", statement_kind_name(statement->kind));
	return 0;
}

int statement_parse(struct span payload, struct statement *out_statement, struct error *err)
{
	struct statement statement = { 0 };

	if (frame_parse(payload, &statement, err)) {
		statement_release(&statement);
		return error_prefix(err, "statement");
	}
	*out_statement = statement;
	return 0;
}

void statement_release(struct statement *statement)
{
	json_free(&statement->json);
	*statement = (struct statement){ 0 };
}

static int frame_build(enum statement_kind kind, const char *subject, const struct digest *digest,
		       const struct json *predicate, struct json *frame, struct error *err)
{
	char type[96];
	struct json *list, *one, *digests;

	snprintf(type, sizeof(type), "%s%s%s", STATEMENT_TYPE_PREFIX, statement_kind_name(kind),
		 STATEMENT_TYPE_SUFFIX);
	if (json_set_text(frame, "_type", STATEMENT_TYPE, err) ||
	    json_set_text(frame, "predicateType", type, err) ||
	    json_set_array(frame, "subject", &list, err) || json_add_object(list, &one, err) ||
	    json_set_text(one, "name", subject, err) ||
	    json_set_object(one, "digest", &digests, err) ||
	    json_set_hex(digests, "sha256", digest, err) ||
	    json_set_clone(frame, "predicate", predicate, err))
		return -1;
	return 0;
}

int statement_build(enum statement_kind kind, const char *subject, const struct digest *digest,
		    const struct json *predicate, struct buffer *out, struct error *err)
{
	CLEANUP(statement_release) struct statement made = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(json_free) struct json *frame = NULL;

	buffer_init(&payload, statement_kind_max_bytes(kind));
	if (json_object_new(&frame, err) ||
	    frame_build(kind, subject, digest, predicate, frame, err) ||
	    json_write_canonical(frame, &payload, err) ||
	    statement_parse(buffer_view(&payload), &made, err)) {
		if (err->code != ERROR_SYSTEM)
			err->code = ERROR_USAGE;
		return error_prefix(err, "cannot say this as a %s statement",
				    statement_kind_name(kind));
	}
	return buffer_add(out, buffer_view(&payload), err);
}
