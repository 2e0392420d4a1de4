/* evals_bind: which version of a family a file of results is of. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evals/inner.h"
#include "registry/series.h"

void evals_binder_release(struct evals_binder *binder)
{
	for (size_t i = 0; i < binder->folder_count; i++) {
		free(binder->folder[i].path);
		digest_list_release(&binder->folder[i].statement);
	}
	free(binder->folder);
	free(binder->version);
	*binder = (struct evals_binder){ .registry = NULL };
}

/* ---- The versions there are ---- */

static int visit_version(void *arg, const struct index_claim *claim, struct error *err)
{
	struct evals_binder *binder = arg;
	struct evals_version *version;
	char text[2 * NAME_TEXT_MAX];

	if (claim->alias)
		return 0;
	version = reallocarray(binder->version, binder->version_count + 1, sizeof(*version));
	if (!version)
		return error_system(err, ENOMEM, "cannot list versions");
	binder->version = version;
	version += binder->version_count;
	*version = (struct evals_version){ .formed = false };
	snprintf(text, sizeof(text), "%.200s@%.100s", claim->name, claim->version);
	if (name_parse(text, &version->name, err) ||
	    digest_from_hex(span_of(claim->statement), &version->statement, err))
		return -1;
	version->formed = checkpoint_name_read(version->name.version, &version->form);
	binder->version_count++;
	return 0;
}

/* NAME@VERSION, a checkpoint. */
static int named_open(struct evals_binder *binder, const char *of, struct error *err)
{
	CLEANUP(json_free) struct json *reference = NULL;
	struct name name;

	if (name_parse(of, &name, err) ||
	    registry_reference_to(binder->registry, STATEMENT_checkpoint, &name, &reference, err) ||
	    index_resolve(binder->index, &name, &binder->named_name, &binder->named, err))
		return -1;
	binder->is_named = true;
	return 0;
}

static int family_open(struct evals_binder *binder, const char *of, struct error *err)
{
	struct name family;

	if (name_parse_family(of, &family, err) ||
	    index_claims(binder->index, "checkpoint", of, visit_version, binder, err))
		return -1;
	return binder->version_count
		       ? 0
		       : error_set(err, ERROR_ABSENT, "no checkpoint is called '%s'", of);
}

int evals_binder_open(struct registry *registry, const char *of, struct evals_binder *out_binder,
		      struct error *err)
{
	CLEANUP(evals_binder_release)
	struct evals_binder binder = { .registry = registry, .of = of };

	if (registry_index(registry, &binder.index, err))
		return -1;
	if (of && strstr(of, SERIES_STEP))
		binder.is_pattern = true;
	else if (of && strpbrk(of, "@:") ? named_open(&binder, of, err)
		 : of                    ? family_open(&binder, of, err)
					 : 0)
		return -1;
	*out_binder = binder;
	binder = (struct evals_binder){ .registry = NULL }; /* handed over */
	return 0;
}

static int visit_name(void *arg, const struct index_row *row, struct error *err)
{
	(void)err;
	snprintf(arg, NAME_TEXT_MAX, "%s", row->subject);
	return 0;
}

int evals_name_of(struct evals_binder *binder, const struct digest *statement,
		  char out_name[NAME_TEXT_MAX], struct error *err)
{
	out_name[0] = '\0';
	return index_statement(binder->index, statement, visit_name, out_name, err);
}

/* ---- What the file tells ---- */

static int bind(struct evals_file *file, struct evals_item *item, const char *how,
		const struct digest *statement, const struct name *name, const char *by)
{
	item->how = how;
	name_to_text(name, item->name);
	snprintf(item->by, sizeof(item->by), "%.2500s", by);
	evals_words(item->by);
	file->statement = *statement;
	return 0;
}

/* A text that may tell the step, and what it is for people. */
struct hint {
	const char *what, *text;
};

#define HINTS 5
static void hints_of(const struct evals_file *file, const struct evals_item *item,
		     char step[SCORES_NUMBER_MAX], struct hint out_hint[HINTS])
{
	const struct json *said = json_member(file->predicate, "modelSaid");
	const char *run = json_text(json_member(said, "run"));
	int64_t number = scores_count(json_member(said, "step"));

	step[0] = '\0';
	if (number >= 0)
		snprintf(step, SCORES_NUMBER_MAX, "step%" PRId64, number);
	out_hint[0] = (struct hint){ "revision", file->revision };
	out_hint[1] = (struct hint){ "iteration", step };
	out_hint[2] = (struct hint){ "model", file->pretrained };
	out_hint[3] = (struct hint){ "run", run ? run : "" };
	out_hint[4] = (struct hint){ "file", item->path };
}

/* Does a version have the step, stage, tokens that were read? What only one of them says is no
 * difference. */
static bool version_fits(const struct evals_version *version, const struct checkpoint_name *read)
{
	const struct checkpoint_name *form = &version->form;

	if (!version->formed || form->moving || read->moving ||
	    (!form->has_step && !form->has_epoch && !form->has_tokens))
		return false;
	if (form->has_step != read->has_step || (form->has_step && form->step != read->step))
		return false;
	if (!form->has_step && form->has_epoch != read->has_epoch)
		return false;
	if (form->has_epoch && read->has_epoch && form->epoch != read->epoch)
		return false;
	if (!form->has_step && !form->has_epoch && form->tokens != read->tokens)
		return false;
	return !(form->has_stage && read->has_stage && form->stage != read->stage) &&
	       !(form->has_ingredient && read->has_ingredient &&
		 form->ingredient != read->ingredient);
}

/* The one version that fits; *out_many: there are several. */
static const struct evals_version *version_find(const struct evals_binder *binder,
						const struct checkpoint_name *read, bool *out_many)
{
	const struct evals_version *found = NULL;

	*out_many = false;
	for (size_t i = 0; i < binder->version_count; i++)
		if (version_fits(&binder->version[i], read)) {
			*out_many = *out_many || found;
			found = &binder->version[i];
		}
	return found;
}

/* By a revision that is called as a version is, else by the first text that has a step. */
static int bind_by_step(const struct evals_binder *binder, struct evals_file *file,
			struct evals_item *item)
{
	struct hint hint[HINTS];
	char step[SCORES_NUMBER_MAX], by[EVAL_WORDS_MAX];

	hints_of(file, item, step, hint);
	snprintf(by, sizeof(by), "%s %.200s", hint[0].what, file->revision);
	for (size_t i = 0; *file->revision && i < binder->version_count; i++)
		if (strcasecmp(binder->version[i].name.version, file->revision) == 0)
			return bind(file, item, "revision", &binder->version[i].statement,
				    &binder->version[i].name, by);
	for (size_t i = 0; i < HINTS; i++) {
		const struct evals_version *version;
		struct checkpoint_name read;
		bool many;

		if (!*hint[i].text || !checkpoint_name_of_path(hint[i].text, &read) || read.moving)
			continue;
		version = version_find(binder, &read, &many);
		if (many)
			snprintf(item->problem, sizeof(item->problem),
				 "%s '%.200s' could be of several versions of %s", hint[i].what,
				 hint[i].text, binder->of);
		else if (!version)
			snprintf(item->problem, sizeof(item->problem),
				 "%s '%.200s' is of no version of %s that is registered",
				 hint[i].what, hint[i].text, binder->of);
		else {
			snprintf(by, sizeof(by), "%s %.200s", hint[i].what, hint[i].text);
			bind(file, item, i ? "step" : "revision", &version->statement,
			     &version->name, by);
		}
		return 0;
	}
	return 0;
}

/* By the weights in the folder that it names, if they are those of one version. */
static int bind_by_weights(struct evals_binder *binder, struct evals_file *file,
			   struct evals_item *item, struct error *err)
{
	const struct evals_folder *folder;
	const struct digest *found = NULL;
	size_t count = 0;
	char name[NAME_TEXT_MAX];
	struct name parsed;

	if (evals_folder_look(binder, file->pretrained, &folder, err))
		return -1;
	for (size_t i = 0; folder && i < folder->statement.count; i++) {
		bool of_family = !binder->version_count;

		for (size_t k = 0; k < binder->version_count; k++)
			of_family = of_family || digest_equal(&binder->version[k].statement,
							      &folder->statement.item[i]);
		if (of_family) {
			found = &folder->statement.item[i];
			count++;
		}
	}
	if (count != 1)
		return 0;
	return evals_name_of(binder, found, name, err) || name_parse(name, &parsed, err)
		       ? -1
		       : bind(file, item, "weights", found, &parsed, file->pretrained);
}

/* NAME@…{step}…: the step of the file in its place. */
static int bind_by_pattern(struct evals_binder *binder, struct evals_file *file,
			   struct evals_item *item)
{
	const char *hole = strstr(binder->of, SERIES_STEP);
	struct hint hint[HINTS];
	char step[SCORES_NUMBER_MAX], text[2 * NAME_TEXT_MAX], by[EVAL_WORDS_MAX];
	struct error why = { 0 };

	hints_of(file, item, step, hint);
	for (size_t i = 0; i < HINTS; i++) {
		struct checkpoint_name read;
		struct digest statement;
		struct name name;

		if (!*hint[i].text || !checkpoint_name_of_path(hint[i].text, &read) ||
		    read.moving || !read.number.len || read.number.len >= SCORES_NUMBER_MAX)
			continue;
		snprintf(text, sizeof(text), "%.*s%.*s%.200s", (int)(hole - binder->of), binder->of,
			 (int)read.number.len, (const char *)read.number.data,
			 hole + strlen(SERIES_STEP));
		if (name_parse(text, &name, &why) ||
		    index_resolve(binder->index, &name, &name, &statement, &why)) {
			snprintf(item->problem, sizeof(item->problem), "%.400s", why.text);
			return why.code == ERROR_SYSTEM ? -1 : 0;
		}
		snprintf(by, sizeof(by), "%s %.200s", hint[i].what, hint[i].text);
		return bind(file, item, "step", &statement, &name, by);
	}
	snprintf(item->problem, sizeof(item->problem), "no step is to be seen in it or its path");
	return 0;
}

static int bind_any(struct evals_binder *binder, struct evals_file *file, struct evals_item *item,
		    struct error *err)
{
	if (binder->is_named)
		return bind(file, item, "named", &binder->named, &binder->named_name, "");
	if (binder->is_pattern)
		return bind_by_pattern(binder, file, item);
	if (bind_by_weights(binder, file, item, err))
		return -1;
	if (!item->how && binder->of && bind_by_step(binder, file, item))
		return -1;
	if (item->how || item->problem[0])
		return 0;
	if (binder->version_count == 1)
		return bind(file, item, "only", &binder->version[0].statement,
			    &binder->version[0].name, "");
	snprintf(item->problem, sizeof(item->problem),
		 binder->of
			 ? "it names no folder that is there, and no revision or step (model "
			   "'%.200s'): say --of=NAME@VERSION"
			 : "the weights of its model '%.200s' are not there, or of no registered "
			   "checkpoint: say --of=NAME",
		 file->pretrained);
	return 0;
}

int evals_bind(struct evals_binder *binder, struct evals_file *file, struct evals_item *item,
	       struct error *err)
{
	int failed = bind_any(binder, file, item, err);

	evals_words(item->problem);
	return failed;
}
