/*
 * line_diff: the lines in which two texts differ. The shortest script of Myers ("An O(ND)
 * Difference Algorithm and Its Variations", 1986, the greedy algorithm) between what the texts have
 * in common at their beginnings and ends.
 */
#ifndef VERIFY_LINE_DIFF_H
#define VERIFY_LINE_DIFF_H

#include "kernels/kernels.h"

struct json;

#define LINE_DIFF_LINES_MAX 50000u  /* of a text; beyond, the difference is coarse */
#define LINE_DIFF_EDITS_MAX 1000u   /* lines that are looked for one by one, likewise */
#define LINE_DIFF_TOLD_MAX 200u     /* lines that the JSON form has, */
#define LINE_DIFF_TOLD_BYTES 16384u /* and bytes of them, as canonical JSON */
#define LINE_DIFF_TEXT_MAX 200u     /* bytes of a line that are told */

struct line_change {
	bool added;       /* in the second text; else only in the first */
	size_t line;      /* from 1, in the text that has it */
	struct span text; /* without its newline; borrowed from that text */
};

struct line_diff {
	struct line_change *change; /* in the order of the texts; what is gone before what is new */
	size_t count;
	size_t added, removed;
	bool coarse; /* too much differs: all between the common beginning and end is told */
};

/* Both texts outlive the difference. Lines end at "\n"; a missing last one counts. ERROR_SYSTEM. */
MUST_CHECK int line_diff_make(struct span before, struct span after, struct line_diff *out_diff,
			      struct error *err);
void line_diff_release(struct line_diff *diff);

/*
 * {"added","removed","coarse"?,"lines":[{"line","text","what":"added"|"removed"}],"more"}: at most
 * LINE_DIFF_TOLD_MAX lines and LINE_DIFF_TOLD_BYTES, `more` is how many are left out; of each at
 * most LINE_DIFF_TEXT_MAX bytes ("…" behind what is cut), bytes that are no UTF-8 as \xHH. The
 * caller frees it.
 */
MUST_CHECK int line_diff_to_json(const struct line_diff *diff, struct json **out_object,
				 struct error *err);

/*
 * A line as it is told to people: "+12: text" or "-12: text", control characters, overrides of
 * direction and broken UTF-8 as \xHH, at most LINE_DIFF_TEXT_MAX bytes of it.
 */
#define LINE_CHANGE_TEXT_SIZE (4 * LINE_DIFF_TEXT_MAX + 40)
void line_change_text(const struct line_change *change, char out_text[LINE_CHANGE_TEXT_SIZE]);

#endif
