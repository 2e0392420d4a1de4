/* Where objects lie: what a storage backend must do, and the calls that every backend gets. */
#ifndef REGISTRY_STORE_H
#define REGISTRY_STORE_H

#include "registry/codec.h"
#include "verify/verify.h"

#define STORE_OBJECT_MAX (64u << 20) /* the largest object that is read whole into memory */

/* How a file that may stay where it is comes in (decisions 23). */
enum store_mode {
	STORE_COPY, /* own bytes; shared blocks where the file system can */
	STORE_LINK, /* a hard link: the owner can still change it; damage is found, not prevented */
	STORE_REFERENCE /* digest and location only */
};

/* "copy", "link", "reference". ERROR_USAGE otherwise. */
MUST_CHECK int store_mode_parse(const char *text, enum store_mode *out_mode, struct error *err);
const char *store_mode_name(enum store_mode mode); /* static */

enum store_capability {
	STORE_CAN_LINK = 1,        /* STORE_LINK and STORE_REFERENCE */
	STORE_CAN_REMOVE = 2,      /* remove */
	STORE_KEEPS_OVER_EXIT = 4, /* what was committed is there after a crash */
	STORE_COLLECTS = 8         /* what nothing needs goes when it is collected, all together */
};

struct store {
	const struct store_type *type;
	const struct context *ctx; /* borrowed: of the registry; NULL where there is none */
};

/* An object on its way in. A backend embeds it first. */
struct store_writer {
	struct store *store;
};

/* A file on its way in, by pieces. A backend embeds it first. */
struct store_file {
	struct store *store;
	bool there; /* it shares wish.like's blocks: its pieces may be left out */
};

/* What is known of a file before its first byte. */
struct store_file_wish {
	struct source *like; /* what its bytes are read from, whose blocks it may share; or NULL */
	uint64_t size;
	const char *name;           /* in its tree, for messages */
	enum codec_content content; /* of the whole, where nothing better is known */
	enum codec_effort effort;
	struct digest earlier; /* an object that may be an earlier version of it; zero: none */
};

/* Some of a file's bytes; all of it borrowed until the call returns. */
struct store_piece {
	uint64_t offset;
	struct digest digest; /* SHA-256 of `bytes` */
	struct span bytes;
	enum codec_content content;
	struct digest base; /* a piece of the parent checkpoint with as many bytes; zero: none */
	bool divisible;     /* a store may keep it in parts of its own choice */
};

/* Where a listing stands: objects come in the order of their digests. Start with {0}. */
struct store_cursor {
	struct digest after;
	bool started;
};

/*
 * Bytes that are kept once, whoever needs them: an object or a piece of one, `raw_len` bytes that
 * take `stored_len` in the store (0: they lie elsewhere, by reference or under another name of the
 * same file). 0 to go on, -1 with `err` to stop.
 */
typedef int (*store_visit_part)(void *arg, const struct digest *digest, uint64_t raw_len,
				uint64_t stored_len, struct error *err);

#define STORE_LEN_UNKNOWN UINT64_MAX

struct store_check_request;   /* registry/store_check.h */
struct store_collect_request; /* registry/store_collect.h */
struct store_collected;
struct lease; /* registry/lease.h */

/* What a backend fills in. Objects are named by SHA-256, written once, never changed. */
struct store_type {
	const char *name; /* config `store.type` */
	unsigned capabilities;

	/* `path`: the folder of the registry's objects. The caller closes *out_store. */
	int (*open)(const char *path, struct store **out_store, struct error *err);
	void (*close)(struct store *store);

	/*
	 * Begin an object; write its bytes in order; commit makes it durable under
	 * `digest`, the SHA-256 that the caller computed of the very bytes it wrote.
	 * Any thread.
	 */
	int (*put_begin)(struct store *store, struct store_writer **out_writer, struct error *err);
	int (*put_write)(struct store_writer *writer, struct span bytes, struct error *err);
	/* An object that is there already is success. Frees the writer either way. */
	int (*put_commit)(struct store_writer *writer, const struct digest *digest,
			  struct error *err);
	void (*put_abort)(struct store_writer *writer);

	/*
	 * Optional (what STORE_KEEPS_OVER_EXIT has): an object that is there already is durable
	 * after this, though whoever put it may have died, or not be done yet.
	 */
	int (*settle)(struct store *store, const struct digest *digest, struct error *err);

	/*
	 * The same for a large file that comes by pieces: begin it; hand over each of
	 * its bytes once, in pieces of any order and from any threads at a time (a
	 * backend compresses here); commit it under `whole`, the SHA-256 that the caller
	 * computed of all of it. Not all of its bytes there: ERROR_CORRUPT. A file that
	 * is there already is success. Commit and abort, after the last piece
	 * returned, free it either way.
	 */
	int (*file_begin)(struct store *store, const struct store_file_wish *wish,
			  struct store_file **out_file, struct error *err);
	int (*file_piece)(struct store_file *file, const struct store_piece *piece,
			  struct error *err);
	int (*file_commit)(struct store_file *file, const struct digest *whole, struct error *err);
	void (*file_abort)(struct store_file *file);

	/*
	 * Optional: what was committed before is durable only after this. Called before
	 * anything that names the objects is signed. NULL: every commit is durable by itself.
	 */
	int (*flush)(struct store *store, struct error *err);

	/*
	 * Optional (STORE_COLLECTS): could nobody have thrown away what this process found or put,
	 * since it first did? ERROR_SYSTEM once somebody took it for dead, because it stood still:
	 * before anything that names objects is logged.
	 */
	int (*stands)(struct store *store, struct error *err);

	/*
	 * Optional (STORE_CAN_LINK): take in the file at `path` without reading it,
	 * by STORE_LINK or STORE_REFERENCE. Its size and digest are the caller's.
	 */
	int (*put_file)(struct store *store, const char *path, uint64_t size,
			const struct digest *digest, enum store_mode mode, struct error *err);

	/* ERROR_ABSENT if there is none. The bytes are not checked here. */
	int (*read)(struct store *store, const struct digest *digest, struct source **out_source,
		    struct error *err);
	int (*has)(struct store *store, const struct digest *digest, bool *out_has,
		   struct error *err);

	/*
	 * Optional (STORE_COLLECTS): the same, and it stays as if it had been written now, because
	 * something is about to name it. Not there may also mean: about to be thrown away.
	 */
	int (*rely)(struct store *store, const struct digest *digest, bool *out_has,
		    struct error *err);

	/* How the object lies there. ERROR_ABSENT if it does not. */
	int (*mode)(struct store *store, const struct digest *digest, enum store_mode *out_mode,
		    struct error *err);

	/*
	 * Optional (STORE_CAN_LINK): append the path of its owner's file, as it was when the object
	 * was linked or referenced. ERROR_ABSENT for the store's own.
	 */
	int (*location)(struct store *store, const struct digest *digest, struct buffer *out,
			struct error *err);

	/*
	 * Optional (STORE_CAN_LINK): is the file of a link or reference no longer as it was
	 * when it came in (size, times, inode)? The bytes may be the same all the same.
	 */
	int (*changed)(struct store *store, const struct digest *digest, bool *out_changed,
		       struct error *err);

	/* Up to `max` digests after the cursor, which moves along; 0 of them at the end. */
	int (*list)(struct store *store, struct store_cursor *cursor, struct digest *out_digests,
		    size_t max, size_t *out_count, struct error *err);

	/* Optional (STORE_CAN_REMOVE). Absent is success. */
	int (*remove)(struct store *store, const struct digest *digest, struct error *err);

	/* Optional: how many bytes a pack may have (config `store.packSize`); before the first
	 * object. */
	void (*pack_size)(struct store *store, uint64_t bytes);

	/*
	 * Optional: let the bytes of `good` take the place of an object that is damaged or not
	 * there, once they are durable and were compared with `digest` (ERROR_CORRUPT). What
	 * lay there is kept aside; with `good` NULL that is all that happens.
	 */
	int (*mend)(struct store *store, const struct context *ctx, const struct digest *digest,
		    struct source *good, struct error *err);

	/* Optional: see store_check_all, which otherwise lists and reads. */
	int (*check)(struct store *store, const struct context *ctx,
		     const struct store_check_request *request, struct error *err);

	/*
	 * Optional (STORE_COLLECTS): before objects are removed on purpose, one after the other. No
	 * collection and nobody else who removes is at work until the lease is released (waits for
	 * them). *out_writers: so many write here, and may be about to name what is there: then
	 * collections remove it, which know whom to wait for.
	 */
	int (*removal_begin)(struct store *store, const struct context *ctx,
			     struct lease **out_lease, size_t *out_writers, struct error *err);

	/* Optional (STORE_COLLECTS): see store_collect. */
	int (*collect)(struct store *store, const struct context *ctx,
		       const struct store_collect_request *request,
		       struct store_collected *collected, struct error *err);

	/*
	 * Optional (STORE_COLLECTS): did small files become so very many that they should be put
	 * together; and do that, unless a collection or somebody who removes is at work.
	 */
	bool (*untidy)(struct store *store);
	int (*tidy)(struct store *store, const struct context *ctx, struct error *err);

	/* Optional: ERROR_SYSTEM unless `bytes` more, the file `sample` first among them, find
	 * room. */
	int (*room)(struct store *store, const char *sample, uint64_t bytes, struct error *err);

	/* Optional: will files that come in from where `sample` lies share its blocks? */
	bool (*shares)(struct store *store, const char *sample);

	/*
	 * Optional: let the empty file open as `fd` share the blocks of the object, which
	 * lies there as a whole file; *out_done says whether it does now (the file system may
	 * not be able to). The bytes are not checked.
	 */
	int (*clone)(struct store *store, const struct digest *digest, int fd, bool *out_done,
		     struct error *err);

	/*
	 * What the object takes up, in the parts it is kept in (one, where it lies as a whole),
	 * each visited as often as the object has it; without `measure` nobody looks how much a
	 * part takes, and its stored_len may be STORE_LEN_UNKNOWN. With it, what parts are decoded
	 * with (bases of differences, dictionaries) is visited too, behind the part and with a
	 * raw_len of 0. ERROR_ABSENT if there is no such object.
	 */
	int (*parts)(struct store *store, const struct digest *digest, bool measure,
		     store_visit_part visit, void *arg, struct error *err);

	/*
	 * Optional: append the bytes of a part, be it an object or not, from whichever copy of it
	 * has that digest. ERROR_ABSENT if there is none, ERROR_CORRUPT if none is whole.
	 */
	int (*part)(struct store *store, const struct digest *digest, struct buffer *out,
		    struct error *err);

	/*
	 * Optional: the stamp of the file that the object lies in, its own or a pack (of its
	 * recipe). ERROR_ABSENT if there is no such object, or its bytes are not the store's own.
	 */
	int (*stamp)(struct store *store, const struct digest *digest, struct file_stamp *out_stamp,
		     struct error *err);
};

#define STORE(name) extern const struct store_type store_##name;
#include "registry/stores.def"
#undef STORE

/* Open the backend called `type` ("files", "memory"). ERROR_USAGE if there is none of that name. */
MUST_CHECK int store_open(const char *type, const char *path, struct store **out_store,
			  struct error *err);
void store_close(struct store **store);

#define STORE_PACK_SIZE_MIN (8u << 20)
#define STORE_PACK_SIZE_MAX ((uint64_t)64 << 30)
#define STORE_PACK_SIZE_DEFAULT (256u << 20)

/* How large a pack of objects may grow, where the backend has packs. ERROR_USAGE outside the
 * limits. */
MUST_CHECK int store_pack_size(struct store *store, uint64_t bytes, struct error *err);

/* Keep a copy of `bytes`; *out_digest is their name. Same bytes, same name. */
MUST_CHECK int store_put(struct store *store, struct span bytes, struct digest *out_digest,
			 struct error *err);

/*
 * Take in the file at `path` of `size` bytes, whose SHA-256 the caller computed, by
 * STORE_LINK or STORE_REFERENCE. ERROR_USAGE where the backend keeps copies only.
 */
MUST_CHECK int store_put_file(struct store *store, const char *path, uint64_t size,
			      const struct digest *digest, enum store_mode mode, struct error *err);

/* Make everything durable that was committed: before anything that names it is signed. */
MUST_CHECK int store_flush(struct store *store, struct error *err);

/* See store_type.stands. */
MUST_CHECK int store_stands(struct store *store, struct error *err);

/* How the object lies there. ERROR_ABSENT if it does not. */
MUST_CHECK int store_mode_of(struct store *store, const struct digest *digest,
			     enum store_mode *out_mode, struct error *err);

/* See store_type.location. */
MUST_CHECK int store_location(struct store *store, const struct digest *digest, struct buffer *out,
			      struct error *err);

/* See store_type.changed; false where the backend keeps copies only, or the object is one. */
MUST_CHECK int store_changed(struct store *store, const struct digest *digest, bool *out_changed,
			     struct error *err);

/* Tell people of it, once for each call: before the bytes are used. */
void store_tell_changed(struct store *store, const struct context *ctx,
			const struct digest *digest);

/* See store_type.list, store_type.room and store_type.shares. */
MUST_CHECK int store_list(struct store *store, struct store_cursor *cursor,
			  struct digest *out_digests, size_t max, size_t *out_count,
			  struct error *err);
bool store_shares(struct store *store, const char *sample);
MUST_CHECK int store_room(struct store *store, const char *sample, uint64_t bytes,
			  struct error *err);

/* See store_type.clone (false where a backend has none) and store_type.parts. */
MUST_CHECK int store_clone(struct store *store, const struct digest *digest, int fd, bool *out_done,
			   struct error *err);
MUST_CHECK int store_parts(struct store *store, const struct digest *digest, bool measure,
			   store_visit_part visit, void *arg, struct error *err);

/* See store_type.part; ERROR_ABSENT where the backend keeps nothing in parts. */
MUST_CHECK int store_part(struct store *store, const struct digest *digest, struct buffer *out,
			  struct error *err);

/* Append the object's bytes to `out`, checked against their name: ERROR_CORRUPT when they changed.
 */
MUST_CHECK int store_get(struct store *store, const struct digest *digest, struct buffer *out,
			 struct error *err);

/* The object's bytes by ranges, unchecked: whoever reads compares them with a manifest. */
MUST_CHECK int store_read(struct store *store, const struct digest *digest,
			  struct source **out_source, struct error *err);
MUST_CHECK int store_has(struct store *store, const struct digest *digest, bool *out_has,
			 struct error *err);

/* See store_type.rely; store_has where the backend collects nothing. */
MUST_CHECK int store_rely(struct store *store, const struct digest *digest, bool *out_has,
			  struct error *err);

/* See store_type.mend. ERROR_USAGE where the backend cannot. */
MUST_CHECK int store_mend(struct store *store, const struct context *ctx,
			  const struct digest *digest, struct source *good, struct error *err);

/* See store_type.removal_begin; no lease and no writers where the backend has none. */
MUST_CHECK int store_removal_begin(struct store *store, const struct context *ctx,
				   struct lease **out_lease, size_t *out_writers,
				   struct error *err);

/* Remove it for good. Absent is success; ERROR_USAGE where the backend cannot. */
MUST_CHECK int store_remove(struct store *store, const struct digest *digest, struct error *err);

/* The folder of a store of files. Borrowed. */
const char *files_folder(const struct store *store);

/*
 * store_remove of a store of files in two steps, for many: the names go, and then the disk is asked
 * to be sure of the folder that one of them was in, which is that of all whose first byte is the
 * same. Until then a power cut may bring them back.
 */
MUST_CHECK int files_unlink(struct store *store, const struct digest *digest, struct error *err);
MUST_CHECK int files_unlinked(struct store *store, const struct digest *digest, struct error *err);

/* Read every byte of an object and compare with its name. ERROR_ABSENT, ERROR_CORRUPT. */
MUST_CHECK int store_check(struct store *store, const struct context *ctx,
			   const struct digest *digest, struct error *err);

#endif
