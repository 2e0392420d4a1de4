/* packs_whole: "akashi/whole/1\n", digest and stamp of each pack, SHA-256 over all of that. */
#include "registry/packs/whole.h"

#include <stdlib.h>
#include <string.h>

#include "registry/known_files.h"

#define WHOLE_HEAD "akashi/whole/1\n"

enum {
	HEAD_BYTES = sizeof(WHOLE_HEAD) - 1,
	STAMP_BYTES = sizeof(struct packs_whole_stamp),
	ITEM_BYTES = DIGEST_SIZE + STAMP_BYTES,
	WHOLE_MAX_BYTES = 64 << 20,
};

void packs_whole_release(struct packs_whole *whole)
{
	free(whole->name);
	free(whole->stamp);
	*whole = (struct packs_whole){ .count = 0 };
}

static int whole_room(struct packs_whole *whole, size_t count, struct error *err)
{
	whole->name = calloc(count + 1, sizeof(*whole->name));
	whole->stamp = calloc(count + 1, sizeof(*whole->stamp));
	return whole->name && whole->stamp
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "out of memory for packs");
}

int packs_whole_parse(struct span bytes, struct packs_whole *out_whole, struct error *err)
{
	CLEANUP(packs_whole_release) struct packs_whole whole = { .count = 0 };
	struct span body = { bytes.data, bytes.len - DIGEST_SIZE };
	struct digest found;
	size_t count;

	if (bytes.len < HEAD_BYTES + DIGEST_SIZE ||
	    (bytes.len - HEAD_BYTES - DIGEST_SIZE) % ITEM_BYTES ||
	    memcmp(bytes.data, WHOLE_HEAD, HEAD_BYTES) != 0)
		return error_set(err, ERROR_CORRUPT, "no list of packs that were found whole");
	found = sha256(body);
	if (memcmp(found.byte, bytes.data + body.len, DIGEST_SIZE) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the list of packs that were found whole was changed");
	count = (body.len - HEAD_BYTES) / ITEM_BYTES;
	if (whole_room(&whole, count, err))
		return -1;
	for (; whole.count < count; whole.count++) {
		const uint8_t *item = bytes.data + HEAD_BYTES + whole.count * ITEM_BYTES;

		memcpy(whole.name[whole.count].byte, item, DIGEST_SIZE);
		memcpy(whole.stamp[whole.count].byte, item + DIGEST_SIZE, STAMP_BYTES);
		if (whole.count &&
		    digest_order(&whole.name[whole.count - 1], &whole.name[whole.count]) >= 0)
			return error_set(err, ERROR_CORRUPT, "packs are not in order");
	}
	*out_whole = whole;
	whole = (struct packs_whole){ .count = 0 }; /* handed over */
	return 0;
}

bool packs_whole_has(const struct packs_whole *whole, const struct digest *name)
{
	return whole->count &&
	       bsearch(name, whole->name, whole->count, sizeof(*name), digest_order) != NULL;
}

struct packs_whole_stamp packs_whole_stamp(const struct packs_store *self,
					   const struct context *ctx, const struct digest *name)
{
	CLEANUP(text_free) char *path = NULL;
	struct packs_whole_stamp stamp = { { 0 } };
	char file[PACK_NAME_ROOM];
	struct file_stamp now;
	struct error ignored = { 0 };
	struct digest digest;
	int64_t word[5];

	pack_name_text(name, file);
	if (path_join(self->folder, file, &path, &ignored) ||
	    file_stamp_take(path, &now, &ignored) || known_files_is_racy(&now, context_now(ctx)))
		return stamp;
	word[0] = (int64_t)now.device;
	word[1] = (int64_t)now.inode;
	word[2] = (int64_t)now.size;
	word[3] = now.changed_ns;
	word[4] = now.attributes_ns;
	digest = sha256((struct span){ (const uint8_t *)word, sizeof(word) });
	memcpy(stamp.byte, digest.byte, sizeof(stamp.byte));
	return stamp;
}

/* Keep those that are as they were. None where one is gone: parts of any may have lain there. */
static void whole_sift(struct packs_whole *whole, struct packs_store *self,
		       const struct context *ctx, const struct digest *name, size_t count)
{
	const struct packs_whole_stamp none = { { 0 } };
	size_t kept = 0;

	for (size_t i = 0; i < whole->count; i++) {
		struct packs_whole_stamp now;

		if (!count || !bsearch(&whole->name[i], name, count, sizeof(*name), digest_order)) {
			whole->count = 0;
			return;
		}
		now = packs_whole_stamp(self, ctx, &whole->name[i]);
		if (memcmp(&now, &none, sizeof(now)) == 0 ||
		    memcmp(&now, &whole->stamp[i], sizeof(now)) != 0)
			continue;
		whole->name[kept] = whole->name[i];
		whole->stamp[kept++] = now;
	}
	whole->count = kept;
}

int packs_whole_read(struct packs_store *self, const struct context *ctx, const struct digest *name,
		     size_t count, struct packs_whole *out_whole, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct error why = { 0 };

	*out_whole = (struct packs_whole){ .count = 0 };
	buffer_init(&bytes, WHOLE_MAX_BYTES);
	if (path_join(self->folder, "whole", &path, err))
		return -1;
	if (file_read(path, &bytes, &why) ||
	    packs_whole_parse(buffer_view(&bytes), out_whole, &why))
		return 0;
	whole_sift(out_whole, self, ctx, name, count);
	return 0;
}

void packs_whole_write(struct packs_store *self, const struct context *ctx,
		       const struct digest *name, size_t count)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };
	struct digest sum;
	int failed;

	buffer_init(&bytes, WHOLE_MAX_BYTES);
	failed = path_join(self->folder, "whole", &path, &ignored) ||
		 buffer_add_text(&bytes, WHOLE_HEAD, &ignored);
	for (size_t i = 0; i < count && !failed; i++) {
		struct packs_whole_stamp stamp = packs_whole_stamp(self, ctx, &name[i]);

		failed = buffer_add(&bytes, digest_view(&name[i]), &ignored) ||
			 buffer_add(&bytes, (struct span){ stamp.byte, sizeof(stamp.byte) },
				    &ignored);
	}
	if (failed)
		return;
	sum = sha256(buffer_view(&bytes));
	(void)(buffer_add(&bytes, digest_view(&sum), &ignored) ||
	       file_write(path, buffer_view(&bytes), 0644, FILE_REPLACE, &ignored));
}
