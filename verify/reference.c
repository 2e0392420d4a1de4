/* References: how one statement names another. */
#include "verify/statement.h"

int reference_parse(const struct json *object, struct reference *out_reference, struct error *err)
{
	struct reference reference = { 0 };
	const char *name;

	if (json_need_string(object, "name", &name, err) ||
	    name_parse(name, &reference.name, err) ||
	    json_need_digest(object, "statement", &reference.statement, err)) {
		err->code =
			ERROR_CORRUPT; /* a wrong name is a usage error only where one typed it */
		return error_prefix(err, "reference");
	}
	reference.has_manifest = json_member(object, "manifest") != NULL;
	if (reference.has_manifest &&
	    json_need_digest(object, "manifest", &reference.manifest, err))
		return error_prefix(err, "reference to '%s'", name);
	*out_reference = reference;
	return 0;
}

int reference_need(const struct json *parent, const char *key, struct reference *out_reference,
		   struct error *err)
{
	const struct json *object;

	if (json_need_object(parent, key, &object, err))
		return -1;
	if (reference_parse(object, out_reference, err))
		return error_prefix(err, "'%s'", key);
	return 0;
}

int reference_to_json(const struct reference *reference, struct json **out_object,
		      struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	char name[NAME_TEXT_MAX];

	name_to_text(&reference->name, name);
	if (json_object_new(&object, err) || json_set_text(object, "name", name, err) ||
	    json_set_digest(object, "statement", &reference->statement, err) ||
	    (reference->has_manifest &&
	     json_set_digest(object, "manifest", &reference->manifest, err)))
		return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}
