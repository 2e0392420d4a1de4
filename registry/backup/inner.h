/* What making, reading and restoring backups share. Private to registry/backup*.c. */
#ifndef REGISTRY_BACKUP_INNER_H
#define REGISTRY_BACKUP_INNER_H

#include <stdio.h>

#include "registry/backup.h"
#include "registry/gc.h"
#include "registry/backup/log_copy.h"

#define BACKUP_MARK "akashi-backup" /* the file that says what the folder is */
#define BACKUP_STATES "states"      /* below it, N/ for each state */
#define BACKUP_STATE_FILE "state"   /* in N/: what it is */
#define BACKUP_LIST_FILE "list"     /* in N/: its files */
#define BACKUP_FILES "files"        /* in N/: those that change */
#define BACKUP_LEASE "writing"      /* held by whoever writes to the backup */

#define BACKUP_PATH_MAX 1024 /* of a file, below the backup */
#define BACKUP_TEXT_MAX 4096 /* bytes of a mark or a state */

/* ---- Texts (backup/state.c) ---- */

/* "akashi/backup/1" and whose it is. */
MUST_CHECK int backup_mark_write(const char *origin, struct buffer *out, struct error *err);
MUST_CHECK int backup_mark_parse(struct span text, char out_origin[REGISTRY_ORIGIN_MAX],
				 struct error *err);
/* Everything of a state but its number, which is its folder's name. */
MUST_CHECK int backup_state_write(const struct backup_state *state, struct buffer *out,
				  struct error *err);
MUST_CHECK int backup_state_parse(struct span text, struct backup_state *out_state,
				  struct error *err);

/* A line of a list: "HEX  PATH", as sha256sum writes it. */
struct backup_line {
	struct digest digest;
	char path[BACKUP_PATH_MAX];
};
MUST_CHECK int backup_line_parse(struct span text, struct backup_line *out_line, struct error *err);

/*
 * Where a file of the state `number` belongs in a registry. ERROR_CORRUPT for every path that a
 * backup does not have: nothing is restored that could sign, lead elsewhere, or is derived.
 */
MUST_CHECK int backup_place(const char *path, uint64_t number, char out_place[BACKUP_PATH_MAX],
			    struct error *err);
/* Is the file at this place for its owner alone? */
bool backup_place_is_secret(const char *place);
bool backup_place_is_key(const char *place);

/* ---- Lists (backup/list.c) ---- */

struct backup_list {
	FILE *file;
	bool any;                /* `line` is one */
	struct backup_line line; /* the last that was read */
	struct hash_stream *hash;
	uint64_t files, bytes;
};

/* Read the list of a state from its first line on. */
MUST_CHECK int backup_list_open(const char *folder, uint64_t number, struct backup_list *out_list,
				struct error *err);
/* The next line; list->any is false behind the last. */
MUST_CHECK int backup_list_next(struct backup_list *list, struct error *err);
/* Go on to `path`, in the order of the bytes; tiles are passed over. Is it there? */
MUST_CHECK int backup_list_seek(struct backup_list *list, const char *path, bool *out_there,
				struct error *err);
MUST_CHECK int backup_list_create(const char *path, struct backup_list *out_list,
				  struct error *err);
MUST_CHECK int backup_list_add(struct backup_list *list, const struct digest *digest,
			       const char *path, struct error *err);
/* Everything is written; *out_digest is of the whole list. */
MUST_CHECK int backup_list_finish(struct backup_list *list, struct digest *out_digest,
				  struct error *err);
void backup_list_release(struct backup_list *list);

/* ---- Names (backup/names.c) ---- */

struct backup_names {
	char **name;
	size_t count, room;
};
void backup_names_release(struct backup_names *names);
MUST_CHECK int backup_names_add(struct backup_names *names, const char *name, struct error *err);
/* What lies in FOLDER/below, sorted, nothing hidden; none where there is no such folder. */
MUST_CHECK int backup_names_list(const char *folder, const char *below, struct backup_names *names,
				 struct error *err);

/* ---- The folder (backup/folder.c) ---- */

/* "FOLDER/states/N" and what is below, malloced; `name` may be NULL. */
MUST_CHECK int backup_state_path(const char *folder, uint64_t number, const char *name,
				 char **out_path, struct error *err);
/* Whose backup is it? ERROR_ABSENT: it is none. */
MUST_CHECK int backup_origin(const char *folder, char out_origin[REGISTRY_ORIGIN_MAX],
			     struct error *err);
/* The last finished state. *out_any is false where there is none yet. */
MUST_CHECK int backup_newest(const char *folder, struct backup_state *out_state, bool *out_any,
			     struct error *err);
/* Remove every state but this one, and what was not finished. */
MUST_CHECK int backup_states_clear(const char *folder, uint64_t but, struct error *err);
/* As backup_newest, and its list is whole. ERROR_ABSENT where nothing can be restored. */
MUST_CHECK int backup_state_open(const char *folder, struct backup_state *out_state,
				 struct error *err);

/* ---- Copying (backup/carry.c) ---- */

/* A folder that files are brought into. */
struct carry {
	const struct context *ctx;
	char *root;
	char *passing;              /* where a file is until it gets its name */
	int fd;                     /* of the passing file, or -1 */
	char made[BACKUP_PATH_MAX]; /* the folder that was made last */
	struct hash_stream *hash;
	uint8_t *room;
	uint64_t done, total; /* bytes, for whoever looks on */
	const char *doing;
};

MUST_CHECK int carry_begin(const struct context *ctx, const char *root, struct carry *out_carry,
			   struct error *err);
void carry_release(struct carry *carry);

/*
 * Copy what `from` has into the passing file. ERROR_CORRUPT: it cannot be read; any other code:
 * it cannot be written.
 */
MUST_CHECK int carry_take(struct carry *carry, int from, unsigned mode, struct digest *out_digest,
			  uint64_t *out_size, struct error *err);
/* Give the passing file its name below the root, in the place of what is there. Not durable
 * before carry_settle. */
MUST_CHECK int carry_name(struct carry *carry, const char *path, struct error *err);
/* The same for a few bytes. */
MUST_CHECK int carry_text(struct carry *carry, const char *path, struct span bytes, unsigned mode,
			  struct error *err);
/* Make the folders above `path` below the root: none of them a link. */
MUST_CHECK int carry_folders(struct carry *carry, const char *path, struct error *err);
/* SHA-256 of what is open as `fd`; ERROR_CORRUPT when it cannot be read. */
MUST_CHECK int carry_hash(struct carry *carry, int fd, struct digest *out_digest,
			  struct error *err);
/* Everything that was written below the root is durable. */
MUST_CHECK int carry_settle(struct carry *carry, struct error *err);

/* ---- What a registry consists of (backup/walk.c) ---- */

enum backup_what {
	BACKUP_TILE,
	BACKUP_OBJECT,    /* named by its SHA-256 */
	BACKUP_PACK,      /* named by its list */
	BACKUP_STATEMENT, /* an envelope */
	BACKUP_ANSWER,    /* a timestamp beside one */
	BACKUP_FILE       /* one that changes */
};

struct backup_item {
	enum backup_what what;
	const char *root, *from; /* the file `from` below the folder `root` */
	const char *path;        /* below the backup; of BACKUP_FILE below the state's files/ */
	struct digest name;      /* of objects, packs and statements */
};

typedef int (*backup_visit)(void *arg, const struct backup_item *item, struct error *err);

struct backup_walk {
	struct registry *registry;
	bool with_keys, references;
	struct log_copied log; /* tiles of these sizes */
	backup_visit visit;
	/* An object of `size` bytes lies elsewhere, and is not visited. */
	int (*elsewhere)(void *arg, uint64_t size, struct error *err);
	/* Something is amiss with the registry that does not keep from going on. */
	int (*amiss)(void *arg, const char *text, struct error *err);
	void *arg;
};

/*
 * Visit every file that a backup has, but for log.db and the checkpoints. The names of statements
 * are taken first, then come tiles, objects, packs, statements, and what changes: objects before
 * statements, each in the order of their paths. What goes meanwhile may come or not.
 */
MUST_CHECK int backup_walk(const struct backup_walk *walk, struct error *err);

/* ---- Tidying (backup/tidy.c) ---- */

/* Count what lies in the backup and is in no list but an older one's, and remove it if asked. */
MUST_CHECK int backup_tidy(const char *folder, uint64_t number, bool drop,
			   struct backup_report *report, struct error *err);

PRINTF_LIKE(3, 4)
MUST_CHECK int backup_tell(struct backup_texts *texts, struct error *err, const char *fmt, ...);
void backup_texts_release(struct backup_texts *texts);

#endif
