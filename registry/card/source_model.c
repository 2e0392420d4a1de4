/* card_sources: what lies in a model's folder. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/sources.h"

enum { WHERE_MAX = 256, DIGITS_MAX = 32 };

/* ---- config.json ---- */

/* The line on which `"key"` stands first; 1 where it is written otherwise. */
static unsigned key_line(struct span text, const char *key)
{
	char quoted[160];
	const uint8_t *at;
	unsigned line = 1;

	if ((size_t)snprintf(quoted, sizeof(quoted), "\"%s\"", key) >= sizeof(quoted))
		return 1;
	at = text.len ? memmem(text.data, text.len, quoted, strlen(quoted)) : NULL;
	for (const uint8_t *c = text.data; at && c < at; c++)
		line += *c == '\n';
	return line;
}

/* A scalar as text, or NULL. */
static const char *scalar_text(const struct json *value, char digits[DIGITS_MAX])
{
	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		return json_text(value);
	case JSON_KIND_NUMBER:
		return json_number_text(value);
	case JSON_KIND_BOOL:
		return json_is_yes(value) ? "true" : "false";
	case JSON_KIND_INTEGER:
		snprintf(digits, DIGITS_MAX, "%lld", (long long)json_integer_of(value));
		return digits;
	default:
		return NULL;
	}
}

static int member_take(struct card_sources *sources, enum card_source source, const char *file,
		       struct span text, const char *key, const struct json *value,
		       struct error *err)
{
	char digits[DIGITS_MAX], where[WHERE_MAX];
	const char *written = scalar_text(value, digits);

	if (strcmp(key, "architectures") == 0)
		written = json_text(json_at(value, 0));
	if (!written)
		return 0;
	snprintf(where, sizeof(where), "%.120s, line %u", file, key_line(text, key));
	return card_source_option(sources, source, key, written, where, err);
}

/* Key and value heads that differ are groups; positions that turn are RoPE. */
static int config_follows(struct card_sources *sources, enum card_source source, const char *file,
			  struct span text, const struct json *config, struct error *err)
{
	int64_t heads = json_integer_of(json_member(config, "num_attention_heads"));
	int64_t groups = json_integer_of(json_member(config, "num_key_value_heads"));
	char where[WHERE_MAX];
	struct card_fact fact = { .source = source, .where = where };

	snprintf(where, sizeof(where), "%.120s, line %u", file,
		 key_line(text, "num_key_value_heads"));
	fact.meaning = CARD_MEANING_grouped_query;
	fact.name = "num_key_value_heads";
	fact.value = groups < heads ? "true" : "false";
	if (heads > 0 && groups > 0 && card_source_add(sources, &fact, err))
		return -1;
	snprintf(where, sizeof(where), "%.120s, line %u", file, key_line(text, "rope_theta"));
	fact.meaning = CARD_MEANING_positions;
	fact.name = "rope_theta";
	fact.value = "rope";
	return json_member(config, "rope_theta") || json_member(config, "rope_parameters")
		       ? card_source_add(sources, &fact, err)
		       : 0;
}

int card_source_config(struct card_sources *sources, enum card_source source, const char *file,
		       struct span text, struct error *err)
{
	CLEANUP(json_free) struct json *config = NULL;
	struct json_members at = { 0 };

	if (json_parse(text, &(struct json_limits){ .max_bytes = CARD_CONFIG_MAX_BYTES }, &config,
		       err))
		return error_prefix(err, "%s", file);
	while (json_next(config, &at)) {
		struct json_members inner = { 0 };

		if (member_take(sources, source, file, text, at.key, at.value, err))
			return -1;
		if (strcmp(at.key, "text_config") != 0 && strcmp(at.key, "rope_parameters") != 0)
			continue;
		while (json_next(at.value, &inner))
			if (member_take(sources, source, file, text, inner.key, inner.value, err))
				return -1;
	}
	return config_follows(sources, source, file, text, config, err);
}

/* ---- Weights ---- */

static bool name_holds(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strstr(name, *words))
			return true;
	return false;
}

static int elements_add(struct card_sources *sources, enum card_meaning meaning, uint64_t count,
			const char *name, bool only_confirms, const char *where, struct error *err)
{
	char digits[DIGITS_MAX];
	struct card_fact fact = { .meaning = meaning,
				  .source = CARD_SOURCE_MODEL,
				  .only_confirms = only_confirms,
				  .name = name,
				  .where = where,
				  .value = digits };

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	return card_source_add(sources, &fact, err);
}

static int weights_add(struct card_sources *sources, const struct weights *weights,
		       struct error *err)
{
	static const char *const in[] = { "embed_tokens", "wte.", "word_embeddings", "embed_in",
					  NULL };
	static const char *const out[] = { "lm_head", "embed_out", NULL };
	uint64_t all = weights_parameters(weights), first = 0, last = 0;
	char where[WHERE_MAX];

	for (size_t i = 0; i < weights_count(weights); i++) {
		const struct tensor *tensor = weights_tensor(weights, i);

		if (name_holds(tensor->name, in))
			first += tensor_elements(tensor);
		else if (name_holds(tensor->name, out))
			last += tensor_elements(tensor);
	}
	snprintf(where, sizeof(where), "headers of %zu weight %s", weights_file_count(weights),
		 weights_file_count(weights) == 1 ? "file" : "files");
	if (elements_add(sources, CARD_MEANING_parameters, all, "elements of all tensors", false,
			 where, err))
		return -1;
	if (!first)
		return 0;
	return elements_add(sources, CARD_MEANING_parameters, all - first,
			    "elements without the embedding", true, where, err) ||
			       elements_add(sources, CARD_MEANING_parameters, all - first - last,
					    "elements without embedding and head", true, where,
					    err) ||
			       elements_add(sources, CARD_MEANING_embedding_parameters, first,
					    "elements of the embedding", false, where, err) ||
			       elements_add(
				       sources, CARD_MEANING_body_parameters, all - first - last,
				       "elements without embedding and head", false, where, err) ||
			       elements_add(sources, CARD_MEANING_body_parameters, all - first,
					    "elements without the embedding", true, where, err)
		       ? -1
		       : 0;
}

static int weights_take(struct card_sources *sources, const struct tree *tree, bool *found,
			struct error *err)
{
	CLEANUP(weights_close) struct weights *weights = NULL;
	struct error why = { 0 };

	if (weights_open(tree, &weights, &why)) {
		if (why.code == ERROR_ABSENT || why.code == ERROR_UNTRUSTED)
			return 0; /* none that could be counted */
		return error_set(err, why.code, "%s", why.text);
	}
	*found = true;
	return weights_add(sources, weights, err);
}

/* ---- The tokenizer ---- */

/* Entries of the vocabulary and those that were added to it. */
static uint64_t vocabulary_size(const struct json *tokenizer)
{
	const struct json *model = json_member(tokenizer, "model");
	const struct json *vocab = json_member(model, "vocab");
	const struct json *added = json_member(tokenizer, "added_tokens");
	uint64_t count = json_count(vocab);

	for (size_t i = 0; i < json_count(added); i++) {
		int64_t id = json_integer_of(json_member(json_at(added, i), "id"));

		if (id >= 0 && (uint64_t)id >= json_count(vocab) && (uint64_t)id >= count)
			count = (uint64_t)id + 1;
	}
	return count;
}

static int tokenizer_add(struct card_sources *sources, struct span text, struct error *err)
{
	CLEANUP(json_free) struct json *tokenizer = NULL;
	uint64_t count;

	if (json_parse(text, NULL, &tokenizer, err))
		return error_prefix(err, "tokenizer.json");
	count = vocabulary_size(tokenizer);
	return count ? elements_add(sources, CARD_MEANING_vocabulary, count,
				    "entries of the tokenizer", false, "tokenizer.json", err)
		     : 0;
}

/* ---- Entry point ---- */

/* A file of the folder, when it is there and not larger than `max`. */
static int file_take(struct card_sources *sources, const struct tree *tree, const char *name,
		     size_t max,
		     int (*take)(struct card_sources *sources, struct span text, struct error *err),
		     bool *found, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer text = { 0 };
	struct error why = { 0 };

	if (tree_open_file(tree, name, &source, &why))
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	buffer_init(&text, max);
	if (source_read_all(source, &text, err))
		return error_prefix(err, "%s", name);
	*found = true;
	return take(sources, buffer_view(&text), err);
}

static int config_take(struct card_sources *sources, struct span text, struct error *err)
{
	return card_source_config(sources, CARD_SOURCE_MODEL, "config.json", text, err);
}

int card_source_model(struct card_sources *sources, const char *folder, bool *out_found,
		      struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;

	*out_found = false;
	return tree_open(folder, NULL, &tree, err) ||
			       file_take(sources, tree, "config.json", CARD_CONFIG_MAX_BYTES,
					 config_take, out_found, err) ||
			       file_take(sources, tree, "tokenizer.json", CARD_TOKENIZER_MAX_BYTES,
					 tokenizer_add, out_found, err) ||
			       weights_take(sources, tree, out_found, err)
		       ? -1
		       : 0;
}
