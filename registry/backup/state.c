/* The texts of a backup: its mark, its states, the lines of its lists. Foreign until parsed. */
#include <stdlib.h>
#include <string.h>

#include "registry/backup/inner.h"

#define MARK_SCHEMA "akashi/backup/1"
#define STATE_SCHEMA "akashi/backup-state/1"

static const struct json_limits limits = { .max_bytes = BACKUP_TEXT_MAX, .max_depth = 4 };

static int schema_need(const struct json *json, const char *wanted, struct error *err)
{
	const char *schema;

	if (json_need_string(json, "schema", &schema, err))
		return -1;
	return strcmp(schema, wanted) == 0
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "its schema is not %s: use the akashi that made it, or a newer "
				   "one",
				   wanted);
}

static int origin_need(const struct json *json, char out_origin[REGISTRY_ORIGIN_MAX],
		       struct error *err)
{
	const char *origin;

	if (json_need_string(json, "origin", &origin, err))
		return -1;
	if (strlen(origin) >= REGISTRY_ORIGIN_MAX || !note_name_ok(span_of(origin)))
		return error_set(err, ERROR_CORRUPT, "its origin is none");
	memcpy(out_origin, origin, strlen(origin) + 1);
	return 0;
}

int backup_mark_write(const char *origin, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;

	return json_object_new(&json, err) || json_set_text(json, "schema", MARK_SCHEMA, err) ||
			       json_set_text(json, "origin", origin, err) ||
			       json_write_canonical(json, out, err)
		       ? -1
		       : 0;
}

int backup_mark_parse(struct span text, char out_origin[REGISTRY_ORIGIN_MAX], struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;

	return json_parse(text, &limits, &json, err) || schema_need(json, MARK_SCHEMA, err) ||
			       origin_need(json, out_origin, err)
		       ? -1
		       : 0;
}

int backup_state_write(const struct backup_state *state, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;

	return json_object_new(&json, err) || json_set_text(json, "schema", STATE_SCHEMA, err) ||
			       json_set_text(json, "origin", state->origin, err) ||
			       json_set_integer(json, "made", state->made, err) ||
			       json_set_size(json, "entries", state->entries, err) ||
			       json_set_hex(json, "root", &state->root, err) ||
			       json_set_size(json, "files", state->files, err) ||
			       json_set_size(json, "bytes", state->bytes, err) ||
			       json_set_size(json, "references", state->references, err) ||
			       json_set_size(json, "referenceBytes", state->reference_bytes, err) ||
			       json_set_bool(json, "keys", state->keys, err) ||
			       json_set_hex(json, "list", &state->list, err) ||
			       json_write_canonical(json, out, err)
		       ? -1
		       : 0;
}

int backup_state_parse(struct span text, struct backup_state *out_state, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct backup_state state = { .number = 0 };

	if (json_parse(text, &limits, &json, err) || schema_need(json, STATE_SCHEMA, err) ||
	    origin_need(json, state.origin, err) ||
	    json_need_integer(json, "made", &state.made, err) ||
	    json_need_size(json, "entries", &state.entries, err) ||
	    json_need_hex(json, "root", &state.root, err) ||
	    json_need_size(json, "files", &state.files, err) ||
	    json_need_size(json, "bytes", &state.bytes, err) ||
	    json_need_size(json, "references", &state.references, err) ||
	    json_need_size(json, "referenceBytes", &state.reference_bytes, err) ||
	    json_need_bool(json, "keys", &state.keys, err) ||
	    json_need_hex(json, "list", &state.list, err))
		return -1;
	*out_state = state;
	return 0;
}

int backup_line_parse(struct span text, struct backup_line *out_line, struct error *err)
{
	const size_t before = 2 * DIGEST_SIZE + 2; /* digits and two spaces */
	struct span path = { text.data + before, text.len - before };

	if (text.len <= before || path.len >= BACKUP_PATH_MAX || memchr(path.data, '\0', path.len))
		return error_set(err, ERROR_CORRUPT, "a line of the list is no line");
	if (memcmp(text.data + 2 * DIGEST_SIZE, "  ", 2) != 0 ||
	    digest_from_hex((struct span){ text.data, 2 * DIGEST_SIZE }, &out_line->digest, err))
		return error_set(err, ERROR_CORRUPT, "a line of the list has no digest");
	memcpy(out_line->path, path.data, path.len);
	out_line->path[path.len] = '\0';
	return 0;
}

/* ---- Places ---- */

/* Is it 64 digits and then exactly `rest`? */
static bool is_hex(const char *text, const char *rest)
{
	size_t len = 2 * DIGEST_SIZE;

	return strspn(text, "0123456789abcdef") == len && strcmp(text + len, rest) == 0;
}

/* HH/HEX and then exactly `rest`. */
static bool is_object(const char *text, const char *rest)
{
	return strlen(text) > 3 && text[2] == '/' && strncmp(text, text + 3, 2) == 0 &&
	       is_hex(text + 3, rest);
}

/* "HEX.KEY.json" and "HEX.KEY.tsr". */
static bool is_statement(const char *text)
{
	size_t len = 2 * DIGEST_SIZE;

	return strspn(text, "0123456789abcdef") == len && text[len] == '.' &&
	       (is_hex(text + len + 1, ".json") || is_hex(text + len + 1, ".tsr"));
}

/* A few folders deep at most, no name empty or begun with a dot, nothing but what prints. */
static bool is_plain(const char *text)
{
	bool begins = true;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || (begins && (c == '.' || c == '/')))
			return false;
		begins = c == '/';
	}
	return !begins;
}

static bool is_tile(const char *text)
{
	return is_plain(text) && strspn(text, "0123456789x/.pentris") == strlen(text) &&
	       !strstr(text, "..");
}

static const char *behind(const char *text, const char *front)
{
	size_t len = strlen(front);

	return strncmp(text, front, len) == 0 ? text + len : NULL;
}

/* Of the files that change. */
static bool is_file(const char *place)
{
	static const char *const single[] = { "config", "log.db", "log.restored",
					      "log-evidence.txt", "log/checkpoint" };
	const char *rest;

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (strcmp(place, single[i]) == 0)
			return true;
	if (!is_plain(place))
		return false;
	if ((rest = behind(place, "keys/")))
		return !strchr(rest, '/');
	if ((rest = behind(place, "openings/")))
		return strchr(rest, '/') && strchr(rest, '/') == strrchr(rest, '/');
	if ((rest = behind(place, "objects/")))
		return is_object(rest, ".ref");
	rest = behind(place, "packs/removed/");
	if (!rest)
		rest = behind(place, "packs/mended/");
	return rest && is_hex(rest, "");
}

int backup_place(const char *path, uint64_t number, char out_place[BACKUP_PATH_MAX],
		 struct error *err)
{
	char front[64];
	const char *rest;
	bool fits = false;

	snprintf(front, sizeof(front), BACKUP_STATES "/%llu/" BACKUP_FILES "/",
		 (unsigned long long)number);
	if ((rest = behind(path, front))) {
		fits = is_file(rest);
		path = rest;
	} else if ((rest = behind(path, "objects/"))) {
		fits = is_object(rest, "");
	} else if ((rest = behind(path, "packs/"))) {
		fits = is_hex(rest, ".pack");
	} else if ((rest = behind(path, "statements/"))) {
		fits = is_statement(rest);
	} else if ((rest = behind(path, "log/tile/"))) {
		fits = is_tile(rest);
	}
	if (!fits || strlen(path) >= BACKUP_PATH_MAX)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is no file of a backup", path);
	memmove(out_place, path, strlen(path) + 1);
	return 0;
}

bool backup_place_is_key(const char *place)
{
	size_t len = strlen(place);

	return behind(place, "keys/") && len > 4 && strcmp(place + len - 4, ".key") == 0;
}

bool backup_place_is_secret(const char *place)
{
	return backup_place_is_key(place) || behind(place, "openings/");
}
