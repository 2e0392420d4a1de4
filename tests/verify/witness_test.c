/* Cosignatures, witness policies, quorums: a real log's witnesses, and every rule of the two texts.
 */
#include <stdlib.h>

#include "tests/verify/signer.h"

/*
 * A checkpoint of the public log log2025-alpha3.rekor.sigstage.dev with three witnesses of the
 * public network, from sigstore-conformance (Apache-2.0), test/assets/bundle-verify/
 * rekor2-dsse-happy-path; the verifier keys are those that log and witnesses publish.
 */
#define REAL_LOG                                                                                   \
	"log2025-alpha3.rekor.sigstage.dev+d3d3a70c+AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp"
#define REAL_TEXT                                                                                  \
	"log2025-alpha3.rekor.sigstage.dev\n4026479\n"                                             \
	"5iaX4xK6PMnp4ZFTP4iywMcwLgaTjzgRTkrTOUFIrfY=\n"
#define REAL_LINE                                                                                  \
	"\xe2\x80\x94 log2025-alpha3.rekor.sigstage.dev "                                          \
	"09OnDHwVrKeXjBYQ4NJ5EoENdtpBwZcV3X8n+cAZFIk+8LBPKEpZcKqoN2CfjGw0zlQwt+U2pLt5UyYEFv+"      \
	"STPHPmQg=\n"
#define REAL_STAGEMOLE                                                                             \
	"\xe2\x80\x94 witness.stagemole.eu "                                                       \
	"Z/euoAAAAABqBM+21mV7JbHwWmLP20ZSpNWneHMkITOPopt+"                                         \
	"Vj1MoJSILqOIPpx93pbRfA0U+Eq5IiJjEUhG1JwGhPCJEUT5yDcFDg==\n"
#define REAL_RING                                                                                  \
	"\xe2\x80\x94 staging.witness.transparency.goog/ring-any-bells "                           \
	"LhqNyQAAAABqBM+2Ob9EtpF9h6IUMXc/"                                                         \
	"LTRkkXiNAgbbohBxHekby1oASdDtPLkgZLmBHH73DF25f2L8xGgp/qVwoZK5thKXc6XnCw==\n"
#define REAL_NAVIGLI                                                                               \
	"\xe2\x80\x94 witness.navigli.sunlight.geomys.org "                                        \
	"o+AP4gAAAABqBM+2NoYlK4g3lkC5QltDB6f2F9U8yF6+8kXKjLKHAYvSDJ3u5dZufSU3bz+"                  \
	"AtJMdOoMixoFJBkQ397WY/mE0i9tlCg==\n"
#define STAGEMOLE "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"
#define RING                                                                                       \
	"staging.witness.transparency.goog/"                                                       \
	"ring-any-bells+2e1a8dc9+BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL"
#define NAVIGLI                                                                                    \
	"witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/"                                        \
	"co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
#define THREE "witness a " STAGEMOLE "\nwitness b " RING "\nwitness c " NAVIGLI "\n"

static struct witness_policy *policy_of(const char *text)
{
	struct witness_policy *policy = NULL;
	struct error err = { 0 };

	assert_done(witness_policy_parse(span_of(text), &policy, &err), &err);
	return policy;
}

static struct note_key real_log(void)
{
	struct note_key key;
	struct error err = { 0 };

	assert_done(note_key_parse(span_of(REAL_LOG), &key, &err), &err);
	return key;
}

static void the_witnesses_of_a_public_log_are_counted(void **state)
{
	static const struct {
		const char *note, *quorum;
		size_t cosigned, needed, colluders;
		bool met;
	} seen[] = {
		{ REAL_TEXT "\n" REAL_LINE REAL_STAGEMOLE REAL_RING REAL_NAVIGLI, "all", 3, 3, 3,
		  true },
		{ REAL_TEXT "\n" REAL_LINE REAL_STAGEMOLE REAL_RING REAL_NAVIGLI, "2", 3, 2, 1,
		  true },
		{ REAL_TEXT "\n" REAL_NAVIGLI REAL_LINE REAL_STAGEMOLE, "2", 2, 2, 1, true },
		{ REAL_TEXT "\n" REAL_NAVIGLI REAL_LINE REAL_NAVIGLI, "2", 1, 2, 1, false },
		{ REAL_TEXT "\n" REAL_LINE REAL_RING, "any", 1, 1, 0, true },
		{ REAL_TEXT "\n" REAL_LINE, "any", 0, 1, 0, false },
	};
	struct note_key key = real_log();
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
		struct checkpoint checkpoint;
		char text[1024];

		snprintf(text, sizeof(text), THREE "group g %s a b c\nquorum g\n", seen[i].quorum);
		policy = policy_of(text);
		assert_done(checkpoint_open(span_of(seen[i].note),
					    &(struct log_trust){ &key, 1, policy }, &checkpoint,
					    &err),
			    &err);
		assert_true(checkpoint.head.size == 4026479);
		assert_int_equal(checkpoint.cosigned, seen[i].cosigned);
		assert_int_equal(checkpoint.witnesses, 3);
		assert_int_equal(checkpoint.needed, seen[i].needed);
		assert_int_equal(checkpoint.colluders, seen[i].colluders);
		assert_int_equal(checkpoint.quorum, seen[i].met);
		assert_true(checkpoint.time == (seen[i].met ? 0x6a04cfb6 : 0));
		if (seen[i].met)
			assert_done(checkpoint_need_quorum(&checkpoint, &err), &err);
		else
			assert_fails(checkpoint_need_quorum(&checkpoint, &err), &err,
				     ERROR_UNTRUSTED);
	}
}

static void a_cosignature_that_does_not_hold_fails_the_note(void **state)
{
	/* The time, then the signature, then the length altered; and a witness that the log is not.
	 */
	static const char *const bad[] = {
		REAL_TEXT "\n" REAL_LINE "\xe2\x80\x94 witness.stagemole.eu "
			  "Z/euoAAAAABqBM+31mV7JbHwWmLP20ZSpNWneHMkITOPopt+"
			  "Vj1MoJSILqOIPpx93pbRfA0U+Eq5IiJjEUhG1JwGhPCJEUT5yDcFDg==\n",
		REAL_TEXT "\n" REAL_LINE "\xe2\x80\x94 witness.stagemole.eu "
			  "Z/euoAAAAABqBM+21mV7JbHwWmLP20ZSpNWneHMkITOPopt+"
			  "Vj1MoJSILqOIPpx93pbRfA0U+Eq5IiJjEUhG1JwGhPCJEUT5yDcFDA==\n",
		REAL_TEXT "\n" REAL_LINE "\xe2\x80\x94 witness.stagemole.eu Z/euoAAAAABqBM+2\n",
		"log2025-alpha3.rekor.sigstage.dev\n4026478\n"
		"5iaX4xK6PMnp4ZFTP4iywMcwLgaTjzgRTkrTOUFIrfY=\n\n" REAL_LINE,
	};
	CLEANUP(witness_policy_free)
	struct witness_policy *policy = policy_of(THREE "quorum none\n");
	struct note_key key = real_log();
	struct checkpoint checkpoint;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(checkpoint_open(span_of(bad[i]),
					     &(struct log_trust){ &key, 1, policy }, &checkpoint,
					     &err),
			     &err, ERROR_CORRUPT);
	/* Nobody asked that witness: its line is a stranger's. */
	assert_done(checkpoint_open(span_of(bad[0]), &(struct log_trust){ &key, 1, NULL },
				    &checkpoint, &err),
		    &err);
	assert_true(checkpoint.quorum && !checkpoint.witnesses && !checkpoint.time);
	/* Without the log's own line, all witnesses together vouch for nothing. */
	assert_fails(checkpoint_open(span_of(REAL_TEXT "\n" REAL_STAGEMOLE REAL_RING REAL_NAVIGLI),
				     &(struct log_trust){ &key, 1, policy }, &checkpoint, &err),
		     &err, ERROR_UNTRUSTED);
}

/* ---- Notes of our own: rotation and time ---- */

struct cosigner {
	struct test_signer signer;
	struct note_key key;
};

static void cosigner_init(struct cosigner *cosigner, const char *name, enum note_key_type type)
{
	struct error err = { 0 };

	cosigner->signer = test_signer_new("ED25519");
	assert_done(note_key_make_as(name, type, public_key_der(cosigner->signer.public).data + 12,
				     &cosigner->key, &err),
		    &err);
}

static void sign_as_log(const struct cosigner *log, const char *text, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer signature;
	struct error err = { 0 };

	buffer_init(&signature, 64);
	test_sign(&log->signer, span_of(text), &signature);
	assert_done(note_line_build(&log->key, buffer_view(&signature), out, &err), &err);
}

static void cosign(const struct cosigner *witness, const char *text, uint64_t time,
		   struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer message, signature;
	struct error err = { 0 };

	buffer_init(&message, 4096);
	buffer_init(&signature, 64);
	assert_done(cosignature_message(span_of(text), time, &message, &err), &err);
	test_sign(&witness->signer, buffer_view(&message), &signature);
	assert_done(cosignature_build(&witness->key, time, signature.data, out, &err), &err);
}

#define SMALL "log.example/x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static void either_key_suffices_while_a_log_changes_its_key(void **state)
{
	CLEANUP(buffer_release) struct buffer note;
	struct cosigner old, new, other;
	struct note_key keys[2];
	struct checkpoint seen;
	struct error err = { 0 };

	(void)state;
	buffer_init(&note, 4096);
	cosigner_init(&old, "log.example/x", NOTE_KEY_ED25519);
	cosigner_init(&new, "log.example/x", NOTE_KEY_ED25519);
	cosigner_init(&other, "log.example/y", NOTE_KEY_ED25519);
	keys[0] = old.key;
	keys[1] = new.key;
	assert_done(buffer_add_text(&note, SMALL "\n", &err), &err);
	sign_as_log(&new, SMALL, &note);
	assert_done(checkpoint_open(buffer_view(&note), &(struct log_trust){ keys, 2, NULL }, &seen,
				    &err),
		    &err);
	assert_fails(checkpoint_open(buffer_view(&note), &(struct log_trust){ keys, 1, NULL },
				     &seen, &err),
		     &err, ERROR_UNTRUSTED);
	assert_fails(checkpoint_open(buffer_view(&note), &(struct log_trust){ NULL, 0, NULL },
				     &seen, &err),
		     &err, ERROR_UNTRUSTED);
	sign_as_log(&old, SMALL, &note);
	assert_done(checkpoint_open(buffer_view(&note), &(struct log_trust){ keys, 1, NULL }, &seen,
				    &err),
		    &err);
	/* One good line does not heal a bad one of the other key. */
	sign_as_log(&old, SMALL "x\n", &note);
	assert_fails(checkpoint_open(buffer_view(&note), &(struct log_trust){ keys, 2, NULL },
				     &seen, &err),
		     &err, ERROR_CORRUPT);
	/* A listed key of another origin. */
	note.len = 0;
	assert_done(buffer_add_text(&note, SMALL "\n", &err), &err);
	sign_as_log(&other, SMALL, &note);
	assert_fails(checkpoint_open(buffer_view(&note), &(struct log_trust){ &other.key, 1, NULL },
				     &seen, &err),
		     &err, ERROR_CORRUPT);
	test_signer_release(&old.signer);
	test_signer_release(&new.signer);
	test_signer_release(&other.signer);
}

static void the_time_is_that_of_the_cosignature_which_completes_the_quorum(void **state)
{
	static const uint64_t time[] = { 100, 300, 200, 400 };
	CLEANUP(buffer_release) struct buffer note, text;
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	struct cosigner log, witness[4];
	struct checkpoint seen;
	struct error err = { 0 };

	(void)state;
	buffer_init(&note, 8192);
	buffer_init(&text, 8192);
	cosigner_init(&log, "log.example/x", NOTE_KEY_ED25519);
	assert_done(buffer_add_text(&note, SMALL "\n", &err), &err);
	sign_as_log(&log, SMALL, &note);
	for (size_t i = 0; i < 4; i++) {
		char name[32], vkey[NOTE_VKEY_MAX];

		snprintf(name, sizeof(name), "witness.example/%zu", i);
		cosigner_init(&witness[i], name, NOTE_KEY_COSIGNATURE);
		note_key_format(&witness[i].key, vkey);
		assert_done(buffer_printf(&text, &err, "witness w%zu %s\n", i, vkey), &err);
		cosign(&witness[i], SMALL, time[i], &note);
	}
	cosign(&witness[1], SMALL, 50, &note); /* an older one of the same: the latest counts */
	/* The fourth is listed, and no group needs it. */
	assert_done(buffer_add_text(&text, "group g 2 w0 w1 w2\nquorum g\n", &err), &err);
	assert_done(witness_policy_parse(buffer_view(&text), &policy, &err), &err);
	assert_done(checkpoint_open(buffer_view(&note), &(struct log_trust){ &log.key, 1, policy },
				    &seen, &err),
		    &err);
	assert_int_equal(seen.witnesses, 3);
	assert_int_equal(seen.cosigned, 3);
	assert_true(seen.time == 200);
	for (size_t i = 0; i < 4; i++)
		test_signer_release(&witness[i].signer);
	test_signer_release(&log.signer);
}

static void a_time_that_no_cosignature_can_have_is_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, 4096);
	assert_fails(cosignature_message(span_of(SMALL), 0, &out, &err), &err, ERROR_USAGE);
	assert_fails(cosignature_message(span_of(SMALL), UINT64_C(1) << 63, &out, &err), &err,
		     ERROR_USAGE);
	assert_done(cosignature_message(span_of("a\n"), INT64_MAX, &out, &err), &err);
	assert_true(span_equal(buffer_view(&out),
			       span_of("cosignature/v1\ntime 9223372036854775807\na\n")));
}

/* ---- Policies ---- */

static void the_syntax_of_policies_is_the_specifications(void **state)
{
	static const char *const good[] = {
		"quorum none\n",
		"# remark\n\n \t\n  # another\n\tquorum \t none \t\n",
		"log " REAL_LOG " https://l.example/\nquorum none\n",
		"witness a " STAGEMOLE " https://w.example/\nquorum a\n",
		"witness a " STAGEMOLE "\nquorum a\nwitness b " RING "\n",
		"witness \xe2\x84\xaa " STAGEMOLE "\nwitness K " RING
		"\ngroup # 1 \xe2\x84\xaa K\nquorum #\n",
		"witness \xff " STAGEMOLE "\nquorum \xff\n",
		THREE "group x 2 a b\ngroup y any c\ngroup z all x y\nquorum z\n",
		THREE "group x 2 a b c\nquorum a\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
		struct error err = { 0 };

		assert_done(witness_policy_parse(span_of(good[i]), &policy, &err), &err);
	}
}

static void every_broken_rule_of_policies_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"quorum none",
		"quorum\n",
		"quorum none none\n",
		"quorum none\nquorum none\n",
		"quorum a\nwitness a " STAGEMOLE "\n",
		"quorum g\n",
		"quorum none\r\n",
		"quorum\x0bnone\n",
		"quorum none\x7f\n",
		"# \x01\nquorum none\n",
		"Quorum none\n",
		"member a\nquorum none\n",
		"log\nquorum none\n",
		"log " STAGEMOLE "\nquorum none\n",
		"log " REAL_LOG " a b\nquorum none\n",
		"log " REAL_LOG "\nlog " REAL_LOG "\nquorum none\n",
		"witness a\nquorum none\n",
		"witness a " REAL_LOG "\nquorum none\n",
		"witness a " STAGEMOLE " x y\nquorum none\n",
		"witness none " STAGEMOLE "\nquorum none\n",
		"witness a " STAGEMOLE "\nwitness b " STAGEMOLE "\nquorum none\n",
		"witness a " STAGEMOLE "\nwitness a " RING "\nquorum none\n",
		THREE "group a any b\nquorum none\n",
		THREE "group none any b\nquorum none\n",
		THREE "group g any\nquorum none\n",
		THREE "group g 0 a b\nquorum none\n",
		THREE "group g 3 a b\nquorum none\n",
		THREE "group g 02 a b\nquorum none\n",
		THREE "group g -1 a b\nquorum none\n",
		THREE "group g some a b\nquorum none\n",
		THREE "group g any none\nquorum none\n",
		THREE "group g any d\nquorum none\n",
		THREE "group g any g\nquorum none\n",
		THREE "group g any a a\nquorum none\n",
		THREE "group g any a b\ngroup h any b c\nquorum none\n",
		THREE "group g any h\ngroup h any a\nquorum none\n",
	};
	struct witness_policy *policy = NULL;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!witness_policy_parse(span_of(bad[i]), &policy, &err))
			fail_msg("accepted: %s", bad[i]);
		assert_true(err.code == ERROR_CORRUPT || err.code == ERROR_UNTRUSTED);
		err = (struct error){ 0 };
	}
}

static void a_log_is_not_its_own_witness(void **state)
{
	CLEANUP(buffer_release) struct buffer text;
	struct witness_policy *policy = NULL;
	struct note_key log = real_log(), twin;
	char vkey[NOTE_VKEY_MAX];
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, 4096);
	assert_done(cosigner_make("witness.example/twin", log.key, &twin, &err), &err);
	note_key_format(&twin, vkey);
	assert_done(buffer_printf(&text, &err, "log " REAL_LOG "\nwitness a %s\nquorum a\n", vkey),
		    &err);
	assert_fails(witness_policy_parse(buffer_view(&text), &policy, &err), &err, ERROR_CORRUPT);
}

/* 64 of each are read; one more, or too long a text, is refused. */
static void as_many_as_the_specification_asks_for_are_read(void **state)
{
	CLEANUP(buffer_release) struct buffer text;
	struct witness_policy *policy = NULL;
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, 1u << 20);
	for (size_t i = 0; i <= WITNESSES_MAX; i++) {
		uint8_t bytes[ED25519_KEY_SIZE] = { (uint8_t)i };
		struct note_key key;
		char vkey[NOTE_VKEY_MAX];

		if (i == WITNESSES_MAX) {
			size_t kept = text.len;

			assert_done(buffer_printf(&text, &err, "quorum g63\n"), &err);
			assert_done(witness_policy_parse(buffer_view(&text), &policy, &err), &err);
			assert_int_equal(witness_policy_quorum(policy).needed, 1);
			witness_policy_free(&policy);
			text.len = kept;
		}
		assert_done(cosigner_make("witness.example", bytes, &key, &err), &err);
		note_key_format(&key, vkey);
		assert_done(buffer_printf(&text, &err, "witness w%zu %s\n", i, vkey), &err);
		assert_done(buffer_printf(&text, &err, "group g%zu any w%zu\n", i, i), &err);
	}
	assert_done(buffer_printf(&text, &err, "quorum none\n"), &err);
	assert_fails(witness_policy_parse(buffer_view(&text), &policy, &err), &err, ERROR_CORRUPT);
	while (text.len <= WITNESS_POLICY_MAX_BYTES)
		assert_done(buffer_add_text(&text, "#\n", &err), &err);
	assert_fails(witness_policy_parse(buffer_view(&text), &policy, &err), &err, ERROR_CORRUPT);
}

/* ---- What a quorum means, by trying every set of witnesses ---- */

static bool met_by(const struct witness_policy *policy, unsigned set)
{
	bool cosigned[WITNESSES_MAX] = { false };

	for (size_t i = 0; i < policy->witness_count; i++)
		cosigned[i] = set >> i & 1;
	return witness_policy_met(policy, cosigned);
}

static struct witness_quorum by_trying(const struct witness_policy *policy)
{
	unsigned sets = 1u << policy->witness_count;
	struct witness_quorum quorum = { 0, SIZE_MAX, SIZE_MAX };

	for (size_t i = 0; i < policy->witness_count; i++) {
		bool matters = false;

		for (unsigned a = 0; a < sets; a++)
			matters |= met_by(policy, a) != met_by(policy, a ^ (1u << i));
		quorum.witnesses += matters;
	}
	for (unsigned a = 0; a < sets; a++)
		for (unsigned b = 0; met_by(policy, a) && b < sets; b++) {
			size_t size = (size_t)__builtin_popcount(a);
			size_t both = (size_t)__builtin_popcount(a & b);

			if (!met_by(policy, b))
				continue;
			quorum.needed = size < quorum.needed ? size : quorum.needed;
			quorum.colluders = both < quorum.colluders ? both : quorum.colluders;
		}
	return quorum;
}

/* A policy over six witnesses whose groups are drawn. */
static struct witness_policy *policy_drawn(uint64_t *seed)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *free_name[16];
	char name[16][8];
	size_t count = 6;
	struct error err = { 0 };

	buffer_init(&text, 8192);
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[ED25519_KEY_SIZE] = { (uint8_t)i };
		struct note_key key;
		char vkey[NOTE_VKEY_MAX];

		assert_done(cosigner_make("witness.example", bytes, &key, &err), &err);
		note_key_format(&key, vkey);
		snprintf(name[i], sizeof(name[i]), "w%zu", i);
		free_name[i] = name[i];
		assert_done(buffer_printf(&text, &err, "witness %s %s\n", name[i], vkey), &err);
	}
	for (size_t g = 0; count > 1 && g < 4; g++) {
		size_t members = 1 + test_random(seed) % count;

		assert_done(buffer_printf(&text, &err, "group g%zu %zu", g,
					  1 + (size_t)(test_random(seed) % members)),
			    &err);
		for (size_t i = 0; i < members; i++) {
			size_t at = test_random(seed) % count;

			assert_done(buffer_printf(&text, &err, " %s", free_name[at]), &err);
			free_name[at] = free_name[--count];
		}
		assert_done(buffer_add_text(&text, "\n", &err), &err);
		snprintf(name[6 + g], sizeof(name[6 + g]), "g%zu", g);
		free_name[count++] = name[6 + g];
	}
	assert_done(buffer_printf(&text, &err, "quorum %s\n", free_name[count - 1]), &err);
	assert_done(buffer_add(&text, (struct span){ (const uint8_t *)"", 1 }, &err), &err);
	return policy_of((char *)text.data);
}

static void how_many_must_collude_is_exact_for_nested_groups(void **state)
{
	uint64_t seed = 15;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		CLEANUP(witness_policy_free) struct witness_policy *policy = policy_drawn(&seed);
		struct witness_quorum told = witness_policy_quorum(policy);
		struct witness_quorum tried = by_trying(policy);

		assert_int_equal(told.witnesses, tried.witnesses);
		assert_int_equal(told.needed, tried.needed);
		assert_int_equal(told.colluders, tried.colluders);
	}
}

static void people_are_told_what_the_witnesses_are_worth(void **state)
{
	static const struct {
		struct checkpoint checkpoint;
		const char *text;
	} said[] = {
		{ { .quorum = true }, "not witnessed" },
		{ { .quorum = true, .cosigned = 2, .witnesses = 3, .needed = 2, .colluders = 1 },
		  "2 of 3 witnesses cosigned it; to show others another log its operator and 1 of "
		  "them must collude" },
		{ { .quorum = true, .cosigned = 1, .witnesses = 3, .needed = 1 },
		  "1 of 3 witnesses cosigned it; its operator alone could still show others "
		  "another log" },
		{ { .cosigned = 1, .witnesses = 3, .needed = 2, .colluders = 1 },
		  "1 of 3 witnesses cosigned it; no quorum, which takes 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		CLEANUP(buffer_release) struct buffer text;
		struct error err = { 0 };

		buffer_init(&text, 1024);
		assert_done(checkpoint_describe(&said[i].checkpoint, &text, &err), &err);
		assert_true(span_equal(buffer_view(&text), span_of(said[i].text)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_witnesses_of_a_public_log_are_counted),
		cmocka_unit_test(a_cosignature_that_does_not_hold_fails_the_note),
		cmocka_unit_test(either_key_suffices_while_a_log_changes_its_key),
		cmocka_unit_test(the_time_is_that_of_the_cosignature_which_completes_the_quorum),
		cmocka_unit_test(a_time_that_no_cosignature_can_have_is_refused),
		cmocka_unit_test(the_syntax_of_policies_is_the_specifications),
		cmocka_unit_test(every_broken_rule_of_policies_is_refused),
		cmocka_unit_test(a_log_is_not_its_own_witness),
		cmocka_unit_test(as_many_as_the_specification_asks_for_are_read),
		cmocka_unit_test(how_many_must_collude_is_exact_for_nested_groups),
		cmocka_unit_test(people_are_told_what_the_witnesses_are_worth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
