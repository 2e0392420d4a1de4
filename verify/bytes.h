/*
 * bytes: hold a tree against a manifest, piece by piece on all cores, and say
 * exactly what differs.
 */
#ifndef VERIFY_BYTES_H
#define VERIFY_BYTES_H

#include "verify/manifest.h"

enum bytes_state {
	BYTES_HOLD,
	BYTES_DIFFER,      /* same size, other content: see `difference` */
	BYTES_SIZE,        /* another size */
	BYTES_MISSING,     /* in the manifest, not in the tree */
	BYTES_WITHHELD,    /* the same, and a tombstone says why: bytes_compare does not know */
	BYTES_NOT_COVERED, /* in the tree, not in the manifest */
	BYTES_RECUT,       /* its tensors are all there and true, in files cut differently */
	BYTES_PART         /* what was read of it is as signed; the rest was not read */
};

/* One changed place. All text is ready to be shown. */
struct bytes_difference {
	const char *tensor; /* NULL: outside every tensor (header, padding, other files) */
	uint64_t offset;    /* in the file: of the element or word, else of the piece */
	uint64_t len;       /* bytes of the element or word, else of the piece */
	bool exact; /* the one changed word is known, and undoing it gives the signed digest */
	char element[160]; /* exact, in a tensor: "[17, 203]", else "" */
	char expected[96]; /* exact: the value that was signed, with its bits */
	char found[96];    /* exact: the value that lies there */
};

struct bytes_file {
	const char *path;
	enum bytes_state state;
	bool weights;         /* has tensors */
	uint64_t size;        /* in the tree; 0 when missing */
	uint64_t signed_size; /* in the manifest; 0 when not covered */
	size_t pieces, pieces_differ;
	uint64_t left;                       /* bytes that were not read (outside_only) */
	struct bytes_difference *difference; /* at most BYTES_DIFFERENCES_MAX, by offset */
	size_t difference_count;
	const char **tensor; /* the tensors touched, by offset, at most BYTES_TENSORS_MAX */
	size_t tensor_count;
	size_t tensors_touched; /* how many there really are */
};

#define BYTES_DIFFERENCES_MAX 16u
#define BYTES_TENSORS_MAX 64u

struct bytes_report {
	struct bytes_file *file; /* of manifest and tree, by path */
	size_t file_count;
	size_t hold, differ, missing, not_covered, recut, part; /* files; `differ` counts sizes too
								 */
	size_t withheld;            /* missing, and the caller says so: BYTES_WITHHELD */
	size_t shards, shards_hold; /* files with tensors in the manifest, and those that hold */
	bool weights_hold;          /* every tensor of the manifest is there and true */
	uint64_t bytes_read;        /* pieces of files that are in both */
	bool rehashed;              /* whole-file digests were computed as well */
	const struct tree_ignored *ignored; /* borrowed from the tree */
	size_t ignored_count;
};

void bytes_report_free(struct bytes_report **report);

/* A file without tensors that is larger is nothing that a model is opened with. */
#define BYTES_OUTSIDE_MAX (64u << 20)

struct bytes_options {
	bool rehash;           /* compute and compare whole-file SHA-256 too */
	bool outside_only;     /* read only what lies outside tensors, and of files without tensors
				  those of at most BYTES_OUTSIDE_MAX bytes; needs the pieces */
	bool no_recut;         /* do not look for missing tensors in other files */
	const char *elsewhere; /* a file that something else vouches for, left out unless the
				  manifest has it; or NULL */
};

/*
 * Compare. 0 with a report whenever it could be decided, also when files
 * differ or are missing: look at its counts. Without pieces in the manifest the
 * whole-file digests are compared. Spread over ctx->threads. Tree and manifest
 * must outlive the report. -1: ERROR_SYSTEM for a file that cannot be read,
 * ERROR_CORRUPT for one that changed or was truncated while it was read; the
 * text names the file.
 */
MUST_CHECK int bytes_compare(const struct context *ctx, const struct manifest *manifest,
			     const struct tree *tree, const struct bytes_options *options,
			     struct bytes_report **out_report, struct error *err);

/* One line that sums it up: "all 12 files hold", "weights hold; README.md was edited after
 * signing", "3 of 9 shards are present and true" … Appended to `out`. */
MUST_CHECK int bytes_report_summary(const struct bytes_report *report, struct buffer *out,
				    struct error *err);

/* One line about one file, as the verdict's evidence: "model.safetensors: tensor 'x' [3, 5] was
 * 0.5 (0x3f00), is 0.75 (0x3f40)". Appended to `out`, without a line end. */
MUST_CHECK int bytes_file_text(const struct bytes_file *file, struct buffer *out,
			       struct error *err);

/*
 * Digests of a tree's files without a manifest, to look them up (decisions 33):
 * whole-file SHA-256 of file i of the tree into out_digest[i].
 */
MUST_CHECK int bytes_file_digests(const struct context *ctx, const struct tree *tree,
				  struct digest *out_digest, struct error *err);

#endif
