/*
 * gc_state: SHA-256 over the rules by which statements are followed, reach_released, and a number
 * for each statement, in order: the first eight bytes of its identity, and of its signer, added.
 * Numbers are little-endian.
 */
#include "registry/gc_state.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/reach.h"
#include "registry/remembered.h"

enum { FRONT_BYTES = 2 * DIGEST_SIZE, NUMBERS_FIRST = 1024 };

struct numbers {
	uint64_t *item;
	size_t count, room;
};

static void numbers_release(struct numbers *numbers)
{
	free(numbers->item);
	*numbers = (struct numbers){ NULL, 0, 0 };
}

static int number_add(struct numbers *numbers, uint64_t number, struct error *err)
{
	if (numbers->count == numbers->room) {
		size_t room = numbers->room ? 2 * numbers->room : NUMBERS_FIRST;
		uint64_t *more = reallocarray(numbers->item, room, sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for statements");
		numbers->item = more;
		numbers->room = room;
	}
	numbers->item[numbers->count++] = number;
	return 0;
}

static int number_order(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Digests are as good as drawn: two statements have the same number once in 2^64. */
static uint64_t number_of(const struct digest *identity, const struct digest *signer)
{
	struct reader a = reader_over(digest_view(identity)), b = reader_over(digest_view(signer));

	return reader_u64le(&a) + reader_u64le(&b);
}

static int numbers_list(struct registry *registry, struct numbers *out, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(folder_close) DIR *folder = NULL;
	struct digest identity, signer;
	struct dirent *entry;
	int failed = 0;

	if (registry_path(registry, "statements", &path, err))
		return -1;
	folder = opendir(path);
	if (!folder)
		return error_system(err, errno, "cannot list '%s'", path);
	while (folder_next(folder, path, &entry, &failed, err))
		if (reach_name_read(entry->d_name, &identity, &signer))
			failed = number_add(out, number_of(&identity, &signer), err);
	if (failed)
		return -1;
	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), number_order);
	return 0;
}

int gc_state_take(struct registry *registry, struct buffer *out, struct error *err)
{
	CLEANUP(numbers_release) struct numbers numbers = { NULL, 0, 0 };
	struct digest rules = remembered_rules(registry), released;

	if (reach_released(registry, &released, err) || numbers_list(registry, &numbers, err) ||
	    buffer_add(out, digest_view(&rules), err) ||
	    buffer_add(out, digest_view(&released), err))
		return -1;
	for (size_t i = 0; i < numbers.count; i++)
		if (buffer_add_u64le(out, numbers.item[i], err))
			return -1;
	return 0;
}

bool gc_state_holds(struct span then, const uint64_t *now, size_t count)
{
	struct reader r = reader_over(then);
	uint64_t last = 0;
	size_t at = 0;

	while (r.rest.len) {
		uint64_t number = reader_u64le(&r);

		if (r.failed || number < last)
			return false;
		while (at < count && now[at] < number)
			at++;
		if (at == count || now[at] != number)
			return false;
		last = number;
	}
	return true;
}

int gc_state_stands(struct registry *registry, struct span state, bool *out_stands,
		    struct error *err)
{
	CLEANUP(numbers_release) struct numbers numbers = { NULL, 0, 0 };
	struct digest rules = remembered_rules(registry), released;

	*out_stands = false;
	if (state.len < FRONT_BYTES || memcmp(state.data, rules.byte, DIGEST_SIZE) != 0)
		return 0;
	if (reach_released(registry, &released, err) || numbers_list(registry, &numbers, err))
		return -1;
	*out_stands =
		memcmp(state.data + DIGEST_SIZE, released.byte, DIGEST_SIZE) == 0 &&
		gc_state_holds((struct span){ state.data + FRONT_BYTES, state.len - FRONT_BYTES },
			       numbers.item, numbers.count);
	return 0;
}
