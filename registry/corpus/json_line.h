/*
 * json_line: one line of a jsonl file: is it a JSON object, and which text has it?
 *
 * No tree is built. Strict, as verify/json.h is: RFC 8259, UTF-8, no key twice in
 * an object, no half of a surrogate pair; but U+0000 may stand in a string.
 */
#ifndef REGISTRY_CORPUS_JSON_LINE_H
#define REGISTRY_CORPUS_JSON_LINE_H

#include "kernels/kernels.h"

#define JSON_LINE_DEPTH_MAX 64u
#define JSON_LINE_MEMBERS_MAX 16384u /* of one object */

/* Room that is used line after line. Start with json_line_work_init. */
struct json_line_work {
	struct buffer text, source, key;
	uint64_t *seen; /* hashes of the keys of the objects around */
	size_t seen_cap;
};

void json_line_work_init(struct json_line_work *work, size_t max_bytes);
void json_line_work_release(struct json_line_work *work);

/* Members of the object that are wanted; they lie at its top. */
struct json_line_wish {
	struct span text;   /* the key of the text */
	struct span source; /* of the name of where it is from; empty: not wanted */
};

struct json_line {
	struct span text; /* decoded; borrowed from the line or from the work until its next use */
	struct span source;
	bool has_text, has_source;
};

/*
 * ERROR_CORRUPT says what is wrong and at which byte of the line, counted from 1.
 * A wanted member that is null counts as not there; one that is something else than a string fails.
 */
MUST_CHECK int json_line_read(struct span line, const struct json_line_wish *wish,
			      struct json_line_work *work, struct json_line *out_line,
			      struct error *err);

#endif
