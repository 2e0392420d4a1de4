/*
 * A tlog-policy up to the first empty line, then a checkpoint: whatever it is, refused, or
 * one whose counts fit its policy, and which the log's keys alone vouch for as well.
 */
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void counts_must_fit(const struct checkpoint *checkpoint,
			    const struct witness_policy *policy)
{
	if (!checkpoint->head.origin[0] || checkpoint->cosigned > checkpoint->witnesses ||
	    checkpoint->witnesses > policy->witness_count ||
	    checkpoint->needed > checkpoint->witnesses)
		abort();
	if (policy->quorum == WITNESS_QUORUM_NONE)
		return;
	if (checkpoint->quorum != (checkpoint->time != 0) ||
	    (checkpoint->quorum && checkpoint->cosigned < checkpoint->needed))
		abort();
}

static void open_note(struct span note, const struct witness_policy *policy)
{
	struct note_key key[WITNESSES_MAX];
	struct log_trust trust = { .key = key, .witnesses = policy };
	struct checkpoint whole, bare;
	struct error err = { 0 };

	for (; trust.key_count < policy->log_count; trust.key_count++)
		key[trust.key_count] = policy->log[trust.key_count].key;
	if (checkpoint_open(note, &trust, &whole, &err))
		return;
	counts_must_fit(&whole, policy);
	trust.witnesses = NULL;
	if (checkpoint_open(note, &trust, &bare, &err) || !bare.quorum || bare.witnesses ||
	    bare.head.size != whole.head.size || !digest_equal(&bare.head.root, &whole.head.root))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	const uint8_t *cut = size ? memmem(data, size, "\n\n", 2) : NULL;
	struct error err = { 0 };
	size_t len;

	if (!cut)
		return 0;
	len = (size_t)(cut - data) + 1;
	if (witness_policy_parse((struct span){ data, len }, &policy, &err))
		return 0;
	open_note((struct span){ data + len + 1, size - len - 1 }, policy);
	return 0;
}
