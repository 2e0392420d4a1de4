/* evals_add: files of results, read, bound and checked, are said in one batch or not at all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/eval_parts.h"
#include "registry/evals/inner.h"

/* What was read of every file of the command. */
struct gathering {
	struct adding adding;
	const struct evals_wish *wish;
	struct evals_binder binder;
	struct evals evals;
	struct evals_file *file;
	bool *twice;
	bool alone; /* the one file that was named: what is wrong with it is an error of its own */
};

static void gathering_release(struct gathering *g)
{
	for (size_t i = 0; g->file && i < g->evals.count; i++)
		evals_file_release(&g->file[i]);
	free(g->file);
	free(g->twice);
	evals_release(&g->evals);
	evals_binder_release(&g->binder);
	adding_release(&g->adding);
}

/* The first contradiction that is among the grave ones stands last in words: all are told. */
static int contradictions_text(const struct evals_item *item, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < json_count(item->contradictions); i++) {
		const struct json *entry = json_at(item->contradictions, i);

		if (!evals_is_usual(json_text(json_member(entry, "what"))) &&
		    buffer_printf(out, err, "%s%s: '%.120s' in the results, '%.120s' registered",
				  out->len ? "; " : "", json_text(json_member(entry, "what")),
				  json_text(json_member(entry, "results")),
				  json_text(json_member(entry, "registered"))))
			return -1;
	}
	return 0;
}

static int problem_of_contradictions(struct evals_item *item, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 64u << 10);
	if (contradictions_text(item, &text, err))
		return -1;
	snprintf(item->problem, sizeof(item->problem), "contradicts %s: %.*s", item->name,
		 (int)text.len, (const char *)text.data);
	evals_words(item->problem);
	return 0;
}

/* One file: read, bound, checked. What is wrong with it is its problem, or all of it. */
static int file_take(struct gathering *g, size_t i, struct error *err)
{
	struct evals_item *item = &g->evals.item[i];
	struct evals_file *file = &g->file[i];
	struct error why = { 0 };
	size_t grave = 0;

	if (evals_file_read(item->path, file, &why)) {
		if (g->alone || why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		snprintf(item->problem, sizeof(item->problem), "%.500s", why.text);
		evals_words(item->problem);
		return 0;
	}
	if (evals_bind(&g->binder, file, item, err))
		return -1;
	if (item->how && evals_check(&g->binder, file, item, &grave, err))
		return error_prefix(err, "'%s'", item->path);
	if (grave && !g->wish->accept && problem_of_contradictions(item, err))
		return -1;
	json_free(&file->json);
	return 0;
}

/* The same bytes for the same checkpoint, under two names. */
static void copies_find(struct gathering *g)
{
	for (size_t i = 0; i < g->evals.count; i++)
		for (size_t k = 0; k < i && !g->evals.item[i].problem[0]; k++)
			if (g->evals.item[i].how && !g->evals.item[k].problem[0] &&
			    digest_equal(&g->file[i].digest, &g->file[k].digest) &&
			    strcmp(g->evals.item[i].name, g->evals.item[k].name) == 0)
				snprintf(g->evals.item[i].problem, sizeof(g->evals.item[i].problem),
					 "it is the same as '%.300s'", g->evals.item[k].path);
}

static int all_take(struct gathering *g, struct error *err)
{
	const struct digest *signer =
		g->adding.key ? public_key_id(g->adding.key->public_key) : NULL;

	for (size_t i = 0; i < g->evals.count; i++)
		if (file_take(g, i, err))
			return -1;
	copies_find(g);
	if (evals_twice(g->binder.index, signer, g->file, &g->evals, g->twice, err))
		return -1;
	for (size_t i = 0; i < g->evals.count; i++)
		if (g->twice[i] && !g->wish->accept &&
		    problem_of_contradictions(&g->evals.item[i], err))
			return -1;
	for (size_t i = 0; i < g->evals.count; i++)
		g->evals.problems += g->evals.item[i].problem[0] != '\0';
	return 0;
}

/* ---- Saying ---- */

/* Everything that is to be said in one batch. */
struct saying {
	struct eval_parts *parts; /* of each file */
	size_t parts_count;
	struct statement_draft *draft;
	struct statement_made *made;
	size_t count;
};

static void saying_release(struct saying *saying)
{
	for (size_t i = 0; i < saying->parts_count; i++)
		eval_parts_release(&saying->parts[i]);
	free(saying->parts);
	free(saying->draft);
	free(saying->made);
}

static int bound_set(const struct evals_item *item, struct json *predicate, struct error *err)
{
	struct json *bound;

	return json_set_object(predicate, "bound", &bound, err) ||
			       json_set_text(bound, "how", item->how, err) ||
			       (item->by[0] && json_set_text(bound, "by", item->by, err)) ||
			       (item->contradictions && json_set_clone(predicate, "contradictions",
								       item->contradictions, err))
		       ? -1
		       : 0;
}

/* The file again, kept now with its samples: the predicate is complete. */
static int file_complete(struct gathering *g, size_t i, struct error *err)
{
	struct evals_item *item = &g->evals.item[i];
	const struct add_eval eval = { .path = item->path,
				       .samples = g->wish->samples_count ? g->wish->samples : NULL,
				       .samples_count = g->wish->samples_count };
	CLEANUP(evals_file_release) struct evals_file file = { .json = NULL };
	CLEANUP(json_free) struct json *of = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct json *predicate = g->file[i].predicate;
	struct name name;

	buffer_init(&bytes, g->file[i].size + 1);
	if (evals_file_read(item->path, &file, err))
		return -1;
	if (!digest_equal(&file.digest, &g->file[i].digest))
		return error_set(err, ERROR_CORRUPT, "it changed while it was looked at");
	item->result.scores = json_count(json_member(predicate, "scores"));
	item->result.files = 1;
	return name_parse(item->name, &name, err) ||
			       registry_reference_to(g->adding.registry, STATEMENT_checkpoint,
						     &name, &of, err) ||
			       json_set_take(predicate, "of", &of, err) ||
			       bound_set(item, predicate, err) ||
			       samples_set(&g->adding, &eval, file.json, predicate,
					   &item->result.samples, err) ||
			       file_keep(&g->adding, item->path, &bytes, &item->result.manifest,
					 err) ||
			       json_set_digest(predicate, "file", &item->result.manifest, err) ||
			       json_set_text(predicate, "fileName", path_last_part(item->path), err)
		       ? -1
		       : 0;
}

/* Cut what is to be said of each file. */
static int parts_make(struct gathering *g, struct saying *saying, struct error *err)
{
	saying->parts = calloc(g->evals.count + 1, sizeof(*saying->parts));
	if (!saying->parts)
		return error_system(err, ENOMEM, "cannot say the results");
	saying->parts_count = g->evals.count;
	for (size_t i = 0; i < g->evals.count; i++) {
		struct evals_item *item = &g->evals.item[i];

		if (item->problem[0])
			continue;
		if (file_complete(g, i, err) ||
		    eval_parts_cut(g->file[i].predicate, &saying->parts[i], err))
			return g->alone ? -1 : error_prefix(err, "'%s'", item->path);
		item->result.bytes = g->file[i].size;
		item->registered = true;
		saying->count += saying->parts[i].count;
		json_free(&g->file[i].predicate);
	}
	return 0;
}

static int all_say(struct gathering *g, struct error *err)
{
	CLEANUP(saying_release) struct saying saying = { .parts = NULL };
	size_t at = 0;

	if (parts_make(g, &saying, err))
		return -1;
	if (!saying.count)
		return 0;
	saying.draft = calloc(saying.count, sizeof(*saying.draft));
	saying.made = calloc(saying.count, sizeof(*saying.made));
	if (!saying.draft || !saying.made)
		return error_system(err, ENOMEM, "cannot say the results");
	for (size_t i = 0; i < saying.parts_count; i++)
		for (size_t k = 0; k < saying.parts[i].count; k++)
			saying.draft[at++] = (struct statement_draft){
				.kind = STATEMENT_eval,
				.subject = g->evals.item[i].name,
				.digest = g->evals.item[i].result.manifest,
				.predicate = saying.parts[i].predicate[k],
			};
	if (adding_publish(&g->adding, saying.draft, saying.count, saying.made, err))
		return -1;
	at = 0;
	for (size_t i = 0; i < saying.parts_count; at += saying.parts[i].count, i++)
		if (saying.parts[i].count)
			g->evals.item[i].result.made = saying.made[at];
	return 0;
}

int registry_add_evals(struct registry *registry, const struct add_how *how,
		       const struct evals_wish *wish, struct evals *out_evals, struct error *err)
{
	CLEANUP(gathering_release) struct gathering g = { .wish = wish };

	if (adding_begin(registry, how, &g.adding, err) ||
	    evals_binder_open(registry, wish->of, &g.binder, err) ||
	    evals_expand(wish, &g.evals, err))
		return -1;
	if (wish->samples_count && g.evals.count != 1)
		return error_set(err, ERROR_USAGE,
				 "samples can be named for one file of results, and there are %zu",
				 g.evals.count);
	g.alone = g.evals.count == 1;
	g.file = calloc(g.evals.count, sizeof(*g.file));
	g.twice = calloc(g.evals.count, sizeof(*g.twice));
	if (!g.file || !g.twice)
		return error_system(err, ENOMEM, "cannot list the results");
	if (all_take(&g, err) || ((!g.evals.problems || wish->skip) && all_say(&g, err)))
		return -1;
	*out_evals = g.evals;
	for (size_t i = 0; i < g.evals.count; i++)
		evals_file_release(&g.file[i]);
	g.evals = (struct evals){ .item = NULL }; /* handed over */
	return 0;
}

/* ---- One of a checkpoint that is named ---- */

int registry_add_eval(struct registry *registry, const struct add_how *how,
		      const struct add_eval *eval, struct add_result *out_result, struct error *err)
{
	CLEANUP(evals_release) struct evals evals = { .item = NULL };
	char of[NAME_TEXT_MAX];
	struct evals_wish wish = { .word = &eval->path,
				   .word_count = 1,
				   .of = of,
				   .samples = eval->samples,
				   .samples_count = eval->samples_count };

	name_to_text(&eval->of, of);
	if (registry_add_evals(registry, how, &wish, &evals, err))
		return -1;
	if (evals.problems)
		return error_set(err, ERROR_CORRUPT, "'%s' %s", eval->path, evals.item[0].problem);
	*out_result = evals.item[0].result;
	evals.item[0].result = (struct add_result){ .files = 0 }; /* handed over */
	return 0;
}
