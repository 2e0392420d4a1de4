/*
 * What tampering is caught, by which step, how often: the table of
 * docs/tampering.md, measured on the small model that the tests bring along.
 *
 * Every row alters a published checkpoint in one way, again and again at random
 * places, and asks three judges: the byte digests, the quick forward pass (8 drawn
 * probes, 16 positions) and the standard one (16 probes, 128 positions). The model has
 * a head of its own, so that an embedding row is read only where a probe has its
 * token. AKASHI_LONG=1 makes more trials and prints the table.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/checkpoint.h"
#include "tests/verify/tiny_model.h"
#include "verify/bytes.h"

#ifdef __SANITIZE_ADDRESS__
#define FEW 1u /* trials; a pass is slow there, and rates are measured elsewhere */
#else
#define FEW 12u
#endif

#define CONFIG_ROOM 4096
#define HIDDEN 96u
#define VOCABULARY 1024u
#define TENSORS_OF_A_LAYER 9u

/* A published checkpoint, its record, and what lies in its folder now. */
struct victim {
	char *folder;
	struct manifest *manifest;
	struct buffer published, other; /* model.safetensors of step 500, and of step 300 */
	struct buffer bytes;            /* what is written for the next trial */
	char config[CONFIG_ROOM], published_config[CONFIG_ROOM];
	struct tensor_table table;
	struct probes probes;
	struct buffer outputs;
	struct digest root;
	size_t width; /* bytes of a number: 2 (bf16), 4 (f32) */
	uint64_t random;
};

/* ---- Numbers ---- */

static float wide(uint16_t number)
{
	uint32_t bits = (uint32_t)number << 16;
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* To the nearest bf16, ties to even. */
static uint16_t narrow(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static uint16_t *numbers_of(struct buffer *bytes, const struct tensor *tensor)
{
	assert_true(tensor->offset % 2 == 0 && tensor->offset <= bytes->len - tensor->length);
	return (uint16_t *)(void *)(bytes->data + tensor->offset);
}

static size_t below(struct victim *victim, size_t limit)
{
	return (size_t)(test_random(&victim->random) % limit);
}

static const struct tensor *named(const struct victim *victim, const char *name)
{
	const struct tensor *tensor = tensor_table_find(&victim->table, name);

	if (!tensor)
		fail_msg("no tensor '%s'", name);
	return tensor;
}

static const struct tensor *in_layer(const struct victim *victim, size_t layer, const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "model.layers.%zu.%s", layer, name);
	return named(victim, text);
}

static bool is_matrix(const struct tensor *tensor)
{
	return tensor->rank == 2 && !strstr(tensor->name, "embed_tokens");
}

static const struct tensor *some_matrix(struct victim *victim)
{
	const struct tensor *tensor;

	do
		tensor = &victim->table.tensor[below(victim, victim->table.count)];
	while (!is_matrix(tensor));
	return tensor;
}

/* ---- The checkpoint: step 500 with its tied head written out ---- */

static void file_of_data(const char *step, const char *name, struct buffer *out)
{
	struct error err = { 0 };
	char path[512];

	snprintf(path, sizeof(path), "%s/tiny/%s/%s", TEST_DATA, step, name);
	assert_done(file_read(path, out, &err), &err);
}

static void add_data(struct buffer *out, struct span bf16, size_t width)
{
	struct error err = { 0 };
	uint8_t *room;

	assert_done(buffer_extend(out, bf16.len / 2 * width, &room, &err), &err);
	for (size_t i = 0; i < bf16.len / 2; i++) {
		memset(room + i * width, 0, width - 2);
		memcpy(room + i * width + width - 2, bf16.data + 2 * i, 2);
	}
}

/* The same tensors, and `lm_head.weight`, a copy of the embedding; widened to f32 where width is 4.
 */
static void untie(const char *step, size_t width, struct buffer *out)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer tied, header;
	struct tensor_table table;
	struct error err = { 0 };
	size_t at = 0;

	buffer_init(&tied, 1u << 24);
	buffer_init(&header, 1u << 20);
	file_of_data(step, "model.safetensors", &tied);
	assert_done(source_open_memory("model.safetensors", buffer_view(&tied), &source, &err),
		    &err);
	assert_done(format_open(source, &table, &err), &err);
	assert_done(buffer_add_text(&header, "{", &err), &err);
	for (size_t i = 0; i <= table.count; i++) {
		const struct tensor *tensor =
			i < table.count ? &table.tensor[i]
					: tensor_table_find(&table, "model.embed_tokens.weight");

		assert_done(buffer_printf(&header, &err, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[",
					  i ? "," : "",
					  i < table.count ? tensor->name : "lm_head.weight",
					  width == 2 ? "BF16" : "F32"),
			    &err);
		for (uint32_t d = 0; d < tensor->rank; d++)
			assert_done(buffer_printf(&header, &err, "%s%llu", d ? "," : "",
						  (unsigned long long)tensor->shape[d]),
				    &err);
		assert_done(buffer_printf(&header, &err, "],\"data_offsets\":[%zu,%zu]}", at,
					  at + (size_t)tensor->length / 2 * width),
			    &err);
		at += (size_t)tensor->length / 2 * width;
	}
	assert_done(buffer_add_text(&header, "}", &err), &err);
	while (header.len % 8)
		assert_done(buffer_add_text(&header, " ", &err), &err);
	assert_done(buffer_add_u64le(out, header.len, &err), &err);
	assert_done(buffer_add(out, buffer_view(&header), &err), &err);
	for (size_t i = 0; i <= table.count; i++) {
		const struct tensor *tensor =
			i < table.count ? &table.tensor[i]
					: tensor_table_find(&table, "model.embed_tokens.weight");

		add_data(out, (struct span){ tied.data + tensor->offset, (size_t)tensor->length },
			 width);
	}
	tensor_table_release(&table);
}

static void config_edit(char *config, const char *from, const char *to)
{
	char *at = strstr(config, from);
	size_t tail;

	if (!at)
		fail_msg("config.json does not have %s", from);
	tail = strlen(at + strlen(from)) + 1;
	assert_true(strlen(config) - strlen(from) + strlen(to) < CONFIG_ROOM);
	memmove(at + strlen(to), at + strlen(from), tail);
	memcpy(at, to, strlen(to));
}

static void put_victim(const struct victim *victim)
{
	put_file(victim->folder, "model.safetensors", buffer_view(&victim->bytes));
	put_text(victim->folder, "config.json", victim->config);
}

/* As published. */
static void restore(struct victim *victim)
{
	memcpy(victim->bytes.data, victim->published.data, victim->published.len);
	memcpy(victim->config, victim->published_config, CONFIG_ROOM);
}

static void victim_record(struct victim *victim)
{
	struct tiny_open open;
	struct error err = { 0 };

	buffer_init(&victim->outputs, OUTPUTS_MAX_BYTES);
	assert_done(probes_generate(16, 128, "tamper", VOCABULARY, &victim->probes, &err), &err);
	assert_done(tiny_model_open(victim->folder, 2, NULL, &open, &err), &err);
	assert_done(record_make(&open.ctx, open.forward, open.backend, &victim->probes,
				&victim->outputs, &victim->root, &err),
		    &err);
	tiny_model_close(&open);
}

static struct victim victim_new(size_t width)
{
	struct victim victim = { .folder = test_folder(),
				 .width = width,
				 .random = 0x9e3779b97f4a7c15u };
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer config, tokenizer;
	struct error err = { 0 };

	buffer_init(&victim.published, 1u << 24);
	buffer_init(&victim.other, 1u << 24);
	buffer_init(&victim.bytes, 1u << 24);
	buffer_init(&config, CONFIG_ROOM - 64);
	buffer_init(&tokenizer, 1u << 20);
	untie("step-500", width, &victim.published);
	untie("step-300", width, &victim.other);
	assert_int_equal(victim.published.len, victim.other.len);
	file_of_data("step-500", "config.json", &config);
	memcpy(victim.published_config, config.data, config.len);
	config_edit(victim.published_config, "\"tie_word_embeddings\": true",
		    "\"tie_word_embeddings\": false");
	file_of_data("step-500", "tokenizer.json", &tokenizer);
	assert_done(buffer_add(&victim.bytes, buffer_view(&victim.published), &err), &err);
	restore(&victim);
	assert_done(
		source_open_memory("model.safetensors", buffer_view(&victim.bytes), &source, &err),
		&err);
	assert_done(format_open(source, &victim.table, &err), &err);
	put_victim(&victim);
	put_file(victim.folder, "tokenizer.json", buffer_view(&tokenizer));
	victim.manifest = manifest_at(victim.folder);
	victim_record(&victim);
	return victim;
}

static void victim_release(struct victim *victim)
{
	manifest_free(&victim->manifest);
	tensor_table_release(&victim->table);
	probes_release(&victim->probes);
	buffer_release(&victim->outputs);
	buffer_release(&victim->published);
	buffer_release(&victim->other);
	buffer_release(&victim->bytes);
	test_folder_remove(&victim->folder);
}

/* ---- The three judges ---- */

static bool bytes_catch(const struct victim *victim)
{
	CLEANUP(tree_close) struct tree *tree = tree_at(victim->folder);
	const struct bytes_options options = { .no_recut = true };
	struct context ctx = test_context();
	struct bytes_report *report;
	struct error err = { 0 };
	bool caught;

	assert_done(bytes_compare(&ctx, victim->manifest, tree, &options, &report, &err), &err);
	caught = report->hold != report->file_count;
	bytes_report_free(&report);
	return caught;
}

/* A pass that ends in a NaN, or in a model that cannot be opened, is caught as well. */
static bool outputs_catch(const struct victim *victim, struct replay_request request)
{
	struct replay_report report;
	struct tiny_open open;
	struct error err = { 0 };
	bool caught;

	if (tiny_model_open(victim->folder, 2, NULL, &open, &err))
		return true;
	caught = record_replay(&open.ctx, open.forward, open.backend, &victim->probes,
			       buffer_view(&victim->outputs), &victim->root, &request, &report,
			       &err) ||
		 report.differs;
	if (err.code && err.code != ERROR_CORRUPT)
		fail_msg("%s", err.text);
	tiny_model_close(&open);
	return caught;
}

/* ---- What an attacker does ---- */

static void flip(struct victim *victim, const struct tensor *tensor, unsigned bit)
{
	size_t number = below(victim, (size_t)tensor_elements(tensor));
	uint8_t *byte = victim->bytes.data + tensor->offset + number * victim->width + bit / 8;

	*byte ^= (uint8_t)(1u << bit % 8);
}

static void flip_lowest(struct victim *victim)
{
	flip(victim, some_matrix(victim), 0);
}

static void flip_any(struct victim *victim)
{
	flip(victim, some_matrix(victim), (unsigned)below(victim, 16));
}

static void flip_eighth(struct victim *victim)
{
	flip(victim, some_matrix(victim), 8);
}

static void flip_norm(struct victim *victim)
{
	flip(victim, in_layer(victim, below(victim, 4), "input_layernorm.weight"), 0);
}

static void base_change(struct victim *victim)
{
	config_edit(victim->config, "\"rope_theta\": 10000.0", "\"rope_theta\": 10001.0");
}

static void eps_change(struct victim *victim)
{
	config_edit(victim->config, "1e-05", "1.1e-05");
}

/* A window that no probe of 16 tokens fills. */
static void window_change(struct victim *victim)
{
	config_edit(victim->config, "LlamaForCausalLM", "MistralForCausalLM");
	config_edit(victim->config, "\"model_type\": \"llama\"",
		    "\"model_type\": \"mistral\", \"sliding_window\": 64");
}

static void layers_swap(struct victim *victim)
{
	static const char *const names[TENSORS_OF_A_LAYER] = {
		"input_layernorm.weight",
		"mlp.down_proj.weight",
		"mlp.gate_proj.weight",
		"mlp.up_proj.weight",
		"self_attn.k_proj.weight",
		"self_attn.o_proj.weight",
		"self_attn.q_proj.weight",
		"self_attn.v_proj.weight",
		"post_attention_layernorm.weight",
	};
	size_t first = below(victim, 4), second = (first + 1 + below(victim, 3)) % 4;

	for (size_t i = 0; i < TENSORS_OF_A_LAYER; i++) {
		const struct tensor *a = in_layer(victim, first, names[i]);
		const struct tensor *b = in_layer(victim, second, names[i]);

		memcpy(victim->bytes.data + a->offset, victim->published.data + b->offset,
		       (size_t)a->length);
		memcpy(victim->bytes.data + b->offset, victim->published.data + a->offset,
		       (size_t)b->length);
	}
}

/* Through integers of -limit ... limit and back, `group` numbers under one scale. */
static void quantise(struct victim *victim, const struct tensor *tensor, size_t group, float limit)
{
	uint16_t *number = numbers_of(&victim->bytes, tensor);
	size_t count = (size_t)tensor_elements(tensor);

	for (size_t first = 0; first < count; first += group) {
		float most = 0;

		for (size_t i = first; i < first + group && i < count; i++)
			most = fmaxf(most, fabsf(wide(number[i])));
		for (size_t i = first; most > 0 && i < first + group && i < count; i++) {
			float scale = most / limit;

			number[i] = narrow(rintf(wide(number[i]) / scale) * scale);
		}
	}
}

static void int8_whole(struct victim *victim)
{
	for (size_t i = 0; i < victim->table.count; i++)
		if (is_matrix(&victim->table.tensor[i]))
			quantise(victim, &victim->table.tensor[i],
				 (size_t)victim->table.tensor[i].shape[1], 127);
}

static void int8_one(struct victim *victim)
{
	const struct tensor *tensor = some_matrix(victim);

	quantise(victim, tensor, (size_t)tensor->shape[1], 127);
}

static void int4_one(struct victim *victim)
{
	quantise(victim, some_matrix(victim), 32, 7);
}

/* Towards step 300 by `share`. */
static void mix(struct victim *victim, const struct tensor *tensor, float share)
{
	uint16_t *number = numbers_of(&victim->bytes, tensor);
	const uint16_t *other = numbers_of(&victim->other, tensor);

	for (size_t i = 0; i < tensor_elements(tensor); i++)
		number[i] = narrow(wide(number[i]) + share * (wide(other[i]) - wide(number[i])));
}

static void merge(struct victim *victim)
{
	for (size_t i = 0; i < victim->table.count; i++)
		mix(victim, &victim->table.tensor[i], 0.5f);
}

/* A change of one matrix as small as a bf16 can still show somewhere. */
static void fine_tune(struct victim *victim)
{
	mix(victim, some_matrix(victim), -0.01f);
}

static void replace_whole(struct victim *victim)
{
	memcpy(victim->bytes.data, victim->other.data, victim->other.len);
}

/* The smallest number of one matrix becomes 0. */
static void prune_one(struct victim *victim)
{
	const struct tensor *tensor = some_matrix(victim);
	uint16_t *number = numbers_of(&victim->bytes, tensor);
	size_t least = 0;

	for (size_t i = 0; i < tensor_elements(tensor); i++)
		if (number[i] & 0x7fff &&
		    (!(number[least] & 0x7fff) || (number[i] & 0x7fff) < (number[least] & 0x7fff)))
			least = i;
	number[least] = 0;
}

/* Is the token in any probe? */
static bool probed(const struct victim *victim, uint32_t id)
{
	for (size_t i = 0; i < victim->probes.count; i++)
		for (size_t t = 0; t < victim->probes.probe[i].count; t++)
			if (victim->probes.probe[i].ids[t] == id)
				return true;
	return false;
}

static void row_replace(struct victim *victim, bool in_a_probe)
{
	const struct tensor *table = named(victim, "model.embed_tokens.weight");
	uint16_t *number = numbers_of(&victim->bytes, table);
	uint32_t id, from = (uint32_t)below(victim, VOCABULARY);

	do
		id = (uint32_t)below(victim, VOCABULARY);
	while (id == from || probed(victim, id) != in_a_probe);
	memcpy(number + (size_t)id * HIDDEN, number + (size_t)from * HIDDEN, HIDDEN * 2);
}

static void backdoor_unseen(struct victim *victim)
{
	row_replace(victim, false);
}

static void backdoor_seen(struct victim *victim)
{
	row_replace(victim, true);
}

/* The same function in real numbers: neurons of one MLP in another order. */
static void neurons_permute(struct victim *victim)
{
	size_t layer = below(victim, 4);
	const struct tensor *gate = in_layer(victim, layer, "mlp.gate_proj.weight");
	const struct tensor *up = in_layer(victim, layer, "mlp.up_proj.weight");
	const struct tensor *down = in_layer(victim, layer, "mlp.down_proj.weight");
	size_t inner = (size_t)gate->shape[0], a = below(victim, inner - 1), b = a + 1;
	const struct tensor *const rows[] = { gate, up };
	uint16_t *number;

	for (size_t i = 0; i < 2; i++) {
		uint16_t row[HIDDEN];

		number = numbers_of(&victim->bytes, rows[i]);
		memcpy(row, number + a * HIDDEN, sizeof(row));
		memcpy(number + a * HIDDEN, number + b * HIDDEN, sizeof(row));
		memcpy(number + b * HIDDEN, row, sizeof(row));
	}
	number = numbers_of(&victim->bytes, down);
	for (size_t i = 0; i < HIDDEN; i++) {
		uint16_t one = number[i * inner + a];

		number[i * inner + a] = number[i * inner + b];
		number[i * inner + b] = one;
	}
}

static void scale_by(uint16_t *number, size_t count, float factor)
{
	for (size_t i = 0; i < count; i++)
		number[i] = narrow(wide(number[i]) * factor);
}

/* The same function bit for bit: a gain doubled, the matrices that read it halved. */
static void rescale(struct victim *victim)
{
	size_t layer = below(victim, 4);
	static const char *const readers[] = { "mlp.gate_proj.weight", "mlp.up_proj.weight" };
	const struct tensor *gain = in_layer(victim, layer, "post_attention_layernorm.weight");

	scale_by(numbers_of(&victim->bytes, gain), (size_t)tensor_elements(gain), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct tensor *tensor = in_layer(victim, layer, readers[i]);

		scale_by(numbers_of(&victim->bytes, tensor), (size_t)tensor_elements(tensor), 0.5f);
	}
}

/* ---- The table ---- */

enum rate { NEVER, SOMETIMES, NEARLY_ALWAYS, ALWAYS };

struct row {
	const char *change;
	void (*tamper)(struct victim *victim);
	bool once; /* there is only one way to do it */
	enum rate quick, standard;
};

static const struct row rows[] = {
	{ "lowest bit of one weight of a matrix", flip_lowest, false, SOMETIMES, NEARLY_ALWAYS },
	{ "any one bit of one weight of a matrix", flip_any, false, SOMETIMES, NEARLY_ALWAYS },
	{ "lowest bit of one gain of a norm", flip_norm, false, NEARLY_ALWAYS, ALWAYS },
	{ "the smallest weight of a matrix set to 0", prune_one, false, SOMETIMES, SOMETIMES },
	{ "rope_theta 10000 becomes 10001", base_change, true, ALWAYS, ALWAYS },
	{ "rms_norm_eps 1e-5 becomes 1.1e-5", eps_change, true, ALWAYS, ALWAYS },
	{ "a sliding window of 64 positions", window_change, true, NEVER, ALWAYS },
	{ "two layers swapped", layers_swap, false, ALWAYS, ALWAYS },
	{ "every matrix through int8 and back", int8_whole, true, ALWAYS, ALWAYS },
	{ "one matrix through int8 and back", int8_one, false, ALWAYS, ALWAYS },
	{ "one matrix through 4 bits and back", int4_one, false, ALWAYS, ALWAYS },
	{ "one matrix moved by 1 % of 200 steps of training", fine_tune, false, ALWAYS, ALWAYS },
	{ "averaged with another checkpoint", merge, true, ALWAYS, ALWAYS },
	{ "another checkpoint of the same run", replace_whole, true, ALWAYS, ALWAYS },
	{ "two neurons of an MLP exchanged (the same function)", neurons_permute, false, ALWAYS,
	  ALWAYS },
	{ "a gain doubled, its matrices halved (the same bits)", rescale, false, NEVER, NEVER },
	{ "embedding row of a token that some probe has", backdoor_seen, false, SOMETIMES, ALWAYS },
	{ "embedding row of a token that no probe has", backdoor_unseen, false, NEVER, NEVER },
};

/* Where a last bit is a 2^16-th of what it is in bf16. */
static const struct row rows_of_f32[] = {
	{ "lowest bit of one f32 weight of a matrix", flip_lowest, false, SOMETIMES, SOMETIMES },
	{ "bit 8 of one f32 weight of a matrix", flip_eighth, false, SOMETIMES, NEARLY_ALWAYS },
	{ "lowest bit of one f32 gain of a norm", flip_norm, false, SOMETIMES, NEARLY_ALWAYS },
};

static size_t trials_of(const struct row *row)
{
	const char *text = getenv("AKASHI_LONG");

	return row->once ? 1 : text && *text ? 400 : FEW;
}

static void rate_check(const struct row *row, const char *judge, enum rate rate, size_t caught,
		       size_t trials)
{
	bool right = caught > 0 || trials == 1; /* SOMETIMES: of one trial nothing is known */

	if (rate == NEVER)
		right = caught == 0;
	else if (rate == ALWAYS)
		right = caught == trials;
	else if (rate == NEARLY_ALWAYS && trials > 1)
		right = caught * 4 >= trials * 3;
	if (!right)
		fail_msg("%s: the %s caught %zu of %zu", row->change, judge, caught, trials);
}

static void row_measure(struct victim *victim, const struct row *row)
{
	size_t trials = trials_of(row), bytes = 0, quick = 0, standard = 0;

	for (size_t i = 0; i < trials; i++) {
		restore(victim);
		row->tamper(victim);
		put_victim(victim);
		bytes += bytes_catch(victim);
		quick += outputs_catch(victim, REPLAY_QUICK);
		standard += outputs_catch(victim, REPLAY_STANDARD);
	}
	print_message("| %s | %zu | %zu | %zu | %zu |\n", row->change, trials, bytes, quick,
		      standard);
	rate_check(row, "byte digests", ALWAYS, bytes, trials);
	rate_check(row, "quick pass", row->quick, quick, trials);
	rate_check(row, "standard pass", row->standard, standard, trials);
}

static void measure(const struct row *row, size_t count, size_t width)
{
	struct victim victim = victim_new(width);

	assert_false(bytes_catch(&victim));
	assert_false(outputs_catch(&victim, REPLAY_ALL));
	for (size_t i = 0; i < count; i++)
		row_measure(&victim, &row[i]);
	victim_release(&victim);
}

static void every_change_is_caught_by_bytes_and_by_outputs_as_often_as_the_table_says(void **state)
{
	(void)state;
	measure(rows, sizeof(rows) / sizeof(rows[0]), 2);
}

static void of_f32_weights_the_last_bits_may_escape_the_outputs(void **state)
{
	(void)state;
	measure(rows_of_f32, sizeof(rows_of_f32) / sizeof(rows_of_f32[0]), 4);
}

static void a_replaced_tokenizer_is_seen_by_bytes_and_not_by_outputs(void **state)
{
	struct victim victim = victim_new(2);

	(void)state;
	put_text(victim.folder, "tokenizer.json", "{}");
	assert_true(bytes_catch(&victim));
	assert_false(outputs_catch(&victim, REPLAY_ALL));
	victim_release(&victim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_change_is_caught_by_bytes_and_by_outputs_as_often_as_the_table_says),
		cmocka_unit_test(of_f32_weights_the_last_bits_may_escape_the_outputs),
		cmocka_unit_test(a_replaced_tokenizer_is_seen_by_bytes_and_not_by_outputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
