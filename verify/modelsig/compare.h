/* modelsig_compare: the files of a directory against what a model signature lists. Inside verify/
 * only. */
#ifndef VERIFY_MODELSIG_COMPARE_H
#define VERIFY_MODELSIG_COMPARE_H

#include "verify/modelsig.h"
#include "verify/tree.h"

enum modelsig_state {
	MODELSIG_HOLDS,
	MODELSIG_DIFFERS, /* other bytes, or another size than its shards have */
	MODELSIG_MISSING,
	MODELSIG_REFUSED /* a link that must not be followed, or no file at all */
};

/* A file that the signature lists. */
struct modelsig_listed {
	const char *path;
	enum modelsig_state state;
	char *why; /* a sentence's end for people; NULL where it holds */
};

/* Why a file is not covered. */
enum modelsig_gap {
	MODELSIG_GAP_UNSIGNED,       /* the signature knows nothing of it */
	MODELSIG_GAP_IGNORED,        /* the signature says that it leaves it out */
	MODELSIG_GAP_IGNORED_LOADED, /* and a loader would open it */
	MODELSIG_GAP_STANDARD,       /* version control, which the standard leaves out */
	MODELSIG_GAP_CALLER,         /* whoever asks leaves it out */
	MODELSIG_GAP_EMPTY,          /* nothing is in it, and shards list no empty file */
	MODELSIG_GAP_LINK_FOLDER,    /* a link to a folder that is looked at where it lies */
	MODELSIG_GAP_LINK,           /* a symbolic link, and the signature allows none */
	MODELSIG_GAP_LINK_AWAY,      /* one that leads out of the model, in a circle or nowhere */
	MODELSIG_GAP_OTHER,          /* neither a file nor a folder */
	MODELSIG_GAP_COUNT
};

struct modelsig_uncovered {
	const char *path;
	enum modelsig_gap gap;
	bool accepted; /* it keeps nobody from a verdict that holds */
};

/* "unsigned", "ignored-by-signature" ...: a word for machines. Static. */
const char *modelsig_gap_name(enum modelsig_gap gap);
/* "not listed by it" ...: of a file and the signature. Static. */
const char *modelsig_gap_text(enum modelsig_gap gap);

struct modelsig_report {
	struct modelsig_listed *listed; /* by path */
	size_t listed_count, hold, differ, missing, refused;
	struct modelsig_uncovered *uncovered; /* by path within files, then links */
	size_t uncovered_count;
	size_t open; /* of those, that are not accepted */
	size_t bad;  /* and among those links and others that the standard refuses */
	uint64_t bytes_read;
};

void modelsig_report_release(struct modelsig_report *report);

struct modelsig_terms {
	const char *const *ignored; /* paths of the caller's, beside the signed ones */
	size_t ignored_count;
	bool ignore_unsigned; /* what nobody signed is named, and accepted */
	struct span itself; /* the signature file: files with these bytes are left out; or empty */
};

/*
 * Read and hash what is listed (range_hash), and look for what is not. `tree`
 * was opened with tree_options.everything. What the signature lists is looked
 * at whatever is ignored. Both must outlive the report. ERROR_SYSTEM for a
 * file that cannot be read, ERROR_CORRUPT for one that changed meanwhile.
 */
MUST_CHECK int modelsig_compare(const struct context *ctx, const struct tree *tree,
				const struct modelsig *signature,
				const struct modelsig_terms *terms,
				struct modelsig_report *out_report, struct error *err);

#endif
