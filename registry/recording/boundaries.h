/* The boundary activations of a record, streamed into the store. Inside registry/recording*.c. */
#ifndef REGISTRY_RECORDING_BOUNDARIES_H
#define REGISTRY_RECORDING_BOUNDARIES_H

#include "registry/store.h"

/* One boundary on its way into the store. */
struct boundary_keeping {
	struct store_writer *writer; /* NULL before its first and after its last token */
	struct hash_stream *hash;
	uint64_t tokens; /* written so far */
};

/* All of them. Start with boundaries_keeping_begin. */
struct boundaries_keeping {
	struct store *store;               /* borrowed */
	struct boundaries list;            /* filled in as boundaries become whole */
	struct boundary_keeping *boundary; /* list.count of them */
};

/*
 * Expect `tokens` states of `hidden` numbers at each of `layers` + 1 boundaries; *out_sink
 * takes them and borrows `keeping`. A boundary is open only between its first token and its last.
 * ERROR_SYSTEM unless the store has room for all.
 */
MUST_CHECK int boundaries_keeping_begin(struct boundaries_keeping *keeping, struct store *store,
					uint32_t layers, uint32_t hidden, uint64_t tokens,
					struct boundary_sink *out_sink, struct error *err);
/* What is not whole is thrown away. */
void boundaries_keeping_release(struct boundaries_keeping *keeping);

/* Every boundary is whole: keep the list too; *out_list is its digest. */
MUST_CHECK int boundaries_keeping_finish(struct boundaries_keeping *keeping,
					 struct digest *out_list, struct error *err);

#endif
