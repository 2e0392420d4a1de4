/* Check what lies in a store: is everything that has a name there to be read, and is it what it is
 * called? */
#ifndef REGISTRY_STORE_CHECK_H
#define REGISTRY_STORE_CHECK_H

#include "registry/store.h"

#define STORE_SIZE_UNKNOWN UINT64_MAX

/* What does not hold. */
enum store_fault {
	STORE_FAULT_CHANGED,    /* read, and its bytes no longer have its digest */
	STORE_FAULT_UNREADABLE, /* it has a name, and its bytes cannot be had */
	STORE_FAULT_COPY,       /* one of several copies does not hold, and another does */
	STORE_FAULT_STRUCTURE   /* of the store itself: a pack, a footer, an index */
};

/* "changed", "unreadable", "copy", "structure". Static. */
const char *store_fault_name(enum store_fault fault);

#define STORE_SHARES_MAX 65536u

/* One of several equal shares of what is kept, by digests: the same whenever it is asked for. */
struct store_share {
	uint32_t number, of; /* 1 to `of`; `of` 0: everything */
};

/* Is the pack or loose object of that name one of the share? It is in exactly one. */
bool store_share_has(const struct store_share *share, const struct digest *name);

/*
 * What is asked, and whom to tell. Slots may be NULL; they are called from one thread at a time,
 * 0 to go on, -1 with `err` to stop.
 */
struct store_check_request {
	bool again;    /* look at everything, also at what was found whole before */
	bool read_all; /* read every byte that is kept, and compare it with its digest … */
	struct store_share share; /* … of these packs and loose objects */

	/*
	 * Of an object that lies in parts it is enough that each part has its digest: the caller
	 * holds store_parts against what was signed. Otherwise such objects are hashed as well.
	 */
	bool parts_suffice;
	void *user;

	/*
	 * Something that has a name in the store, and its size (STORE_SIZE_UNKNOWN where that
	 * cannot be told): in the order of the digests, each once. `part`: it lies there for others
	 * that are made of it, whether or not anybody needs it by its own name.
	 */
	int (*object)(void *user, const struct digest *digest, uint64_t size, bool part,
		      struct error *err);

	/*
	 * Something that does not hold, of the object `digest` (NULL: of the store itself).
	 * `text` says what and where, in a line for people.
	 */
	int (*finding)(void *user, enum store_fault fault, const struct digest *digest,
		       const char *text, struct error *err);
};

/*
 * Look at everything in the store. What does not hold goes to request->finding; -1 is for what kept
 * us from looking. Spread over ctx->threads, with interleaved digests; memory does not grow with
 * the number of objects. Progress counts bytes while all is read, else objects.
 */
MUST_CHECK int store_check_all(struct store *store, const struct context *ctx,
			       const struct store_check_request *request, struct error *err);

/* The same by list, read and mode alone: for backends that have no check of their own, and for
 * what a backend embeds. */
MUST_CHECK int store_check_listed(struct store *store, const struct context *ctx,
				  const struct store_check_request *request, struct error *err);

/* Read these objects and compare them with their digests, many side by side. */
MUST_CHECK int store_check_some(struct store *store, const struct context *ctx,
				const struct store_check_request *request,
				const struct digest *digest, size_t count, struct error *err);

/* "object sha256:HEX was changed: …", with the path where the bytes are not the store's own. */
void store_fault_text(struct store *store, const struct digest *digest, const char *what,
		      char out_text[1024]);

#endif
