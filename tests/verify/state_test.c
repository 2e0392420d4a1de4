/* The sorted tree over a log's state: what it proves, and what it lets nobody prove. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

static struct digest number_digest(uint64_t number)
{
	return sha256((struct span){ (const uint8_t *)&number, sizeof(number) });
}

/* A claim of lab/m@vNUMBER for statement NUMBER, as if logged at `index`. */
static void claim_take(struct state *state, uint64_t index, unsigned number, unsigned statement)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(statement_release) struct statement parsed = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct digest of = number_digest(statement), identity, signer = number_digest(7);
	struct error err = { 0 };
	char version[32], subject[64];

	buffer_init(&payload, CONTROL_PAYLOAD_MAX_BYTES);
	snprintf(version, sizeof(version), "V%u", number);
	snprintf(subject, sizeof(subject), "Lab/m@%s", version);
	assert_int_equal(json_object_new(&predicate, &err), 0);
	assert_int_equal(json_set_text(predicate, "origin", "example.org/log", &err), 0);
	assert_int_equal(json_set_text(predicate, "kind", "checkpoint", &err), 0);
	assert_int_equal(json_set_text(predicate, "name", "Lab/m", &err), 0);
	assert_int_equal(json_set_text(predicate, "version", version, &err), 0);
	assert_int_equal(json_set_digest(predicate, "statement", &of, &err), 0);
	assert_int_equal(statement_build(STATEMENT_claim, subject, &of, predicate, &payload, &err),
			 0);
	assert_int_equal(statement_parse(buffer_view(&payload), &parsed, &err), 0);
	identity = envelope_identity(buffer_view(&payload));
	assert_int_equal(state_take(state, index, &parsed, &identity, &signer, &err), 0);
}

static struct state *state_of(unsigned claims)
{
	struct error err = { 0 };
	struct state *state;

	assert_int_equal(state_new(&state, &err), 0);
	/* By a step that meets every number once, so that entries do not come sorted. */
	for (unsigned i = 0; i < claims; i++)
		claim_take(state, i, i * 7919 % (claims ? claims : 1), i);
	return state;
}

static struct state_tree *tree_at(const struct state *state, uint64_t size)
{
	const char *kind[STATE_KINDS_MAX];
	size_t count = state_kinds(kind);
	struct error err = { 0 };
	struct state_tree *tree;

	assert_int_equal(state_tree_at(state, size, kind, count, &tree, &err), 0);
	return tree;
}

/* The value of a key, NULL when there is none. */
static const char *leaf_find(const struct state_tree *tree, const char *key)
{
	for (uint64_t i = 0; i < state_tree_count(tree); i++) {
		const char *text, *value;

		state_tree_leaf(tree, i, &text, &value);
		if (strcmp(text, key) == 0)
			return value;
	}
	return NULL;
}

static const char *value_of(const struct state_tree *tree, const char *key, bool *out_holds)
{
	CLEANUP(json_free) struct json *proof = NULL;
	struct digest root = state_tree_root(tree);
	const struct json *value = NULL;
	struct error err = { 0 };

	assert_int_equal(state_tree_prove(tree, key, &proof, &err), 0);
	*out_holds = !state_proof_check(proof, key, state_tree_count(tree), &root, &value, &err);
	return value ? leaf_find(tree, key) : NULL;
}

static void every_leaf_is_proven_and_every_gap_is_proven_empty(void **unused)
{
	(void)unused;
	for (unsigned claims = 0; claims < 40; claims++) {
		CLEANUP(state_free) struct state *state = state_of(claims);
		CLEANUP(state_tree_free) struct state_tree *tree = tree_at(state, claims);
		bool holds;

		assert_int_equal(state_tree_count(tree), claims);
		for (unsigned i = 0; i < claims; i++) {
			char key[64];

			snprintf(key, sizeof(key), "claim:lab/m@v%u", i);
			assert_non_null(value_of(tree, key, &holds));
			assert_true(holds);
			snprintf(key, sizeof(key), "claim:lab/m@v%u!", i);
			assert_null(value_of(tree, key, &holds));
			assert_true(holds);
		}
		assert_null(value_of(tree, "a", &holds));
		assert_true(holds);
		assert_null(value_of(tree, "zzz", &holds));
		assert_true(holds);
	}
}

static void the_state_of_an_earlier_size_is_what_it_was_then(void **unused)
{
	CLEANUP(state_free) struct state *whole = state_of(31);

	(void)unused;
	for (unsigned size = 0; size <= 31; size++) {
		CLEANUP(state_free) struct state *then = NULL;
		CLEANUP(state_tree_free) struct state_tree *a = tree_at(whole, size), *b = NULL;
		struct error err = { 0 };
		struct digest one, other;

		assert_int_equal(state_new(&then, &err), 0);
		for (unsigned i = 0; i < size; i++)
			claim_take(then, i, i * 7919 % 31, i);
		b = tree_at(then, size);
		one = state_tree_root(a);
		other = state_tree_root(b);
		assert_true(digest_equal(&one, &other));
	}
}

static void the_first_claim_of_a_name_counts_whatever_its_case(void **unused)
{
	CLEANUP(state_free) struct state *state = state_of(0);
	CLEANUP(state_tree_free) struct state_tree *before = NULL, *after = NULL;
	struct digest one, other;

	(void)unused;
	claim_take(state, 3, 1, 10);
	before = tree_at(state, 4);
	claim_take(state, 9, 1, 11);
	after = tree_at(state, 10);
	one = state_tree_root(before);
	other = state_tree_root(after);
	assert_true(digest_equal(&one, &other));
	assert_int_equal(state_tree_count(after), 1);
	assert_non_null(strstr(leaf_find(after, "claim:lab/m@v1"), "\"name\":\"Lab/m@V1\""));
}

/* 0 when the text is taken as a proof that says what it should not say. */
static bool believed(const char *text, const char *key, const struct state_tree *tree,
		     const struct json **out_value, struct json **out_proof)
{
	struct digest root = state_tree_root(tree);
	struct error err = { 0 };

	if (json_parse(span_of(text), NULL, out_proof, &err))
		return false;
	return !state_proof_check(*out_proof, key, state_tree_count(tree), &root, out_value, &err);
}

static char *proof_text(const struct state_tree *tree, const char *key)
{
	CLEANUP(json_free) struct json *proof = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	char *copy;

	buffer_init(&text, STATE_PROOF_MAX_BYTES);
	assert_int_equal(state_tree_prove(tree, key, &proof, &err), 0);
	assert_int_equal(json_write_canonical(proof, &text, &err), 0);
	assert_int_equal(buffer_to_text(&text, &copy, &err), 0);
	return copy;
}

static void no_changed_byte_of_a_proof_changes_what_it_shows(void **unused)
{
	CLEANUP(state_free) struct state *state = state_of(13);
	CLEANUP(state_tree_free) struct state_tree *tree = tree_at(state, 13);
	static const char *const keys[] = { "claim:lab/m@v5", "claim:lab/m@v5!", "a", "zzz" };

	(void)unused;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		CLEANUP(text_free) char *text = proof_text(tree, keys[k]);
		bool there = leaf_find(tree, keys[k]);

		for (size_t i = 0; text[i]; i++) {
			CLEANUP(json_free) struct json *proof = NULL;
			const struct json *value = NULL;
			char was = text[i];

			text[i] = was == '1' ? '2' : '1';
			if (believed(text, keys[k], tree, &value, &proof))
				assert_int_equal(value != NULL, there);
			json_free(&proof);
			text[i] = was ^ 1;
			if (believed(text, keys[k], tree, &value, &proof))
				assert_int_equal(value != NULL, there);
			text[i] = was;
		}
	}
}

static void leaves_that_are_no_neighbours_prove_no_absence(void **unused)
{
	CLEANUP(state_free) struct state *state = state_of(9);
	CLEANUP(state_tree_free) struct state_tree *tree = tree_at(state, 9);
	struct digest root = state_tree_root(tree);

	(void)unused;
	/* Every pair of leaves, every single leaf and none, offered as proof that v4 is absent. */
	for (unsigned a = 0; a <= 9; a++) {
		for (unsigned b = 0; b <= 9; b++) {
			CLEANUP(json_free) struct json *proof = NULL, *left = NULL, *right = NULL;
			CLEANUP(json_free) struct json *forged = NULL;
			const struct json *value;
			struct error err = { 0 };
			struct json *leaves;
			char key[64];

			snprintf(key, sizeof(key), "claim:lab/m@v%u", a);
			assert_int_equal(state_tree_prove(tree, key, &left, &err), 0);
			snprintf(key, sizeof(key), "claim:lab/m@v%u", b);
			assert_int_equal(state_tree_prove(tree, key, &right, &err), 0);
			assert_int_equal(json_object_new(&forged, &err), 0);
			assert_int_equal(json_set_text(forged, "key", "claim:lab/m@v4", &err), 0);
			assert_int_equal(json_set_array(forged, "leaves", &leaves, &err), 0);
			if (a < 9)
				assert_int_equal(
					json_add_clone(leaves,
						       json_at(json_member(left, "leaves"), 0),
						       &err),
					0);
			if (b < 9)
				assert_int_equal(
					json_add_clone(leaves,
						       json_at(json_member(right, "leaves"), 0),
						       &err),
					0);
			value = NULL;
			if (!state_proof_check(forged, "claim:lab/m@v4", 9, &root, &value, &err))
				assert_non_null(value); /* only the leaf itself shows anything */
		}
	}
}

static void a_malformed_proof_is_refused_with_a_reason(void **unused)
{
	CLEANUP(state_free) struct state *state = state_of(3), *none = state_of(0);
	CLEANUP(state_tree_free)
	struct state_tree *tree = tree_at(state, 3), *empty = tree_at(none, 0);
	CLEANUP(text_free) char *good = proof_text(tree, "claim:lab/m@v1");
	static const char *const bad[] = {
		"{}",
		"{\"key\":\"claim:lab/m@v1\"}",
		"{\"key\":\"claim:lab/m@v1\",\"leaves\":[]}",
		"{\"key\":\"claim:lab/m@v1\",\"leaves\":[{}]}",
		"{\"key\":\"claim:lab/m@v1\",\"leaves\":[{},{},{}]}",
		"{\"key\":\"claim:lab/m@v1\",\"leaves\":{}}",
		"{\"key\":\"other\",\"leaves\":[]}",
		"{\"key\":\"claim:lab/"
		"m@v1\",\"leaves\":[{\"index\":1,\"key\":\"a\\nb\",\"path\":[],"
		"\"value\":{}}]}",
		"{\"key\":\"claim:lab/m@v1\",\"leaves\":[{\"index\":99,\"key\":\"a\",\"path\":[],"
		"\"value\":{}}]}",
		"{\"key\":\"claim:lab/"
		"m@v1\",\"leaves\":[{\"index\":0,\"key\":\"a\",\"path\":[\"zz\"],"
		"\"value\":{\"a\":1.5}}]}",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(json_free) struct json *proof = NULL;
		struct digest root = state_tree_root(tree);
		const struct json *value;
		struct error err = { 0 };

		assert_int_equal(json_parse(span_of(bad[i]), NULL, &proof, &err), 0);
		assert_int_equal(state_proof_check(proof, "claim:lab/m@v1", 3, &root, &value, &err),
				 -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_true(err.text[0]);
	}
	{ /* A true proof, of another tree. */
		CLEANUP(json_free) struct json *proof = NULL;
		const struct json *value;

		assert_true(believed(good, "claim:lab/m@v1", tree, &value, &proof));
		json_free(&proof);
		assert_false(believed(good, "claim:lab/m@v1", empty, &value, &proof));
	}
}

static void an_absence_counts_only_for_kinds_that_the_state_covers(void **unused)
{
	CLEANUP(state_free) struct state *state = state_of(3);
	CLEANUP(state_tree_free) struct state_tree *tree = NULL;
	struct state_said said = { .size = 3, .count = 3, .kind = { "key" }, .kind_count = 1 };
	static const char *const unknown[] = { "claim", "horoscope" };
	CLEANUP(json_free) struct json *proof = NULL;
	const char *only[] = { "key" };
	const struct json *value;
	struct error err = { 0 };

	(void)unused;
	assert_int_equal(state_tree_at(state, 3, only, 1, &tree, &err), 0);
	assert_int_equal(state_tree_count(tree), 0);
	said.count = 0;
	said.root = state_tree_root(tree);
	assert_int_equal(state_tree_prove(tree, "claim:lab/m@v1", &proof, &err), 0);
	assert_int_equal(state_ask(&said, proof, "claim:lab/m@v1", &value, &err), -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	err = (struct error){ 0 };
	state_tree_free(&tree);
	assert_int_equal(state_tree_at(state, 3, unknown, 2, &tree, &err), -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leaf_is_proven_and_every_gap_is_proven_empty),
		cmocka_unit_test(the_state_of_an_earlier_size_is_what_it_was_then),
		cmocka_unit_test(the_first_claim_of_a_name_counts_whatever_its_case),
		cmocka_unit_test(no_changed_byte_of_a_proof_changes_what_it_shows),
		cmocka_unit_test(leaves_that_are_no_neighbours_prove_no_absence),
		cmocka_unit_test(a_malformed_proof_is_refused_with_a_reason),
		cmocka_unit_test(an_absence_counts_only_for_kinds_that_the_state_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
