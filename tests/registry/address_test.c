/* Addresses of strangers: what may stand where. */
#include "tests/support.h"

#include "registry/address.h"

static const struct {
	const char *text;
	bool in_markdown, in_citation, in_json;
} known[] = {
	{ "https://example.org/a_b~c/?q=1&r=%20#x", true, true, true },
	{ "http://a", true, true, true },
	{ "https://example.org/a(b)!*", false, true, true },
	{ "https://example.org/a)", false, true, true },
	{ "https://example.org/a'b", false, false, true },
	{ "https://[::1]/a", false, false, true },
	{ "git+ssh://git@example.org/o/r.git", false, false, true },
	{ "javascript://example.org/%0aalert(1)", false, false, true },
	{ "javascript:alert(1)", false, false, false },
	{ "https://", false, false, true },
	{ "https:///path", false, false, true },
	{ "HTTPS://example.org", false, false, true },
	{ "://example.org", false, false, false },
	{ "git@github.com:o/r.git", false, false, false },
	{ "https://example.org/a b", false, false, false },
	{ "https://example.org/a\nb", false, false, false },
	{ "https://example.org/\xe3\x81\x82", false, false, false },
	{ "https://example.org/}\\input{x}", false, false, false },
	{ "https://example.org/<b>", false, false, false },
	{ "https://example.org/\"", false, false, false },
	{ "https://example.org/`", false, false, false },
	{ "https://example.org/|", false, false, false },
	{ "", false, false, false },
	{ NULL, false, false, false },
};

static void each_place_takes_what_cannot_end_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(address_is(known[i].text, ADDRESS_IN_MARKDOWN),
				 known[i].in_markdown);
		assert_int_equal(address_is(known[i].text, ADDRESS_IN_CITATION),
				 known[i].in_citation);
		assert_int_equal(address_is(known[i].text, ADDRESS_IN_JSON), known[i].in_json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place_takes_what_cannot_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
