/* card_sources: the list of facts, and what follows from several of them. */
#include "registry/card/sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/megatron.h"

void card_sources_release(struct card_sources *sources)
{
	for (size_t i = 0; i < sources->text_count; i++)
		free(sources->text[i]);
	free(sources->text);
	free(sources->fact);
	order_words_release(&sources->words);
	*sources = (struct card_sources){ .fact = NULL };
}

static int room(void **array, size_t count, size_t *cap, size_t size, struct error *err)
{
	size_t wanted = *cap ? 2 * *cap : 64;
	void *more;

	if (count < *cap)
		return 0;
	more = realloc(*array, wanted * size);
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for facts");
	*array = more;
	*cap = wanted;
	return 0;
}

static int text_keep(struct card_sources *sources, const char **text, struct error *err)
{
	char *copy;

	if (!*text)
		return 0;
	if (room((void **)&sources->text, sources->text_count, &sources->text_room,
		 sizeof(*sources->text), err))
		return -1;
	copy = strdup(*text);
	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for facts");
	sources->text[sources->text_count++] = copy;
	*text = copy;
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int card_source_add(struct card_sources *sources, const struct card_fact *fact, struct error *err)
{
	size_t last = sources->count < 256 ? sources->count : 256;
	struct card_fact copy = *fact;

	if (!fact->value || !fact->value[0])
		return 0;
	for (size_t i = sources->count - last; i < sources->count; i++) {
		const struct card_fact *known = &sources->fact[i];

		if (known->kind == fact->kind && known->meaning == fact->meaning &&
		    known->source == fact->source && same_text(known->value, fact->value) &&
		    same_text(known->of, fact->of) && same_text(known->name, fact->name) &&
		    same_text(known->where, fact->where))
			return 0;
	}
	if (sources->count == CARD_FACTS_MAX)
		return error_set(err, ERROR_CORRUPT, "%s: more facts than are read (%u)",
				 fact->where ? fact->where : "here", CARD_FACTS_MAX);
	if (room((void **)&sources->fact, sources->count, &sources->room, sizeof(*sources->fact),
		 err) ||
	    text_keep(sources, &copy.value, err) || text_keep(sources, &copy.of, err) ||
	    text_keep(sources, &copy.name, err) || text_keep(sources, &copy.where, err))
		return -1;
	sources->fact[sources->count++] = copy;
	return 0;
}

/* ---- Options that are said otherwise than by a name and a value ---- */

static bool is_yes(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "True") == 0;
}

/* Switches that stand for a value of something else. */
static int switch_add(struct card_sources *sources, struct card_fact fact, const char *name,
		      struct error *err)
{
	static const struct {
		const char *name;
		enum card_meaning meaning;
		const char *value;
	} switches[] = {
		{ "bf16", CARD_MEANING_precision, "bf16" },
		{ "fp16", CARD_MEANING_precision, "fp16" },
		{ "swiglu", CARD_MEANING_activation, "swiglu" },
		{ "untie-embeddings-and-output-weights", CARD_MEANING_tied_embeddings, "false" },
		{ "untie_embeddings_and_output_weights", CARD_MEANING_tied_embeddings, "false" },
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (strcmp(name, switches[i].name) != 0)
			continue;
		fact.meaning = switches[i].meaning;
		fact.value = switches[i].value;
		return card_source_add(sources, &fact, err);
	}
	return 0;
}

int card_source_option(struct card_sources *sources, enum card_source source, const char *name,
		       const char *value, const char *where, struct error *err)
{
	struct card_fact fact = { .source = source, .value = value, .name = name, .where = where };

	while (*name == '-')
		name++;
	if (is_yes(value) && switch_add(sources, fact, name, err))
		return -1;
	if (card_meaning_of_key(span_of(name), &fact.meaning, err))
		return -1;
	if (fact.meaning == CARD_MEANING_tokenizer && strrchr(value, '/'))
		fact.value = strrchr(value, '/') + 1; /* wherever it lies there */
	if (!fact.meaning || strcmp(value, "None") == 0 || strchr(fact.value, '$'))
		return 0;
	if (card_source_add(sources, &fact, err))
		return -1;
	if (fact.meaning != CARD_MEANING_sequence_length)
		return 0;
	fact.meaning = CARD_MEANING_context; /* it was trained with at least that */
	fact.only_confirms = true;
	return card_source_add(sources, &fact, err);
}

/* ---- What follows ---- */

/* The one value that `source` gives as an integer; 0: none, or several. */
static uint64_t single(const struct card_sources *sources, enum card_source source,
		       enum card_meaning meaning)
{
	uint64_t found = 0;

	for (size_t i = 0; i < sources->count; i++) {
		const struct card_fact *fact = &sources->fact[i];
		char *end;
		uint64_t value;

		if (fact->kind != CARD_FACT_VALUE || fact->source != source ||
		    fact->meaning != meaning || fact->of || fact->only_confirms)
			continue;
		value = strtoull(fact->value, &end, 10);
		if (*end || (found && value != found))
			return 0;
		found = value;
	}
	return found;
}

static int product_add(struct card_sources *sources, enum card_source source,
		       enum card_meaning meaning, const enum card_meaning of[3], const char *name,
		       struct error *err)
{
	static const char *const who[CARD_SOURCE_COUNT] = { "the model", "what is signed",
							    "the scripts", "the log", "the data" };
	uint64_t product = 1;
	char digits[32];
	struct card_fact fact = { .meaning = meaning,
				  .source = source,
				  .only_confirms = true,
				  .name = name,
				  .where = who[source],
				  .value = digits };

	for (size_t i = 0; i < 3; i++)
		if (of[i] &&
		    __builtin_mul_overflow(product, single(sources, source, of[i]), &product))
			return 0;
	snprintf(digits, sizeof(digits), "%" PRIu64, product);
	return product ? card_source_add(sources, &fact, err) : 0;
}

static int derived_add(struct card_sources *sources, struct error *err)
{
	static const enum card_meaning gpus[3] = { CARD_MEANING_nodes,
						   CARD_MEANING_accelerators_per_node },
				       tokens[3] = { CARD_MEANING_steps, CARD_MEANING_batch_size,
						     CARD_MEANING_sequence_length };

	for (enum card_source i = 0; i < CARD_SOURCE_COUNT; i++)
		if (product_add(sources, i, CARD_MEANING_accelerators, gpus,
				"nodes \xc3\x97 accelerators of each", err) ||
		    product_add(sources, i, CARD_MEANING_tokens, tokens,
				"steps \xc3\x97 batch size \xc3\x97 sequence length", err))
			return -1;
	return 0;
}

static int indices_add(struct card_sources *sources, struct error *err)
{
	char digits[32], where[64];
	struct card_fact fact = { .meaning = CARD_MEANING_tokens,
				  .source = CARD_SOURCE_DATA,
				  .name = "sum of sequence lengths",
				  .where = where,
				  .value = digits };

	if (!sources->indices)
		return 0;
	snprintf(where, sizeof(where), "%zu %s", sources->indices,
		 sources->indices == 1 ? "index" : "indices");
	snprintf(digits, sizeof(digits), "%" PRIu64, sources->index_tokens);
	if (card_source_add(sources, &fact, err))
		return -1;
	fact.meaning = CARD_MEANING_documents;
	fact.name = "documents";
	snprintf(digits, sizeof(digits), "%" PRIu64, sources->index_documents);
	return card_source_add(sources, &fact, err);
}

int card_sources_finish(struct card_sources *sources, struct error *err)
{
	return card_source_words(sources, &sources->words, err) || indices_add(sources, err) ||
			       derived_add(sources, err)
		       ? -1
		       : 0;
}

/* ---- Files ---- */

static int index_take(struct card_sources *sources, const char *path, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct megatron index = { .carried = 0 };
	uint64_t tokens, documents, bytes, size;
	uint8_t block[65536];

	if (source_open_file(path, &source, err))
		return -1;
	size = source->size;
	for (uint64_t at = 0; at < size; at += sizeof(block)) {
		size_t len = size - at < sizeof(block) ? (size_t)(size - at) : sizeof(block);

		if (source_read_at(source, at, block, len, err) ||
		    megatron_add(&index, (struct span){ block, len }, err))
			return error_prefix(err, "%s", path);
	}
	if (megatron_end(&index, &tokens, &documents, &bytes, err))
		return error_prefix(err, "%s", path);
	if (__builtin_add_overflow(sources->index_tokens, tokens, &sources->index_tokens))
		return error_set(err, ERROR_CORRUPT, "%s: more tokens than can be counted", path);
	sources->index_documents += documents;
	sources->indices++;
	return 0;
}

int card_source_file(struct card_sources *sources, const char *path, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text = { 0 };
	const char *file = path_last_part(path);
	struct span bytes;

	if (text_ends_with(path, ".idx"))
		return index_take(sources, path, err);
	buffer_init(&text, CARD_SOURCE_MAX_BYTES);
	if (file_read(path, &text, err))
		return -1;
	bytes = buffer_view(&text);
	if (text_ends_with(path, ".yaml") || text_ends_with(path, ".yml"))
		return card_source_yaml(sources, file, bytes, err);
	if (text_ends_with(path, ".json"))
		return card_source_config(sources, CARD_SOURCE_SCRIPT, file, bytes, err);
	if (text_ends_with(path, ".tsv"))
		return card_source_table(sources, file, bytes, err);
	return card_source_script(sources, file, bytes, err);
}
