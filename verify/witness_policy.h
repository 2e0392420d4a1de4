/* C2SP tlog-policy: which witnesses must have cosigned a checkpoint before it is believed. */
#ifndef VERIFY_WITNESS_POLICY_H
#define VERIFY_WITNESS_POLICY_H

#include "verify/note.h"

#define WITNESS_POLICY_MAX_BYTES (64u << 10)
#define WITNESSES_MAX 64       /* witnesses, logs and groups each */
#define WITNESS_QUORUM_NONE -1 /* the policy asks for no cosignature */

/* One that is named, by its own line. Texts belong to the policy. */
struct witness {
	const char *name;
	const char *url; /* its submission prefix, or NULL */
	struct note_key key;
};

/* A log that the text lists. A policy statement's text has none: it lists log keys itself. */
struct witness_log {
	const char *url; /* or NULL */
	struct note_key key;
};

/* `needed` of its members. A member is a witness i, or WITNESSES_MAX + g for an earlier group g. */
struct witness_group {
	const char *name;
	size_t needed, member_count;
	uint8_t member[2 * WITNESSES_MAX];
};

struct witness_policy {
	char *text; /* owned: where the names lie */
	struct witness_log log[WITNESSES_MAX];
	size_t log_count;
	struct witness witness[WITNESSES_MAX];
	size_t witness_count;
	struct witness_group group[WITNESSES_MAX];
	size_t group_count;
	int quorum; /* a member as above, or WITNESS_QUORUM_NONE */
};

/*
 * Read the text by every rule of tlog-policy: whole lines of `log VKEY [URL]`, `witness NAME VKEY
 * [URL]`, `group NAME any|all|K MEMBER…`, and one `quorum NAME|none`; spaces and tabs, comment
 * lines; names are bytes, defined before they are used, and in one group at most. Beyond the
 * rules, no log is its own witness. ERROR_CORRUPT names the line; ERROR_UNTRUSTED: a key of a
 * type that cannot be checked here. The caller frees *out_policy.
 */
MUST_CHECK int witness_policy_parse(struct span text, struct witness_policy **out_policy,
				    struct error *err);
void witness_policy_free(struct witness_policy **policy);

/* Is the set of witnesses (by index) a quorum? `cosigned` has witness_count elements. */
bool witness_policy_met(const struct witness_policy *policy, const bool *cosigned);

/* What a quorum means, whoever cosigns. */
struct witness_quorum {
	size_t witnesses; /* that count for it */
	size_t needed;    /* the fewest that make one */
	/*
	 * The fewest witnesses that must sign two contradicting trees before both have a quorum: 2q
	 * − n for q of n. The log's operator must do so besides, always. 0: the operator alone can.
	 */
	size_t colluders;
};

/* Exact for nested groups too, for no name stands in two of them. All 0 where none is asked. */
struct witness_quorum witness_policy_quorum(const struct witness_policy *policy);

/* Does the witness count for the quorum? Some are listed and asked, and no group needs them. */
bool witness_policy_counts(const struct witness_policy *policy, size_t witness);

#endif
