/* Experts: only those that tokens chose are read, and nothing else changes what they compute. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/tiny_moe.h"
#include "verify/check/replay.h"
#include "verify/json.h"
#include "verify/manifest.h"

enum { VOCABULARY = 67, EXPERTS = 5, MANY = 20, ROWS_MAX = 64 };

static const char *const moe_families[] = { "mixtral", "qwen2_moe", "qwen3_moe" };

/* ---- Running ---- */

struct logits {
	float value[ROWS_MAX * VOCABULARY];
	size_t rows;
};

static int logits_take(void *user, struct backend *backend, size_t first_row, struct matrix logits,
		       struct error *err)
{
	struct logits *out = user;

	out->rows = first_row + logits.rows;
	assert_in_range(out->rows, 1, ROWS_MAX);
	return backend_download(backend, logits, out->value + first_row * VOCABULARY, err);
}

static int run(struct tiny_open *open, const uint32_t *ids, const size_t *row_count, size_t count,
	       struct logits *out, struct error *err)
{
	struct sequences sequences = { ids, row_count, count };
	struct forward_sink sink = { .user = out, .logits = logits_take };

	return forward_run(&open->ctx, open->forward, open->backend, &sequences, &sink, err);
}

static void ids_fill(uint32_t *ids, size_t count)
{
	uint64_t state = 7;

	for (size_t i = 0; i < count; i++)
		ids[i] = (uint32_t)((test_random(&state) >> 32) % VOCABULARY);
}

/* The logits of sequences of 20, 1 and 11 tokens of the model in `folder`. */
static void logits_of(const char *folder, size_t threads, const char *variant, struct logits *out)
{
	static const size_t row_count[] = { 20, 1, 11 };
	struct error err = { 0 };
	struct tiny_open open;
	uint32_t ids[32];

	ids_fill(ids, 32);
	assert_done(tiny_model_open(folder, threads, variant, &open, &err), &err);
	assert_done(run(&open, ids, row_count, 3, out, &err), &err);
	tiny_model_close(&open);
}

/* ---- What is read ---- */

/* Open, hold the weights against `manifest`, compute two tokens. */
static int checked_run(const char *folder, const struct manifest *manifest, struct tiny_open *open,
		       struct error *err)
{
	static const size_t row_count[] = { 2 };
	static const uint32_t ids[] = { 3, 50 };
	struct logits logits;

	if (tiny_model_open(folder, 2, NULL, open, err))
		return -1;
	if (weights_expect(open->weights, manifest, err) ||
	    run(open, ids, row_count, 1, &logits, err)) {
		tiny_model_close(open);
		return -1;
	}
	return 0;
}

static struct manifest *manifest_of(const char *folder)
{
	struct manifest *manifest = NULL;
	struct error err = { 0 };
	struct tiny_open open;

	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	assert_done(manifest_build(&open.ctx, open.tree, NULL, &manifest, &err), &err);
	tiny_model_close(&open);
	return manifest;
}

/* Change one byte of model.safetensors, or change it back. */
static void byte_flip(const char *folder, uint64_t offset)
{
	struct error err = { 0 };
	char *path = NULL;
	FILE *file;
	int byte;

	assert_done(path_join(folder, "model.safetensors", &path, &err), &err);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
	assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
	assert_int_equal(fclose(file), 0);
	free(path);
}

/* One changed bit in that tensor: found, and named, exactly where the expert is used. */
static void damage_tried(const char *folder, const struct manifest *manifest,
			 const struct tensor *tensor, bool used)
{
	struct error err = { 0 };
	struct tiny_open open;
	int failed;

	byte_flip(folder, tensor->offset);
	failed = checked_run(folder, manifest, &open, &err);
	byte_flip(folder, tensor->offset);
	assert_int_equal(failed, used ? -1 : 0);
	if (!failed) {
		tiny_model_close(&open);
		return;
	}
	assert_int_equal(err.code, ERROR_CORRUPT);
	if (!strstr(err.text, tensor->name) || !strstr(err.text, ": expert"))
		fail_msg("'%s' does not name '%s'", err.text, tensor->name);
}

static void only_the_experts_that_tokens_chose_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tiny_model model = tiny_moe(moe_families[i], EXPERTS);
		char *folder = test_folder(), name[TINY_NAME_MAX];
		struct manifest *manifest;
		struct error err = { 0 };
		struct tiny_open open;
		struct forward_experts found;

		tiny_model_write(&model, folder);
		manifest = manifest_of(folder);
		assert_done(checked_run(folder, manifest, &open, &err), &err);
		found = forward_experts(open.forward);
		assert_int_equal(found.count, i == 2 ? EXPERTS : 2 * EXPERTS);
		assert_in_range(found.used, 2, found.count - 1);
		assert_int_equal(found.unread_bytes,
				 (found.count - found.used) * 3 * 2 * 24 * (i ? 20 : 40));
		for (unsigned layer = i == 2; layer < 2; layer++)
			for (unsigned id = 0; id < EXPERTS; id++)
				for (unsigned part = 0; part < 3; part++) {
					tiny_expert_name(moe_families[i], layer, id, part, name);
					damage_tried(folder, manifest,
						     weights_find(open.weights, name),
						     forward_expert_used(open.forward, layer, id));
				}
		tiny_model_close(&open);
		manifest_free(&manifest);
		test_folder_remove(&folder);
	}
}

/*
 * Experts of 6.1 MB whose ends lie inside pieces. Of each the middle of down is
 * changed, which lies in a piece of its own tensor that only its neighbours may share.
 */
static void experts_of_one_tensor_are_read_and_checked_by_their_pieces(void **state)
{
	uint64_t part = (uint64_t)2 * 1024 * 3001, middle; /* of down of one expert */
	char *folder = test_folder();
	struct manifest *manifest;
	struct error err = { 0 };
	struct tiny_open open, other;

	(void)state;
	tiny_moe_write_large(8, 1024, 3001, true, folder);
	manifest = manifest_of(folder);
	assert_done(checked_run(folder, manifest, &open, &err), &err);
	assert_in_range(forward_experts(open.forward).used, 2, 4);
	for (unsigned id = 0; id < 8; id++) {
		bool near = forward_expert_used(open.forward, 0, id) ||
			    (id && forward_expert_used(open.forward, 0, id - 1)) ||
			    (id < 7 && forward_expert_used(open.forward, 0, id + 1));
		int failed;

		middle =
			weights_find(open.weights, "model.layers.0.mlp.experts.down_proj")->offset +
			id * part + part / 2;
		byte_flip(folder, middle);
		failed = checked_run(folder, manifest, &other, &err);
		byte_flip(folder, middle);
		if (!failed)
			tiny_model_close(&other);
		else
			assert_non_null(strstr(err.text, "'model.layers.0.mlp.experts.down_proj'"));
		assert_true(failed || !forward_expert_used(open.forward, 0, id));
		assert_true(!failed || near);
		err = (struct error){ 0 };
	}
	tiny_model_close(&open);
	manifest_free(&manifest);
	test_folder_remove(&folder);
}

/* ---- What is computed ---- */

static void the_layout_of_the_experts_changes_no_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tiny_model model = tiny_moe(moe_families[i], MANY);
		char *each = test_folder(), *fused = test_folder();
		struct logits a, b;

		tiny_model_write(&model, each);
		tiny_moe_write_fused(moe_families[i], MANY, fused);
		logits_of(each, 2, NULL, &a);
		logits_of(fused, 2, NULL, &b);
		assert_int_equal(a.rows, 32);
		assert_memory_equal(a.value, b.value, a.rows * VOCABULARY * sizeof(float));
		test_folder_remove(&each);
		test_folder_remove(&fused);
	}
}

static void threads_and_registers_change_no_bit(void **state)
{
	static const size_t threads[] = { 0, 2, 3, 7 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tiny_model model = tiny_moe(moe_families[i], MANY);
		char *folder = test_folder();
		struct logits first, other;

		tiny_model_write(&model, folder);
		logits_of(folder, 1, NULL, &first);
		for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
			logits_of(folder, threads[t], t % 2 ? "plain" : NULL, &other);
			assert_memory_equal(first.value, other.value,
					    first.rows * VOCABULARY * sizeof(float));
		}
		test_folder_remove(&folder);
	}
}

/* Each probe alone, and all of them the other way round. */
static void what_else_is_routed_changes_no_bit(void **state)
{
	static const size_t back[] = { 11, 1, 20 }, begin[] = { 0, 20, 21 };
	uint32_t ids[32], turned[32];

	(void)state;
	ids_fill(ids, 32);
	for (size_t i = 0, at = 0; i < 3; at += back[i++])
		memcpy(turned + at, ids + begin[2 - i], back[i] * sizeof(*ids));
	for (size_t i = 0; i < 3; i++) {
		struct tiny_model model = tiny_moe(moe_families[i], MANY);
		char *folder = test_folder();
		struct logits all, other;
		struct error err = { 0 };
		struct tiny_open open;

		tiny_model_write(&model, folder);
		logits_of(folder, 2, NULL, &all);
		assert_done(tiny_model_open(folder, 2, NULL, &open, &err), &err);
		for (size_t k = 0; k < 3; k++) {
			assert_done(run(&open, ids + begin[k], &back[2 - k], 1, &other, &err),
				    &err);
			assert_memory_equal(other.value, all.value + begin[k] * VOCABULARY,
					    back[2 - k] * VOCABULARY * sizeof(float));
		}
		assert_done(run(&open, turned, back, 3, &other, &err), &err);
		assert_memory_equal(other.value, all.value + 21 * VOCABULARY,
				    11 * VOCABULARY * sizeof(float));
		assert_memory_equal(other.value + 12 * VOCABULARY, all.value,
				    20 * VOCABULARY * sizeof(float));
		tiny_model_close(&open);
		test_folder_remove(&folder);
	}
}

/* Renormalising, and the shared expert, have a say. */
static void every_option_changes_what_is_computed(void **state)
{
	static const char *const edits[][2] = {
		{ "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":3" },
		{ "\"num_experts_per_tok\":2",
		  "\"num_experts_per_tok\":2,\"norm_topk_prob\":true" },
		{ "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":1" },
	};
	struct tiny_model model = tiny_moe("qwen2_moe", EXPERTS);
	char *folder = test_folder();
	struct logits plain, other;

	(void)state;
	tiny_model_write(&model, folder);
	logits_of(folder, 2, NULL, &plain);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		model = tiny_moe("qwen2_moe", EXPERTS);
		tiny_config_edit(&model, edits[i][0], edits[i][1]);
		tiny_model_write(&model, folder);
		logits_of(folder, 2, NULL, &other);
		assert_memory_not_equal(plain.value, other.value, sizeof(float) * VOCABULARY);
	}
	model = tiny_moe("qwen2_moe", EXPERTS);
	tiny_tensor(&model, "model.layers.0.mlp.shared_expert_gate.weight")->seed = 99;
	tiny_model_write(&model, folder);
	logits_of(folder, 2, NULL, &other);
	assert_memory_not_equal(plain.value, other.value, sizeof(float) * VOCABULARY);
	test_folder_remove(&folder);
}

/* ---- What is said ---- */

static bool said(const struct verdict *verdict, const char *words)
{
	const struct step *step = &verdict->step[STEP_FORWARD];

	for (size_t i = 0; i < step->detail_count; i++)
		if (strstr(step->detail[i], words))
			return true;
	return false;
}

/* The layers and numbers in "notUsed" are those that no token chose. */
static void evidence_held(const struct json *evidence, const struct forward *forward)
{
	const struct json *experts = json_member(evidence, "experts");
	const struct json *unused = json_member(experts, "notUsed");
	struct forward_experts found = forward_experts(forward);
	size_t count = 0;

	assert_int_equal(json_integer_of(json_member(experts, "count")), found.count);
	assert_int_equal(json_integer_of(json_member(experts, "used")), found.used);
	assert_int_equal(json_integer_of(json_member(experts, "bytesNotRead")), found.unread_bytes);
	for (size_t i = 0; i < json_count(unused); i++) {
		const struct json *entry = json_at(unused, i), *ids = json_member(entry, "experts");
		int64_t layer = json_integer_of(json_member(entry, "layer"));

		for (size_t k = 0; k < json_count(ids); k++, count++)
			assert_false(
				forward_expert_used(forward, (uint32_t)layer,
						    (uint32_t)json_integer_of(json_at(ids, k))));
	}
	assert_int_equal(count, found.count - found.used);
}

static void experts_that_were_not_exercised_are_listed(void **state)
{
	static const size_t row_count[] = { 2 };
	static const uint32_t ids[] = { 3, 50 };
	struct tiny_model model = tiny_moe("mixtral", EXPERTS);
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check check = { 0 };
	char *folder = test_folder(), words[128];
	struct error err = { 0 };
	struct tiny_open open;
	struct logits logits;

	(void)state;
	tiny_model_write(&model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	assert_done(run(&open, ids, row_count, 1, &logits, &err), &err);
	assert_done(verdict_new("a model", &verdict, &err), &err);
	check.verdict = verdict;
	assert_done(check_experts_say(&check, open.forward, &err), &err);
	snprintf(words, sizeof(words), "exercised: %zu of 10 experts",
		 forward_experts(open.forward).used);
	assert_true(said(verdict, words));
	for (unsigned layer = 0; layer < 2; layer++) {
		size_t unused = 0;

		for (unsigned id = 0; id < EXPERTS; id++)
			unused += !forward_expert_used(open.forward, layer, id);
		snprintf(words, sizeof(words), "of layer %u the experts", layer);
		assert_int_equal(said(verdict, words), unused > 0);
	}
	evidence_held(verdict->step[STEP_FORWARD].evidence, open.forward);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

static void a_pass_that_is_done_again_leaves_what_earlier_ones_used(void **state)
{
	static const size_t row_count[] = { 2 }, many[] = { 30 };
	static const uint32_t first[] = { 3, 50 };
	struct tiny_model model = tiny_moe("mixtral", EXPERTS);
	char *folder = test_folder();
	struct error err = { 0 };
	struct tiny_open open;
	struct logits logits;
	uint32_t ids[30];
	size_t used;

	(void)state;
	ids_fill(ids, 30);
	tiny_model_write(&model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	assert_done(run(&open, first, row_count, 1, &logits, &err), &err);
	used = forward_experts(open.forward).used;
	forward_experts_keep(open.forward);
	assert_done(run(&open, ids, many, 1, &logits, &err), &err);
	assert_true(forward_experts(open.forward).used > used);
	forward_experts_forget(open.forward);
	assert_int_equal(forward_experts(open.forward).used, used);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

static void a_model_without_experts_says_nothing_of_them(void **state)
{
	struct tiny_model model = tiny_model("llama");
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check check = { 0 };
	char *folder = test_folder();
	struct error err = { 0 };
	struct tiny_open open;

	(void)state;
	tiny_model_write(&model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	assert_done(verdict_new("a model", &verdict, &err), &err);
	check.verdict = verdict;
	assert_done(check_experts_say(&check, open.forward, &err), &err);
	assert_int_equal(verdict->step[STEP_FORWARD].detail_count, 0);
	assert_null(verdict->step[STEP_FORWARD].evidence);
	assert_int_equal(forward_experts(open.forward).count, 0);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

/* ---- What it costs ---- */

static void the_cost_is_a_bound_that_tokens_reach_or_not(void **state)
{
	static const size_t one[] = { 1 }, many[] = { 30 };
	struct tiny_model model = tiny_moe("mixtral", EXPERTS);
	uint64_t expert = (uint64_t)3 * 2 * 24 * 40;
	struct forward_cost cost, more;
	char *folder = test_folder();
	struct error err = { 0 };
	struct tiny_open open;
	uint32_t ids[30];

	(void)state;
	ids_fill(ids, 30);
	tiny_model_write(&model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	cost = forward_estimate(open.forward, &(struct sequences){ ids, one, 1 });
	more = forward_estimate(open.forward, &(struct sequences){ ids, many, 1 });
	assert_true(cost.at_most && more.at_most);
	assert_int_equal(more.read_bytes - cost.read_bytes, 2 * (EXPERTS - 2) * expert);
	assert_true(more.flop > 25 * cost.flop);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_PLAIN false
#else
#define MEMORY_IS_PLAIN true
#endif

/* A line of /proc/self/status, in bytes; 0 where there is none. */
static uint64_t status_bytes(const char *name)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoull(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return kib * 1024;
}

/* 20 experts of 24 MiB, all of which are chosen: 480 MiB in a file with a hole. */
static void a_layer_is_never_in_memory_as_a_whole(void **state)
{
	static const size_t rows[] = { 60 };
	uint64_t before, most, layer = (uint64_t)MANY * 3 * 2 * 1024 * 4096;
	char *folder = test_folder();
	struct forward_cost cost;
	struct error err = { 0 };
	struct logits logits;
	struct tiny_open open;
	uint32_t ids[60];

	(void)state;
	ids_fill(ids, 60);
	tiny_moe_write_large(MANY, 1024, 4096, false, folder);
	assert_done(tiny_model_open(folder, 2, NULL, &open, &err), &err);
	cost = forward_estimate(open.forward, &(struct sequences){ ids, rows, 1 });
	assert_in_range(cost.memory_bytes, 2u * 64 << 20, layer / 3);
	before = status_bytes("VmRSS:");
	assert_done(run(&open, ids, rows, 1, &logits, &err), &err);
	most = status_bytes("VmHWM:");
	assert_in_range(forward_experts(open.forward).used, MANY / 2, MANY);
	if (MEMORY_IS_PLAIN && before)
		assert_in_range(most, before, before + cost.memory_bytes + (32u << 20));
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

/* ---- What is refused ---- */

static void refused(const struct tiny_model *model, enum error_code code, const char *names)
{
	char *folder = test_folder();
	struct tiny_open open;
	struct error err = { 0 };

	tiny_model_write(model, folder);
	assert_int_equal(tiny_model_open(folder, 0, NULL, &open, &err), -1);
	if (err.code != code || !strstr(err.text, names))
		fail_msg("code %d, '%s', without '%s'", (int)err.code, err.text, names);
	test_folder_remove(&folder);
}

static void a_config_that_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *family, *from, *to;
		enum error_code code;
		const char *names;
	} edits[] = {
		{ "mixtral", "\"num_experts\":5", "\"num_experts\":6", ERROR_CORRUPT,
		  "[5, 24], and [6, 24] (experts, hidden size)" },
		{ "mixtral", "\"num_experts\":5", "\"num_experts\":4", ERROR_CORRUPT,
		  "[5, 24], and [4, 24] (experts" },
		{ "mixtral", "\"num_experts\":5", "\"num_experts\":1025", ERROR_CORRUPT,
		  "1 to 1024" },
		{ "mixtral", "\"num_experts\":5", "\"num_experts\":5,\"num_local_experts\":6",
		  ERROR_CORRUPT, "'num_local_experts' and 'num_experts' differ" },
		{ "mixtral", "\"num_experts\":5,", "", ERROR_CORRUPT, "'num_experts' is missing" },
		{ "mixtral", "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":6",
		  ERROR_CORRUPT, "'num_experts_per_tok' is 6, and there are 5 experts" },
		{ "mixtral", "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":65",
		  ERROR_CORRUPT, "1 to 64" },
		{ "mixtral", "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":0",
		  ERROR_CORRUPT, "1 to 64" },
		{ "mixtral", "\"intermediate_size\":40", "\"intermediate_size\":41", ERROR_CORRUPT,
		  "intermediate size of an expert" },
		{ "mixtral", "\"sliding_window\":7", "\"layer_types\":[\"full_attention\"]",
		  ERROR_UNTRUSTED, "'layer_types' of the family 'mixtral'" },
		{ "qwen2_moe", "\"shared_expert_intermediate_size\":28",
		  "\"shared_expert_intermediate_size\":27", ERROR_CORRUPT, "shared expert" },
		{ "qwen2_moe", "\"num_experts\":5", "\"num_experts\":5,\"mlp_only_layers\":[0]",
		  ERROR_CORRUPT, "'model.layers.0.mlp.gate_proj.weight' is missing" },
		{ "qwen2_moe", "\"num_experts\":5", "\"num_experts\":5,\"mlp_only_layers\":[2]",
		  ERROR_CORRUPT, "'mlp_only_layers' is 2, where 0 to 1" },
		{ "qwen2_moe", "\"num_experts\":5", "\"num_experts\":5,\"mlp_only_layers\":0",
		  ERROR_CORRUPT, "'mlp_only_layers' is no list" },
		{ "qwen2_moe", "\"num_experts\":5", "\"num_experts\":5,\"use_sliding_window\":true",
		  ERROR_UNTRUSTED, "'use_sliding_window' without 'layer_types'" },
		{ "qwen2_moe", "\"num_experts\":5", "\"num_experts\":5,\"qkv_bias\":false",
		  ERROR_CORRUPT,
		  "it says that there is no 'model.layers.0.self_attn.k_proj.bias'" },
		{ "qwen3_moe", "\"decoder_sparse_step\":2", "\"decoder_sparse_step\":1",
		  ERROR_CORRUPT, "'model.layers.0.mlp.gate.weight' is missing" },
		{ "qwen3_moe", "\"decoder_sparse_step\":2", "\"decoder_sparse_step\":0",
		  ERROR_CORRUPT, "decoder_sparse_step" },
		{ "qwen3_moe", "\"num_experts\":5",
		  "\"num_experts\":5,\"use_sliding_window\":true,\"max_window_layers\":1",
		  ERROR_UNTRUSTED, "'max_window_layers'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct tiny_model model = tiny_moe(edits[i].family, EXPERTS);

		tiny_config_edit(&model, edits[i].from, edits[i].to);
		refused(&model, edits[i].code, edits[i].names);
	}
}

static void tensors_of_experts_are_neither_missing_nor_left_over(void **state)
{
	struct tiny_model missing = tiny_moe("qwen3_moe", EXPERTS);
	struct tiny_model surplus = tiny_moe("mixtral", EXPERTS);
	struct tiny_model dense = tiny_moe("qwen3_moe", EXPERTS);
	struct tiny_model both = tiny_moe("qwen3_moe", EXPERTS);
	struct tiny_model odd = tiny_moe("mixtral", EXPERTS);
	struct tiny_model half = tiny_moe("mixtral", EXPERTS);

	(void)state;
	tiny_tensor_drop(&missing, "model.layers.1.mlp.experts.4.up_proj.weight");
	refused(&missing, ERROR_CORRUPT,
		"'model.layers.1.mlp.experts.4.up_proj.weight' is missing");
	tiny_tensor_add(&surplus, "model.layers.1.block_sparse_moe.experts.5.w1.weight", 40, 24);
	refused(&surplus, ERROR_CORRUPT,
		"it says 5 experts, and there is "
		"'model.layers.1.block_sparse_moe.experts.5.w1.weight'");
	tiny_tensor_add(&dense, "model.layers.0.mlp.experts.0.up_proj.weight", 20, 24);
	refused(&dense, ERROR_CORRUPT, "layer 0 has no experts");
	tiny_tensor_add(&both, "model.layers.1.mlp.up_proj.weight", 40, 24);
	refused(&both, ERROR_CORRUPT,
		"it says that there is no 'model.layers.1.mlp.up_proj.weight'");
	tiny_tensor_add(&odd, "model.layers.1.block_sparse_moe.experts.1.w4.weight", 40, 24);
	refused(&odd, ERROR_UNTRUSTED, "experts.1.w4.weight");
	tiny_tensor_add(&half, "model.layers.1.mlp.experts.down_proj", 120, 40);
	refused(&half, ERROR_UNTRUSTED, "'model.layers.1.mlp.experts.down_proj' is none that");
}

static void an_expert_of_another_shape_or_number_format_is_refused(void **state)
{
	struct tiny_model shape = tiny_moe("mixtral", EXPERTS);
	struct tiny_model stored = tiny_moe("mixtral", EXPERTS);

	(void)state;
	tiny_tensor(&shape, "model.layers.1.block_sparse_moe.experts.3.w2.weight")->shape[0] = 23;
	refused(&shape, ERROR_CORRUPT, "'model.layers.1.block_sparse_moe.experts.3.w2.weight'");
	tiny_tensor(&stored, "model.layers.1.block_sparse_moe.experts.3.w2.weight")->stored = "I64";
	refused(&stored, ERROR_UNTRUSTED, "I64");
}

static void experts_in_two_tensors_are_of_the_right_shape(void **state)
{
	struct tiny_model model = tiny_moe("mixtral", EXPERTS);
	struct tiny_model fused = { .stored = "BF16" };

	(void)state;
	memcpy(fused.config, model.config, sizeof(fused.config));
	for (size_t i = 0; i < model.count; i++)
		if (!strstr(model.tensor[i].name, ".experts."))
			fused.tensor[fused.count++] = model.tensor[i];
	/* Two dimensions where there must be three. */
	tiny_tensor_add(&fused, "model.layers.0.mlp.experts.gate_up_proj", EXPERTS * 80, 24);
	refused(&fused, ERROR_CORRUPT, "'model.layers.0.mlp.experts.down_proj' is missing");
	tiny_tensor_add(&fused, "model.layers.0.mlp.experts.down_proj", EXPERTS * 24, 40);
	refused(&fused, ERROR_CORRUPT, "[5, 80, 24] (experts, 2 x intermediate size of an expert");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_experts_that_tokens_chose_are_read),
		cmocka_unit_test(experts_of_one_tensor_are_read_and_checked_by_their_pieces),
		cmocka_unit_test(the_layout_of_the_experts_changes_no_bit),
		cmocka_unit_test(threads_and_registers_change_no_bit),
		cmocka_unit_test(what_else_is_routed_changes_no_bit),
		cmocka_unit_test(every_option_changes_what_is_computed),
		cmocka_unit_test(experts_that_were_not_exercised_are_listed),
		cmocka_unit_test(a_pass_that_is_done_again_leaves_what_earlier_ones_used),
		cmocka_unit_test(a_model_without_experts_says_nothing_of_them),
		cmocka_unit_test(the_cost_is_a_bound_that_tokens_reach_or_not),
		cmocka_unit_test(a_layer_is_never_in_memory_as_a_whole),
		cmocka_unit_test(a_config_that_does_not_fit_is_refused),
		cmocka_unit_test(tensors_of_experts_are_neither_missing_nor_left_over),
		cmocka_unit_test(an_expert_of_another_shape_or_number_format_is_refused),
		cmocka_unit_test(experts_in_two_tensors_are_of_the_right_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
