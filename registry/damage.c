/* What does not hold in a registry: kept in a list that is looked up by object. */
#include "registry/damage.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 256, TEXT_MAX = 2048 };

const char *damage_what_name(enum damage_what what)
{
	static const char *const name[] = {
		[DAMAGE_LOG] = "log",
		[DAMAGE_STATEMENT] = "statement",
		[DAMAGE_MISSING] = "missing",
		[DAMAGE_CHANGED] = "changed",
		[DAMAGE_UNREADABLE] = "unreadable",
		[DAMAGE_COPY] = "copy",
		[DAMAGE_STRUCTURE] = "structure",
	};

	return name[what];
}

static void damage_release(struct damage *damage)
{
	for (size_t i = 0; i < damage->hit_count; i++) {
		free(damage->hit[i].name);
		free(damage->hit[i].kind);
		free(damage->hit[i].what);
		free(damage->hit[i].where);
	}
	free(damage->hit);
	free(damage->text);
	free(damage->repair);
}

void damages_release(struct damages *damages)
{
	for (size_t i = 0; i < damages->count; i++)
		damage_release(&damages->item[i]);
	free(damages->item);
	free(damages->slot);
	*damages = (struct damages){ .count = 0 };
}

/* The slot of an object, or the empty one where it would stand. */
static uint32_t *slot_of(const struct damages *damages, const struct digest *object)
{
	size_t at;

	memcpy(&at, object->byte, sizeof(at));
	for (;; at++) {
		uint32_t *slot = &damages->slot[at & (damages->slots - 1)];

		if (!*slot || (damages->item[*slot - 1].has_object &&
			       digest_equal(&damages->item[*slot - 1].object, object)))
			return slot;
	}
}

/* At most half of the slots are taken. */
static int slots_room(struct damages *damages, struct error *err)
{
	size_t slots = damages->slots ? 2 * damages->slots : SLOTS_FIRST;
	uint32_t *slot;

	if (2 * (damages->count + 1) <= damages->slots)
		return 0;
	slot = calloc(slots, sizeof(*slot));
	if (!slot)
		return error_set(err, ERROR_SYSTEM, "out of memory for findings");
	free(damages->slot);
	damages->slot = slot;
	damages->slots = slots;
	for (size_t i = 0; i < damages->count; i++)
		if (damages->item[i].has_object)
			*slot_of(damages, &damages->item[i].object) = (uint32_t)i + 1;
	return 0;
}

struct damage *damages_find(const struct damages *damages, const struct digest *object)
{
	uint32_t place = damages->slots ? *slot_of(damages, object) : 0;

	return place ? &damages->item[place - 1] : NULL;
}

static int text_copy(const char *raw, char **out_text, struct error *err)
{
	char text[TEXT_MAX];

	text_escape(text, sizeof(text), raw);
	*out_text = strdup(text);
	return *out_text ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for findings");
}

int damages_add(struct damages *damages, enum damage_what what, const struct digest *object,
		const char *text, struct error *err)
{
	struct damage *damage;

	if (object && damages_find(damages, object))
		return 0;
	damages->total++;
	if (damages->count == DAMAGES_MAX)
		return 0;
	if (slots_room(damages, err))
		return -1;
	if (damages->count == damages->room) {
		size_t room = damages->room ? 2 * damages->room : 16;

		damage = reallocarray(damages->item, room, sizeof(*damage));
		if (!damage)
			return error_set(err, ERROR_SYSTEM, "out of memory for findings");
		damages->item = damage;
		damages->room = room;
	}
	damage = &damages->item[damages->count];
	*damage = (struct damage){ .what = what,
				   .has_object = object != NULL,
				   .size = DAMAGE_SIZE_UNKNOWN };
	if (text_copy(text, &damage->text, err))
		return -1;
	if (object) {
		damage->object = *object;
		*slot_of(damages, object) = (uint32_t)damages->count + 1;
	}
	damages->count++;
	return 0;
}

int damage_hit_add(struct damage *damage, const char *name, const char *kind, const char *what,
		   const char *where, struct error *err)
{
	struct damage_hit *hit;

	damage->hits++;
	if (damage->hit_count == DAMAGE_HITS_MAX)
		return 0;
	hit = reallocarray(damage->hit, damage->hit_count + 1, sizeof(*hit));
	if (!hit)
		return error_set(err, ERROR_SYSTEM, "out of memory for findings");
	damage->hit = hit;
	hit += damage->hit_count++;
	*hit = (struct damage_hit){ .name = NULL };
	return text_copy(name, &hit->name, err) || text_copy(kind, &hit->kind, err) ||
			       text_copy(what, &hit->what, err) ||
			       (where && text_copy(where, &hit->where, err))
		       ? -1
		       : 0;
}

const char *damage_advice(const struct damage *damage)
{
	switch (damage->what) {
	case DAMAGE_LOG:
		return "restore the log from a copy of it; akashi log audit tells more";
	case DAMAGE_STATEMENT:
		return "akashi fsck --repair-from takes it from another copy of this registry";
	case DAMAGE_STRUCTURE:
		return "akashi fsck --read-all tells which objects are hit";
	case DAMAGE_COPY:
		return "akashi fsck --repair takes the other copy, and the next akashi gc writes "
		       "the pack anew";
	case DAMAGE_MISSING:
	case DAMAGE_CHANGED:
	case DAMAGE_UNREADABLE:
		break;
	}
	if (!damage->needed)
		return "nothing that is registered needs it";
	return "akashi fsck --repair-from REGISTRY or DIR looks for its bytes there; akashi add of "
	       "the same files under the same name brings back what is missing; akashi prune says "
	       "that they are given up";
}
