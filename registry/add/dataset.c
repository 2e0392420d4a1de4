/* Register datasets: their files, what is counted in them, and what they come from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/index.h"
#include "registry/run/secrets.h"

enum { SOURCES_SHOWN = 64, TEXT_MAX = 1024, FILTERS_MAX = 16 };

/* ---- What is counted ---- */

static int compare_sizes(const void *a, const void *b)
{
	const struct counts_source *x = a, *y = b;

	if (x->sum.bytes != y->sum.bytes)
		return x->sum.bytes < y->sum.bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* The largest sources; all of them are in the object of counts. */
static int sources_set(struct json *object, struct counts *counts, bool tokens, struct error *err)
{
	struct json *list, *item;

	if (!counts->source_count)
		return 0;
	qsort(counts->source, counts->source_count, sizeof(*counts->source), compare_sizes);
	if (json_set_array(object, "sources", &list, err))
		return -1;
	for (size_t i = 0; i < counts->source_count && i < SOURCES_SHOWN; i++)
		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "name", counts->source[i].name, err) ||
		    counts_sum_set(item, &counts->source[i].sum, tokens, err))
			return -1;
	return counts->source_count > SOURCES_SHOWN
		       ? json_set_size(object, "moreSources", counts->source_count - SOURCES_SHOWN,
				       err)
		       : 0;
}

static int languages_set(struct json *object, const struct counts *counts, bool tokens,
			 struct error *err)
{
	struct json *list, *item;

	if (json_set_object(object, "languages", &list, err) ||
	    json_set_text(list, "method", SCRIPT_METHOD, err))
		return -1;
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		if (json_set_object(list, language_name((enum language)i), &item, err) ||
		    counts_sum_set(item, &counts->language[i], tokens, err))
			return -1;
	return 0;
}

static int rare_set(struct json *object, const char *key, uint64_t number, struct error *err)
{
	return number ? json_set_size(object, key, number, err) : 0;
}

/* One count, by which tokenizer, and how that is known. */
static int tokens_add(struct json *list, const struct registry *registry,
		      const struct corpus_wish *wish, const char *basis,
		      const struct counts *counts, struct error *err)
{
	const char *programme = settings_get(&registry->settings, SETTING_PROGRAMME_TOKENIZER, "");
	bool named = wish->tokenizer && strcmp(basis, "declared") != 0;
	char hex[DIGEST_HEX_SIZE];
	struct json *item, *languages;

	if (json_add_object(list, &item, err) || json_set_text(item, "basis", basis, err) ||
	    json_set_size(item, "count", counts->all.tokens, err) ||
	    json_set_object(item, "languages", &languages, err))
		return -1;
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		if (json_set_size(languages, language_name((enum language)i),
				  counts->language[i].tokens, err))
			return -1;
	if (!named)
		return 0;
	digest_to_hex(&wish->tokenizer_digest, hex);
	if (json_set_digest(item, "tokenizer", &wish->tokenizer_digest, err) ||
	    json_set_text(item, "description", tokenizer_description(wish->tokenizer), err))
		return -1;
	if (strncmp(programme, "sha256:", 7) == 0 && strcmp(programme + 7, hex) == 0)
		return json_set_bool(item, "programme", true, err);
	return 0;
}

/* What the config says of the programme's tokenizer; checked, so that no slip goes unseen. */
static int programme_check(const struct registry *registry, struct error *err)
{
	const char *programme =
		settings_get(&registry->settings, SETTING_PROGRAMME_TOKENIZER, NULL);
	struct error ignored = { 0 };
	struct digest digest;

	if (!programme || (strncmp(programme, "sha256:", 7) == 0 &&
			   !digest_from_hex(span_of(programme), &digest, &ignored)))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "programme.tokenizer is sha256:HEX in the config, the digest of the "
			 "tokenizer's file, and not '%s'",
			 programme);
}

/* "tokens". Counts of two tokenizers, or known in two ways, stand side by side: none are added. */
static int tokens_set(struct json *object, const struct registry *registry,
		      const struct corpus_wish *wish, struct corpus *corpus,
		      const struct counts *counted, struct error *err)
{
	static const char *const bases[] = { "index", "declared" };
	struct json *list;

	if (json_set_array(object, "tokens", &list, err) ||
	    (wish->tokenizer && counted->all.documents &&
	     tokens_add(list, registry, wish, "counted", counted, err)))
		return -1;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		CLEANUP(counts_release) struct counts stated = { .source = NULL };
		bool any;

		if (corpus_stated(corpus, bases[i], &stated, &any, err) ||
		    (any && tokens_add(list, registry, wish, bases[i], &stated, err)))
			return -1;
	}
	return 0;
}

/* "corpus"; nothing where no file was looked into. */
static int corpus_set(struct json *predicate, const struct registry *registry,
		      const struct corpus_wish *wish, struct corpus *corpus,
		      const struct kept *kept, uint64_t *out_records, struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	uint64_t uncounted;
	bool tokens = wish->tokenizer != NULL;
	struct json *object;

	if (corpus_check(corpus, err) || corpus_total(corpus, &counts, &uncounted, err))
		return -1;
	*out_records = counts.lines;
	if (uncounted == kept->manifest->file_count)
		return 0;
	if (json_set_object(predicate, "corpus", &object, err) ||
	    json_set_digest(object, "counts", &kept->counts, err) ||
	    counts_sum_set(object, &counts.all, false, err) ||
	    rare_set(object, "textless", counts.textless, err) ||
	    rare_set(object, "broken", counts.broken, err) ||
	    rare_set(object, "uncounted", uncounted, err) ||
	    tokens_set(object, registry, wish, corpus, &counts, err) ||
	    languages_set(object, &counts, tokens, err))
		return -1;
	return sources_set(object, &counts, tokens, err);
}

/* What was left out or not found is said once for each file. */
static void oddities_say(const struct registry *registry, struct corpus *corpus)
{
	const struct corpus_shard *shard;
	size_t count = corpus_shards(corpus, &shard);

	for (size_t i = 0; i < count; i++) {
		if (shard[i].broken)
			context_notice(registry->ctx, "'%s': %llu broken lines are left out; %s",
				       shard[i].path, (unsigned long long)shard[i].counts.broken,
				       shard[i].broken);
		if (shard[i].counts.textless)
			context_notice(registry->ctx,
				       "'%s': %llu lines have no text: --text-field names it",
				       shard[i].path, (unsigned long long)shard[i].counts.textless);
	}
}

/* ---- What is said of it ---- */

int said_check(const char *what, const char *text, struct error *err)
{
	struct secret_found found;

	if (!*text || strlen(text) > TEXT_MAX)
		return error_set(err, ERROR_USAGE, "%s has %zu bytes, of 1 to %d", what,
				 strlen(text), TEXT_MAX);
	return secrets_find(span_of(text), &found)
		       ? error_set(err, ERROR_UNTRUSTED,
				   "%s holds what looks like %s: take it out, or nothing is signed",
				   what, found.rule)
		       : 0;
}

/* YYYY, YYYY-MM or YYYY-MM-DD, `len` bytes of it. */
static bool is_date(const char *text, size_t len)
{
	static const char shape[] = "dddd-dd-dd";

	if (len != 4 && len != 7 && len != 10)
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-')
			return false;
	return (len < 7 || (strncmp(text + 5, "01", 2) >= 0 && strncmp(text + 5, "12", 2) <= 0)) &&
	       (len < 10 || (strncmp(text + 8, "01", 2) >= 0 && strncmp(text + 8, "31", 2) <= 0));
}

bool period_is(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && is_date(text, (size_t)(slash - text)) &&
	       is_date(slash + 1, strlen(slash + 1)) && strcmp(slash + 1, text) >= 0;
}

static int period_set(struct json *predicate, const char *period, struct error *err)
{
	struct json *object;
	size_t first;

	if (!period)
		return 0;
	if (!period_is(period))
		return error_set(err, ERROR_USAGE,
				 "'%s' is no period: 2013-05/2024-04, or whole years, or days",
				 period);
	first = strcspn(period, "/");
	return json_set_object(predicate, "period", &object, err) ||
			       json_set_span(object, "from",
					     (struct span){ (const uint8_t *)period, first },
					     err) ||
			       json_set_text(object, "to", period + first + 1, err)
		       ? -1
		       : 0;
}

static int filters_set(struct json *predicate, const struct add_dataset *dataset, struct error *err)
{
	struct json *list;

	if (!dataset->filter_count)
		return 0;
	if (dataset->filter_count > FILTERS_MAX)
		return error_set(err, ERROR_USAGE, "%zu filters, of %d allowed",
				 dataset->filter_count, FILTERS_MAX);
	if (json_set_array(predicate, "filters", &list, err))
		return -1;
	for (size_t i = 0; i < dataset->filter_count; i++)
		if (said_check("a filter", dataset->filter[i], err) ||
		    json_add_text(list, dataset->filter[i], err))
			return -1;
	return 0;
}

/* "derivedFrom": references, each with the command that was run. */
static int derived_set(struct adding *adding, struct json *predicate,
		       const struct add_dataset *dataset, const struct described *described,
		       struct error *err)
{
	CLEANUP(json_free) struct json *list = NULL;

	if (json_array_new(&list, err))
		return -1;
	for (size_t i = 0; i < dataset->derived_count; i++) {
		const struct add_derived *derived = &dataset->derived[i];
		CLEANUP(json_free) struct json *reference = NULL;

		if (registry_reference_to(adding->registry, STATEMENT_dataset, &derived->from,
					  &reference, err) ||
		    (derived->command && (said_check("--by", derived->command, err) ||
					  json_set_text(reference, "by", derived->command, err))) ||
		    json_add_take(list, &reference, err))
			return -1;
	}
	if (described->path && described_derived_add(adding, described, list, err))
		return -1;
	return json_count(list) ? json_set_take(predicate, "derivedFrom", &list, err) : 0;
}

static int said_set(struct adding *adding, struct json *predicate,
		    const struct add_dataset *dataset, const struct described *described,
		    struct error *err)
{
	if (dataset->license && (said_check("--license", dataset->license, err) ||
				 json_set_text(predicate, "license", dataset->license, err)))
		return -1;
	return period_set(predicate, dataset->period, err) ||
			       filters_set(predicate, dataset, err) ||
			       derived_set(adding, predicate, dataset, described, err)
		       ? -1
		       : 0;
}

/* ---- The version before ---- */

/* The version of a dataset that was registered last. */
struct latest {
	uint64_t log_index;
	bool found;
	struct name name;
};

static int latest_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct latest *latest = arg;
	char text[NAME_TEXT_MAX];

	if (claim->alias || claim->bodiless ||
	    (latest->found && claim->log_index < latest->log_index))
		return 0;
	snprintf(text, sizeof(text), "%s@%s", claim->name, claim->version);
	if (name_parse(text, &latest->name, err))
		return -1;
	latest->log_index = claim->log_index;
	latest->found = true;
	return 0;
}

/* The files of the version before, or of what it is derived from: it is likely to repeat much. */
static int earlier_read(struct registry *registry, const struct add_dataset *dataset,
			struct manifest **out_manifest, struct error *err)
{
	struct latest latest = { 0 };
	char family[NAME_TEXT_MAX];
	struct index *index;

	snprintf(family, sizeof(family), "%s/%s", dataset->name.owner, dataset->name.name);
	if (registry_index(registry, &index, err) ||
	    index_claims(index, "dataset", family, latest_seen, &latest, err))
		return -1;
	if (latest.found)
		*out_manifest = manifest_of(registry, &latest.name);
	else if (dataset->derived_count)
		*out_manifest = manifest_of(registry, &dataset->derived[0].from);
	return 0;
}

/* ---- The whole ---- */

/* The tokenizer that counts; *out_wish is that of the dataset, with it. */
static int tokenizer_look(const struct add_dataset *dataset, struct tokenizer **out_tokenizer,
			  struct corpus_wish *out_wish, struct error *err)
{
	CLEANUP(buffer_release) struct buffer file;

	buffer_init(&file, TOKENIZER_FILE_MAX);
	*out_wish = dataset->count;
	if (!dataset->tokenizer)
		return 0;
	if (file_read(dataset->tokenizer, &file, err) ||
	    tokenizer_open(buffer_view(&file), dataset->tokenizer, out_tokenizer, err))
		return -1;
	out_wish->tokenizer = *out_tokenizer;
	out_wish->tokenizer_digest = sha256(buffer_view(&file));
	return 0;
}

/* Read the files, keep and count them; set what follows from them. */
static int files_set(struct adding *adding, const struct add_dataset *dataset,
		     struct json *predicate, struct kept *kept, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *earlier = NULL;
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	CLEANUP(corpus_free) struct corpus *corpus = NULL;
	struct corpus_wish count;
	struct files_wish wish = { .path = dataset->path,
				   .exclude = dataset->exclude,
				   .exclude_count = dataset->exclude_count };

	if (tokenizer_look(dataset, &tokenizer, &count, err) || corpus_new(&count, &corpus, err) ||
	    earlier_read(adding->registry, dataset, &earlier, err))
		return -1;
	wish.corpus = corpus;
	wish.base = earlier;
	if (files_keep(adding, &wish, kept, err) ||
	    json_set_digest(predicate, "manifest", &kept->identity, err) ||
	    json_set_size(predicate, "bytes", manifest_bytes(kept->manifest), err) ||
	    json_set_size(predicate, "files", kept->manifest->file_count, err) ||
	    corpus_set(predicate, adding->registry, &count, corpus, kept, &kept->records, err) ||
	    json_set_size(predicate, "records", kept->records, err))
		return -1;
	oddities_say(adding->registry, corpus);
	return dataset->weights ? weights_set(adding, dataset->weights, corpus,
					      count.tokenizer != NULL, predicate, err)
				: 0;
}

int registry_add_dataset(struct registry *registry, const struct add_how *how,
			 const struct add_dataset *dataset, struct add_result *out_result,
			 struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(kept_release) struct kept kept = { 0 };
	CLEANUP(add_result_release) struct add_result result = { 0 };
	CLEANUP(described_release) struct described described = { .path = NULL };
	struct statement_draft draft = { .kind = STATEMENT_dataset };
	struct add_dataset all = *dataset;
	char subject[NAME_TEXT_MAX];

	/* What is said is checked before anything is read. */
	if (programme_check(registry, err) || adding_begin(registry, how, &adding, err) ||
	    (dataset->croissant && (described_read(&adding, dataset->croissant, &described, err) ||
				    described_complete(&described, &all, err))) ||
	    json_object_new(&predicate, err) || name_set(predicate, &all.name, subject, err) ||
	    said_set(&adding, predicate, &all, &described, err) ||
	    files_set(&adding, &all, predicate, &kept, err) ||
	    (described.path && described_set(&adding, &described, kept.manifest, predicate, err)))
		return -1;
	draft.subject = subject;
	draft.digest = kept.identity;
	draft.predicate = predicate;
	if (json_member(predicate, "corpus") &&
	    json_clone(json_member(predicate, "corpus"), &result.corpus, err))
		return -1;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	result.manifest = kept.identity;
	result.files = kept.manifest->file_count;
	result.bytes = manifest_bytes(kept.manifest);
	result.records = kept.records;
	result.left_out = kept.left_out;
	kept.left_out = NULL; /* handed over */
	*out_result = result;
	result = (struct add_result){ 0 };
	return 0;
}
