/*
 * remembered: what was examined and held, so that the next examination reads only what is new.
 *
 * A derived file, DIR/remembered; it may be deleted at any time, and one that is damaged, of
 * another log or of a version with other rules counts as empty. Statements never change and are
 * named by their digests: what one needs, once it was read and compared with its name, it needs
 * for ever. Whether the file of a statement is still the one that was read, its size, times and
 * inode say. Used by fsck, log audit and gc; nothing is believed because of it: whoever verifies
 * reads the bytes.
 */
#ifndef REGISTRY_REMEMBERED_H
#define REGISTRY_REMEMBERED_H

#include "registry/home.h"

#define REMEMBERED_FACTS_MAX_BYTES (64u << 20)

/* What tells whether a file is the one that was looked at: the front of a SHA-256. */
struct remembered_stamp {
	uint8_t byte[16];
};

/* A statement by one key. */
struct remembered_item {
	struct digest leaf; /* of its entry in the log, where `named` */
	struct digest identity;
	struct remembered_stamp stamp; /* of its file */
	int64_t when_s;                /* it was read, since 1970 */
	uint64_t check, offset;        /* of its facts */
	uint32_t len;                  /* of them; 0: none */
	uint16_t signer;
	bool named;   /* the entry `leaf` was read, and stands for it */
	bool audited; /* everything that an audit asks of the entry and of the file held */
	bool control; /* its entry holds it whole */
	bool fresh;   /* changed so short a time before that its times do not tell: not saved */
	bool met;     /* in this examination */
	bool sure;    /* in this examination, its file and that of its facts were looked at */
};

struct remembered;

/*
 * What is remembered of this registry; nothing where `again`. A file that cannot be read or does
 * not hold counts as none: only a lack of memory fails. The caller closes *out_remembered.
 */
MUST_CHECK int remembered_open(const struct registry *registry, bool again,
			       struct remembered **out_remembered, struct error *err);
void remembered_close(struct remembered **remembered);

/*
 * What makes facts, and what an audit asks, of this log: where that changes, nothing counts as
 * remembered.
 */
struct digest remembered_rules(const struct registry *registry);

/* By the entry's leaf (merkle_leaf) or by the statement's name; NULL: nothing is known. */
struct remembered_item *remembered_entry(const struct remembered *remembered,
					 const struct digest *leaf);
struct remembered_item *remembered_statement(const struct remembered *remembered,
					     const struct digest *identity,
					     const struct digest *signer);
const struct digest *remembered_signer(const struct remembered *remembered,
				       const struct remembered_item *item);

/* The stamp of the file at `path`, and whether its times tell. ERROR_ABSENT, ERROR_SYSTEM. */
MUST_CHECK int remembered_stamp_take(const struct registry *registry, const char *path,
				     struct remembered_stamp *out_stamp, bool *out_fresh,
				     struct error *err);
/* The same of the file that the object lies in. ERROR_ABSENT: or its bytes are not the store's. */
MUST_CHECK int remembered_stamp_object(const struct registry *registry, const struct digest *object,
				       struct remembered_stamp *out_stamp, bool *out_fresh,
				       struct error *err);
bool remembered_stamp_equal(const struct remembered_stamp *a, const struct remembered_stamp *b);

/* Append the facts of an item that has some. Any thread. ERROR_CORRUPT: not as they were written.
 */
MUST_CHECK int remembered_facts(const struct remembered *remembered,
				const struct remembered_item *item, struct buffer *out,
				struct error *err);

/* What was found of one statement. */
struct remembered_news {
	struct digest identity, signer;
	const struct digest *leaf;     /* its entry was read; or NULL */
	bool read;                     /* the file was read, and what follows is known: */
	struct remembered_stamp stamp; /* as it was before it was read */
	bool fresh;
	bool audited, control;
	struct span facts; /* none: what it needs is not known */
};

/* Note it, beside or in place of what is known. Nobody asks meanwhile; items may move. */
MUST_CHECK int remembered_add(struct remembered *remembered, const struct remembered_news *news,
			      struct error *err);

/*
 * Write down what was met, where that is something new; `all`: every statement was asked for, so
 * what was not met is gone. A registry that cannot be written stays without: that is no failure.
 */
void remembered_save(struct remembered *remembered, bool all);

/* --- for registry/remembered*.c and their tests only --- */

#define REMEMBERED_HEAD "akashi/remembered/1\n"
enum {
	REMEMBERED_HEAD_BYTES = sizeof(REMEMBERED_HEAD) - 1 + DIGEST_SIZE, /* and what it is of */
	REMEMBERED_ITEM_BYTES = 2 * DIGEST_SIZE + 16 + 3 * 8 + 4 + 2 + 2,
	REMEMBERED_TAIL_BYTES = 4 * 8 + DIGEST_SIZE,
};

struct remembered {
	const struct registry *registry;
	struct digest of;      /* what the file must be of: the rules, and the log */
	int fd;                /* the file that was read, or -1 */
	int spool;             /* facts that are new, or -1 */
	uint64_t spooled;      /* bytes of it */
	struct buffer pending; /* facts behind those */
	struct digest *signer;
	size_t signers;
	struct remembered_item *item;
	size_t count, room;
	uint32_t *by_leaf, *by_name; /* open addressing: 1 + the item; `slots` of them */
	size_t slots;
	bool changed;
};

/* Take in the file open as `fd`, which then belongs to it. ERROR_CORRUPT: it does not hold. */
MUST_CHECK int remembered_load(struct remembered *remembered, int fd, struct error *err);

/* Room for one item more; the tables know it once it is linked. */
MUST_CHECK int remembered_room(struct remembered *remembered, struct error *err);
void remembered_link(struct remembered *remembered, size_t item);
MUST_CHECK int remembered_signer_add(struct remembered *remembered, const struct digest *signer,
				     uint16_t *out_signer, struct error *err);

#endif
