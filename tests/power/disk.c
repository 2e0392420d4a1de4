/* A disk of the mind: tests/power/disk.h. */
#include "tests/power/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, NODES_MAX = 1 << 20, CONTENT_MAX = 1 << 30 };

/* Something that is not durable yet. */
struct change {
	struct change *next;
	uint64_t number; /* of the operation: both halves of a rename share their fate */
	enum { BYTES, SIZE, ENTER, LEAVE } kind;
	uint64_t offset, len; /* BYTES; offset: the SIZE as well */
	uint8_t *bytes;
	char *name; /* ENTER, LEAVE */
	struct node *node;
};

struct entry {
	char *name;
	struct node *node;
};

struct content {
	uint8_t *bytes;
	size_t len, room;
};

struct names {
	struct entry *item;
	size_t count, room;
};

struct node {
	struct node *next; /* of all there ever were */
	uint64_t inode;
	bool folder, gone;
	uint32_t mode;
	struct content now, durable;
	struct names in, durable_in;
	struct change *first, **last;
	char *made; /* where disk_cut put it */
	uint64_t cut;
};

struct disk {
	struct node *nodes, *root;
	uint64_t operations, cuts;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* ---- Contents and names ---- */

static void content_size(struct content *content, uint64_t len)
{
	if (len > CONTENT_MAX)
		abort();
	if (len > content->room) {
		content->room = len * 2;
		content->bytes = must(realloc(content->bytes, content->room));
	}
	if (len > content->len)
		memset(content->bytes + content->len, 0, len - content->len);
	content->len = len;
}

static void content_put(struct content *content, uint64_t offset, const uint8_t *bytes,
			uint64_t len)
{
	if (offset + len > content->len)
		content_size(content, offset + len);
	memcpy(content->bytes + offset, bytes, len);
}

static void content_copy(struct content *to, const struct content *from)
{
	content_size(to, 0);
	if (from->len)
		content_put(to, 0, from->bytes, from->len);
}

static struct entry *names_find(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->item[i].name, name) == 0)
			return &names->item[i];
	return NULL;
}

static void names_leave(struct names *names, const char *name)
{
	struct entry *entry = names_find(names, name);

	if (!entry)
		return;
	free(entry->name);
	*entry = names->item[--names->count];
}

static void names_enter(struct names *names, const char *name, struct node *node)
{
	names_leave(names, name);
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 8;
		names->item = must(realloc(names->item, names->room * sizeof(*names->item)));
	}
	names->item[names->count++] = (struct entry){ must(strdup(name)), node };
}

static void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->item[i].name);
	names->count = 0;
}

static void names_copy(struct names *to, const struct names *from)
{
	names_clear(to);
	for (size_t i = 0; i < from->count; i++)
		names_enter(to, from->item[i].name, from->item[i].node);
}

/* ---- Nodes ---- */

static struct node *node_new(struct disk *disk, uint64_t inode, bool folder, uint32_t mode)
{
	struct node *node = must(calloc(1, sizeof(*node)));

	for (struct node *old = disk->nodes; old; old = old->next)
		if (old->inode == inode) /* the number is used again */
			old->gone = true;
	node->inode = inode;
	node->folder = folder;
	node->mode = mode;
	node->last = &node->first;
	node->next = disk->nodes;
	disk->nodes = node;
	return node;
}

static struct node *node_of(struct disk *disk, uint64_t inode)
{
	for (struct node *node = disk->nodes; node; node = node->next)
		if (node->inode == inode && !node->gone)
			return node;
	return NULL;
}

static struct change *change_new(struct disk *disk, struct node *node, int kind)
{
	struct change *change = must(calloc(1, sizeof(*change)));

	change->kind = kind;
	change->number = disk->operations;
	*node->last = change;
	node->last = &change->next;
	return change;
}

static void changes_forget(struct node *node)
{
	for (struct change *change = node->first; change;) {
		struct change *next = change->next;

		free(change->bytes);
		free(change->name);
		free(change);
		change = next;
	}
	node->first = NULL;
	node->last = &node->first;
}

static void node_sync(struct node *node)
{
	if (node->folder)
		names_copy(&node->durable_in, &node->in);
	else
		content_copy(&node->durable, &node->now);
	changes_forget(node);
}

int disk_new(struct disk **out_disk, struct error *err)
{
	struct disk *disk = calloc(1, sizeof(*disk));

	if (!disk)
		return error_set(err, ERROR_SYSTEM, "out of memory for a disk");
	disk->root = node_new(disk, 0, true, 0755);
	*out_disk = disk;
	return 0;
}

void disk_free(struct disk **disk)
{
	if (!*disk)
		return;
	for (struct node *node = (*disk)->nodes; node;) {
		struct node *next = node->next;

		changes_forget(node);
		names_clear(&node->in);
		names_clear(&node->durable_in);
		free(node->in.item);
		free(node->durable_in.item);
		free(node->now.bytes);
		free(node->durable.bytes);
		free(node->made);
		free(node);
		node = next;
	}
	free(*disk);
	*disk = NULL;
}

/* The folder that `path` lies in, as it stands, and the last name of the path. */
static struct node *folder_at(struct disk *disk, const char *path, const char **out_name)
{
	struct node *folder = disk->root;
	char name[256];

	for (;;) {
		const char *slash = strchr(path, '/');
		struct entry *entry;

		if (!slash)
			break;
		if ((size_t)(slash - path) >= sizeof(name))
			return NULL;
		memcpy(name, path, (size_t)(slash - path));
		name[slash - path] = '\0';
		entry = names_find(&folder->in, name);
		if (!entry || !entry->node->folder)
			return NULL;
		folder = entry->node;
		path = slash + 1;
	}
	*out_name = path;
	return folder;
}

static void enter(struct disk *disk, struct node *folder, const char *name, struct node *node)
{
	struct change *change = change_new(disk, folder, ENTER);

	change->name = must(strdup(name));
	change->node = node;
	names_enter(&folder->in, name, node);
}

static void leave(struct disk *disk, struct node *folder, const char *name)
{
	change_new(disk, folder, LEAVE)->name = must(strdup(name));
	names_leave(&folder->in, name);
}

/* ---- Operations ---- */

static int nothing_there(const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "the log names '%s', which it never made", what);
}

static int do_name(struct disk *disk, const struct power_entry *entry, const char *path,
		   struct error *err)
{
	const char *name;
	struct node *folder = folder_at(disk, path, &name), *node = NULL;

	if (!folder)
		return nothing_there(path, err);
	if (entry->operation == POWER_LINK)
		node = node_of(disk, entry->inode);
	else
		node = node_new(disk, entry->inode, entry->operation == POWER_FOLDER, entry->mode);
	if (!node)
		return nothing_there(path, err);
	if (path[0])
		enter(disk, folder, name, node);
	return 0;
}

static int do_move(struct disk *disk, const char *path, const char *path2, struct error *err)
{
	const char *name, *name2 = NULL;
	struct node *folder = folder_at(disk, path, &name);
	struct node *folder2 = path2 ? folder_at(disk, path2, &name2) : NULL;
	struct entry *entry = folder ? names_find(&folder->in, name) : NULL;
	struct node *node;

	if (!entry || (path2 && !folder2))
		return nothing_there(path, err);
	node = entry->node;
	leave(disk, folder, name);
	if (path2)
		enter(disk, folder2, name2, node);
	return 0;
}

static int do_file(struct disk *disk, const struct power_entry *entry, struct span data,
		   struct error *err)
{
	struct node *node = node_of(disk, entry->inode);
	struct change *change;

	/* The root's own number is nowhere in the log. */
	if (!node && entry->operation == POWER_SYNC)
		node = disk->root;
	if (!node)
		return nothing_there("a number", err);
	switch (entry->operation) {
	case POWER_SYNC:
		node_sync(node);
		return 0;
	case POWER_MODE:
		node->mode = entry->mode;
		return 0;
	case POWER_SIZE:
		change = change_new(disk, node, SIZE);
		change->offset = entry->offset;
		content_size(&node->now, entry->offset);
		return 0;
	default:
		change = change_new(disk, node, BYTES);
		change->offset = entry->offset;
		change->len = data.len;
		change->bytes = must(malloc(data.len + 1));
		memcpy(change->bytes, data.data, data.len);
		content_put(&node->now, entry->offset, data.data, data.len);
		return 0;
	}
}

int disk_do(struct disk *disk, const struct power_entry *entry, const char *path, const char *path2,
	    struct span data, struct error *err)
{
	disk->operations++;
	switch (entry->operation) {
	case POWER_CREATE:
	case POWER_FOLDER:
	case POWER_LINK:
		return do_name(disk, entry, path, err);
	case POWER_RENAME:
		return do_move(disk, path, path2, err);
	case POWER_REMOVE:
		return do_move(disk, path, NULL, err);
	case POWER_WRITE:
	case POWER_SIZE:
	case POWER_MODE:
	case POWER_SYNC:
		return do_file(disk, entry, data, err);
	case POWER_SYNC_ALL:
		for (struct node *node = disk->nodes; node; node = node->next)
			node_sync(node);
		return 0;
	case POWER_MARK:
		return 0;
	default:
		return error_set(err, ERROR_CORRUPT,
				 "the log holds an operation that nobody knows");
	}
}

/* ---- After the cut ---- */

struct fate {
	unsigned how;
	uint64_t seed;
	unsigned odds; /* of 256 */
};

static uint64_t mixed(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ x >> 33;
}

static bool reached(const struct fate *fate, uint64_t operation, uint64_t part, bool name)
{
	switch (fate->how) {
	case DISK_LEAST:
		return false;
	case DISK_MOST:
		return true;
	case DISK_NAMES:
	case DISK_NAMES_ZEROS:
		return name;
	default:
		return (mixed(fate->seed ^ mixed(operation * 1000003 + part)) & 255) < fate->odds;
	}
}

/* What is in the file then. */
static void content_after(const struct node *node, const struct fate *fate, struct content *out)
{
	content_copy(out, &node->durable);
	for (const struct change *change = node->first; change; change = change->next) {
		if (change->kind == SIZE && reached(fate, change->number, 0, false))
			content_size(out, change->offset);
		if (change->kind != BYTES)
			continue;
		for (uint64_t at = 0; at < change->len;) {
			uint64_t where = change->offset + at;
			uint64_t len = SECTOR - where % SECTOR;

			if (len > change->len - at)
				len = change->len - at;
			if (reached(fate, change->number, 1 + where / SECTOR, false))
				content_put(out, where, change->bytes + at, len);
			at += len;
		}
	}
	if (fate->how == DISK_NAMES_ZEROS ||
	    (fate->how >= DISK_CHANCE && reached(fate, node->inode, 0, false)))
		if (node->now.len > out->len)
			content_size(out, node->now.len);
}

static void names_after(const struct node *node, const struct fate *fate, struct names *out)
{
	names_copy(out, &node->durable_in);
	for (const struct change *change = node->first; change; change = change->next) {
		if (!reached(fate, change->number, 0, true))
			continue;
		if (change->kind == ENTER)
			names_enter(out, change->name, change->node);
		else
			names_leave(out, change->name);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int file_make(struct node *node, const char *path, const struct fate *fate,
		     struct hash_stream *digest, struct error *err)
{
	struct content content = { 0 };
	int fd, failed = 0;

	content_after(node, fate, &content);
	hash_stream_add(digest,
			(struct span){ (const uint8_t *)&content.len, sizeof(content.len) });
	if (content.len)
		hash_stream_add(digest, (struct span){ content.bytes, content.len });
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 ||
	    (content.len && write(fd, content.bytes, content.len) != (ssize_t)content.len) ||
	    fchmod(fd, (mode_t)node->mode))
		failed = error_system(err, errno, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	free(content.bytes);
	free(node->made);
	node->made = must(strdup(path));
	return failed;
}

static int tree_make(struct disk *disk, struct node *folder, const char *path,
		     const struct fate *fate, struct hash_stream *digest, struct error *err)
{
	struct names names = { 0 };
	int failed = 0;

	names_after(folder, fate, &names);
	if (mkdir(path, 0755))
		failed = error_system(err, errno, "cannot make '%s'", path);
	if (names.count)
		qsort(names.item, names.count, sizeof(*names.item), by_name);
	for (size_t i = 0; i < names.count && !failed; i++) {
		CLEANUP(text_free) char *below = NULL;
		struct node *node = names.item[i].node;

		hash_stream_add(digest, span_of(names.item[i].name));
		hash_stream_add(digest, (struct span){ (const uint8_t *)"/", 2 });
		if (path_join(path, names.item[i].name, &below, err))
			failed = -1;
		else if (node->folder)
			failed = node->cut == disk->cuts
					 ? 0
					 : tree_make(disk, node, below, fate, digest, err);
		else if (node->cut == disk->cuts && node->made)
			failed = link(node->made, below)
					 ? error_system(err, errno, "cannot link '%s'", below)
					 : 0;
		else
			failed = file_make(node, below, fate, digest, err);
		node->cut = disk->cuts; /* a folder that moved stands in one place */
	}
	hash_stream_add(digest, span_of("//"));
	names_clear(&names);
	free(names.item);
	return failed;
}

int disk_cut(struct disk *disk, unsigned how, const char *out, struct digest *out_digest,
	     struct error *err)
{
	static const unsigned odds[] = { 128, 230, 25 };
	struct fate fate = { .how = how,
			     .seed = mixed(how * 7919 + 1),
			     .odds = how >= DISK_CHANCE ? odds[(how - DISK_CHANCE) % 3] : 0 };
	CLEANUP(hash_stream_free) struct hash_stream *digest = NULL;

	disk->cuts++;
	if (hash_stream_new(&digest, err) || folder_remove(out, err) ||
	    tree_make(disk, disk->root, out, &fate, digest, err))
		return -1;
	*out_digest = hash_stream_finish(digest);
	return 0;
}
