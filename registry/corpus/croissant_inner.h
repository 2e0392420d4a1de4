/* croissant_inner: a dataset that is being described. Private to registry/croissant_*.c. */
#ifndef REGISTRY_CORPUS_CROISSANT_INNER_H
#define REGISTRY_CORPUS_CROISSANT_INNER_H

#include "registry/corpus.h"
#include "registry/corpus/croissant.h"
#include "registry/croissant.h"

enum { GROUPS_MAX = 32, ENDING_MAX = 24 };

/* Files of one kind. */
struct group {
	char ending[ENDING_MAX];      /* "jsonl", "jsonl.gz": also the id of their FileSet */
	const char *format, *packing; /* static */
	uint64_t files, documents, textless;
};

struct describing {
	struct registry *registry;
	struct statement statement;
	struct digest identity;
	struct manifest *manifest;
	struct corpus_wish wish;
	struct corpus *corpus;    /* what was counted; NULL: nothing was */
	struct json *counts_head; /* how; NULL */
	struct croissant before;  /* the description that was given; its root is NULL: none */
	struct group group[GROUPS_MAX];
	size_t group_count;
};

/* Sort the files that were counted into kinds. */
void describing_groups(struct describing *describing);

/* Set "distribution". */
MUST_CHECK int describing_files(const struct describing *describing, struct json *root,
				struct error *err);

/* Set "recordSet", where documents are members of lines. */
MUST_CHECK int describing_records(const struct describing *describing, struct json *root,
				  struct error *err);

#endif
