/* Openings, kept with the registry: one file for each version that commits to something. */
#include "registry/openings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPENINGS_SCHEMA "akashi/openings/1"
#define OPENINGS_MAX_BYTES (256u << 20)

void openings_release(struct openings *openings)
{
	for (size_t i = 0; i < openings->count; i++)
		opening_release(&openings->item[i]);
	free(openings->item);
	*openings = (struct openings){ 0 };
}

int openings_add(struct openings *openings, struct opening *opening, struct error *err)
{
	struct opening *more =
		reallocarray(openings->item, openings->count + 1, sizeof(*openings->item));

	if (!more) {
		opening_release(opening);
		return error_set(err, ERROR_SYSTEM, "out of memory for an opening");
	}
	openings->item = more;
	more[openings->count++] = *opening;
	*opening = (struct opening){ 0 };
	return 0;
}

int openings_made(const struct openings *openings, const char *what, const struct json *value,
		  const struct opening **out_opening, struct error *err)
{
	struct digest digest;

	*out_opening = NULL;
	if (commitment_value(value, &digest, err))
		return -1;
	for (size_t i = 0; i < openings->count && !*out_opening; i++) {
		const struct opening *opening = &openings->item[i];
		struct digest again = commitment_of(opening->salt, &digest);

		if (strcmp(opening->what, what) == 0 && digest_equal(&again, &opening->commitment))
			*out_opening = opening;
	}
	return 0;
}

/* A name's parts hold no "/" and do not begin with a dot: they are names of files as they are. */
static int openings_path(const struct registry *registry, const struct name *name, bool make,
			 char **out_path, struct error *err)
{
	char folder[sizeof("openings/") + NAME_PART_MAX], file[NAME_TEXT_MAX + 8];
	CLEANUP(text_free) char *path = NULL;

	snprintf(folder, sizeof(folder), "openings/%s", name->owner);
	snprintf(file, sizeof(file), "%s@%s.json", name->name, name->version);
	return registry_path(registry, folder, &path, err) || (make && folder_make(path, err)) ||
			       path_join(path, file, out_path, err)
		       ? -1
		       : 0;
}

static int openings_parse(struct span text, struct openings *openings, struct error *err)
{
	struct json_limits limits = { .max_bytes = OPENINGS_MAX_BYTES, .max_depth = 20 };
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *list;
	const char *schema;

	if (json_parse(text, &limits, &json, err) ||
	    json_need_string(json, "schema", &schema, err) ||
	    json_need_array(json, "openings", &list, err))
		return -1;
	if (strcmp(schema, OPENINGS_SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "its schema is not " OPENINGS_SCHEMA);
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(opening_release) struct opening opening = { 0 };

		if (opening_from_json(json_at(list, i), &opening, err) ||
		    openings_add(openings, &opening, err))
			return -1;
	}
	return 0;
}

int openings_read(struct registry *registry, const struct name *name, struct openings *out_openings,
		  struct error *err)
{
	CLEANUP(openings_release) struct openings openings = { 0 };
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, OPENINGS_MAX_BYTES);
	if (openings_path(registry, name, false, &path, err) || file_read(path, &text, err))
		return -1;
	if (openings_parse(buffer_view(&text), &openings, err))
		return error_prefix(err, "'%s'", path);
	*out_openings = openings;
	openings = (struct openings){ 0 }; /* handed over */
	return 0;
}

int openings_write(struct registry *registry, const struct name *name,
		   const struct openings *openings, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct json *list;

	buffer_init(&text, OPENINGS_MAX_BYTES);
	if (json_object_new(&json, err) || json_set_text(json, "schema", OPENINGS_SCHEMA, err) ||
	    json_set_array(json, "openings", &list, err))
		return -1;
	for (size_t i = 0; i < openings->count; i++)
		if (json_add_clone(list, openings->item[i].json, err))
			return -1;
	return json_write_canonical(json, &text, err) ||
			       openings_path(registry, name, true, &path, err) ||
			       file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

int openings_lock(struct registry *registry, struct file_lock *out_lock, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(text_free) char *path = NULL;

	return registry_path(registry, "openings", &folder, err) || folder_make(folder, err) ||
			       path_join(folder, "lock", &path, err) ||
			       file_lock_take(path, out_lock, err)
		       ? -1
		       : 0;
}
