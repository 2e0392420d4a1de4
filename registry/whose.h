/*
 * whose: whose word a statement is. What the registry's policy does not let its signer say is
 * nobody's; and a result is independent only if no owner of the checkpoint's signed it.
 */
#ifndef REGISTRY_WHOSE_H
#define REGISTRY_WHOSE_H

#include "registry/home.h"
#include "verify/verify.h"

/* The owner for whose names alone the policy lists the key that counts; empty: for no one owner's.
 */
void believed_owner(const struct believed *believed, char out_owner[NAME_PART_MAX + 1]);

/*
 * Did other people sign `other` than `own`? Not where they share a key, where a key of each is
 * listed for names of the same owner alone, or where one took the place of the other (the same
 * names and kinds, and entries that do not overlap).
 */
bool believed_independent(const struct believed *own, const struct believed *other);

/* Who says what about one checkpoint, asked again and again. */
struct whose;

/* What is asked about, by the registry's own policy. Where there is none that is trusted, nobody is
 * believed. The caller closes *out_whose, before the registry. */
MUST_CHECK int whose_open(struct registry *registry, struct whose **out_whose, struct error *err);
void whose_close(struct whose **whose);

/* From now on about this checkpoint. */
MUST_CHECK int whose_about(struct whose *whose, const struct digest *checkpoint, struct error *err);

struct whose_said {
	bool believed;        /* the policy lets its signers say so */
	bool independent;     /* believed, and not of the people whose keys the checkpoint bears */
	struct digest signer; /* KEY of the first that counts; where believed */
	struct error why;     /* it is not believed */
};

/* Ask about a statement. One that is not there, or not whole, is not believed. ERROR_SYSTEM alone.
 */
MUST_CHECK int whose_ask(struct whose *whose, const struct digest *statement,
			 struct whose_said *out_said, struct error *err);

#endif
