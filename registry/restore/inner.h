/* restore: what its files share. */
#ifndef REGISTRY_RESTORE_INNER_H
#define REGISTRY_RESTORE_INNER_H

#include "registry/restore.h"

#define RESTORE_NO_RECORD SIZE_MAX
#define RESTORE_NAME_MAX (DIGEST_HEX_SIZE + sizeof(".part"))

/* Bytes that are read at once: a piece, or several small ones of one stored file. */
struct restore_part {
	uint64_t from, to;
	uint32_t len;
	uint32_t stretch;
	size_t record; /* of the one piece it is, or RESTORE_NO_RECORD */
};

/*
 * Cut a file into parts in the order of its bytes, behind the head; `by_piece`: one piece each. Of
 * stretches they always are. *out_part is malloced.
 */
MUST_CHECK int restore_parts(const struct manifest *manifest, const struct restore_file *file,
			     bool by_piece, struct restore_part **out_part, size_t *out_count,
			     struct error *err);

/* The stored file that a part is of. */
const struct manifest_file *restore_part_file(const struct restore_file *file,
					      const struct restore_part *part);

/*
 * Set `err` to ERROR_CORRUPT: these bytes of the stored file are not what was registered; with the
 * `cause`, or NULL.
 */
int restore_part_damaged(const struct manifest *manifest, const struct restore_file *file,
			 const struct restore_part *part, const struct error *cause,
			 struct error *err);

/* Open the folder that the user named; -1 where there is none and `make` is not set. */
MUST_CHECK int restore_root_open(const struct restore *restore, bool make, int *out_fd,
				 struct error *err);

/* One pass over the files: shared by its jobs. */
struct restore_work {
	const struct context *ctx;
	struct restore *restore;
	bool compare; /* read what lies there, write nothing */
	int root;     /* the folder */
	int parts;    /* RESTORE_PARTS_FOLDER, or -1 */
};

/* One file that is being restored, or compared. */
struct restore_job {
	struct restore_work *work;
	struct restore_file *file; /* NULL: the place is free */
	struct source *
		*source; /* of the whole; or of each file of the manifest, NULL: not needed */
	size_t source_count;
	int fd;
	char name[72];             /* under RESTORE_PARTS_FOLDER */
	uint64_t keep;             /* so many bytes may be true already */
	bool in_place;             /* the bytes are in `fd`: read there, written nowhere */
	struct hash_stream *whole; /* NULL: every part has its record */
	struct restore_part *part;
	size_t part_count;
};

/* Open everything that a file needs. */
MUST_CHECK int restore_job_open(struct restore_job *job, struct error *err);

/* The same where the bytes go into no file, part by part; and read one of them. */
MUST_CHECK int restore_job_open_stream(struct restore_job *job, struct error *err);
MUST_CHECK int restore_job_fetch(struct restore_job *job, size_t index, uint8_t *room,
				 struct error *err);

/*
 * Read part `index` into `room` (PIECE_SIZE_BYTES) and put it where it belongs; *out_kept: an
 * earlier run had. Any thread.
 */
MUST_CHECK int restore_job_read(struct restore_job *job, size_t index, uint8_t *room,
				bool *out_kept, struct error *err);

/* Part `index` has this digest: an error unless it is its record's; when comparing, a difference.
 */
MUST_CHECK int restore_job_checked(struct restore_job *job, size_t index,
				   const struct digest *found, struct error *err);

/* What a file is called under RESTORE_PARTS_FOLDER: by where it will lie and what it will hold. */
void restore_part_name(const struct restore *restore, const struct restore_file *file,
		       char out_name[RESTORE_NAME_MAX]);

/*
 * All parts went through `whole`, or each is its record's: check the whole, make it durable, give
 * it its name. Small files become RESTORE_READY instead: restore_place. When comparing, a
 * difference is no failure.
 */
MUST_CHECK int restore_job_finish(struct restore_job *job, struct error *err);
void restore_job_close(struct restore_job *job);

/*
 * Make the files that are RESTORE_READY durable, all of them before the first gets its name: many
 * small ones then wait for the disk once.
 */
MUST_CHECK int restore_place(struct restore_work *work, struct error *err);

/* Read (and write) the files of a run whose state is `state`, on all threads. */
MUST_CHECK int restore_pipe(struct restore_work *work, enum restore_state state, struct error *err);

#endif
