/*
 * remembered: two tables by open addressing over one array of items; facts lie in the file that
 * was read, or in a nameless one that is written beside it.
 */
#include "registry/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/known_files.h"
#include "registry/plain_file.h"

enum {
	PENDING_BYTES = 256 << 10,
	FIRST_ITEMS = 1024,
	SPOOL_BIT = 63, /* of an offset: the facts lie in the spool */
};

#define SPOOLED ((uint64_t)1 << SPOOL_BIT)

/* ---- The tables ---- */

static size_t slot_of(const struct digest *digest, size_t slots)
{
	uint64_t word;

	memcpy(&word, digest->byte, sizeof(word));
	return (size_t)word & (slots - 1);
}

static void slot_take(uint32_t *table, size_t slots, const struct digest *digest, size_t item)
{
	size_t at = slot_of(digest, slots);

	while (table[at])
		at = (at + 1) & (slots - 1);
	table[at] = (uint32_t)item + 1;
}

void remembered_link(struct remembered *r, size_t item)
{
	slot_take(r->by_name, r->slots, &r->item[item].identity, item);
	if (r->item[item].named)
		slot_take(r->by_leaf, r->slots, &r->item[item].leaf, item);
}

/* Twice as many slots as there are items, and as many again for leaves that were replaced. */
static int tables_grow(struct remembered *r, size_t room, struct error *err)
{
	size_t slots = 4 * room;

	free(r->by_leaf);
	free(r->by_name);
	r->by_leaf = calloc(slots, sizeof(*r->by_leaf));
	r->by_name = calloc(slots, sizeof(*r->by_name));
	r->slots = slots;
	if (!r->by_leaf || !r->by_name)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is remembered");
	for (size_t i = 0; i < r->count; i++)
		remembered_link(r, i);
	return 0;
}

int remembered_room(struct remembered *r, struct error *err)
{
	size_t room = r->room ? 2 * r->room : FIRST_ITEMS;
	struct remembered_item *item;

	if (r->count < r->room)
		return 0;
	item = room < UINT32_MAX / 8 ? reallocarray(r->item, room, sizeof(*item)) : NULL;
	if (!item)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is remembered");
	r->item = item;
	r->room = room;
	return tables_grow(r, room, err);
}

struct remembered_item *remembered_entry(const struct remembered *r, const struct digest *leaf)
{
	for (size_t at = r->slots ? slot_of(leaf, r->slots) : 0; r->slots && r->by_leaf[at];
	     at = (at + 1) & (r->slots - 1)) {
		struct remembered_item *item = &r->item[r->by_leaf[at] - 1];

		if (item->named && digest_equal(&item->leaf, leaf))
			return item;
	}
	return NULL;
}

struct remembered_item *remembered_statement(const struct remembered *r,
					     const struct digest *identity,
					     const struct digest *signer)
{
	for (size_t at = r->slots ? slot_of(identity, r->slots) : 0; r->slots && r->by_name[at];
	     at = (at + 1) & (r->slots - 1)) {
		struct remembered_item *item = &r->item[r->by_name[at] - 1];

		if (digest_equal(&item->identity, identity) &&
		    digest_equal(&r->signer[item->signer], signer))
			return item;
	}
	return NULL;
}

const struct digest *remembered_signer(const struct remembered *r,
				       const struct remembered_item *item)
{
	return &r->signer[item->signer];
}

int remembered_signer_add(struct remembered *r, const struct digest *signer, uint16_t *out_signer,
			  struct error *err)
{
	struct digest *more;

	for (size_t i = r->signers; i--;)
		if (digest_equal(&r->signer[i], signer)) {
			*out_signer = (uint16_t)i;
			return 0;
		}
	more = r->signers <= UINT16_MAX ? reallocarray(r->signer, r->signers + 1, sizeof(*more))
					: NULL;
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for the keys of statements");
	r->signer = more;
	*out_signer = (uint16_t)r->signers;
	r->signer[r->signers++] = *signer;
	return 0;
}

/* ---- Stamps ---- */

static struct remembered_stamp stamp_of(const struct file_stamp *stamp)
{
	const int64_t word[5] = { (int64_t)stamp->device, (int64_t)stamp->inode,
				  (int64_t)stamp->size, stamp->changed_ns, stamp->attributes_ns };
	struct digest digest = sha256((struct span){ (const uint8_t *)word, sizeof(word) });
	struct remembered_stamp short_stamp;

	memcpy(short_stamp.byte, digest.byte, sizeof(short_stamp.byte));
	return short_stamp;
}

int remembered_stamp_take(const struct registry *registry, const char *path,
			  struct remembered_stamp *out_stamp, bool *out_fresh, struct error *err)
{
	struct file_stamp stamp;

	if (file_stamp_take(path, &stamp, err))
		return -1;
	*out_stamp = stamp_of(&stamp);
	*out_fresh = known_files_is_racy(&stamp, context_now(registry->ctx));
	return 0;
}

int remembered_stamp_object(const struct registry *registry, const struct digest *object,
			    struct remembered_stamp *out_stamp, bool *out_fresh, struct error *err)
{
	struct store *store = registry->store;
	struct file_stamp stamp;

	if (!store->type->stamp)
		return error_set(err, ERROR_ABSENT, "no file of the store's has the object");
	if (store->type->stamp(store, object, &stamp, err))
		return -1;
	*out_stamp = stamp_of(&stamp);
	*out_fresh = known_files_is_racy(&stamp, context_now(registry->ctx));
	return 0;
}

bool remembered_stamp_equal(const struct remembered_stamp *a, const struct remembered_stamp *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

/* ---- Facts ---- */

static uint64_t check_of(struct span facts)
{
	struct digest digest = sha256(facts);
	uint64_t check = 0;

	for (int i = 0; i < 8; i++)
		check = check << 8 | digest.byte[i];
	return check;
}

static int bytes_read(int fd, uint64_t offset, uint8_t *room, size_t len, struct error *err)
{
	for (size_t done = 0; done < len;) {
		ssize_t got = pread(fd, room + done, len - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(err, ERROR_CORRUPT, "what is remembered ends too early");
		done += (size_t)got;
	}
	return 0;
}

int remembered_facts(const struct remembered *r, const struct remembered_item *item,
		     struct buffer *out, struct error *err)
{
	uint64_t at = item->offset & ~SPOOLED;
	size_t begin = out->len;
	uint8_t *room;

	if (!item->len)
		return error_set(err, ERROR_ABSENT, "what the statement needs is not remembered");
	if (buffer_extend(out, item->len, &room, err))
		return -1;
	if (item->offset & SPOOLED && at >= r->spooled)
		memcpy(room, r->pending.data + (at - r->spooled), item->len);
	else if (bytes_read(item->offset & SPOOLED ? r->spool : r->fd, at, room, item->len, err))
		return -1;
	return check_of((struct span){ out->data + begin, item->len }) == item->check
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "what is remembered was changed");
}

/* A file that nobody else sees, beside the registry's or where such files are made. */
static int spool_make(struct remembered *r, struct error *err)
{
	const char *temporary = context_environment(r->registry->ctx, "TMPDIR");

	r->spool = open(r->registry->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (r->spool < 0)
		r->spool = open(temporary && temporary[0] ? temporary : "/tmp",
				O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return r->spool >= 0 ? 0 : error_system(err, errno, "cannot make a file without a name");
}

static int pending_write(struct remembered *r, struct error *err)
{
	size_t done = 0;

	if (r->spool < 0 && spool_make(r, err))
		return -1;
	while (done < r->pending.len) {
		ssize_t wrote = pwrite(r->spool, r->pending.data + done, r->pending.len - done,
				       (off_t)(r->spooled + done));

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write what is remembered");
		done += (size_t)wrote;
	}
	r->spooled += r->pending.len;
	r->pending.len = 0;
	return 0;
}

/* Where they cannot be written they are not remembered. */
static void facts_put(struct remembered *r, struct remembered_item *item, struct span facts)
{
	struct error ignored = { 0 };

	item->len = 0;
	if (!facts.len || facts.len > REMEMBERED_FACTS_MAX_BYTES ||
	    (r->pending.len > PENDING_BYTES && pending_write(r, &ignored)))
		return;
	item->offset = SPOOLED | (r->spooled + r->pending.len);
	if (buffer_add(&r->pending, facts, &ignored))
		return;
	item->check = check_of(facts);
	item->len = (uint32_t)facts.len;
}

int remembered_add(struct remembered *r, const struct remembered_news *news, struct error *err)
{
	struct remembered_item *item = remembered_statement(r, &news->identity, &news->signer);

	if (!item) {
		uint16_t signer;

		if (remembered_room(r, err) ||
		    remembered_signer_add(r, &news->signer, &signer, err))
			return -1;
		item = &r->item[r->count++];
		*item = (struct remembered_item){ .identity = news->identity, .signer = signer };
		remembered_link(r, r->count - 1);
	}
	if (news->leaf && !(item->named && digest_equal(&item->leaf, news->leaf))) {
		/* A log has an entry once; one that was replaced leaves a slot behind. */
		if (item->named)
			return 0;
		item->leaf = *news->leaf;
		item->named = true;
		slot_take(r->by_leaf, r->slots, &item->leaf, (size_t)(item - r->item));
	}
	r->changed = item->met = true;
	if (!news->read)
		return 0;
	if (!remembered_stamp_equal(&item->stamp, &news->stamp))
		item->audited = false;
	item->stamp = news->stamp;
	item->fresh = news->fresh;
	item->audited |= news->audited;
	item->control = news->control || (item->control && !news->leaf);
	item->when_s = context_now(r->registry->ctx);
	facts_put(r, item, news->facts);
	return 0;
}

/* ---- From the registry ---- */

struct digest remembered_rules(const struct registry *registry)
{
	const struct span part[3] = { span_of(REMEMBERED_RULES),
				      { (const uint8_t *)"\n", 1 },
				      span_of(registry->origin) };

	return sha256_parts(part, 3);
}

/* Empty, whatever was taken in. */
static int tables_clear(struct remembered *r, struct error *err)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->count = r->signers = 0;
	return r->room ? tables_grow(r, r->room, err) : 0;
}

int remembered_open(const struct registry *registry, bool again, struct remembered **out_remembered,
		    struct error *err)
{
	CLEANUP(remembered_close) struct remembered *r = calloc(1, sizeof(*r));
	CLEANUP(text_free) char *path = NULL;
	struct error why = { 0 };
	int fd;

	if (!r)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is remembered");
	r->registry = registry;
	r->of = remembered_rules(registry);
	r->fd = r->spool = -1;
	buffer_init(&r->pending, SIZE_MAX);
	if (registry_path(registry, "remembered", &path, err))
		return -1;
	fd = again ? -1 : plain_file_open(AT_FDCWD, path, &why);
	if (fd >= 0 && remembered_load(r, fd, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		if (tables_clear(r, err))
			return -1;
	}
	*out_remembered = r;
	r = NULL; /* handed over */
	return 0;
}

void remembered_close(struct remembered **remembered)
{
	struct remembered *r = *remembered;

	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->spool >= 0)
		close(r->spool);
	buffer_release(&r->pending);
	free(r->signer);
	free(r->item);
	free(r->by_leaf);
	free(r->by_name);
	free(r);
	*remembered = NULL;
}
