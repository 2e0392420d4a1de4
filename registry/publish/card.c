/* The card of a release that somebody registered for its weights. */
#include "registry/publish/inner.h"

#include "registry/card/known.h"

int publish_card_registered(struct publishing *p, struct error *err)
{
	CLEANUP(card_known_release) struct card_known card = { .name = "" };

	p->card_registered = false;
	/* A projection that is not said yet has none. */
	if (digest_equal(&p->checkpoint.identity, &(struct digest){ 0 }))
		return 0;
	if (card_for_release(p->registry, &p->checkpoint.statement.name, &p->checkpoint.identity,
			     &card, &p->card_registered, err) ||
	    !p->card_registered)
		return err->code != ERROR_NONE ? -1 : 0;
	p->card_identity = card.believed.identity;
	if (evidence_object_read(p->evidence, &card.believed.statement.digest, &p->card, err)) {
		withheld_explain(&p->trust, p->evidence, &card.believed.statement.digest, err);
		return error_prefix(err, "the card '%s'", card.name);
	}
	return publish_scan_text(p, buffer_view(&p->card), card.name, err);
}

int publish_card_add(struct publishing *p, const struct digest *identity, struct error *err)
{
	struct digest file = sha256(buffer_view(&p->card));

	return parcel_add_statement(&p->parcel, p->evidence, identity, err) ||
			       parcel_add_object(&p->parcel, p->evidence, &file, "card", err)
		       ? -1
		       : 0;
}
