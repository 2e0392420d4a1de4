/* card_front: the front matter of a card, new or over what stands there. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/inner.h"

enum { ITEMS_MAX = 1024 };

/* Texts of a list, each once; borrowed from facts, or kept here. */
struct items {
	char *item[ITEMS_MAX];
	size_t count;
};

static void items_release(struct items *items)
{
	for (size_t i = 0; i < items->count; i++)
		free(items->item[i]);
}

static int items_add(struct items *items, const char *text, size_t len, struct error *err)
{
	for (size_t i = 0; i < items->count; i++)
		if (strlen(items->item[i]) == len && memcmp(items->item[i], text, len) == 0)
			return 0;
	if (items->count == ITEMS_MAX)
		return 0;
	items->item[items->count] = strndup(text, len);
	return items->item[items->count++]
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "out of memory for a card");
}

/* ---- What facts give ---- */

/* owner/name of owner/name@version. */
static int family_add(struct items *items, const char *name, struct error *err)
{
	return name ? items_add(items, name, strcspn(name, "@:"), err) : 0;
}

static int languages_of(const struct card_writer *w, struct items *items, struct error *err)
{
	const struct json *data = fact_list(w, "data");

	for (size_t i = 0; i < json_count(data); i++) {
		const struct json *list = json_member(json_at(data, i), "languages");

		for (size_t k = 0; k < json_count(list); k++) {
			const struct json *one = json_at(list, k);
			const struct json *count = json_member(one, "tokens");
			const char *language = fact_text(one, "language");
			char digits[COUNT_TEXT_SIZE];

			if (!count)
				count = json_member(one, "documents");
			if (!language || strcmp(language, "other") == 0 ||
			    !count_digits(count, digits) || strcmp(digits, "0") == 0)
				continue;
			if (items_add(items, language, strlen(language), err))
				return -1;
		}
	}
	return 0;
}

static int datasets_of(const struct card_writer *w, struct items *items, struct error *err)
{
	const struct json *data = fact_list(w, "data");

	for (size_t i = 0; i < json_count(data); i++)
		if (family_add(items, fact_text(json_at(data, i), "name"), err))
			return -1;
	return 0;
}

/* Models of other names that it was made from. */
static int bases_of(const struct card_writer *w, struct items *items, struct error *err)
{
	const struct json *parents = fact_list(w, "parents");
	const char *own = fact_text(w->facts, "name");
	size_t len = own ? strcspn(own, "@:") : 0;

	for (size_t i = 0; i < json_count(parents); i++) {
		const char *name = fact_text(json_at(parents, i), "name");

		if (!name || (strcspn(name, "@:") == len && strncasecmp(name, own, len) == 0))
			continue;
		if (family_add(items, name, err))
			return -1;
	}
	return 0;
}

static int tags_of(const struct card_writer *w, struct items *items, struct error *err)
{
	(void)w;
	return items_add(items, "akashi", strlen("akashi"), err);
}

static const char *library_of(const struct card_writer *w)
{
	return fact_text(json_member(w->facts, "config"), "transformers_version") &&
			       fact_text(w->facts, "architecture")
		       ? "transformers"
		       : NULL;
}

static const char *pipeline_of(const struct card_writer *w)
{
	const char *architecture = fact_text(w->facts, "architecture");

	if (!architecture)
		return NULL;
	if (text_ends_with(architecture, "ForCausalLM") ||
	    text_ends_with(architecture, "LMHeadModel"))
		return "text-generation";
	if (text_ends_with(architecture, "ForSequenceClassification"))
		return "text-classification";
	return text_ends_with(architecture, "ForMaskedLM") ? "fill-mask" : NULL;
}

/* The Hub's word for an SPDX identifier, or "other". */
static const char *license_of(const struct card_writer *w)
{
	static const char *const known[] = {
#define LICENSE(word) word,
#include "registry/card_licenses.def"
#undef LICENSE
	};
	static const char *const ending[] = { "", "-only", "-or-later" };
	const char *license = fact_text(w->facts, "license");

	if (!license)
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i]);

		for (size_t k = 0; k < 3; k++)
			if (strncasecmp(license, known[i], len) == 0 &&
			    strcasecmp(license + len, ending[k]) == 0)
				return known[i];
	}
	return "other";
}

static const char *license_name_of(const struct card_writer *w)
{
	const char *license = license_of(w);

	return license && strcmp(license, "other") == 0 ? fact_text(w->facts, "license") : NULL;
}

/* The Hub's word for how it was made of them, where it has one. */
static const char *relation_of(const struct card_writer *w)
{
	const struct json *list = fact_list(w, "derivations");
	const char *method = fact_text(json_at(list, 0), "method");

	return json_count(list) == 1 && method &&
			       (strcmp(method, "average") == 0 || strcmp(method, "linear") == 0)
		       ? "merge"
		       : NULL;
}

/* The keys that are ours to write, in the order in which a new card has them. */
static const struct key {
	const char *name;
	const char *(*text)(const struct card_writer *w); /* of a scalar */
	int (*list)(const struct card_writer *w, struct items *items, struct error *err);
	int (*block)(const struct card_writer *w, struct error *err); /* writes it all */
	bool rules; /* what is signed takes the place of what was written */
} keys[] = {
	{ .name = "license", .text = license_of, .rules = true },
	{ .name = "license_name", .text = license_name_of, .rules = true },
	{ .name = "language", .list = languages_of },
	{ .name = "library_name", .text = library_of },
	{ .name = "pipeline_tag", .text = pipeline_of },
	{ .name = "base_model", .list = bases_of },
	{ .name = "base_model_relation", .text = relation_of },
	{ .name = "datasets", .list = datasets_of },
	{ .name = "tags", .list = tags_of },
	{ .name = "model-index", .block = card_model_index, .rules = true },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int items_write(const struct card_writer *w, const struct items *items, size_t from,
		       const char *indent, struct error *err)
{
	for (size_t i = from; i < items->count; i++)
		if (buffer_printf(w->out, err, "%s- ", indent) ||
		    yaml_text(w->out, items->item[i], err) || buffer_add_text(w->out, "\n", err))
			return -1;
	return 0;
}

static int key_write(const struct card_writer *w, const struct key *key, struct error *err)
{
	CLEANUP(items_release) struct items items = { .count = 0 };
	const char *text = key->text ? key->text(w) : NULL;

	if (key->block)
		return key->block(w, err);
	if (text)
		return buffer_printf(w->out, err, "%s: ", key->name) ||
				       yaml_text(w->out, text, err) ||
				       buffer_add_text(w->out, "\n", err)
			       ? -1
			       : 0;
	if (!key->list)
		return 0;
	if (key->list(w, &items, err))
		return -1;
	return items.count && (buffer_printf(w->out, err, "%s:\n", key->name) ||
			       items_write(w, &items, 0, "", err))
		       ? -1
		       : 0;
}

int card_front_write(const struct card_writer *w, struct error *err)
{
	if (buffer_add_text(w->out, "---\n", err))
		return -1;
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (key_write(w, &keys[i], err))
			return -1;
	return buffer_add_text(w->out, "---\n", err);
}

/* ---- Over what stands there ---- */

/* An edit under way: `old` is copied line by line, but for keys that are written anew. */
struct edit {
	const struct card_writer *w;
	const struct card_text *old;
	const char *file;
	size_t at;     /* the byte of `old` that is copied next */
	unsigned line; /* its line */
};

/* Copy, or pass over, what stands above `line`. */
static int edit_to(struct edit *edit, unsigned line, bool copy, struct error *err)
{
	size_t from = edit->at;
	const struct span *bytes = &edit->old->bytes;

	while (edit->line < line && edit->at < edit->old->front_end) {
		const uint8_t *stop =
			memchr(bytes->data + edit->at, '\n', edit->old->front_end - edit->at);

		edit->at = stop ? (size_t)(stop - bytes->data) + 1 : edit->old->front_end;
		edit->line++;
	}
	return copy ? buffer_add(edit->w->out, (struct span){ bytes->data + from, edit->at - from },
				 err)
		    : 0;
}

/* Does a quote at `at` begin a scalar, rather than stand in one? */
static bool quote_opens(const uint8_t *begin, const uint8_t *at)
{
	return at == begin || strchr(" \t\n[,{:", at[-1]);
}

/* Pass over what stands above `line`, but for its comments: each gets a line of its own. */
static int edit_past(struct edit *edit, unsigned line, struct error *err)
{
	const uint8_t *begin = edit->old->bytes.data + edit->at, *end, *stop;
	uint8_t quote = 0;

	if (edit_to(edit, line, false, err))
		return -1;
	end = edit->old->bytes.data + edit->at;
	for (const uint8_t *at = begin; at < end; at = stop) {
		stop = at + 1;
		if (quote) {
			if (*at == '\\' && quote == '"' && stop < end)
				stop++;
			else if (*at == quote)
				quote = 0;
		} else if ((*at == '"' || *at == '\'') && quote_opens(begin, at)) {
			quote = *at;
		} else if (*at == '#' && (at == begin || strchr(" \t\n", at[-1]))) {
			stop = memchr(at, '\n', (size_t)(end - at));
			stop = stop ? stop + 1 : end;
			if (buffer_add(edit->w->out, (struct span){ at, (size_t)(stop - at) }, err))
				return -1;
		}
	}
	return 0;
}

static bool is_scalars(const struct yaml *yaml, const struct yaml_node *list)
{
	for (const struct yaml_node *at = yaml_first(yaml, list); at; at = yaml_next(yaml, at))
		if (at->kind != YAML_SCALAR)
			return false;
	return list->kind != YAML_MAP;
}

/* How far the first item of a block list is indented; false: it is none. */
static bool block_indent(const struct edit *edit, const struct yaml_node *list,
			 char out_indent[YAML_MAX_DEPTH])
{
	const struct yaml_node *first = yaml_first(&edit->old->front, list);
	struct edit probe = *edit;
	struct error ignored = { 0 };
	size_t len = 0;

	if (!first || first->line <= list->line || edit_to(&probe, first->line, false, &ignored))
		return false;
	while (len + 1 < YAML_MAX_DEPTH && edit->old->bytes.data[probe.at + len] == ' ')
		out_indent[len++] = ' ';
	out_indent[len] = '\0';
	return edit->old->bytes.data[probe.at + len] == '-';
}

/* Items that stand there, in `items`; those that facts give behind them. */
static int list_join(struct edit *edit, const struct key *key, const struct yaml_node *old,
		     struct items *items, size_t *out_old, struct error *err)
{
	const struct yaml *yaml = &edit->old->front;

	if (old->kind == YAML_SCALAR && !yaml_is_null(old) &&
	    items_add(items, (const char *)old->text.data, old->text.len, err))
		return -1;
	for (const struct yaml_node *at = yaml_first(yaml, old); at; at = yaml_next(yaml, at))
		if (items_add(items, (const char *)at->text.data, at->text.len, err))
			return -1;
	*out_old = items->count;
	return key->list(edit->w, items, err);
}

/* What lacks is added; the items of a block list that stand there are not touched. */
static int list_edit(struct edit *edit, const struct key *key, const struct yaml_node *old,
		     struct error *err)
{
	CLEANUP(items_release) struct items items = { .count = 0 };
	char indent[YAML_MAX_DEPTH];
	size_t before;

	if (!is_scalars(&edit->old->front, old))
		return 0;
	if (list_join(edit, key, old, &items, &before, err))
		return -1;
	if (items.count == before)
		return 0;
	if (block_indent(edit, old, indent))
		return edit_to(edit, old->last_line + 1, true, err) ||
				       items_write(edit->w, &items, before, indent, err)
			       ? -1
			       : 0;
	return edit_past(edit, old->last_line + 1, err) ||
			       buffer_printf(edit->w->out, err, "%s:\n", key->name) ||
			       items_write(edit->w, &items, 0, "", err)
		       ? -1
		       : 0;
}

/* Did we write all results that stand there? Each has one `dataset`, and a source of ours. */
static bool results_are_ours(const struct yaml *yaml, const struct yaml_node *index)
{
	if (!yaml_is_null(index) && index->kind != YAML_LIST)
		return false;
	for (const struct yaml_node *model = yaml_first(yaml, index); model;
	     model = yaml_next(yaml, model)) {
		const struct yaml_node *list = yaml_member(yaml, model, "results");

		if (!list || list->kind != YAML_LIST)
			return false;
		for (const struct yaml_node *at = yaml_first(yaml, list); at;
		     at = yaml_next(yaml, at)) {
			const struct yaml_node *name =
				yaml_member(yaml, yaml_member(yaml, at, "source"), "name");

			if (!name || name->text.len < strlen(CARD_SOURCE) ||
			    memcmp(name->text.data, CARD_SOURCE, strlen(CARD_SOURCE)) != 0)
				return false;
		}
	}
	return true;
}

static bool same_scalar(const struct yaml_node *old, const char *text)
{
	return old->kind == YAML_SCALAR && old->text.len == strlen(text) &&
	       memcmp(old->text.data, text, old->text.len) == 0;
}

/* One key of ours that stands there. */
static int key_edit(struct edit *edit, const struct key *key, const struct yaml_node *old,
		    struct error *err)
{
	const struct card_writer *w = edit->w;
	const char *text = key->text ? key->text(w) : NULL;

	if (key->list)
		return list_edit(edit, key, old, err);
	if (key->text && (!text || same_scalar(old, text)))
		return 0;
	if (key->block && !results_are_ours(&edit->old->front, old)) {
		context_notice(w->wish->ctx,
			       "'%s', line %u: '%s' holds what others wrote, and stays as it is",
			       edit->file, old->line, key->name);
		return 0;
	}
	if (!key->rules && !yaml_is_null(old))
		return 0;
	if (text && !yaml_is_null(old))
		context_notice(w->wish->ctx, "'%s', line %u: '%s' is now '%s', as it is signed",
			       edit->file, old->line, key->name, text);
	return edit_past(edit, old->last_line + 1, err) || key_write(w, key, err) ? -1 : 0;
}

static const struct key *key_find(struct span name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strlen(keys[i].name) == name.len &&
		    memcmp(keys[i].name, name.data, name.len) == 0)
			return &keys[i];
	return NULL;
}

static int members_edit(struct edit *edit, const struct yaml_node *root, struct error *err)
{
	const struct yaml *yaml = &edit->old->front;

	for (const struct yaml_node *at = yaml_first(yaml, root); at; at = yaml_next(yaml, at)) {
		const struct key *key = key_find(at->key);

		if (at->line < edit->line ||
		    (yaml_next(yaml, at) && yaml_next(yaml, at)->line <= at->last_line))
			return error_set(err, ERROR_USAGE,
					 "%s, line %u: several keys stand on one line: write each "
					 "on its own",
					 edit->file, at->line);
		if (edit_to(edit, at->line, true, err) || (key && key_edit(edit, key, at, err)))
			return -1;
	}
	return edit_to(edit, UINT32_MAX, true, err);
}

int card_front_update(const struct card_writer *w, const struct card_text *old, const char *file,
		      struct error *err)
{
	struct edit edit = { .w = w, .old = old, .file = file, .at = old->front_begin, .line = 2 };
	const struct yaml_node *root = old->has_front ? yaml_root(&old->front) : NULL;

	if (!old->has_front)
		return card_front_write(w, err);
	if (root && root->kind != YAML_MAP && !yaml_is_null(root))
		return error_set(err, ERROR_CORRUPT, "%s, line 2: the front matter is no map",
				 file);
	if (buffer_add(w->out, (struct span){ old->bytes.data, old->front_begin }, err) ||
	    members_edit(&edit, root, err))
		return -1;
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!yaml_member(&old->front, root, keys[i].name) && key_write(w, &keys[i], err))
			return -1;
	return buffer_add(
		w->out,
		(struct span){ old->bytes.data + old->front_end, old->body - old->front_end }, err);
}
