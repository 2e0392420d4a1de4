/* The parts of an earlier version of a file, by digest and by place. */
#include <stdlib.h>
#include <string.h>

#include "registry/packs/file.h"

enum { PARTS_MAX = 1 << 18 /* of one earlier version */, ALL_PARTS_MAX = 1 << 19 };

struct packs_earlier {
	struct packs_store *store;
	struct recipe recipe;
	uint32_t *slot; /* hash table over the parts: number + 1, 0 empty */
	size_t slots;   /* a power of two */
};

static size_t slot_of(const struct packs_earlier *earlier, const struct digest *digest)
{
	size_t first;

	memcpy(&first, digest->byte, sizeof(first));
	return first & (earlier->slots - 1);
}

/* Of equal parts the first is found. */
static int slots_fill(struct packs_earlier *earlier)
{
	const struct recipe *recipe = &earlier->recipe;

	for (earlier->slots = 64; earlier->slots < 2 * recipe->count; earlier->slots *= 2)
		;
	earlier->slot = calloc(earlier->slots, sizeof(*earlier->slot));
	if (!earlier->slot)
		return -1;
	for (size_t i = 0; i < recipe->count; i++) {
		size_t at = slot_of(earlier, &recipe->part[i].digest);

		while (earlier->slot[at])
			at = (at + 1) & (earlier->slots - 1);
		earlier->slot[at] = (uint32_t)i + 1;
	}
	return 0;
}

/* All that are open together have bounded room. */
static bool parts_claim(struct packs_store *self, size_t count)
{
	bool fits;

	pthread_mutex_lock(&self->lock);
	fits = count <= PARTS_MAX && self->earlier_parts + count <= ALL_PARTS_MAX;
	if (fits)
		self->earlier_parts += count;
	pthread_mutex_unlock(&self->lock);
	return fits;
}

static void parts_return(struct packs_store *self, size_t count)
{
	pthread_mutex_lock(&self->lock);
	self->earlier_parts -= count;
	pthread_mutex_unlock(&self->lock);
}

/* It is a help: whatever does not work, there is none. */
void packs_earlier_open(struct packs_store *self, const struct digest *object,
			struct packs_earlier **out_earlier)
{
	struct packs_earlier *earlier = calloc(1, sizeof(*earlier));
	struct error ignored = { 0 };

	*out_earlier = NULL;
	if (!earlier || packs_recipe(self, object, &earlier->recipe, &ignored)) {
		free(earlier);
		return;
	}
	if (!earlier->recipe.count || !parts_claim(self, earlier->recipe.count)) {
		recipe_release(&earlier->recipe);
		free(earlier);
		return;
	}
	earlier->store = self;
	if (slots_fill(earlier))
		packs_earlier_free(&earlier);
	*out_earlier = earlier;
}

void packs_earlier_free(struct packs_earlier **earlier)
{
	if (!*earlier)
		return;
	parts_return((*earlier)->store, (*earlier)->recipe.count);
	recipe_release(&(*earlier)->recipe);
	free((*earlier)->slot);
	free(*earlier);
	*earlier = NULL;
}

size_t packs_earlier_find(const struct packs_earlier *earlier, const struct digest *digest)
{
	const struct recipe_part *part = earlier->recipe.part;

	for (size_t at = slot_of(earlier, digest); earlier->slot[at];
	     at = (at + 1) & (earlier->slots - 1))
		if (digest_equal(&part[earlier->slot[at] - 1].digest, digest))
			return earlier->slot[at] - 1;
	return PACKS_EARLIER_NONE;
}

size_t packs_earlier_at(const struct packs_earlier *earlier, uint64_t offset)
{
	return recipe_part_at(&earlier->recipe, offset);
}

const struct recipe *packs_earlier_recipe(const struct packs_earlier *earlier)
{
	return &earlier->recipe;
}
