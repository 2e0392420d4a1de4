/* pattern: what compiling and matching share. Inside verify/tokenizer/pattern*.c only. */
#ifndef VERIFY_TOKENIZER_PATTERN_INNER_H
#define VERIFY_TOKENIZER_PATTERN_INNER_H

#include "verify/tokenizer/pattern.h"
#include "verify/tokenizer/unicode.h"

#define PATTERN_STEPS_MAX 128u /* instructions */
#define PATTERN_SETS_MAX 128u
#define PATTERN_RANGES_MAX 64u /* in one set */
#define PATTERN_FOREVER UINT32_MAX

/* A set of characters. */
struct pattern_set {
	bool negated;
	bool space;          /* \s */
	bool not_space;      /* \S */
	uint32_t categories; /* a bit for each, 1 << UNICODE_LU ... */
	struct {
		uint32_t first, last;
	} range[PATTERN_RANGES_MAX];
	size_t range_count;
	uint8_t ascii[128]; /* the answer, once the set is complete */
};

struct pattern_step {
	enum pattern_verb {
		PATTERN_REPEAT,     /* `set`, least to most times, as often as possible */
		PATTERN_SPLIT,      /* go on behind; if that fails, at `target` */
		PATTERN_JUMP,       /* go on at `target` */
		PATTERN_NOT_AHEAD,  /* no character of `set` follows */
		PATTERN_NOT_BEHIND, /* no character of `set` stands before */
		PATTERN_LINE,       /* a line begins here */
		PATTERN_DONE
	} verb;
	uint16_t set;
	uint16_t target;
	uint32_t least, most;
	bool possessive; /* never fewer than possible */
};

struct pattern {
	struct pattern_step step[PATTERN_STEPS_MAX];
	size_t step_count;
	struct pattern_set *set;
	size_t set_count, set_cap;
};

bool pattern_set_has(const struct pattern_set *set, uint32_t point);

#endif
