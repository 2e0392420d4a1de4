/* Tombstones, read and written. */
#include "verify/tombstone.h"

#include <string.h>

static int sha384_parse(const struct json *predicate, struct tombstone *tombstone,
			struct error *err)
{
	const char *text = NULL;

	if (json_maybe_string(predicate, "sha384", &text, err))
		return -1;
	if (!text)
		return 0;
	if (tombstone->what != WITHHELD_STATEMENT ||
	    hex_decode(span_of(text), tombstone->sha384, TOMBSTONE_SHA384_SIZE, err)) {
		*err = (struct error){ 0 };
		return error_set(err, ERROR_CORRUPT,
				 "'sha384' is 96 hexadecimal digits beside 'statement'");
	}
	tombstone->has_sha384 = true;
	return 0;
}

int tombstone_parse(const struct json *predicate, struct tombstone *out_tombstone,
		    struct error *err)
{
	struct tombstone tombstone = { .what = json_member(predicate, "statement")
						       ? WITHHELD_STATEMENT
						       : WITHHELD_OBJECT };

	if (tombstone.what == WITHHELD_STATEMENT && json_member(predicate, "object"))
		return error_set(err, ERROR_CORRUPT,
				 "a tombstone is of an 'object' or of a 'statement', not of both");
	if (json_need_digest(predicate,
			     tombstone.what == WITHHELD_STATEMENT ? "statement" : "object",
			     &tombstone.digest, err) ||
	    sha384_parse(predicate, &tombstone, err))
		return -1;
	*out_tombstone = tombstone;
	return 0;
}

int tombstone_set(struct json *predicate, const struct tombstone *tombstone, struct error *err)
{
	CLEANUP(buffer_release) struct buffer hex;

	buffer_init(&hex, 2 * TOMBSTONE_SHA384_SIZE);
	if (json_set_digest(predicate,
			    tombstone->what == WITHHELD_STATEMENT ? "statement" : "object",
			    &tombstone->digest, err))
		return -1;
	if (!tombstone->has_sha384)
		return 0;
	return hex_encode(&hex, (struct span){ tombstone->sha384, TOMBSTONE_SHA384_SIZE }, err) ||
			       json_set_span(predicate, "sha384", buffer_view(&hex), err)
		       ? -1
		       : 0;
}
