/*
 * manifest: every file, tensor and piece of a tree, by digest
 * (docs/formats.md, section 2).
 *
 * Two objects: the manifest itself, canonical JSON, whose SHA-256 is its
 * identity; and the pieces object that it names, with the digests and
 * locators of all pieces. A manifest can be used without its pieces: then only
 * whole-file digests can be compared.
 */
#ifndef VERIFY_MANIFEST_H
#define VERIFY_MANIFEST_H

#include "verify/pieces.h"

struct tree;

#define MANIFEST_MAX_BYTES (64u << 20)
#define MANIFEST_PIECES_MAX_BYTES (24u + (uint64_t)PIECES_MAX * PIECE_RECORD_SIZE_BYTES)
#define MANIFEST_SCHEMA "akashi/manifest/1"

struct manifest_file {
	const char *path;
	const char *format; /* "safetensors" or "bytes" */
	uint64_t size;
	struct digest sha256;              /* of the whole file */
	struct digest root;                /* over all pieces */
	size_t first_tensor, tensor_count; /* into manifest.tensor and manifest.tensor_root */
	size_t first_piece, piece_count;   /* into manifest.record */
};

/* Read it freely; change nothing. */
struct manifest {
	struct manifest_file *file; /* by the bytes of their paths */
	size_t file_count;
	struct tensor *tensor; /* of all files, each file's by offset, then name */
	struct digest *tensor_root;
	size_t *tensor_piece; /* the first of its pieces_in_region(length) records */
	size_t tensor_count;
	struct digest pieces;        /* SHA-256 of the pieces object */
	size_t piece_count;          /* that the files have by their sizes and tensors */
	struct piece_record *record; /* piece_count of them, or NULL: pieces not at hand */
	struct arena *arena;
};

void manifest_free(struct manifest **manifest);

/* The file of that path, or NULL. */
const struct manifest_file *manifest_find(const struct manifest *manifest, const char *path);

uint64_t manifest_bytes(const struct manifest *manifest);      /* sizes of all files */
uint64_t manifest_parameters(const struct manifest *manifest); /* elements of all tensors */

/* A piece that was read. All of it is borrowed until the call returns. */
struct manifest_piece {
	uint64_t offset; /* in the file */
	struct span bytes;
	struct digest digest;        /* of the bytes */
	const struct tensor *tensor; /* that it is of, or NULL */
	bool has_tensors;            /* the file has */
	uint64_t in_region; /* its number in the tensor, or in its run of bytes outside tensors */
};

/* What of a file's bytes somebody wants. */
enum manifest_want {
	MANIFEST_NOTHING, /* of a file: `begin` may not be called */
	MANIFEST_END,     /* probably its digest alone, `pieces` tells */
	MANIFEST_PIECES
};

/*
 * Who wants the bytes as they go by, so that a file is read once (a store
 * that keeps a copy). Slots are called from any thread, `piece` from several at
 * a time and in any order, also about one file. Any slot that returns -1 ends the work.
 */
struct manifest_sink {
	void *user;

	/*
	 * A file begins, whose bytes come from `source`. *out_file is handed to the other two; left
	 * NULL, they are not called.
	 */
	int (*begin)(void *user, const char *path, struct source *source, void **out_file,
		     struct error *err);
	/* One piece of it; runs while others are read and hashed. */
	int (*piece)(void *user, void *file, const struct manifest_piece *piece, struct error *err);
	/* It had all its pieces: its digest. Called with NULL instead when the work failed. */
	int (*end)(void *user, void *file, const struct digest *sha256, struct error *err);
	/* May be NULL: pieces. What will be wanted of this file? Asked before any begins. */
	enum manifest_want (*wants)(void *user, const char *path);
	/* May be NULL. Does it want the pieces of this file in order, one after the other? */
	bool (*in_order)(void *user, void *file);
	/*
	 * May be NULL: yes. Does it want the pieces of this file, which begun? Where it told
	 * MANIFEST_END before and does now, the file may end with NULL and begin again.
	 */
	bool (*pieces)(void *user, void *file);
};

/*
 * Read every file of the tree once and make its manifest with pieces.
 * `sink` may be NULL. Files are spread over ctx->threads. ERROR_CORRUPT: a
 * safetensors file is malformed, or a file changed while it was read;
 * ERROR_SYSTEM: unreadable. The text names the file.
 */
MUST_CHECK int manifest_build(const struct context *ctx, const struct tree *tree,
			      const struct manifest_sink *sink, struct manifest **out_manifest,
			      struct error *err);

/* Files that somebody vouches for: they are not read. */
struct manifest_known {
	const struct manifest *manifest; /* with its pieces */
	const bool *file; /* of file i of the tree: it is what the manifest, which has it, says */
};

/* manifest_build without reading the files that are `known`, of which the sink hears nothing. */
MUST_CHECK int manifest_build_known(const struct context *ctx, const struct tree *tree,
				    const struct manifest_known *known,
				    const struct manifest_sink *sink,
				    struct manifest **out_manifest, struct error *err);

/*
 * Append the manifest as canonical JSON to `out`; *out_identity is its
 * SHA-256. The pieces object goes to pieces_write(manifest->record, manifest->piece_count, …).
 */
MUST_CHECK int manifest_write(const struct manifest *manifest, struct buffer *out,
			      struct digest *out_identity, struct error *err);

/*
 * Read a manifest; paths, sizes, tensors and limits are checked, so that
 * nothing in it leads out of a folder or over the end of a file. It comes
 * without pieces. ERROR_CORRUPT says what is wrong. The caller compares the identity.
 */
MUST_CHECK int manifest_parse(struct span json, struct manifest **out_manifest, struct error *err);

/*
 * Add the pieces: ERROR_CORRUPT unless `bytes` have the digest that the
 * manifest names and every root of a file and tensor follows from them.
 */
MUST_CHECK int manifest_add_pieces(struct manifest *manifest, struct span bytes, struct error *err);

/* Root over the digests of `count` pieces (of a file, or of a tensor). */
struct digest manifest_root(const struct piece_record *record, size_t count);

/* --- inside verify/ only --- */

/*
 * Fill in what follows from files and tensors: piece_count, tensor_piece, each
 * file's first_piece and piece_count. ERROR_CORRUPT above PIECES_MAX.
 */
MUST_CHECK int manifest_layout(struct manifest *manifest, struct error *err);

#endif
