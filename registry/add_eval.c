/* Register what is said about a checkpoint: evaluation results, aliases. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add_inner.h"
#include "registry/eval_parts.h"
#include "registry/index.h"

enum { RESULT_FILE_MAX = 64 << 20 };

static const struct importer *const importers[] = {
#define IMPORTER(name) &importer_##name,
#include "registry/importers.def"
#undef IMPORTER
};

/* Set format, harness, model and scores from the file, by the importer that knows it. */
static int scores_set(const char *path, const struct json *file, struct json *predicate,
		      uint64_t *out_count, struct error *err)
{
	for (size_t i = 0; i < sizeof(importers) / sizeof(importers[0]); i++) {
		if (!importers[i]->knows(file))
			continue;
		if (json_set_text(predicate, "format", importers[i]->name, err) ||
		    importers[i]->read(file, predicate, err))
			return error_prefix(err, "'%s'", path);
		*out_count = json_count(json_member(predicate, "scores"));
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' is in no format of results that is known here",
			 path);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Say it in one statement, or in as many as hold it, all or none; *out_made is the first. */
static int parts_publish(struct adding *adding, const char *subject, const struct digest *file,
			 const struct json *predicate, struct statement_made *out_made,
			 struct error *err)
{
	CLEANUP(eval_parts_release) struct eval_parts parts = { .predicate = NULL };
	struct statement_draft *draft;
	struct statement_made *made;
	int failed;

	if (eval_parts_cut(predicate, &parts, err))
		return -1;
	draft = calloc(parts.count, sizeof(*draft));
	made = calloc(parts.count, sizeof(*made));
	failed = draft && made ? 0 : error_system(err, ENOMEM, "cannot say the results");
	for (size_t i = 0; !failed && i < parts.count; i++)
		draft[i] = (struct statement_draft){ .kind = STATEMENT_eval,
						     .subject = subject,
						     .digest = *file,
						     .predicate = parts.predicate[i] };
	if (!failed)
		failed = adding_publish(adding, draft, parts.count, made, err);
	if (!failed)
		*out_made = made[0];
	free(draft);
	free(made);
	return failed ? -1 : 0;
}

int registry_add_eval(struct registry *registry, const struct add_how *how,
		      const struct add_eval *eval, struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL, *file = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct add_result result = { .files = 1 };
	char subject[NAME_TEXT_MAX];

	buffer_init(&bytes, RESULT_FILE_MAX);
	if (adding_begin(registry, how, &adding, err) ||
	    registry_reference_to(registry, STATEMENT_checkpoint, &eval->of, &of, err))
		return -1;
	snprintf(subject, sizeof(subject), "%s", json_text(json_member(of, "name")));
	if (json_object_new(&predicate, err) || json_set_take(predicate, "of", &of, err) ||
	    file_read(eval->path, &bytes, err))
		return -1;
	if (python_json_parse(buffer_view(&bytes), NULL, &file, err))
		return error_prefix(err, "'%s'", eval->path);
	if (scores_set(eval->path, file, predicate, &result.scores, err) ||
	    samples_set(&adding, eval, file, predicate, &result.samples, err))
		return -1;
	bytes.len = 0;
	if (file_keep(&adding, eval->path, &bytes, &result.manifest, err) ||
	    json_set_digest(predicate, "file", &result.manifest, err) ||
	    json_set_text(predicate, "fileName", last_part(eval->path), err))
		return -1;
	if (parts_publish(&adding, subject, &result.manifest, predicate, &result.made, err))
		return -1;
	result.bytes = bytes.len;
	*out_result = result;
	return 0;
}

/* The claim of an alias that is in force. */
struct in_force {
	const char *alias;
	uint64_t serial; /* 0: none yet */
	struct digest tag, target;
	uint64_t log_index;
};

static int visit_alias(void *arg, const struct index_claim *claim, struct error *err)
{
	struct in_force *now = arg;

	if (!claim->alias || strcasecmp(claim->version, now->alias) != 0 ||
	    claim->serial <= now->serial || !claim->target)
		return 0;
	now->serial = claim->serial;
	return digest_from_hex(span_of(claim->target), &now->target, err) ||
			       digest_from_hex(span_of(claim->statement), &now->tag, err)
		       ? -1
		       : 0;
}

static int visit_signer(void *arg, const struct index_row *row, struct error *err)
{
	struct statement_made *made = arg;

	made->log_index = row->log_index;
	return digest_from_hex(span_of(row->key), &made->key, err);
}

/* The alias points there already. */
static int tag_same(struct index *index, const struct in_force *now, struct add_result *out_result,
		    struct error *err)
{
	struct add_result result = { .made = { .identity = now->tag, .existed = true } };

	if (index_statement(index, &now->tag, visit_signer, &result.made, err))
		return -1;
	*out_result = result;
	return 0;
}

int registry_add_tag(struct registry *registry, const struct add_how *how, const struct name *name,
		     const char *alias, struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL, *target = NULL;
	struct statement_draft draft = { .kind = STATEMENT_tag };
	char subject[NAME_TEXT_MAX], family[NAME_TEXT_MAX];
	struct in_force now = { .alias = alias };
	struct add_result result = { 0 };
	struct name tag, found;
	struct index *index;

	if (!name_part_ok(alias))
		return error_set(err, ERROR_USAGE, "'%s' cannot be an alias", alias);
	if (adding_begin(registry, how, &adding, err) || registry_index(registry, &index, err) ||
	    index_resolve(index, name, &found, &draft.digest, err) ||
	    registry_reference(registry, name, &target, err))
		return -1;
	tag = found;
	tag.alias = true;
	snprintf(tag.version, sizeof(tag.version), "%s", alias);
	name_to_text(&tag, subject);
	tag.version[0] = '\0';
	tag.alias = false;
	name_to_text(&tag, family);
	if (index_claims(index, "tag", family, visit_alias, &now, err))
		return -1;
	if (now.serial && digest_equal(&now.target, &draft.digest))
		return tag_same(index, &now, out_result, err);
	if (json_object_new(&predicate, err) || json_set_text(predicate, "name", family, err) ||
	    json_set_text(predicate, "alias", alias, err) ||
	    json_set_size(predicate, "serial", now.serial + 1, err) ||
	    json_set_take(predicate, "target", &target, err))
		return -1;
	draft.subject = subject;
	draft.predicate = predicate;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	*out_result = result;
	return 0;
}
