/*
 * Whatever a line is: refused, or a JSON object that the strict reader of the house takes too, and
 * that has the same text (but for a NUL, which that one does not take).
 */
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/json_line.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(struct span line, const struct json_line *found)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct error err = { 0 };
	const char *text;

	if (found->has_text && memchr(found->text.data, 0, found->text.len))
		return;
	if (json_parse(line, NULL, &json, &err))
		return; /* a NUL elsewhere, a limit */
	text = json_text(json_member(json, "text"));
	if (!text != !found->has_text || (text && !span_equal(span_of(text), found->text)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_line_wish wish = { span_of("text"), span_of("from") };
	struct json_line_work work;
	struct json_line found;
	struct error err = { 0 };
	uint8_t *line = malloc(size + 1); /* of its own, so that reading past it is noticed */

	if (!line)
		return 0;
	memcpy(line, data, size);
	json_line_work_init(&work, 1u << 20);
	if (size < 65536 &&
	    json_line_read((struct span){ line, size }, &wish, &work, &found, &err) == 0)
		compare((struct span){ line, size }, &found);
	json_line_work_release(&work);
	free(line);
	return 0;
}
