/* What a backup has: for people, and as JSON. */
#include "cli/backed_up.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/output.h"

int backed_up_set(struct json *object, const struct backup_state *state, struct error *err)
{
	return json_set_text(object, "origin", state->origin, err) ||
			       json_set_size(object, "state", state->number, err) ||
			       json_set_integer(object, "made", state->made, err) ||
			       json_set_size(object, "entries", state->entries, err) ||
			       json_set_digest(object, "root", &state->root, err) ||
			       json_set_size(object, "files", state->files, err) ||
			       json_set_size(object, "bytes", state->bytes, err) ||
			       json_set_size(object, "references", state->references, err) ||
			       json_set_size(object, "referenceBytes", state->reference_bytes,
					     err) ||
			       json_set_bool(object, "keys", state->keys, err)
		       ? -1
		       : 0;
}

int backed_up_damaged_set(struct json *object, const struct backup_texts *damaged,
			  struct error *err)
{
	return json_set_size(object, "damaged", damaged->total, err) ||
			       json_set_texts(object, "damages", (const char *const *)damaged->text,
					      damaged->count, err)
		       ? -1
		       : 0;
}

void backed_up_damaged_print(const struct backup_texts *damaged)
{
	for (size_t i = 0; i < damaged->count; i++)
		output_line(stdout, "damaged: %s", damaged->text[i]);
	if (damaged->total > damaged->count)
		output_line(stdout, "and %" PRIu64 " more", damaged->total - damaged->count);
}
