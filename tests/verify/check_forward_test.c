/* What a record shows depends on who made it and when: the class that a verdict gives it. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/tiny_record.h"
#include "tests/verify/world.h"

#define NAME "team/base@v1"

/* A release whose record somebody made, at some time. */
struct stage {
	struct world world;
	struct test_signer alice, cluster; /* the publisher; the machine that trained */
	struct recorded recorded;          /* model, folder, probes, outputs */
	struct digest manifest, pieces, probes, outputs, model_root;
	struct buffer probes_object;
	struct world_item *policy, *checkpoint, *record, *release;
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
		file[i] = (struct modelsig_file){ (char *)(uintptr_t)manifest->file[i].path,
						  manifest->file[i].sha256 };
	assert_done(modelsig_build(NAME, file, manifest->file_count, modelsig_default_ignored,
				   "model.sig", &payload, &stage->model_root, &err),
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
	char of[512], probes[DIGEST_HEX_SIZE], outputs[DIGEST_HEX_SIZE], root[DIGEST_HEX_SIZE];
	char text[2048];

	reference_text(stage, of, sizeof(of));
	digest_to_hex(&stage->probes, probes);
	digest_to_hex(&stage->outputs, outputs);
	digest_to_hex(&stage->recorded.root, root);
	snprintf(text, sizeof(text),
		 "{\"of\":%s,\"profile\":\"" EXACT_PROFILE "\",\"root\":\"%s\",\"outputs\":"
		 "\"sha256:%s\",\"probes\":{\"object\":\"sha256:%s\",\"count\":%zu,\"tokens\":%zu,"
		 "\"source\":\"random\"}}",
		 of, root, outputs, probes, stage->recorded.probes.count,
		 probes_tokens(&stage->recorded.probes));
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
	buffer_release(&stage->probes_object);
	recorded_release(&stage->recorded);
	test_signer_release(&stage->cluster);
	test_signer_release(&stage->alice);
	world_release(&stage->world);
}

/* Who records, and whether before the release. The cluster may sign records only. */
static void stage_init(struct stage *stage, bool by_cluster, bool before)
{
	CLEANUP(buffer_release) struct buffer line;
	struct world_key keys[2];
	struct pin pin;
	char objects[512];
	struct error err = { 0 };

	*stage = (struct stage){ 0 };
	stage->alice = test_signer_new("P-256");
	stage->cluster = test_signer_new("P-384");
	stage->recorded = recorded_of(tiny_model("llama"));
	buffer_init(&stage->probes_object, 1u << 20);
	buffer_init(&line, sizeof(stage->pin));
	snprintf(objects, sizeof(objects), "%s/akashi/objects", stage->recorded.folder);
	assert_done(folder_make(objects, &err), &err);
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

static void expect_class(bool by_cluster, bool before, const char *class)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct context ctx = test_context();
	struct check_request request = { .forward = FORWARD_ALL };
	const struct step *step;
	struct error err = { 0 };

	stage_init(&stage, by_cluster, before);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clusters_record_logged_before_the_release_is_of_training_time),
		cmocka_unit_test(the_publishers_own_record_is_no_evidence_of_origin),
		cmocka_unit_test(another_keys_record_after_the_release_commits_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
