/* The newest signed state of the log goes with a release: that its name has one meaning, and that
 * nobody had revoked its key. */
#include <stdio.h>
#include <string.h>

#include "registry/publish_inner.h"
#include "registry/state.h"

/* It is not signed here: its proofs name neighbours, and who publishes may not want to tell them.
 */
static void tell_missing(const struct publishing *p)
{
	context_notice(p->ctx, "no signed state of the log covers this name yet, so whoever "
			       "verifies cannot tell that it is the only one: akashi log state "
			       "signs one, which is taken along when this is published then");
}

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
		if (absent.code != ERROR_SYSTEM) {
			tell_missing(p);
			return 0;
		}
		*err = absent;
		return -1;
	}
	if (made.size <= p->checkpoint.claim_index) {
		tell_missing(p);
		return 0;
	}
	if (parcel_add_statement(&p->parcel, p->evidence, &made.identity, err))
		return -1;
	*out_proofs = proofs;
	proofs = NULL; /* handed over */
	return 0;
}
