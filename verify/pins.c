/* Pins: the one line that somebody chose, and files of such lines. */
#include <stdlib.h>
#include <string.h>

#include "verify/policy.h"
#include "verify/utf8.h"

static int pin_read(struct span line, struct pin *out_pin, struct error *err)
{
	const uint8_t *space = memchr(line.data, ' ', line.len);
	struct span vkey, policy;
	struct pin pin = { 0 };

	if (!space)
		return error_set(err, ERROR_CORRUPT, "a pin is 'VKEY sha256:POLICY'");
	vkey = (struct span){ line.data, (size_t)(space - line.data) };
	policy = (struct span){ space + 1, line.len - vkey.len - 1 };
	if (note_key_parse(vkey, &pin.log, err))
		return -1;
	if (!prefix_take(&policy, "sha256:") || policy.len != 2 * DIGEST_SIZE ||
	    digest_from_hex(policy, &pin.policy, err))
		return error_set(err, ERROR_CORRUPT, "a pin is 'VKEY sha256:POLICY'");
	*out_pin = pin;
	return 0;
}

static int pin_keep(const struct pin *pin, struct pins *pins, struct error *err)
{
	for (size_t i = 0; i < pins->count; i++)
		if (note_key_equal(&pins->pin[i].log, &pin->log) &&
		    digest_equal(&pins->pin[i].policy, &pin->policy))
			return 0;
	if (pins->count == PINS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %d pins", PINS_MAX);
	pins->pin[pins->count++] = *pin;
	return 0;
}

int pins_parse(struct span text, struct pins *out_pins, struct error *err)
{
	struct pins pins = { .pin = calloc(PINS_MAX, sizeof(struct pin)) };
	size_t number = 0;

	if (!pins.pin)
		return error_set(err, ERROR_SYSTEM, "out of memory for pins");
	if (text.len > PINS_MAX_BYTES) {
		pins_release(&pins);
		return error_set(err, ERROR_CORRUPT, "%zu bytes of pins, more than the allowed %u",
				 text.len, PINS_MAX_BYTES);
	}
	while (text.len) {
		struct span line = text;
		struct pin pin;

		number++;
		if (!line_take(&text, &line))
			text.len = 0; /* a last line without its newline */
		if (line.len && line.data[line.len - 1] == '\r')
			line.len--;
		if (!line.len || line.data[0] == '#')
			continue;
		if (pin_read(line, &pin, err) || pin_keep(&pin, &pins, err)) {
			pins_release(&pins);
			return error_prefix(err, "line %zu", number);
		}
	}
	*out_pins = pins;
	return 0;
}

void pins_release(struct pins *pins)
{
	free(pins->pin);
	*pins = (struct pins){ 0 };
}

int pin_format(const struct pin *pin, struct buffer *out, struct error *err)
{
	char vkey[NOTE_VKEY_MAX], hex[DIGEST_HEX_SIZE];

	note_key_format(&pin->log, vkey);
	digest_to_hex(&pin->policy, hex);
	return buffer_printf(out, err, "%s sha256:%s", vkey, hex);
}
