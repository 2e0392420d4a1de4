/*
 * The parts of all recipes against the index of packs.
 *
 * Ten million look-ups would be minutes. So the parts are sorted and met with the index, which is
 * sorted as well; only where that misses something are the recipes walked again, to say what of.
 */
#include "registry/packs/check_parts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/sorter.h"

enum {
	RECIPES_STEP = 4096,            /* recipes looked at at a time */
	RECORD_BYTES = DIGEST_SIZE + 4, /* digest, length (big-endian) */
	SORT_MEMORY_BYTES = 24 << 20,
	MISSING_MAX = 1 << 18, /* more of them, and every part is looked up */
	TEXT_SIZE = 256,
};

struct parts_checking {
	struct packs_store *self;
	const struct context *ctx;
	int (*missing)(void *user, const struct digest *part, const char *text, struct error *err);
	void *user;
	const struct packs_whole *whole; /* their recipes need not be looked at */
	struct digest recipe[RECIPES_STEP];
	pthread_mutex_t lock; /* around what follows, while recipes are read */
	struct sorter *sorter;
	struct error stopped;
	struct digest_list suspect; /* what the index does not seem to have, in order */
	bool all_suspect;           /* that are too many */
};

static void parts_checking_free(struct parts_checking **checking)
{
	if (!*checking)
		return;
	sorter_free(&(*checking)->sorter);
	digest_list_release(&(*checking)->suspect);
	pthread_mutex_destroy(&(*checking)->lock);
	free(*checking);
	*checking = NULL;
}

/* ---- Walking the recipes ---- */

/* Leave those out that lie in packs that were found whole; *count is how many stay. */
static int recipes_sift(struct parts_checking *checking, size_t *count, struct error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count && checking->whole->count; i++) {
		struct pack_hit hit;
		size_t hits;

		if (pack_index_find(checking->self->index, &checking->recipe[i], PACK_RECIPE, &hit,
				    1, &hits, err))
			return -1;
		if (!hits || !packs_whole_has(checking->whole, &hit.pack))
			checking->recipe[kept++] = checking->recipe[i];
	}
	if (checking->whole->count)
		*count = kept;
	return 0;
}

/* Go through all of them, some at a time. */
static int recipes_each(struct parts_checking *checking,
			int (*step)(struct parts_checking *checking, size_t count,
				    struct error *err),
			struct error *err)
{
	struct digest last, *after = NULL;
	size_t listed, count;

	do {
		if (context_check_cancelled(checking->ctx, err) ||
		    pack_index_list(checking->self->index, PACK_RECIPE, after, checking->recipe,
				    RECIPES_STEP, &listed, err))
			return -1;
		if (listed) {
			last = checking->recipe[listed - 1];
			after = &last;
		}
		count = listed;
		if (recipes_sift(checking, &count, err) || step(checking, count, err))
			return -1;
	} while (listed);
	return 0;
}

/* ---- All parts, sorted ---- */

static int parts_add(struct parts_checking *checking, const struct recipe *recipe,
		     struct error *err)
{
	uint8_t record[RECORD_BYTES];

	for (size_t i = 0; i < recipe->count; i++) {
		const struct recipe_part *part = &recipe->part[i];

		memcpy(record, part->digest.byte, DIGEST_SIZE);
		for (int k = 0; k < 4; k++)
			record[DIGEST_SIZE + k] = (uint8_t)(part->len >> (24 - 8 * k));
		if (sorter_add(checking->sorter, record, err))
			return -1;
	}
	return 0;
}

static void recipe_work(void *arg, size_t i)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct parts_checking *checking = arg;
	struct error err = { 0 };

	/* One that cannot be read was told when the object was opened. */
	if (packs_recipe(checking->self, &checking->recipe[i], &recipe, &err))
		return;
	pthread_mutex_lock(&checking->lock);
	if (!checking->stopped.code && parts_add(checking, &recipe, &err))
		checking->stopped = err;
	pthread_mutex_unlock(&checking->lock);
}

static int step_gather(struct parts_checking *checking, size_t count, struct error *err)
{
	threads_run(checking->ctx->threads, count, recipe_work, checking);
	return checking->stopped.code
		       ? error_set(err, checking->stopped.code, "%s", checking->stopped.text)
		       : 0;
}

/* ---- Met with the index ---- */

static int wanted_next(void *user, struct pack_wanted *out_wanted, bool *out_any, struct error *err)
{
	struct parts_checking *checking = user;
	uint8_t record[RECORD_BYTES];

	if (sorter_next(checking->sorter, record, out_any, err))
		return -1;
	if (!*out_any)
		return 0;
	memcpy(out_wanted->digest.byte, record, DIGEST_SIZE);
	out_wanted->len = 0;
	for (int k = 0; k < 4; k++)
		out_wanted->len = out_wanted->len << 8 | record[DIGEST_SIZE + k];
	return 0;
}

static int wanted_absent(void *user, const struct pack_wanted *wanted, struct error *err)
{
	struct parts_checking *checking = user;

	checking->all_suspect |= checking->suspect.count == MISSING_MAX;
	return checking->all_suspect ? 0
				     : digest_list_add(&checking->suspect, &wanted->digest, err);
}

/* ---- What seems to be missing ---- */

static bool is_suspect(const struct parts_checking *checking, const struct digest *digest)
{
	const struct digest_list *suspect = &checking->suspect;

	return checking->all_suspect || bsearch(digest, suspect->item, suspect->count,
						sizeof(*digest), digest_order) != NULL;
}

static int part_look(struct parts_checking *checking, const struct digest *object,
		     const struct recipe_part *part, struct error *err)
{
	char whole[DIGEST_HEX_SIZE], piece[DIGEST_HEX_SIZE], text[TEXT_SIZE];
	struct pack_hit hit[PACKS_COPIES_MAX];
	size_t count;
	bool loose = false;

	if (pack_index_find(checking->self->index, &part->digest, PACK_DATA, hit, PACKS_COPIES_MAX,
			    &count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (hit[i].entry.raw_len == part->len)
			return 0;
	if (store_has(checking->self->loose, &part->digest, &loose, err))
		return -1;
	if (loose)
		return 0; /* put back by a repair */
	digest_to_hex(object, whole);
	digest_to_hex(&part->digest, piece);
	snprintf(text, sizeof(text), "piece sha256:%s of object sha256:%s is in no pack", piece,
		 whole);
	return checking->missing(checking->user, &part->digest, text, err);
}

static int step_look(struct parts_checking *checking, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(recipe_release) struct recipe recipe = { 0 };
		struct error why = { 0 };

		if (packs_recipe(checking->self, &checking->recipe[i], &recipe, &why))
			continue;
		for (size_t k = 0; k < recipe.count; k++)
			if (is_suspect(checking, &recipe.part[k].digest) &&
			    part_look(checking, &checking->recipe[i], &recipe.part[k], err))
				return -1;
	}
	return 0;
}

int packs_parts_check(struct packs_store *self, const struct context *ctx,
		      const struct packs_whole *whole, bool few,
		      int (*missing)(void *user, const struct digest *part, const char *text,
				     struct error *err),
		      void *user, struct error *err)
{
	CLEANUP(parts_checking_free) struct parts_checking *checking = calloc(1, sizeof(*checking));
	const char *folder = context_environment(ctx, "TMPDIR");
	struct pack_wants wants = { wanted_next, wanted_absent, checking };

	if (!checking)
		return error_set(err, ERROR_SYSTEM, "out of memory for a check");
	checking->self = self;
	checking->ctx = ctx;
	checking->missing = missing;
	checking->user = user;
	checking->whole = whole;
	checking->all_suspect = few;
	pthread_mutex_init(&checking->lock, NULL);
	if (few)
		return recipes_each(checking, step_look, err);
	if (sorter_new(RECORD_BYTES, SORT_MEMORY_BYTES, folder && folder[0] ? folder : "/tmp",
		       &checking->sorter, err) ||
	    recipes_each(checking, step_gather, err) || sorter_finish(checking->sorter, err) ||
	    pack_index_meet(self->index, &wants, err))
		return -1;
	return checking->suspect.count ? recipes_each(checking, step_look, err) : 0;
}
