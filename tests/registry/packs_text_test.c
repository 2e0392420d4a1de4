/* Texts in packs: versions of a corpus, their dictionary, and whatever else may be cut. */
#include "tests/registry/packs_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, TEXT = 5 << 19, WORDS = 4000 };

/* ---- Making texts ---- */

struct text {
	char *data;
	size_t len;
};

/* Lines of words, some of which are common, as in a language. */
static struct text text_make(uint64_t *chance)
{
	static char word[WORDS][12];
	struct text text = { malloc(TEXT + 400), 0 };
	size_t words = 0;

	for (size_t i = 0; i < WORDS; i++) {
		size_t len = 2 + test_random(chance) % 8;

		for (size_t k = 0; k < len; k++)
			word[i][k] = (char)('a' + test_random(chance) % 26);
		word[i][len] = '\0';
	}
	while (text.len < TEXT) {
		double u = (double)(test_random(chance) >> 11) / 9007199254740992.0;
		size_t which = (size_t)((double)WORDS * u * u * u);

		text.len += (size_t)snprintf(text.data + text.len, 400, "%s%c", word[which],
					     ++words % 20 ? ' ' : '\n');
	}
	return text;
}

/* One line in `one_in` gets a word that no other has; and one is put in front. */
static struct text text_edit(const struct text *text, unsigned one_in, uint64_t *chance)
{
	struct text edited = { malloc(text->len + text->len / 10 + 400), 0 };

	edited.len = (size_t)snprintf(edited.data, 400, "this line was put in front\n");
	for (size_t i = 0; i < text->len; i++) {
		edited.data[edited.len++] = text->data[i];
		if (text->data[i] == '\n' && test_random(chance) % one_in == 0)
			edited.len +=
				(size_t)snprintf(edited.data + edited.len, 400, "edit%08llx ",
						 (unsigned long long)test_random(chance) >> 40);
	}
	return edited;
}

static struct span span_of_text(const struct text *text)
{
	return (struct span){ (const uint8_t *)text->data, text->len };
}

/* ---- Adding ---- */

struct giving {
	struct store_file *file;
	struct span bytes;
};

static void piece_give(void *arg, size_t i)
{
	const struct giving *giving = arg;
	size_t at = i * PIECE, rest = giving->bytes.len - at;
	struct span bytes = { giving->bytes.data + at, rest < PIECE ? rest : PIECE };
	struct store_piece piece = { .offset = at,
				     .bytes = bytes,
				     .digest = sha256(bytes),
				     .content = CONTENT_TEXT,
				     .divisible = true };
	struct error err = { 0 };

	assert_done(packs_file_piece(giving->file, &piece, &err), &err);
}

static struct store_file *divisible_begin(struct world *w, size_t size,
					  const struct digest *earlier)
{
	struct store_file_wish wish = {
		.size = size, .name = "corpus", .content = CONTENT_TEXT, .effort = EFFORT_FULL
	};
	struct store_file *file = NULL;
	struct error err = { 0 };

	if (earlier)
		wish.earlier = *earlier;
	assert_done(packs_file_begin(&w->store->head, &wish, &file, &err), &err);
	return file;
}

/* By pieces that may be cut, from any threads; its digest. */
static struct digest divisible_add(struct world *w, struct span bytes, const struct digest *earlier)
{
	CLEANUP(threads_free) struct threads *threads = NULL;
	struct giving giving = { divisible_begin(w, bytes.len, earlier), bytes };
	struct digest whole = sha256(bytes);
	struct error err = { 0 };

	assert_done(threads_new(3, &threads, &err), &err);
	threads_run(threads, (bytes.len + PIECE - 1) / PIECE, piece_give, &giving);
	assert_done(packs_file_commit(giving.file, &whole, &err), &err);
	return whole;
}

/* ---- Looking ---- */

struct taken {
	struct digest last;
	uint64_t raw, stored;
	size_t parts;
	struct world *w;
	size_t of_codec[8];
	struct digest needed; /* by the last part that needs a dictionary */
	size_t dictionaries;  /* changes of it */
};

static int part_take(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		     struct error *err)
{
	struct taken *taken = arg;
	struct packs_place place[PACKS_COPIES_MAX];
	struct digest needed;
	size_t count;

	if (!raw_len) /* a base or a dictionary, and no part */
		return 0;
	assert_done(packs_find(taken->w->store, digest, PACK_DATA, place, &count, err), err);
	assert_true(count >= 1);
	taken->of_codec[place[0].entry.codec]++;
	if (packs_needs(&place[0], PACK_DICTIONARY, &needed) &&
	    !digest_equal(&needed, &taken->needed)) {
		taken->needed = needed;
		taken->dictionaries++;
	}
	packs_places_drop(place, count);
	taken->raw += raw_len;
	taken->stored += stored_len;
	taken->parts++;
	return 0;
}

static struct taken look(struct world *w, const struct digest *whole)
{
	struct taken taken = { .w = w };
	struct error err = { 0 };

	assert_done(store_parts(&w->store->head, whole, true, part_take, &taken, &err), &err);
	return taken;
}

/* All packs, those that are being written too. */
static uint64_t packs_bytes(const struct world *w)
{
	DIR *folder = opendir(w->packs);
	struct dirent *entry;
	uint64_t bytes = 0;

	while ((entry = readdir(folder))) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", w->packs, entry->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_size;
	}
	closedir(folder);
	return bytes;
}

enum { ZSTD_DICTIONARY = 2, ZSTD_BASE = 5 };

static void versions_of_a_text_take_what_was_edited(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 51, before = 0, now;
	struct text text[4];
	struct digest whole[4];

	(void)state;
	world_open(&w);
	w.store->pack_size = 1 << 20;
	text[0] = text_make(&chance);
	for (int i = 0; i < 4; i++) {
		struct taken taken;

		if (i)
			text[i] = text_edit(&text[i - 1], 100, &chance);
		whole[i] = divisible_add(&w, span_of_text(&text[i]), i ? &whole[i - 1] : NULL);
		if (i != 1)
			world_flush(&w); /* the earlier one may not be sealed yet */
		now = packs_bytes(&w);
		taken = look(&w, &whole[i]);
		print_message("%d parts %zu dict %zu base %zu zstd %zu raw %zu bytes %zu of %zu\n",
			      i, taken.parts, taken.of_codec[2], taken.of_codec[5],
			      taken.of_codec[1], taken.of_codec[0], now - before, text[i].len);
		assert_int_equal(taken.raw, text[i].len);
		if (!i)
			assert_true(taken.of_codec[ZSTD_DICTIONARY] > taken.parts * 3 / 4);
		else /* nearly every chunk has an edited line, and is kept as what was edited */
			assert_true(taken.of_codec[ZSTD_BASE] > taken.parts / 2);
		assert_true(!i || now - before < text[i].len * 4 / 100);
		before = now;
	}
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 4; i++)
			file_check(&w, &whole[i], span_of_text(&text[i]), &chance);
		world_reopen(&w);
	}
	for (int i = 0; i < 4; i++)
		free(text[i].data);
}

/* The offset in its pack at which the record's stored bytes lie is damaged. */
static void record_damage(struct world *w, const struct digest *digest, enum pack_kind kind)
{
	struct packs_place place[PACKS_COPIES_MAX];
	char name[PACK_NAME_ROOM], path[4096];
	struct error err = { 0 };
	size_t count;
	int fd;

	assert_done(packs_find(w->store, digest, kind, place, &count, &err), &err);
	assert_int_equal(count, 1);
	pack_name_text(&place[0].handle->name, name);
	snprintf(path, sizeof(path), "%s/%s", w->packs, name);
	assert_int_equal(chmod(path, 0644), 0);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(
		pwrite(fd, "damage", 6, (off_t)(place[0].entry.offset + PACK_RECORD_BYTES + 1000)),
		6);
	close(fd);
	packs_places_drop(place, count);
}

static void a_dictionary_is_kept_twice_and_used_again(void **state)
{
	CLEANUP(world_close) struct world w;
	CLEANUP(source_close) struct source *source = NULL;
	uint64_t chance = 52;
	struct text text, edited;
	struct digest first, second, dictionary;
	struct taken again;
	struct error err = { 0 };
	char byte;

	(void)state;
	world_open(&w);
	w.store->pack_size = 64 << 20;
	text = text_make(&chance);
	edited = text_edit(&text, 2, &chance);
	first = divisible_add(&w, span_of_text(&text), NULL);
	world_flush(&w);
	dictionary = look(&w, &first).needed;
	world_reopen(&w);                 /* another process finds it by the version before */
	memset(edited.data, 'x', 200000); /* nothing that one could be a difference to */
	for (size_t i = 0; i < 200000; i++)
		edited.data[i] = text.data[(i * 7919) % text.len];
	second = divisible_add(&w, span_of_text(&edited), &first);
	world_flush(&w);
	again = look(&w, &second);
	assert_int_equal(again.dictionaries, 1);
	assert_true(digest_equal(&again.needed, &dictionary));

	record_damage(&w, &dictionary, PACK_DICTIONARY);
	world_reopen(&w);
	file_check(&w, &first, span_of_text(&text), &chance);
	file_check(&w, &second, span_of_text(&edited), &chance);
	record_damage(&w, &dictionary, PACK_DATA);
	world_reopen(&w);
	assert_done(store_read(&w.store->head, &first, &source, &err), &err);
	assert_fails(source_read_at(source, 0, &byte, 1, &err), &err, ERROR_CORRUPT);
	free(text.data);
	free(edited.data);
}

static void whatever_may_be_cut_comes_back(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 53;
	struct digest whole[7], again;
	uint8_t *bytes[7];
	size_t len = PIECE + 123457;
	uint64_t stored;

	(void)state;
	world_open(&w);
	w.store->pack_size = 1 << 20;
	for (int i = 0; i < 7; i++) {
		bytes[i] = random_bytes(len, &chance); /* binary, whatever it is called */
		for (size_t k = 0; k < len && i; k++) {
			uint8_t c = bytes[i][k];

			if (i == 1) /* one line, without an end */
				bytes[i][k] = (uint8_t)('a' + c % 26);
			if (i == 2) /* CR LF */
				bytes[i][k] = (uint8_t)(c % 100 ? 'a' + c % 26 : '\n');
			if (i == 2 && k && bytes[i][k] == '\n')
				bytes[i][k - 1] = '\r';
			if (i == 3) /* empty lines */
				bytes[i][k] = '\n';
			if (i == 4)
				bytes[i][k] = 0;
			if (i == 5) /* text, then none */
				bytes[i][k] = k < PIECE ? (uint8_t)('a' + c % 4) : c;
			if (i == 6) /* CR alone */
				bytes[i][k] = (uint8_t)(c % 100 ? 'a' + c % 26 : '\r');
		}
		whole[i] =
			divisible_add(&w, (struct span){ bytes[i], len }, i ? &whole[i - 1] : NULL);
	}
	world_flush(&w);
	stored = look(&w, &whole[0]).stored;
	assert_in_range(stored, len, len + len / 100);
	for (int i = 0; i < 7; i++)
		file_check(&w, &whole[i], (struct span){ bytes[i], len }, &chance);

	/* Bytes in front of what is no text move no cut. */
	memmove(bytes[0] + 1000, bytes[0], len - 1000);
	again = divisible_add(&w, (struct span){ bytes[0], len }, NULL);
	world_flush(&w);
	assert_true(look(&w, &again).parts >= 2);
	file_check(&w, &again, (struct span){ bytes[0], len }, &chance);
	for (int i = 0; i < 7; i++)
		free(bytes[i]);
}

/* A writer that was killed had its dictionary, bases and differences in packs of its own. */
static void what_a_killed_writer_left_of_a_text_is_taken_over(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 54;
	struct text text, edited;
	struct digest first, second;

	(void)state;
	world_open(&w);
	w.store->pack_size = 64 << 20;
	text = text_make(&chance);
	edited = text_edit(&text, 50, &chance);
	first = divisible_add(&w, span_of_text(&text), NULL);
	second = divisible_add(&w, span_of_text(&edited), &first);
	world_reopen(&w);
	packs_file_abort(divisible_begin(&w, TEXT, &first)); /* somebody writes again */
	assert_int_equal(files_count(&w, "tmp-", ""), 0);
	file_check(&w, &first, span_of_text(&text), &chance);
	file_check(&w, &second, span_of_text(&edited), &chance);
	free(text.data);
	free(edited.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_of_a_text_take_what_was_edited),
		cmocka_unit_test(a_dictionary_is_kept_twice_and_used_again),
		cmocka_unit_test(whatever_may_be_cut_comes_back),
		cmocka_unit_test(what_a_killed_writer_left_of_a_text_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
