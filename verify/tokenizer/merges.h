/* merges: byte-pair encoding, pairs merged from the best on. Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_MERGES_H
#define VERIFY_TOKENIZER_MERGES_H

#include "kernels/kernels.h"

#define MERGES_NONE UINT32_MAX /* no symbol, no token */

/* A stretch of the text that has not been merged further. */
struct merge_symbol {
	uint32_t start, len; /* bytes of the text; len 0: merged into the one before */
	uint32_t prev, next; /* MERGES_NONE at the ends */
	uint32_t id;         /* the token's; may be MERGES_NONE */
	bool frozen;         /* never merged */
};

struct merge_list {
	struct merge_symbol *symbol;
	size_t count, cap;
};

void merge_list_release(struct merge_list *list);

/* Append a symbol behind the last. */
MUST_CHECK int merge_list_add(struct merge_list *list, uint32_t start, uint32_t len, uint32_t id,
			      bool frozen, struct error *err);

/* What may be merged, and in what order. */
struct merge_rule {
	/*
	 * May these neighbours be merged? If so, *out_rank says when (low ranks first, among equals
	 * the leftmost) and *out_id into what.
	 */
	bool (*find)(void *user, const struct merge_symbol *left, const struct merge_symbol *right,
		     uint32_t *out_rank, uint32_t *out_id);
	/* Optional: this pair may be merged into `id`, and waits for its turn. */
	void (*waits)(void *user, const struct merge_symbol *left, uint32_t id);
	void *user;
};

/*
 * Merge until no pair may be. A pair that was found earlier is merged only if
 * it still stands there and still gives the same token. A heap: n log n for n symbols.
 */
MUST_CHECK int merge_all(struct merge_list *list, const struct merge_rule *rule, struct error *err);

#endif
