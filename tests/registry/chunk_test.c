/* Bytes are cut where their content says: whatever they are, and wherever they were changed. */
#include "tests/support.h"

#include <stdlib.h>

#include "registry/packs/chunk.h"

enum { LEN = 1 << 20, CHUNKS_MAX = 1 << 12 };

struct cuts {
	size_t at[CHUNKS_MAX]; /* where each chunk begins */
	struct digest digest[CHUNKS_MAX];
	size_t count;
};

/* Cut all of it; chunks follow one another and keep to the bounds. */
static void cut(const struct chunking *how, struct span bytes, struct cuts *cuts)
{
	size_t at = 0;

	cuts->count = 0;
	while (at < bytes.len) {
		struct span rest = { bytes.data + at, bytes.len - at };
		size_t len = chunk_next(how, rest);

		assert_in_range(len, 1, rest.len);
		assert_true(len <= 4 * how->average);
		assert_true(cuts->count < CHUNKS_MAX);
		cuts->at[cuts->count] = at;
		cuts->digest[cuts->count++] = sha256((struct span){ rest.data, len });
		at += len;
	}
	assert_int_equal(at, bytes.len);
}

/* How many chunks of `now` `before` does not have. */
static size_t cuts_new(const struct cuts *before, const struct cuts *now)
{
	size_t count = 0;

	for (size_t i = 0; i < now->count; i++) {
		bool found = false;

		for (size_t k = 0; k < before->count && !found; k++)
			found = digest_equal(&before->digest[k], &now->digest[i]);
		count += !found;
	}
	return count;
}

/* What there is to cut: texts of short or long lines, with CR LF, of one line, and no text. */
enum sort { SHORT_LINES, LONG_LINES, WITH_CR, ONE_LINE, NO_TEXT, SORTS };

static uint8_t *make(enum sort sort, size_t len, uint64_t *chance)
{
	uint8_t *bytes = malloc(len);
	uint64_t one_in = sort == LONG_LINES ? 3000 : 60;

	for (size_t i = 0; i < len; i++) {
		uint64_t drawn = test_random(chance) >> 20;

		bytes[i] = (uint8_t)(sort == NO_TEXT ? drawn : 'a' + drawn % 26);
		if (sort != NO_TEXT && sort != ONE_LINE && drawn / 26 % one_in == 0)
			bytes[i] = '\n';
		if (sort == WITH_CR && i && bytes[i] == '\n')
			bytes[i - 1] = '\r';
	}
	return bytes;
}

static void an_edit_moves_nothing_elsewhere(void **state)
{
	static struct cuts before, after;
	uint64_t chance = 41;

	(void)state;
	for (enum sort sort = 0; sort < SORTS; sort++) {
		struct chunking how = chunking_of(sort != NO_TEXT, LEN);
		uint8_t *bytes = make(sort, LEN, &chance), *edited = malloc(LEN + 100);

		if (sort == NO_TEXT)
			how.average = CHUNK_LINES_BYTES;
		cut(&how, (struct span){ bytes, LEN }, &before);
		assert_in_range(before.count, LEN / how.average / 2, 2 * LEN / how.average);
		for (int turn = 0; turn < 20; turn++) {
			size_t at = test_random(&chance) % LEN, gone = test_random(&chance) % 50;
			size_t come = test_random(&chance) % 50;

			gone = gone < LEN - at ? gone : LEN - at;
			memcpy(edited, bytes, at);
			for (size_t i = 0; i < come; i++)
				edited[at + i] = (uint8_t)('A' + test_random(&chance) % 26);
			memcpy(edited + at + come, bytes + at + gone, LEN - at - gone);
			cut(&how, (struct span){ edited, LEN - gone + come }, &after);
			assert_in_range(cuts_new(&before, &after), 0, 6);
		}
		free(edited);
		free(bytes);
	}
}

/* A piece begins anywhere: two chunks later it is cut as if it had begun earlier. */
static void wherever_one_begins_the_cuts_are_the_same_soon(void **state)
{
	static struct cuts whole, later;
	uint64_t chance = 42;

	(void)state;
	for (enum sort sort = 0; sort < SORTS; sort++) {
		struct chunking how = chunking_of(sort != NO_TEXT, LEN);
		uint8_t *bytes = make(sort, LEN, &chance);
		size_t sum = 0;

		if (sort == NO_TEXT)
			how.average = CHUNK_LINES_BYTES;
		cut(&how, (struct span){ bytes, LEN }, &whole);
		for (int turn = 0; turn < 20; turn++) {
			size_t at = test_random(&chance) % (LEN / 2);

			cut(&how, (struct span){ bytes + at, LEN - at }, &later);
			sum += cuts_new(&whole, &later);
		}
		assert_true(sum <= 3 * 20);
		free(bytes);
	}
}

static void texts_are_cut_behind_lines(void **state)
{
	static struct cuts cuts;
	struct chunking how = chunking_of(true, LEN);
	uint64_t chance = 43;

	(void)state;
	for (enum sort sort = SHORT_LINES; sort <= WITH_CR; sort++) {
		uint8_t *bytes = make(sort, LEN, &chance);

		cut(&how, (struct span){ bytes, LEN }, &cuts);
		for (size_t i = 1; i < cuts.count; i++) {
			assert_int_equal(bytes[cuts.at[i] - 1], '\n');
			assert_true(cuts.at[i] - cuts.at[i - 1] >= chunk_min(&how));
		}
		free(bytes);
	}
}

/* Lines that are all alike give no place to cut; so many bytes are a chunk. */
static void what_is_all_alike_is_cut_too(void **state)
{
	static struct cuts cuts;
	struct chunking lines = chunking_of(true, LEN), bytes = chunking_of(false, LEN);
	uint8_t *alike = calloc(1, LEN);

	(void)state;
	cut(&lines, (struct span){ alike, LEN }, &cuts);
	cut(&bytes, (struct span){ alike, LEN }, &cuts);
	memset(alike, '\n', LEN);
	cut(&lines, (struct span){ alike, LEN }, &cuts);
	for (size_t i = 0; i < LEN; i++)
		alike[i] = i % 100 ? 'x' : '\n';
	cut(&lines, (struct span){ alike, LEN }, &cuts);
	free(alike);
}

static void a_large_file_is_cut_into_larger_chunks(void **state)
{
	(void)state;
	for (int lines = 0; lines < 2; lines++) {
		size_t usual = lines ? CHUNK_LINES_BYTES : CHUNK_BYTES_BYTES;

		assert_int_equal(chunking_of(lines, 1).average, usual);
		assert_int_equal(chunking_of(lines, UINT64_C(2) << 30).average, usual);
		for (uint64_t size = 1; size <= UINT64_C(1) << 44; size *= 2)
			assert_true(size / chunking_of(lines, size).average <= CHUNK_PARTS_AIM);
	}
}

static void text_is_told_from_what_is_none(void **state)
{
	static const uint8_t text[] = "\xe6\x9c\xac \x1b[1mbook\x1b[0m\r\n\f", zero[] = "a\0b";
	uint64_t chance = 44;
	uint8_t *bytes = make(NO_TEXT, LEN, &chance), *some = make(SHORT_LINES, LEN, &chance);

	(void)state;
	assert_true(chunk_is_text((struct span){ text, sizeof(text) - 1 }));
	assert_true(chunk_is_text((struct span){ some, LEN }));
	assert_false(chunk_is_text((struct span){ zero, 3 }));
	assert_false(chunk_is_text((struct span){ bytes, LEN }));
	free(bytes);
	free(some);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_moves_nothing_elsewhere),
		cmocka_unit_test(wherever_one_begins_the_cuts_are_the_same_soon),
		cmocka_unit_test(texts_are_cut_behind_lines),
		cmocka_unit_test(what_is_all_alike_is_cut_too),
		cmocka_unit_test(a_large_file_is_cut_into_larger_chunks),
		cmocka_unit_test(text_is_told_from_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
