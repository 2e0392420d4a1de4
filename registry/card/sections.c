/* card_sections: the sections of a Hugging Face card, but for the evaluation. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/card/inner.h"

enum { OPTIONS_SHOWN_MAX = 200, VERDICTS_SHOWN_MAX = 100 };

/* "`abcdef012345`", with whose the policy says it is. */
static int signer_say(const struct card_writer *w, const struct json *item, struct error *err)
{
	const char *key = fact_text(item, "signer"), *name = fact_text(item, "signerName");

	if (!key)
		return 0;
	if (buffer_printf(w->out, err, "`%.12s`", key))
		return -1;
	return name && (buffer_add_text(w->out, " (", err) || markdown_text(w->out, name, err) ||
			buffer_add_text(w->out, ")", err))
		       ? -1
		       : 0;
}

static int day_say(const struct card_writer *w, const char *time, struct error *err)
{
	char day[11];

	snprintf(day, sizeof(day), "%.10s", time ? time : "");
	return markdown_text(w->out, day, err);
}

/* ---- Summary ---- */

static int standing_say(const struct card_writer *w, const struct json *item, struct error *err)
{
	const char *kind = fact_text(item, "kind");
	const char *reason = fact_text(item, "reason");
	const char *by = fact_text(json_member(item, "by"), "name");
	bool retracted = kind && strcmp(kind, "retraction") == 0;

	if (buffer_printf(w->out, err, "> **%s",
			  card_word(w, retracted ? WORD_RETRACTED : WORD_SUPERSEDED)))
		return -1;
	if (!retracted && by && markdown_text(w->out, by, err))
		return -1;
	if (buffer_add_text(w->out, "** (", err) || day_say(w, fact_text(item, "declared"), err) ||
	    card_say(w, WORD_BY_KEY, err) || signer_say(w, item, err) ||
	    buffer_add_text(w->out, ")", err))
		return -1;
	if (reason && (buffer_add_text(w->out, ": ", err) || markdown_text(w->out, reason, err)))
		return -1;
	return buffer_add_text(w->out, "\n\n", err);
}

int card_summary(const struct card_writer *w, struct error *err)
{
	const struct json *standing = fact_list(w, "standing");

	for (size_t i = 0; i < json_count(standing); i++)
		if (standing_say(w, json_at(standing, i), err))
			return -1;
	return card_say(w, WORD_SUMMARY_A, err) ||
			       markdown_text(w->out, fact_text(w->facts, "origin"), err) ||
			       card_say(w, WORD_SUMMARY_B, err) ||
			       buffer_add_text(w->out, "\n", err)
		       ? -1
		       : 0;
}

int card_specs(const struct card_writer *w, struct error *err)
{
	return card_table(w, 2, WORD_MODEL_SPECS, card_model_rows, err);
}

/* ---- Data ---- */

static const struct {
	const char *language;
	enum card_word label;
} languages[] = { { "ja", WORD_JAPANESE },
		  { "en", WORD_ENGLISH },
		  { "code", WORD_CODE },
		  { "other", WORD_OTHER } };

#define LANGUAGE_COUNT (sizeof(languages) / sizeof(languages[0]))

static bool count_of(const struct json *object, const char *key, uint64_t *out_count)
{
	struct error ignored = { 0 };

	return json_member(object, key) && json_need_size(object, key, out_count, &ignored) == 0;
}

static const struct json *language_of(const struct json *dataset, const char *language)
{
	const struct json *list = json_member(dataset, "languages");

	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = fact_text(json_at(list, i), "language");

		if (text && strcmp(text, language) == 0)
			return json_at(list, i);
	}
	return NULL;
}

static int cell_count(const struct card_writer *w, const struct json *count, struct error *err)
{
	char digits[COUNT_TEXT_SIZE];

	return (count_digits(count, digits) && markdown_digits(w->out, digits, err)) ||
			       buffer_add_text(w->out, "|", err)
		       ? -1
		       : 0;
}

static enum card_word unit_of(const struct json *dataset)
{
	const char *basis = fact_text(dataset, "tokensBasis");

	if (!json_member(dataset, "tokens"))
		return WORD_COUNTED_CHARACTERS;
	if (basis && strcmp(basis, "index") == 0)
		return WORD_COUNTED_INDEX;
	return basis && strcmp(basis, "declared") == 0 ? WORD_COUNTED_DECLARED
						       : WORD_COUNTED_TOKENS;
}

static int data_row(const struct card_writer *w, const struct json *dataset, struct error *err)
{
	const char *what = json_member(dataset, "tokens") ? "tokens" : "characters";
	const char *license = fact_text(dataset, "license");

	if (buffer_add_text(w->out, "|", err) ||
	    markdown_link(w->out, fact_text(dataset, "name"), fact_text(dataset, "url"), err) ||
	    buffer_printf(w->out, err, "|%s|",
			  json_member(dataset, what) ? card_word(w, unit_of(dataset)) : "") ||
	    cell_count(w, json_member(dataset, what), err))
		return -1;
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		if (cell_count(w, json_member(language_of(dataset, languages[i].language), what),
			       err))
			return -1;
	return (license && markdown_text(w->out, license, err)) ||
			       buffer_add_text(w->out, "|", err) || signer_say(w, dataset, err) ||
			       buffer_add_text(w->out, "|\n", err)
		       ? -1
		       : 0;
}

/* Thousandths of the whole, to be read as percents with one decimal. */
static uint64_t thousandths(uint64_t part, uint64_t whole)
{
	return whole ? (uint64_t)((long double)part * 1000 / (long double)whole + 0.5L) : 0;
}

/* What all datasets with tokens have together, and the share of each language. */
static int data_sum(const struct card_writer *w, const struct json *data, struct error *err)
{
	uint64_t whole = 0, part[LANGUAGE_COUNT] = { 0 }, tokens;
	char digits[COUNT_TEXT_SIZE];
	bool first = true;

	for (size_t i = 0; i < json_count(data); i++) {
		if (!count_of(json_at(data, i), "tokens", &tokens))
			continue;
		if (__builtin_add_overflow(whole, tokens, &whole))
			return 0;
		for (size_t k = 0; k < LANGUAGE_COUNT; k++)
			if (count_of(language_of(json_at(data, i), languages[k].language), "tokens",
				     &tokens))
				part[k] += tokens;
	}
	if (!whole)
		return 0;
	snprintf(digits, sizeof(digits), "%" PRIu64, whole);
	if (buffer_printf(w->out, err, "\n%s: ", card_word(w, WORD_TOKENS_SUM)) ||
	    markdown_digits(w->out, digits, err) ||
	    buffer_printf(w->out, err, "\n\n%s", card_word(w, WORD_SHARE)))
		return -1;
	for (size_t k = 0; k < LANGUAGE_COUNT; k++) {
		uint64_t share = thousandths(part[k], whole);

		if (part[k] &&
		    buffer_printf(w->out, err, "%s%s %" PRIu64 ".%" PRIu64 "%%", first ? "" : ", ",
				  card_word(w, languages[k].label), share / 10, share % 10))
			return -1;
		first &= !part[k];
	}
	return buffer_printf(w->out, err, "\n\n%s\n", card_word(w, WORD_COUNTED_WITH));
}

int card_data(const struct card_writer *w, struct error *err)
{
	const struct json *data = fact_list(w, "data");

	if (!json_count(data))
		return 0;
	if (card_heading(w, 2, WORD_DATASET_SPECS, err) ||
	    buffer_printf(w->out, err, "|%s|%s|%s|", card_word(w, WORD_DATASET),
			  card_word(w, WORD_COUNT_OF), card_word(w, WORD_TOTAL)))
		return -1;
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		if (buffer_printf(w->out, err, "%s|", card_word(w, languages[i].label)))
			return -1;
	if (buffer_printf(w->out, err, "%s|%s|\n|:---|:---|---:|---:|---:|---:|---:|:---|:---|\n",
			  card_word(w, WORD_LICENSE), card_word(w, WORD_SIGNED_BY)))
		return -1;
	for (size_t i = 0; i < json_count(data); i++)
		if (data_row(w, json_at(data, i), err))
			return -1;
	return data_sum(w, data, err);
}

/* ---- Training and compute ---- */

/* The options of the run that no label stands for. */
static int options_say(const struct card_writer *w, const struct json *hyper, struct error *err)
{
	struct json_members at = { 0 };
	size_t shown = 0, more = 0;

	while (json_next(hyper, &at)) {
		if (card_setting_known(at.key))
			continue;
		if (shown == OPTIONS_SHOWN_MAX) {
			more++;
			continue;
		}
		if (!shown++ &&
		    buffer_printf(w->out, err, "\n%s:\n\n", card_word(w, WORD_OTHER_OPTIONS)))
			return -1;
		if (buffer_add_text(w->out, "- ", err) || markdown_code(w->out, at.key, err) ||
		    buffer_add_text(w->out, ": ", err) ||
		    markdown_code(w->out, json_text(at.value), err) ||
		    buffer_add_text(w->out, "\n", err))
			return -1;
	}
	return more ? buffer_printf(w->out, err, "- … (%zu %s)\n", more, card_word(w, WORD_MORE))
		    : 0;
}

int card_training(const struct card_writer *w, struct error *err)
{
	size_t before = w->out->len;
	const struct json *hyper = json_member(json_at(fact_list(w, "runs"), 0), "hyper");

	if (card_table(w, 2, WORD_TRAINING_SPECS, card_training_rows, err))
		return -1;
	return w->out->len > before ? options_say(w, hyper, err) : 0;
}

static int run_row(const struct card_writer *w, const struct json *run, bool *bound, bool *open,
		   struct error *err)
{
	struct card_hours hours = { .gpus = true };
	bool known = card_hours_of(run, &hours);
	const char *began = fact_text(run, "began"), *ended = fact_text(run, "ended");
	const char *outcome = fact_text(run, "outcome");

	*bound |= known && hours.bound;
	*open |= !known;
	if (buffer_add_text(w->out, "|", err) ||
	    markdown_code(w->out, fact_text(run, "name"), err) ||
	    buffer_add_text(w->out, "|", err) || markdown_text(w->out, began ? began : "", err) ||
	    buffer_add_text(w->out, "|", err) || markdown_text(w->out, ended ? ended : "", err) ||
	    buffer_add_text(w->out, "|", err) ||
	    markdown_text(w->out, outcome ? outcome : "", err) ||
	    buffer_add_text(w->out, "|", err) ||
	    (known && card_hours_say(w, hours.node_seconds, hours.bound, err)) ||
	    buffer_add_text(w->out, "|", err))
		return -1;
	return (known && hours.gpus && card_hours_say(w, hours.gpu_seconds, hours.bound, err)) ||
			       buffer_add_text(w->out, "|\n", err)
		       ? -1
		       : 0;
}

int card_compute(const struct card_writer *w, struct error *err)
{
	const struct json *runs = fact_list(w, "runs");
	size_t before = w->out->len;
	bool bound = false, open = false;

	if (!json_count(runs))
		return 0;
	if (card_table(w, 2, WORD_ENVIRONMENT_SPECS, card_environment_rows, err) ||
	    (w->out->len == before && card_heading(w, 2, WORD_ENVIRONMENT_SPECS, err)) ||
	    buffer_printf(w->out, err, "%s|%s|%s|%s|%s|%s|%s|\n|:---|:---|:---|:---|---:|---:|\n",
			  w->out->data[w->out->len - 1] == '\n' &&
					  w->out->data[w->out->len - 2] == '\n'
				  ? ""
				  : "\n",
			  card_word(w, WORD_RUN), card_word(w, WORD_BEGAN),
			  card_word(w, WORD_ENDED), card_word(w, WORD_OUTCOME),
			  card_word(w, WORD_NODE_HOURS), card_word(w, WORD_GPU_HOURS)))
		return -1;
	for (size_t i = 0; i < json_count(runs); i++)
		if (run_row(w, json_at(runs, i), &bound, &open, err))
			return -1;
	return (bound && buffer_printf(w->out, err, "\n%s\n", card_word(w, WORD_LOWER_BOUND))) ||
			       (open && buffer_printf(w->out, err, "\n%s\n",
						      card_word(w, WORD_END_UNKNOWN)))
		       ? -1
		       : 0;
}

/* ---- Lineage ---- */

static enum card_word proof_of(const struct json *item)
{
	const char *proof = fact_text(item, "proof");

	if (proof && strcmp(proof, "re-executed") == 0)
		return WORD_REEXECUTED;
	return proof && strcmp(proof, "contradicted") == 0 ? WORD_CONTRADICTED : WORD_DECLARED;
}

/* Whose word it is that this was part of it; or who found out whether that is so. */
static int edge_say(const struct card_writer *w, enum card_word what, const struct json *item,
		    const struct json *said, struct error *err)
{
	const char *name = fact_text(item, "name"), *by = fact_text(item, "provedBy");
	const char *method = fact_text(item, "method");

	if (!name)
		return 0;
	if (!by)
		by = fact_text(item, "saidBy");
	if (buffer_printf(w->out, err, "- %s: ", card_word(w, what)) ||
	    markdown_code(w->out, name, err))
		return -1;
	if (method && (buffer_add_text(w->out, " (", err) || markdown_text(w->out, method, err) ||
		       buffer_add_text(w->out, ")", err)))
		return -1;
	return buffer_printf(w->out, err, " — %s", card_word(w, proof_of(item))) ||
			       card_say(w, WORD_BY_KEY, err) ||
			       (by ? buffer_printf(w->out, err, "`%.12s`", by)
				   : signer_say(w, said, err)) ||
			       buffer_add_text(w->out, "\n", err)
		       ? -1
		       : 0;
}

/* "dataset × 2": how many of each are committed to. */
static int undisclosed_say(const struct card_writer *w, struct error *err)
{
	static const struct {
		const char *what;
		enum card_word word;
	} kind[] = { { "dataset", WORD_UNDISCLOSED_DATASET },
		     { "run", WORD_UNDISCLOSED_RUN },
		     { "git", WORD_UNDISCLOSED_GIT },
		     { "parent", WORD_UNDISCLOSED_PARENT } };
	const struct json *list = fact_list(w, "undisclosed");
	bool first = true;

	for (size_t k = 0; k < sizeof(kind) / sizeof(kind[0]); k++) {
		size_t count = 0;

		for (size_t i = 0; i < json_count(list); i++)
			count += strcmp(fact_text(json_at(list, i), "what"), kind[k].what) == 0;
		if (!count)
			continue;
		if (first ? buffer_printf(w->out, err, "- %s: ", card_word(w, WORD_UNDISCLOSED))
			  : buffer_add_text(w->out, ", ", err))
			return -1;
		if (buffer_printf(w->out, err, "%s × %zu", card_word(w, kind[k].word), count))
			return -1;
		first = false;
	}
	return first ? 0 : buffer_add_text(w->out, "\n", err);
}

static int commit_say(const struct card_writer *w, struct error *err)
{
	const struct json *git = json_member(w->facts, "git");

	if (!fact_text(git, "commit"))
		return 0;
	return buffer_printf(w->out, err, "- %s: ", card_word(w, WORD_COMMIT)) ||
			       card_commit(w, git, err) || buffer_add_text(w->out, "\n", err)
		       ? -1
		       : 0;
}

/* A run is named by the checkpoint, or by the run that continues it. */
static int runs_say(const struct card_writer *w, struct error *err)
{
	const struct json *runs = fact_list(w, "runs");

	for (size_t i = 0; i < json_count(runs); i++)
		if (edge_say(w, WORD_RUN, json_at(runs, i), i ? json_at(runs, i - 1) : w->facts,
			     err))
			return -1;
	return 0;
}

static int data_say(const struct card_writer *w, struct error *err)
{
	const struct json *data = fact_list(w, "data");

	for (size_t i = 0; i < json_count(data); i++) {
		const char *by = fact_text(json_at(data, i), "by");
		bool of_run = by && strcmp(by, "run") == 0;

		if (edge_say(w, WORD_DATASET, json_at(data, i),
			     of_run ? json_at(fact_list(w, "runs"), 0) : w->facts, err))
			return -1;
	}
	return 0;
}

int card_lineage(const struct card_writer *w, struct error *err)
{
	const struct json *parents = fact_list(w, "parents");

	if (card_heading(w, 2, WORD_LINEAGE, err) ||
	    edge_say(w, WORD_CHECKPOINT, w->facts, w->facts, err) || commit_say(w, err) ||
	    data_say(w, err) || runs_say(w, err))
		return -1;
	for (size_t i = 0; i < json_count(parents); i++)
		if (edge_say(w, WORD_PARENT, json_at(parents, i), w->facts, err))
			return -1;
	return undisclosed_say(w, err);
}

/* ---- Verification ---- */

static int commands_say(const struct card_writer *w, struct error *err)
{
	const char *pin = w->wish->pin;
	bool whole = pin && !strpbrk(pin, "'`\n\r");

	return buffer_printf(w->out, err, "%s\n\n```\n",
			     card_word(w, whole ? WORD_VERIFY_A : WORD_VERIFY_B)) ||
			       (whole &&
				buffer_printf(w->out, err, "akashi trust pin '%s'\n", pin)) ||
			       buffer_add_text(w->out, "akashi verify .\n```\n\n", err)
		       ? -1
		       : 0;
}

static int records_say(const struct card_writer *w, struct error *err)
{
	const struct json *list = fact_list(w, "records");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *record = json_at(list, i);
		const char *profile = fact_text(record, "profile");
		char digits[COUNT_TEXT_SIZE];

		if (!profile)
			profile = fact_text(json_member(record, "foreign"), "framework");
		if (!count_digits(json_member(json_member(record, "probes"), "count"), digits))
			continue;
		if (buffer_printf(w->out, err, "- %s: ", card_word(w, WORD_RECORDED)) ||
		    markdown_digits(w->out, digits, err) ||
		    buffer_printf(w->out, err, "%s%s",
				  w->wish->language == CARD_JAPANESE ? "" : " ",
				  card_word(w, WORD_PROBES)))
			return -1;
		if (profile &&
		    (buffer_add_text(w->out, ", ", err) || markdown_code(w->out, profile, err)))
			return -1;
		if (card_say(w, WORD_BY_KEY, err) || signer_say(w, record, err) ||
		    buffer_add_text(w->out, "\n", err))
			return -1;
	}
	return 0;
}

static int verdicts_say(const struct card_writer *w, struct error *err)
{
	const struct json *list = fact_list(w, "verifications");

	for (size_t i = 0; i < json_count(list) && i < VERDICTS_SHOWN_MAX; i++) {
		const struct json *item = json_at(list, i);
		const char *status = fact_text(item, "status");
		enum card_word word = WORD_UNDECIDED;

		if (!json_is_yes(json_member(item, "independent")) || !status)
			continue;
		if (strcmp(status, "holds") == 0)
			word = WORD_HOLDS;
		else if (strcmp(status, "fails") == 0)
			word = WORD_FAILS;
		if (buffer_printf(w->out, err, "- %s: **%s** (", card_word(w, WORD_VERDICTS),
				  card_word(w, word)) ||
		    day_say(w, fact_text(item, "declared"), err) || card_say(w, WORD_BY_KEY, err) ||
		    signer_say(w, item, err) || buffer_add_text(w->out, ")\n", err))
			return -1;
	}
	return 0;
}

int card_verification(const struct card_writer *w, struct error *err)
{
	const char *identity = fact_text(w->facts, "identity");

	if (card_heading(w, 2, WORD_VERIFICATION, err) || commands_say(w, err))
		return -1;
	if (identity && (buffer_printf(w->out, err, "- %s: ", card_word(w, WORD_STATEMENT)) ||
			 markdown_code(w->out, identity, err) ||
			 buffer_printf(w->out, err, "\n- %s: ", card_word(w, WORD_SIGNED_BY)) ||
			 signer_say(w, w->facts, err) || buffer_add_text(w->out, "\n", err)))
		return -1;
	return buffer_printf(w->out, err, "- %s: ", card_word(w, WORD_LOG)) ||
			       markdown_code(w->out, fact_text(w->facts, "origin"), err) ||
			       buffer_add_text(w->out, "\n", err) || records_say(w, err) ||
			       verdicts_say(w, err)
		       ? -1
		       : 0;
}
