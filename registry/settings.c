/* The registry's own settings: a strict reader and writer of DIR/config. */
#include "registry/settings.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *section, *name;
} keys[SETTING_COUNT] = {
	[SETTING_FORMAT_VERSION] = { "core", "formatVersion" },
	[SETTING_ORIGIN] = { "core", "origin" },
	[SETTING_SHARED_REPOSITORY] = { "core", "sharedRepository" },
	[SETTING_STORE_TYPE] = { "store", "type" },
	[SETTING_STORE_DEFAULT] = { "store", "default" },
	[SETTING_STORE_COMPRESSION] = { "store", "compression" },
	[SETTING_STORE_PACK_SIZE] = { "store", "packSize" },
	[SETTING_COORDINATOR_TYPE] = { "coordinator", "type" },
	[SETTING_COORDINATOR_PATH] = { "coordinator", "path" },
	[SETTING_LOG_KEY] = { "log", "key" },
	[SETTING_USER_KEY] = { "user", "key" },
	[SETTING_TIMESTAMP_URL] = { "timestamp", "url" },
	[SETTING_PRIVATE] = { "core", "private" },
	[SETTING_PUBLISH_PRIVATE] = { "publish", "private" },
	[SETTING_PROGRAMME_TOKENIZER] = { "programme", "tokenizer" },
	[SETTING_RUN_CARD] = { "run", "card" },
};

const char *setting_key_name(enum setting_key key)
{
	static const char *const name[SETTING_COUNT] = {
		[SETTING_FORMAT_VERSION] = "core.formatVersion",
		[SETTING_ORIGIN] = "core.origin",
		[SETTING_SHARED_REPOSITORY] = "core.sharedRepository",
		[SETTING_STORE_TYPE] = "store.type",
		[SETTING_STORE_DEFAULT] = "store.default",
		[SETTING_STORE_COMPRESSION] = "store.compression",
		[SETTING_STORE_PACK_SIZE] = "store.packSize",
		[SETTING_COORDINATOR_TYPE] = "coordinator.type",
		[SETTING_COORDINATOR_PATH] = "coordinator.path",
		[SETTING_LOG_KEY] = "log.key",
		[SETTING_USER_KEY] = "user.key",
		[SETTING_TIMESTAMP_URL] = "timestamp.url",
		[SETTING_PRIVATE] = "core.private",
		[SETTING_PUBLISH_PRIVATE] = "publish.private",
		[SETTING_PROGRAMME_TOKENIZER] = "programme.tokenizer",
		[SETTING_RUN_CARD] = "run.card",
	};

	return name[key];
}

void settings_release(struct settings *settings)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		free(settings->value[i]);
		settings->value[i] = NULL;
	}
}

const char *settings_get(const struct settings *settings, enum setting_key key,
			 const char *otherwise)
{
	return settings->value[key] ? settings->value[key] : otherwise;
}

int settings_get_bool(const struct settings *settings, enum setting_key key, bool *out_value,
		      struct error *err)
{
	const char *value = settings_get(settings, key, "false");

	*out_value = strcmp(value, "true") == 0;
	if (!*out_value && strcmp(value, "false") != 0)
		return error_set(err, ERROR_USAGE,
				 "%s is 'true' or 'false' in the config, not '%s'",
				 setting_key_name(key), value);
	return 0;
}

int settings_get_size(const struct settings *settings, enum setting_key key, uint64_t otherwise,
		      uint64_t *out_bytes, struct error *err)
{
	static const char units[] = "kmg";
	const char *value = settings_get(settings, key, NULL), *unit;
	uint64_t bytes = 0;
	char *end;

	if (!value) {
		*out_bytes = otherwise;
		return 0;
	}
	if (value[0] >= '0' && value[0] <= '9' && strlen(value) < 16) {
		bytes = strtoull(value, &end, 10);
		unit = *end ? strchr(units, *end | 0x20) : NULL;
		for (ptrdiff_t i = 0; unit && i <= unit - units; i++)
			if (__builtin_mul_overflow(bytes, 1024u, &bytes))
				bytes = 0;
		if (*end && (!unit || end[1]))
			bytes = 0;
	}
	if (!bytes)
		return error_set(err, ERROR_USAGE,
				 "%s is a number of bytes in the config, such as 256m, not '%s'",
				 setting_key_name(key), value);
	*out_bytes = bytes;
	return 0;
}

int settings_set(struct settings *settings, enum setting_key key, const char *value,
		 struct error *err)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a setting");
	for (const char *c = value; c && *c; c++) {
		if ((unsigned char)*c >= ' ' && *c != 127)
			continue;
		free(copy);
		return error_set(err, ERROR_USAGE, "the value of %s holds a control character",
				 setting_key_name(key));
	}
	free(settings->value[key]);
	settings->value[key] = copy;
	return 0;
}

/* Where the reader stands. `line` counts from 1. */
struct parse {
	const char *at, *end;
	unsigned line;
	char section[32]; /* empty before the first */
};

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void blanks_skip(struct parse *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
}

/* Skip what is left of a line: blanks and a comment only. False when there is more. */
static bool line_rest(struct parse *p)
{
	blanks_skip(p);
	if (p->at < p->end && (*p->at == '#' || *p->at == ';'))
		while (p->at < p->end && *p->at != '\n')
			p->at++;
	return p->at == p->end || *p->at == '\n';
}

/* A run of letters into out[size]; false when there is none or it is too long. */
static bool word_take(struct parse *p, char *out, size_t size)
{
	size_t len = 0;

	while (p->at < p->end && letter(*p->at) && len + 1 < size)
		out[len++] = *p->at++;
	out[len] = '\0';
	return len && (p->at == p->end || !letter(*p->at));
}

static int section_take(struct parse *p, struct error *err)
{
	p->at++; /* '[' */
	if (!word_take(p, p->section, sizeof(p->section)) || p->at == p->end || *p->at != ']')
		return error_set(err, ERROR_CORRUPT,
				 "line %u: not a section of this registry's config", p->line);
	p->at++;
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strcasecmp(keys[i].section, p->section) == 0)
			return 0;
	return error_set(err, ERROR_CORRUPT, "line %u: section '%s' is not allowed here", p->line,
			 p->section);
}

/* One character of a value behind a backslash. */
static int escape_take(struct parse *p, char *out, struct error *err)
{
	char c = ++p->at < p->end ? *p->at : '\0';

	if (c != '"' && c != '\\' && c != 't')
		return error_set(err, ERROR_CORRUPT, "line %u: unknown escape in a value", p->line);
	*out = c == 't' ? '\t' : c;
	return 0;
}

static int value_take(struct parse *p, char out[SETTING_VALUE_MAX], struct error *err)
{
	size_t len = 0, keep = 0; /* blanks behind `keep` are dropped */
	bool quoted = false;

	blanks_skip(p);
	for (; p->at < p->end && *p->at != '\n'; p->at++) {
		char c = *p->at;

		if (!quoted && (c == '#' || c == ';'))
			break;
		if (c == '"') {
			quoted = !quoted;
			keep = len;
			continue;
		}
		if (c == '\\' && escape_take(p, &c, err))
			return -1;
		if (!c || len + 1 >= SETTING_VALUE_MAX)
			return error_set(err, ERROR_CORRUPT, "line %u: %s", p->line,
					 c ? "the value is too long" : "a NUL in the file");
		out[len++] = c;
		if (quoted || (c != ' ' && c != '\t' && c != '\r'))
			keep = len;
	}
	if (quoted)
		return error_set(err, ERROR_CORRUPT, "line %u: a quote is not closed", p->line);
	out[keep] = '\0';
	if (!line_rest(p))
		return error_set(err, ERROR_CORRUPT, "line %u: junk behind the value", p->line);
	return 0;
}

static int entry_take(struct parse *p, struct settings *settings, struct error *err)
{
	char name[32], value[SETTING_VALUE_MAX];

	if (!word_take(p, name, sizeof(name)))
		return error_set(err, ERROR_CORRUPT, "line %u: not a setting", p->line);
	blanks_skip(p);
	if (p->at == p->end || *p->at != '=')
		return error_set(err, ERROR_CORRUPT, "line %u: '%s' has no value", p->line, name);
	p->at++;
	if (value_take(p, value, err))
		return -1;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strcasecmp(keys[i].section, p->section) || strcasecmp(keys[i].name, name))
			continue;
		if (settings->value[i])
			return error_set(err, ERROR_CORRUPT, "line %u: %s is set twice", p->line,
					 setting_key_name((enum setting_key)i));
		return settings_set(settings, (enum setting_key)i, value, err);
	}
	return error_set(err, ERROR_CORRUPT, "line %u: unknown setting '%s.%s'", p->line,
			 p->section, name);
}

int settings_parse(struct span text, struct settings *out_settings, struct error *err)
{
	CLEANUP(settings_release) struct settings settings = { 0 };
	struct parse p = { .at = (const char *)text.data, .line = 1 };

	p.end = p.at + text.len;
	while (p.at < p.end) {
		if (line_rest(&p)) {
			if (p.at < p.end)
				p.at++;
			p.line++;
			continue;
		}
		if (*p.at == '[' ? section_take(&p, err) : entry_take(&p, &settings, err))
			return -1;
	}
	*out_settings = settings;
	settings = (struct settings){ 0 }; /* handed over */
	return 0;
}

int settings_read(const char *path, struct settings *out_settings, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, SETTINGS_MAX_BYTES);
	if (file_read(path, &text, err))
		return -1;
	if (settings_parse(buffer_view(&text), out_settings, err))
		return error_prefix(err, "'%s'", path);
	return 0;
}

static int value_print(struct buffer *out, const char *value, struct error *err)
{
	if (buffer_add_text(out, "\"", err))
		return -1;
	for (const char *c = value; *c; c++)
		if (((*c == '"' || *c == '\\') && buffer_add_text(out, "\\", err)) ||
		    buffer_add(out, (struct span){ (const uint8_t *)c, 1 }, err))
			return -1;
	return buffer_add_text(out, "\"\n", err);
}

int settings_write(const char *path, const struct settings *settings, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *section = "";

	buffer_init(&text, SETTINGS_MAX_BYTES);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (!settings->value[i])
			continue;
		if (strcmp(section, keys[i].section) != 0 &&
		    buffer_printf(&text, err, "[%s]\n", keys[i].section))
			return -1;
		section = keys[i].section;
		if (buffer_printf(&text, err, "\t%s = ", keys[i].name) ||
		    value_print(&text, settings->value[i], err))
			return -1;
	}
	return file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
}
