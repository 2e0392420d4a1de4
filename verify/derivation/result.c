/* derivation_result: what came of a derivation that was done again, for people. */
#include "verify/derivation/run.h"

#include <inttypes.h>

const char *derivation_outcome_name(enum derivation_outcome outcome)
{
	static const char *const name[] = { "reproduced", "within", "differs" };

	return name[outcome];
}

int derivation_result_say(const struct derivation_result *result, struct buffer *out,
			  struct error *err)
{
	switch (result->outcome) {
	case DERIVATION_DIFFERS:
		return buffer_printf(out, err, "differs: %s", result->why);
	case DERIVATION_WITHIN:
		if (buffer_printf(out, err,
				  "within %" PRIu64
				  " unit%s in the last place as declared (%" PRIu64 " of %" PRIu64
				  " numbers differ)",
				  result->largest, result->largest == 1 ? "" : "s",
				  result->differing, result->elements))
			return -1;
		break;
	case DERIVATION_REPRODUCED:
		if (buffer_printf(out, err,
				  "reproduced bit for bit (%" PRIu64 " tensors, %" PRIu64
				  " numbers)",
				  result->tensors, result->elements))
			return -1;
		break;
	}
	if (result->nan &&
	    buffer_printf(out, err, ", %" PRIu64 " of them NaN with other bits", result->nan))
		return -1;
	return result->left_out ? buffer_printf(out, err, "; %zu tensors of the parents left out",
						result->left_out)
				: 0;
}
