/* What the files of leases say: between lease.c, lease/each.c and lease/text.c. */
#ifndef REGISTRY_LEASE_INNER_H
#define REGISTRY_LEASE_INNER_H

#include "registry/lease.h"

#define LEASE_TEXT_MAX 512   /* bytes of a lease's file */
#define LEASE_TTL_MS 30000u  /* where nothing else is said */
#define LEASE_BEAT_BYTES 26u /* the last line, "beat " and 20 digits */

/* Who holds a lease. */
struct lease_owner {
	char host[65], boot[37], token[33];
	uint64_t pid_space, time_space; /* inode numbers of the namespaces */
	uint64_t pid, start;            /* start: clock ticks since boot */
	uint32_t ttl_ms;
};

/* At most 256 bytes from the system itself: a context's chance may be the same in two processes. */
MUST_CHECK int lease_draw(uint8_t *bytes, size_t len, struct error *err);

/* This process; the token is drawn anew. */
MUST_CHECK int lease_owner_self(const struct context *ctx, struct lease_owner *out_owner,
				struct error *err);

/* Is it a process of this host, whose life we can see? */
bool lease_owner_near(const struct lease_owner *owner, const struct lease_owner *self);

/* Is it a process of this host that runs no more? */
bool lease_owner_gone(const struct lease_owner *owner, const struct lease_owner *self);

/* The lines of a lease's file. */
MUST_CHECK int lease_text_write(const struct lease_owner *owner, uint64_t beat, struct buffer *out,
				struct error *err);

/* ERROR_CORRUPT unless `text` is what lease_text_write writes. */
MUST_CHECK int lease_text_parse(struct span text, struct lease_owner *out_owner, uint64_t *out_beat,
				struct error *err);

/* Up to `size` bytes of a file from its start into room[]; an errno value, or 0. */
MUST_CHECK int lease_bytes_read(int fd, uint8_t *room, size_t size, size_t *out_len);

/* A file as it stood at one look. */
struct lease_look {
	bool there, known;        /* known: `owner` is who holds it */
	struct lease_owner owner; /* with the promised time, also where the owner is unknown */
	struct digest file;       /* changes with every beat */
	struct digest tenure;     /* stays while it is held, and never comes again */
};

/* ERROR_SYSTEM when it cannot be read, or is no file. Absent is success. */
MUST_CHECK int lease_look_at(const char *path, struct lease_look *out_look, struct error *err);

/* What is known of the holder after one more look; `sight` may be NULL. */
enum lease_standing lease_judge(const struct lease_look *look, const struct lease_owner *self,
				const struct context *ctx, struct lease_sight *sight,
				unsigned level);

/* May this be a lease's name? */
bool lease_name_fits(const char *name);

/* Is `name` KIND-HEX16? */
bool lease_name_is_of(const char *name, const char *kind);

#endif
