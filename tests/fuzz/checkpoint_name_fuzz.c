/* Names of checkpoints: whatever is read lies in the name, and the name orders beside itself. */
#include <stdlib.h>
#include <string.h>

#include "registry/checkpoint_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(const char *text, size_t len, struct span span)
{
	const char *at = (const char *)span.data;

	if (span.len && (at < text || at > text + len || span.len > (size_t)(text + len - at)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct checkpoint_name name;
	struct span number = { NULL, 0 };
	size_t len;

	if (!text)
		return 0;
	len = strlen(text);
	if (checkpoint_name_read(text, &name) || checkpoint_name_of_path(text, &name)) {
		inside(text, len, name.before);
		inside(text, len, name.number);
		inside(text, len, name.behind);
		if (name.number.len > CHECKPOINT_DIGITS_MAX + 14 || !name.form ||
		    checkpoint_name_order(&name, &name) != 0)
			abort();
	}
	if (checkpoint_name_number(text, &number))
		inside(text, len, number);
	free(text);
	return 0;
}
