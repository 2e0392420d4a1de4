/*
 * Families: of every golden model each tensor is needed, with the dimensions
 * that config.json gives, and no layer may be left over.
 */
#include "tests/verify/golden.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/tiny_model.h"

/* A golden model on disk, and its safetensors file as it should be. */
struct rig {
	struct golden golden;
	char *folder;
	struct buffer file;
};

static struct json *paths;

static void file_put(const struct rig *rig, const char *name, struct span bytes)
{
	struct error err = { 0 };
	char *path = NULL;

	assert_done(path_join(rig->folder, name, &path, &err), &err);
	assert_done(file_write(path, bytes, 0644, FILE_REPLACE, &err), &err);
	free(path);
}

static void rig_open(struct rig *rig, const char *golden)
{
	struct error err = { 0 };
	char *path = NULL;

	*rig = (struct rig){ .folder = test_folder() };
	buffer_init(&rig->file, GOLDEN_MODEL_MAX_BYTES);
	assert_done(golden_read(golden, &rig->golden, &err), &err);
	assert_done(golden_write(&rig->golden, rig->folder, &err), &err);
	assert_done(path_join(rig->folder, "model.safetensors", &path, &err), &err);
	assert_done(file_read(path, &rig->file, &err), &err);
	free(path);
}

static void rig_close(struct rig *rig)
{
	buffer_release(&rig->file);
	test_folder_remove(&rig->folder);
	golden_release(&rig->golden);
}

/* Open what lies in the folder: it must fail, and the sentence must name something. */
static void refused(const struct rig *rig, const char *what, const char *names)
{
	struct error err = { 0 };
	struct tiny_open open;

	if (!tiny_model_open(rig->folder, 0, NULL, &open, &err)) {
		tiny_model_close(&open);
		fail_msg("%s: %s '%s' is taken", rig->golden.name, what, names);
	}
	if ((err.code != ERROR_CORRUPT && err.code != ERROR_UNTRUSTED) || !strstr(err.text, names))
		fail_msg("%s: %s '%s': code %d, '%s'", rig->golden.name, what, names, (int)err.code,
			 err.text);
}

/* What a sentence about the missing tensor must hold: it may name it by another spelling. */
static const char *missing_name(const char *name)
{
	if (strstr(name, ".gamma") || strstr(name, ".beta"))
		return "LayerNorm";
	if (strstr(name, ".mlp.gate."))
		return ".gate.weight"; /* also of block_sparse_moe */
	if (strstr(name, ".experts."))
		return "experts"; /* one tensor of all of them, or one for each */
	return strncmp(name, "bert.", 5) ? name : name + 5;
}

/* Where the header's entry of a tensor begins, its name first. */
static char *entry_find(const struct rig *rig, const char *name)
{
	char quoted[160], *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", name);
	at = memmem(rig->file.data, rig->file.len, quoted, strlen(quoted));
	assert_non_null(at);
	return at;
}

static void no_tensor_can_be_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < json_count(paths); i++) {
		struct rig rig;
		const struct json *tensors;

		rig_open(&rig, json_text(json_at(paths, i)));
		tensors = json_member(rig.golden.json, "tensors");
		for (size_t t = 0; t < json_count(tensors); t++) {
			const char *name = json_text(json_member(json_at(tensors, t), "name"));
			char *last = entry_find(&rig, name) + strlen(name), was = *last;

			*last = '~';
			file_put(&rig, "model.safetensors", buffer_view(&rig.file));
			refused(&rig, "without", missing_name(name));
			*last = was;
		}
		rig_close(&rig);
	}
}

/* [12, 34] becomes [34, 12] in the header. */
static bool shape_turn(char *entry, int64_t rows, int64_t cols)
{
	char straight[64], turned[64], *at;

	snprintf(straight, sizeof(straight), "[%lld,%lld]", (long long)rows, (long long)cols);
	snprintf(turned, sizeof(turned), "[%lld,%lld]", (long long)cols, (long long)rows);
	at = memmem(entry, 200, straight, strlen(straight)); /* numbers follow the header */
	if (rows == cols || !at)
		return false;
	memcpy(at, turned, strlen(turned));
	return true;
}

static void no_tensor_can_be_turned(void **state)
{
	size_t turned = 0;

	(void)state;
	for (size_t i = 0; i < json_count(paths); i++) {
		struct rig rig;
		const struct json *tensors;

		rig_open(&rig, json_text(json_at(paths, i)));
		tensors = json_member(rig.golden.json, "tensors");
		for (size_t t = 0; t < json_count(tensors); t++) {
			const struct json *shape = json_member(json_at(tensors, t), "shape");
			const char *name = json_text(json_member(json_at(tensors, t), "name"));
			int64_t rows = json_integer_of(json_at(shape, 0));
			int64_t cols = json_integer_of(json_at(shape, 1));

			if (json_count(shape) != 2 ||
			    !shape_turn(entry_find(&rig, name), rows, cols))
				continue;
			file_put(&rig, "model.safetensors", buffer_view(&rig.file));
			refused(&rig, "turned", name);
			assert_true(shape_turn(entry_find(&rig, name), cols, rows));
			turned++;
		}
		rig_close(&rig);
	}
	assert_true(turned > 100);
}

static void no_layer_can_be_left_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < json_count(paths); i++) {
		struct buffer config;
		struct error err = { 0 };
		char *path = NULL, *at;
		struct rig rig;

		rig_open(&rig, json_text(json_at(paths, i)));
		buffer_init(&config, CONFIG_MAX_BYTES);
		assert_done(path_join(rig.folder, "config.json", &path, &err), &err);
		assert_done(file_read(path, &config, &err), &err);
		at = memmem(config.data, config.len, "\"num_hidden_layers\":", 20);
		at = at ? at + 20
			: (char *)memmem(config.data, config.len, "\"n_layer\":", 10) + 10;
		at += *at == ' ';
		if (*at == '1') {
			*at = '2';
			file_put(&rig, "config.json", buffer_view(&config));
			refused(&rig, "with two layers in config.json, without", "missing");
		} else if (!memmem(config.data, config.len, "layer_types", 11)) {
			*at -= 1;
			file_put(&rig, "config.json", buffer_view(&config));
			refused(&rig, "with a layer too many", "layers, and there is");
		}
		free(path);
		buffer_release(&config);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_tensor_can_be_missing),
		cmocka_unit_test(no_tensor_can_be_turned),
		cmocka_unit_test(no_layer_can_be_left_over),
	};
	struct error err = { 0 };
	int failed;

	if (golden_list(TEST_GOLDEN, &paths, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_free(&paths);
	return failed;
}
