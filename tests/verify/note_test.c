/* Signed notes and log proofs: the specification's examples, and what must not pass for them. */
#include <stdlib.h>

#include "tests/verify/signer.h"

/* The example of C2SP signed-note. */
#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define TEXT "This is an example message.\n"
#define LINE                                                                                       \
	"\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ER"   \
	"YNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"

static struct note_key vkey(const char *text)
{
	struct note_key key;
	struct error err = { 0 };

	assert_done(note_key_parse(span_of(text), &key, &err), &err);
	return key;
}

static void the_example_of_the_specification_holds(void **state)
{
	struct note_key key = vkey(VKEY);
	char formatted[NOTE_VKEY_MAX];
	struct error err = { 0 };
	struct span text;

	(void)state;
	assert_done(note_open(span_of(TEXT "\n" LINE), &key, &text, &err), &err);
	assert_true(span_equal(text, span_of(TEXT)));
	note_key_format(&key, formatted);
	assert_string_equal(formatted, VKEY);
}

static void lines_of_other_keys_are_passed_over(void **state)
{
	struct note_key key = vkey(VKEY);
	struct error err = { 0 };
	struct span text;

	(void)state;
	assert_done(note_open(span_of(TEXT "\n\xe2\x80\x94 witness.example AAAAAAAA\n" LINE
					   "\xe2\x80\x94 example.com/foo AAAAAAAA\n"),
			      &key, &text, &err),
		    &err);
	assert_fails(note_open(span_of(TEXT "\n\xe2\x80\x94 witness.example AAAAAAAA\n"), &key,
			       &text, &err),
		     &err, ERROR_UNTRUSTED);
	assert_done(
		note_text(span_of(TEXT "\n\xe2\x80\x94 witness.example AAAAAAAA\n"), &text, &err),
		&err);
}

static void a_line_of_the_key_that_does_not_hold_fails_the_note(void **state)
{
	struct note_key key = vkey(VKEY);
	struct error err = { 0 };
	struct span text;

	(void)state;
	assert_fails(note_open(span_of("This is an example massage.\n\n" LINE), &key, &text, &err),
		     &err, ERROR_CORRUPT);
	assert_fails(note_open(span_of(TEXT "\n" LINE "\xe2\x80\x94 example.com/foo Uw2QOgAA\n"),
			       &key, &text, &err),
		     &err, ERROR_CORRUPT);
}

static void malformed_notes_are_refused(void **state)
{
	static const char *const note[] = { "",
					    "\n",
					    "\n\n",
					    TEXT,
					    TEXT "\n",
					    "\n\n" LINE,
					    TEXT LINE,
					    TEXT "\n" LINE "x",
					    TEXT "\n" LINE "\n",
					    TEXT "\n- example.com/foo AAAAAAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94 AAAAAAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94  AAAAAAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94 a+b AAAAAAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94 a AAAAAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94 a AAAA\n" LINE,
					    TEXT "\n\xe2\x80\x94 a AAAAAA==\n" LINE,
					    TEXT "\n\xe2\x80\x94 a AAAAAAAA \n" LINE,
					    "a\tb\n\n" LINE,
					    "a\rb\n\n" LINE,
					    "\xff\n\n" LINE,
					    TEXT "\n\xe2\x80\x94 a\xc2\xa0z AAAAAAAA\n" LINE };
	struct note_key key = vkey(VKEY);
	struct error err = { 0 };
	struct span text;

	(void)state;
	for (size_t i = 0; i < sizeof(note) / sizeof(*note); i++)
		assert_fails(note_open(span_of(note[i]), &key, &text, &err), &err, ERROR_CORRUPT);
}

static void sixteen_signatures_are_read_and_a_flood_is_not(void **state)
{
	CLEANUP(buffer_release) struct buffer note;
	struct note_key key = vkey(VKEY);
	struct error err = { 0 };
	struct span text;

	(void)state;
	buffer_init(&note, 1u << 20);
	assert_done(buffer_add_text(&note, TEXT "\n", &err), &err);
	for (int i = 0; i < NOTE_SIGNATURES_MAX - 1; i++)
		assert_done(buffer_printf(&note, &err, "\xe2\x80\x94 w%d AAAAAAAA\n", i), &err);
	assert_done(buffer_add_text(&note, LINE, &err), &err);
	assert_done(note_open(buffer_view(&note), &key, &text, &err), &err);
	assert_done(buffer_add_text(&note, "\xe2\x80\x94 one-more AAAAAAAA\n", &err), &err);
	assert_fails(note_open(buffer_view(&note), &key, &text, &err), &err, ERROR_CORRUPT);
}

static void wrong_verifier_keys_are_refused(void **state)
{
	static const char *const text[] = {
		"",
		"a",
		"a+b",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k ",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
	};
	struct note_key key;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		assert_fails(note_key_parse(span_of(text[i]), &key, &err), &err, ERROR_CORRUPT);
	assert_fails(note_key_parse(span_of("a+00000000+BAAA"), &key, &err), &err, ERROR_UNTRUSTED);
}

static void names_that_could_pass_for_other_lines_are_refused(void **state)
{
	(void)state;
	assert_true(note_name_ok(span_of("example.com/log42")));
	assert_true(note_name_ok(span_of("localhost/\xe8\xa8\xbc-1234abcd")));
	assert_false(note_name_ok(span_of("")));
	assert_false(note_name_ok(span_of("a b")));
	assert_false(note_name_ok(span_of("a+b")));
	assert_false(note_name_ok(span_of("a\nb")));
	assert_false(note_name_ok(span_of("a\x7f")));
	assert_false(note_name_ok(span_of("a\xe3\x80\x80z")));
	assert_false(note_name_ok(span_of("\xff")));
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void the_checkpoint_of_the_specification_is_read(void **state)
{
	static const char text[] = "example.com/behind-the-sofa\n20852163\n" ROOT "\n";
	CLEANUP(buffer_release) struct buffer out;
	struct tree_head head;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, 256);
	assert_done(tree_head_parse(span_of(text), &head, &err), &err);
	assert_string_equal(head.origin, "example.com/behind-the-sofa");
	assert_true(head.size == 20852163);
	assert_done(tree_head_build(&head, &out, &err), &err);
	assert_true(span_equal(buffer_view(&out), span_of(text)));
	assert_done(tree_head_parse(span_of("a\n1\n" ROOT "\nextension\n"), &head, &err), &err);
	assert_done(tree_head_parse(span_of("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
				    &head, &err),
		    &err);
}

static void malformed_checkpoints_are_refused(void **state)
{
	static const char *const text[] = {
		"",
		"a\n",
		"a\n1\n",
		"a\n1\n" ROOT,
		"\n1\n" ROOT "\n",
		"a b\n1\n" ROOT "\n",
		"a\n01\n" ROOT "\n",
		"a\n-1\n" ROOT "\n",
		"a\n1 \n" ROOT "\n",
		"a\n\n" ROOT "\n",
		"a\n18446744073709551616\n" ROOT "\n",
		"a\n1\nAAAA\n",
		"a\n1\n" ROOT "\n\nx\n",
		"a\n0\n" ROOT "\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"
	};
	struct tree_head head;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		assert_fails(tree_head_parse(span_of(text[i]), &head, &err), &err, ERROR_CORRUPT);
}

/* ---- Proofs ---- */

enum { LEAVES = 70 };

/* A log of LEAVES one-byte entries and its signed checkpoint. */
struct small_log {
	struct test_signer signer;
	struct note_key key;
	struct log_trust trust;
	struct digest leaf[LEAVES];
	struct buffer note;
};

static void sign_head(struct small_log *log, const char *origin, uint64_t size,
		      const struct digest *root)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size, .root = *root };
	struct error err = { 0 };

	buffer_init(&text, 1024);
	buffer_init(&signature, 64);
	memcpy(head.origin, origin, strlen(origin) + 1);
	assert_done(tree_head_build(&head, &text, &err), &err);
	test_sign(&log->signer, buffer_view(&text), &signature);
	log->note.len = 0;
	assert_done(note_build(buffer_view(&text), &log->key, signature.data, &log->note, &err),
		    &err);
}

static void small_log_init(struct small_log *log)
{
	struct error err = { 0 };
	struct digest root;

	log->signer = test_signer_new("ED25519");
	buffer_init(&log->note, 4096);
	assert_done(note_key_make("log.example/x", public_key_der(log->signer.public).data + 12,
				  &log->key, &err),
		    &err);
	log->trust = (struct log_trust){ .key = &log->key, .key_count = 1 };
	for (size_t i = 0; i < LEAVES; i++) {
		uint8_t entry = (uint8_t)i;

		log->leaf[i] = merkle_leaf((struct span){ &entry, 1 });
	}
	root = merkle_root_of(log->leaf, LEAVES);
	sign_head(log, log->key.name, LEAVES, &root);
}

static void small_log_release(struct small_log *log)
{
	test_signer_release(&log->signer);
	buffer_release(&log->note);
}

static struct proof proof_of(struct small_log *log, size_t index)
{
	struct proof proof = { .index = index, .checkpoint = buffer_view(&log->note) };

	merkle_path_of(log->leaf, LEAVES, index, proof.path, &proof.path_len);
	return proof;
}

static void every_entry_has_a_proof_that_survives_being_written(void **state)
{
	CLEANUP(small_log_release) struct small_log log;
	struct error err = { 0 };

	(void)state;
	small_log_init(&log);
	for (size_t i = 0; i < LEAVES; i++) {
		CLEANUP(buffer_release) struct buffer text, again;
		struct proof made = proof_of(&log, i), read;
		uint8_t entry = (uint8_t)i, other = (uint8_t)(i + 1);
		struct checkpoint seen;

		buffer_init(&text, PROOF_MAX_BYTES);
		buffer_init(&again, PROOF_MAX_BYTES);
		assert_done(proof_build(&made, &text, &err), &err);
		assert_done(proof_parse(buffer_view(&text), &read, &err), &err);
		assert_done(proof_check(&read, (struct span){ &entry, 1 }, &log.trust, &seen, &err),
			    &err);
		assert_true(seen.head.size == LEAVES);
		assert_fails(
			proof_check(&read, (struct span){ &other, 1 }, &log.trust, &seen, &err),
			&err, ERROR_CORRUPT);
		assert_done(proof_build(&read, &again, &err), &err);
		assert_true(span_equal(buffer_view(&text), buffer_view(&again)));
	}
}

/* As the vectors of transparency-dev/merkle do: every way to bend a true proof is refused. */
static void every_bent_proof_is_refused(void **state)
{
	CLEANUP(small_log_release) struct small_log log;
	struct checkpoint seen;
	struct error err = { 0 };

	(void)state;
	small_log_init(&log);
	for (size_t i = 0; i < LEAVES; i++) {
		struct proof proof = proof_of(&log, i), bent;
		uint8_t entry = (uint8_t)i;
		struct span bytes = { &entry, 1 };

		for (size_t p = 0; p < proof.path_len; p++) {
			bent = proof;
			bent.path[p].byte[31] ^= 1;
			assert_fails(proof_check(&bent, bytes, &log.trust, &seen, &err), &err,
				     ERROR_CORRUPT);
			bent = proof;
			memmove(&bent.path[p], &bent.path[p + 1],
				(bent.path_len - p - 1) * sizeof(bent.path[0]));
			bent.path_len--;
			assert_fails(proof_check(&bent, bytes, &log.trust, &seen, &err), &err,
				     ERROR_CORRUPT);
		}
		bent = proof;
		bent.path[bent.path_len++] = log.leaf[0];
		assert_fails(proof_check(&bent, bytes, &log.trust, &seen, &err), &err,
			     ERROR_CORRUPT);
		for (uint64_t other = 0; other <= LEAVES; other++) {
			bent = proof;
			bent.index = other;
			if (other != i)
				assert_fails(proof_check(&bent, bytes, &log.trust, &seen, &err),
					     &err, ERROR_CORRUPT);
		}
		bent = proof;
		bent.index = i + (UINT64_C(1) << 32);
		assert_fails(proof_check(&bent, bytes, &log.trust, &seen, &err), &err,
			     ERROR_CORRUPT);
	}
}

static void a_checkpoint_of_another_log_or_state_is_refused(void **state)
{
	CLEANUP(small_log_release) struct small_log log, other;
	struct digest root, shorter;
	struct checkpoint seen;
	struct proof proof;
	struct error err = { 0 };
	uint8_t entry = 5;
	struct span bytes = { &entry, 1 };

	(void)state;
	small_log_init(&log);
	small_log_init(&other);
	root = merkle_root_of(log.leaf, LEAVES);
	shorter = merkle_root_of(log.leaf, LEAVES - 1);
	proof = proof_of(&log, 5);
	assert_fails(proof_check(&proof, bytes, &other.trust, &seen, &err), &err, ERROR_UNTRUSTED);
	sign_head(&log, log.key.name, LEAVES - 1, &shorter);
	proof = proof_of(&log, 5);
	assert_fails(proof_check(&proof, bytes, &log.trust, &seen, &err), &err, ERROR_CORRUPT);
	sign_head(&log, "log.example/y", LEAVES, &root);
	proof = proof_of(&log, 5);
	assert_fails(proof_check(&proof, bytes, &log.trust, &seen, &err), &err, ERROR_CORRUPT);
}

#define FRONT "c2sp.org/tlog-proof@v1\n"

static void the_texts_of_proofs_are_read_strictly(void **state)
{
	static const char *const bad[] = { "",
					   "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
					   FRONT,
					   FRONT "index 0\n",
					   FRONT "index 0\n\n",
					   FRONT "index 00\n\nx\n",
					   FRONT "index -1\n\nx\n",
					   FRONT "index\n\nx\n",
					   FRONT "index 18446744073709551616\n\nx\n",
					   FRONT "extra\nindex 0\n\nx\n",
					   FRONT "extra AAA\nindex 0\n\nx\n",
					   FRONT "extra AAAA\nextra AAAA\nindex 0\n\nx\n",
					   FRONT "index 0\nAAAA\n\nx\n",
					   FRONT "index 0\n" ROOT "\nx\n" };
	CLEANUP(buffer_release) struct buffer longest;
	struct error err = { 0 };
	struct proof proof;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_fails(proof_parse(span_of(bad[i]), &proof, &err), &err, ERROR_CORRUPT);
	assert_done(
		proof_parse(span_of(FRONT "extra AAAA\nindex 7\n" ROOT "\n\nx\n"), &proof, &err),
		&err);
	assert_true(proof.index == 7 && proof.path_len == 1);

	buffer_init(&longest, 8192);
	assert_done(buffer_add_text(&longest, FRONT "index 0\n", &err), &err);
	for (int i = 0; i <= MERKLE_PROOF_MAX; i++)
		assert_done(buffer_add_text(&longest, ROOT "\n", &err), &err);
	assert_done(buffer_add_text(&longest, "\nx\n", &err), &err);
	assert_fails(proof_parse(buffer_view(&longest), &proof, &err), &err, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_specification_holds),
		cmocka_unit_test(lines_of_other_keys_are_passed_over),
		cmocka_unit_test(a_line_of_the_key_that_does_not_hold_fails_the_note),
		cmocka_unit_test(malformed_notes_are_refused),
		cmocka_unit_test(sixteen_signatures_are_read_and_a_flood_is_not),
		cmocka_unit_test(wrong_verifier_keys_are_refused),
		cmocka_unit_test(names_that_could_pass_for_other_lines_are_refused),
		cmocka_unit_test(the_checkpoint_of_the_specification_is_read),
		cmocka_unit_test(malformed_checkpoints_are_refused),
		cmocka_unit_test(every_entry_has_a_proof_that_survives_being_written),
		cmocka_unit_test(every_bent_proof_is_refused),
		cmocka_unit_test(a_checkpoint_of_another_log_or_state_is_refused),
		cmocka_unit_test(the_texts_of_proofs_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
