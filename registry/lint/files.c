/* lint_files: the small files of a checkpoint, as lines that can be compared. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

#define TRAINER_HEAD_BYTES 65536u /* of a trainer_state.json, in which its step stands */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- Lines ---- */

void lint_lines_release(struct lint_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i]);
	free(lines->line);
	*lines = (struct lint_lines){ .line = NULL };
}

int lint_lines_add(struct lint_lines *lines, const char *about, const char *text, struct error *err)
{
	if (lines->count == lines->room) {
		size_t room = lines->room ? 2 * lines->room : 16;
		char **line = reallocarray(lines->line, room, sizeof(*line));

		if (!line)
			return error_system(err, ENOMEM, "cannot list what there is");
		lines->line = line;
		lines->room = room;
	}
	if (asprintf(&lines->line[lines->count], "%s\t%s", about, text) < 0)
		return error_system(err, ENOMEM, "cannot list what there is");
	lines->count++;
	return 0;
}

static int line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct digest lines_digest(const struct lint_lines *lines)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	struct error none = { 0 };

	if (hash_stream_new(&hash, &none))
		return (struct digest){ { 0 } };
	for (size_t i = 0; i < lines->count; i++)
		hash_stream_add(hash, (struct span){ (const uint8_t *)lines->line[i],
						     strlen(lines->line[i]) + 1 });
	return hash_stream_finish(hash);
}

void lint_lines_finish(struct lint_lines *lines)
{
	if (lines->count)
		qsort(lines->line, lines->count, sizeof(*lines->line), line_order);
	lines->digest = lines_digest(lines);
}

int lint_lines_keep(struct lint_lines **kept, size_t *count, struct lint_lines *lines,
		    size_t *out_place, struct error *err)
{
	struct lint_lines *grown;

	*out_place = 0;
	for (size_t i = 0; i < *count; i++)
		if (digest_equal(&(*kept)[i].digest, &lines->digest))
			*out_place = i + 1;
	if (*out_place || *count == LINT_KEPT_MAX)
		return 0;
	grown = reallocarray(*kept, *count + 1, sizeof(*grown));
	if (!grown)
		return error_system(err, ENOMEM, "cannot list what there is");
	*kept = grown;
	grown[*count] = *lines;
	*lines = (struct lint_lines){ .line = NULL };
	*out_place = ++*count;
	return 0;
}

/* ---- Small files ---- */

static int small_read(const struct tree *tree, const char *name, struct buffer *out,
		      struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;

	return tree_open_file(tree, name, &source, err) || source_read_all(source, out, err) ? -1
											     : 0;
}

static int json_read(const struct tree *tree, const char *name, struct json **out,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, LINT_SMALL_MAX);
	return small_read(tree, name, &bytes, err) ||
			       json_parse(buffer_view(&bytes), NULL, out, err)
		       ? error_prefix(err, "'%s'", name)
		       : 0;
}

/* The text of a value that is no object: how it is written. */
static int value_text(const struct json *value, char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *plain =
		json_kind(value) == JSON_KIND_STRING ? json_text(value) : json_number_text(value);

	buffer_init(&text, LINT_SMALL_MAX);
	if (plain) {
		*out_text = strdup(plain);
		return *out_text ? 0 : error_system(err, ENOMEM, "cannot read a config");
	}
	switch (json_kind(value)) {
	case JSON_KIND_INTEGER:
		if (buffer_printf(&text, err, "%" PRId64, json_integer_of(value)))
			return -1;
		break;
	case JSON_KIND_BOOL:
		if (buffer_add_text(&text, json_is_yes(value) ? "true" : "false", err))
			return -1;
		break;
	case JSON_KIND_NULL:
		if (buffer_add_text(&text, "null", err))
			return -1;
		break;
	default:
		if (json_write_pretty(value, &text, err))
			return -1;
		break;
	}
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\n' || text.data[i] == '\t')
			text.data[i] = ' ';
	return buffer_to_text(&text, out_text, err);
}

/* Every member that is no object, "rope_scaling.factor"; the parser limits the depth. */
static int config_flatten(const struct json *object, const char *above, struct lint_lines *lines,
			  struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(object, &at)) {
		CLEANUP(text_free) char *name = NULL;
		CLEANUP(text_free) char *text = NULL;

		if (asprintf(&name, "%s%s%s", above, above[0] ? "." : "", at.key) < 0) {
			name = NULL;
			return error_system(err, ENOMEM, "cannot read a config");
		}
		if (json_kind(at.value) == JSON_KIND_OBJECT && json_count(at.value)) {
			if (config_flatten(at.value, name, lines, err))
				return -1;
			continue;
		}
		if (value_text(at.value, &text, err) || lint_lines_add(lines, name, text, err))
			return -1;
	}
	return 0;
}

static int config_look(struct lint *lint, struct lint_item *item, const struct tree *tree,
		       const char *name, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(lint_lines_release) struct lint_lines lines = { .line = NULL };

	if (json_read(tree, name, &json, err))
		return -1;
	if (config_flatten(json, "", &lines, err))
		return -1;
	lint_lines_finish(&lines);
	item->config_digest = lines.digest;
	return lint_lines_keep(&lint->config, &lint->config_count, &lines, &item->config, err);
}

/* What model.safetensors.index.json and the like name, and what is not beside them. */
static int index_look(struct lint_item *item, const struct tree *tree, const char *name,
		      struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct json_members at = { 0 };
	size_t folder = (size_t)(base_name(name) - name);
	const char *last = "";

	if (json_read(tree, name, &json, err))
		return -1;
	while (json_next(json_member(json, "weight_map"), &at)) {
		const char *shard = json_text(at.value);
		CLEANUP(text_free) char *path = NULL;

		/* Tensors of a shard mostly follow each other. */
		if (!shard || strcmp(shard, last) == 0)
			continue;
		last = shard;
		if (asprintf(&path, "%.*s%s", (int)folder, name, shard) < 0) {
			path = NULL;
			return error_system(err, ENOMEM, "cannot read an index");
		}
		if (!tree_find(tree, path) && lint_lines_add(&item->missing, path, name, err))
			return -1;
	}
	return 0;
}

/* "global_step": N, which a trainer writes in front of its long history. */
static int trainer_look(struct lint_item *item, const struct tree *tree, const char *name,
			struct error *err)
{
	static const char key[] = "\"global_step\"";
	CLEANUP(source_close) struct source *source = NULL;
	char head[TRAINER_HEAD_BYTES + 1];
	const char *at;
	size_t len, digits;

	if (tree_open_file(tree, name, &source, err))
		return -1;
	len = source->size < TRAINER_HEAD_BYTES ? (size_t)source->size : TRAINER_HEAD_BYTES;
	if (source_read_at(source, 0, head, len, err))
		return -1;
	head[len] = '\0';
	at = strstr(head, key);
	if (!at)
		return 0;
	at += strlen(key);
	at += strspn(at, " \t\r\n");
	if (*at != ':')
		return 0;
	at++;
	at += strspn(at, " \t\r\n");
	digits = strspn(at, "0123456789");
	item->has_trainer_step = digits && digits <= CHECKPOINT_DIGITS_MAX;
	if (item->has_trainer_step)
		item->trainer_step = strtoull(at, NULL, 10);
	return 0;
}

static size_t depth_of(const char *path)
{
	size_t depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* What the names of the files tell, before any is read. *out_config: of the model, or NULL. */
static void names_look(struct lint_item *item, const struct tree *tree, const char **out_config)
{
	*out_config = NULL;
	for (size_t i = 0; i < tree_count(tree); i++) {
		const char *name = tree_file(tree, i)->name;

		item->has_tokenizer = item->has_tokenizer || model_file_is_tokenizer(name);
		item->has_optimizer = item->has_optimizer || model_file_is_optimizer(name);
		if (strcmp(base_name(name), "config.json") == 0 &&
		    (!*out_config || depth_of(name) < depth_of(*out_config)))
			*out_config = name;
	}
	item->has_config = *out_config != NULL;
}

int lint_files_look(struct lint *lint, struct lint_item *item, const struct tree *tree,
		    struct error *err)
{
	const char *config;

	names_look(item, tree, &config);
	for (size_t i = 0; i < tree_count(tree); i++) {
		const char *name = tree_file(tree, i)->name;

		if ((text_ends_with(name, ".index.json") && index_look(item, tree, name, err)) ||
		    (strcmp(base_name(name), "trainer_state.json") == 0 &&
		     trainer_look(item, tree, name, err)))
			return -1;
	}
	return config ? config_look(lint, item, tree, config, err) : 0;
}
