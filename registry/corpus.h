/*
 * corpus: how much text the files of a dataset hold (docs/corpora.md).
 *
 * Counts what goes by while the files are read for their digests: plain jsonl and
 * text in any order and on several threads within a file, what is packed from the
 * front. Memory is bounded whatever the files hold.
 */
#ifndef REGISTRY_CORPUS_H
#define REGISTRY_CORPUS_H

#include "registry/corpus/counts.h"

#define CORPUS_LINE_MAX (16u << 20) /* bytes of a line, unpacked */
#define COUNTS_SCHEMA "akashi/counts/1"
#define COUNTS_MAX_BYTES (256u << 20) /* of the object of counts */

struct corpus;
struct corpus_file;

/* These documents are of this language, whatever their characters say. */
struct corpus_language {
	const char *pattern; /* a glob over the names of sources and the paths of files */
	enum language language;
};

struct corpus_wish {
	const char *text_field;   /* of a jsonl line; NULL: "text", and lines may lack it */
	const char *source_field; /* that names where a line is from; NULL: none */
	const struct corpus_language *language; /* the first that covers it counts */
	size_t language_count;
	const struct tokenizer *tokenizer; /* by which tokens are counted; NULL: they are not */
	struct digest tokenizer_digest;    /* of its file */
	bool lenient;                      /* leave broken lines out, and say how many */
};

/* What is in one file. */
struct corpus_shard {
	char *path;
	const char *format;  /* static: "jsonl", "text", "bytes" …; docs/formats.md */
	const char *packing; /* static: "gzip", "zstd", or NULL */
	bool counted;        /* `counts` says what is in it */
	const char *basis;   /* static: or what an "index" or a list ("declared") says; or NULL */
	struct counts counts;
	uint64_t size;
	uint64_t data_size; /* of an index: what its .bin has */
	char *broken;       /* what is wrong with a line that was left out; NULL: none was */
};

/* `wish` is borrowed until the corpus is freed. */
MUST_CHECK int corpus_new(const struct corpus_wish *wish, struct corpus **out_corpus,
			  struct error *err);
void corpus_free(struct corpus **corpus);

/* ---- While a file goes by. Any thread ---- */

/* *out_file stays NULL where the bytes of a file of that name are not looked into. */
MUST_CHECK int corpus_file_begin(struct corpus *corpus, const char *path, uint64_t size,
				 struct corpus_file **out_file, struct error *err);

/* Must it be given in order, one piece after the other? */
bool corpus_file_in_order(const struct corpus_file *file);

/*
 * Bytes of the file, each once. ERROR_CORRUPT says what is wrong and in which line; where only the
 * place in the file is known, corpus_file_line finds the line.
 */
MUST_CHECK int corpus_file_piece(struct corpus_file *file, uint64_t offset, struct span bytes,
				 struct error *err);

/* It was given whole (or not: then it only lets go of it). Frees `file`. */
MUST_CHECK int corpus_file_end(struct corpus_file *file, bool whole, struct error *err);

/* Where a line that is broken begins in its file; false: its number was said. */
bool corpus_broken_at(const struct corpus *corpus, const char **out_path, uint64_t *out_offset);

/* ---- What was counted before ---- */

/* Take over the shards of `counts`, an object of counts, whose paths are `wanted`. */
MUST_CHECK int corpus_known(struct corpus *corpus, struct span counts,
			    bool (*wanted)(void *user, const char *path), void *user,
			    struct error *err);

/* Does the object of counts say how the files were counted as `corpus` would count them? */
bool corpus_counts_alike(const struct corpus *corpus, struct span counts);

/* ---- Afterwards ---- */

/* By path. Borrowed. */
size_t corpus_shards(struct corpus *corpus, const struct corpus_shard **out_shard);

/* Append the object of counts. */
MUST_CHECK int corpus_write(struct corpus *corpus, struct buffer *out, struct error *err);

/* Sums over all shards; *out_uncounted files were not looked into. Released by the caller. */
MUST_CHECK int corpus_total(struct corpus *corpus, struct counts *out_counts,
			    uint64_t *out_uncounted, struct error *err);

/* The same over what indices ("index") or lists ("declared") say; all.tokens are of interest. */
MUST_CHECK int corpus_stated(struct corpus *corpus, const char *basis, struct counts *out_counts,
			     bool *out_any, struct error *err);

/* ERROR_CORRUPT unless each index has its .bin beside it, of the size that it says. */
MUST_CHECK int corpus_check(struct corpus *corpus, struct error *err);

#endif
