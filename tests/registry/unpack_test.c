/* gzip as two libraries read it: the same bytes out of the same bytes in, and the same refused. */
#include "registry/corpus/unpack.h"

#include <stdio.h>

#include "tests/support.h"

#define OUT_MAX (8u << 20)

static int keep(void *user, struct span bytes, struct error *err)
{
	assert_in_range(bytes.len, 1, UNPACK_STEP_BYTES);
	return buffer_add(user, bytes, err);
}

/* The whole file, in steps. */
static int unpack_by(struct unpack *unpack, struct span bytes, size_t step, struct buffer *out,
		     struct error *err)
{
	while (bytes.len) {
		struct span part = { bytes.data, bytes.len < step ? bytes.len : step };

		if (unpack_add(unpack, part, keep, out, err))
			return -1;
		bytes.data += part.len;
		bytes.len -= part.len;
	}
	return unpack_end(unpack, err);
}

/* Is it taken? Both libraries must say the same, and give the same. */
static bool both(struct span bytes, size_t step)
{
	CLEANUP(unpack_free) struct unpack *one = NULL, *other = NULL;
	CLEANUP(buffer_release) struct buffer from_one, from_other;
	struct error err = { 0 }, why = { 0 };
	int refused;

	buffer_init(&from_one, OUT_MAX);
	buffer_init(&from_other, OUT_MAX);
	assert_int_equal(unpack_new(PACKING_GZIP, &one, &err), 0);
	assert_int_equal(unpack_new_zlib(&other, &err), 0);
	refused = unpack_by(one, bytes, step, &from_one, &err);
	assert_int_equal(refused, unpack_by(other, bytes, step, &from_other, &why));
	if (refused) {
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_int_equal(why.code, ERROR_CORRUPT);
		return false;
	}
	assert_true(span_equal(buffer_view(&from_one), buffer_view(&from_other)));
	return true;
}

/* `shell` prints a gzip file. */
static void make(const char *shell, struct buffer *out)
{
	FILE *pipe = popen(shell, "r");
	struct error err = { 0 };
	uint8_t part[4096];
	size_t len;

	assert_non_null(pipe);
	buffer_init(out, OUT_MAX);
	while ((len = fread(part, 1, sizeof(part), pipe)))
		assert_int_equal(buffer_add(out, (struct span){ part, len }, &err), 0);
	assert_int_equal(pclose(pipe), 0);
	assert_true(out->len > 0);
}

#define LINES "awk 'BEGIN { for (i = 0; i < 20000; i++) print i * i % 7919, \"text\", i % 13 }'"

static void both_libraries_unpack_the_same_however_it_is_cut(void **state)
{
	static const char *const shell[] = {
		LINES " | gzip -1n",
		LINES " | gzip -9n",
		"head -c 70000 /dev/zero | gzip -n",
		"printf '' | gzip -n",
		"(echo one | gzip -n; printf '' | gzip -n; echo two | gzip -1n; head -c 512 "
		"/dev/zero)",
		"d=$(mktemp -d) && echo named >$d/name && gzip -N $d/name && cat $d/name.gz && rm "
		"-r $d",
	};
	static const size_t step[] = { 1, 7, 4093, 1u << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(shell) / sizeof(shell[0]); i++) {
		CLEANUP(buffer_release) struct buffer packed = { 0 };

		make(shell[i], &packed);
		for (size_t k = 0; k < sizeof(step) / sizeof(step[0]); k++)
			assert_true(both(buffer_view(&packed), step[k]));
	}
}

static void both_libraries_refuse_the_same(void **state)
{
	CLEANUP(buffer_release) struct buffer packed = { 0 };
	size_t taken = 0;

	(void)state;
	make("(echo a short text, a short text | gzip -n; echo two | gzip -n)", &packed);
	for (size_t len = 0; len < packed.len; len++)
		taken += both((struct span){ packed.data, len }, 5);
	assert_int_equal(taken, 1); /* the first member by itself */
	for (size_t at = 0; at < packed.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			packed.data[at] ^= (uint8_t)(1u << bit);
			(void)both(buffer_view(&packed),
				   1000); /* that they agree is asserted there */
			packed.data[at] ^= (uint8_t)(1u << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_libraries_unpack_the_same_however_it_is_cut),
		cmocka_unit_test(both_libraries_refuse_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
