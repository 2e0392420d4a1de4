/* The newest signed state of the log goes with a release: that its name has one meaning, and that
 * nobody had revoked its key. */
#include <stdio.h>
#include <string.h>

#include "registry/publish_inner.h"
#include "registry/state.h"

int publish_add_state(struct publishing *p, struct json **out_proofs, struct error *err)
{
	CLEANUP(json_free) struct json *proofs = NULL;
	char name[NAME_TEXT_MAX], hex[DIGEST_HEX_SIZE], key[2 * DIGEST_HEX_SIZE];
	const char *asked[] = { name, key };
	struct error absent = { 0 };
	struct state_made made;

	*out_proofs = NULL;
	/* Neighbours and paths tell of other names: a projection goes without. */
	if (json_member(p->checkpoint.statement.predicate, "projects"))
		return 0;
	name_to_text(&p->checkpoint.statement.name, name);
	digest_to_hex(&p->checkpoint.key, hex);
	snprintf(key, sizeof(key), "revocation:%s.", hex);
	if (registry_state_prove(p->registry, asked, 2, &proofs, &made, &absent)) {
		if (absent.code != ERROR_SYSTEM)
			return 0; /* none was signed: verify says what is then not possible */
		*err = absent;
		return -1;
	}
	if (made.size <= p->checkpoint.claim_index)
		return 0;
	if (parcel_add_statement(&p->parcel, p->evidence, &made.identity, err))
		return -1;
	*out_proofs = proofs;
	proofs = NULL; /* handed over */
	return 0;
}
