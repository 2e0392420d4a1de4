/* One envelope of a statement as evidence files it, and its place in the log. */
#include "verify/filed.h"

#include "verify/entry.h"
#include "verify/proof.h"

void filed_release(struct filed *filed)
{
	envelope_release(&filed->envelope);
	statement_release(&filed->statement);
}

int filed_fetch(const struct evidence *evidence, const struct digest *identity,
		const struct digest *key, struct filed *out_filed, struct error *err)
{
	CLEANUP(filed_release) struct filed filed = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (evidence_envelope(evidence, identity, key, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &filed.envelope, err))
		return -1;
	if (!digest_equal(&filed.envelope.identity, identity))
		return error_set(err, ERROR_CORRUPT, "the envelope holds another statement");
	if (statement_parse(buffer_view(&filed.envelope.payload), &filed.statement, err))
		return -1;
	*out_filed = filed;
	filed = (struct filed){ 0 }; /* handed over */
	return 0;
}

/* An envelope that is looked for. */
struct holding {
	const struct digest *identity;
	const struct public_key *key;
	struct filed *out_filed;
};

static int holding_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct holding *holding = arg;
	CLEANUP(filed_release) struct filed filed = { 0 };

	if (filed_fetch(evidence, holding->identity, public_key_id(holding->key), &filed, err) ||
	    envelope_check(&filed.envelope, holding->key, err))
		return -1;
	*holding->out_filed = filed;
	filed = (struct filed){ 0 }; /* handed over */
	return 0;
}

int filed_hold(const struct evidence *evidence, const struct digest *identity,
	       const struct public_key *key, struct filed *out_filed, struct error *err)
{
	struct holding holding = { identity, key, out_filed };

	return evidence_try(evidence, holding_try, &holding, err);
}

/* The proof that lies there, and the entry that it has to show. */
static int proof_fetch(const struct evidence *evidence, const struct filed *filed,
		       const struct public_key *key, struct buffer *text, struct proof *out_proof,
		       struct buffer *entry, struct error *err)
{
	const struct envelope *envelope = &filed->envelope;

	return evidence_proof(evidence, &envelope->identity, public_key_id(key), text, err) ||
			       proof_parse(buffer_view(text), out_proof, err) ||
			       entry_build(filed->statement.kind, buffer_view(&envelope->payload),
					   buffer_view(&envelope->signature), key, entry, err)
		       ? -1
		       : 0;
}

int filed_prove(const struct evidence *evidence, const struct filed *filed,
		const struct public_key *key, const struct log_trust *log, size_t count,
		uint64_t *out_index, struct checkpoint *out_checkpoint, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, entry;
	struct proof proof;

	buffer_init(&text, PROOF_MAX_BYTES);
	buffer_init(&entry, ENTRY_MAX_BYTES);
	if (proof_fetch(evidence, filed, key, &text, &proof, &entry, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct error why = { 0 };

		if (!proof_check(&proof, buffer_view(&entry), &log[i], out_checkpoint, &why)) {
			*out_index = proof.index;
			*err = (struct error){ 0 };
			return 0;
		}
		if (!i || why.code != ERROR_UNTRUSTED)
			*err = why;
		if (why.code == ERROR_SYSTEM)
			return -1;
	}
	return count ? -1 : error_set(err, ERROR_UNTRUSTED, "no key of the log is trusted");
}

int filed_prove_by(const struct evidence *evidence, const struct filed *filed,
		   const struct public_key *key, const struct policy_chain *chain,
		   uint64_t *out_index, struct checkpoint *out_checkpoint, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, entry;
	struct proof proof;
	struct tree_head head;
	struct span note;

	buffer_init(&text, PROOF_MAX_BYTES);
	buffer_init(&entry, ENTRY_MAX_BYTES);
	if (proof_fetch(evidence, filed, key, &text, &proof, &entry, err))
		return -1;
	/* The size is not believed: it says whom to ask, and they say whether it is true. */
	if (note_text(proof.checkpoint, &note, err) || tree_head_parse(note, &head, err))
		return error_prefix(err, "log proof");
	if (proof_check(&proof, buffer_view(&entry), policy_chain_log(chain, head.size),
			out_checkpoint, err))
		return -1;
	*out_index = proof.index;
	return 0;
}
