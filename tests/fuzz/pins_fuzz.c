/* Whatever a trust file holds: refused, or pins that are written and read again. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(pins_release) struct pins pins = { 0 }, again = { 0 };
	CLEANUP(buffer_release) struct buffer line;
	struct error err = { 0 };

	buffer_init(&line, 1024);
	if (pins_parse((struct span){ data, size }, &pins, &err) || !pins.count)
		return 0;
	if (pin_format(&pins.pin[0], &line, &err) || pins_parse(buffer_view(&line), &again, &err) ||
	    again.count != 1)
		abort();
	return 0;
}
