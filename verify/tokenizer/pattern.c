/* pattern: compile the regular expressions by which tokenizers split texts. */
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/pattern_inner.h"
#include "verify/utf8.h"

struct compiler {
	struct span rest; /* of the pattern */
	struct pattern *pattern;
	bool fold; /* inside (?i: ) */
};

static int compile_alternatives(struct compiler *compiler, unsigned depth, struct error *err);

void pattern_free(struct pattern **pattern)
{
	if (*pattern)
		free((*pattern)->set);
	free(*pattern);
	*pattern = NULL;
}

static int not_understood(const struct compiler *compiler, struct error *err)
{
	return error_set(err, ERROR_UNTRUSTED, "a pattern is not understood from '%.*s' on",
			 (int)(compiler->rest.len < 40 ? compiler->rest.len : 40),
			 (const char *)compiler->rest.data);
}

static bool take(struct compiler *compiler, const char *text)
{
	return prefix_take(&compiler->rest, text);
}

static uint8_t next_byte(const struct compiler *compiler)
{
	return compiler->rest.len ? compiler->rest.data[0] : 0;
}

/* The next character as it stands. */
static int take_point(struct compiler *compiler, uint32_t *out_point, struct error *err)
{
	size_t len = utf8_point(compiler->rest, out_point);

	if (!len)
		return not_understood(compiler, err);
	compiler->rest = span_from(compiler->rest, len);
	return 0;
}

static int add_step(struct compiler *compiler, struct pattern_step step, struct error *err)
{
	if (compiler->pattern->step_count == PATTERN_STEPS_MAX)
		return error_set(err, ERROR_UNTRUSTED, "a pattern is too long");
	compiler->pattern->step[compiler->pattern->step_count++] = step;
	return 0;
}

/* ---- Sets ---- */

static int set_new(struct compiler *compiler, uint16_t *out_set, struct error *err)
{
	struct pattern *pattern = compiler->pattern;
	void *array = pattern->set;

	if (pattern->set_count == PATTERN_SETS_MAX)
		return error_set(err, ERROR_UNTRUSTED, "a pattern is too long");
	if (array_room(&array, pattern->set_count, &pattern->set_cap, sizeof(*pattern->set), err))
		return -1;
	pattern->set = array;
	pattern->set[pattern->set_count] = (struct pattern_set){ 0 };
	*out_set = (uint16_t)pattern->set_count++;
	return 0;
}

static int set_add(struct pattern_set *set, uint32_t first, uint32_t last, struct error *err)
{
	if (set->range_count == PATTERN_RANGES_MAX || first > last)
		return error_set(err, ERROR_UNTRUSTED, "a pattern's class is not understood");
	set->range[set->range_count].first = first;
	set->range[set->range_count++].last = last;
	return 0;
}

/* A character, and with (?i: ) those that differ from it in case only. */
static int set_add_point(const struct compiler *compiler, struct pattern_set *set, uint32_t point,
			 struct error *err)
{
	uint32_t other = point ^ 0x20;
	uint32_t letter = point | 0x20;

	if (set_add(set, point, point, err))
		return -1;
	if (!compiler->fold)
		return 0;
	if (point >= 0x80)
		return not_understood(compiler, err);
	if (letter < 'a' || letter > 'z')
		return 0;
	if (letter == 's' && set_add(set, 0x17f, 0x17f, err))
		return -1;
	if (letter == 'k' && set_add(set, 0x212a, 0x212a, err))
		return -1;
	return set_add(set, other, other, err);
}

/* The ASCII answers are worked out once. */
static void set_finish(struct pattern_set *set)
{
	uint8_t ascii[128];

	for (uint32_t point = 0; point < 128; point++) {
		bool has = false;

		for (size_t i = 0; i < set->range_count && !has; i++)
			has = point >= set->range[i].first && point <= set->range[i].last;
		has = has || set->categories >> unicode_category_at(point) & 1 ||
		      (unicode_is_space(point) ? set->space : set->not_space);
		ascii[point] = has != set->negated;
	}
	memcpy(set->ascii, ascii, sizeof(ascii));
}

/* What stands in \p{ }: a category, or all whose name begins so; 0 when unknown. */
static uint32_t category_bits(struct span name)
{
	static const char names[] = "LuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCoCn";
	uint32_t bits = 0;

	for (unsigned i = 0; i < sizeof(names) / 2; i++)
		if ((name.len == 1 || name.len == 2) && !memcmp(names + 2 * i, name.data, name.len))
			bits |= 1u << i;
	return bits;
}

static int take_category(struct compiler *compiler, uint32_t *out_bits, struct error *err)
{
	const uint8_t *end = memchr(compiler->rest.data, '}', compiler->rest.len);
	size_t len = end ? (size_t)(end - compiler->rest.data) : 0;

	*out_bits = category_bits((struct span){ compiler->rest.data, len });
	if (!*out_bits)
		return not_understood(compiler, err);
	compiler->rest = span_from(compiler->rest, len + 1);
	return 0;
}

/* Behind a backslash: a class goes into the set; else *out_point is the character. */
static int take_escape(struct compiler *compiler, struct pattern_set *set, bool *out_class,
		       uint32_t *out_point, struct error *err)
{
	uint32_t bits;

	*out_class = true;
	if (take(compiler, "s")) {
		set->space = true;
		return 0;
	}
	if (take(compiler, "S")) {
		set->not_space = true;
		return 0;
	}
	if (take(compiler, "p{")) {
		if (take_category(compiler, &bits, err))
			return -1;
		set->categories |= bits;
		return 0;
	}
	*out_class = false;
	*out_point = take(compiler, "n")   ? '\n'
		     : take(compiler, "r") ? '\r'
		     : take(compiler, "t") ? '\t'
					   : 0;
	if (*out_point)
		return 0;
	if ((next_byte(compiler) | 0x20) >= 'a' && (next_byte(compiler) | 0x20) <= 'z')
		return not_understood(compiler, err);
	if (next_byte(compiler) >= '0' && next_byte(compiler) <= '9')
		return not_understood(compiler, err);
	return take_point(compiler, out_point, err);
}

/* One character of a class, or a range of them, or what an escape stands for. */
static int take_class_item(struct compiler *compiler, struct pattern_set *set, struct error *err)
{
	uint32_t first, last;
	bool is_class = false;

	if (take(compiler, "\\")) {
		if (take_escape(compiler, set, &is_class, &first, err))
			return -1;
		if (is_class)
			return 0;
	} else if (take_point(compiler, &first, err)) {
		return -1;
	}
	if (next_byte(compiler) != '-' || compiler->rest.len < 2 || compiler->rest.data[1] == ']')
		return set_add_point(compiler, set, first, err);
	take(compiler, "-");
	if (compiler->fold || next_byte(compiler) == '\\' || next_byte(compiler) == '[')
		return not_understood(compiler, err);
	return take_point(compiler, &last, err) || set_add(set, first, last, err) ? -1 : 0;
}

/* Behind "[": up to its "]". A class in a class is a union. */
static int take_class(struct compiler *compiler, struct pattern_set *set, unsigned depth,
		      struct error *err)
{
	bool first = true;

	if (!depth)
		set->negated = take(compiler, "^");
	for (;; first = false) {
		if (span_begins(compiler->rest, span_of("&&")) ||
		    span_begins(compiler->rest, span_of("[^")) ||
		    span_begins(compiler->rest, span_of("[:")) ||
		    (first && next_byte(compiler) == ']'))
			return not_understood(compiler, err);
		if (take(compiler, "]"))
			return 0;
		if (take(compiler, "[")) {
			if (depth || take_class(compiler, set, depth + 1, err))
				return error_minus_one(not_understood(compiler, err));
			continue;
		}
		if (take_class_item(compiler, set, err))
			return -1;
	}
}

/* A single character of a pattern, in any of its spellings. */
static int take_set(struct compiler *compiler, uint16_t *out_set, struct error *err)
{
	struct pattern_set *set;
	uint32_t point;
	bool is_class = false;

	if (set_new(compiler, out_set, err))
		return -1;
	set = &compiler->pattern->set[*out_set];
	if (take(compiler, "[")) {
		if (take_class(compiler, set, 0, err))
			return -1;
	} else if (take(compiler, "\\")) {
		if (take_escape(compiler, set, &is_class, &point, err) ||
		    (!is_class && set_add_point(compiler, set, point, err)))
			return -1;
	} else if (memchr(".$*+?{}]", next_byte(compiler), 9)) {
		return not_understood(compiler, err);
	} else if (take_point(compiler, &point, err) || set_add_point(compiler, set, point, err)) {
		return -1;
	}
	set_finish(set);
	return 0;
}

/* ---- Steps ---- */

/* {m}, {m,} or {m,n}, behind the brace. */
static int take_bounds(struct compiler *compiler, struct pattern_step *step, struct error *err)
{
	uint32_t number[2] = { 0, 0 };
	size_t which = 0, digits = 0;

	while (!take(compiler, "}")) {
		uint8_t byte = next_byte(compiler);

		if (byte == ',' && !which && digits) {
			which = 1;
			digits = 0;
		} else if (byte >= '0' && byte <= '9' && digits < 4) {
			number[which] = 10 * number[which] + (byte - '0');
			digits++;
		} else {
			return not_understood(compiler, err);
		}
		compiler->rest = span_from(compiler->rest, 1);
	}
	step->least = number[0];
	step->most = !which ? number[0] : digits ? number[1] : PATTERN_FOREVER;
	if (!step->most || step->least > step->most || (!which && !digits) ||
	    next_byte(compiler) == '+' || next_byte(compiler) == '?')
		return not_understood(compiler, err);
	return 0;
}

static int compile_repeat(struct compiler *compiler, struct error *err)
{
	struct pattern_step step = { .verb = PATTERN_REPEAT, .least = 1, .most = 1 };

	if (take_set(compiler, &step.set, err))
		return -1;
	if (take(compiler, "{")) {
		if (take_bounds(compiler, &step, err))
			return -1;
	} else if (next_byte(compiler) && strchr("?*+", next_byte(compiler))) {
		step.least = next_byte(compiler) == '+';
		step.most = next_byte(compiler) == '?' ? 1 : PATTERN_FOREVER;
		compiler->rest = span_from(compiler->rest, 1);
		step.possessive = take(compiler, "+");
		if (next_byte(compiler) == '?')
			return not_understood(compiler, err);
	}
	return add_step(compiler, step, err);
}

static int compile_look(struct compiler *compiler, enum pattern_verb verb, struct error *err)
{
	struct pattern_step step = { .verb = verb };

	if (take_set(compiler, &step.set, err))
		return -1;
	if (!take(compiler, ")"))
		return not_understood(compiler, err);
	return add_step(compiler, step, err);
}

/* How far it is to the "|" or ")" that ends what stands here. */
static size_t branch_len(struct span rest)
{
	unsigned groups = 0, classes = 0;
	size_t i;

	for (i = 0; i < rest.len; i++) {
		uint8_t byte = rest.data[i];

		if (byte == '\\')
			i++;
		else if (byte == '[')
			classes++;
		else if (byte == ']' && classes)
			classes--;
		else if (!classes && byte == '(')
			groups++;
		else if (!classes && ((byte == ')' && !groups) || (byte == '|' && !groups)))
			break;
		else if (!classes && byte == ')')
			groups--;
	}
	return i < rest.len ? i : rest.len;
}

/* Is the group that stands here, behind its opening, followed by "?"? */
static bool group_is_optional(struct span rest)
{
	size_t at = branch_len(rest);

	while (at < rest.len && rest.data[at] == '|')
		at += 1 + branch_len(span_from(rest, at + 1));
	return at + 1 < rest.len && rest.data[at + 1] == '?';
}

static int compile_group(struct compiler *compiler, bool fold, unsigned depth, struct error *err)
{
	bool outer = compiler->fold, optional = group_is_optional(compiler->rest);
	size_t split = compiler->pattern->step_count;

	if (optional && add_step(compiler, (struct pattern_step){ .verb = PATTERN_SPLIT }, err))
		return -1;
	compiler->fold = fold;
	if (compile_alternatives(compiler, depth + 1, err))
		return -1;
	compiler->fold = outer;
	if (!take(compiler, ")") || (optional && !take(compiler, "?")) ||
	    (next_byte(compiler) && strchr("?*+{", next_byte(compiler))))
		return not_understood(compiler, err);
	if (optional)
		compiler->pattern->step[split].target = (uint16_t)compiler->pattern->step_count;
	return 0;
}

static int compile_item(struct compiler *compiler, unsigned depth, struct error *err)
{
	if (depth > 4)
		return not_understood(compiler, err);
	if (take(compiler, "(?!"))
		return compile_look(compiler, PATTERN_NOT_AHEAD, err);
	if (take(compiler, "(?<!"))
		return compile_look(compiler, PATTERN_NOT_BEHIND, err);
	if (take(compiler, "(?i:"))
		return compile_group(compiler, true, depth, err);
	if (take(compiler, "(?:"))
		return compile_group(compiler, compiler->fold, depth, err);
	if (next_byte(compiler) == '(')
		return not_understood(compiler, err);
	if (take(compiler, "^"))
		return add_step(compiler, (struct pattern_step){ .verb = PATTERN_LINE }, err);
	return compile_repeat(compiler, err);
}

static int compile_alternatives(struct compiler *compiler, unsigned depth, struct error *err)
{
	struct pattern *pattern = compiler->pattern;
	size_t jump[PATTERN_STEPS_MAX], jumps = 0;

	for (;;) {
		size_t len = branch_len(compiler->rest), split = pattern->step_count;
		bool more = len < compiler->rest.len && compiler->rest.data[len] == '|';
		const uint8_t *end = compiler->rest.data + len;

		if (more && add_step(compiler, (struct pattern_step){ .verb = PATTERN_SPLIT }, err))
			return -1;
		while (compiler->rest.data < end)
			if (compile_item(compiler, depth, err))
				return -1;
		if (!more)
			break;
		jump[jumps++] = pattern->step_count;
		if (add_step(compiler, (struct pattern_step){ .verb = PATTERN_JUMP }, err) ||
		    !take(compiler, "|"))
			return -1;
		pattern->step[split].target = (uint16_t)pattern->step_count;
	}
	while (jumps--)
		pattern->step[jump[jumps]].target = (uint16_t)pattern->step_count;
	return 0;
}

int pattern_compile(const char *text, struct pattern **out_pattern, struct error *err)
{
	CLEANUP(pattern_free) struct pattern *pattern = calloc(1, sizeof(*pattern));
	struct compiler compiler = { .rest = span_of(text), .pattern = pattern };

	if (!pattern)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (compile_alternatives(&compiler, 0, err))
		return -1;
	if (compiler.rest.len)
		return not_understood(&compiler, err);
	if (add_step(&compiler, (struct pattern_step){ .verb = PATTERN_DONE }, err))
		return -1;
	*out_pattern = pattern;
	pattern = NULL;
	return 0;
}

int pattern_literal(struct span text, struct pattern **out_pattern, struct error *err)
{
	CLEANUP(pattern_free) struct pattern *pattern = calloc(1, sizeof(*pattern));
	struct compiler compiler = { .rest = text, .pattern = pattern };

	if (!pattern)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (!text.len)
		return error_set(err, ERROR_UNTRUSTED, "a pattern is empty");
	while (compiler.rest.len) {
		struct pattern_step step = { .verb = PATTERN_REPEAT, .least = 1, .most = 1 };
		uint32_t point;

		if (take_point(&compiler, &point, err) || set_new(&compiler, &step.set, err) ||
		    set_add(&pattern->set[step.set], point, point, err) ||
		    add_step(&compiler, step, err))
			return -1;
		set_finish(&pattern->set[step.set]);
	}
	if (add_step(&compiler, (struct pattern_step){ .verb = PATTERN_DONE }, err))
		return -1;
	*out_pattern = pattern;
	pattern = NULL;
	return 0;
}
