/* corpus_table: what was counted in a dataset. */
#include "cli/corpus_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/output.h"

static uint64_t number_of(const struct json *object, const char *key)
{
	uint64_t number = 0;
	struct error ignored = { 0 };

	return json_maybe_size(object, key, 0, &number, &ignored) ? 0 : number;
}

static double share_of(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

/* A sum; `whole` are the bytes of all texts. Tokens where a tokenizer counted them. */
static void sum_print(const char *what, const char *name, const struct json *sum, uint64_t whole)
{
	char tokens[32] = "";

	if (json_member(sum, "tokens") && json_kind(json_member(sum, "tokens")) != JSON_KIND_ARRAY)
		snprintf(tokens, sizeof(tokens), "%" PRIu64, number_of(sum, "tokens"));
	output_line(stdout, "%-14s %14" PRIu64 " %18" PRIu64 " %5.1f %% %18" PRIu64 " %16s  %s",
		    what, number_of(sum, "documents"), number_of(sum, "bytes"),
		    share_of(number_of(sum, "bytes"), whole), number_of(sum, "characters"), tokens,
		    name);
}

/* Counts of two tokenizers, or known in two ways, are a line each: none are added. */
static void tokens_print(const struct json *item)
{
	const char *tokenizer = json_text(json_member(item, "tokenizer"));
	const struct json *languages = json_member(item, "languages");
	uint64_t count = number_of(item, "count");

	output_line(stdout,
		    "%-14s %" PRIu64
		    " %s, ja %.1f %%, en %.1f %%, code %.1f %%, other %.1f %%, by %s%s",
		    "tokens", count, json_text(json_member(item, "basis")),
		    share_of(number_of(languages, "ja"), count),
		    share_of(number_of(languages, "en"), count),
		    share_of(number_of(languages, "code"), count),
		    share_of(number_of(languages, "other"), count),
		    tokenizer ? tokenizer : "no tokenizer that is named",
		    json_is_yes(json_member(item, "programme")) ? ", the programme's" : "");
}

static void counted_print(const struct json *corpus)
{
	static const char *const languages[] = { "ja", "en", "code", "other" };
	const struct json *list = json_member(corpus, "sources");
	const struct json *tokens = json_member(corpus, "tokens");
	uint64_t whole = number_of(corpus, "bytes");

	output_line(stdout, "%-14s %14s %18s %7s %18s %16s", "counted", "documents",
		    "bytes of text", "share", "characters", "tokens");
	sum_print("  all", "", corpus, whole);
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		sum_print("  language", languages[i],
			  json_member(json_member(corpus, "languages"), languages[i]), whole);
	for (size_t i = 0; i < json_count(list); i++)
		sum_print("  source", json_text(json_member(json_at(list, i), "name")),
			  json_at(list, i), whole);
	if (number_of(corpus, "moreSources"))
		output_line(stdout, "%-14s %" PRIu64 " more", "  source",
			    number_of(corpus, "moreSources"));
	for (size_t i = 0; i < json_count(tokens); i++)
		tokens_print(json_at(tokens, i));
	if (number_of(corpus, "uncounted"))
		output_line(stdout, "%-14s %" PRIu64 " files, by size and digest alone",
			    "not counted", number_of(corpus, "uncounted"));
	if (number_of(corpus, "broken"))
		output_line(stdout, "%-14s %" PRIu64 " broken lines", "left out",
			    number_of(corpus, "broken"));
	if (number_of(corpus, "textless"))
		output_line(stdout, "%-14s %" PRIu64 " documents", "without text",
			    number_of(corpus, "textless"));
}

static void weights_print(const struct json *weights)
{
	const struct json *languages = json_member(weights, "languages");
	const struct json *list = json_member(weights, "sources");
	uint64_t whole = number_of(weights, "weight");

	output_line(stdout,
		    "%-14s %" PRIu64 " in %" PRIu64
		    " entries: ja %.1f %%, en %.1f %%, code %.1f %%, other %.1f %%",
		    "weights", whole, number_of(weights, "entries"),
		    share_of(number_of(languages, "ja"), whole),
		    share_of(number_of(languages, "en"), whole),
		    share_of(number_of(languages, "code"), whole),
		    share_of(number_of(languages, "other"), whole));
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);

		output_line(stdout,
			    "%-14s %18" PRIu64 " %5.1f %% %6" PRIu64 " files %14" PRIu64
			    " documents  %s",
			    "  source", number_of(item, "weight"),
			    share_of(number_of(item, "weight"), whole), number_of(item, "files"),
			    number_of(item, "documents"), json_text(json_member(item, "name")));
	}
	if (number_of(weights, "moreSources"))
		output_line(stdout, "%-14s %" PRIu64 " more", "  source",
			    number_of(weights, "moreSources"));
	if (number_of(weights, "unmatched"))
		output_line(stdout, "%-14s %" PRIu64 " sources have no file here", "  of them",
			    number_of(weights, "unmatched"));
}

void corpus_table_print(const struct json *corpus, const struct json *weights)
{
	if (corpus)
		counted_print(corpus);
	if (weights)
		weights_print(weights);
}
