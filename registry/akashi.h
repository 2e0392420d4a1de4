/*
 * libakashi: the small public face of Akashi. Every name begins with akashi_.
 *
 * Thread-safe: no global state that changes. It prints nothing, ends no
 * process, reads neither the environment nor the clock; what it needs of the
 * world is handed to it.
 */
#ifndef AKASHI_H
#define AKASHI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AKASHI_API __attribute__((visibility("default")))

/* "0.1.0". Static. */
AKASHI_API const char *akashi_version(void);

/* What a check ends with: the exit statuses of the command `akashi`. */
enum akashi_status {
	AKASHI_HOLDS = 0,     /* everything that was asked holds */
	AKASHI_FAILS = 1,     /* bytes, proofs or outputs contradict what was signed */
	AKASHI_USAGE = 2,     /* the request makes no sense */
	AKASHI_UNDECIDED = 3, /* not trusted, or it cannot be decided */
	AKASHI_ABSENT = 4,    /* nothing is at that path */
	AKASHI_SYSTEM = 5     /* the machine refused */
};

/* Start with AKASHI_VERIFY_OPTIONS; every member but `size` may stay 0 or NULL. */
struct akashi_verify_options {
	size_t size; /* of this structure, as the program was compiled */

	/*
	 * Whom to trust: lines `VKEY sha256:POLICY` that came by another way than
	 * the files. NULL: nobody, and the best answer is AKASHI_UNDECIDED.
	 */
	const char *pins;

	/* How much of the recorded outputs is computed again: "quick", "standard", "all", "none".
	 * NULL: quick, and a pass that is not possible does not decide. */
	const char *forward;

	/* Seconds since 1970-01-01 UTC, for what expires; 0: unknown. */
	int64_t now_unix_s;

	unsigned threads; /* 0: one for each usable core */

	/* Asked now and then from any one thread; other than 0: stop soon, with AKASHI_SYSTEM. */
	int (*cancelled)(void *user);
	void *user;
};

#define AKASHI_VERIFY_OPTIONS                                                                      \
	{                                                                                          \
		sizeof(struct akashi_verify_options), NULL, NULL, 0, 0, NULL, NULL                 \
	}

/*
 * Check the directory, file, or folder of the Hub's cache at `path`, as the
 * command `akashi verify` does. `options` may be NULL.
 *
 * *out_verdict is the verdict as JSON text, schema akashi/verdict/1, or NULL
 * where nothing could be judged. *out_reason is then why, in one line. Either
 * is freed with akashi_free; both pointers may be NULL when not wanted.
 */
AKASHI_API enum akashi_status akashi_verify(const char *path,
					    const struct akashi_verify_options *options,
					    char **out_verdict, char **out_reason);

/* Free a text that this library gave out. NULL is fine. */
AKASHI_API void akashi_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
