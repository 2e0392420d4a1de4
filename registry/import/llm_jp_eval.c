/*
 * llm-jp-eval results: 1.x (`scores`, the settings beside it or in `config`), 2.x
 * (`evaluation.scores`, `evaluation.lang_scores`, `run_name`), and the 2.x file whose scores were
 * copied to the top. A key of `scores` is a category in capitals (AVG, NLI), which is a mean over
 * data sets, or DATASET_METRIC. A score of -1 was not run.
 */
#include "registry/add.h"
#include "registry/scores.h"

#include <stdlib.h>
#include <string.h>

#define CATEGORY_METRIC "average"
#define LANGUAGE_FILTER "language"
#define RUN_NAME_PART "::" /* MODEL::LIBRARY::GPU::tp1_4k */

enum { SCORES_MAX = 10000 };

/* How the harness calls its metrics: what stands behind the name of the data set. */
static const char *const metrics[] = {
	"exact_match",
	"char_f1",
	"set_f1",
	"bert_score_ja_f1",
	"bert_score_en_f1",
	"bleu_ja",
	"bleu_en",
	"comet_wmt22",
	"pearson",
	"spearman",
	"code_exec",
	"pylint_check",
	"rouge1",
	"rouge2",
	"rougeLsum",
	"rougeL",
	"mathematical_equivalence",
};

/* The objects in which a setting may stand, the first that has it counts. */
#define PLACES 6
static void places_of(const struct json *file, const struct json *out_place[PLACES])
{
	const struct json *config = json_member(file, "config");

	out_place[0] = file;
	out_place[1] = json_member(file, "metainfo");
	out_place[2] = config;
	out_place[3] = json_member(config, "metainfo");
	out_place[4] = json_member(file, "inference_config");
	out_place[5] = json_member(file, "evaluation");
}

static const struct json *setting(const struct json *file, const char *key)
{
	const struct json *place[PLACES];

	places_of(file, place);
	for (size_t i = 0; i < PLACES; i++)
		if (json_member(place[i], key))
			return json_member(place[i], key);
	return NULL;
}

static bool is_object(const struct json *value)
{
	return json_kind(value) == JSON_KIND_OBJECT;
}

static const struct json *scores_of(const struct json *file)
{
	const struct json *scores = json_member(file, "scores");

	return is_object(scores) ? scores : json_member(json_member(file, "evaluation"), "scores");
}

static const struct json *languages_of(const struct json *file)
{
	const struct json *scores = json_member(file, "lang_scores");

	return is_object(scores) ? scores
				 : json_member(json_member(file, "evaluation"), "lang_scores");
}

static bool llm_jp_eval_knows(const struct json *file)
{
	const struct json *scores = scores_of(file);

	return is_object(scores) && !json_member(file, "results") &&
	       (json_member(scores, "AVG") || languages_of(file) || setting(file, "metainfo") ||
		is_object(json_member(file, "evaluation")));
}

/* AVG, NLI, HE-EN: a mean over data sets. */
static bool is_category(const char *key)
{
	return *key >= 'A' && *key <= 'Z' &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(key);
}

/* Where the metric begins in DATASET_METRIC; NULL: it is none that is known. */
static const char *metric_of(const char *key)
{
	const char *found = NULL;
	size_t len = strlen(key), longest = 0;

	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		size_t size = strlen(metrics[i]);

		if (len > size + 1 && size > longest && key[len - size - 1] == '_' &&
		    strcmp(key + len - size, metrics[i]) == 0) {
			found = key + len - size;
			longest = size;
		}
	}
	return found;
}

/* -1 stands where nothing ran; None and NaN where something did and no number came out. */
static bool state_of(const struct json *value, char text[SCORES_NUMBER_MAX],
		     struct score_said *said)
{
	if (json_kind(value) == JSON_KIND_NULL) {
		said->state = SCORE_FAILED;
		return true;
	}
	if (!scores_number(value, text))
		return false;
	if (text[0] == '-' && strtod(text + 1, NULL) == 1)
		said->state = SCORE_NOT_RUN;
	else
		said->value = text;
	return true;
}

static int add_score(const struct score_said *common, const char *key, const struct json *value,
		     struct json *scores, struct error *err)
{
	struct score_said said = *common;
	const char *metric = metric_of(key);
	char task[SCORES_NAME_MAX + 1], text[SCORES_NUMBER_MAX];
	size_t len = metric ? (size_t)(metric - key) - 1 : strlen(key);

	if (!state_of(value, text, &said))
		return 0;
	if (!len || len > SCORES_NAME_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "the name of a score, '%.40s...', has more than %d bytes", key,
				 SCORES_NAME_MAX);
	if (json_count(scores) >= SCORES_MAX)
		return error_set(err, ERROR_CORRUPT, "the results hold more than %d scores",
				 SCORES_MAX);
	memcpy(task, key, len);
	task[len] = '\0';
	said.task = task;
	said.group = said.group || is_category(key);
	said.metric = said.group ? CATEGORY_METRIC : metric ? metric : "score";
	/* All that this harness measures is better the higher it is. */
	said.higher_is_better = 1;
	return score_add(scores, &said, err);
}

/* Means by language: a number, or categories of the language. */
static int add_languages(const struct json *file, const struct score_said *common,
			 struct json *scores, struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(languages_of(file), &at)) {
		struct score_said said = *common;
		struct json_members inner = { 0 };

		said.group = true;
		said.filter = is_object(at.value) ? at.key : LANGUAGE_FILTER;
		if (!is_object(at.value) && add_score(&said, at.key, at.value, scores, err))
			return -1;
		while (json_next(at.value, &inner))
			if (add_score(&said, inner.key, inner.value, scores, err))
				return -1;
	}
	return 0;
}

/* What was copied to the top has to be what was copied. */
static int copies_check(const struct json *file, struct error *err)
{
	const struct json *top = json_member(file, "scores");
	const struct json *below = json_member(json_member(file, "evaluation"), "scores");
	struct json_members at = { 0 };
	char one[SCORES_NUMBER_MAX], other[SCORES_NUMBER_MAX];

	while (is_object(top) && json_next(below, &at))
		if (scores_number(at.value, one) &&
		    (!scores_number(json_member(top, at.key), other) || strcmp(one, other) != 0))
			return error_set(err, ERROR_CORRUPT,
					 "'%s' is counted twice: %s in 'evaluation.scores' and "
					 "something else in 'scores'",
					 at.key, one);
	return 0;
}

/* The model's path or name: what its settings say, else what the run is called after. */
static int set_model(const struct json *file, struct json *predicate, struct error *err)
{
	static const char *const key[] = { "pretrained_model_name_or_path", "model" };
	const struct json *model = setting(file, "model");
	const char *text = json_text(model);
	const char *run = json_text(setting(file, "run_name"));
	size_t len;

	for (size_t i = 0; !text && i < sizeof(key) / sizeof(key[0]); i++)
		text = json_text(json_member(model, key[i]));
	if (!text)
		text = run;
	if (!text || strlen(text) > SCORES_TEXT_MAX)
		text = "";
	len = strlen(text);
	if (text == run && strstr(run, RUN_NAME_PART))
		len = (size_t)(strstr(run, RUN_NAME_PART) - run);
	return json_set_span(predicate, "model", (struct span){ (const uint8_t *)text, len }, err);
}

static int set_said(const struct json *file, struct json *predicate, struct error *err)
{
	CLEANUP(json_free) struct json *said = NULL;
	const struct json *model = setting(file, "model");
	const struct json *dtype = setting(file, "torch_dtype");

	if (!dtype)
		dtype = json_member(model, "torch_dtype");
	if (!dtype)
		dtype = json_member(model, "dtype");
	return json_object_new(&said, err) ||
			       scores_set(said, "args", is_object(model) ? model : NULL, err) ||
			       scores_set(said, "dtype", dtype, err) ||
			       scores_set(said, "revision", json_member(model, "revision"), err) ||
			       scores_set(said, "run", setting(file, "run_name"), err) ||
			       scores_set_filled(predicate, "modelSaid", &said, err)
		       ? -1
		       : 0;
}

static int set_sampling(const struct json *file, struct json *predicate, struct error *err)
{
	CLEANUP(json_free) struct json *sampling = NULL;
	const struct json *limit = setting(file, "max_num_samples");
	const struct json *generation = setting(file, "generation_config");

	if (json_kind(limit) == JSON_KIND_INTEGER && json_integer_of(limit) < 0)
		limit = NULL; /* all */
	if (!generation)
		generation = setting(file, "generator_kwargs");
	return json_object_new(&sampling, err) || scores_set(sampling, "limit", limit, err) ||
			       scores_set(sampling, "genKwargs", generation, err) ||
			       scores_set(sampling, "chatTemplateApplied",
					  setting(file, "apply_chat_template"), err) ||
			       scores_set(sampling, "split", setting(file, "data_type"), err) ||
			       scores_set(sampling, "maxLength", setting(file, "max_seq_length"),
					  err) ||
			       scores_set_filled(predicate, "sampling", &sampling, err)
		       ? -1
		       : 0;
}

static int add_scores(const struct json *file, struct json *scores, struct error *err)
{
	struct score_said common = SCORE_SAID_NOTHING;
	struct json_members at = { 0 };

	common.shots = scores_count(setting(file, "num_few_shots"));
	if (copies_check(file, err))
		return -1;
	while (json_next(scores_of(file), &at))
		if (add_score(&common, at.key, at.value, scores, err))
			return -1;
	if (add_languages(file, &common, scores, err))
		return -1;
	return json_count(scores) ? 0 : error_set(err, ERROR_CORRUPT, "the results hold no scores");
}

static int llm_jp_eval_read(const struct json *file, struct json *predicate, struct error *err)
{
	const struct json *version = json_member(setting(file, "metainfo"), "version");
	struct json *harness, *scores;
	char room[SCORES_NUMBER_MAX];
	const char *text = scores_text(version ? version : setting(file, "version"), room);

	return json_set_object(predicate, "harness", &harness, err) ||
			       json_set_text(harness, "version",
					     text && strlen(text) <= SCORES_VERSION_MAX ? text : "",
					     err) ||
			       json_set_text(harness, "git", "", err) ||
			       set_model(file, predicate, err) || set_said(file, predicate, err) ||
			       set_sampling(file, predicate, err) ||
			       json_set_array(predicate, "scores", &scores, err) ||
			       add_scores(file, scores, err)
		       ? -1
		       : 0;
}

const struct importer importer_llm_jp_eval = {
	.name = "llm-jp-eval",
	.knows = llm_jp_eval_knows,
	.read = llm_jp_eval_read,
};
