/* Tokenizers: known ids, refusals by name, damaged files, long texts. Equality with the reference
 * packages on hundreds of thousands of texts is tests/judges/tokenizers_judge.py's. */
#include "tests/support.h"
#include "verify/json.h"
#include "verify/tokenizer/charsmap.h"
#include "verify/tokenizer/pattern.h"
#include "verify/tokenizer/trie.h"
#include "verify/tokenizer/unicode.h"
#include "verify/tokenizer.h"
#include "verify/manifest.h"
#include "verify/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define TINY TEST_DATA "/tiny/step-500/"
#define CORPUS TEST_DATA "/tiny/corpus/"

static void read_file(const char *path, struct buffer *out)
{
	struct error err = { 0 };

	assert_done(file_read(path, out, &err), &err);
}

static struct tokenizer *open_done(const char *path)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct tokenizer *tokenizer;
	struct error err = { 0 };

	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	read_file(path, &bytes);
	assert_done(tokenizer_open(buffer_view(&bytes), path, &tokenizer, &err), &err);
	return tokenizer;
}

static void assert_ids(const struct tokenizer *tokenizer, struct span text,
		       enum tokenizer_special special, const uint32_t *want, size_t count)
{
	struct error err = { 0 };
	uint32_t *ids;
	size_t got;

	assert_done(tokenizer_encode(tokenizer, text, special, &ids, &got, &err), &err);
	assert_int_equal(got, count);
	assert_non_null(ids);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(ids[i], want[i]);
	free(ids);
}

#define IDS(...)                                                                                   \
	(const uint32_t[]){ __VA_ARGS__ },                                                         \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)

/* tokenizer.json with these parts; the model has a, b, ab and a space as GPT-2 spells it. */
static int open_json(const char *normalizer, const char *pre_tokenizer, const char *more,
		     struct tokenizer **out_tokenizer, struct error *err)
{
	char text[4096];

	snprintf(
		text, sizeof(text),
		"{\"version\":\"1.0\",\"added_tokens\":[],\"normalizer\":%s,\"pre_tokenizer\":%s,"
		"\"post_processor\":null,\"decoder\":null%s,\"model\":{\"type\":\"BPE\","
		"\"unk_token\":\"?\",\"fuse_unk\":true,\"vocab\":{\"?\":0,\"a\":1,\"b\":2,\"ab\":3,"
		"\"\xc4\xa0\":4},\"merges\":[\"a b\"]}}",
		normalizer, pre_tokenizer, more);
	return tokenizer_open(span_of(text), "made up", out_tokenizer, err);
}

static void known_texts_have_known_ids(void **state)
{
	static const char *const file[] = { TINY "tokenizer.model", TINY "tokenizer.json" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(tokenizer_close) struct tokenizer *tokenizer = open_done(file[i]);

		assert_ids(tokenizer, span_of("In the beginning"), TOKENIZER_PLAIN,
			   IDS(773, 741, 263, 534, 270, 741, 319));
		assert_ids(tokenizer, span_of("白い犬が走る。"), TOKENIZER_PLAIN,
			   IDS(496, 902, 758, 903, 778, 759));
		assert_ids(tokenizer, span_of("a  b"), TOKENIZER_PLAIN, IDS(738, 736, 271));
		assert_ids(tokenizer, span_of("🎉"), TOKENIZER_PLAIN, IDS(243, 162, 145, 140));
		assert_ids(tokenizer, span_of(""), TOKENIZER_PLAIN, NULL, 0);
		assert_int_equal(tokenizer_vocab_size(tokenizer), 1024);
	}
}

static void both_files_of_a_model_say_the_same_of_its_corpus(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *model = open_done(TINY "tokenizer.model");
	CLEANUP(tokenizer_close) struct tokenizer *json = open_done(TINY "tokenizer.json");
	static const char *const name[] = { CORPUS "captions-ja-heldout.jsonl",
					    CORPUS "genesis-en-heldout.jsonl" };
	size_t tokens = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(buffer_release) struct buffer bytes;
		struct error err = { 0 };
		uint32_t *ids;
		size_t count;

		buffer_init(&bytes, TOKENIZER_FILE_MAX);
		read_file(name[i], &bytes);
		assert_done(tokenizer_encode(model, buffer_view(&bytes), TOKENIZER_PLAIN, &ids,
					     &count, &err),
			    &err);
		assert_ids(json, buffer_view(&bytes), TOKENIZER_PLAIN, ids, count);
		tokens += count;
		free(ids);
	}
	assert_true(tokens > 5000);
}

static void special_tokens_come_only_from_a_file_that_tells_of_them(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *model = open_done(TINY "tokenizer.model");
	CLEANUP(tokenizer_close) struct tokenizer *json = open_done(TINY "tokenizer.json");
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	(void)state;
	assert_fails(
		tokenizer_encode(model, span_of("x"), TOKENIZER_WITH_SPECIAL, &ids, &count, &err),
		&err, ERROR_UNTRUSTED);
	assert_ids(json, span_of(""), TOKENIZER_WITH_SPECIAL, IDS(1));
	assert_ids(json, span_of("x<s>y"), TOKENIZER_WITH_SPECIAL, IDS(1, 893, 1, 753));
}

static void a_tree_is_asked_for_tokenizer_json_first(void **state)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(tree_close) struct tree *without = NULL;
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	static const char *const exclude[] = { "tokenizer.json" };
	struct tree_options options = { .exclude = exclude, .exclude_count = 1 };
	struct error err = { 0 };

	(void)state;
	assert_done(tree_open(TINY, NULL, &tree, &err), &err);
	assert_string_equal(tokenizer_file_of(tree), "tokenizer.json");
	assert_done(tree_open(TINY, &options, &without, &err), &err);
	assert_string_equal(tokenizer_file_of(without), "tokenizer.model");
	assert_done(tokenizer_open_tree(without, NULL, &tokenizer, &err), &err);
	assert_non_null(strstr(tokenizer_description(tokenizer), "SentencePiece BPE"));
	tree_close(&tree);
	assert_done(tree_open(CORPUS, NULL, &tree, &err), &err);
	assert_null(tokenizer_file_of(tree));
	tokenizer_close(&tokenizer);
	assert_fails(tokenizer_open_tree(tree, NULL, &tokenizer, &err), &err, ERROR_ABSENT);
}

static void only_the_tokenizer_that_was_signed_is_taken(void **state)
{
	static const char *const exclude[] = { "tokenizer.json" };
	struct tree_options options = { .exclude = exclude, .exclude_count = 1 };
	CLEANUP(tree_close) struct tree *tree = NULL, *without = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL, *other = NULL;
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct context ctx = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(tree_open(TINY, NULL, &tree, &err), &err);
	assert_done(tree_open(TINY, &options, &without, &err), &err);
	assert_done(manifest_build(&ctx, tree, NULL, &manifest, &err), &err);
	assert_done(manifest_build(&ctx, without, NULL, &other, &err), &err);
	assert_done(tokenizer_open_tree(tree, manifest, &tokenizer, &err), &err);
	tokenizer_close(&tokenizer);
	assert_fails(tokenizer_open_tree(tree, other, &tokenizer, &err), &err, ERROR_UNTRUSTED);
	for (size_t i = 0; i < manifest->file_count; i++)
		manifest->file[i].sha256.byte[0] ^= 1;
	assert_fails(tokenizer_open_tree(tree, manifest, &tokenizer, &err), &err, ERROR_CORRUPT);
}

static void a_text_that_is_no_utf8_or_too_long_is_refused(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = open_done(TINY "tokenizer.model");
	static const char *const broken[] = { "\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80",
					      "\xf4\x90\x80\x80" };
	uint8_t *text = calloc(1, TOKENIZER_TEXT_MAX + 1);
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_fails(tokenizer_encode(tokenizer, span_of(broken[i]), TOKENIZER_PLAIN, &ids,
					      &count, &err),
			     &err, ERROR_CORRUPT);
	assert_fails(tokenizer_encode(tokenizer, (struct span){ text, TOKENIZER_TEXT_MAX + 1 },
				      TOKENIZER_PLAIN, &ids, &count, &err),
		     &err, ERROR_CORRUPT);
	free(text);
}

static void what_is_not_computed_is_refused_by_name(void **state)
{
	static const struct {
		const char *normalizer, *pre_tokenizer, *more, *named;
	} cases[] = {
		{ "{\"type\":\"Novel\"}", "null", "", "Novel" },
		{ "{\"type\":\"NFC\",\"twist\":1}", "null", "", "twist" },
		{ "null", "{\"type\":\"UnicodeScripts\"}", "", "UnicodeScripts" },
		{ "null",
		  "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":"
		  "\"Isolated\",\"invert\":false}",
		  "", "(a+)+$" },
		{ "null",
		  "{\"type\":\"Split\",\"pattern\":{\"String\":\"x\"},\"behavior\":\"Other\","
		  "\"invert\":false}",
		  "", "Other" },
		{ "null", "null", ",\"extra\":true", "extra" },
		{ "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"}", "null", "",
		  "precompiled_charsmap" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tokenizer *tokenizer = NULL;
		struct error err = { 0 };

		assert_int_equal(open_json(cases[i].normalizer, cases[i].pre_tokenizer,
					   cases[i].more, &tokenizer, &err),
				 -1);
		if (err.code != ERROR_UNTRUSTED || !strstr(err.text, cases[i].named))
			fail_msg("'%s' is not named: %s", cases[i].named, err.text);
	}
}

static void other_formats_are_named(void **state)
{
	static const char *const other[] = { "IQ== 0\nIg== 1\n", "[PAD]\n[UNK]\n", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct tokenizer *tokenizer = NULL;
		struct error err = { 0 };

		assert_int_equal(tokenizer_open(span_of(other[i]), "x.model", &tokenizer, &err),
				 -1);
		assert_int_equal(err.code, ERROR_UNTRUSTED);
		assert_non_null(strstr(err.text, "tiktoken"));
	}
}

static void pieces_that_no_text_can_have_stay_unknown(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(open_json("null", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}", "",
			      &tokenizer, &err),
		    &err);
	assert_ids(tokenizer, span_of("abba"), TOKENIZER_PLAIN, IDS(4, 3, 2, 1));
	assert_ids(tokenizer, span_of("xyab"), TOKENIZER_PLAIN, IDS(4, 0, 3));
	assert_ids(tokenizer, (struct span){ (const uint8_t *)"a\0b", 3 }, TOKENIZER_PLAIN,
		   IDS(4, 1, 0, 2));
}

/* "unk_token": "" is a token that is not there, which is only said when it is needed. */
static void an_unknown_token_that_is_none_is_named_when_it_is_needed(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	static const char text[] = "{\"model\":{\"type\":\"BPE\",\"unk_token\":\"\",\"vocab\":{"
				   "\"a\":0},\"merges\":[]}}";
	static const char none[] = "{\"model\":{\"type\":\"BPE\",\"unk_token\":null,\"vocab\":{"
				   "\"a\":0},\"merges\":[]}}";
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	(void)state;
	assert_done(tokenizer_open(span_of(text), "made up", &tokenizer, &err), &err);
	assert_ids(tokenizer, span_of("aa"), TOKENIZER_PLAIN, IDS(0, 0));
	assert_fails(
		tokenizer_encode(tokenizer, span_of("ab"), TOKENIZER_PLAIN, &ids, &count, &err),
		&err, ERROR_UNTRUSTED);
	tokenizer_close(&tokenizer);
	assert_done(tokenizer_open(span_of(none), "made up", &tokenizer, &err), &err);
	assert_ids(tokenizer, span_of("aba"), TOKENIZER_PLAIN, IDS(0, 0));
}

static void a_file_cut_off_or_bent_anywhere_is_refused_or_read(void **state)
{
	CLEANUP(buffer_release) struct buffer bytes;
	uint64_t seed = 7;
	size_t refused = 0;

	(void)state;
	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	read_file(TINY "tokenizer.model", &bytes);
	for (size_t i = 0; i < 400; i++) {
		size_t at = test_random(&seed) % bytes.len;
		struct span part = { bytes.data, i % 2 ? bytes.len : at };
		struct tokenizer *tokenizer = NULL;
		struct error err = { 0 };
		uint8_t old = bytes.data[at];
		uint32_t *ids;
		size_t count;

		if (i % 2)
			bytes.data[at] = (uint8_t)(old ^ 1u << i / 2 % 8);
		if (tokenizer_open(part, "bent", &tokenizer, &err)) {
			assert_true(err.code == ERROR_CORRUPT || err.code == ERROR_UNTRUSTED);
			refused++;
		} else if (!tokenizer_encode(tokenizer, span_of("In the 白い犬"), TOKENIZER_PLAIN,
					     &ids, &count, &err)) {
			free(ids);
		}
		tokenizer_close(&tokenizer);
		bytes.data[at] = old;
	}
	assert_true(refused > 200);
}

static void a_long_text_without_spaces_is_merged(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	size_t len = 1u << 20, count;
	uint8_t *text = malloc(len);
	struct error err = { 0 };
	uint32_t *ids;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 ? 'b' : 'a';
	assert_done(open_json("null", "null", "", &tokenizer, &err), &err);
	assert_done(tokenizer_encode(tokenizer, (struct span){ text, len }, TOKENIZER_PLAIN, &ids,
				     &count, &err),
		    &err);
	assert_int_equal(count, len / 2);
	assert_int_equal(ids[0], 3);
	assert_int_equal(ids[count - 1], 3);
	free(ids);
	free(text);
}

/* How many stretches a pattern cuts the text into. */
static size_t cuts(const char *pattern, const char *text, struct error *err)
{
	CLEANUP(pattern_free) struct pattern *compiled = NULL;
	CLEANUP(matches_release) struct matches matches = { 0 };

	if (pattern_compile(pattern, &compiled, err) ||
	    pattern_cut(compiled, span_of(text), &matches, err))
		return SIZE_MAX;
	return matches.count;
}

static void patterns_match_as_oniguruma_does(void **state)
{
	static const struct {
		const char *pattern, *text;
		size_t count;
	} cases[] = {
		{ "\\s+(?!\\S)|\\s+", "a   b", 4 },
		{ "\\p{N}{1,3}", "12345", 2 },
		{ " ?\\p{L}+", "ab cd", 2 },
		{ "(?i:'s|'re)", "x'RE'S", 3 },
		{ "(?i:'s)", "'\xc5\xbf", 1 },
		{ "(?<!\\n)^", "a\nb", 2 },
		{ "[^\\s\\p{L}]+", "a!!b", 3 },
		{ "x?+x", "xx", 1 },
		{ "x?+x", "x", 1 },
		{ "(?:ab)?c", "abcc", 2 },
		{ " {2,}", "a b   c", 3 },
		{ "[a[xy]]+", "axz", 2 },
		{ "\\p{Lu}+\\p{Ll}", "ABc", 1 },
		{ "[\\r\\n]", "\r\n", 2 },
		{ "\xe3\x81\x82+", "\xe3\x81\x82\xe3\x81\x82x", 2 },
		{ "^", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		size_t count = cuts(cases[i].pattern, cases[i].text, &err);

		if (count != cases[i].count)
			fail_msg("'%s' cuts '%s' into %zu: %s", cases[i].pattern, cases[i].text,
				 count, err.text);
	}
}

static void patterns_that_are_not_understood_are_refused(void **state)
{
	static const char *const odd[] = { "(a)+",   "a+?",    "(?=a)",   "a{2}+",  "[^a[^b]]",
					   "[a&&b]", "\\b",    "\\w",     "$",      "a|*",
					   "[",      "(?:a",   "a)",      "\\1",    "\\p{Greek}",
					   "[z-a]",  "a{,2}",  "{",       "(?<=a)", "[[:alpha:]]",
					   "\\",     "(?:a)*", "a{99999}" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct pattern *pattern = NULL;
		struct error err = { 0 };

		if (!pattern_compile(odd[i], &pattern, &err))
			fail_msg("'%s' is taken", odd[i]);
		assert_int_equal(err.code, ERROR_UNTRUSTED);
		assert_false(pattern_known(odd[i]));
	}
}

static void a_pattern_that_takes_too_long_is_stopped(void **state)
{
	struct error err = { 0 };
	char text[2001];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(cuts("a*a*a*a*a*a*b", text, &err), SIZE_MAX);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	assert_non_null(strstr(err.text, "too long"));
}

static void assert_form(enum unicode_form form, const char *text, const char *want)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	buffer_init(&out, 1024);
	assert_done(unicode_normalize(form, span_of(text), &out, &err), &err);
	if (!span_equal(buffer_view(&out), span_of(want)))
		fail_msg("'%s' became '%.*s'", text, (int)out.len, (const char *)out.data);
}

static void normalisation_forms_are_those_of_unicode(void **state)
{
	(void)state;
	assert_form(UNICODE_NFC, "e\u0301", "\u00e9");
	assert_form(UNICODE_NFD, "\u01d6", "u\u0308\u0304");
	assert_form(UNICODE_NFC, "q\u0307\u0323", "q\u0323\u0307");
	assert_form(UNICODE_NFC, "\u0344", "\u0308\u0301");
	assert_form(UNICODE_NFC, "\u1100\u1161\u11a8", "\uac01");
	assert_form(UNICODE_NFD, "\uac01", "\u1100\u1161\u11a8");
	assert_form(UNICODE_NFKC, "\ufb01\u2460\uff76\uff9e", "fi1\u30ac");
	assert_form(UNICODE_NFKD, "\u3389", "kcal");
	assert_form(UNICODE_NFC, "\u0958", "\u0915\u093c");
	assert_form(UNICODE_NFC, "\u0301a", "\u0301a");
	assert_form(UNICODE_NFKC, "plain", "plain");
}

static void grapheme_clusters_hold_together(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "ab", 1 },
		{ "e\u0301x", 3 },
		{ "\r\nx", 2 },
		{ "\n\u0301", 1 },
		{ "\U0001f1ef\U0001f1f5\U0001f1fa", 8 },
		{ "\U0001f469\u200d\U0001f467x", 11 },
		{ "\u1100\u1161\u11a8x", 9 },
		{ "\u0915\u094d\u0937x", 9 },
		{ "\u0915\u0937", 3 },
		{ "a\u200d\U0001f467", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(unicode_grapheme_len(span_of(cases[i].text), 0), cases[i].len);
}

static void a_character_map_that_leads_out_of_itself_is_corrupt(void **state)
{
	/* One unit, whose offset leads to unit 1,023 for any text. */
	static const uint8_t bytes[] = { 4, 0, 0, 0, 0, 0xfc, 0x0f, 0, 'x', 0 };
	CLEANUP(charsmap_release) struct charsmap map = { 0 };
	struct error err = { 0 };
	struct span text;
	size_t len;

	(void)state;
	assert_fails(charsmap_open((struct span){ bytes, 3 }, &map, &err), &err, ERROR_CORRUPT);
	assert_fails(charsmap_open((struct span){ bytes, 8 }, &map, &err), &err, ERROR_CORRUPT);
	assert_done(charsmap_open((struct span){ bytes, sizeof(bytes) }, &map, &err), &err);
	assert_fails(charsmap_look(&map, span_of("a"), CHARSMAP_LONGEST, &len, &text, &err), &err,
		     ERROR_CORRUPT);
}

static void a_character_map_that_runs_in_a_circle_is_left(void **state)
{
	enum { UNITS = 98 };
	uint8_t bytes[4 + 4 * UNITS + 2] = { 0 };
	CLEANUP(charsmap_release) struct charsmap map = { 0 };
	static uint8_t letters[TOKENIZER_TEXT_MAX];
	struct error err = { 0 };
	struct span text;
	size_t len;

	(void)state;
	bytes[0] = (uint8_t)(4 * UNITS % 256);
	bytes[1] = (uint8_t)(4 * UNITS / 256);
	/* Unit 97, for 'a', whose offset of 97 leads back to unit 97 for another 'a'. */
	bytes[4 + 4 * 97] = 'a';
	bytes[4 + 4 * 97 + 1] = (uint8_t)(97 << 2 & 0xff);
	bytes[4 + 4 * 97 + 2] = (uint8_t)(97 >> 6);
	bytes[4 + 4 * UNITS] = 'x';
	memset(letters, 'a', sizeof(letters));
	assert_done(charsmap_open((struct span){ bytes, sizeof(bytes) }, &map, &err), &err);
	assert_done(charsmap_look(&map, (struct span){ letters, TOKENIZER_PIECE_MAX },
				  CHARSMAP_LONGEST, &len, &text, &err),
		    &err);
	assert_int_equal(len, 0);
	assert_fails(charsmap_look(&map, (struct span){ letters, sizeof(letters) },
				   CHARSMAP_LONGEST, &len, &text, &err),
		     &err, ERROR_UNTRUSTED);
}

static void what_a_character_map_gives_is_short(void **state)
{
	/* Unit 97, for 'a', has its value in unit 0 of its own block: offset 0 of the texts. */
	enum { UNITS = 98, TEXT = TOKENIZER_PIECE_MAX + 2 };
	static uint8_t bytes[4 + 4 * UNITS + TEXT];
	CLEANUP(charsmap_release) struct charsmap map = { 0 };
	struct error err = { 0 };
	struct span text;
	size_t len;

	(void)state;
	bytes[0] = (uint8_t)(4 * UNITS % 256);
	bytes[1] = (uint8_t)(4 * UNITS / 256);
	bytes[4 + 4 * 97] = 'a';
	bytes[4 + 4 * 97 + 1] = (uint8_t)((97 << 2 & 0xff) | 1);
	bytes[4 + 4 * 97 + 2] = (uint8_t)(97 >> 6);
	memset(bytes + 4 + 4 * UNITS, ' ', TOKENIZER_PIECE_MAX);
	assert_done(charsmap_open((struct span){ bytes, sizeof(bytes) }, &map, &err), &err);
	assert_done(charsmap_look(&map, span_of("a"), CHARSMAP_LONGEST, &len, &text, &err), &err);
	assert_int_equal(len, 1);
	assert_int_equal(text.len, TOKENIZER_PIECE_MAX);
	charsmap_release(&map);
	bytes[4 + 4 * UNITS + TOKENIZER_PIECE_MAX] = ' ';
	assert_done(charsmap_open((struct span){ bytes, sizeof(bytes) }, &map, &err), &err);
	assert_fails(charsmap_look(&map, span_of("a"), CHARSMAP_LONGEST, &len, &text, &err), &err,
		     ERROR_UNTRUSTED);
}

static void a_text_that_normalising_blows_up_is_refused(void **state)
{
	/* U+FDFA stands for eighteen characters. */
	static uint8_t signs[3 * 600000];
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(signs); i += 3)
		memcpy(signs + i, "\xef\xb7\xba", 3);
	buffer_init(&out, TOKENIZER_NORMAL_MAX);
	assert_fails(
		unicode_normalize(UNICODE_NFKC, (struct span){ signs, sizeof(signs) }, &out, &err),
		&err, ERROR_UNTRUSTED);
}

static void normalizers_in_one_another_are_counted(void **state)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(open_json("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Sequence\","
			      "\"normalizers\":[{\"type\":\"NFC\"}]}]}",
			      "null", "", &tokenizer, &err),
		    &err);
	tokenizer_close(&tokenizer);
	assert_fails(open_json("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Sequence\","
			       "\"normalizers\":[{\"type\":\"Sequence\",\"normalizers\":[]}]}]}",
			       "null", "", &tokenizer, &err),
		     &err, ERROR_UNTRUSTED);
}

/* Each space is a token that takes the spaces around it: looked through once, not once a token. */
static void spaces_around_added_tokens_are_looked_through_once(void **state)
{
	static const char file[] =
		"{\"version\":\"1.0\",\"added_tokens\":[{\"id\":4,\"content\":\" \","
		"\"single_word\":false,\"lstrip\":true,\"rstrip\":true,\"normalized\":false,"
		"\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":null,"
		"\"post_processor\":null,\"decoder\":null,\"model\":{\"type\":\"BPE\","
		"\"unk_token\":\"?\",\"fuse_unk\":true,\"vocab\":{\"?\":0,\"a\":1,\"b\":2,\"ab\":3}"
		","
		"\"merges\":[\"a b\"]}}";
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	static uint8_t spaces[TOKENIZER_TEXT_MAX];
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	(void)state;
	memset(spaces, ' ', sizeof(spaces));
	assert_done(tokenizer_open(span_of(file), "made up", &tokenizer, &err), &err);
	assert_done(tokenizer_encode(tokenizer, (struct span){ spaces, sizeof(spaces) },
				     TOKENIZER_PLAIN, &ids, &count, &err),
		    &err);
	assert_int_equal(count, sizeof(spaces));
	assert_int_equal(ids[count - 1], 4);
	free(ids);
}

static void a_trie_finds_the_longest_entry_and_tells_of_doubles(void **state)
{
	struct trie_entry entry[] = { { span_of("ab"), 5 },
				      { span_of("a"), 1 },
				      { span_of("abcd"), 9 },
				      { span_of(""), 3 },
				      { span_of("ab"), 2 } };
	CLEANUP(trie_release) struct trie trie = { 0 };
	struct error err = { 0 };
	struct span twice;
	uint32_t value;

	(void)state;
	assert_done(trie_build(entry, 5, &trie, &twice, &err), &err);
	assert_true(span_equal(twice, span_of("ab")));
	assert_int_equal(trie_longest(&trie, span_of("abcx"), &value), 2);
	assert_int_equal(value, 5);
	assert_int_equal(trie_find(&trie, span_of("abcd")), 9);
	assert_int_equal(trie_find(&trie, span_of("abc")), TRIE_NONE);
	assert_int_equal(trie_find_two(&trie, span_of("ab"), span_of("cd")), 9);
	assert_int_equal(trie_longest(&trie, span_of("x"), &value), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_known_ids),
		cmocka_unit_test(both_files_of_a_model_say_the_same_of_its_corpus),
		cmocka_unit_test(special_tokens_come_only_from_a_file_that_tells_of_them),
		cmocka_unit_test(a_tree_is_asked_for_tokenizer_json_first),
		cmocka_unit_test(only_the_tokenizer_that_was_signed_is_taken),
		cmocka_unit_test(a_text_that_is_no_utf8_or_too_long_is_refused),
		cmocka_unit_test(what_is_not_computed_is_refused_by_name),
		cmocka_unit_test(other_formats_are_named),
		cmocka_unit_test(pieces_that_no_text_can_have_stay_unknown),
		cmocka_unit_test(an_unknown_token_that_is_none_is_named_when_it_is_needed),
		cmocka_unit_test(a_file_cut_off_or_bent_anywhere_is_refused_or_read),
		cmocka_unit_test(a_long_text_without_spaces_is_merged),
		cmocka_unit_test(patterns_match_as_oniguruma_does),
		cmocka_unit_test(patterns_that_are_not_understood_are_refused),
		cmocka_unit_test(a_pattern_that_takes_too_long_is_stopped),
		cmocka_unit_test(normalisation_forms_are_those_of_unicode),
		cmocka_unit_test(grapheme_clusters_hold_together),
		cmocka_unit_test(a_character_map_that_leads_out_of_itself_is_corrupt),
		cmocka_unit_test(a_character_map_that_runs_in_a_circle_is_left),
		cmocka_unit_test(what_a_character_map_gives_is_short),
		cmocka_unit_test(a_text_that_normalising_blows_up_is_refused),
		cmocka_unit_test(normalizers_in_one_another_are_counted),
		cmocka_unit_test(spaces_around_added_tokens_are_looked_through_once),
		cmocka_unit_test(a_trie_finds_the_longest_entry_and_tells_of_doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
