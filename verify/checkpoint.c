/* Checkpoints by several log keys, with a quorum of witnesses. */
#include "verify/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "verify/cosignature.h"

/* What the lines of one note showed. */
struct opening {
	const struct log_trust *trust;
	const struct note_key *signer; /* a log key that signed, or NULL */
	uint64_t time[WITNESSES_MAX];  /* when each witness cosigned; 0: it did not */
};

static int line_visit(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct opening *opening = user;
	const struct log_trust *trust = opening->trust;
	const struct witness_policy *policy = trust->witnesses;

	for (size_t i = 0; i < trust->key_count; i++)
		if (note_line_is_of(line, &trust->key[i])) {
			opening->signer = &trust->key[i];
			return note_line_check(line, text, &trust->key[i], err);
		}
	for (size_t i = 0; policy && i < policy->witness_count; i++)
		if (note_line_is_of(line, &policy->witness[i].key)) {
			uint64_t time = 0;

			if (cosignature_check(line, text, &policy->witness[i].key, &time, err))
				return -1;
			if (time > opening->time[i])
				opening->time[i] = time;
			return 0;
		}
	return 0;
}

static int time_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x > y ? -1 : x < y;
}

/* The latest T such that the witnesses who cosigned at T or later are a quorum; 0 if none are. */
static uint64_t quorum_time(const struct witness_policy *policy, const uint64_t *time)
{
	uint64_t sorted[WITNESSES_MAX];
	bool late[WITNESSES_MAX];

	memcpy(sorted, time, policy->witness_count * sizeof(*time));
	qsort(sorted, policy->witness_count, sizeof(sorted[0]), time_compare);
	for (size_t n = 0; n < policy->witness_count && sorted[n]; n++) {
		for (size_t i = 0; i < policy->witness_count; i++)
			late[i] = time[i] >= sorted[n];
		if (witness_policy_met(policy, late))
			return sorted[n];
	}
	return 0;
}

static void witnesses_count(const struct witness_policy *policy, const uint64_t *time,
			    struct checkpoint *checkpoint)
{
	struct witness_quorum quorum = witness_policy_quorum(policy);

	checkpoint->witnesses = quorum.witnesses;
	checkpoint->needed = quorum.needed;
	checkpoint->colluders = quorum.colluders;
	if (policy->quorum == WITNESS_QUORUM_NONE)
		return;
	for (size_t i = 0; i < policy->witness_count; i++)
		checkpoint->cosigned += time[i] && witness_policy_counts(policy, i);
	checkpoint->time = quorum_time(policy, time);
	checkpoint->quorum = checkpoint->time != 0;
}

int checkpoint_open(struct span note, const struct log_trust *trust,
		    struct checkpoint *out_checkpoint, struct error *err)
{
	struct opening opening = { .trust = trust };
	struct checkpoint checkpoint = { .quorum = true };
	struct span text;

	if (note_visit(note, line_visit, &opening, &text, err))
		return -1;
	if (!opening.signer)
		return error_set(err, ERROR_UNTRUSTED, "a note that %s '%s' did not sign",
				 trust->key_count > 1 ? "none of the keys of" : "the key of",
				 trust->key_count ? trust->key[0].name : "");
	if (tree_head_parse(text, &checkpoint.head, err))
		return -1;
	if (strcmp(checkpoint.head.origin, opening.signer->name) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the key of '%s' signed a checkpoint of another log, '%s'",
				 opening.signer->name, checkpoint.head.origin);
	if (trust->witnesses)
		witnesses_count(trust->witnesses, opening.time, &checkpoint);
	*out_checkpoint = checkpoint;
	return 0;
}

int checkpoint_need_quorum(const struct checkpoint *checkpoint, struct error *err)
{
	if (checkpoint->quorum)
		return 0;
	return error_set(
		err, ERROR_UNTRUSTED,
		"the checkpoint of '%s' at %llu entries has cosignatures of %zu of the %zu "
		"witnesses, and that is no quorum (which takes %zu at least)",
		checkpoint->head.origin, (unsigned long long)checkpoint->head.size,
		checkpoint->cosigned, checkpoint->witnesses, checkpoint->needed);
}

int checkpoint_describe(const struct checkpoint *checkpoint, struct buffer *out, struct error *err)
{
	if (!checkpoint->witnesses)
		return buffer_add_text(out, "not witnessed", err);
	if (buffer_printf(out, err, "%zu of %zu witnesses cosigned it; ", checkpoint->cosigned,
			  checkpoint->witnesses))
		return -1;
	if (!checkpoint->quorum)
		return buffer_printf(out, err, "no quorum, which takes %zu", checkpoint->needed);
	if (!checkpoint->colluders)
		return buffer_add_text(
			out, "its operator alone could still show others another log", err);
	return buffer_printf(out, err,
			     "to show others another log its operator and %zu of them must collude",
			     checkpoint->colluders);
}
