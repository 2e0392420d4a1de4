/* A registry as verify/ sees it. */
#include "registry/evidence.h"

#include <stdlib.h>

#include "registry/home.h"
#include "registry/index.h"
#include "registry/log.h"
#include "registry/state.h"
#include "registry/statement.h"
#include "registry/timestamps.h"

struct registry_evidence {
	struct evidence head;
	struct registry *registry; /* borrowed */
};

static struct registry *registry_of(struct evidence *evidence)
{
	return ((struct registry_evidence *)evidence)->registry;
}

/* What a visit collects: one digest of each row, each once. */
struct collecting {
	struct digest_list *list;
	bool signer;
};

static int visit_collect(void *arg, const struct index_row *row, struct error *err)
{
	struct collecting *c = arg;
	struct digest digest;

	if (!row->digest[0]) /* its body is not here */
		return 0;
	if (digest_from_hex(span_of(c->signer ? row->key : row->statement), &digest, err))
		return -1;
	for (size_t i = c->list->count; i; i--)
		if (digest_equal(&c->list->item[i - 1], &digest))
			return 0;
	return digest_list_add(c->list, &digest, err);
}

static int evidence_of_statements(struct evidence *evidence, const struct digest *about,
				  struct digest_list *out_identities, struct error *err)
{
	struct collecting collecting = { .list = out_identities };
	struct index *index;

	if (registry_index(registry_of(evidence), &index, err))
		return -1;
	return about ? index_about(index, about, visit_collect, &collecting, err)
		     : index_statements(index, 0, UINT64_MAX, visit_collect, &collecting, err);
}

static int evidence_of_signers(struct evidence *evidence, const struct digest *identity,
			       struct digest_list *out_keys, struct error *err)
{
	struct collecting collecting = { .list = out_keys, .signer = true };
	struct index *index;

	return registry_index(registry_of(evidence), &index, err) ||
			       index_statement(index, identity, visit_collect, &collecting, err)
		       ? -1
		       : 0;
}

static int evidence_of_envelope(struct evidence *evidence, const struct digest *identity,
				const struct digest *key, struct buffer *out, struct error *err)
{
	return registry_envelope(registry_of(evidence), identity, key, out, NULL, err);
}

static int evidence_of_proof(struct evidence *evidence, const struct digest *identity,
			     const struct digest *key, struct buffer *out, struct error *err)
{
	return registry_proof(registry_of(evidence), identity, key, out, err);
}

static int evidence_of_timestamp(struct evidence *evidence, const struct digest *identity,
				 const struct digest *key, struct buffer *out, struct error *err)
{
	return registry_timestamp_read(registry_of(evidence), identity, key, out, err);
}

static int evidence_of_object(struct evidence *evidence, const struct digest *digest,
			      struct source **out_source, struct error *err)
{
	store_tell_changed(registry_of(evidence)->store, registry_of(evidence)->ctx, digest);
	return store_read(registry_of(evidence)->store, digest, out_source, err);
}

/* Made from the whole log, and so only for whoever asks for something. */
static int evidence_of_state(struct evidence *evidence, const char *const *asked, size_t count,
			     struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *proofs = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };

	if (!count)
		return error_set(err, ERROR_ABSENT, "no state of the log lies beside it");
	return registry_trust(registry_of(evidence), evidence, &trust, err) ||
			       registry_state_prove(registry_of(evidence), &trust.anchor[0].chain,
						    asked, count, &proofs, NULL, err) ||
			       json_write_canonical(proofs, out, err)
		       ? -1
		       : 0;
}

static void evidence_of_close(struct evidence *evidence)
{
	free(evidence);
}

static const struct evidence_type registry_type = {
	.statements = evidence_of_statements,
	.signers = evidence_of_signers,
	.envelope = evidence_of_envelope,
	.proof = evidence_of_proof,
	.timestamp = evidence_of_timestamp,
	.object = evidence_of_object,
	.state = evidence_of_state,
	.close = evidence_of_close,
};

int registry_evidence(struct registry *registry, struct evidence **out_evidence, struct error *err)
{
	struct registry_evidence *evidence = calloc(1, sizeof(*evidence));

	if (!evidence)
		return error_set(err, ERROR_SYSTEM, "out of memory for evidence");
	evidence->head.type = &registry_type;
	evidence->registry = registry;
	*out_evidence = &evidence->head;
	return 0;
}
