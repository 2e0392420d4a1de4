/* checkpoint_name: names held against the list of forms. */
#include "registry/checkpoint_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define CHECKPOINT_FORM(form, example) { form, example, false, false },
#define CHECKPOINT_WHOLE(form, example) { form, example, true, false },
#define CHECKPOINT_MOVING(form, example) { form, example, true, true },
static const struct checkpoint_form forms[] = {
#include "registry/checkpoint_name.def"
};
#undef CHECKPOINT_FORM
#undef CHECKPOINT_WHOLE
#undef CHECKPOINT_MOVING

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

const struct checkpoint_form *checkpoint_form_at(size_t index)
{
	return index < FORM_COUNT ? &forms[index] : NULL;
}

/* ---- Numbers ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c);
}

/* Digits into a number; NULL where there are none, or too many. */
static const char *digits_read(const char *at, uint64_t *out_number)
{
	const char *end = at;
	uint64_t number = 0;

	while (is_digit(*end) && (size_t)(end - at) < CHECKPOINT_DIGITS_MAX)
		number = 10 * number + (uint64_t)(*end++ - '0');
	if (end == at || is_digit(*end))
		return NULL;
	*out_number = number;
	return end;
}

/* A step: "500", or "50K". */
static const char *step_read(const char *at, uint64_t *out_number)
{
	uint64_t number = 0;
	const char *end = digits_read(at, &number);

	if (end && (*end == 'k' || *end == 'K') && !is_word(end[1])) {
		if (__builtin_mul_overflow(number, UINT64_C(1000), &number))
			return NULL;
		end++;
	}
	if (end)
		*out_number = number;
	return end;
}

static uint64_t unit_of(char letter)
{
	switch (letter) {
	case 'k':
	case 'K':
		return 1000;
	case 'm':
	case 'M':
		return 1000000;
	case 'b':
	case 'B':
		return 1000000000;
	case 't':
	case 'T':
		return 1000000000000;
	default:
		return 0;
	}
}

/* "4B", "1.5T", "4BT"; a part of a token is left. */
static const char *tokens_read(const char *at, uint64_t *out_tokens)
{
	uint64_t whole = 0, part = 0, scale = 1, unit;
	const char *end = digits_read(at, &whole);
	unsigned __int128 tokens;

	if (end && *end == '.' && is_digit(end[1])) {
		const char *first = ++end;

		end = digits_read(first, &part);
		for (; end && first < end; first++)
			scale *= 10;
	}
	unit = end ? unit_of(*end) : 0;
	if (!unit)
		return NULL;
	tokens = (unsigned __int128)whole * unit + (unsigned __int128)part * unit / scale;
	if (tokens > UINT64_MAX)
		return NULL;
	*out_tokens = (uint64_t)tokens;
	end++;
	return (*end == 't' || *end == 'T') && !is_word(end[1]) ? end + 1 : end;
}

/* ---- Forms ---- */

/* A hole of a form: which number it is. `form` stands at its "{"; *out_rest behind its "}". */
static const char *hole_read(const char *form, const char **out_rest, const char *at,
			     struct checkpoint_name *name)
{
	const char *close = strchr(form, '}');
	size_t len = (size_t)(close - form - 1);
	const struct {
		const char *name;
		bool *has;
		uint64_t *number;
		const char *(*read)(const char *at, uint64_t *out_number);
	} holes[] = {
		{ "stage", &name->has_stage, &name->stage, digits_read },
		{ "ingredient", &name->has_ingredient, &name->ingredient, digits_read },
		{ "step", &name->has_step, &name->step, step_read },
		{ "epoch", &name->has_epoch, &name->epoch, digits_read },
		{ "tokens", &name->has_tokens, &name->tokens, tokens_read },
	};

	enum { FIRST_ORDERING = 2 }; /* of them */

	*out_rest = close + 1;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		const char *end;

		if (strlen(holes[i].name) != len || memcmp(holes[i].name, form + 1, len) != 0)
			continue;
		end = holes[i].read(at, holes[i].number);
		*holes[i].has = end != NULL;
		/* The step orders a series; without one what comes first, epoch or tokens. */
		if (end && i >= FIRST_ORDERING &&
		    (holes[i].number == &name->step || !name->number.data))
			name->number = (struct span){ (const uint8_t *)at, (size_t)(end - at) };
		return end;
	}
	return NULL;
}

/*
 * Hold what begins at `at` against a form up to its end or an unmatched "]". Where both with and
 * without what is in [] is possible, with it. Options are not inside one another, so this goes two
 * calls deep for each of them.
 */
static const char *form_match(const char *form, const char *at, struct checkpoint_name *name)
{
	while (*form && *form != ']') {
		if (*form == '[') {
			struct checkpoint_name tried = *name;
			const char *behind = strchr(form, ']') + 1;
			const char *end = form_match(form + 1, at, &tried);
			const char *whole = end ? form_match(behind, end, &tried) : NULL;

			if (whole) {
				*name = tried;
				return whole;
			}
			form = behind;
		} else if (*form == '{') {
			at = hole_read(form, &form, at, name);
			if (!at)
				return NULL;
		} else if (*form == '~') {
			at += *at == '-' || *at == '_' || *at == '=';
			form++;
		} else if (tolower((unsigned char)*form) == tolower((unsigned char)*at)) {
			form++;
			at++;
		} else {
			return NULL;
		}
	}
	return at;
}

/* Is this the end of a word, and not the middle of a decimal ("step-1.5")? */
static bool ends_here(const char *at)
{
	return !is_word(*at) && !(*at == '.' && is_digit(at[1]));
}

static bool read_at(const char *name, const char *at, struct checkpoint_name *out_name)
{
	size_t best = 0;

	for (size_t i = 0; i < FORM_COUNT; i++) {
		struct checkpoint_name tried = { .form = forms[i].form,
						 .whole = forms[i].whole,
						 .moving = forms[i].moving };
		const char *end;

		if (forms[i].whole && at != name)
			continue;
		end = form_match(forms[i].form, at, &tried);
		if (!end || (forms[i].whole ? *end != '\0' : !ends_here(end)) ||
		    (size_t)(end - at) <= best)
			continue;
		best = (size_t)(end - at);
		tried.before = (struct span){ (const uint8_t *)name, (size_t)(at - name) };
		tried.behind = span_of(end);
		*out_name = tried;
	}
	return best > 0;
}

bool checkpoint_name_read(const char *name, struct checkpoint_name *out_name)
{
	if (strnlen(name, CHECKPOINT_NAME_MAX + 1) > CHECKPOINT_NAME_MAX)
		return false;
	for (const char *at = name; *at; at++)
		if ((at == name || !is_word(at[-1])) && read_at(name, at, out_name))
			return true;
	return false;
}

/* ---- Paths ---- */

/* One part of a path, as a name. False: it has none of the forms. The spans are of the path. */
static bool part_read(const char *path, size_t from, size_t to, struct checkpoint_name *out_name)
{
	char part[CHECKPOINT_NAME_MAX + 1];
	struct checkpoint_name name;
	const uint8_t *first = (const uint8_t *)path + from;

	if (to == from || to - from > CHECKPOINT_NAME_MAX)
		return false;
	memcpy(part, path + from, to - from);
	part[to - from] = '\0';
	if (!checkpoint_name_read(part, &name))
		return false;
	name.before.data = first;
	name.behind.data = first + (name.behind.data - (const uint8_t *)part);
	if (name.number.data)
		name.number.data = first + (name.number.data - (const uint8_t *)part);
	*out_name = name;
	return true;
}

bool checkpoint_name_of_path(const char *path, struct checkpoint_name *out_name)
{
	bool last = true;

	for (size_t to = strlen(path); to;) {
		struct checkpoint_name name;
		size_t from = to;

		while (from && path[from - 1] != '/')
			from--;
		if (part_read(path, from, to, &name) && (last || !name.whole)) {
			*out_name = name;
			return true;
		}
		last = last && to == from;
		to = from ? from - 1 : 0;
	}
	return false;
}

bool checkpoint_name_number(const char *name, struct span *out_number)
{
	struct checkpoint_name found;
	size_t begin, end = strlen(name);

	if (checkpoint_name_of_path(name, &found) && found.number.data) {
		*out_number = found.number;
		return true;
	}
	while (end && !is_digit(name[end - 1]))
		end--;
	for (begin = end; begin && is_digit(name[begin - 1]); begin--)
		;
	*out_number = (struct span){ (const uint8_t *)name + begin, end - begin };
	return end > 0;
}

/* ---- Order ---- */

uint64_t checkpoint_name_place(const struct checkpoint_name *name)
{
	return name->has_step ? name->step : name->has_epoch ? name->epoch : name->tokens;
}

static int span_order(struct span a, struct span b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int order = least ? memcmp(a.data, b.data, least) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool checkpoint_name_same_branch(const struct checkpoint_name *a, const struct checkpoint_name *b)
{
	return span_equal(a->before, b->before) && a->stage == b->stage &&
	       a->ingredient == b->ingredient && a->moving == b->moving;
}

int checkpoint_name_order(const struct checkpoint_name *a, const struct checkpoint_name *b)
{
	const uint64_t x[] = { a->moving, a->stage, a->ingredient, checkpoint_name_place(a) };
	const uint64_t y[] = { b->moving, b->stage, b->ingredient, checkpoint_name_place(b) };
	int before = span_order(a->before, b->before);

	if (x[0] == y[0] && before)
		return before;
	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
