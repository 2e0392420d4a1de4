/*
 * derivation: how a checkpoint was made from others, as a statement says it.
 *
 * docs/formats.md, section 3, has the fields, docs/numerics.md, "Derivations", the arithmetic.
 * verify/derivation/run.h does it again.
 */
#ifndef VERIFY_DERIVATION_H
#define VERIFY_DERIVATION_H

#include "verify/dtype.h"
#include "verify/statement.h"

enum { DERIVATION_PARENTS_MAX = 64, DERIVATION_LIST_MAX = 64, DERIVATION_TOLERANCE_MAX = 65535 };

enum derivation_method {
	DERIVATION_CAST,
	DERIVATION_RESHARD,
	DERIVATION_AVERAGE,
	DERIVATION_LINEAR,
	DERIVATION_LORA,
	DERIVATION_METHOD_COUNT
};

/* "cast" … Static. */
const char *derivation_method_name(enum derivation_method method);
/* ERROR_USAGE names those that there are. */
MUST_CHECK int derivation_method_parse(const char *text, enum derivation_method *out_method,
				       struct error *err);

enum derivation_form_id {
#define FORM(method, id, ...) DERIVATION_FORM_##id,
#include "verify/derivation_forms.def"
#undef FORM
	DERIVATION_FORM_COUNT
};

/* See verify/derivation_forms.def. */
struct derivation_form {
	enum derivation_form_id id;
	enum derivation_method method;
	const char *name;
	enum { DERIVATION_COPIED, DERIVATION_PRODUCT, DERIVATION_SHARE, DERIVATION_FUSED } term;
	enum { DERIVATION_ZERO, DERIVATION_FIRST } starts;
	bool rounds_terms, rounds_sums;
	enum { DERIVATION_PLAIN, DERIVATION_COUNT, DERIVATION_WEIGHTS } ends;
	bool ends_in_work;
};

/* The form of that name, or with NULL the method's first. ERROR_USAGE: the method has no such form.
 * Static. */
MUST_CHECK int derivation_form_find(enum derivation_method method, const char *name,
				    const struct derivation_form **out_form, struct error *err);

/* "0.5", "-1e-3": the nearest binary64; "1/3": the nearest binary64 of the quotient of two whole
 * numbers below 2^53. ERROR_USAGE otherwise. */
MUST_CHECK int derivation_weight_parse(const char *text, double *out_weight, struct error *err);

struct derivation_rename {
	const char *from, *to; /* of the beginning of a name */
};

/* Texts are borrowed from the predicate that it was read from. */
struct derivation {
	const struct derivation_form *form;
	struct reference of;
	struct reference *parent;
	size_t parent_count;
	double *weight; /* one for each parent, or NULL: all 1 */
	bool has_dtype, has_work;
	enum dtype dtype, work;
	bool normalize;
	const char **keep, **without; /* patterns over the names of the parents' tensors */
	size_t keep_count, without_count;
	struct derivation_rename *rename;
	size_t rename_count;
	uint64_t tolerance;
	bool executed; /* the signer says that it was done again */
};

/*
 * Read the predicate of a derivation, which must outlive *out_derivation; the caller releases it.
 * ERROR_CORRUPT: not what the schema says, a parent that is the checkpoint itself, weights where
 * the form takes none or not one for each parent.
 */
MUST_CHECK int derivation_parse(const struct json *predicate, struct derivation *out_derivation,
				struct error *err);
void derivation_release(struct derivation *derivation);

/* The weights added up, in their order, in binary64: what is told where it is not 1. */
double derivation_weight_sum(const struct derivation *derivation);

/* "cast", "cast to BF16", "linear (mergekit-linear, weights 0.5 and 0.5)" …: appended, for people.
 */
MUST_CHECK int derivation_describe(const struct json *predicate, struct buffer *out,
				   struct error *err);

/* What is known of an edge of the lineage. */
enum derivation_proof { DERIVATION_DECLARED, DERIVATION_REEXECUTED, DERIVATION_CONTRADICTED };

/* What a derivation's own signer says: "declared", or "re-executed" where `found` is there. */
enum derivation_proof derivation_proof_of(const struct json *predicate);

/*
 * What a `verification` says of the derivation with that identity, from its predicate: true and
 * *out_proof where the verifier did it again, else false.
 */
bool derivation_verified(const struct json *verification, const struct digest *derivation,
			 enum derivation_proof *out_proof);

/* What a `verification` says of derivations, from its predicate: an array of objects with
 * `statement`, or NULL. Borrowed. */
const struct json *derivation_verdicts(const struct json *verification);

/* "declared", "re-executed", "contradicted". Static. */
const char *derivation_proof_name(enum derivation_proof proof);

#endif
