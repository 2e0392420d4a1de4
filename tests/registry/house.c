/* What tests of a registry begin with. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *environment(void *user, const char *name)
{
	struct house *house = user;

	return strcmp(name, "XDG_CONFIG_HOME") == 0 ? house->home : NULL;
}

static void registry_make(struct house *house)
{
	struct registry_init_request request = { .folder = house->work,
						 .origin = "example.org/test",
						 .key = "tester" };
	struct error err = { 0 };

	assert_done(registry_init(&house->ctx, &request, &house->registry, &err), &err);
}

void house_open(struct house *house)
{
	house->root = test_folder();
	house->home = house_path(house, "home");
	house->work = house_path(house, "work");
	house->ctx = test_context();
	house->ctx.user = house;
	house->ctx.environment = environment;
	registry_make(house);
}

void house_close(struct house *house)
{
	registry_close(&house->registry);
	test_folder_remove(&house->root);
	free(house->home);
	free(house->work);
}

void house_reopen(struct house *house)
{
	char *folder = strdup(house->registry->folder);
	struct error err = { 0 };

	registry_close(&house->registry);
	assert_done(registry_open(&house->ctx, folder, &house->registry, &err), &err);
	free(folder);
}

char *house_path(const struct house *house, const char *name)
{
	struct error err = { 0 };
	char *path;

	assert_done(path_join(house->root, name, &path, &err), &err);
	return path;
}

void house_write(const char *path, const char *text)
{
	char *folder = strdup(path);
	struct error err = { 0 };

	*strrchr(folder, '/') = '\0';
	assert_done(folder_make(folder, &err), &err);
	assert_done(file_write(path, span_of(text), 0644, FILE_REPLACE, &err), &err);
	free(folder);
}

void house_model(const char *folder, float value)
{
	static const char header[] =
		"{\"w\":{\"dtype\":\"F32\",\"shape\":[8,8],\"data_offsets\":[0,256]}}    ";
	CLEANUP(buffer_release) struct buffer file;
	struct error err = { 0 };
	char path[4096];

	buffer_init(&file, 4096);
	assert_done(folder_make(folder, &err), &err);
	assert_done(buffer_add_u64le(&file, strlen(header), &err), &err);
	assert_done(buffer_add_text(&file, header, &err), &err);
	for (int i = 0; i < 64; i++) {
		float cell = value + (float)i;

		assert_done(buffer_add(&file, (struct span){ (const uint8_t *)&cell, 4 }, &err),
			    &err);
	}
	snprintf(path, sizeof(path), "%s/model.safetensors", folder);
	assert_done(file_write(path, buffer_view(&file), 0644, FILE_REPLACE, &err), &err);
	snprintf(path, sizeof(path), "%s/config.json", folder);
	house_write(path, "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\"}");
}

struct name house_name(const char *text)
{
	struct error err = { 0 };
	struct name name;

	assert_done(name_parse(text, &name, &err), &err);
	return name;
}

struct add_result house_add(struct house *house, const char *folder, const char *name)
{
	char *path = house_path(house, folder);
	struct add_checkpoint checkpoint = { .path = path, .name = house_name(name) };
	struct add_how how = { .mode = STORE_COPY };
	struct add_result result;
	struct error err = { 0 };

	assert_done(registry_add_checkpoints(house->registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	free(path);
	return result;
}

void house_audit(struct house *house, int findings)
{
	struct audit_request request = { .objects = true };
	CLEANUP(audit_report_release) struct audit_report report = { 0 };
	struct error err = { 0 };

	assert_done(registry_audit(house->registry, &request, &report, &err), &err);
	if (findings == 0 && report.findings)
		fail_msg("audit: %s", report.first);
	if (findings < 0)
		assert_true(report.findings > 0);
	else
		assert_int_equal(report.findings, findings);
}

void house_flip(const char *path, long offset)
{
	FILE *file;
	int byte;

	assert_int_equal(chmod(path, 0644), 0);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	byte = fgetc(file);
	assert_true(byte != EOF);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
	assert_int_equal(fclose(file), 0);
}
