/* Cards are read strictly, with the line of everything. */
#include "tests/support.h"

#include "verify/card/text.h"

static bool is(struct span text, const char *expected)
{
	return span_equal(text, span_of(expected));
}

static void assert_refused(const char *text, const char *expected)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	struct error err = { 0 };

	assert_int_equal(card_text_parse(span_of(text), "card.md", &card, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	if (!strstr(err.text, expected))
		fail_msg("'%s' is not in: %s", expected, err.text);
}

static void front_matter_and_body_are_told_apart(void **state)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	static const char text[] = "---\nlicense: mit # why\ntags:\n- a\n- \"b: c\"\n---\n\n# T\n";
	const struct yaml_node *tags, *root;
	struct error err = { 0 };

	(void)state;
	assert_done(card_text_parse(span_of(text), "card.md", &card, &err), &err);
	root = yaml_root(&card.front);
	assert_true(is(yaml_member(&card.front, root, "license")->text, "mit"));
	tags = yaml_member(&card.front, root, "tags");
	assert_int_equal(tags->kind, YAML_LIST);
	assert_int_equal(tags->line, 3);
	assert_int_equal(tags->last_line, 5);
	assert_true(is(yaml_next(&card.front, yaml_first(&card.front, tags))->text, "b: c"));
	assert_int_equal(card.body_line, 7);
	assert_int_equal(card.count, 1);
	assert_int_equal(card.line[0].line, 8);
	assert_true(is(card.line[0].text, "T"));
}

static void tables_have_cells_with_their_line(void **state)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	static const char text[] = "a|b\n\n|Spec name|Value|\n|:---|---:|\n|x \\| y| 1,2 |\n|z|\n"
				   "\n- 1. text\n";
	struct error err = { 0 };

	(void)state;
	assert_done(card_text_parse(span_of(text), "card.md", &card, &err), &err);
	assert_int_equal(card.count, 5);
	assert_int_equal(card.line[0].kind, CARD_TEXT); /* no line of dashes below it */
	assert_int_equal(card.line[1].kind, CARD_ROW);
	assert_int_equal(card.line[1].row, 0);
	assert_int_equal(card.line[2].row, 1);
	assert_int_equal(card.line[2].line, 5);
	assert_int_equal(card.line[2].cells, 2);
	assert_true(is(card.cell[card.line[2].cell], "x \\| y"));
	assert_true(is(card.cell[card.line[2].cell + 1], "1,2"));
	assert_int_equal(card.line[3].cells, 1);
	assert_true(is(card.line[4].text, "text"));
}

static void comments_say_nothing_and_code_is_kept_apart(void **state)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	static const char text[] = "<!-- 1\n2 --> behind\n```\n<!-- akashi:begin x -->\n# 3\n```\n";
	struct error err = { 0 };

	(void)state;
	assert_done(card_text_parse(span_of(text), "card.md", &card, &err), &err);
	assert_int_equal(card.count, 3);
	assert_true(is(card.line[0].text, "behind"));
	assert_int_equal(card.line[1].kind, CARD_CODE);
	assert_int_equal(card.line[2].kind, CARD_CODE);
	assert_int_equal(card.part_count, 0);
}

static void generated_parts_lie_between_markers(void **state)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	static const char text[] = "hand\n<!-- akashi:begin specs -->\n| made |\n"
				   "<!-- akashi:end specs -->\nhand";
	const struct card_part *part;
	struct error err = { 0 };

	(void)state;
	assert_done(card_text_parse(span_of(text), "card.md", &card, &err), &err);
	part = card_part_find(&card, "specs");
	assert_non_null(part);
	assert_int_equal(part->line, 2);
	assert_int_equal(part->last_line, 4);
	assert_true(
		is((struct span){ card.bytes.data + part->inner, part->inner_end - part->inner },
		   "| made |\n"));
	assert_memory_equal(card.bytes.data + part->begin, "<!-- akashi:begin", 17);
	assert_memory_equal(card.bytes.data + part->end, "hand", 4);
	assert_null(card_part_find(&card, "data"));
}

/* Two bytes of an escape may be three of text. */
static void every_escape_that_writers_use_is_taken(void **state)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	static const char text[] = "---\na: \"\\L\\P\\L\\N\\_\\x41\\u0042\\U0001F600\"\n---\n";
	struct error err = { 0 };

	(void)state;
	assert_done(card_text_parse(span_of(text), "card.md", &card, &err), &err);
	assert_true(is(yaml_first(&card.front, yaml_root(&card.front))->text,
		       "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa8\xc2\x85\xc2\xa0"
		       "AB\xf0\x9f\x98\x80"));
}

static void markers_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	assert_refused("<!-- akashi:begin a -->\n", "line 1: the generated part does not end");
	assert_refused("\n<!-- akashi:end a -->\n", "line 2: a generated part ends");
	assert_refused("<!-- akashi:begin a -->\n<!-- akashi:begin b -->\n", "line 2");
	assert_refused("<!-- akashi:begin a -->\n<!-- akashi:end b -->\n", "line 2");
	assert_refused("<!-- akashi:begin A/.. -->\n", "line 1: a marker's name");
}

static void hostile_front_matter_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_refused("---\na: &b [x]\n---\n", "card.md, line 2: anchors");
	assert_refused("---\na:\n  - x\n  - *b\n---\n", "card.md, line 4: aliases");
	assert_refused("---\na: !!python/object x\n---\n", "card.md, line 2: tags");
	assert_refused("---\n<<: x\n---\n", "line 2: merge keys");
	assert_refused("---\na: 1\nb: 2\na: 3\n---\n", "line 4: 'a' stands twice (also on line 2)");
	assert_refused("---\na:\n\tb: 1\n---\n", "line 3: a tab");
	assert_refused("---\na: b: c\n---\n", "line 2: a colon");
	assert_refused("---\na: [b\n---\n", "line 2: this bracket is not closed");
	assert_refused("---\na: \"b\n---\n", "line 2: this quote is not closed");
	assert_refused("---\na: \"\\u0000\"\n---\n", "line 2: this escape");
	assert_refused("---\na:\n    b: 1\n  c: 2\n---\n", "line 4: this is indented");
	assert_refused("---\na: 1\n", "line 1: the front matter does not end");
	assert_refused("# T\n\nx\xff\n", "line 3: this is no UTF-8");
}

static void what_is_nested_too_deep_or_too_long_is_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, 2 << 20);
	assert_done(buffer_add_text(&text, "---\na: ", &err), &err);
	for (size_t i = 0; i < 1000; i++)
		assert_done(buffer_add_text(&text, "[", &err), &err);
	assert_done(buffer_printf(&text, &err, "\n---\n%c", 0), &err);
	assert_refused((const char *)text.data, "line 2: maps and lists are nested deeper");
	text.len = 0;
	for (size_t i = 0; i <= CARD_TEXT_MAX_COLUMNS; i++)
		assert_done(buffer_add_text(&text, "|a", &err), &err);
	assert_done(buffer_add_text(&text, "\n", &err), &err);
	for (size_t i = 0; i <= CARD_TEXT_MAX_COLUMNS; i++)
		assert_done(buffer_add_text(&text, "|-", &err), &err);
	assert_done(buffer_add(&text, (struct span){ (const uint8_t *)"", 1 }, &err), &err);
	assert_refused((const char *)text.data, "line 1: a table has at most 64 columns");
	text.len = 0;
	while (text.len <= CARD_TEXT_MAX_BYTES)
		assert_done(buffer_add_text(&text, "([<h*", &err), &err);
	assert_fails(card_text_parse(buffer_view(&text), "card.md", &card, &err), &err,
		     ERROR_CORRUPT);
	text.len = CARD_TEXT_MAX_BYTES; /* one line of nothing but marks */
	assert_done(card_text_parse(buffer_view(&text), "card.md", &card, &err), &err);
	assert_int_equal(card.count, 1);
}

static void a_line_is_read_as_people_see_it(void **state)
{
	CLEANUP(buffer_release) struct buffer plain;
	struct error err = { 0 };
	struct span rest = span_of("**[Tok_en](https://a.b/c \"t\")** `x`<br>&lt;1\\*  ~~y~~");
	struct card_link link;

	(void)state;
	buffer_init(&plain, 200);
	assert_done(card_plain(rest, &plain, &err), &err);
	assert_true(is(buffer_view(&plain), "Tok_en x <1* y"));
	assert_true(card_link_next(&rest, &link));
	assert_true(is(link.text, "Tok_en"));
	assert_true(is(link.url, "https://a.b/c"));
	assert_false(card_link_next(&rest, &link));
	rest = span_of("see <https://a.b/c_(d)> and (http://e.f/g).");
	assert_true(card_link_next(&rest, &link));
	assert_true(is(link.url, "https://a.b/c_(d)"));
	assert_true(card_link_next(&rest, &link));
	assert_true(is(link.url, "http://e.f/g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(front_matter_and_body_are_told_apart),
		cmocka_unit_test(tables_have_cells_with_their_line),
		cmocka_unit_test(comments_say_nothing_and_code_is_kept_apart),
		cmocka_unit_test(generated_parts_lie_between_markers),
		cmocka_unit_test(every_escape_that_writers_use_is_taken),
		cmocka_unit_test(markers_that_do_not_fit_are_refused),
		cmocka_unit_test(hostile_front_matter_is_refused_with_its_line),
		cmocka_unit_test(what_is_nested_too_deep_or_too_long_is_refused),
		cmocka_unit_test(a_line_is_read_as_people_see_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
