/* card_rows: the specs of a card as rows of a label and a value. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/card/inner.h"

static const struct {
	const char *language[2];
} words[] = {
#define WORD(name, english, japanese) { { english, japanese } },
#include "registry/card_words.def"
#undef WORD
};

const char *card_word(const struct card_writer *w, enum card_word word)
{
	return words[word].language[w->wish->language == CARD_JAPANESE];
}

bool card_word_language(struct span text, enum card_language *out_language)
{
	bool found[2] = { false, false };

	for (size_t i = 0; i < WORD_COUNT; i++)
		for (size_t k = 0; k < 2; k++)
			found[k] = found[k] || span_equal(text, span_of(words[i].language[k]));
	if (found[0] == found[1])
		return false;
	*out_language = found[1] ? CARD_JAPANESE : CARD_ENGLISH;
	return true;
}

int card_say(const struct card_writer *w, enum card_word word, struct error *err)
{
	return buffer_add_text(w->out, card_word(w, word), err);
}

const char *fact_text(const struct json *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

	return text && text[0] ? text : NULL;
}

const struct json *fact_list(const struct card_writer *w, const char *key)
{
	return json_member(w->facts, key);
}

/* ---- Tables ---- */

int card_heading(const struct card_writer *w, unsigned level, enum card_word heading,
		 struct error *err)
{
	return buffer_printf(w->out, err, "%.*s %s\n\n", (int)level, "######",
			     card_word(w, heading));
}

int card_table(const struct card_writer *w, unsigned level, enum card_word heading, card_rows *rows,
	       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct card_writer inner = { w->wish, w->facts, &text };

	buffer_init(&text, CARD_MAX_BYTES);
	if (rows(&inner, err))
		return -1;
	if (!text.len)
		return 0;
	return card_heading(w, level, heading, err) ||
			       buffer_printf(w->out, err, "|%s|%s|\n|:---|:---|\n",
					     card_word(w, WORD_SPEC_NAME),
					     card_word(w, WORD_VALUE)) ||
			       buffer_add(w->out, buffer_view(&text), err)
		       ? -1
		       : 0;
}

int card_row_begin(const struct card_writer *w, enum card_word label, struct error *err)
{
	return buffer_printf(w->out, err, "|%s|", card_word(w, label));
}

int card_row_end(const struct card_writer *w, struct error *err)
{
	return buffer_add_text(w->out, "|\n", err);
}

int card_row_text(const struct card_writer *w, enum card_word label, const char *text,
		  struct error *err)
{
	if (!text)
		return 0;
	return card_row_begin(w, label, err) || markdown_text(w->out, text, err) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

int card_row_count(const struct card_writer *w, enum card_word label, const struct json *count,
		   struct error *err)
{
	char digits[COUNT_TEXT_SIZE];

	if (!count_digits(count, digits))
		return 0;
	return card_row_begin(w, label, err) || markdown_digits(w->out, digits, err) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

/* ---- The model ---- */

/* A width of a layer is written without commas, as everybody does. */
static int row_plain(const struct card_writer *w, enum card_word label, const struct json *value,
		     struct error *err)
{
	char digits[COUNT_TEXT_SIZE];

	return count_digits(value, digits) ? card_row_text(w, label, digits, err)
					   : card_row_text(w, label, json_text(value), err);
}

static const struct json *config_of(const struct json *config, const char *const *key)
{
	for (; *key; key++)
		if (json_member(config, *key))
			return json_member(config, *key);
	return NULL;
}

static int position_row(const struct card_writer *w, const struct json *config, struct error *err)
{
	static const char *const theta[] = { "rope_theta", "rope_parameters.rope_theta",
					     "rotary_emb_base", "rope_scaling.rope_theta", NULL };
	const char *said = fact_text(config, "position_embedding_type");
	const struct json *base = config_of(config, theta);
	char digits[COUNT_TEXT_SIZE];
	const char *text = json_text(base);

	if (!base)
		return card_row_text(w, WORD_POSITION, said, err);
	if (count_digits(base, digits))
		text = digits;
	if (card_row_begin(w, WORD_POSITION, err) || buffer_add_text(w->out, "RoPE", err))
		return -1;
	if (text && (buffer_add_text(w->out, " (base ", err) || markdown_text(w->out, text, err) ||
		     buffer_add_text(w->out, ")", err)))
		return -1;
	return card_row_end(w, err);
}

static int tokenizer_row(const struct card_writer *w, struct error *err)
{
	const struct json *tokenizer = json_member(w->facts, "tokenizer");
	const char *file = fact_text(tokenizer, "file");
	const char *class = fact_text(tokenizer, "class");

	if (!file)
		return 0;
	if (card_row_begin(w, WORD_TOKENIZER, err) || markdown_code(w->out, file, err))
		return -1;
	if (class && (buffer_add_text(w->out, " (", err) || markdown_text(w->out, class, err) ||
		      buffer_add_text(w->out, ")", err)))
		return -1;
	return card_row_end(w, err);
}

int card_model_rows(const struct card_writer *w, struct error *err)
{
	static const struct {
		enum card_word label;
		bool commas;
		const char *key[4];
	} row[] = {
		{ WORD_LAYERS, false, { "num_hidden_layers", "n_layer", "num_layers" } },
		{ WORD_HIDDEN, false, { "hidden_size", "n_embd", "d_model" } },
		{ WORD_FFN, false, { "intermediate_size", "n_inner", "ffn_dim" } },
		{ WORD_HEADS, false, { "num_attention_heads", "n_head" } },
		{ WORD_KEY_HEADS, false, { "num_key_value_heads" } },
		{ WORD_EXPERTS, false, { "num_local_experts", "num_experts", "n_routed_experts" } },
		{ WORD_EXPERTS_USED, false, { "num_experts_per_tok" } },
		{ WORD_VOCABULARY, true, { "vocab_size" } },
	};
	static const char *const context[] = { "max_position_embeddings", "n_positions",
					       "max_seq_len", NULL };
	const struct json *config = json_member(w->facts, "config");

	if (card_row_text(w, WORD_STRUCTURE, fact_text(w->facts, "architecture"), err) ||
	    card_row_count(w, WORD_PARAMETERS, json_member(w->facts, "parameters"), err))
		return -1;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct json *value = config_of(config, row[i].key);

		if (value && (row[i].commas ? card_row_count(w, row[i].label, value, err)
					    : row_plain(w, row[i].label, value, err)))
			return -1;
	}
	return tokenizer_row(w, err) ||
			       row_plain(w, WORD_CONTEXT, config_of(config, context), err) ||
			       position_row(w, config, err) ||
			       card_row_text(w, WORD_WEIGHTS_FORMAT, fact_text(w->facts, "dtype"),
					     err)
		       ? -1
		       : 0;
}

/* ---- The data ---- */

static const struct json *language_of(const struct json *list, const char *language)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = fact_text(json_at(list, i), "language");

		if (text && strcmp(text, language) == 0)
			return json_at(list, i);
	}
	return NULL;
}

static int languages_rows(const struct card_writer *w, const struct json *list, const char *what,
			  struct error *err)
{
	static const struct {
		const char *language;
		enum card_word label;
	} row[] = { { "ja", WORD_TOKENS_JA },
		    { "en", WORD_TOKENS_EN },
		    { "code", WORD_TOKENS_CODE },
		    { "other", WORD_TOKENS_OTHER } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (card_row_count(w, row[i].label,
				   json_member(language_of(list, row[i].language), what), err))
			return -1;
	return 0;
}

static int dataset_row(const struct card_writer *w, const struct json *dataset, struct error *err)
{
	return card_row_begin(w, WORD_DATASET, err) ||
			       markdown_link(w->out, fact_text(dataset, "name"),
					     fact_text(dataset, "url"), err) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

/* Tokens where they were counted, else documents and characters. */
static int amount_rows(const struct card_writer *w, const struct json *dataset, struct error *err)
{
	if (json_member(dataset, "tokens"))
		return card_row_count(w, WORD_TOKENS, json_member(dataset, "tokens"), err) ||
				       languages_rows(w, json_member(dataset, "languages"),
						      "tokens", err)
			       ? -1
			       : 0;
	return card_row_count(w, WORD_DOCUMENTS, json_member(dataset, "documents"), err) ||
			       card_row_count(w, WORD_CHARACTERS,
					      json_member(dataset, "characters"), err)
		       ? -1
		       : 0;
}

int card_dataset_rows(const struct card_writer *w, struct error *err)
{
	const struct json *data = fact_list(w, "data");

	for (size_t i = 0; i < json_count(data); i++) {
		const struct json *dataset = json_at(data, i);

		if (dataset_row(w, dataset, err) || amount_rows(w, dataset, err) ||
		    card_row_count(w, WORD_WEIGHT_SUM, json_member(dataset, "weight"), err) ||
		    card_row_text(w, WORD_LICENSE, fact_text(dataset, "license"), err))
			return -1;
	}
	return 0;
}

/* ---- The training ---- */

static const struct {
	enum card_word label;
	const char *option;
} settings[] = {
#define SETTING(label, option) { WORD_##label, option },
#include "registry/card_settings.def"
#undef SETTING
};

#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

/* Without case, and with - and _ alike. */
static bool same_option(const char *option, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char a = option[i] == '-' ? '_' : (char)tolower((unsigned char)option[i]);

		if (a != name[i])
			return false;
	}
	return !option[len];
}

/* The option of a run that one of these names, separated by blanks, stands for. */
static const char *option_of(const struct json *hyper, const char *names)
{
	for (const char *at = names; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		struct json_members member = { 0 };

		while (json_next(hyper, &member))
			if (same_option(member.key, at, len))
				return json_text(member.value);
		at += len;
	}
	return NULL;
}

static bool names_hold(const char *names, const char *option)
{
	for (const char *at = names; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (same_option(option, at, len))
			return true;
		at += len;
	}
	return false;
}

#define PRECISION_SWITCHES "bf16 fp16 fp8"

bool card_setting_known(const char *option)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (names_hold(settings[i].option, option))
			return true;
	return names_hold("betas adam_betas " PRECISION_SWITCHES, option);
}

/* Beta1 or Beta2 out of "0.9 0.95". */
static const char *beta_of(const struct json *hyper, size_t which, char out_text[64])
{
	const char *at = option_of(hyper, "betas adam_betas");
	size_t len;

	at = at ? at + strspn(at, " ,[(") : "";
	if (which) {
		at += strcspn(at, " ,");
		at += strspn(at, " ,");
	}
	len = strspn(at, "0123456789.eE+-");
	if (!len || len >= 64)
		return NULL;
	snprintf(out_text, 64, "%.*s", (int)len, at);
	return out_text;
}

/* What switches say of it: "BF16". */
static const char *precision_of(const struct json *hyper)
{
	const char *bf16 = option_of(hyper, "bf16"), *fp16 = option_of(hyper, "fp16");

	if (bf16 && strcasecmp(bf16, "true") == 0)
		return "BF16";
	return fp16 && strcasecmp(fp16, "true") == 0 ? "FP16" : NULL;
}

static int setting_row(const struct card_writer *w, const struct json *hyper, size_t i,
		       struct error *err)
{
	const char *value = option_of(hyper, settings[i].option);
	char beta[64];

	if (!value && settings[i].label == WORD_BETA1)
		value = beta_of(hyper, 0, beta);
	if (!value && settings[i].label == WORD_BETA2)
		value = beta_of(hyper, 1, beta);
	if (!value && settings[i].label == WORD_PRECISION)
		value = precision_of(hyper);
	return card_row_text(w, settings[i].label, value, err);
}

int card_commit(const struct card_writer *w, const struct json *git, struct error *err)
{
	const char *commit = fact_text(git, "commit");
	const char *remote = fact_text(git, "remote");
	const char *dirty = fact_text(git, "dirty");
	char url[COMMIT_URL_SIZE];

	if (!commit)
		return 0;
	if (remote && commit_url(remote, commit, url)) {
		if (markdown_link(w->out, commit, url, err))
			return -1;
	} else if (markdown_code(w->out, commit, err) ||
		   (remote &&
		    (buffer_add_text(w->out, " (", err) || markdown_code(w->out, remote, err) ||
		     buffer_add_text(w->out, ")", err)))) {
		return -1;
	}
	return dirty && strcmp(dirty, "dirty") == 0
		       ? buffer_printf(w->out, err, ", %s", card_word(w, WORD_DIRTY))
		       : 0;
}

/* The repository of the training: the run's, else the one that the checkpoint names. */
static int implementation_row(const struct card_writer *w, const struct json *run,
			      struct error *err)
{
	const struct json *git = json_member(run, "git");

	if (!git)
		git = json_member(w->facts, "git");
	if (!fact_text(git, "commit"))
		return 0;
	return card_row_begin(w, WORD_IMPLEMENTATION, err) || card_commit(w, git, err) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

/* Of the run that wrote the checkpoint; those that it continues are told under lineage. */
int card_training_rows(const struct card_writer *w, struct error *err)
{
	const struct json *run = json_at(fact_list(w, "runs"), 0);
	const struct json *hyper = json_member(run, "hyper");

	if (implementation_row(w, run, err))
		return -1;
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (setting_row(w, hyper, i, err))
			return -1;
	return 0;
}

/* ---- The environment ---- */

static bool count_of(const struct json *object, const char *key, uint64_t *out_count)
{
	struct error ignored = { 0 };

	return json_member(object, key) && json_need_size(object, key, out_count, &ignored) == 0;
}

bool card_hours_of(const struct json *run, struct card_hours *sum)
{
	uint64_t nodes, gpus;

	if (!count_of(run, "nodeSeconds", &nodes)) {
		sum->open++;
		return false;
	}
	sum->node_seconds += nodes;
	sum->bound |= json_is_yes(json_member(run, "lowerBound"));
	if (count_of(run, "gpuSeconds", &gpus))
		sum->gpu_seconds += gpus;
	else
		sum->gpus = false;
	return true;
}

int card_hours_say(const struct card_writer *w, uint64_t seconds, bool bound, struct error *err)
{
	return (bound && card_say(w, WORD_AT_LEAST, err)) || markdown_hours(w->out, seconds, err)
		       ? -1
		       : 0;
}

static int hours_row(const struct card_writer *w, enum card_word label, uint64_t seconds,
		     bool bound, struct error *err)
{
	return card_row_begin(w, label, err) || card_hours_say(w, seconds, bound, err) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

/* "NVIDIA H100 80GB HBM3 * 512". */
static int accelerators_row(const struct card_writer *w, const struct json *run, struct error *err)
{
	const struct json *models = json_member(run, "gpuModels");
	char digits[COUNT_TEXT_SIZE];
	bool counted = count_digits(json_member(run, "gpus"), digits) && strcmp(digits, "0") != 0;

	if (!json_count(models) && !counted)
		return 0;
	if (card_row_begin(w, WORD_ACCELERATORS, err))
		return -1;
	for (size_t i = 0; i < json_count(models); i++)
		if ((i && buffer_add_text(w->out, ", ", err)) ||
		    markdown_text(w->out, json_text(json_at(models, i)), err))
			return -1;
	if (counted &&
	    buffer_printf(w->out, err, "%s%s", json_count(models) ? " \\* " : "", digits))
		return -1;
	return card_row_end(w, err);
}

/* Bytes in GiB, as the hub's cards have it. */
static int memory_row(const struct card_writer *w, const struct json *host, struct error *err)
{
	uint64_t bytes;

	if (!count_of(host, "memory", &bytes))
		return 0;
	return card_row_begin(w, WORD_MEMORY, err) ||
			       buffer_printf(w->out, err, "%" PRIu64 "GiB",
					     (bytes + (1u << 29)) >> 30) ||
			       card_row_end(w, err)
		       ? -1
		       : 0;
}

static int machine_rows(const struct card_writer *w, const struct json *run, struct error *err)
{
	const struct json *host = json_member(run, "host");

	return card_row_text(w, WORD_DATA_CENTER,
			     fact_text(json_member(run, "scheduler"), "cluster"), err) ||
			       card_row_count(w, WORD_INSTANCES, json_member(run, "nodes"), err) ||
			       memory_row(w, host, err) || accelerators_row(w, run, err) ||
			       card_row_count(w, WORD_ACCELERATORS_PER,
					      json_member(run, "gpusPerNode"), err)
		       ? -1
		       : 0;
}

int card_environment_rows(const struct card_writer *w, struct error *err)
{
	const struct json *runs = fact_list(w, "runs");
	struct card_hours sum = { .gpus = true };
	size_t known = 0;

	if (machine_rows(w, json_at(runs, 0), err))
		return -1;
	for (size_t i = 0; i < json_count(runs); i++)
		known += card_hours_of(json_at(runs, i), &sum);
	if (!known)
		return 0;
	/* Where the end of one is not known, all together took at least what the others did. */
	sum.bound |= sum.open > 0;
	if (hours_row(w, WORD_NODE_HOURS, sum.node_seconds, sum.bound, err))
		return -1;
	return sum.gpus && sum.gpu_seconds
		       ? hours_row(w, WORD_GPU_HOURS, sum.gpu_seconds, sum.bound, err)
		       : 0;
}
