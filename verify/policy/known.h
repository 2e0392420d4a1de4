/* What the statements among which policies are looked for say that they are: each is read once. */
#ifndef VERIFY_POLICY_KNOWN_H
#define VERIFY_POLICY_KNOWN_H

#include "verify/evidence.h"
#include "verify/statement.h"

#define POLICY_KNOWN_UNREAD (-1)

/* One statement, believed in nothing. */
struct policy_known {
	struct digest identity;
	int kind;               /* an enum statement_kind, or POLICY_KNOWN_UNREAD */
	uint64_t version;       /* of a policy; 0: none can be read */
	struct digest previous; /* of a policy above version 1 */
};

/* Start with {0}. */
struct policy_known_list {
	struct policy_known *item; /* sorted by identity */
	size_t count, cap;
};

void policy_known_release(struct policy_known_list *list);

/*
 * What the statement says, read when it is asked for first. What cannot be read is remembered as
 * that. *out_known is borrowed until the next call. ERROR_SYSTEM alone.
 */
MUST_CHECK int policy_known_find(struct policy_known_list *list, const struct evidence *evidence,
				 const struct digest *identity,
				 const struct policy_known **out_known, struct error *err);

#endif
