/* whole_file: everything that one read of a file gives. Inside verify/ only. */
#ifndef VERIFY_WHOLE_FILE_H
#define VERIFY_WHOLE_FILE_H

#include "verify/pieces.h"

struct whole_file {
	struct tensor_table table;
	uint64_t size;
	struct digest sha256;
	struct piece_record *record; /* malloced; NULL for an empty file */
	size_t piece_count;
};

void whole_file_release(struct whole_file *file);

/*
 * Before its bytes are read: the tensors that the header of `source` lists, the size, and records
 * that are to be filled in; *out_piece is malloced, NULL for an empty file. The caller releases
 * both, also after an error.
 */
MUST_CHECK int whole_file_cut(struct source *source, struct whole_file *file,
			      struct piece **out_piece, struct error *err);

/* Who is told of the bytes, in order; -1 ends the reading. */
struct whole_file_reader {
	void *user;
	int (*bytes)(void *user, struct span bytes, struct error *err);
};

/*
 * Read every byte of `source` once, in steps that stay in a core's cache, with
 * tensors as somebody lists them (a manifest); the header is not looked at, and
 * out_file->table stays empty. `reader` may be NULL. ERROR_CORRUPT: the file
 * changed meanwhile.
 */
MUST_CHECK int whole_file_read_as(struct source *source, const struct tensor *tensor, size_t count,
				  const struct whole_file_reader *reader,
				  struct whole_file *out_file, struct error *err);

/* The SHA-256 of all bytes and nothing else; ERROR_CORRUPT when the file changed meanwhile. */
MUST_CHECK int whole_file_digest(struct source *source, const struct whole_file_reader *reader,
				 struct digest *out_digest, struct error *err);

#endif
