/* pins: what this user decided to trust, one line each. */
#include "registry/pins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIN_LINE_MAX 1024

static int config_folder(const struct context *ctx, char **out_folder, struct error *err)
{
	const char *config = context_environment(ctx, "XDG_CONFIG_HOME");
	const char *home = context_environment(ctx, "HOME");

	/* A relative XDG_CONFIG_HOME is to be ignored (XDG base directories). */
	if (config && config[0] == '/')
		return path_join(config, "akashi", out_folder, err);
	if (home && home[0] == '/')
		return path_join(home, ".config/akashi", out_folder, err);
	return error_set(err, ERROR_SYSTEM,
			 "neither XDG_CONFIG_HOME nor HOME says where pins are kept");
}

int pins_beside(const struct context *ctx, const char *name, char **out_path, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;

	if (config_folder(ctx, &folder, err))
		return -1;
	return path_join(folder, name, out_path, err);
}

int pins_path(const struct context *ctx, char **out_path, struct error *err)
{
	return pins_beside(ctx, "pins", out_path, err);
}

int pins_load(const struct context *ctx, struct buffer *out, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct error none = { 0 };

	if (pins_path(ctx, &path, &none) || !file_exists(path))
		return 0;
	return file_read(path, out, err);
}

int pins_gather(const struct context *ctx, const char *trust_file, struct buffer *out,
		struct error *err)
{
	if (!trust_file)
		return pins_load(ctx, out, err);
	if (file_read(trust_file, out, err))
		return error_prefix(err, "--trust");
	return 0;
}

int pin_fingerprint(const struct pin *pin, char out_text[PIN_FINGERPRINT_SIZE], struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;
	char hex[DIGEST_HEX_SIZE];
	struct digest digest;

	buffer_init(&line, PIN_LINE_MAX);
	if (pin_format(pin, &line, err))
		return -1;
	digest = sha256(buffer_view(&line));
	digest_to_hex(&digest, hex);
	for (size_t i = 0; i < 16; i++)
		snprintf(out_text + 5 * i, 6, "%.4s%s", hex + 4 * i, i < 15 ? " " : "");
	return 0;
}

/* Append every pin but those of this pin's log; *out_known and *out_other say what was there. */
static int others(const struct pins *pins, const struct pin *ours, struct buffer *out,
		  bool *out_known, bool *out_other, struct error *err)
{
	for (size_t i = 0; i < pins->count; i++) {
		const struct pin *pin = &pins->pin[i];

		if (strcmp(pin->log.name, ours->log.name) == 0) {
			bool same = note_key_equal(&pin->log, &ours->log) &&
				    digest_equal(&pin->policy, &ours->policy);

			*out_known |= same;
			*out_other |= !same;
			continue;
		}
		if (pin_format(pin, out, err) || buffer_add_text(out, "\n", err))
			return -1;
	}
	return 0;
}

/* Under the lock: read, change, write. */
static int pins_rewrite(const char *path, const struct pin *pin, bool replace, bool *out_known,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer old_text, new_text;
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	bool known = false, other = false;

	buffer_init(&old_text, PINS_MAX_BYTES);
	buffer_init(&new_text, PINS_MAX_BYTES);
	if (file_exists(path) && file_read(path, &old_text, err))
		return -1;
	if (pins_parse(buffer_view(&old_text), &pins, err))
		return error_prefix(err, "'%s'", path);
	if (buffer_add_text(&new_text, "# Logs that this user trusts: akashi trust pin\n", err) ||
	    others(&pins, pin, &new_text, &known, &other, err))
		return -1;
	if (other && !replace)
		return error_set(err, ERROR_UNTRUSTED,
				 "the log '%s' is pinned with another key or policy; compare the "
				 "fingerprints, then use --replace",
				 pin->log.name);
	*out_known = known && !other;
	if (*out_known)
		return 0;
	if (pin_format(pin, &new_text, err) || buffer_add_text(&new_text, "\n", err))
		return -1;
	return file_write(path, buffer_view(&new_text), 0600, FILE_REPLACE, err);
}

int pins_add(const struct context *ctx, const char *line, bool replace, bool *out_known,
	     struct error *err)
{
	CLEANUP(text_free) char *folder = NULL, *path = NULL, *lock_path = NULL;
	CLEANUP(file_lock_release) struct file_lock lock = { .fd = -1 };
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	if (pins_parse(span_of(line), &pins, err))
		return -1;
	if (pins.count != 1)
		return error_set(err, ERROR_USAGE, "one pin is wanted, not %zu", pins.count);
	if (config_folder(ctx, &folder, err) || folder_make(folder, err) ||
	    path_join(folder, "pins", &path, err) ||
	    path_join(folder, "pins.lock", &lock_path, err) ||
	    file_lock_take(lock_path, &lock, err))
		return -1;
	return pins_rewrite(path, &pins.pin[0], replace, out_known, err);
}
