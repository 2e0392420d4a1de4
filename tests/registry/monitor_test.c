/* A monitor over a log whose insider writes what should not be there: every kind of finding. */
#include "tests/registry/insider.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN "example.org/test"

/* What a look told. */
struct told {
	char kind[64][32];
	enum finding_grade grade[64];
	size_t count;
	struct monitor_look look;
	char error[1024];
	enum error_code code;
};

static int found(void *arg, const struct finding *finding, struct error *err)
{
	struct told *told = arg;

	(void)err;
	assert_true(told->count < 64);
	snprintf(told->kind[told->count], sizeof(told->kind[0]), "%s", finding->kind);
	told->grade[told->count++] = finding->grade;
	return 0;
}

static int looked(void *arg, const struct monitor_look *look, struct error *err)
{
	struct told *told = arg;

	(void)err;
	told->look = *look;
	told->code = look->error ? look->error->code : ERROR_NONE;
	snprintf(told->error, sizeof(told->error), "%s", look->error ? look->error->text : "");
	return 0;
}

/* A house, and its pin as somebody wrote it down before anything happened. */
static void watched_open(struct house *house)
{
	CLEANUP(text_free) char *line = NULL, *path = NULL;
	struct error err = { 0 };

	house_open(house);
	path = house_path(house, "pin");
	assert_done(registry_pin(house->registry, &line, &err), &err);
	house_write(path, line);
}

static struct pins pins_of(struct house *house)
{
	CLEANUP(text_free) char *path = house_path(house, "pin");
	CLEANUP(buffer_release) struct buffer text = { 0 };
	struct error err = { 0 };
	struct pins pins;

	buffer_init(&text, PINS_MAX_BYTES);
	assert_done(file_read(path, &text, &err), &err);
	assert_done(pins_parse(buffer_view(&text), &pins, &err), &err);
	return pins;
}

static struct told look_with(struct house *house, struct monitor_request request)
{
	const char *where[] = { house->registry->folder, NULL };
	CLEANUP(text_free) char *folder = house_path(house, "watch");
	CLEANUP(pins_release) struct pins pins = pins_of(house);
	struct told told = { .count = 0 };
	struct error err = { 0 };

	request.folder = folder;
	request.pins = &pins;
	request.where = where;
	request.found = found;
	request.looked = looked;
	request.arg = &told;
	assert_done(monitor_run(&house->ctx, &request, &err), &err);
	return told;
}

static struct told look(struct house *house)
{
	return look_with(house, (struct monitor_request){ .batch = 0 });
}

static void expect(const struct told *told, const char *kind, enum finding_grade grade)
{
	if (told->code != ERROR_NONE)
		fail_msg("%s", told->error);
	for (size_t i = 0; i < told->count; i++)
		if (strcmp(told->kind[i], kind) != 0)
			fail_msg("found %s, and %s was to be found", told->kind[i], kind);
	assert_int_equal(told->count, 1);
	assert_int_equal(told->grade[0], grade);
}

/* ---- What the insider does ---- */

/* A statement that was logged by the rules: lab/m@v1. */
static struct digest logged(struct house *house)
{
	CLEANUP(text_free) char *folder = house_path(house, "model");
	struct digest identity;
	struct error err = { 0 };
	char name[NAME_TEXT_MAX];

	house_model(folder, 1.0f);
	house_add(house, "model", "lab/m@v1");
	assert_done(registry_resolve(house->registry, "lab/m@v1", STATEMENT_checkpoint, name,
				     &identity, &err),
		    &err);
	return identity;
}

static void two_digests(struct house *house)
{
	CLEANUP(text_free) char *folder = house_path(house, "other");
	CLEANUP(buffer_release) struct buffer claim = { 0 };
	char name[NAME_TEXT_MAX];
	struct error err = { 0 };
	struct digest other;

	/* A second checkpoint of another name, and a claim that gives it the first one's. */
	(void)logged(house);
	house_model(folder, 2.0f);
	house_add(house, "other", "lab/m@v2");
	assert_done(registry_resolve(house->registry, "lab/m@v2", STATEMENT_checkpoint, name,
				     &other, &err),
		    &err);
	insider_claim("V1", &other, ORIGIN, &claim);
	insider_say(house, "tester", STATEMENT_claim, buffer_view(&claim));
}

static void claim_of_nothing(struct house *house)
{
	CLEANUP(buffer_release) struct buffer claim = { 0 };
	struct digest nothing = sha256(span_of("never logged"));

	insider_claim("v9", &nothing, ORIGIN, &claim);
	insider_say(house, "tester", STATEMENT_claim, buffer_view(&claim));
}

static void foreign_origin(struct house *house)
{
	CLEANUP(buffer_release) struct buffer claim = { 0 };
	struct digest nothing = sha256(span_of("elsewhere"));

	insider_claim("v1", &nothing, "staging.example.org/test", &claim);
	insider_say(house, "tester", STATEMENT_claim, buffer_view(&claim));
}

static void stranger(struct house *house)
{
	CLEANUP(signing_key_close) struct signing_key *key = insider_key(house, "stranger");
	CLEANUP(buffer_release) struct buffer payload = { 0 }, der = { 0 };
	char more[400], hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	buffer_init(&der, 1024);
	digest_to_hex(public_key_id(key->public_key), hex);
	assert_done(base64_encode(&der, public_key_der(key->public_key), &err), &err);
	snprintf(more, sizeof(more),
		 "\"kinds\":[\"*\"],\"names\":[\"*\"],\"origin\":\"" ORIGIN
		 "\",\"publicKey\":\"%.*s\"",
		 (int)der.len, (const char *)der.data);
	insider_payload("key", hex, public_key_id(key->public_key), more, &payload);
	insider_say(house, "stranger", STATEMENT_key, buffer_view(&payload));
}

static void foreign_policy(struct house *house)
{
	CLEANUP(buffer_release) struct buffer bundle = { 0 }, payload = { 0 };
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(pins_release) struct pins pins = pins_of(house);
	CLEANUP(signing_key_close) struct signing_key *key = insider_key(house, "tester");
	CLEANUP(buffer_release) struct buffer signature = { 0 }, entry = { 0 };
	struct error err = { 0 };
	struct digest whose;
	uint8_t *at;

	/* Policy 1 once more, said to be version 7. */
	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	buffer_init(&payload, CONTROL_PAYLOAD_MAX_BYTES);
	assert_done(registry_envelope(house->registry, &pins.pin[0].policy, NULL, &bundle, &whose,
				      &err),
		    &err);
	assert_done(envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES, &envelope, &err),
		    &err);
	assert_done(buffer_add(&payload, buffer_view(&envelope.payload), &err), &err);
	at = memmem(payload.data, payload.len, "\"version\":1", 11);
	assert_non_null(at);
	at[10] = '7';
	insider_entry(key, STATEMENT_policy, buffer_view(&payload), &signature, &entry);
	insider_append(house, buffer_view(&entry));
}

static void unknown_kind(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest nothing = sha256(span_of("x"));

	insider_payload("horoscope", "x", &nothing, "\"origin\":\"" ORIGIN "\"", &payload);
	insider_say(house, "tester", STATEMENT_claim, buffer_view(&payload));
}

static void malformed(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest nothing = sha256(span_of("x"));

	insider_payload("key", "x", &nothing, "\"origin\":\"" ORIGIN "\"", &payload);
	insider_say(house, "tester", STATEMENT_key, buffer_view(&payload));
}

static void unknown_entry(struct house *house)
{
	insider_append(house, span_of("{\"kind\":\"something of next year\"}"));
}

/* The entry of a statement that was never signed: somebody else's signature under it. */
static void bad_signature(struct house *house)
{
	CLEANUP(signing_key_close) struct signing_key *key = insider_key(house, "tester");
	CLEANUP(buffer_release) struct buffer signature = { 0 }, entry = { 0 }, forged = { 0 };
	struct error err = { 0 };

	insider_entry(key, STATEMENT_run, span_of("one"), &signature, &entry);
	buffer_init(&forged, ENTRY_MAX_BYTES);
	assert_done(entry_build(STATEMENT_run, span_of("another"), buffer_view(&signature),
				key->public_key, &forged, &err),
		    &err);
	insider_append(house, buffer_view(&forged));
}

static void duplicate(struct house *house)
{
	CLEANUP(buffer_release) struct buffer bundle = { 0 };
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct digest identity = logged(house), whose;
	struct error err = { 0 };

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	assert_done(registry_envelope(house->registry, &identity, NULL, &bundle, &whose, &err),
		    &err);
	assert_done(envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES, &envelope, &err),
		    &err);
	/* Signed anew: another signature, the same statement, the same key. */
	insider_say(house, "tester", STATEMENT_checkpoint, buffer_view(&envelope.payload));
}

static void false_state(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest root = sha256(span_of("not the state"));
	char more[500], hex[DIGEST_HEX_SIZE];

	digest_to_hex(&root, hex);
	snprintf(more, sizeof(more),
		 "\"count\":2,\"kinds\":[\"claim\",\"key\",\"policy\"],\"origin\":\"" ORIGIN
		 "\",\"policy\":\"sha256:%s\",\"root\":\"%s\",\"size\":2",
		 hex, hex);
	insider_payload("state", "state", &root, more, &payload);
	insider_say(house, "tester", STATEMENT_state, buffer_view(&payload));
}

static void early_state(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest root = sha256(span_of("later"));
	char more[500], hex[DIGEST_HEX_SIZE];

	digest_to_hex(&root, hex);
	snprintf(more, sizeof(more),
		 "\"count\":2,\"kinds\":[\"claim\"],\"origin\":\"" ORIGIN
		 "\",\"policy\":\"sha256:%s\",\"root\":\"%s\",\"size\":99",
		 hex, hex);
	insider_payload("state", "state", &root, more, &payload);
	insider_say(house, "tester", STATEMENT_state, buffer_view(&payload));
}

/* True, and dated by a checkpoint over more entries than it speaks of. */
static void misdated_state(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 }, note = { 0 };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct digest root = merkle_empty(); /* nothing is claimed by entry 0 */
	char more[2000], hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };
	struct log *log;

	digest_to_hex(&root, hex);
	buffer_init(&note, 1500);
	assert_done(registry_log(house->registry, &log, &err), &err);
	assert_done(log_head(log, &head, &err), &err);
	for (size_t i = 0; i < head.note.len; i++)
		assert_done(
			head.note.data[i] == '\n'
				? buffer_add_text(&note, "\\n", &err)
				: buffer_add(&note, (struct span){ &head.note.data[i], 1 }, &err),
			&err);
	snprintf(more, sizeof(more),
		 "\"checkpoint\":\"%.*s\",\"count\":0,\"kinds\":[\"claim\"],\"origin\":\"" ORIGIN
		 "\",\"policy\":\"sha256:%s\",\"root\":\"%s\",\"size\":1",
		 (int)note.len, (const char *)note.data, hex, hex);
	insider_payload("state", "state", &root, more, &payload);
	insider_say(house, "tester", STATEMENT_state, buffer_view(&payload));
}

static void unknown_state(struct house *house)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest root = sha256(span_of("later"));
	char more[500], hex[DIGEST_HEX_SIZE];

	digest_to_hex(&root, hex);
	snprintf(more, sizeof(more),
		 "\"count\":1,\"kinds\":[\"horoscope\"],\"origin\":\"" ORIGIN
		 "\",\"policy\":\"sha256:%s\",\"root\":\"%s\",\"size\":2",
		 hex, hex);
	insider_payload("state", "state", &root, more, &payload);
	insider_say(house, "tester", STATEMENT_state, buffer_view(&payload));
}

static char *body_path(struct house *house, const struct digest *identity)
{
	CLEANUP(buffer_release) struct buffer bundle = { 0 };
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE];
	struct error err = { 0 };
	struct digest whose;
	char *path;

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	assert_done(registry_envelope(house->registry, identity, NULL, &bundle, &whose, &err),
		    &err);
	digest_to_hex(identity, hex);
	digest_to_hex(&whose, key);
	assert_true(asprintf(&path, "%s/statements/%s.%s.json", house->registry->folder, hex, key) >
		    0);
	return path;
}

static void body_missing(struct house *house)
{
	struct digest identity = logged(house);
	CLEANUP(text_free) char *path = body_path(house, &identity);

	assert_int_equal(remove(path), 0);
}

static void body_other(struct house *house)
{
	struct digest identity = logged(house);
	CLEANUP(text_free) char *path = body_path(house, &identity);
	struct error err = { 0 };

	assert_done(file_write(path, span_of("{}"), 0644, FILE_REPLACE, &err), &err);
}

static void tiles_changed(struct house *house)
{
	CLEANUP(text_free) char *path = NULL;

	(void)logged(house);
	assert_true(asprintf(&path, "%s/log/tile/entries/000.p/4", house->registry->folder) > 0);
	house_flip(path, 40);
}

static void another_key(struct house *house)
{
	CLEANUP(text_free) char *path = NULL;

	assert_true(asprintf(&path, "%s/log/checkpoint", house->registry->folder) > 0);
	house_flip(path, 17); /* the size: the signature no longer holds */
}

/* Taken away, and said so: by the house's own key, or by a stranger. */
static void bury(struct house *house, const char *key, const struct digest *identity)
{
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	char hex[DIGEST_HEX_SIZE], more[400];

	digest_to_hex(identity, hex);
	snprintf(more, sizeof(more),
		 "\"declared\":\"2026-11-01T00:00:00Z\",\"origin\":\"" ORIGIN
		 "\",\"reason\":\"asked for\",\"statement\":\"sha256:%s\"",
		 hex);
	insider_payload("tombstone", hex, identity, more, &payload);
	insider_say(house, key, STATEMENT_tombstone, buffer_view(&payload));
}

static struct digest body_withheld(struct house *house, const char *key)
{
	struct digest identity = logged(house);
	CLEANUP(text_free) char *path = body_path(house, &identity);

	bury(house, key, &identity);
	assert_int_equal(remove(path), 0);
	return identity;
}

static const struct play {
	const char *kind;
	enum finding_grade grade;
	void (*forge)(struct house *house);
} play[] = {
	{ "two-digests", FINDING_FAILS, two_digests },
	{ "claim", FINDING_FAILS, claim_of_nothing },
	{ "origin", FINDING_FAILS, foreign_origin },
	{ "policy", FINDING_FAILS, stranger },
	{ "policy", FINDING_FAILS, foreign_policy },
	{ "unknown-kind", FINDING_UNDECIDED, unknown_kind },
	{ "malformed", FINDING_FAILS, malformed },
	{ "unknown-entry", FINDING_UNDECIDED, unknown_entry },
	{ "signature", FINDING_FAILS, bad_signature },
	{ "duplicate", FINDING_FAILS, duplicate },
	{ "state-root", FINDING_FAILS, false_state },
	{ "state-root", FINDING_FAILS, early_state },
	{ "state-root", FINDING_FAILS, misdated_state },
	{ "state-root", FINDING_UNDECIDED, unknown_state },
	{ "body-missing", FINDING_UNDECIDED, body_missing },
	{ "body", FINDING_FAILS, body_other },
	{ "tiles", FINDING_FAILS, tiles_changed },
	{ "checkpoint", FINDING_FAILS, another_key },
};

static void every_kind_of_misdeed_is_found_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(play) / sizeof(play[0]); i++) {
		struct house house;
		struct told told;

		watched_open(&house);
		play[i].forge(&house);
		told = look(&house);
		expect(&told, play[i].kind, play[i].grade);
		assert_int_equal(told.look.findings, 1);
		/* It is known now: told no second time, and written no second time. */
		told = look(&house);
		assert_int_equal(told.count, 0);
		house_close(&house);
	}
}

static void what_came_before_the_look_and_what_comes_after_are_judged_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(play) / sizeof(play[0]); i++) {
		struct house house;
		struct told told;

		watched_open(&house);
		told = look(&house);
		assert_int_equal(told.count, 0);
		assert_int_equal(told.look.size, 2);
		play[i].forge(&house);
		/* One entry a commit: a state that was taken up again knows as much. */
		told = look_with(&house, (struct monitor_request){ .batch = 1 });
		expect(&told, play[i].kind, play[i].grade);
		house_close(&house);
	}
}

static bool stopped(void *user)
{
	(void)user;
	return true;
}

/* Stop the watcher at the third entry, which is the one without its body. */
static void stop_behind_the_third(void *user, const char *what, const char *unit, uint64_t done,
				  uint64_t total)
{
	struct house *house = user;

	(void)what;
	(void)unit;
	(void)total;
	if (done == 3)
		house->ctx.cancelled = stopped;
}

static void a_withheld_body_is_told_and_is_no_finding(void **state)
{
	(void)state;
	for (int way = 0; way < 3; way++) {
		struct house house;
		struct told told;

		watched_open(&house);
		(void)body_withheld(&house, "tester");
		if (way == 2) { /* killed between the entry and its tombstone */
			house.ctx.progress = stop_behind_the_third;
			told = look_with(&house, (struct monitor_request){ .batch = 1 });
			assert_int_equal(told.count, 0);
			assert_int_equal(told.code, ERROR_SYSTEM);
			assert_int_equal(told.look.size, 3);
			house.ctx.progress = NULL;
			house.ctx.cancelled = NULL;
		}
		told = look_with(&house, (struct monitor_request){ .batch = way ? 1 : 0 });
		assert_string_equal(told.error, "");
		assert_int_equal(told.count, 1);
		assert_string_equal(told.kind[0], "withheld");
		assert_int_equal(told.grade[0], FINDING_TOLD);
		assert_int_equal(told.look.findings, 0);
		assert_int_equal(told.look.withheld, 1);
		told = look(&house);
		assert_int_equal(told.count, 0);
		house_close(&house);
	}
}

static void a_tombstone_that_does_not_count_explains_nothing(void **state)
{
	(void)state;
	for (int batch = 0; batch < 2; batch++) {
		struct house house;
		struct told told;

		watched_open(&house);
		(void)body_withheld(&house, "stranger");
		told = look_with(&house, (struct monitor_request){ .batch = (uint64_t)batch });
		assert_int_equal(told.count, 2);
		assert_string_equal(told.kind[0], "policy");
		assert_string_equal(told.kind[1], "body-missing");
		assert_int_equal(told.grade[1], FINDING_UNDECIDED);
		assert_int_equal(told.look.withheld, 0);
		house_close(&house);
	}
}

static void a_tombstone_of_something_else_explains_nothing(void **state)
{
	struct digest other = sha256(span_of("something else"));
	struct house house;
	struct told told;

	(void)state;
	watched_open(&house);
	body_missing(&house);
	bury(&house, "tester", &other);
	told = look(&house);
	expect(&told, "body-missing", FINDING_UNDECIDED);
	house_close(&house);
}

static void a_sound_log_is_followed_without_a_word(void **state)
{
	struct state_made made;
	struct error err = { 0 };
	struct house house;
	struct told told;

	(void)state;
	watched_open(&house);
	for (int round = 0; round < 3; round++) {
		CLEANUP(signing_key_close) struct signing_key *key = insider_key(&house, "tester");
		CLEANUP(text_free) char *folder = house_path(&house, "model");
		char name[32];

		house_model(folder, (float)round);
		snprintf(name, sizeof(name), "lab/m@v%d", round);
		house_add(&house, "model", name);
		assert_done(registry_state_say(house.registry, key, &made, &err), &err);
		told = look(&house);
		assert_string_equal(told.error, "");
		assert_int_equal(told.count, 0);
		assert_int_equal(told.look.size, made.index + 1);
		told = look(&house);
		assert_int_equal(told.look.before, told.look.size);
		assert_int_equal(told.count, 0);
	}
	house_close(&house);
}

static void what_is_watched_is_told(void **state)
{
	struct watch watch[3];
	struct monitor_request request = { .watch = watch };
	char key[16], digest[32], hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };
	struct digest identity;
	struct house house;
	struct told told;

	(void)state;
	watched_open(&house);
	identity = logged(&house);
	digest_to_hex(&identity, hex);
	snprintf(digest, sizeof(digest), "digest=%.16s", hex);
	snprintf(key, sizeof(key), "key=%.8s", "00000000");
	assert_done(watch_parse("name=LAB/*", &watch[0], &err), &err);
	assert_done(watch_parse(digest, &watch[1], &err), &err);
	assert_done(watch_parse(key, &watch[2], &err), &err);
	assert_fails(watch_parse("key=short", &watch[2], &err), &err, ERROR_USAGE);
	assert_fails(watch_parse("colour=red", &watch[2], &err), &err, ERROR_USAGE);
	assert_fails(watch_parse("name=", &watch[2], &err), &err, ERROR_USAGE);
	watch[0].text = "lab/*";
	request.watch_count = 3;
	told = look_with(&house, request);
	/* By name the statement and its claim, by digest both again: the claim is about it. */
	assert_int_equal(told.count, 4);
	for (size_t i = 0; i < told.count; i++) {
		assert_string_equal(told.kind[i], "watched");
		assert_int_equal(told.grade[i], FINDING_NOTICED);
	}
	house_close(&house);
}

static void an_age_that_no_witness_tells_is_said_to_be_unknown(void **state)
{
	struct house house;
	struct told told;

	(void)state;
	watched_open(&house);
	told = look_with(&house, (struct monitor_request){ .maximum_age = 3600 });
	expect(&told, "stale", FINDING_UNDECIDED);
	house_close(&house);
}

static void a_folder_that_contradicts_itself_is_refused(void **state)
{
	CLEANUP(text_free) char *path = NULL, *watch = NULL;
	struct digest origin = sha256(span_of(ORIGIN));
	char name[DIGEST_HEX_SIZE];
	struct house house;
	struct told told;

	(void)state;
	watched_open(&house);
	(void)logged(&house);
	(void)look(&house);
	digest_to_hex(&origin, name);
	watch = house_path(&house, "watch");
	assert_true(asprintf(&path, "%s/%s/entries", watch, name) > 0);
	house_flip(path, 45);
	told = look(&house);
	assert_int_equal(told.code, ERROR_CORRUPT);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_misdeed_is_found_once),
		cmocka_unit_test(what_came_before_the_look_and_what_comes_after_are_judged_alike),
		cmocka_unit_test(a_withheld_body_is_told_and_is_no_finding),
		cmocka_unit_test(a_tombstone_that_does_not_count_explains_nothing),
		cmocka_unit_test(a_tombstone_of_something_else_explains_nothing),
		cmocka_unit_test(a_sound_log_is_followed_without_a_word),
		cmocka_unit_test(what_is_watched_is_told),
		cmocka_unit_test(an_age_that_no_witness_tells_is_said_to_be_unknown),
		cmocka_unit_test(a_folder_that_contradicts_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
