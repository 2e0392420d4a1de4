/*
 * What hooks have to say while the registry is not asked: a folder of files in the repository,
 * .git/akashi/outbox, which `akashi sync` delivers in order and once.
 *
 * A hook never waits for a registry: it may lie on a file system that hangs. What it says
 * is signed where the log and the key are known (registry/outbox_known.h) and the key opens without
 * a question; else it waits unsigned, and is signed when it is delivered.
 */
#ifndef REGISTRY_OUTBOX_H
#define REGISTRY_OUTBOX_H

#include "registry/home.h"

#define OUTBOX_ITEM_MAX (8u << 20) /* bytes of one file */
#define OUTBOX_OBJECT_MAX (4u << 20)
#define OUTBOX_OBJECTS_MAX 8u
#define OUTBOX_REASON_MAX 512

/* One thing to be said. Read by outbox_item_parse, released with outbox_item_release. */
struct outbox_item {
	struct json *json; /* the whole; texts and values below are borrowed from it */
	enum statement_kind kind;
	const char *about;  /* owner/name@version of the subject */
	const char *by;     /* of a supersession: the name that takes its place; else NULL */
	const char *reason; /* of a supersession; else NULL */
	const char *commit; /* of a git repository, or NULL */

	/* Not of a supersession, which is made from registered statements when it is delivered. */
	struct digest digest;         /* of the subject */
	const struct json *predicate; /* without `origin` and `declared`; NULL once it is signed */
	struct buffer object[OUTBOX_OBJECTS_MAX];
	size_t object_count;
	struct buffer envelope, claim, key; /* once it is signed; `claim` is empty where there is
					       none; `key` is DER */
};

/* ERROR_CORRUPT. What is signed is not checked here. */
MUST_CHECK int outbox_item_parse(struct span text, struct outbox_item *out_item, struct error *err);
void outbox_item_release(struct outbox_item *item);

/* What is to be said of a subject, not signed. Everything is borrowed. */
struct outbox_draft {
	enum statement_kind kind; /* not a supersession */
	const char *about;
	struct digest digest;
	const struct json *predicate;
	const struct span *object;
	size_t object_count;
	const char *commit; /* NULL: none */
};
MUST_CHECK int outbox_draft_build(const struct outbox_draft *draft, struct buffer *out,
				  struct error *err);

/* That `about` is superseded by `by`. */
MUST_CHECK int outbox_supersession_build(const char *about, const char *by, const char *reason,
					 struct buffer *out, struct error *err);

/* For whom something is signed: what a registry would say if it were asked. */
struct outbox_signer {
	const char *origin;
	bool salted; /* core.private */
	struct signing_key *key;
};

/* Can an item that waits unsigned be said in this log at all? ERROR_USAGE: never. */
MUST_CHECK int outbox_item_check(const struct context *ctx, const struct outbox_item *item,
				 const char *origin, struct error *err);

/*
 * The text of the item with its statement, and its claim, signed at this moment; *out_identity is
 * the statement's. Not of a supersession.
 */
MUST_CHECK int outbox_item_sign(const struct context *ctx, const struct outbox_item *item,
				const struct outbox_signer *signer, struct buffer *out,
				struct digest *out_identity, struct error *err);

/* ---- the folder ---- */

/* Put a text behind those that wait, whole and durable or not at all. `folder` is made. */
MUST_CHECK int outbox_put(const struct context *ctx, const char *folder, struct span text,
			  struct error *err);

/* Names of the files that wait, in order. {0} is empty; released with outbox_list_release. */
struct outbox_list {
	char **name;
	size_t count, cap;
};
MUST_CHECK int outbox_list(const char *folder, struct outbox_list *out_list, struct error *err);
void outbox_list_release(struct outbox_list *list);

/* How many wait, how many were refused (outbox_set_aside), and why nothing moved last time, or "".
 */
struct outbox_state {
	size_t waiting, refused;
	char problem[OUTBOX_REASON_MAX];
};
MUST_CHECK int outbox_look(const char *folder, struct outbox_state *out_state, struct error *err);

/* Keep why nothing moves, for outbox_look; NULL: it does. It is told, and not relied on. */
void outbox_problem(const char *folder, const char *text);

/* Move one to FOLDER/refused/, with the reason beside it; and all of them back to the end. */
MUST_CHECK int outbox_set_aside(const char *folder, const char *name, const char *reason,
				struct error *err);
MUST_CHECK int outbox_retry(const struct context *ctx, const char *folder, size_t *out_count,
			    struct error *err);

/* ---- delivering ---- */

struct outbox_delivery {
	size_t delivered, existed, refused;
	bool busy; /* somebody else delivers: nothing was done */
};

/* Told of each statement that is registered now. */
typedef int (*outbox_visit)(void *arg, const struct outbox_item *item,
			    const struct digest *identity, struct error *err);

/*
 * Deliver what waits, in order: sign what is not signed, keep its objects, log it with its claim.
 * Killed anywhere, the rest is delivered next time, and nothing twice: what was logged is
 * found by its identity. What can never be taken (a name that is taken by something else, a text
 * that is damaged, another log's) is set aside with its reason; at anything else it stops, with the
 * error, which outbox_look tells from then on.
 */
MUST_CHECK int outbox_deliver(struct registry *registry, const char *folder, const char *key,
			      outbox_visit visit, void *arg, struct outbox_delivery *out_delivery,
			      struct error *err);

#endif
