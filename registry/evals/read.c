/* evals_read: which files are meant, and what one says. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/evals/inner.h"
#include "registry/run/secrets.h"

enum {
	RESULT_FILE_MAX = 64 << 20,
	DEPTH_MAX = 64,
	EVAL_PATH_MAX = 512 /* bytes of what a number is called; longer names are cut */
};

static const struct importer *const importers[] = {
#define IMPORTER(name) &importer_##name,
#include "registry/importers.def"
#undef IMPORTER
};

/* What llm-jp-eval leaves beside its results. */
static const char *const beside[] = { ".eval-prompt.json", ".eval-generated.json", "_config.json" };

void evals_release(struct evals *evals)
{
	for (size_t i = 0; i < evals->count; i++) {
		free(evals->item[i].path);
		json_free(&evals->item[i].contradictions);
		add_result_release(&evals->item[i].result);
	}
	free(evals->item);
	*evals = (struct evals){ .item = NULL };
}

void evals_file_release(struct evals_file *file)
{
	json_free(&file->json);
	json_free(&file->predicate);
}

/* ---- Which files ---- */

static int item_add(struct evals *evals, const char *path, struct error *err)
{
	struct evals_item *item;

	if (evals->count == EVALS_MAX)
		return error_set(err, ERROR_USAGE, "more than %u files of results", EVALS_MAX);
	item = reallocarray(evals->item, evals->count + 1, sizeof(*item));
	if (!item)
		return error_system(err, ENOMEM, "cannot list files");
	evals->item = item;
	item += evals->count;
	*item = (struct evals_item){ .path = strdup(path) };
	if (!item->path)
		return error_system(err, ENOMEM, "cannot list files");
	evals->count++;
	return 0;
}

static bool is_beside(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		size_t end = strlen(beside[i]);

		if (len >= end && strcmp(path + len - end, beside[i]) == 0)
			return true;
	}
	return false;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Files below `folder` whose path behind the first `skip` bytes is matched; links are not
 * followed into folders. */
static int walk(struct evals *evals, const char *folder, size_t skip, const char *pattern,
		unsigned depth, struct error *err)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, visible, by_name), failed = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot list '%s'", folder);
	for (int i = 0; i < count; i++) {
		CLEANUP(text_free) char *path = NULL;
		struct stat there;

		if (!failed && !path_join(folder, entry[i]->d_name, &path, err)) {
			if (lstat(path, &there))
				failed = 0; /* it is gone again */
			else if (S_ISDIR(there.st_mode))
				failed = depth < DEPTH_MAX &&
					 walk(evals, path, skip, pattern, depth + 1, err);
			else if (path_glob_matches(pattern, path + skip, false) && !is_beside(path))
				failed = item_add(evals, path, err);
		} else {
			failed = -1;
		}
		free(entry[i]);
	}
	free(entry);
	return failed ? -1 : 0;
}

/* `**`: what stands in front of the first part with a special character is a folder. */
static int walk_word(struct evals *evals, const char *word, struct error *err)
{
	size_t special = strcspn(word, "*?["), begin = special;
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(text_free) char *pattern = NULL;

	while (begin && word[begin - 1] != '/')
		begin--;
	folder = begin ? strndup(word, begin > 1 ? begin - 1 : 1) : strdup(".");
	if (!folder || asprintf(&pattern, "/%s", word + begin) < 0)
		return error_system(err, ENOMEM, "cannot look for '%s'", word);
	return walk(evals, folder, strcmp(folder, "/") == 0 ? 1 : strlen(folder) + 1, pattern, 0,
		    err);
}

static int word_expand(struct evals *evals, const char *word, struct error *err)
{
	size_t before = evals->count;
	glob_t found = { 0 };
	int failed = 0, code;

	if (!strpbrk(word, "*?[") || file_exists(word))
		return item_add(evals, word, err);
	if (strstr(word, "**")) {
		if (walk_word(evals, word, err))
			return -1;
	} else {
		code = glob(word, 0, NULL, &found);
		for (size_t i = 0; !code && !failed && i < found.gl_pathc; i++)
			if (!is_beside(found.gl_pathv[i]))
				failed = item_add(evals, found.gl_pathv[i], err);
		globfree(&found);
		if (code && code != GLOB_NOMATCH)
			return error_set(err, ERROR_SYSTEM, "cannot look for '%s'", word);
	}
	if (!failed && evals->count == before)
		return error_set(err, ERROR_ABSENT, "nothing matches '%s'", word);
	return failed;
}

int evals_expand(const struct evals_wish *wish, struct evals *out_evals, struct error *err)
{
	CLEANUP(evals_release) struct evals evals = { .item = NULL };

	for (size_t i = 0; i < wish->word_count; i++)
		if (word_expand(&evals, wish->word[i], err))
			return -1;
	*out_evals = evals;
	evals = (struct evals){ .item = NULL }; /* handed over */
	return 0;
}

/* ---- What one says ---- */

void evals_words(char *text)
{
	uint8_t *at = (uint8_t *)text;

	while (*at) {
		size_t more = *at < 0x80    ? 0
			      : *at >= 0xf0 ? 3
			      : *at >= 0xe0 ? 2
			      : *at >= 0xc0 ? 1
					    : SIZE_MAX;
		size_t have = 0;

		while (have < more && (at[have + 1] & 0xc0) == 0x80)
			have++;
		if (have == more)
			at += more + 1;
		else
			*at++ = '?';
	}
}

bool evals_argument(const struct json *file, const char *key, char out[SCORES_TEXT_MAX + 1])
{
	const struct json *arguments = json_member(json_member(file, "config"), "model_args");
	const struct json *member = json_member(arguments, key);
	const char *at = json_text(arguments), *text = json_text(member);
	size_t len = strlen(key);

	out[0] = '\0';
	if (json_kind(member) == JSON_KIND_BOOL)
		text = json_is_yes(member) ? "True" : "False";
	if (text && strlen(text) <= SCORES_TEXT_MAX)
		memcpy(out, text, strlen(text) + 1);
	while (at && *at && !out[0]) {
		size_t part = strcspn(at, ",");

		if (strncmp(at, key, len) == 0 && at[len] == '=' &&
		    part - len - 1 <= SCORES_TEXT_MAX) {
			memcpy(out, at + len + 1, part - len - 1);
			out[part - len - 1] = '\0';
		}
		at += part + (at[part] == ',');
	}
	return out[0] && strcmp(out, "None") != 0 && strcmp(out, "False") != 0;
}

/* ---- Numbers that are none ---- */

#define NUMBER_CHARS "0123456789+-.eE"

/* Not one that overflows, either: 1e999 would be infinite for whoever reads it. */
static bool is_number(const char *text)
{
	struct error ignored = { 0 };
	double number;

	return decimal_parse(text, &number, &ignored) == 0 || ignored.code == ERROR_SYSTEM;
}

/* The first number of the value that no double holds, or NULL. *out_path names it: "a.b[3]". */
static const char *number_find(const struct json *value, char out_path[EVAL_PATH_MAX])
{
	size_t len = strlen(out_path);
	const char *found = NULL;
	struct json_members at = { 0 };

	if (json_kind(value) == JSON_KIND_NUMBER)
		return is_number(json_number_text(value)) ? NULL : json_number_text(value);
	while (!found && json_next(value, &at)) {
		snprintf(out_path + len, EVAL_PATH_MAX - len, "%s%.120s", len ? "." : "", at.key);
		found = number_find(at.value, out_path);
	}
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && !found && i < json_count(value);
	     i++) {
		snprintf(out_path + len, EVAL_PATH_MAX - len, "[%zu]", i);
		found = number_find(json_at(value, i), out_path);
	}
	if (!found)
		out_path[len] = '\0';
	return found;
}

/* The line of the first such number in a text that is JSON. */
static size_t number_line(struct span text)
{
	size_t line = 1;
	bool quoted = false;

	for (size_t at = 0; at < text.len; at++) {
		CLEANUP(text_free) char *number = NULL;
		uint8_t c = text.data[at];
		size_t end = at;

		line += c == '\n';
		if (quoted && c == '\\')
			at++;
		else if (c == '"')
			quoted = !quoted;
		if (quoted || !(c == '-' || (c >= '0' && c <= '9')))
			continue;
		while (end < text.len && text.data[end] && strchr(NUMBER_CHARS, text.data[end]))
			end++;
		number = strndup((const char *)text.data + at, end - at);
		/* "-Infinity" leaves a dash, which is none of ours. */
		if (!number || (end - at > 1 && !is_number(number)))
			break;
		at = end - 1;
	}
	return line;
}

static int numbers_check(const struct json *file, struct span text, struct error *err)
{
	char path[EVAL_PATH_MAX] = "";
	const char *number = number_find(file, path);

	if (!number)
		return 0;
	evals_words(path);
	return error_set(err, ERROR_CORRUPT,
			 "line %zu: %s is %.40s, which is no number that can be "
			 "computed with",
			 number_line(text), path, number);
}

/* ---- What the file says ---- */

/* Set format, harness, model and scores from the file, by the importer that knows it. */
static int import(struct evals_file *file, struct error *err)
{
	for (size_t i = 0; i < sizeof(importers) / sizeof(importers[0]); i++)
		if (importers[i]->knows(file->json))
			return json_set_text(file->predicate, "format", importers[i]->name, err) ||
					       importers[i]->read(file->json, file->predicate, err)
				       ? -1
				       : 0;
	return error_set(err, ERROR_USAGE, "it is in no format of results that is known here");
}

static void model_read(struct evals_file *file)
{
	const struct json *said = json_member(file->predicate, "modelSaid");
	const char *model = json_text(json_member(file->predicate, "model"));
	const char *revision = json_text(json_member(said, "revision"));

	if (!evals_argument(file->json, "pretrained", file->pretrained))
		snprintf(file->pretrained, sizeof(file->pretrained), "%s", model ? model : "");
	if (!evals_argument(file->json, "revision", file->revision))
		snprintf(file->revision, sizeof(file->revision), "%s", revision ? revision : "");
}

int evals_file_read(const char *path, struct evals_file *out_file, struct error *err)
{
	CLEANUP(evals_file_release) struct evals_file file = { .json = NULL };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, RESULT_FILE_MAX);
	if (file_read(path, &bytes, err))
		return -1;
	if (secrets_scan(buffer_view(&bytes), path, err))
		return -1;
	if (python_json_parse(buffer_view(&bytes), NULL, &file.json, err) ||
	    numbers_check(file.json, buffer_view(&bytes), err) ||
	    json_object_new(&file.predicate, err) || import(&file, err))
		return error_prefix(err, "'%s'", path);
	file.digest = sha256(buffer_view(&bytes));
	file.size = bytes.len;
	model_read(&file);
	*out_file = file;
	file = (struct evals_file){ .json = NULL }; /* handed over */
	return 0;
}
