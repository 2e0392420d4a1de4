/* data_order: what options say, and the form in which it is kept. */
#include "registry/data_order.h"

#include "registry/corpus/script.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const kind_name[DATA_ORDER_KIND_COUNT] = {
	[DATA_ORDER_MEGATRON] = "megatron",
	[DATA_ORDER_INTERLEAVE] = "interleave",
	[DATA_ORDER_SEQUENCES] = "sequences",
};

const char *data_order_kind_name(enum data_order_kind kind)
{
	return kind_name[kind];
}

void data_order_release(struct data_order *order)
{
	for (size_t i = 0; i < order->count; i++) {
		free(order->source[i].path);
		free(order->source[i].weight);
	}
	free(order->source);
	free(order->split);
	*order = (struct data_order){ .source = NULL };
}

/* ---- Numbers ---- */

/* A decimal above 0: digits, a point, an exponent. Anything else, "nan" too, is none. */
static bool weight_read(const char *text, double *out_weight)
{
	size_t whole = strspn(text, "0123456789"), rest = whole, digits = whole;

	if (text[rest] == '.') {
		size_t part = strspn(text + rest + 1, "0123456789");

		digits += part;
		rest += 1 + part;
	}
	if (digits && (text[rest] == 'e' || text[rest] == 'E')) {
		size_t sign = text[rest + 1] == '-' || text[rest + 1] == '+';
		size_t part = strspn(text + rest + 1 + sign, "0123456789");

		rest += 1 + sign + part;
		digits = part ? digits : 0;
	}
	if (!digits || text[rest] || rest > 64)
		return false;
	*out_weight = strtod(text, NULL);
	return isfinite(*out_weight) && *out_weight > 0;
}

/* What somebody may have meant to be a weight. */
static bool weight_like(const char *text)
{
	return strspn(text, "+-0123456789.eE") == strlen(text) || strcasecmp(text, "nan") == 0 ||
	       strcasecmp(text, "inf") == 0 || strcasecmp(text, "-inf") == 0 ||
	       strcasecmp(text, "-nan") == 0;
}

static bool number_read(const char *text, uint64_t *out_number)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 18 || text[len])
		return false;
	*out_number = strtoull(text, NULL, 10);
	return true;
}

int data_order_add(struct data_order *order, const char *path, const char *weight,
		   struct error *err)
{
	struct data_source *source;
	size_t at;

	if (order->count == BLEND_SOURCES_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u sources", BLEND_SOURCES_MAX);
	if (!path[0] || strlen(path) > DATA_ORDER_PATH_MAX)
		return error_set(err, ERROR_CORRUPT, "no path of a source");
	if (!script_utf8(span_of(path), &at))
		return error_set(err, ERROR_CORRUPT, "the path of a source is no UTF-8");
	if (order->count == order->room) {
		size_t wanted = order->room ? 2 * order->room : 16;

		source = realloc(order->source, wanted * sizeof(*source));
		if (!source)
			return error_set(err, ERROR_SYSTEM, "out of memory for sources");
		order->source = source;
		order->room = wanted;
	}
	source = &order->source[order->count];
	*source = (struct data_source){ .path = strdup(path),
					.weight = weight ? strdup(weight) : NULL };
	if (!source->path || (weight && !source->weight)) {
		free(source->path);
		free(source->weight);
		return error_set(err, ERROR_SYSTEM, "out of memory for sources");
	}
	order->count++;
	return !weight || weight_read(weight, &source->share)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'%.60s' is no weight above 0", weight);
}

/* ---- Words ---- */

static int word_refuse(const struct order_word *word, const char *what, struct error *err)
{
	char place[ORDER_PLACE_SIZE];

	order_word_place(word, place);
	return error_set(err, ERROR_CORRUPT, "%s: '%.80s' %s", place, word->text, what);
}

/* An option and what follows it up to the next one. */
struct option_found {
	const struct order_word *option;
	struct order_list values; /* borrowed */
	struct order_word inner;  /* of --option=value */
	char *rest;               /* behind its sign */
};

static bool is_option(const char *text)
{
	return text[0] == '-' && text[1] == '-' && text[2];
}

static bool list_equal(const struct order_list *a, const struct order_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->word[i].text, b->word[i].text) != 0)
			return false;
	return true;
}

/* The option in one list; said twice with different values it says nothing. */
static int option_in(const struct order_list *list, const char *name, struct option_found *found,
		     struct error *err)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < list->count; i++) {
		const struct order_word *word = &list->word[i];
		struct order_list values = { .word = &list->word[i + 1] };
		struct order_word inner = *word;

		if (strncmp(word->text, name, len) != 0 ||
		    (word->text[len] && word->text[len] != '='))
			continue;
		if (word->text[len] == '=') {
			inner.text = word->text + len + 1;
			values = (struct order_list){ .word = &inner, .count = 1 };
		} else {
			while (i + 1 + values.count < list->count &&
			       !is_option(values.word[values.count].text))
				values.count++;
		}
		if (found->option && !list_equal(&found->values, &values))
			return word_refuse(word, "is given twice, with different values", err);
		if (found->option)
			continue;
		found->option = word;
		found->inner = inner;
		found->values = values;
		if (values.word == &inner)
			found->values.word = &found->inner;
	}
	return 0;
}

static int option_find(const struct order_words *words, const char *name,
		       struct option_found *found, struct error *err)
{
	*found = (struct option_found){ .option = NULL };
	if (option_in(&words->list, name, found, err))
		return -1;
	for (size_t i = 0; i < words->variable_count; i++)
		if (option_in(&words->variable[i].list, name, found, err))
			return -1;
	return 0;
}

/* A number; one that hides behind a variable of elsewhere stays 0. */
static int number_find(const struct order_words *words, const char *name, size_t which,
		       size_t least, uint64_t *out_number, bool *out_said, struct error *err)
{
	struct option_found found;
	const struct order_word *word;

	if (option_find(words, name, &found, err))
		return -1;
	if (!found.option)
		return 0;
	if (found.values.count < least)
		return word_refuse(found.option, "lacks its value", err);
	word = &found.values.word[which];
	if (strchr(word->text, '$'))
		return 0;
	if (!number_read(word->text, out_number))
		return word_refuse(word, "is no number", err);
	if (out_said)
		*out_said = true;
	return 0;
}

/* Pairs of a weight and a path, or paths alone. */
static int sources_take(struct data_order *order, const struct order_list *list, struct error *err)
{
	bool weighted = list->count && weight_like(list->word[0].text);

	if (weighted && list->count % 2)
		return word_refuse(&list->word[list->count - 1],
				   "is left over: weights and paths stand in pairs", err);
	for (size_t i = 0; i < list->count; i += 1 + weighted) {
		const struct order_word *word = &list->word[i];
		const char *path = list->word[i + weighted].text;
		double ignored;

		if (weighted && !weight_read(word->text, &ignored))
			return word_refuse(word, "is no weight: a number above 0", err);
		if (weighted && weight_like(path))
			return word_refuse(&list->word[i + 1], "stands where a path should", err);
		if (data_order_add(order, path, weighted ? word->text : NULL, err)) {
			char place[ORDER_PLACE_SIZE];

			order_word_place(word, place);
			return error_prefix(err, "%s", place);
		}
	}
	return 0;
}

/* Does the list say its paths, or did variables of elsewhere hide them? */
static bool list_known(const struct order_list *list)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (list->word[i].text[0] != '$')
			return true;
	return false;
}

static int sources_find(const struct order_words *words, struct data_order *order,
			struct error *err)
{
	static const char *const variables[] = { "TRAIN_DATA_PATH", "DATA_PATH", "_PAIRS" };
	struct option_found found;

	if (option_find(words, "--data-path", &found, err) ||
	    (!found.option && option_find(words, "--train-data-path", &found, err)))
		return -1;
	if (found.option && list_known(&found.values))
		return sources_take(order, &found.values, err);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const struct order_list *list = order_words_variable(words, variables[i]);

		if (list_known(list))
			return sources_take(order, list, err);
	}
	return 0;
}

static int split_find(const struct order_words *words, struct data_order *order, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct option_found found;

	buffer_init(&text, 256);
	if (option_find(words, "--split", &found, err))
		return -1;
	/* '--split "949, 50, 1"' is several words in a script. */
	for (size_t i = 0; found.option && i < found.values.count; i++) {
		const struct order_word *word = &found.values.word[i];

		if (strspn(word->text, "0123456789.,$(){}_"
				       "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(word->text))
			return word_refuse(word, "is no split", err);
		if (buffer_add_text(&text, word->text, err))
			return word_refuse(found.option, "is too long", err);
	}
	return text.len && !memchr(text.data, '$', text.len)
		       ? buffer_to_text(&text, &order->split, err)
		       : 0;
}

static int ramp_find(const struct order_words *words, struct data_order *order, struct error *err)
{
	static const char name[] = "--rampup-batch-size";

	if (number_find(words, name, 0, 3, &order->ramp_start, NULL, err) ||
	    number_find(words, name, 1, 3, &order->ramp_step, NULL, err) ||
	    number_find(words, name, 2, 3, &order->ramp_samples, NULL, err))
		return -1;
	return 0;
}

int data_order_from_words(const struct order_words *words, struct data_order *out_order,
			  bool *out_found, struct error *err)
{
	CLEANUP(data_order_release) struct data_order order = { .kind = DATA_ORDER_MEGATRON };
	struct option_found finetune;

	*out_found = false;
	if (sources_find(words, &order, err))
		return -1;
	if (!order.count)
		return 0;
	if (number_find(words, "--seq-length", 0, 1, &order.sequence_length, NULL, err) ||
	    number_find(words, "--global-batch-size", 0, 1, &order.batch_size, NULL, err) ||
	    ramp_find(words, &order, err) ||
	    number_find(words, "--train-iters", 0, 1, &order.iterations, NULL, err) ||
	    number_find(words, "--train-samples", 0, 1, &order.samples, NULL, err) ||
	    number_find(words, "--seed", 0, 1, &order.seed, &order.has_seed, err) ||
	    split_find(words, &order, err) || option_find(words, "--finetune", &finetune, err))
		return -1;
	order.fresh = finetune.option != NULL;
	if (data_order_check(&order, err))
		return -1;
	*out_order = order;
	*out_found = true;
	order = (struct data_order){ .source = NULL }; /* handed over */
	return 0;
}
