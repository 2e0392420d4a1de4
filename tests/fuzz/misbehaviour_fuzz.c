/* Any text as a proof that a log forked: refused, since the key that would have to sign it twice
 * cannot be played. */
#include <stdlib.h>

#include "registry/monitor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char vkey[] = "log2025-alpha3.rekor.sigstage.dev+d3d3a70c+"
				   "AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp";
	struct log_trust trust = { NULL, 1, NULL };
	struct note_key key;
	struct error bad = { 0 }, err = { 0 };

	if (note_key_parse(span_of(vkey), &key, &bad))
		abort();
	trust.key = &key;
	if (!misbehaviour_check((struct span){ data, size }, &trust, &err))
		abort();
	return 0;
}
