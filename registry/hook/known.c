/* hook_known: what a repository knows of its registry without asking it. */
#include <string.h>

#include "registry/hook/say.h"

#define SCHEMA "akashi/known/1"

enum { KNOWN_MAX = 64 << 10 };

void hook_known_release(struct hook_known *known)
{
	json_free(&known->json);
	*known = (struct hook_known){ .json = NULL };
}

int hook_known_parse(struct span text, struct hook_known *out_known, struct error *err)
{
	CLEANUP(hook_known_release) struct hook_known known = { .json = NULL };
	const struct json_limits limits = { .max_bytes = KNOWN_MAX, .max_depth = 4 };
	const char *schema;

	if (json_parse(text, &limits, &known.json, err) ||
	    json_need_string(known.json, "schema", &schema, err) ||
	    json_need_string(known.json, "registry", &known.registry, err) ||
	    json_need_string(known.json, "origin", &known.origin, err) ||
	    json_maybe_string(known.json, "key", &known.key, err) ||
	    json_need_bool(known.json, "private", &known.salted, err))
		return -1;
	if (strcmp(schema, SCHEMA) != 0 || known.registry[0] != '/')
		return error_set(err, ERROR_CORRUPT, "this tells of no registry");
	*out_known = known;
	known.json = NULL; /* handed over */
	return 0;
}

int hook_known_read(const struct git_work *work, struct hook_known *out_known, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, KNOWN_MAX);
	if (git_work_path(work, "known", &path, err) || file_read(path, &text, err))
		return -1;
	return hook_known_parse(buffer_view(&text), out_known, err)
		       ? error_prefix(err, "'%s'", path)
		       : 0;
}

int hook_known_write(const struct git_work *work, const struct registry *registry,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, before;
	CLEANUP(json_free) struct json *known = NULL;
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *folder = NULL;
	const char *key = settings_get(&registry->settings, SETTING_USER_KEY, NULL);
	struct error none = { 0 };
	bool salted;

	buffer_init(&text, KNOWN_MAX);
	buffer_init(&before, KNOWN_MAX);
	if (git_work_path(work, "", &folder, err) || git_work_path(work, "known", &path, err) ||
	    settings_get_bool(&registry->settings, SETTING_PRIVATE, &salted, err) ||
	    json_object_new(&known, err) || json_set_text(known, "schema", SCHEMA, err) ||
	    json_set_text(known, "registry", registry->folder, err) ||
	    json_set_text(known, "origin", registry->origin, err) ||
	    (key && json_set_text(known, "key", key, err)) ||
	    json_set_bool(known, "private", salted, err) || json_write_canonical(known, &text, err))
		return -1;
	if (file_read(path, &before, &none) == 0 &&
	    span_equal(buffer_view(&before), buffer_view(&text)))
		return 0;
	return folder_make(folder, err) ||
			       file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}
