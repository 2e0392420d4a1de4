/*
 * format: what is inside one file: a table of tensors, or bytes only.
 *
 * A weight format is one file, verify/format/NAME.c, and one line in
 * formats.def.
 */
#ifndef VERIFY_FORMAT_H
#define VERIFY_FORMAT_H

#include "verify/dtype.h"

#define TENSORS_MAX 1000000u               /* in one file */
#define TENSOR_RANK_MAX 32u                /* dimensions */
#define TENSOR_NAME_MAX 4096u              /* bytes in a tensor's name */
#define FORMAT_HEADER_MAX_BYTES 100000000u /* of a safetensors header */
#define FORMAT_METADATA_MAX_BYTES 1000000u /* keys and values of __metadata__ together */

struct tensor {
	const char *name;
	const uint64_t *shape; /* rank dimensions; a scalar has none */
	uint64_t offset;       /* from the start of the file */
	uint64_t length;       /* bytes */
	uint32_t rank;
	enum dtype dtype;
};

/* Elements: the product of the shape, which cannot overflow once a table was read. */
uint64_t tensor_elements(const struct tensor *tensor);

/* ERROR_CORRUPT unless shape and dtype make `length` bytes; the product cannot overflow. */
MUST_CHECK int tensor_check_shape(const struct tensor *tensor, struct error *err);

struct tensor_metadata {
	const char *key, *value;
};

/* What was found in a file. Everything in it is owned by the table. */
struct tensor_table {
	const char *format; /* "safetensors" or "bytes" */
	const char *what;   /* for people: "safetensors", "PyTorch pickle", "GGUF", "bytes" ... */
	struct tensor *tensor; /* by offset, then by name */
	size_t count;
	struct tensor_metadata *metadata; /* in the order of the file */
	size_t metadata_count;
	uint32_t *by_name; /* indices into `tensor`, by name */
	struct arena *arena;
};

void tensor_table_release(struct tensor_table *table);

/* Borrowed from the table, or NULL. */
const struct tensor *tensor_table_find(const struct tensor_table *table, const char *name);

/*
 * Read what `source` holds; its name (source->name) and first bytes choose
 * the format. A file that says it is safetensors and is not well-formed is
 * ERROR_CORRUPT, with the reason; pickles, GGUF and everything unknown are
 * "bytes" without tensors and are never interpreted. Only the header is read.
 */
MUST_CHECK int format_open(struct source *source, struct tensor_table *out_table,
			   struct error *err);

/* --- for verify/format/NAME.c --- */

#define FORMAT_HEAD_BYTES 16

struct format_type {
	const char *name;

	/* Is it this format? `head` has the file's first bytes, at most FORMAT_HEAD_BYTES. */
	bool (*recognise)(const char *name, struct span head, uint64_t size);

	/* Fill `table`: tensor_table_add in any order, metadata, tensor_table_finish. Checks all.
	 */
	int (*read)(struct source *source, struct tensor_table *table, struct error *err);
};

/* Add a tensor; `tensor` and what it points to are copied. ERROR_CORRUPT above TENSORS_MAX. */
MUST_CHECK int tensor_table_add(struct tensor_table *table, const struct tensor *tensor,
				struct error *err);
MUST_CHECK int tensor_table_add_metadata(struct tensor_table *table, struct span key,
					 struct span value, struct error *err);

/* Sort, once all are added; ERROR_CORRUPT when two tensors have one name. */
MUST_CHECK int tensor_table_finish(struct tensor_table *table, struct error *err);

#endif
