/* What a record shows depends on who made it and when: the class that a verdict gives it. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/checkpoint.h"
#include "tests/verify/tiny_record.h"
#include "tests/verify/world.h"
#include "verify/boundaries.h"
#include "verify/format.h"

#define NAME "team/base@v1"

#define INERT "model.embed_tokens.weight"

enum { LAYERS = 2, HIDDEN = 24 };

/* A release whose record somebody made, at some time. */
struct stage {
	struct world world;
	struct test_signer alice, cluster; /* the publisher; the machine that trained */
	struct recorded recorded;          /* model, folder, probes, outputs */
	struct digest manifest, pieces, probes, outputs, model_root;
	struct buffer probes_object;
	struct world_item *policy, *checkpoint, *record, *release;
	const char *profile; /* of the record */
	bool private;        /* its probes are */
	struct opening opening[COUNT];
	size_t opening_count;
	char boundaries[192]; /* of the record: "" unless it keeps its activations */
	char pin[1024];
};

static void put(const struct stage *stage, const char *name, struct span bytes)
{
	char path[512];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/%s", stage->recorded.folder, name);
	assert_done(file_write(path, bytes, 0644, FILE_REPLACE, &err), &err);
}

static struct digest put_object(const struct stage *stage, struct span bytes)
{
	struct digest digest = sha256(bytes);
	char hex[DIGEST_HEX_SIZE], path[128];

	digest_to_hex(&digest, hex);
	snprintf(path, sizeof(path), "akashi/objects/%s", hex);
	put(stage, path, bytes);
	return digest;
}

/* The manifest of the model's files as objects, and model.sig over them. */
static void put_model(struct stage *stage)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer json, pieces, payload, bundle;
	struct context ctx = test_context();
	struct modelsig_plan plan = { .name = NAME,
				      .ignored = modelsig_default_ignored,
				      .signature_name = "model.sig" };
	struct modelsig_file file[8];
	struct error err = { 0 };

	buffer_init(&json, 1u << 20);
	buffer_init(&pieces, 1u << 20);
	buffer_init(&payload, 1u << 20);
	buffer_init(&bundle, 1u << 20);
	assert_done(tree_open(stage->recorded.folder, NULL, &tree, &err), &err);
	assert_done(manifest_build(&ctx, tree, NULL, &manifest, &err), &err);
	assert_done(manifest_write(manifest, &json, &stage->manifest, &err), &err);
	assert_done(pieces_write(manifest->record, manifest->piece_count, &pieces, &err), &err);
	put_object(stage, buffer_view(&json));
	put_object(stage, buffer_view(&pieces));
	assert_true(manifest->file_count <= 8);
	for (size_t i = 0; i < manifest->file_count; i++)
		file[i] = (struct modelsig_file){
			.path = (char *)(uintptr_t)manifest->file[i].path,
			.digest = any_digest_of(&manifest->file[i].sha256),
		};
	assert_done(modelsig_build(&plan, file, manifest->file_count, &payload, &stage->model_root,
				   &err),
		    &err);
	test_envelope(&stage->alice, buffer_view(&payload), &bundle);
	put(stage, "model.sig", buffer_view(&bundle));
}

static void say_checkpoint(struct stage *stage)
{
	char manifest[DIGEST_HEX_SIZE], text[512];

	digest_to_hex(&stage->manifest, manifest);
	snprintf(text, sizeof(text),
		 "{\"name\":\"team/base\",\"version\":\"v1\",\"manifest\":\"sha256:%s\"}",
		 manifest);
	stage->checkpoint = world_say(&stage->world, &stage->alice, STATEMENT_checkpoint, NAME,
				      &stage->manifest, text);
	world_claim(&stage->world, &stage->alice, "checkpoint", NAME, &stage->checkpoint->identity);
}

/* {"manifest":…,"name":…,"statement":…} of the checkpoint. */
static void reference_text(const struct stage *stage, char *text, size_t size)
{
	char manifest[DIGEST_HEX_SIZE], statement[DIGEST_HEX_SIZE];

	digest_to_hex(&stage->manifest, manifest);
	digest_to_hex(&stage->checkpoint->identity, statement);
	snprintf(text, size,
		 "{\"manifest\":\"sha256:%s\",\"name\":\"" NAME "\",\"statement\":\"sha256:%s\"}",
		 manifest, statement);
}

static void say_record(struct stage *stage, const struct test_signer *recorder)
{
	char of[512], object[96], outputs[DIGEST_HEX_SIZE], root[DIGEST_HEX_SIZE];
	char text[2048], probes[DIGEST_HEX_SIZE];

	reference_text(stage, of, sizeof(of));
	digest_to_hex(&stage->probes, probes);
	if (stage->private)
		snprintf(object, sizeof(object), "\"private\":true");
	else
		snprintf(object, sizeof(object), "\"object\":\"sha256:%s\"", probes);
	digest_to_hex(&stage->outputs, outputs);
	digest_to_hex(&stage->recorded.root, root);
	snprintf(text, sizeof(text),
		 "{\"of\":%s,\"profile\":\"%s\",\"root\":\"%s\",\"outputs\":"
		 "\"sha256:%s\",\"probes\":{%s,\"count\":%zu,\"tokens\":%zu,"
		 "\"source\":\"random\"}%s}",
		 of, stage->profile, root, outputs, object, stage->recorded.probes.count,
		 probes_tokens(&stage->recorded.probes), stage->boundaries);
	stage->record =
		world_say(&stage->world, recorder, STATEMENT_record, NAME, &stage->outputs, text);
}

static void say_release(struct stage *stage)
{
	char of[512], root[DIGEST_HEX_SIZE], checkpoint[DIGEST_HEX_SIZE], text[2048];

	reference_text(stage, of, sizeof(of));
	digest_to_hex(&stage->model_root, root);
	digest_to_hex(&stage->checkpoint->identity, checkpoint);
	snprintf(text, sizeof(text),
		 "{\"name\":\"team/base\",\"version\":\"v1\",\"checkpoint\":%s,"
		 "\"modelSignatureRoot\":\"%s\",\"statements\":[\"sha256:%s\"]}",
		 of, root, checkpoint);
	stage->release = world_say(&stage->world, &stage->alice, STATEMENT_release, NAME,
				   &stage->manifest, text);
}

static void put_pointer(struct stage *stage)
{
	char hex[DIGEST_HEX_SIZE], text[256];

	digest_to_hex(&stage->release->identity, hex);
	snprintf(text, sizeof(text), "{\"release\":\"sha256:%s\",\"schema\":\"akashi/release/1\"}",
		 hex);
	put(stage, "akashi/release.json", span_of(text));
}

static void stage_release(struct stage *stage)
{
	for (size_t i = 0; i < stage->opening_count; i++)
		opening_release(&stage->opening[i]);
	buffer_release(&stage->probes_object);
	recorded_release(&stage->recorded);
	test_signer_release(&stage->cluster);
	test_signer_release(&stage->alice);
	world_release(&stage->world);
}

static int keep(void *user, uint32_t boundary, const float *values, size_t rows, struct error *err)
{
	struct buffer *state = user;

	return buffer_add(&state[boundary],
			  (struct span){ (const uint8_t *)values, rows * HIDDEN * sizeof(float) },
			  err);
}

/* The activations of the record, as objects, and what the statement says of them. */
static void keep_boundaries(struct stage *stage)
{
	CLEANUP(boundaries_release) struct boundaries list = { 0 };
	CLEANUP(buffer_release) struct buffer outputs, text;
	struct buffer state[LAYERS + 1];
	struct boundary_sink sink = { state, keep };
	char hex[DIGEST_HEX_SIZE];
	struct digest root, object;
	struct tiny_open open;
	struct error err = { 0 };

	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	buffer_init(&text, BOUNDARIES_MAX_BYTES);
	for (size_t b = 0; b <= LAYERS; b++)
		buffer_init(&state[b], 1u << 20);
	assert_done(tiny_model_open(stage->recorded.folder, 0, NULL, &open, &err), &err);
	assert_done(record_make_kept(&open.ctx, open.forward, open.backend, &stage->recorded.probes,
				     &sink, &outputs, &root, &err),
		    &err);
	tiny_model_close(&open);
	assert_true(digest_equal(&root, &stage->recorded.root));
	assert_done(boundaries_new(&list, LAYERS + 1, &err), &err);
	list.hidden = HIDDEN;
	list.tokens = probes_tokens(&stage->recorded.probes);
	for (size_t b = 0; b <= LAYERS; b++) {
		list.object[b] = put_object(stage, buffer_view(&state[b]));
		buffer_release(&state[b]);
	}
	assert_done(boundaries_to_object(&list, &text, &err), &err);
	object = put_object(stage, buffer_view(&text));
	digest_to_hex(&object, hex);
	snprintf(stage->boundaries, sizeof(stage->boundaries),
		 ",\"boundaries\":{\"object\":\"sha256:%s\",\"bytes\":%llu}", hex,
		 (unsigned long long)(boundaries_object_bytes(&list) * (LAYERS + 1)));
}

/* A token that no probe has. */
static uint32_t idle_token(const struct stage *stage)
{
	const struct probes *probes = &stage->recorded.probes;
	bool seen[VOCAB] = { false };
	uint32_t id = 0;

	for (size_t i = 0; i < probes->count; i++)
		for (size_t t = 0; t < probes->probe[i].count; t++)
			seen[probes->probe[i].ids[t]] = true;
	while (id < VOCAB && seen[id])
		id++;
	assert_true(id < VOCAB);
	return id;
}

/* Flip one bit of the tensor; of the embedding, in the row of a token that no probe has. */
static void alter(const struct stage *stage, const char *name)
{
	CLEANUP(source_close) struct source *source = NULL;
	char *path = path_of(stage->recorded.folder, "model.safetensors");
	struct tensor_table table;
	const struct tensor *tensor;
	struct error err = { 0 };
	uint64_t row = strstr(name, "embed_tokens") ? idle_token(stage) : 0;

	assert_done(source_open_file(path, &source, &err), &err);
	assert_done(format_open(source, &table, &err), &err);
	tensor = tensor_table_find(&table, name);
	assert_non_null(tensor);
	flip_bits(stage->recorded.folder, "model.safetensors",
		  tensor->offset + row * (tensor->length / tensor->shape[0]), 1);
	tensor_table_release(&table);
	free(path);
}

static int hide(void *arg, const struct json *value, struct digest *out_commitment,
		struct error *err)
{
	struct stage *stage = arg;
	uint8_t salt[COMMITMENT_SALT_BYTES] = { (uint8_t)stage->opening_count };
	struct opening *opening = &stage->opening[stage->opening_count++];

	if (opening_make(salt, PRIVATE_PROBE_WHAT, NAME, value, opening, err))
		return -1;
	*out_commitment = opening->commitment;
	return 0;
}

/* What was recorded, with a commitment in the place of each probe. */
static void hide_probes(struct stage *stage)
{
	struct error err = { 0 };
	struct buffer shown;

	buffer_init(&shown, OUTPUTS_MAX_BYTES);
	assert_done(private_probes_hide(buffer_view(&stage->recorded.outputs),
					&stage->recorded.probes, hide, stage, &shown,
					&stage->recorded.root, &err),
		    &err);
	buffer_release(&stage->recorded.outputs);
	stage->recorded.outputs = shown;
}

/*
 * Who records, and whether before the release. The cluster may sign records
 * only. With `changed`, a tensor's name, the weights that are signed and
 * released are no longer those that were recorded.
 */
static void stage_init_profile(struct stage *stage, bool by_cluster, bool before,
			       const char *changed, const char *profile, bool private)
{
	CLEANUP(buffer_release) struct buffer line;
	struct world_key keys[2];
	struct pin pin;
	char objects[512];
	struct error err = { 0 };

	*stage = (struct stage){ .profile = profile, .private = private };
	stage->alice = test_signer_new("P-256");
	stage->cluster = test_signer_new("P-384");
	stage->recorded = recorded_of(tiny_model("llama"));
	buffer_init(&stage->probes_object, 1u << 20);
	buffer_init(&line, sizeof(stage->pin));
	snprintf(objects, sizeof(objects), "%s/akashi/objects", stage->recorded.folder);
	assert_done(folder_make(objects, &err), &err);
	if (changed && !private)
		keep_boundaries(stage);
	if (changed)
		alter(stage, changed);
	if (private)
		hide_probes(stage);
	world_init(&stage->world, "log.example/house");
	keys[0] = (struct world_key){ &stage->alice, "*", "*", 0, UINT64_MAX };
	keys[1] = (struct world_key){ &stage->cluster, "team/*", "record", 0, UINT64_MAX };
	stage->policy = world_policy(&stage->world, keys, 2);
	put_model(stage);
	assert_done(probes_to_object(&stage->recorded.probes, &stage->probes_object, &err), &err);
	stage->probes = put_object(stage, buffer_view(&stage->probes_object));
	stage->outputs = put_object(stage, buffer_view(&stage->recorded.outputs));
	say_checkpoint(stage);
	if (before)
		say_record(stage, by_cluster ? &stage->cluster : &stage->alice);
	say_release(stage);
	if (!before)
		say_record(stage, by_cluster ? &stage->cluster : &stage->alice);
	world_write(&stage->world, stage->recorded.folder);
	put_pointer(stage);
	pin = world_pin(&stage->world, stage->policy);
	assert_done(pin_format(&pin, &line, &err), &err);
	snprintf(stage->pin, sizeof(stage->pin), "%.*s", (int)line.len, (const char *)line.data);
}

static void stage_init(struct stage *stage, bool by_cluster, bool before, const char *changed)
{
	stage_init_profile(stage, by_cluster, before, changed, EXACT_PROFILE, false);
}

static void expect_class(bool by_cluster, bool before, const char *class)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct context ctx = test_context();
	struct check_request request = { .forward = FORWARD_ALL };
	const struct step *step;
	struct error err = { 0 };

	stage_init(&stage, by_cluster, before, NULL);
	request.pins = span_of(stage.pin);
	assert_done(check_path(&ctx, stage.recorded.folder, &request, &verdict, &err), &err);
	step = &verdict->step[STEP_FORWARD];
	if (step->status != STEP_HOLDS)
		fail_msg("forward: %s", step->text);
	assert_int_equal(verdict_exit_status(verdict), 0);
	assert_string_equal(json_text(json_member(step->evidence, "class")), class);
}

static void a_clusters_record_logged_before_the_release_is_of_training_time(void **state)
{
	(void)state;
	expect_class(true, true, "training-time");
}

static void the_publishers_own_record_is_no_evidence_of_origin(void **state)
{
	(void)state;
	expect_class(false, true, "self");
}

static void another_keys_record_after_the_release_commits_to_nothing(void **state)
{
	(void)state;
	expect_class(true, false, "other");
}

static struct verdict *judged(struct stage *stage, struct check_request request)
{
	struct context ctx = test_context();
	struct verdict *verdict;
	struct error err = { 0 };

	request.pins = span_of(stage->pin);
	assert_done(check_path(&ctx, stage->recorded.folder, &request, &verdict, &err), &err);
	return verdict;
}

static const char *member_text(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	assert_non_null(member);
	return json_text(member);
}

/* The signed files are whole, and they do not compute what the cluster recorded. */
static void other_weights_than_the_recorded_fail_and_the_element_is_named(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *plain = NULL, *dispute = NULL;
	const struct json *opened, *evidence;

	(void)state;
	stage_init(&stage, true, true, "model.layers.1.mlp.down_proj.weight");
	plain = judged(&stage, (struct check_request){ .forward = FORWARD_ALL });
	assert_int_equal(plain->step[STEP_BYTES].status, STEP_HOLDS);
	assert_int_equal(plain->step[STEP_SIGNATURE].status, STEP_HOLDS);
	assert_int_equal(plain->step[STEP_FORWARD].status, STEP_FAILS);
	assert_int_equal(verdict_exit_status(plain), 1);

	dispute = judged(&stage, (struct check_request){ .dispute = true });
	assert_int_equal(dispute->step[STEP_FORWARD].status, STEP_FAILS);
	assert_int_equal(verdict_exit_status(dispute), 1);
	evidence = json_member(dispute->step[STEP_FORWARD].evidence, "dispute");
	assert_non_null(evidence);
	opened = json_member(evidence, "opened");
	assert_non_null(opened);
	assert_string_equal(member_text(json_member(opened, "weight"), "tensor"),
			    "model.layers.1.mlp.down_proj.weight");
}

/* A layer that was not drawn may be another; one that was drawn may not. */
static void a_spot_check_fails_exactly_when_it_draws_the_changed_layer(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	size_t failed = 0, held = 0;
	char seed[16];

	(void)state;
	stage_init(&stage, true, true, "model.layers.1.mlp.up_proj.weight");
	for (int i = 0; i < 16; i++) {
		CLEANUP(verdict_free) struct verdict *verdict = NULL;

		snprintf(seed, sizeof(seed), "draw %d", i);
		verdict = judged(&stage, (struct check_request){ .spot.layers = 1, .seed = seed });
		failed += verdict->step[STEP_FORWARD].status == STEP_FAILS;
		held += verdict->step[STEP_FORWARD].status == STEP_HOLDS;
		assert_true(verdict->step[STEP_BYTES].status != STEP_FAILS);
		assert_true(verdict->step[STEP_BYTES].status != STEP_HOLDS);
	}
	assert_true(failed >= 3 && held >= 3);
	assert_int_equal(failed + held, 16);
}

/* An edit that no probe reaches: outputs agree, the coverage line does not cover it, bytes fail. */
static void an_inert_edit_is_caught_by_bytes_alone(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *signed_so = NULL, *later = NULL;
	const struct json *coverage;
	uint64_t rows, vocabulary;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, true, true, INERT);
	signed_so = judged(&stage, (struct check_request){ .forward = FORWARD_ALL });
	assert_int_equal(signed_so->step[STEP_FORWARD].status, STEP_HOLDS);
	coverage = json_member(signed_so->step[STEP_FORWARD].evidence, "coverage");
	assert_non_null(coverage);
	assert_done(json_need_size(coverage, "embeddingRows", &rows, &err), &err);
	assert_done(json_need_size(coverage, "vocabulary", &vocabulary, &err), &err);
	assert_true(rows < vocabulary);
	alter(&stage, INERT);
	later = judged(&stage, (struct check_request){ .forward = FORWARD_ALL });
	assert_int_equal(later->step[STEP_BYTES].status, STEP_FAILS);
	assert_int_equal(verdict_exit_status(later), 1);
}

/* A later version of the arithmetic is neither followed nor mistaken for this one. */
static void a_record_of_an_unknown_profile_is_not_possible_to_judge(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	const struct step *step;

	(void)state;
	stage_init_profile(&stage, true, true, NULL, "akashi-exact/9", false);
	verdict = judged(&stage,
			 (struct check_request){ .forward = FORWARD_ALL, .forward_named = true });
	step = &verdict->step[STEP_FORWARD];
	if (step->status != STEP_NOT_POSSIBLE)
		fail_msg("forward: %d %s", (int)step->status, step->text);
	assert_non_null(strstr(step->text, "akashi-exact/9"));
	assert_int_equal(verdict_exit_status(verdict), 3);
}

static const struct step *forward_step(struct stage *stage, size_t openings,
				       struct verdict **out_verdict)
{
	*out_verdict = judged(stage, (struct check_request){ .forward = FORWARD_QUICK,
							     .forward_named = true,
							     .opening = stage->opening,
							     .opening_count = openings });
	return &(*out_verdict)->step[STEP_FORWARD];
}

static void private_probes_are_counted_and_opened_one_by_one(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	const struct json *evidence;
	uint64_t opened;
	struct error err = { 0 };

	(void)state;
	stage_init_profile(&stage, true, true, NULL, EXACT_PROFILE, true);
	for (size_t count = 0; count <= COUNT; count++) {
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		const struct step *step = forward_step(&stage, count, &verdict);

		if (step->status != (count ? STEP_HOLDS : STEP_NOT_POSSIBLE))
			fail_msg("%zu opened: %d %s", count, (int)step->status, step->text);
		assert_int_equal(verdict_exit_status(verdict), count ? 0 : 3);
		evidence = json_at(json_member(step->evidence, "private"), 0);
		assert_string_equal(member_text(evidence, "class"), "training-time");
		assert_done(json_need_size(evidence, "probesOpened", &opened, &err), &err);
		assert_int_equal(opened, count);
	}
}

static void an_opened_private_probe_finds_other_weights(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *closed = NULL, *opened = NULL;
	const struct step *step;

	(void)state;
	stage_init_profile(&stage, true, true, "model.layers.1.mlp.down_proj.weight", EXACT_PROFILE,
			   true);
	step = forward_step(&stage, 0, &closed);
	assert_int_equal(step->status, STEP_NOT_POSSIBLE);
	/* The second probe alone: it is told by its place in the record. */
	opening_release(&stage.opening[0]);
	stage.opening[0] = stage.opening[1];
	stage.opening[1] = (struct opening){ 0 };
	step = forward_step(&stage, 1, &opened);
	assert_int_equal(step->status, STEP_FAILS);
	assert_non_null(strstr(step->text, "0 of 1 opened private probes exact; probe 1 differs"));
	assert_int_equal(verdict_exit_status(opened), 1);
}

static void what_opens_no_recorded_probe_fails(void **state)
{
	CLEANUP(stage_release) struct stage stage, other;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	const struct step *step;

	(void)state;
	stage_init_profile(&stage, true, true, NULL, EXACT_PROFILE, true);
	stage_init_profile(&other, true, true, "model.layers.0.mlp.up_proj.weight", EXACT_PROFILE,
			   true);
	opening_release(&stage.opening[0]);
	stage.opening[0] = stage.opening[1];
	stage.opening[1] = (struct opening){ 0 };
	/* A true opening, of a record by another salt. */
	assert_done(opening_make((const uint8_t[COMMITMENT_SALT_BYTES]){ 99 }, PRIVATE_PROBE_WHAT,
				 NAME, other.opening[0].value, &stage.opening[1],
				 &(struct error){ 0 }),
		    &(struct error){ 0 });
	step = forward_step(&stage, 2, &verdict);
	assert_int_equal(step->status, STEP_FAILS);
	assert_non_null(strstr(step->text, "1 of 2 openings of probes open nothing"));
}

static void private_probes_of_an_unknown_profile_are_not_possible_to_judge(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	const struct step *step;

	(void)state;
	stage_init_profile(&stage, true, true, NULL, "akashi-exact/9", true);
	step = forward_step(&stage, 0, &verdict);
	assert_int_equal(step->status, STEP_NOT_POSSIBLE);
	assert_non_null(strstr(step->text, "akashi-exact/9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clusters_record_logged_before_the_release_is_of_training_time),
		cmocka_unit_test(the_publishers_own_record_is_no_evidence_of_origin),
		cmocka_unit_test(another_keys_record_after_the_release_commits_to_nothing),
		cmocka_unit_test(other_weights_than_the_recorded_fail_and_the_element_is_named),
		cmocka_unit_test(a_spot_check_fails_exactly_when_it_draws_the_changed_layer),
		cmocka_unit_test(a_record_of_an_unknown_profile_is_not_possible_to_judge),
		cmocka_unit_test(an_inert_edit_is_caught_by_bytes_alone),
		cmocka_unit_test(private_probes_are_counted_and_opened_one_by_one),
		cmocka_unit_test(an_opened_private_probe_finds_other_weights),
		cmocka_unit_test(what_opens_no_recorded_probe_fails),
		cmocka_unit_test(private_probes_of_an_unknown_profile_are_not_possible_to_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
