/*
 * The log's files by relative path, written once: what a folder, a bucket or
 * a web server can all be. The checkpoint is the one that is replaced.
 */
#ifndef REGISTRY_BLOBS_H
#define REGISTRY_BLOBS_H

#include "kernels/kernels.h"

#define BLOB_PATH_MAX 128

struct blobs {
	const struct blobs_type *type;
};

/* What is to be put: both borrowed. */
struct blob {
	const char *path; /* shorter than BLOB_PATH_MAX */
	struct span bytes;
};

#define BLOBS_PUT_MAX 128u /* of one blobs_put_all */

typedef int (*blobs_visit)(void *arg, const char *path, struct error *err);

struct blobs_type {
	/* Append the blob to `out`. ERROR_ABSENT if there is none. Any thread. */
	int (*read)(struct blobs *blobs, const char *path, struct buffer *out, struct error *err);

	/* Durable when it returns. The same bytes again are success, others ERROR_CORRUPT. */
	int (*put_if_absent)(struct blobs *blobs, const char *path, struct span bytes,
			     struct error *err);

	/* The same for several at once, sharing what durability costs; NULL: one by one. */
	int (*put_all)(struct blobs *blobs, const struct blob *blob, size_t count,
		       struct error *err);

	/* Put in the place of what was there, whole or not at all. For the checkpoint only. */
	int (*replace)(struct blobs *blobs, const char *path, struct span bytes, struct error *err);

	/* Optional: the name of a blob that is there is durable afterwards, whoever put it. */
	int (*settle)(struct blobs *blobs, const char *path, struct error *err);
	void (*close)(struct blobs *blobs);

	/* Optional: hand the path of every file to `visit`, in any order. */
	int (*list)(struct blobs *blobs, blobs_visit visit, void *arg, struct error *err);
};

MUST_CHECK int blobs_open_folder(const char *folder, struct blobs **out_blobs, struct error *err);

/* As a web server has them under `url`: read only, each file at most as long as its reader takes;
 * a server that fails is asked again. */
MUST_CHECK int blobs_open_url(const struct context *ctx, const char *url, struct blobs **out_blobs,
			      struct error *err);

/* In memory, for tests. */
MUST_CHECK int blobs_open_memory(struct blobs **out_blobs, struct error *err);
void blobs_close(struct blobs **blobs);

MUST_CHECK int blobs_read(struct blobs *blobs, const char *path, struct buffer *out,
			  struct error *err);
MUST_CHECK int blobs_put_if_absent(struct blobs *blobs, const char *path, struct span bytes,
				   struct error *err);
/* Several at once, at most BLOBS_PUT_MAX: durable together, for fewer syncs than one by one. When
 * it fails, some of them may be there. */
MUST_CHECK int blobs_put_all(struct blobs *blobs, const struct blob *blob, size_t count,
			     struct error *err);
MUST_CHECK int blobs_replace(struct blobs *blobs, const char *path, struct span bytes,
			     struct error *err);
/* What somebody else put, or put in place, lasts from now on: he may have died, or not be done. */
MUST_CHECK int blobs_settle(struct blobs *blobs, const char *path, struct error *err);

/* ERROR_USAGE where files cannot be listed (over HTTP): blobs_can_list tells. */
bool blobs_can_list(const struct blobs *blobs);
MUST_CHECK int blobs_list(struct blobs *blobs, blobs_visit visit, void *arg, struct error *err);

#endif
