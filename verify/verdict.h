/* The one structure that every command, page and API prints: what holds, what does not, and why. */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include "kernels/kernels.h"

struct json;

enum step_id {
	STEP_BYTES,     /* are the files those of the manifest? */
	STEP_SIGNATURE, /* who signed, and may that key sign this name? */
	STEP_LOG,       /* is it in the pinned log? */
	STEP_LINEAGE,   /* commit, data, run, parents */
	STEP_CLAIMS,    /* name, card, evaluation results */
	STEP_FORWARD,   /* do the weights compute what was recorded? */
	STEP_COUNT
};

enum step_status { STEP_NOT_ASKED, STEP_HOLDS, STEP_FAILS, STEP_NOT_POSSIBLE };

enum verdict_status { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNDECIDED };

struct step {
	enum step_status status;
	char *text;    /* a sentence in plain words; NULL only while not asked */
	char **detail; /* further lines: one file, tensor or statement each */
	size_t detail_count;
	struct json *evidence; /* an object for machines, or NULL */
	bool required;         /* the policy or the command line named it */
};

struct verdict {
	char *subject; /* what was looked at: a path or a name */
	struct step step[STEP_COUNT];
	char **undecided; /* reasons why the whole cannot be decided though no step fails */
	size_t undecided_count;
};

/* Begin with nothing asked. */
MUST_CHECK int verdict_new(const char *subject, struct verdict **out_verdict, struct error *err);
void verdict_free(struct verdict **verdict);

/*
 * Set a step's status and sentence. A step that failed stays failed: a later
 * "holds" does not cover it up, and its first sentence stays.
 */
MUST_CHECK int verdict_set(struct verdict *verdict, enum step_id id, enum step_status status,
			   struct error *err, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Add a line of detail to a step. */
MUST_CHECK int verdict_detail(struct verdict *verdict, enum step_id id, struct error *err,
			      const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The step's evidence object, made when there is none yet. Borrowed. */
MUST_CHECK int verdict_evidence(struct verdict *verdict, enum step_id id, struct json **out_object,
				struct error *err);

/* Add a reason why the whole stays undecided (signer not pinned, files missing …). */
MUST_CHECK int verdict_undecided(struct verdict *verdict, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/*
 * Decisions 10: fails if a step fails, a required one that was left out
 * included; else undecided if there is a reason for it or a required step was
 * not possible; else holds.
 */
enum verdict_status verdict_status(const struct verdict *verdict);

/* 0, 1 or 3: what a command that prints this verdict ends with. */
int verdict_exit_status(const struct verdict *verdict);

/* "bytes", "signature" …; "holds", "fails" …; "holds", "fails", "undecided". Static. */
const char *step_name(enum step_id id);
const char *step_status_name(enum step_status status);
const char *verdict_status_name(enum verdict_status status);

/* The verdict as JSON, schema akashi/verdict/1 (docs/formats.md, section 7). The caller frees it.
 */
MUST_CHECK int verdict_to_json(const struct verdict *verdict, struct json **out_json,
			       struct error *err);

#endif
