/* pattern_match: find a compiled pattern in a text, by backtracking with a limit. */
#include <stdlib.h>

#include "verify/arena.h"
#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/pattern_inner.h"
#include "verify/utf8.h"

/* Where to go on if what follows fails: a repetition gives back one character at a time. */
struct retreat {
	uint32_t step;       /* to go on at */
	uint32_t at, lowest; /* place in the text; at > lowest: one character less is possible */
};

struct search {
	const struct pattern *pattern;
	struct span text;
	struct retreat *retreat;
	size_t count, cap;
	uint64_t steps_left;
};

static void search_release(struct search *search)
{
	free(search->retreat);
}

void matches_release(struct matches *matches)
{
	free(matches->match);
	*matches = (struct matches){ 0 };
}

int matches_add(struct matches *matches, size_t start, size_t end, bool is_match, struct error *err)
{
	void *array = matches->match;

	if (array_room(&array, matches->count, &matches->cap, sizeof(*matches->match), err))
		return -1;
	matches->match = array;
	matches->match[matches->count++] =
		(struct match){ (uint32_t)start, (uint32_t)end, is_match };
	return 0;
}

static bool set_has_slowly(const struct pattern_set *set, uint32_t point)
{
	bool has = false;

	for (size_t i = 0; i < set->range_count && !has; i++)
		has = point >= set->range[i].first && point <= set->range[i].last;
	if (!has && set->categories)
		has = set->categories >> unicode_category_at(point) & 1;
	if (!has && (set->space || set->not_space))
		has = unicode_is_space(point) ? set->space : set->not_space;
	return has != set->negated;
}

bool pattern_set_has(const struct pattern_set *set, uint32_t point)
{
	return point < 0x80 ? set->ascii[point] : set_has_slowly(set, point);
}

/* The bytes of the character at `at` if the set has it, else 0. */
static uint32_t step_over(const struct search *search, uint16_t set, uint32_t at)
{
	uint32_t point = 0;
	size_t len;

	if (at >= search->text.len)
		return 0;
	len = utf8_point(span_from(search->text, at), &point);
	return len && pattern_set_has(&search->pattern->set[set], point) ? (uint32_t)len : 0;
}

static uint32_t step_back(const struct search *search, uint32_t at)
{
	do
		at--;
	while (at && (search->text.data[at] & 0xc0) == 0x80);
	return at;
}

static int push(struct search *search, uint32_t step, uint32_t at, uint32_t lowest,
		struct error *err)
{
	void *array = search->retreat;

	if (array_room(&array, search->count, &search->cap, sizeof(*search->retreat), err))
		return -1;
	search->retreat = array;
	search->retreat[search->count++] = (struct retreat){ step, at, lowest };
	return 0;
}

/* Go to the last retreat; false when there is none. */
static bool retreat(struct search *search, uint32_t *step, uint32_t *at)
{
	struct retreat *last;

	if (!search->count)
		return false;
	last = &search->retreat[search->count - 1];
	*step = last->step;
	*at = last->at;
	if (last->at > last->lowest)
		last->at = step_back(search, last->at);
	else
		search->count--;
	return true;
}

static int out_of_steps(struct error *err)
{
	return error_set(err, ERROR_UNTRUSTED,
			 "the tokenizer's pattern takes too long on this text");
}

/* As many characters of the set as there are, at most `most`; *out_ok when at least `least`. */
static int repeat(struct search *search, const struct pattern_step *step, uint32_t next,
		  uint32_t *at, bool *out_ok, struct error *err)
{
	uint32_t count = 0, lowest = *at, len;

	while (count < step->most && (len = step_over(search, step->set, *at))) {
		*at += len;
		count++;
		if (count <= step->least)
			lowest = *at;
		if (!search->steps_left--)
			return out_of_steps(err);
	}
	*out_ok = count >= step->least;
	if (*out_ok && *at > lowest && !step->possessive)
		return push(search, next, step_back(search, *at), lowest, err);
	return 0;
}

/* May the pattern go on at this place, which a step only looks at? */
static bool holds(const struct search *search, const struct pattern_step *step, uint32_t at)
{
	if (step->verb == PATTERN_NOT_AHEAD)
		return !step_over(search, step->set, at);
	if (step->verb == PATTERN_NOT_BEHIND)
		return !at || !step_over(search, step->set, step_back(search, at));
	return !at || (search->text.data[at - 1] == '\n' && at < search->text.len);
}

/* Does the pattern match at `start`? Then *out_end is where the match ends. */
static int match_at(struct search *search, uint32_t start, bool *out_found, uint32_t *out_end,
		    struct error *err)
{
	uint32_t step = 0, at = start;

	search->count = 0;
	for (;;) {
		const struct pattern_step *now = &search->pattern->step[step++];
		bool ok = true;

		if (!search->steps_left--)
			return out_of_steps(err);
		switch (now->verb) {
		case PATTERN_DONE:
			*out_found = true;
			*out_end = at;
			return 0;
		case PATTERN_JUMP:
			step = now->target;
			break;
		case PATTERN_SPLIT:
			if (push(search, now->target, at, at, err))
				return -1;
			break;
		case PATTERN_REPEAT:
			if (repeat(search, now, step, &at, &ok, err))
				return -1;
			break;
		default:
			ok = holds(search, now, at);
		}
		if (!ok && !retreat(search, &step, &at)) {
			*out_found = false;
			return 0;
		}
	}
}

/* The first match from `from` on. */
static int find(struct search *search, uint32_t from, bool *out_found, uint32_t *out_start,
		uint32_t *out_end, struct error *err)
{
	for (uint32_t at = from;; at += (uint32_t)utf8_len(span_from(search->text, at))) {
		if (match_at(search, at, out_found, out_end, err))
			return -1;
		*out_start = at;
		if (*out_found || at >= search->text.len)
			return 0;
	}
}

int pattern_cut(const struct pattern *pattern, struct span text, struct matches *out,
		struct error *err)
{
	CLEANUP(search_release)
	struct search search = {
		.pattern = pattern,
		.text = text,
		.steps_left = (text.len + 64) * PATTERN_STEPS_PER_BYTE,
	};
	uint32_t from = 0, last = 0, start, end;
	bool found, any = false;

	while (text.len && from <= text.len) {
		if (find(&search, from, &found, &start, &end, err))
			return -1;
		if (!found)
			break;
		if (start == end && any && end == last) {
			if (from >= text.len)
				break;
			from += (uint32_t)utf8_len(span_from(text, from));
			continue;
		}
		if (start != last && matches_add(out, last, start, false, err))
			return -1;
		if (matches_add(out, start, end, true, err))
			return -1;
		from = last = end;
		any = true;
	}
	return text.len && last != text.len ? matches_add(out, last, text.len, false, err) : 0;
}
