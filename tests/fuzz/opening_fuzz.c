/* Whatever a file of --opening says: refused, or it opens its own commitment again. */
#include <stdlib.h>

#include "verify/outputs.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a probe of a record that commits to it. */
static void probe_open(const struct opening *opening)
{
	struct digest commitment = opening->commitment;
	struct outputs hidden = { .layers = 4,
				  .hidden = 96,
				  .vocab = 1024,
				  .logits = true,
				  .count = 1,
				  .commitment = &commitment };
	CLEANUP(private_opened_release) struct private_opened opened;
	struct error err = { 0 };

	private_opened_init(&opened);
	if (!private_probes_open(&hidden, opening, 1, &opened, &err) && opened.probes.count != 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(opening_release) struct opening opening = { 0 };
	struct error err = { 0 };
	struct digest again;

	if (opening_parse((struct span){ data, size }, &opening, &err))
		return 0;
	if (commitment_make(opening.salt, opening.value, &again, &err) ||
	    !digest_equal(&again, &opening.commitment))
		abort();
	opening_name(&opening);
	probe_open(&opening);
	return 0;
}
