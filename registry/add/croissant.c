/* add_croissant: what a description that somebody else wrote says of a dataset. */
#include <stdio.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/argument.h"

int described_read(struct adding *adding, const char *path, struct described *out_described,
		   struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct described described = { .path = path };

	buffer_init(&bytes, CROISSANT_MAX_BYTES);
	if (file_keep(adding, path, &bytes, &described.file, err))
		return -1;
	if (croissant_parse(buffer_view(&bytes), &described.croissant, err))
		return error_prefix(err, "'%s'", path);
	described.size = bytes.len;
	*out_described = described;
	return 0;
}

void described_release(struct described *described)
{
	croissant_release(&described->croissant);
}

/* A member that is left out, or one that says the same. */
static int agree(const char *given, const char *stated, const char *option, const char **out_text,
		 struct error *err)
{
	if (given && stated && strcmp(given, stated) != 0)
		return error_set(err, ERROR_USAGE,
				 "--%s says '%s', and the Croissant description '%.200s'", option,
				 given, stated);
	*out_text = given ? given : stated;
	return 0;
}

int described_complete(const struct described *described, struct add_dataset *dataset,
		       struct error *err)
{
	const struct croissant *croissant = &described->croissant;

	if (!dataset->period && croissant->period && period_is(croissant->period))
		dataset->period = croissant->period;
	return agree(dataset->license, croissant->license, "license", &dataset->license, err)
		       ? error_prefix(err, "'%s'", described->path)
		       : 0;
}

/* ---- What it is derived from ---- */

/* How number `i` was made, where that can be told. */
static const char *made_by(const struct croissant *croissant, size_t i)
{
	if (croissant->made_count == 1)
		return croissant->made[0];
	return croissant->made_count == croissant->derived_count ? croissant->made[i] : NULL;
}

/* The registered dataset that it names, as our own descriptions do; *out_reference NULL: none. */
static int derived_find(struct registry *registry, const char *id, struct json **out_reference,
			struct error *err)
{
	struct error unknown = { 0 };
	struct digest identity;
	struct name name;

	*out_reference = NULL;
	if (strncmp(id, CROISSANT_STATEMENT_URI, strlen(CROISSANT_STATEMENT_URI)) != 0)
		return 0;
	id += strlen(CROISSANT_STATEMENT_URI);
	if (strlen(id) != strlen("sha256:") + DIGEST_HEX_SIZE - 1 ||
	    argument_kind(id, &id) != ARGUMENT_DIGEST)
		return 0;
	if (argument_resolve(registry, id, &name, &identity, &unknown) || !name.owner[0])
		return unknown.code == ERROR_SYSTEM
			       ? error_set(err, unknown.code, "%s", unknown.text)
			       : 0;
	return registry_reference_to(registry, STATEMENT_dataset, &name, out_reference, err);
}

static bool is_listed(const struct json *list, const struct json *reference)
{
	const char *statement = json_text(json_member(reference, "statement")), *other;

	for (size_t i = 0; i < json_count(list); i++) {
		other = json_text(json_member(json_at(list, i), "statement"));
		if (statement && other && strcmp(statement, other) == 0)
			return true;
	}
	return false;
}

int described_derived_add(struct adding *adding, const struct described *described,
			  struct json *list, struct error *err)
{
	const struct croissant *croissant = &described->croissant;

	for (size_t i = 0; i < croissant->derived_count; i++) {
		CLEANUP(json_free) struct json *reference = NULL;
		const char *by = made_by(croissant, i);

		if (derived_find(adding->registry, croissant->derived[i], &reference, err))
			return error_prefix(err, "'%s', prov:wasDerivedFrom", described->path);
		if (!reference || is_listed(list, reference))
			continue;
		if (((by && (said_check("prov:wasGeneratedBy", by, err) ||
			     json_set_text(reference, "by", by, err)))) ||
		    json_add_take(list, &reference, err))
			return -1;
	}
	return 0;
}

/* What is not registered here is kept as it is written. */
static int foreign_set(struct adding *adding, const struct croissant *croissant,
		       struct json *object, struct error *err)
{
	struct json *list = NULL;

	for (size_t i = 0; i < croissant->derived_count; i++) {
		CLEANUP(json_free) struct json *reference = NULL;

		if (derived_find(adding->registry, croissant->derived[i], &reference, err))
			return -1;
		if (reference)
			continue;
		if ((!list && json_set_array(object, "derivedFrom", &list, err)) ||
		    said_check("prov:wasDerivedFrom", croissant->derived[i], err) ||
		    json_add_text(list, croissant->derived[i], err))
			return -1;
	}
	if (!croissant->made_count || (!list && croissant->derived_count))
		return 0;
	if (json_set_array(object, "generatedBy", &list, err))
		return -1;
	for (size_t i = 0; i < croissant->made_count; i++)
		if (said_check("prov:wasGeneratedBy", croissant->made[i], err) ||
		    json_add_text(list, croissant->made[i], err))
			return -1;
	return 0;
}

/* ---- The statement's "croissant" ---- */

static int text_set(struct json *object, const char *key, const char *text, struct error *err)
{
	if (!text || !*text)
		return 0;
	return said_check(key, text, err) || json_set_text(object, key, text, err) ? -1 : 0;
}

int described_set(struct adding *adding, const struct described *described,
		  const struct manifest *manifest, struct json *predicate, struct error *err)
{
	const struct croissant *croissant = &described->croissant;
	uint64_t checked, elsewhere;
	struct json *object;

	if (croissant_check(croissant, manifest, &checked, &elsewhere, err) ||
	    json_set_object(predicate, "croissant", &object, err) ||
	    json_set_digest(object, "file", &described->file, err) ||
	    json_set_size(object, "size", described->size, err) ||
	    json_set_text(object, "conformsTo", croissant->conforms_to, err) ||
	    text_set(object, "name", croissant->name, err) ||
	    text_set(object, "version", croissant->version, err) ||
	    text_set(object, "url", croissant->url, err) ||
	    text_set(object, "published", croissant->published, err) ||
	    json_set_size(object, "checked", checked, err) ||
	    (elsewhere && json_set_size(object, "elsewhere", elsewhere, err)) ||
	    foreign_set(adding, croissant, object, err))
		return error_prefix(err, "'%s'", described->path);
	if (elsewhere)
		context_notice(adding->registry->ctx,
			       "'%s': %llu of the files that it describes are not here, and were "
			       "not compared",
			       described->path, (unsigned long long)elsewhere);
	if (!checked)
		context_notice(adding->registry->ctx,
			       "'%s': it states no digest that could be checked: no file was "
			       "compared with one",
			       described->path);
	return 0;
}
