/* lm_eval_samples: one line of samples_*.jsonl, and what its numbers lead to. */
#include "verify/lm_eval/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/decimal.h"
#include "verify/json.h"

void eval_item_release(struct eval_item *item)
{
	free(item->request);
	json_free(&item->json);
	*item = (struct eval_item){ 0 };
}

/* True, False, "True", "False". */
static int truth_of(const struct json *value, bool *out_truth, struct error *err)
{
	const char *text = json_text(value);

	if (json_kind(value) == JSON_KIND_BOOL)
		*out_truth = json_is_yes(value);
	else if (text && (strcmp(text, "True") == 0 || strcmp(text, "False") == 0))
		*out_truth = text[0] == 'T';
	else
		return error_set(err, ERROR_CORRUPT, "'is_greedy' is neither True nor False");
	return 0;
}

/* [logprob, is_greedy] */
static int answer_take(const struct json *pair, double *out_logprob, bool *out_greedy,
		       struct error *err)
{
	if (json_kind(pair) != JSON_KIND_ARRAY || json_count(pair) != 2)
		return error_set(err, ERROR_CORRUPT,
				 "an answer is no [log-probability, is_greedy]");
	return decimal_of_json(json_at(pair, 0), out_logprob, err) ||
			       truth_of(json_at(pair, 1), out_greedy, err)
		       ? -1
		       : 0;
}

/* The context and continuation of request `index`. */
static int argument_take(const struct json *arguments, size_t index, struct eval_request *request,
			 struct error *err)
{
	const struct json *one;
	char key[32];

	if (json_kind(arguments) == JSON_KIND_OBJECT) {
		snprintf(key, sizeof(key), "gen_args_%zu", index);
		one = json_member(arguments, key);
		request->context = json_text(json_member(one, "arg_0"));
		request->continuation = json_text(json_member(one, "arg_1"));
	} else {
		one = json_at(arguments, index);
		request->context = json_text(json_at(one, 0));
		request->continuation = json_text(json_at(one, 1));
	}
	if (!request->context || !request->continuation)
		return error_set(err, ERROR_CORRUPT, "request %zu has no context and continuation",
				 index);
	return 0;
}

/* `resps` has a list of answers for each request, one for each repeat; the first counts. */
static int repeats_agree(const struct json *resps, size_t index, const struct eval_request *request,
			 struct error *err)
{
	const struct json *first = json_at(json_at(resps, index), 0);
	double logprob;
	bool greedy;

	if (answer_take(first, &logprob, &greedy, err))
		return error_prefix(err, "resps %zu", index);
	if (logprob != request->logprob || greedy != request->greedy)
		return error_set(
			err, ERROR_CORRUPT,
			"'resps' and 'filtered_resps' of request %zu contradict each other", index);
	return 0;
}

static int requests_take(struct eval_item *item, struct error *err)
{
	const struct json *arguments = json_member(item->json, "arguments");
	const struct json *filtered = json_member(item->json, "filtered_resps");
	const struct json *resps = json_member(item->json, "resps");

	for (size_t i = 0; i < item->count; i++) {
		struct eval_request *request = &item->request[i];

		if (argument_take(arguments, i, request, err))
			return -1;
		if (answer_take(json_at(filtered, i), &request->logprob, &request->greedy, err))
			return error_prefix(err, "filtered_resps %zu", i);
		if (resps && repeats_agree(resps, i, request, err))
			return -1;
	}
	return 0;
}

static int item_take(struct eval_item *item, enum eval_kind kind, struct error *err)
{
	const struct json *resps, *arguments = json_member(item->json, "arguments");

	if (json_need_integer(item->json, "doc_id", &item->doc, err) ||
	    json_need_array(item->json, "filtered_resps", &resps, err) ||
	    json_maybe_string(item->json, "filter", &item->filter, err) ||
	    json_maybe_string(item->json, "target", &item->target, err))
		return -1;
	item->filter = item->filter ? item->filter : "none";
	item->count = json_count(arguments);
	if (!item->count || item->count > SAMPLES_CHOICES_MAX ||
	    (kind == EVAL_LIKELIHOOD && item->count != 1) || json_count(resps) != item->count)
		return error_set(
			err, ERROR_CORRUPT,
			"it has %zu requests and %zu answers, which do not belong together",
			item->count, json_count(resps));
	item->request = calloc(item->count, sizeof(*item->request));
	if (!item->request)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu requests", item->count);
	return requests_take(item, err);
}

int eval_item_read(struct span line, enum eval_kind kind, struct eval_item *out_item,
		   struct error *err)
{
	const struct json_limits limits = { .max_bytes = SAMPLES_LINE_MAX };
	struct eval_item item = { 0 };

	if (json_parse(line, &limits, &item.json, err))
		return -1;
	if (item_take(&item, kind, err)) {
		eval_item_release(&item);
		return -1;
	}
	*out_item = item;
	return 0;
}

size_t eval_winner(const double *logprob, const double *size, size_t count)
{
	size_t winner = 0;

	for (size_t i = 1; i < count; i++)
		if (logprob[i] / (size ? size[i] : 1) > logprob[winner] / (size ? size[winner] : 1))
			winner = i;
	return winner;
}

/* The choice itself: its continuation without the delimiter before it. */
static const char *choice_text(const struct eval_request *request, const char *delimiter)
{
	size_t len = strlen(delimiter);

	return strncmp(request->continuation, delimiter, len) == 0 ? request->continuation + len
								   : request->continuation;
}

/* Characters of UTF-8 text: bytes that begin one. */
static size_t characters_of(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Is `winner` the target? "2", "[0, 2]", or the text of a choice. False when it names none. */
static bool target_has(const struct eval_item *item, const char *delimiter, size_t winner,
		       bool *out_has)
{
	const char *at = item->target;
	bool list = at && *at == '[', known = false;

	*out_has = false;
	if (!at)
		return false;
	for (at += list; *at >= '0' && *at <= '9';) {
		char *end;
		unsigned long number = strtoul(at, &end, 10);

		if (*end && !(list && (*end == ',' || *end == ']')))
			break;
		known = known || number < item->count;
		*out_has = *out_has || number == winner;
		if (!list || *end != ',')
			return known;
		at = end + 1 + strspn(end + 1, " ");
	}
	for (size_t i = 0; i < item->count; i++)
		if (strcmp(choice_text(&item->request[i], delimiter), item->target) == 0) {
			*out_has = i == winner;
			return true;
		}
	return false;
}

/* All continuations answer one context: else the choices stand elsewhere. */
static bool one_context(const struct eval_item *item)
{
	for (size_t i = 1; i < item->count; i++)
		if (strcmp(item->request[i].context, item->request[0].context) != 0)
			return false;
	return true;
}

static bool choice_metric(const struct eval_item *item, const char *delimiter, const char *metric,
			  double *out_value)
{
	double logprob[SAMPLES_CHOICES_MAX], size[SAMPLES_CHOICES_MAX];
	bool sized = strcmp(metric, "acc_norm") == 0 || strcmp(metric, "acc_bytes") == 0, has;

	if ((!sized && strcmp(metric, "acc") != 0) || (sized && !one_context(item)))
		return false;
	for (size_t i = 0; i < item->count; i++) {
		const char *text = choice_text(&item->request[i], delimiter);

		logprob[i] = item->request[i].logprob;
		size[i] = (double)(strcmp(metric, "acc_norm") == 0 ? characters_of(text)
								   : strlen(text));
		if (sized && !*text)
			return false;
	}
	if (!target_has(item, delimiter, eval_winner(logprob, sized ? size : NULL, item->count),
			&has))
		return false;
	*out_value = has ? 1 : 0;
	return true;
}

bool eval_metric(const struct eval_item *item, enum eval_kind kind, const char *delimiter,
		 const char *metric, double *out_value)
{
	/* Such items ask for each choice twice, once without its context. */
	if (json_member(item->json, "acc_mutual_info"))
		return false;
	if (kind == EVAL_CHOICE)
		return choice_metric(item, delimiter, metric, out_value);
	if (kind != EVAL_LIKELIHOOD || strcmp(metric, "acc") != 0)
		return false;
	*out_value = item->request[0].greedy ? 1 : 0;
	return true;
}
