/*
 * A log's signed state as evidence shows it, with the proofs that lie beside it: what it says, as
 * of when, and what must be asked of it before a policy passes for the newest (docs/formats.md,
 * sections 4 and 5).
 */
#ifndef VERIFY_STATED_H
#define VERIFY_STATED_H

#include "verify/believe.h"
#include "verify/state.h"

/* A state that may be believed. Start with {0}. */
struct stated {
	struct believed believed;
	struct state_said said;
	struct json *file; /* owned */
	const struct json *proofs;
};

void stated_release(struct stated *stated);

/*
 * Read the state of the log `origin` that the evidence shows when it is asked for `asked`, and
 * believe its statement. The caller releases *stated, also when this fails. ERROR_ABSENT: none is
 * there; ERROR_UNTRUSTED: nobody who may vouches for it, or it is another log's; ERROR_CORRUPT.
 */
MUST_CHECK int stated_read(const struct trust *trust, const struct evidence *evidence,
			   const char *origin, const char *const *asked, size_t count,
			   struct stated *stated, struct error *err);

/* The proof about a key that lies there, not checked yet; NULL without one. Borrowed. */
const struct json *stated_proof(const struct stated *stated, const char *key);

/*
 * What the state says about the leaf `key` ("KIND:ABOUT.SIGNER"): *out_value, NULL where there is
 * none, by its own proof or by one that nothing begins with "KIND:ABOUT.". ERROR_ABSENT: no proof
 * lies there; else as state_ask.
 */
MUST_CHECK int stated_ask(const struct stated *stated, const char *key,
			  const struct json **out_value, struct error *err);

/*
 * When a quorum of witnesses had seen the log at exactly the size that the state covers: the time
 * as of which it speaks. Its signer puts that checkpoint into it, so neither an old state nor a new
 * proof of it passes for young. 0: it holds none, or none that a quorum cosigned. ERROR_UNTRUSTED,
 * ERROR_CORRUPT: it holds one that is not this log's at that size.
 */
MUST_CHECK int stated_time(const struct stated *stated, uint64_t *out_time, struct error *err);

/* ---- Whether anything newer is known to the state ---- */

/* A statement that is used: was it retracted? */
struct stated_subject {
	struct digest identity;
	const char *name; /* of owner/name@version */
};

#define STATED_QUESTIONS_MAX 16384 /* of one policy; it could list keys without end */

/* A list of texts, owned. Start with {0}. */
struct stated_questions {
	char **text;
	size_t count, cap;
};
void stated_questions_release(struct stated_questions *questions);
/* Add a copy of the text. */
MUST_CHECK int stated_questions_add(struct stated_questions *questions, const char *text,
				    struct error *err);

/*
 * Everything that has to be asked of a state so that whoever follows these policies can tell
 * whether there is a newer one, a revocation of a key that any of them lists, or a retraction of a
 * subject: keys of leaves, and before them what they begin with. ERROR_CORRUPT: more than
 * STATED_QUESTIONS_MAX.
 */
MUST_CHECK int stated_questions_make(const struct policy_chain *chain,
				     const struct stated_subject *subject, size_t count,
				     struct stated_questions *out_questions, struct error *err);

/*
 * 0 iff the state shows that no version follows the newest of the chain: too few of its roots have
 * said anything about a next one. ERROR_UNTRUSTED, ERROR_ABSENT or ERROR_CORRUPT says why not.
 */
MUST_CHECK int stated_newest(const struct stated *stated, const struct policy_chain *chain,
			     struct error *err);

/*
 * 0 iff the state shows no revocation of `key` by anybody who may revoke, but such as the chain
 * knows or such as spare the entries up to `index`. Errors likewise.
 */
MUST_CHECK int stated_unrevoked(const struct stated *stated, const struct policy_chain *chain,
				const struct digest *key, uint64_t index, struct error *err);

/*
 * 0 iff the state shows no retraction of the subject by a key that may sign one, but such as can be
 * believed by what is in the evidence, which then decides. Errors likewise.
 */
MUST_CHECK int stated_unretracted(const struct stated *stated, const struct trust *trust,
				  const struct evidence *evidence,
				  const struct stated_subject *subject, struct error *err);

#endif
