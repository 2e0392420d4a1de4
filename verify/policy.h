/* Who may say what: the trust policy of a log, and the pins that name one (section 5). */
#ifndef VERIFY_POLICY_H
#define VERIFY_POLICY_H

#include "verify/statement.h"
#include "verify/witness_policy.h"

#define POLICY_KEYS_MAX 64                 /* keys, roots, log keys and rules each */
#define POLICY_AGE_MAX (UINT64_C(1) << 40) /* seconds of a maximum age */
#define PINS_MAX 64                        /* lines of a trust file that pin */
#define PINS_MAX_BYTES (64u << 10)

/* A key that the policy lists, with the entries of the log that it counts for. */
struct policy_key {
	struct public_key *key; /* owned */
	char **name;            /* globs, owned */
	size_t name_count;
	char **kind; /* kinds or "*", owned */
	size_t kind_count;
	uint64_t first, last; /* indexes, both included; no last: UINT64_MAX */
};

/* What must hold for names that match. */
struct policy_rule {
	char *names; /* a glob */
	char **step; /* "bytes", "signature" … */
	size_t step_count;
};

/* How many distinct keys must have signed a statement that matches. */
struct policy_signers {
	char *names; /* a glob */
	char **kind; /* kinds or "*", owned */
	size_t kind_count;
	uint64_t threshold;
};

/* What one version of the policy says. */
struct policy {
	char origin[NOTE_NAME_MAX + 1];
	uint64_t version;       /* from 1 */
	struct digest previous; /* identity of version - 1; nothing in version 1 */
	struct policy_key *key;
	size_t key_count;
	struct digest *root; /* KEY of who may sign policies; each is listed in `key` */
	size_t root_count;
	uint64_t threshold;      /* of the roots: so many distinct ones sign a policy */
	struct digest *recovery; /* KEY of who may revoke; each is listed in `key` */
	size_t recovery_count;
	struct policy_signers *signers;
	size_t signers_count;
	struct witness_policy *witnesses; /* NULL: none are asked */
	uint64_t maximum_age;             /* seconds; 0: none */
	struct note_key *log;
	size_t log_count;
	struct policy_rule *rule;
	size_t rule_count;
	struct buffer *timestamp_root; /* DER certificates of timestamp authorities; may be none */
	size_t timestamp_root_count;
};

/*
 * Read the statement of kind `policy`. The caller releases *out_policy.
 * ERROR_CORRUPT: malformed, two keys with one identity, an identity that is not
 * its key's, a root or recovery key that is not listed or stands twice, a threshold that
 * cannot be met, `previous` missing above version 1.
 */
MUST_CHECK int policy_parse(const struct statement *statement, struct policy *out_policy,
			    struct error *err);
void policy_release(struct policy *policy);

/* The listed key with this identity, or NULL. Borrowed. */
const struct policy_key *policy_key_find(const struct policy *policy, const struct digest *id);

/*
 * 0 iff a statement of `kind` about `name` (text of owner/name@version; "" for kinds
 * that are about none) signed by the key `id` and logged at `index` counts.
 * ERROR_UNTRUSTED says why not.
 */
MUST_CHECK int policy_accepts(const struct policy *policy, const struct digest *id,
			      enum statement_kind kind, const char *name, uint64_t index,
			      struct error *err);

/* How many distinct accepted keys a statement needs: the most that a matching rule asks, else 1. */
uint64_t policy_threshold(const struct policy *policy, enum statement_kind kind, const char *name);

/* May this key sign policies? */
bool policy_is_root(const struct policy *policy, const struct digest *id);
/* May it revoke? The keys listed as `recovery`, or the roots where the policy lists none. */
bool policy_may_revoke(const struct policy *policy, const struct digest *id);

/* Does the policy ask for this step ("bytes", "signature" …) for this name? */
bool policy_requires(const struct policy *policy, const char *name, const char *step);

/* ---- Pins ---- */

/* One line that somebody chose: the log's key, and the identity of the policy statement. */
struct pin {
	struct note_key log;
	struct digest policy;
};

struct pins {
	struct pin *pin;
	size_t count;
};

/*
 * Read the text of a trust file: lines `VKEY sha256:POLICY`; empty lines and lines
 * that begin with '#' are skipped, a line that stands twice counts once.
 * ERROR_CORRUPT names the line. The caller releases *out_pins.
 */
MUST_CHECK int pins_parse(struct span text, struct pins *out_pins, struct error *err);
void pins_release(struct pins *pins);
/* Append the line, without a newline. */
MUST_CHECK int pin_format(const struct pin *pin, struct buffer *out, struct error *err);

#endif
