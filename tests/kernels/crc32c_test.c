/* CRC-32C: published values, and every way of computing it agrees with the definition. */
#include "tests/support.h"

#include <stdlib.h>

static void published_values_come_out(void **state)
{
	uint8_t bytes[32] = { 0 };

	(void)state;
	/* RFC 3720, appendix B.4, and the check value that everybody gives. */
	assert_int_equal(crc32c(0, (struct span){ bytes, 32 }), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(0, (struct span){ bytes, 32 }), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc32c(0, (struct span){ bytes, 32 }), 0x46dd794e);
	assert_int_equal(crc32c(0, span_of("123456789")), 0xe3069283);
	assert_int_equal(crc32c_plain(0, span_of("123456789")), 0xe3069283);
}

static void parts_and_offsets_do_not_matter(void **state)
{
	uint8_t bytes[300];
	uint64_t chance = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(test_random(&chance) >> 30);
	for (size_t from = 0; from < 16; from++)
		for (size_t len = 0; len < 64; len++) {
			struct span whole = { bytes + from, 200 + len };
			struct span head = { whole.data, len };
			struct span tail = { whole.data + len, whole.len - len };
			uint32_t crc = crc32c_plain(0, whole);

			assert_int_equal(crc32c(0, whole), crc);
			assert_int_equal(crc32c(crc32c(0, head), tail), crc);
		}
}

/* Long enough for parts side by side, once, twice, and with a rest. */
static void long_messages_have_the_checksum_of_the_definition(void **state)
{
	enum { LONG = 3 * 12288 + 5000 };
	static const size_t sizes[] = { 12287, 12288, 12289, 24576, 24581, LONG };
	uint8_t *bytes = malloc(LONG);
	uint64_t chance = 6;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < LONG; i++)
		bytes[i] = (uint8_t)(test_random(&chance) >> 30);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct span whole = { bytes, sizes[i] };

		assert_int_equal(crc32c(0, whole), crc32c_plain(0, whole));
		assert_int_equal(crc32c(0x12345678, whole), crc32c_plain(0x12345678, whole));
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_values_come_out),
		cmocka_unit_test(parts_and_offsets_do_not_matter),
		cmocka_unit_test(long_messages_have_the_checksum_of_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
