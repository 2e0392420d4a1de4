/* golden: a model that follows from a text alone, and what it computes. */
#include "tests/verify/golden.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/record.h"

/* ---- Entries ---- */

static int values_read(const struct json *values, struct golden_tensor *tensor, struct error *err)
{
	const char *text = json_text(values);

	tensor->gain = text && !strcmp(text, "gain");
	if (!tensor->gain && json_kind(values) != JSON_KIND_INTEGER)
		return error_set(err, ERROR_CORRUPT,
				 "%s: 'values' is neither an exponent nor \"gain\"", tensor->name);
	tensor->exponent = (int)json_integer_of(values);
	return 0;
}

static int number_read(const struct json *value, uint32_t *out_number, struct error *err)
{
	int64_t number = json_integer_of(value);

	if (json_kind(value) != JSON_KIND_INTEGER || number < 0 || number > UINT32_MAX)
		return error_set(err, ERROR_CORRUPT, "neither a place nor a size");
	*out_number = (uint32_t)number;
	return 0;
}

/* Integers, or pairs of them one after another; *out_list is malloced. */
static int list_read(const struct json *entry, const char *key, bool pairs,
		     struct golden_list *out_list, struct error *err)
{
	const struct json *list;
	size_t each = pairs ? 2 : 1, count;
	uint32_t *number;

	if (json_maybe_array(entry, key, &list, err))
		return -1;
	count = each * json_count(list);
	if (!count)
		return 0;
	number = calloc(count, sizeof(*number));
	*out_list = (struct golden_list){ number, count };
	if (!number)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct json *at = json_at(list, i / each);

		if (number_read(pairs ? json_at(at, i % 2) : at, &number[i], err))
			return error_prefix(err, "'%s'", key);
	}
	return 0;
}

static int shape_read(const struct json *shape, struct golden_tensor *tensor, struct error *err)
{
	size_t rank = json_count(shape);

	if (!rank || rank > GOLDEN_RANK_MAX)
		return error_set(err, ERROR_CORRUPT, "%s: %zu dimensions", tensor->name, rank);
	tensor->rank = (uint32_t)rank;
	for (size_t i = 0; i < rank; i++)
		if (number_read(json_at(shape, i), &tensor->shape[i], err))
			return error_prefix(err, "'shape'");
	return 0;
}

static int tensor_read(const struct json *entry, struct golden_tensor *tensor, struct error *err)
{
	const struct json *shape;
	const char *text;

	if (json_need_string(entry, "name", &tensor->name, err) ||
	    json_need_string(entry, "dtype", &text, err) ||
	    dtype_parse(span_of(text), &tensor->dtype, err) ||
	    json_need_array(entry, "shape", &shape, err) || shape_read(shape, tensor, err) ||
	    list_read(entry, "tiny_rows", false, &tensor->tiny_rows, err) ||
	    list_read(entry, "tiny_columns", false, &tensor->tiny_columns, err) ||
	    list_read(entry, "copied_rows", true, &tensor->copied_rows, err) ||
	    values_read(json_member(entry, "values"), tensor, err))
		return -1;
	return 0;
}

static int tensors_read(struct golden *golden, struct error *err)
{
	const struct json *tensors;

	if (json_need_array(golden->json, "tensors", &tensors, err))
		return -1;
	golden->tensor = calloc(json_count(tensors) + 1, sizeof(*golden->tensor));
	if (!golden->tensor)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < json_count(tensors); i++) {
		golden->model.tensor_count++;
		if (tensor_read(json_at(tensors, i), &golden->tensor[i], err))
			return error_prefix(err, "tensor %zu", i);
	}
	golden->model.tensor = golden->tensor;
	golden->model.name = golden->name;
	return 0;
}

/* ---- A checkpoint on disk ---- */

static int below_write(const char *folder, const char *name, const struct buffer *bytes,
		       struct error *err)
{
	char *path;
	int failed;

	if (path_join(folder, name, &path, err))
		return -1;
	failed = file_write(path, buffer_view(bytes), 0644, FILE_REPLACE, err);
	free(path);
	return failed;
}

int golden_write(const struct golden *golden, const char *folder, struct error *err)
{
	CLEANUP(buffer_release) struct buffer config, file;
	const struct json *object;

	buffer_init(&config, GOLDEN_MAX_BYTES);
	buffer_init(&file, (size_t)2 * GOLDEN_MODEL_MAX_BYTES + 8);
	if (json_need_object(golden->json, "config", &object, err) ||
	    json_write_pretty(object, &config, err) ||
	    golden_model_write(&golden->model, &file, err) ||
	    below_write(folder, "config.json", &config, err) ||
	    below_write(folder, "model.safetensors", &file, err))
		return error_prefix(err, "%s", golden->name);
	return 0;
}

/* ---- Reading ---- */

/* Take the probes of `more`, which is empty afterwards. */
static int probes_append(struct probes *probes, struct probes *more, struct error *err)
{
	size_t count = probes->count + more->count;
	struct probe *probe = realloc(probes->probe, count * sizeof(*probe));

	if (!probe) {
		probes_release(more);
		return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	memcpy(probe + probes->count, more->probe, more->count * sizeof(*probe));
	*probes = (struct probes){ probe, count };
	free(more->probe);
	*more = (struct probes){ 0 };
	return 0;
}

/* "COUNT:LENGTH:SEED", or a list of ids. */
static int probe_entry_read(const struct json *entry, uint32_t vocab, struct probes *out,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;
	const char *text = json_text(entry), *seed;
	size_t count, length;

	buffer_init(&line, GOLDEN_MAX_BYTES);
	if (text && (probes_parse_random(text, &count, &length, &seed, err) ||
		     (!seed && error_set(err, ERROR_CORRUPT, "'%s' has no seed", text)) ||
		     probes_generate(count, length, seed, vocab, out, err)))
		return error_prefix(err, "probes");
	if (text)
		return 0;
	if (json_kind(entry) != JSON_KIND_ARRAY)
		return error_set(err, ERROR_CORRUPT, "probes: neither a text nor a list");
	if (buffer_add_text(&line, "{\"ids\":", err) || json_write_canonical(entry, &line, err) ||
	    buffer_add_text(&line, "}\n", err))
		return -1;
	return probes_read_lines(buffer_view(&line), out, err);
}

static int probes_read(struct golden *golden, struct error *err)
{
	const struct json *config, *list;
	int64_t vocab;

	if (json_need_object(golden->json, "config", &config, err) ||
	    json_need_integer(config, "vocab_size", &vocab, err) ||
	    json_need_array(golden->json, "probes", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		struct probes more = { 0 };

		if (probe_entry_read(json_at(list, i), (uint32_t)vocab, &more, err) ||
		    probes_append(&golden->probes, &more, err))
			return -1;
	}
	return 0;
}

static int outputs_read(struct golden *golden, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct json *object;
	struct digest root;

	buffer_init(&text, OUTPUTS_MAX_BYTES);
	if (json_need_object(golden->json, "outputs", &object, err) ||
	    json_need_hex(golden->json, "root", &golden->root, err) ||
	    json_write_canonical(object, &text, err) ||
	    outputs_from_object(buffer_view(&text), &golden->outputs, err))
		return -1;
	root = outputs_root(&golden->outputs);
	if (!digest_equal(&root, &golden->root))
		return error_set(err, ERROR_CORRUPT, "'root' is not the root of 'outputs'");
	golden->recorded = true;
	return 0;
}

int golden_read(const char *path, struct golden *out_golden, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct golden golden = { 0 };
	const char *schema;

	buffer_init(&text, GOLDEN_MAX_BYTES);
	if (file_read(path, &text, err) ||
	    json_parse(buffer_view(&text), NULL, &golden.json, err) ||
	    json_need_string(golden.json, "schema", &schema, err) ||
	    json_need_string(golden.json, "name", &golden.name, err) ||
	    (strcmp(schema, GOLDEN_SCHEMA) &&
	     error_set(err, ERROR_CORRUPT, "'schema' is '%s'", schema)) ||
	    tensors_read(&golden, err) || probes_read(&golden, err) ||
	    (json_member(golden.json, "outputs") && outputs_read(&golden, err))) {
		golden_release(&golden);
		return error_prefix(err, "%s", path);
	}
	*out_golden = golden;
	return 0;
}

void golden_release(struct golden *golden)
{
	for (size_t i = 0; i < golden->model.tensor_count; i++) {
		free((void *)(uintptr_t)golden->tensor[i].tiny_rows.number);
		free((void *)(uintptr_t)golden->tensor[i].tiny_columns.number);
		free((void *)(uintptr_t)golden->tensor[i].copied_rows.number);
	}
	free(golden->tensor);
	outputs_release(&golden->outputs);
	probes_release(&golden->probes);
	json_free(&golden->json);
	*golden = (struct golden){ 0 };
}

/* ---- All of them ---- */

static int is_golden(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".json");
}

/* strcmp's order, whatever the locale says. */
static int name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int golden_list(const char *folder, struct json **out_paths, struct error *err)
{
	CLEANUP(json_free) struct json *paths = NULL;
	struct dirent **entry;
	int count, failed = json_array_new(&paths, err);

	if (failed)
		return -1;
	count = scandir(folder, &entry, is_golden, name_order);
	if (count < 0)
		return error_set(err, ERROR_SYSTEM, "cannot list '%s'", folder);
	for (int i = 0; i < count; i++) {
		char *path = NULL;

		failed = failed || path_join(folder, entry[i]->d_name, &path, err) ||
			 json_add_text(paths, path, err);
		free(path);
		free(entry[i]);
	}
	free(entry);
	if (failed)
		return -1;
	*out_paths = paths;
	paths = NULL;
	return 0;
}
