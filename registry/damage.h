/* What does not hold in a registry, one thing at a time, and what is hit by it. */
#ifndef REGISTRY_DAMAGE_H
#define REGISTRY_DAMAGE_H

#include "kernels/kernels.h"

#define DAMAGES_MAX 65536u /* that are kept, the others are counted */
#define DAMAGE_HITS_MAX 8u /* that are kept of each */
#define DAMAGE_SIZE_UNKNOWN UINT64_MAX

enum damage_what {
	DAMAGE_LOG,        /* a tile, an entry, the checkpoint, a name */
	DAMAGE_STATEMENT,  /* a statement that was logged is not kept, or another is */
	DAMAGE_MISSING,    /* an object that something needs is not there */
	DAMAGE_CHANGED,    /* an object's bytes are not those of its name */
	DAMAGE_UNREADABLE, /* an object has a name, and its bytes cannot be had */
	DAMAGE_COPY,       /* one of several copies is damaged: nobody is hit, yet */
	DAMAGE_STRUCTURE   /* of the store itself */
};

/* "log", "statement", "missing", "changed", "unreadable", "copy", "structure". Static. */
const char *damage_what_name(enum damage_what what);

/* Who needs a damaged object, and for what. */
struct damage_hit {
	char *name;  /* of the statement that needs it: NAME@VERSION */
	char *kind;  /* of that statement */
	char *what;  /* a file's path, "manifest", "outputs" … */
	char *where; /* in the file: "tensor 'x' [3, 5] was …"; or NULL */
};

enum damage_repair {
	REPAIR_NOT_TRIED,
	REPAIR_DONE,      /* `repair` says from where */
	REPAIR_NOT_FOUND, /* nowhere that was looked at */
	REPAIR_FAILED     /* `repair` says why */
};

/* Owned by the list. */
struct damage {
	enum damage_what what;
	bool has_object;
	struct digest object; /* of DAMAGE_STATEMENT the statement's identity */
	struct digest signer; /* of DAMAGE_STATEMENT */
	uint64_t size;        /* that its bytes must have, or DAMAGE_SIZE_UNKNOWN */
	bool in_file;         /* a piece: of the file `file`, at `offset` of its `file_size` */
	struct digest file;
	uint64_t offset, file_size;
	bool needed;            /* something that is registered needs it */
	char *text;             /* one line, ready to be shown */
	struct damage_hit *hit; /* at most DAMAGE_HITS_MAX */
	size_t hit_count;
	uint64_t hits; /* how many there really are */
	enum damage_repair state;
	char *repair;
};

/* Start with {0}. Of one object there is one. */
struct damages {
	struct damage *item;
	size_t count, room;
	uint64_t total; /* more than `count` where they are too many */
	uint32_t *slot; /* by object: places in `item` from 1, 0 empty */
	size_t slots;
};

void damages_release(struct damages *damages);

/* Note one. `object` may be NULL; of an object that was noted before nothing more is. */
MUST_CHECK int damages_add(struct damages *damages, enum damage_what what,
			   const struct digest *object, const char *text, struct error *err);

/* The one of this object, or NULL. Borrowed until the next add. */
struct damage *damages_find(const struct damages *damages, const struct digest *object);

/* Somebody needs it. `where` may be NULL. */
MUST_CHECK int damage_hit_add(struct damage *damage, const char *name, const char *kind,
			      const char *what, const char *where, struct error *err);

/* What can be done about it, in a sentence. Static. */
const char *damage_advice(const struct damage *damage);

#endif
