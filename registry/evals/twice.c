/* evals_twice: one score that is told with two values, in the files of a command or before. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evals/inner.h"

#define SAMPLING_MAX (48u << 10)

/* One score: what was measured and how, and the value. */
struct told {
	char *key;
	char value[SCORES_NUMBER_MAX];
	struct evals_item *item; /* NULL: registered before */
	size_t place;            /* of the item, or the entry of the log */
};

struct telling {
	struct told *told;
	size_t count, room;
	const struct digest *signer; /* whose earlier ones count; NULL: none */
	const struct digest *file;   /* that is looked at, when registered ones are visited */
	char checkpoint[DIGEST_HEX_SIZE];
};

static void telling_release(struct telling *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->told[i].key);
	free(t->told);
}

/* Takes the key. */
static int told_add(struct telling *t, char *key, const char *value, struct evals_item *item,
		    size_t place, struct error *err)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 256;
		struct told *told = reallocarray(t->told, room, sizeof(*told));

		if (!told) {
			free(key);
			return error_system(err, ENOMEM, "cannot compare scores");
		}
		t->told = told;
		t->room = room;
	}
	t->told[t->count] = (struct told){ .key = key, .item = item, .place = place };
	snprintf(t->told[t->count].value, SCORES_NUMBER_MAX, "%s", value);
	t->count++;
	return 0;
}

/* Everything in which two measurements of the same may differ. */
struct setting {
	const char *format, *harness, *git, *task, *metric, *filter, *version, *hash, *sampling,
		*dtype;
	int64_t shots;
};

static int key_add(struct telling *t, const struct setting *s, const char *value,
		   struct evals_item *item, size_t place, struct error *err)
{
	char *key;

	if (asprintf(&key, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%" PRId64, t->checkpoint,
		     s->task, s->metric, s->filter, s->format, s->harness, s->git, s->version,
		     s->hash, s->sampling, s->dtype, s->shots) < 0)
		return error_system(err, ENOMEM, "cannot compare scores");
	return told_add(t, key, value, item, place, err);
}

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

	return text ? text : "";
}

/* The scores of one file. */
static int file_add(struct telling *t, const struct json *predicate, struct evals_item *item,
		    size_t place, struct error *err)
{
	const struct json *scores = json_member(predicate, "scores");
	const struct json *sampling = json_member(predicate, "sampling");
	CLEANUP(text_free) char *settings = NULL;
	CLEANUP(buffer_release) struct buffer written;

	buffer_init(&written, SAMPLING_MAX);
	if ((sampling && json_write_canonical(sampling, &written, err)) ||
	    buffer_to_text(&written, &settings, err))
		return -1;
	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);
		const struct setting setting = {
			.format = text_of(predicate, "format"),
			.harness = text_of(json_member(predicate, "harness"), "version"),
			.git = text_of(json_member(predicate, "harness"), "git"),
			.task = text_of(score, "task"),
			.metric = text_of(score, "metric"),
			.filter = text_of(score, "filter"),
			.version = text_of(score, "version"),
			.hash = text_of(score, "hash"),
			.sampling = settings,
			.dtype = text_of(json_member(predicate, "modelSaid"), "dtype"),
			.shots = scores_count(json_member(score, "shots")),
		};

		if (*text_of(score, "value") &&
		    key_add(t, &setting, text_of(score, "value"), item, place, err))
			return -1;
	}
	return 0;
}

static int visit_registered(void *arg, const struct index_score *score, struct error *err)
{
	struct telling *t = arg;
	char signer[DIGEST_HEX_SIZE], file[DIGEST_HEX_SIZE];
	const struct setting setting = {
		.format = score->format,
		.harness = score->harness,
		.git = score->harness_git,
		.task = score->task,
		.metric = score->metric,
		.filter = score->filter,
		.version = score->version,
		.hash = score->hash,
		.sampling = score->sampling,
		.dtype = score->dtype,
		.shots = score->shots,
	};

	digest_to_hex(t->signer, signer);
	digest_to_hex(t->file, file);
	if (strcmp(score->state, "scored") != 0 || strcmp(score->signer, signer) != 0 ||
	    strcmp(score->file, file) == 0)
		return 0;
	return key_add(t, &setting, score->value, NULL, (size_t)score->log_index, err);
}

/* By key; what was registered before comes first, then the order of the files. */
static int told_order(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (!x->item != !y->item)
		return x->item ? 1 : -1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* Said once of each file: the first score that is told otherwise elsewhere. */
static int twice_note(const struct told *first, const struct told *second, struct error *err)
{
	struct evals_item *item = second->item;
	char results[EVAL_WORDS_MAX], registered[EVAL_WORDS_MAX];
	const char *task = strchr(second->key, '\n') + 1;
	const char *metric = strchr(task, '\n') + 1;
	struct json *entry;

	snprintf(results, sizeof(results), "%.*s %.*s %s", (int)strcspn(task, "\n"), task,
		 (int)strcspn(metric, "\n"), metric, second->value);
	if (first->item)
		snprintf(registered, sizeof(registered), "%s in %.300s", first->value,
			 first->item->path);
	else
		snprintf(registered, sizeof(registered), "%s, logged at %zu", first->value,
			 first->place);
	return (!item->contradictions && json_array_new(&item->contradictions, err)) ||
			       json_add_object(item->contradictions, &entry, err) ||
			       json_set_text(entry, "what", "counted-twice", err) ||
			       json_set_text(entry, "results", results, err) ||
			       json_set_text(entry, "registered", registered, err)
		       ? -1
		       : 0;
}

int evals_twice(struct index *index, const struct digest *signer, const struct evals_file *file,
		struct evals *evals, bool *out_twice, struct error *err)
{
	CLEANUP(telling_release) struct telling t = { .signer = signer };

	for (size_t i = 0; i < evals->count; i++) {
		if (!evals->item[i].how || evals->item[i].problem[0])
			continue;
		digest_to_hex(&file[i].statement, t.checkpoint);
		t.file = &file[i].digest;
		if (file_add(&t, file[i].predicate, &evals->item[i], i, err) ||
		    (signer && index_scores(index, &file[i].statement, visit_registered, &t, err)))
			return -1;
	}
	if (t.count)
		qsort(t.told, t.count, sizeof(*t.told), told_order);
	for (size_t i = 1, first = 0; i < t.count; i++) {
		if (strcmp(t.told[i].key, t.told[first].key) != 0) {
			first = i;
			continue;
		}
		if (!t.told[i].item || t.told[i].item == t.told[first].item ||
		    out_twice[t.told[i].place] || strcmp(t.told[i].value, t.told[first].value) == 0)
			continue;
		out_twice[t.told[i].place] = true;
		if (twice_note(&t.told[first], &t.told[i], err))
			return -1;
	}
	return 0;
}
