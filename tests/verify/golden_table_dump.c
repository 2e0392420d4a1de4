/*
 * golden_table_dump FOLDER: the golden files of the folder as tables in C, for
 * tests/gpu/golden_vectors.h:
 *
 *	build/tests/golden_table_dump tests/golden >tests/gpu/golden_vectors.h
 */
#include <stdio.h>
#include <string.h>

#include "tests/verify/golden.h"
#include "verify/architecture.h"

/* What a field is printed as; fields that are 0 are left out. */
enum field_kind { FIELD_U32, FIELD_SIZE, FIELD_FLOAT, FIELD_FLAG, FIELD_ENUM };

struct field {
	const char *name;
	enum field_kind kind;
	size_t at;
};

#define CONFIG_FIELD(member, kind)                                                                 \
	{                                                                                          \
#member, kind, offsetof(struct model_config, member)                               \
	}
#define ROPE_FIELD(member, kind)                                                                   \
	{                                                                                          \
#member, kind, offsetof(struct rope_frequencies, member)                           \
	}

static const struct field config_fields[] = {
	CONFIG_FIELD(layers, FIELD_U32),
	CONFIG_FIELD(hidden, FIELD_U32),
	CONFIG_FIELD(intermediate, FIELD_U32),
	CONFIG_FIELD(heads, FIELD_U32),
	CONFIG_FIELD(key_heads, FIELD_U32),
	CONFIG_FIELD(head_dim, FIELD_U32),
	CONFIG_FIELD(vocab, FIELD_U32),
	CONFIG_FIELD(positions, FIELD_U32),
	CONFIG_FIELD(types, FIELD_U32),
	CONFIG_FIELD(context, FIELD_U32),
	CONFIG_FIELD(eps, FIELD_FLOAT),
	CONFIG_FIELD(query_scalar, FIELD_FLOAT),
	CONFIG_FIELD(score_cap, FIELD_FLOAT),
	CONFIG_FIELD(logit_cap, FIELD_FLOAT),
	CONFIG_FIELD(clip, FIELD_FLOAT),
	CONFIG_FIELD(embedding_scale, FIELD_FLOAT),
	CONFIG_FIELD(activation, FIELD_ENUM),
	CONFIG_FIELD(tied, FIELD_FLAG),
	CONFIG_FIELD(experts, FIELD_U32),
	CONFIG_FIELD(experts_chosen, FIELD_U32),
	CONFIG_FIELD(expert_intermediate, FIELD_U32),
	CONFIG_FIELD(shared_intermediate, FIELD_U32),
	CONFIG_FIELD(experts_renormalise, FIELD_FLAG),
	CONFIG_FIELD(window, FIELD_U32),
	CONFIG_FIELD(pads, FIELD_FLAG),
	CONFIG_FIELD(padding, FIELD_U32),
};

static const struct field rope_fields[] = {
	ROPE_FIELD(dim, FIELD_SIZE),
	ROPE_FIELD(theta, FIELD_FLOAT),
	ROPE_FIELD(scaling, FIELD_ENUM),
	ROPE_FIELD(factor, FIELD_FLOAT),
	ROPE_FIELD(original_context, FIELD_U32),
	ROPE_FIELD(length, FIELD_U32),
	ROPE_FIELD(low_frequency_factor, FIELD_FLOAT),
	ROPE_FIELD(high_frequency_factor, FIELD_FLOAT),
	ROPE_FIELD(beta_fast, FIELD_FLOAT),
	ROPE_FIELD(beta_slow, FIELD_FLOAT),
	ROPE_FIELD(truncate, FIELD_FLAG),
	ROPE_FIELD(attention_factor, FIELD_FLOAT),
	ROPE_FIELD(mscale, FIELD_FLOAT),
	ROPE_FIELD(mscale_all_dim, FIELD_FLOAT),
};

static void field_print(const struct field *field, const char *before, const void *in)
{
	const void *at = (const char *)in + field->at;
	char value[48];

	switch (field->kind) {
	case FIELD_U32:
	case FIELD_ENUM:
		snprintf(value, sizeof(value), "%u", *(const uint32_t *)at);
		break;
	case FIELD_SIZE:
		snprintf(value, sizeof(value), "%zu", *(const size_t *)at);
		break;
	case FIELD_FLOAT:
		snprintf(value, sizeof(value), "%af", (double)*(const float *)at);
		break;
	case FIELD_FLAG:
		snprintf(value, sizeof(value), "%s", *(const bool *)at ? "true" : "0");
		break;
	}
	if (strcmp(value, "0") && strcmp(value, "0x0p+0f"))
		printf("\t%s%s = %s,\n", before, field->name, value);
}

static void factors_print(const char *before, const char *name, const float *factor)
{
	for (size_t i = 0; i < ROPE_FACTORS_MAX; i++)
		if (factor[i] != 0.0f)
			printf("\t%s%s[%zu] = %af,\n", before, name, i, (double)factor[i]);
}

static void rope_print(const char *before, const struct rope_frequencies *rope)
{
	for (size_t i = 0; i < sizeof(rope_fields) / sizeof(rope_fields[0]); i++)
		field_print(&rope_fields[i], before, rope);
	factors_print(before, "short_factor", rope->short_factor);
	factors_print(before, "long_factor", rope->long_factor);
}

static const char *architecture_symbol(const struct architecture *architecture)
{
#define ARCHITECTURE(name, type)                                                                   \
	if (architecture == &architecture_##name)                                                  \
		return #name;
#include "verify/architectures.def"
#undef ARCHITECTURE
	return "unknown";
}

static void config_print(size_t number, const struct model_config *config)
{
	printf("static const struct model_config config_%zu = {\n\t.architecture = "
	       "&architecture_%s,\n",
	       number, architecture_symbol(config->architecture));
	for (size_t i = 0; i < sizeof(config_fields) / sizeof(config_fields[0]); i++)
		field_print(&config_fields[i], ".", config);
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		if (config->feature[i])
			printf("\t.feature[%zu] = true,\n", i);
	for (size_t set = 0; set < LAYERS_SET_COUNT; set++)
		for (size_t i = 0; i < CONFIG_LAYERS_MAX / 8; i++)
			if (config->layer_set[set][i])
				printf("\t.layer_set[%zu][%zu] = 0x%02x,\n", set, i,
				       config->layer_set[set][i]);
	rope_print(".rope.", &config->rope);
	rope_print(".local_rope.", &config->local_rope);
	if (config->model_type[0])
		printf("\t.model_type = \"%s\",\n", config->model_type);
	printf("};\n");
}

static void list_print(const struct golden_list *list)
{
	if (!list->count) {
		printf("{ NULL, 0 }");
		return;
	}
	printf("{ (const uint32_t[]){ ");
	for (size_t i = 0; i < list->count; i++)
		printf("%s%u", i ? ", " : "", list->number[i]);
	printf(" }, %zu }", list->count);
}

static void tensors_print(size_t number, const struct golden_model *model)
{
	printf("static const struct golden_tensor tensor_%zu[] = {\n", number);
	for (size_t i = 0; i < model->tensor_count; i++) {
		const struct golden_tensor *tensor = &model->tensor[i];

		printf("\t{ \"%s\", DTYPE_%s, %u, { %u, %u, %u }, %s, %d, ", tensor->name,
		       dtype_name(tensor->dtype), tensor->rank, tensor->shape[0], tensor->shape[1],
		       tensor->shape[2], tensor->gain ? "true" : "false", tensor->exponent);
		list_print(&tensor->tiny_rows);
		printf(", ");
		list_print(&tensor->tiny_columns);
		printf(", ");
		list_print(&tensor->copied_rows);
		printf(" },\n");
	}
	printf("};\n");
}

static void digests_print(const struct digest *digest, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&digest[i], hex);
		printf("\n\t  \"%s\"", hex);
	}
	printf(",");
}

static void probes_print(size_t number, const struct golden *golden, uint32_t layers)
{
	printf("static const struct golden_probe probe_%zu[] = {\n", number);
	for (size_t i = 0; i < golden->probes.count; i++) {
		const struct probe *probe = &golden->probes.probe[i];

		printf("\t{ (const uint32_t[]){");
		for (size_t t = 0; t < probe->count; t++)
			printf(" %u,", probe->ids[t]);
		printf(" },\n\t  %zu,", probe->count);
		digests_print(golden->outputs.probe[i].boundary, (size_t)layers + 1);
		digests_print(golden->outputs.probe[i].position, probe->count);
		printf(" },\n");
	}
	printf("};\n");
}

static int golden_print(size_t number, const struct golden *golden, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct json *object;
	struct model_config config = { 0 };

	buffer_init(&text, GOLDEN_MAX_BYTES);
	if (json_need_object(golden->json, "config", &object, err) ||
	    json_write_pretty(object, &text, err) ||
	    model_config_read(buffer_view(&text), &config, err))
		return error_prefix(err, "%s", golden->name);
	printf("\n/* %s */\n", golden->name);
	config_print(number, &config);
	tensors_print(number, &golden->model);
	probes_print(number, golden, config.layers);
	return 0;
}

static int line_add(const struct golden *golden, size_t number, struct buffer *lines,
		    struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&golden->root, hex);
	return buffer_printf(lines, err,
			     "\t{ { \"%s\", tensor_%zu, %zu }, &config_%zu, probe_%zu, %zu,\n\t  "
			     "\"%s\" },\n",
			     golden->name, number, golden->model.tensor_count, number, number,
			     golden->probes.count, hex);
}

static int run(const char *folder, struct error *err)
{
	CLEANUP(json_free) struct json *paths = NULL;
	CLEANUP(buffer_release) struct buffer lines;

	buffer_init(&lines, 1u << 20);
	if (golden_list(folder, &paths, err))
		return -1;
	printf("/*\n * The models of tests/golden/ and what they compute. Written by\n"
	       " * tests/verify/golden_table_dump.c. Included by golden_tables.c only.\n */\n");
	for (size_t i = 0; i < json_count(paths); i++) {
		CLEANUP(golden_release) struct golden golden = { 0 };

		if (golden_read(json_text(json_at(paths, i)), &golden, err) ||
		    golden_print(i, &golden, err) || line_add(&golden, i, &lines, err))
			return -1;
	}
	printf("\nstatic const struct golden_table golden_table[] = {\n%.*s};\n", (int)lines.len,
	       (const char *)lines.data);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: golden_table_dump FOLDER\n");
		return 2;
	}
	if (run(argv[1], &err)) {
		fprintf(stderr, "golden_table_dump: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
