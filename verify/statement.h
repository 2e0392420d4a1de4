/* What is said: an in-toto Statement v1 with a predicate of ours (docs/formats.md, section 3). */
#ifndef VERIFY_STATEMENT_H
#define VERIFY_STATEMENT_H

#include "verify/json.h"
#include "verify/name.h"

/* The one place that spells the URIs of our predicates: PREFIX "checkpoint" SUFFIX. */
#define STATEMENT_TYPE_PREFIX "https://w3id.org/akashi/"
#define STATEMENT_TYPE_SUFFIX "/v1"
#define STATEMENT_SUBJECT_MAX 1024 /* bytes of a subject's name */

enum statement_kind {
#define STATEMENT(name, claim, control) STATEMENT_##name,
#include "schema/statements.def"
#undef STATEMENT
	STATEMENT_KIND_COUNT
};

/* Does a name of this kind exist by a claim in the log? */
enum statement_claim {
	STATEMENT_CLAIM_NEVER,
	STATEMENT_CLAIM_ALWAYS,
	STATEMENT_CLAIM_RENAMED /* only a release or a card whose name is not its checkpoint's */
};

/* "checkpoint". Static. */
const char *statement_kind_name(enum statement_kind kind);
/* ERROR_CORRUPT: no such kind. */
MUST_CHECK int statement_kind_from_name(const char *text, enum statement_kind *out_kind,
					struct error *err);
enum statement_claim statement_kind_claim(enum statement_kind kind);
/* True for kinds that are logged whole (policy, key, claim …) and are at most 16 KiB. */
bool statement_kind_is_control(enum statement_kind kind);
/* Bytes a payload of this kind may have. */
size_t statement_kind_max_bytes(enum statement_kind kind);

struct statement {
	enum statement_kind kind;
	struct json *json;            /* the whole statement; owned */
	const struct json *predicate; /* borrowed from `json`, as the texts below */
	const char *origin;           /* the log it says it belongs to */
	const char *subject;          /* name of its one subject */
	struct digest digest;         /* of that subject */
	struct name name;             /* what it is about: predicate.name and .version (or .alias),
					 else predicate.of.name; "" where it has none */
};

/*
 * Read the payload of an envelope whose signature has been checked: exactly one
 * subject, a predicate of a known kind with its `origin`. Name and version must agree
 * with the subject, and the subject's digest with the predicate field that says
 * the same (`manifest`, `file` …). The caller releases *out_statement.
 * ERROR_CORRUPT otherwise; ERROR_UNTRUSTED for a predicateType that is not ours.
 */
MUST_CHECK int statement_parse(struct span payload, struct statement *out_statement,
			       struct error *err);
void statement_release(struct statement *statement);

/* Does its name exist by a claim? Of a release or a card: where it has one of its own. */
bool statement_needs_claim(const struct statement *statement);

/*
 * The model that a card with a name of its own describes, as a policy's names are compared with
 * it: owner/name@version of its weights, or "owner/name@" of what is to be trained. Whoever signs
 * such a card must be let sign for that, too. "" for all other statements.
 */
void statement_model(const struct statement *statement, char out_text[NAME_TEXT_MAX]);

/*
 * Append the payload (canonical JSON) of a statement of `kind` about one
 * subject. `predicate` must be complete, `origin` included; it is copied. What
 * statement_parse would refuse is refused here too, with ERROR_USAGE.
 */
MUST_CHECK int statement_build(enum statement_kind kind, const char *subject,
			       const struct digest *digest, const struct json *predicate,
			       struct buffer *out, struct error *err);

/* ---- References: how one statement names another ---- */

struct reference {
	struct name name;
	struct digest statement;
	bool has_manifest;
	struct digest manifest;
};

/* {"name","statement"[,"manifest"]}; ERROR_CORRUPT otherwise. */
MUST_CHECK int reference_parse(const struct json *object, struct reference *out_reference,
			       struct error *err);
/* The same under `key` of `parent`, which must be there. */
MUST_CHECK int reference_need(const struct json *parent, const char *key,
			      struct reference *out_reference, struct error *err);
/* A new object; the caller frees it. */
MUST_CHECK int reference_to_json(const struct reference *reference, struct json **out_object,
				 struct error *err);

#endif
