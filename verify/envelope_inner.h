/* How every bundle of ours begins. Private to verify/. */
#ifndef VERIFY_ENVELOPE_INNER_H
#define VERIFY_ENVELOPE_INNER_H

#include "verify/envelope.h"
#include "verify/json.h"

/*
 * A bundle of a signed payload, which the caller frees; what says who signed it
 * goes into *out_material, and where it is logged into *out_entries, both borrowed from it.
 */
MUST_CHECK int envelope_begin(struct span payload, struct span signature, struct json **out_bundle,
			      struct json **out_material, struct json **out_entries,
			      struct error *err);

#endif
