/* How anything in the house fails: one code, one line of text. */
#ifndef KERNELS_ERROR_H
#define KERNELS_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Run `fn(&variable)` when the variable leaves scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* What a caller can do about a failure; the text says what happened. */
enum error_code {
	ERROR_NONE,
	ERROR_USAGE,     /* the request makes no sense: fix the request */
	ERROR_ABSENT,    /* nothing has that name: look elsewhere */
	ERROR_CORRUPT,   /* bytes disagree with their name or schema: stop */
	ERROR_UNTRUSTED, /* bytes are whole, but no accepted key vouches, or it cannot be decided */
	ERROR_SYSTEM     /* the machine refused: retry or repair */
};

struct error {
	enum error_code code;
	/* One line, no full stop, control characters escaped, never empty once code is set. */
	char text[1024];
};

/*
 * Fill `err` and return -1, so that a failing function ends in one line.
 * The first cause wins: a second call leaves `err` as it is. Control
 * characters and broken UTF-8 of the arguments come out as \xHH.
 */
int error_set(struct error *err, enum error_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As error_set with ERROR_SYSTEM, ": " and what `errnum` (an errno value) means added. */
int error_system(struct error *err, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put "context: " in front of the text and return -1. */
int error_prefix(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Lets the compiler see that a failure returns -1, so that it can follow what is then unset. */
static inline int error_minus_one(int result)
{
	(void)result;
	return -1;
}

#define error_set(...) error_minus_one(error_set(__VA_ARGS__))
#define error_system(...) error_minus_one(error_system(__VA_ARGS__))
#define error_prefix(...) error_minus_one(error_prefix(__VA_ARGS__))

/* The exit status that goes with a code (architecture: 0 to 5); one table for every command. */
int error_exit_status(enum error_code code);

#ifdef __cplusplus
}
#endif
#endif
