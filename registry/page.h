/*
 * page: a short dated page about a model: what is proved, what only follows from its files, what is
 * claimed and by whom, what is contradicted and not disclosed. In Japanese and English, one HTML
 * file that loads nothing. Inside registry/ and for cli/.
 */
#ifndef REGISTRY_PAGE_H
#define REGISTRY_PAGE_H

#include "verify/verify.h"

#define PAGE_MAX_BYTES (4u << 20)

/* Everything is borrowed for the call. */
struct page_wish {
	const struct json *facts; /* akashi/facts/1 */
	int64_t now_s;            /* what the page is dated, seconds since 1970 */
	uint64_t log_size;        /* entries of the log that the facts were gathered from */
	const char *pin;          /* that readers shall compare; NULL: none */
};

/*
 * Append the page. A sentence stands under "proved" only where believing it needs nobody's word:
 * what was signed, when, and that it is logged; and what others signed that they re-executed, which
 * needs theirs and is said to. ERROR_CORRUPT: the facts are none, or the page would be longer than
 * the buffer takes.
 */
MUST_CHECK int page_write(const struct page_wish *wish, struct buffer *out, struct error *err);

#endif
