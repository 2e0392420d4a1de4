/* unicode_normal: normalisation forms (UAX 15), of the characters that the tables know. */
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/unicode.h"
#include "verify/tokenizer/unicode_tables.h"
#include "verify/utf8.h"

/* Characters at once: one of three bytes may stand for eighteen. */
#define MARKS_MAX (TOKENIZER_NORMAL_MAX / 4)

#define HANGUL 0xac00u
#define HANGUL_COUNT 11172u
#define HANGUL_L 0x1100u
#define HANGUL_V 0x1161u
#define HANGUL_T 0x11a7u /* one before the first */
#define HANGUL_L_COUNT 19u
#define HANGUL_V_COUNT 21u
#define HANGUL_T_COUNT 28u

/* A character and the order it stands in among marks. */
struct mark {
	uint32_t point;
	uint32_t class;
	size_t place;
};

struct marks {
	struct mark *mark;
	size_t count, cap;
};

static void marks_release(struct marks *marks)
{
	free(marks->mark);
}

static uint32_t class_of(uint32_t point)
{
	size_t low = 0, high = unicode_combining_count;

	if (point < 0x300)
		return 0;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (unicode_combining[middle] >> 8 <= point)
			low = middle;
		else
			high = middle;
	}
	return unicode_combining[low] & 0xff;
}

static int marks_add(struct marks *marks, uint32_t point, struct error *err)
{
	void *array = marks->mark;

	if (marks->count == MARKS_MAX)
		return error_set(err, ERROR_UNTRUSTED,
				 "a text becomes more than %u characters once it is normalised",
				 MARKS_MAX);
	if (array_room(&array, marks->count, &marks->cap, sizeof(*marks->mark), err))
		return -1;
	marks->mark = array;
	marks->mark[marks->count] = (struct mark){ point, class_of(point), marks->count };
	marks->count++;
	return 0;
}

/* The row of three that begins with the point, or NULL. */
static const uint32_t *canonical_of(uint32_t point)
{
	size_t low = 0, high = unicode_canonical_count / 3;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unicode_canonical[3 * middle] == point)
			return &unicode_canonical[3 * middle];
		if (unicode_canonical[3 * middle] < point)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* What the point is compatible with: *out_len code points, or NULL. */
static const uint32_t *compatible_of(uint32_t point, uint32_t *out_len)
{
	bool below = point < 0xfe00;
	const uint32_t *row = below ? unicode_compatible : unicode_presentation;
	const uint32_t *text = below ? unicode_compatible_text : unicode_presentation_text;
	size_t low = 0;
	size_t high = (below ? unicode_compatible_count : unicode_presentation_count) / 2;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row[2 * middle] >> 5 == point) {
			*out_len = row[2 * middle] & 31;
			return text + row[2 * middle + 1];
		}
		if (row[2 * middle] >> 5 < point)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The canonical decomposition. Second parts have none of their own; first parts may, four deep. */
static int add_canonical(struct marks *marks, uint32_t point, struct error *err)
{
	uint32_t second[8];
	const uint32_t *row;
	size_t depth = 0;

	while (depth < 8 && (row = canonical_of(point))) {
		second[depth++] = row[2];
		point = row[1];
	}
	if (marks_add(marks, point, err))
		return -1;
	while (depth--)
		if (second[depth] && marks_add(marks, second[depth], err))
			return -1;
	return 0;
}

static int decompose(struct marks *marks, uint32_t point, bool compatible, struct error *err)
{
	const uint32_t *text;
	uint32_t len = 0;

	if (point < 0xa0)
		return marks_add(marks, point, err);
	if (point - HANGUL < HANGUL_COUNT) {
		uint32_t index = point - HANGUL, t = index % HANGUL_T_COUNT;
		uint32_t lv = index / HANGUL_T_COUNT;

		return marks_add(marks, HANGUL_L + lv / HANGUL_V_COUNT, err) ||
				       marks_add(marks, HANGUL_V + lv % HANGUL_V_COUNT, err) ||
				       (t && marks_add(marks, HANGUL_T + t, err))
			       ? -1
			       : 0;
	}
	text = compatible ? compatible_of(point, &len) : NULL;
	if (!text)
		return add_canonical(marks, point, err);
	for (uint32_t i = 0; i < len; i++)
		if (marks_add(marks, text[i], err))
			return -1;
	return 0;
}

static int compare_marks(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	if (left->class != right->class)
		return left->class < right->class ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

/* Put marks behind the same character into the order of their classes. */
static void order(struct marks *marks)
{
	for (size_t i = 0; i < marks->count;) {
		size_t begin = i;

		while (i < marks->count && marks->mark[i].class)
			i++;
		if (i - begin > 1)
			qsort(marks->mark + begin, i - begin, sizeof(*marks->mark), compare_marks);
		if (i == begin)
			i++;
	}
}

/* What two characters compose, or 0. */
static uint32_t compose_two(uint32_t a, uint32_t b)
{
	size_t low = 0, high = unicode_composition_count / 3;

	if (a - HANGUL_L < HANGUL_L_COUNT && b - HANGUL_V < HANGUL_V_COUNT)
		return HANGUL + ((a - HANGUL_L) * HANGUL_V_COUNT + (b - HANGUL_V)) * HANGUL_T_COUNT;
	if (a - HANGUL < HANGUL_COUNT && !((a - HANGUL) % HANGUL_T_COUNT) && b > HANGUL_T &&
	    b < HANGUL_T + HANGUL_T_COUNT)
		return a + (b - HANGUL_T);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const uint32_t *row = &unicode_composition[3 * middle];

		if (row[0] == a && row[1] == b)
			return row[2];
		if (row[0] < a || (row[0] == a && row[1] < b))
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* Compose in place: `starter` is the last character of class 0 that was kept. */
static void compose(struct marks *marks)
{
	size_t kept = 0, starter = SIZE_MAX;
	uint32_t last = 0; /* class of what was kept behind the starter; 0: nothing */

	for (size_t i = 0; i < marks->count; i++) {
		struct mark mark = marks->mark[i];
		bool open = starter != SIZE_MAX && (kept == starter + 1 || last < mark.class);
		uint32_t both = open ? compose_two(marks->mark[starter].point, mark.point) : 0;

		if (both) {
			marks->mark[starter].point = both;
			continue;
		}
		if (!mark.class)
			starter = kept;
		last = mark.class;
		marks->mark[kept++] = mark;
	}
	marks->count = kept;
}

static bool is_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

int unicode_normalize(enum unicode_form form, struct span text, struct buffer *out,
		      struct error *err)
{
	CLEANUP(marks_release) struct marks marks = { 0 };

	if (is_ascii(text))
		return buffer_add(out, text, err);
	for (size_t at = 0; at < text.len;) {
		uint32_t point = 0;
		size_t len = utf8_point(span_from(text, at), &point);

		if (!len)
			return error_set(err, ERROR_CORRUPT, "a text is no UTF-8");
		if (decompose(&marks, point, form == UNICODE_NFKD || form == UNICODE_NFKC, err))
			return -1;
		at += len;
	}
	order(&marks);
	if (form == UNICODE_NFC || form == UNICODE_NFKC)
		compose(&marks);
	for (size_t i = 0; i < marks.count; i++)
		if (unicode_add(out, marks.mark[i].point, err))
			return -1;
	return 0;
}
