/* braces: "a-{1..3}.{x,y}" as shells write several words in one. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/versions.h"

enum { DEPTH_MAX = 16, DIGITS_MAX = 18 };

void texts_release(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->item[i]);
	free(texts->item);
	*texts = (struct texts){ .item = NULL };
}

/* Takes `text` over, NULL too. */
static int texts_take(struct texts *texts, char *text, struct error *err)
{
	char **item;

	if (text && texts->count == VERSIONS_MAX) {
		free(text);
		return error_set(err, ERROR_USAGE, "more than %u versions", VERSIONS_MAX);
	}
	item = text ? reallocarray(texts->item, texts->count + 1, sizeof(*item)) : NULL;
	if (!item) {
		free(text);
		return error_system(err, ENOMEM, "cannot list versions");
	}
	texts->item = item;
	texts->item[texts->count++] = text;
	return 0;
}

/* The brace that closes the one at `open`; NULL without. */
static const char *brace_end(const char *open)
{
	size_t depth = 0;

	for (const char *at = open; *at; at++) {
		depth += *at == '{';
		if (*at == '}' && --depth == 0)
			return at;
	}
	return NULL;
}

/* A number without sign; *out_width is that of its text when it begins with a zero. */
static bool number_read(const char **at, uint64_t *out_number, int *out_width)
{
	size_t digits = strspn(*at, "0123456789");

	if (!digits || digits > DIGITS_MAX)
		return false;
	*out_number = strtoull(*at, NULL, 10);
	if (**at == '0' && digits > 1 && *out_width < (int)digits)
		*out_width = (int)digits;
	*at += digits;
	return true;
}

/* "100..2000..100": its parts. */
struct range {
	uint64_t from, to, step;
	int width;
};

static bool range_read(const char *inside, const char *end, struct range *range)
{
	const char *at = inside;

	*range = (struct range){ .step = 1 };
	if (!number_read(&at, &range->from, &range->width) || strncmp(at, "..", 2) != 0)
		return false;
	at += 2;
	if (!number_read(&at, &range->to, &range->width))
		return false;
	if (strncmp(at, "..", 2) == 0) {
		int ignored = 0;

		at += 2;
		if (!number_read(&at, &range->step, &ignored))
			return false;
	}
	return at == end && range->step;
}

static int expand(const char *text, unsigned depth, struct texts *out, struct error *err);

/* `before`, one of the choices, `rest`: which may hold braces again. */
static int choose(const char *before, size_t before_len, const char *choice, size_t choice_len,
		  const char *rest, unsigned depth, struct texts *out, struct error *err)
{
	char *text;
	int failed;

	if (asprintf(&text, "%.*s%.*s%s", (int)before_len, before, (int)choice_len, choice, rest) <
	    0)
		return error_system(err, ENOMEM, "cannot list versions");
	failed = expand(text, depth + 1, out, err);
	free(text);
	return failed;
}

static int expand_range(const char *text, const char *open, const char *rest,
			const struct range *range, unsigned depth, struct texts *out,
			struct error *err)
{
	bool up = range->from <= range->to;
	uint64_t steps = (up ? range->to - range->from : range->from - range->to) / range->step;
	char number[32];

	if (steps >= VERSIONS_MAX)
		return error_set(err, ERROR_USAGE, "more than %u versions", VERSIONS_MAX);
	for (uint64_t i = 0; i <= steps; i++) {
		uint64_t at = up ? range->from + i * range->step : range->from - i * range->step;
		int len = snprintf(number, sizeof(number), "%0*llu", range->width,
				   (unsigned long long)at);

		if (choose(text, (size_t)(open - text), number, (size_t)len, rest, depth, out, err))
			return -1;
	}
	return 0;
}

/* "{a,b{c,d}}": at the commas of this depth. */
static int expand_list(const char *text, const char *open, const char *end, unsigned depth,
		       struct texts *out, struct error *err)
{
	const char *begin = open + 1;
	size_t inner = 0;

	for (const char *at = begin; at <= end; at++) {
		if (at == end || (*at == ',' && !inner)) {
			if (choose(text, (size_t)(open - text), begin, (size_t)(at - begin),
				   end + 1, depth, out, err))
				return -1;
			begin = at + 1;
		}
		inner += *at == '{';
		inner -= *at == '}' && at != end;
	}
	return 0;
}

static int expand(const char *text, unsigned depth, struct texts *out, struct error *err)
{
	const char *open = strchr(text, '{');
	const char *end = open ? brace_end(open) : NULL;
	struct range range;

	if (!open)
		return texts_take(out, strdup(text), err);
	if (!end)
		return error_set(err, ERROR_USAGE, "'%s' opens a brace and does not close it",
				 text);
	if (depth == DEPTH_MAX)
		return error_set(err, ERROR_USAGE, "'%s' has too many braces", text);
	if (range_read(open + 1, end, &range))
		return expand_range(text, open, end + 1, &range, depth, out, err);
	if (!memchr(open, ',', (size_t)(end - open)))
		return error_set(err, ERROR_USAGE,
				 "'%s': braces hold {FROM..TO}, {FROM..TO..STEP} or {A,B}", text);
	return expand_list(text, open, end, depth, out, err);
}

int braces_expand(const char *text, struct texts *out_texts, struct error *err)
{
	CLEANUP(texts_release) struct texts texts = { .item = NULL };

	if (expand(text, 0, &texts, err))
		return -1;
	*out_texts = texts;
	texts = (struct texts){ .item = NULL }; /* handed over */
	return 0;
}
