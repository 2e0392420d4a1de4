/* What the parts of a check share. Inside verify/ only. */
#ifndef VERIFY_CHECK_PARTS_H
#define VERIFY_CHECK_PARTS_H

#include "verify/believe.h"
#include "verify/bytes.h"
#include "verify/check.h"
#include "verify/modelsig.h"
#include "verify/modelsig/compare.h"
#include "verify/objects.h"
#include "verify/released.h"
#include "verify/tree.h"
#include "verify/verdict.h"
#include "verify/weights.h"
#include "verify/withheld.h"

/* A check under way. What is here is owned, unless it says otherwise. */
struct check {
	const struct context *ctx;           /* borrowed */
	const struct check_request *request; /* borrowed */
	struct verdict *verdict;
	struct tree *tree;
	struct evidence *own;        /* of the release directory, NULL without one */
	struct evidence *joined;     /* own and the anchor's, where there are both */
	struct evidence *remembered; /* the above and what this user holds, where there is that */
	struct evidence *evidence;   /* borrowed: what statements are looked up in */
	struct trust own_trust;      /* from pins */
	const struct trust *trust;   /* borrowed: what decides */
	bool pinned;                 /* `trust` was chosen by the person who asks */
	struct believed release;     /* identity zero where there is none */
	struct believed checkpoint;
	bool has_release, has_checkpoint;
	struct digest_list standing; /* believed retractions and supersessions that were met */
	bool record_required;        /* the policy asks for outputs that were recorded */
	struct manifest *manifest;
	struct manifest_objects objects; /* what the tree of a registered version opens */
	struct bytes_report *report;
};

void check_release(struct check *check);

/* "0123456789ab": the first digits of a digest, enough for people. */
#define DIGEST_SHORT_SIZE 13
void digest_shorten(const struct digest *digest, char out_text[DIGEST_SHORT_SIZE]);

/*
 * Put a failure of `what` into a step: ERROR_CORRUPT fails it; ERROR_ABSENT
 * fails it as a required part that is missing when `must`, else is not possible;
 * ERROR_UNTRUSTED is not possible and leaves the whole undecided. ERROR_SYSTEM and
 * ERROR_USAGE are returned as -1. Clears `cause` otherwise.
 */
MUST_CHECK int check_blame(struct check *check, enum step_id id, const char *what, bool must,
			   struct error *cause, struct error *err);

/* check/bytes.c */

/* Load and check the manifest that the checkpoint names, with its pieces, from the evidence. */
MUST_CHECK int check_manifest(struct check *check, struct error *err);
/* Hold the tree against the manifest. */
MUST_CHECK int check_bytes(struct check *check, struct error *err);
/* What can be said of files that nobody signed: how many, in which formats. */
MUST_CHECK int check_unsigned_bytes(struct check *check, struct error *err);

/* check/signature.c */

/* `model.sig` of a release against the release statement, its signer's key and the manifest. */
MUST_CHECK int check_model_signature(struct check *check, struct error *err);
/* An OpenSSF signature and a PEM key or roots from the command line against the files. */
MUST_CHECK int check_foreign_signature(struct check *check, struct error *err);
/*
 * The bytes step: the files against what `signature` lists, whose signature was checked and put
 * into the signature step by the caller (a key's, a certificate's or a keyless bundle's, whose
 * verified payload modelsig_payload reads). check->tree was opened with
 * tree_options.everything, request->signature is the bundle.
 */
MUST_CHECK int check_signed_files(struct check *check, const struct modelsig *signature,
				  struct error *err);
/* A `model.sig` nobody gave a key for: what it lists, and that its signer is unknown. */
MUST_CHECK int check_unknown_signature(struct check *check, struct error *err);

/* check/timestamps.c */

/*
 * When release and checkpoint existed, by their timestamps: evidence and detail of the signature
 * step. One that does not hold, or whose authority nobody named, shows nothing and harms nothing.
 */
MUST_CHECK int check_timestamps(struct check *check, struct error *err);

/* check/links.c */

/* The log step, from what was believed. */
MUST_CHECK int check_log(struct check *check, struct error *err);
/* Every statement the release lists is there and holds. */
MUST_CHECK int check_listed(struct check *check, struct error *err);
/* Name, card, evaluation results. */
MUST_CHECK int check_claims(struct check *check, struct error *err);

/*
 * Visit each believed statement of `kind` about the checkpoint. What is there
 * and contradicts goes to `blame`; what unknown keys signed is counted in *out_unknown.
 */
MUST_CHECK int check_each_about(struct check *check, enum statement_kind kind, enum step_id blame,
				int (*visit)(struct check *check, const struct believed *believed,
					     void *arg, struct error *err),
				void *arg, size_t *out_unknown, struct error *err);

/* check/card.c */

/* README.md against the signed cards of the checkpoint, of which there are *out_count; *out_unknown
 * are signed by unknown keys. */
MUST_CHECK int check_cards(struct check *check, struct json *evidence, size_t *out_count,
			   size_t *out_unknown, struct error *err);

/* check/trust.c */

/* Is what is trusted no older than what this user saw? */
MUST_CHECK int check_seen(struct check *check, struct error *err);
/* Hand on what was learned of the pinned logs, unless something failed. */
MUST_CHECK int check_learn(struct check *check, uint64_t size, struct error *err);
/* Was it retracted or superseded, as far as is known here? */
MUST_CHECK int check_standing(struct check *check, const struct believed *about, struct error *err);

/* check/age.c */

/* Is what is known here young enough for the policy, or as of the time that was asked for? */
MUST_CHECK int check_age(struct check *check, const struct believed *last, struct error *err);

/* check/state.c */

/* Does exactly one statement have the checkpoint's name, and was its key not revoked, as of the
 * state that the log signed? Said as details of the claims step. */
MUST_CHECK int check_state(struct check *check, const char *name, struct json *evidence,
			   struct error *err);

/* check/lineage.c */

/* Commit, data, run, parents; what is committed to is opened by request->opening, or not disclosed.
 */
MUST_CHECK int check_lineage(struct check *check, struct error *err);

/* check/forward.c */
MUST_CHECK int check_forward(struct check *check, struct error *err);

#endif
