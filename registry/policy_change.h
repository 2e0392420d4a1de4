/* The next version of a registry's policy: drafted, signed by several, logged. */
#ifndef REGISTRY_POLICY_CHANGE_H
#define REGISTRY_POLICY_CHANGE_H

#include "registry/cosign.h"

#define POLICY_DRAFT_MAX_BYTES (4u << 20)

/* A key that is admitted. */
struct policy_admission {
	const struct public_key *key;
	const char *const *names, *const *kinds; /* globs and kinds; none: "*" */
	size_t name_count, kind_count;
	bool root, recovery;
};

/* What is to be other than in the policy in force. Borrowed; what is NULL or 0 stays. */
struct policy_change {
	const struct json *whole;           /* a predicate in the place of the present one */
	const struct policy_admission *add; /* takes the place of `end` among roots and recovery */
	const struct digest *end; /* KEY that is to count up to the log's end and no more */
	uint64_t threshold;
	const char *witnesses; /* text of a tlog-policy; "" for none */
	bool has_maximum_age;
	uint64_t maximum_age;           /* seconds; 0 for none */
	const char *log_add, *log_drop; /* verifier keys */
};

/* A draft: the payload as it will be said, and who signed it so far. */
struct policy_draft {
	struct buffer payload;
	struct statement statement; /* of it */
	struct policy policy;
	struct policy_signature {
		struct buffer bundle;
		struct digest key;
	} signature[2 * POLICY_KEYS_MAX];
	size_t count;
};

void policy_draft_release(struct policy_draft *draft);

/* The policy in force as JSON: its predicate. The caller frees it. */
MUST_CHECK int registry_policy_json(struct registry *registry, struct json **out_predicate,
				    struct error *err);

/* Draft the version after the one in force. ERROR_USAGE where it would say nothing that can be
 * said (a threshold above the roots …). The caller releases *out_draft. */
MUST_CHECK int policy_draft_make(struct registry *registry, const struct policy_change *change,
				 struct policy_draft *out_draft, struct error *err);

/* A draft as a file, for several to sign. Every signature in it is checked. */
MUST_CHECK int policy_draft_write(const struct policy_draft *draft, const char *path,
				  struct error *err);
MUST_CHECK int policy_draft_read(struct registry *registry, const char *path,
				 struct policy_draft *out_draft, struct error *err);

/* Sign it; the same key again changes nothing. ERROR_UNTRUSTED: no root of this version or the one
 * in force. */
MUST_CHECK int policy_draft_sign(struct registry *registry, struct policy_draft *draft,
				 struct signing_key *key, struct error *err);

/* 0 iff it would count as the next version if it were logged now; else why not. */
MUST_CHECK int policy_draft_ready(struct registry *registry, const struct policy_draft *draft,
				  struct error *err);

/* Log every signature. The draft must be ready. *out_index: from there on it is in force. */
MUST_CHECK int policy_draft_log(struct registry *registry, const struct policy_draft *draft,
				uint64_t *out_index, struct error *err);

#endif
