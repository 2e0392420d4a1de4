/* What taking a log's state in and hashing it share. Private to verify/state*.c. */
#ifndef VERIFY_STATE_INNER_H
#define VERIFY_STATE_INNER_H

#include "verify/state.h"

/* One leaf as an entry made it, or made it anew. */
struct state_record {
	char *text;        /* the key, NUL, the value, NUL; owned */
	const char *value; /* inside of it */
	uint64_t index;    /* of the entry */
	uint64_t last;     /* of a revocation; else UINT64_MAX */
	size_t before;     /* place + 1 of the record of this key that it replaces; 0: the first */
};

struct state {
	struct state_record *record; /* by index */
	size_t count, cap;
	size_t *slot; /* place + 1 of the newest record of a key */
	size_t slots;
};

#endif
