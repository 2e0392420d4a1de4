/*
 * counts: how much text there is: of a file, of a language, of a source.
 */
#ifndef REGISTRY_CORPUS_COUNTS_H
#define REGISTRY_CORPUS_COUNTS_H

#include "registry/corpus/script.h"
#include "verify/verify.h"

#define CORPUS_SOURCES_MAX 4096u    /* different sources in a corpus */
#define CORPUS_SOURCE_NAME_MAX 256u /* bytes */

/* Sums of documents. */
struct counts_sum {
	uint64_t documents;
	uint64_t bytes; /* of their texts, as UTF-8 */
	uint64_t characters;
	uint64_t tokens;
};

void counts_sum_add(struct counts_sum *to, const struct counts_sum *from);

struct counts_source {
	char *name;
	struct counts_sum sum;
};

struct counts {
	struct counts_sum all;
	struct counts_sum language[LANGUAGE_COUNT];
	struct counts_source *source; /* in the order in which they came */
	size_t source_count, source_cap;
	uint32_t *place; /* of sources by their hashes; NULL: none */
	size_t place_count;
	uint64_t lines;    /* that are not blank */
	uint64_t textless; /* documents without a text */
	uint64_t broken;   /* lines that were left out */
};

void counts_release(struct counts *counts);

/* Add a document; `source` may be empty. ERROR_CORRUPT: too many sources, or no name for one. */
MUST_CHECK int counts_document(struct counts *counts, enum language language, struct span source,
			       const struct counts_sum *sum, struct error *err);

/* Add all of `from`. */
MUST_CHECK int counts_merge(struct counts *counts, const struct counts *from, struct error *err);

/* Set "documents", "bytes", "characters" and, when they were counted, "tokens". */
MUST_CHECK int counts_sum_set(struct json *object, const struct counts_sum *sum, bool tokens,
			      struct error *err);
/* The same, read. */
MUST_CHECK int counts_sum_get(const struct json *object, struct counts_sum *out_sum,
			      struct error *err);

/*
 * The members of a shard's line that say what was counted in it (docs/formats.md, section 13),
 * written and read.
 */
MUST_CHECK int counts_set(struct json *object, const struct counts *counts, bool tokens,
			  struct error *err);
MUST_CHECK int counts_get(const struct json *object, struct counts *out_counts, struct error *err);

#endif
