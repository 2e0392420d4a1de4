/*
 * Remarks: what a team wants the next one to know about a run or a version. Their kind of
 * statement, and the command, are called "note"; in the code a note is what verify/note.h reads.
 */
#ifndef REGISTRY_REMARK_H
#define REGISTRY_REMARK_H

#include "registry/statement.h"

#define REMARK_MAX_BYTES (16u << 10)

/*
 * Say `text` about what `about` stands for (owner/name@version). `replaces`: the note about the
 * same whose place it takes, or NULL. Blanks at the end of the text are left out. The same again is
 * success. ERROR_USAGE: no plain UTF-8 text of 1 to REMARK_MAX_BYTES bytes, or `replaces` is no
 * note about the same; ERROR_UNTRUSTED: it holds what looks like a credential.
 */
MUST_CHECK int registry_remark(struct registry *registry, struct signing_key *key,
			       const struct name *about, struct span text,
			       const struct digest *replaces, struct statement_made *out_made,
			       struct error *err);

/* Could registry_remark say this? For a rehearsal. */
MUST_CHECK int remark_allowed(struct span text, struct error *err);

/* One note; everything borrowed until the visit returns. */
struct remark {
	uint64_t log_index;
	const char *statement; /* HEX */
	const char *key;       /* KEY of who signed */
	const char *subject;   /* owner/name@version that it is about */
	const char *declared;
	const char *text;
	const char *replaces; /* HEX of the note it takes the place of, or NULL */
};

typedef int (*remark_visit)(void *arg, const struct remark *note, struct error *err);

struct remarks_wish {
	const struct name *about;       /* owner/name, or one version of it; NULL: everything */
	const struct digest *statement; /* what this stands for, in place of `about`; or NULL */
	const char *search; /* words that must all occur, as text_fold compares; NULL: any */
	bool replaced;      /* also those whose place another one took */
};

/* Visit the notes in the order of the log, each read from its statement, whose signature is
 * checked. Notes that were withheld are passed over. */
MUST_CHECK int registry_remarks(struct registry *registry, const struct remarks_wish *wish,
				remark_visit visit, void *arg, struct error *err);

#endif
