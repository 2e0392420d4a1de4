/* added: what was registered. */
#include "cli/added.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/output.h"

enum { LEFT_OUT_SHOWN = 20 };

int added_set(struct json *object, const char *kind, const char *name,
	      const struct add_result *result, bool dry_run, struct error *err)
{
	if (json_set_text(object, "kind", kind, err) || json_set_text(object, "name", name, err) ||
	    json_set_digest(object, "digest", &result->manifest, err) ||
	    json_set_size(object, "files", result->files, err) ||
	    json_set_size(object, "bytes", result->bytes, err) ||
	    json_set_size(object, "records", result->records, err) ||
	    json_set_size(object, "scores", result->scores, err) ||
	    json_set_size(object, "samples", result->samples, err))
		return -1;
	if (result->left_out && json_set_clone(object, "leftOut", result->left_out, err))
		return -1;
	if (result->corpus && json_set_clone(object, "corpus", result->corpus, err))
		return -1;
	if (dry_run)
		return 0;
	if (json_set_digest(object, "statement", &result->made.identity, err) ||
	    json_set_digest(object, "key", &result->made.key, err) ||
	    json_set_size(object, "logIndex", result->made.log_index, err))
		return -1;
	return json_set_bool(object, "existed", result->made.existed, err);
}

static int print_json(const char *kind, const struct name *name, const struct add_result *result,
		      size_t count, bool dry_run, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items, *item;
	char text[NAME_TEXT_MAX];

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/added/1", err) ||
	    json_set_bool(object, "dryRun", dry_run, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		name_to_text(&name[i], text);
		if (json_add_object(items, &item, err) ||
		    added_set(item, kind, text, &result[i], dry_run, err))
			return -1;
	}
	return output_json(object, err);
}

static void print_counts(const struct add_result *result)
{
	char size[SIZE_TEXT_MAX];

	if (result->files) {
		size_to_text(result->bytes, size);
		printf(", %" PRIu64 " file%s, %s", result->files, result->files == 1 ? "" : "s",
		       size);
	}
	if (result->records)
		printf(", %" PRIu64 " records", result->records);
	if (result->scores)
		printf(", %" PRIu64 " score%s", result->scores, result->scores == 1 ? "" : "s");
	if (result->samples)
		printf(", the items of %" PRIu64 " task%s", result->samples,
		       result->samples == 1 ? "" : "s");
}

/* What was left out, so that nobody misses it later; long lists are for --json. */
static void print_left_out(const struct json *list)
{
	size_t count = list ? json_count(list) : 0;

	for (size_t i = 0; i < count && i < LEFT_OUT_SHOWN; i++) {
		const struct json *item = json_at(list, i);

		printf("  left out: %s (%s)\n", json_text(json_member(item, "name")),
		       json_text(json_member(item, "reason")));
	}
	if (count > LEFT_OUT_SHOWN)
		printf("  left out: %zu more; --json lists them\n", count - LEFT_OUT_SHOWN);
}

static uint64_t number_of(const struct json *object, const char *key)
{
	uint64_t number = 0;
	struct error ignored = { 0 };

	if (json_maybe_size(object, key, 0, &number, &ignored))
		return 0;
	return number;
}

/* What was counted in a dataset: sums, and the shares of languages by bytes of text. */
static void print_corpus(const struct json *corpus)
{
	const struct json *languages = json_member(corpus, "languages");
	const struct json *tokens = json_member(corpus, "tokens");
	uint64_t bytes = number_of(corpus, "bytes");
	struct json_members at = { 0 };
	char size[SIZE_TEXT_MAX];

	if (!corpus)
		return;
	size_to_text(bytes, size);
	printf("  %" PRIu64 " documents, %s of text, %" PRIu64 " characters\n",
	       number_of(corpus, "documents"), size, number_of(corpus, "characters"));
	for (size_t i = 0; i < json_count(tokens); i++) {
		const struct json *item = json_at(tokens, i);
		const char *tokenizer = json_text(json_member(item, "tokenizer"));

		printf("  %" PRIu64 " tokens, %s (%s %.19s), %.1f %% ja\n",
		       number_of(item, "count"), json_text(json_member(item, "basis")),
		       json_is_yes(json_member(item, "programme")) ? "the programme's tokenizer"
								   : "tokenizer",
		       tokenizer ? tokenizer : "not named",
		       number_of(item, "count")
			       ? 100.0 * (double)number_of(json_member(item, "languages"), "ja") /
					 (double)number_of(item, "count")
			       : 0.0);
	}
	if (!bytes)
		return;
	printf("  by their scripts:");
	while (json_next(languages, &at))
		if (json_kind(at.value) == JSON_KIND_OBJECT && number_of(at.value, "bytes"))
			printf(" %s %.1f %%", at.key,
			       100.0 * (double)number_of(at.value, "bytes") / (double)bytes);
	putchar('\n');
}

void added_line(const char *kind, const char *name, const struct add_result *result, bool dry_run)
{
	char hex[DIGEST_HEX_SIZE];

	printf("%s%s %s", dry_run ? "would register " : "", kind, name);
	print_counts(result);
	if (!dry_run) {
		digest_to_hex(&result->made.identity, hex);
		printf(", %s %" PRIu64 ", sha256:%s",
		       result->made.existed ? "logged before at" : "logged at",
		       result->made.log_index, hex);
	}
	putchar('\n');
}

int added_print(const struct call *call, const char *kind, const struct name *name,
		const struct add_result *result, size_t count, struct error *err)
{
	bool dry_run = call_has(call, "dry-run");

	if (call->json)
		return print_json(kind, name, result, count, dry_run, err);
	for (size_t i = 0; i < count; i++) {
		char text[NAME_TEXT_MAX];

		name_to_text(&name[i], text);
		added_line(kind, text, &result[i], dry_run);
		print_corpus(result[i].corpus);
		print_left_out(result[i].left_out);
	}
	return 0;
}
