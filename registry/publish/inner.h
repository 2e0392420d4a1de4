/* What the parts of publishing share. Private to registry/publish*.c. */
#ifndef REGISTRY_PUBLISH_INNER_H
#define REGISTRY_PUBLISH_INNER_H

#include "registry/home.h"
#include "registry/parcel.h"
#include "registry/projection.h"
#include "registry/publish.h"
#include "registry/sign.h"
#include "verify/verify.h"

/* A release under way. What is here is owned, unless it says otherwise. */
struct publishing {
	const struct context *ctx;             /* borrowed */
	struct registry *registry;             /* borrowed */
	const struct publish_request *request; /* borrowed */
	const char *name;                      /* what is published; borrowed */
	struct publish_private private;        /* of the request and the config */
	char *private_text;                    /* the config's globs, cut up */
	const char **private_glob;
	struct projection projection;
	bool projected; /* what leaves is a projection */
	struct evidence *evidence;
	struct trust trust;
	struct signing_key *key;
	struct believed checkpoint;
	struct manifest *manifest;
	struct parcel parcel;
	struct name release; /* its own name */
	char release_text[NAME_TEXT_MAX];
	char *pin;
	char *partial; /* the folder while it is being written */
	struct buffer card;
	bool card_registered; /* it was signed before, as `card_identity` */
	struct digest card_identity;
	struct digest model_root;
	struct buffer model_signature;
	struct digest release_identity;
};

/* Forget what was read, so that the projection can be opened as any checkpoint is. */
void publish_forget(struct publishing *p);

/* publish/card.c */

/* Take the card that was registered for the weights, where there is one: card_registered. */
MUST_CHECK int publish_card_registered(struct publishing *p, struct error *err);
/* The card's statement leaves, and its text, so that a reader can tell what was edited. */
MUST_CHECK int publish_card_add(struct publishing *p, const struct digest *identity,
				struct error *err);

/* publish/private.c */

/* What the request and publish.private hide together. */
MUST_CHECK int publish_private_read(struct publishing *p, struct error *err);
/*
 * Put the projection in the place of the checkpoint that was opened, where anything of it is
 * private. ERROR_USAGE: options that hide nothing, or no name of its own for what is left.
 */
MUST_CHECK int publish_project(struct publishing *p, struct error *err);
/* Say the projected checkpoint, its openings first. */
MUST_CHECK int publish_say_projected(struct publishing *p, struct error *err);
/* ERROR_UNTRUSTED when text that leaves holds a secret or tells what is private. */
MUST_CHECK int publish_scan_text(struct publishing *p, struct span text, const char *where,
				 struct error *err);
/* The same for a statement, with its text; parcel_visit. */
MUST_CHECK int publish_scan_visit(void *user, const struct statement *said, struct span text,
				  const char *where, struct error *err);
/* "private" of the report. */
MUST_CHECK int publish_report_private(const struct publishing *p, struct json *report,
				      struct error *err);

/* Write one file of the release; `name` is relative to it. */
MUST_CHECK int publish_write_text(struct publishing *p, const char *name, struct span bytes,
				  struct error *err);

/* Copy the model's files out of the store, each compared with its digest as it goes by. */
MUST_CHECK int publish_write_files(struct publishing *p, struct error *err);

/* SHA256SUMS in the form of sha256sum(1), for those who have nothing else. */
MUST_CHECK int publish_write_sums(struct publishing *p, struct error *err);

/*
 * Add the newest `state` statement that covers the checkpoint's claim, with proofs about its name
 * and key, and about all that is newer where the policy has a maximum age, for akashi/state.json;
 * *out_proofs NULL where none was signed. One is signed now where states are signed at all, or the
 * policy has a maximum age, and the key may. The caller frees *out_proofs.
 */
MUST_CHECK int publish_add_state(struct publishing *p, struct json **out_proofs, struct error *err);

/* Write a JSON value as one file of the release. */
MUST_CHECK int publish_write_json(struct publishing *p, const char *name, const struct json *json,
				  struct error *err);

/* akashi/release.json and akashi/trust.json: where to begin reading, believed in nothing. */
MUST_CHECK int publish_write_pointers(struct publishing *p, struct error *err);

#endif
