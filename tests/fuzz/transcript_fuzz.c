/* Transcripts of the other party of a dispute. */
#include "verify/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transcript transcript = { 0 };
	struct transcript_difference difference;
	struct error err = { 0 };

	if (!transcript_from_text((struct span){ data, size }, &transcript, &err) &&
	    transcript_compare(&transcript, &transcript, &difference, &err))
		__builtin_trap(); /* it is of the same layer and steps as itself */
	transcript_release(&transcript);
	return 0;
}
