/* lint_items: which checkpoints the words of a request stand for. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/index.h"
#include "registry/lint/inner.h"
#include "registry/versions.h"

void lint_item_release(struct lint_item *item)
{
	for (size_t i = 0; i < item->values_count; i++)
		free(item->values[i].tensor);
	free(item->values);
	for (size_t i = 0; i < item->initial_count; i++)
		free(item->initial[i].class);
	free(item->initial);
	lint_lines_release(&item->missing);
	free(item->parent);
	free(item->label);
	free(item->family);
}

static int item_add(struct lint *lint, const char *label, const char *family,
		    struct lint_item **out_item, struct error *err)
{
	struct lint_item *item;

	*out_item = NULL;
	for (size_t i = 0; i < lint->count; i++)
		if (strcmp(lint->item[i].label, label) == 0)
			return 0; /* said twice */
	if (lint->count == LINT_CHECKPOINTS_MAX)
		return error_set(err, ERROR_USAGE,
				 "'%s' is one checkpoint too many: lint takes at most %u at once; "
				 "name fewer, by a pattern (owner/name@stage1-*) or another folder",
				 label, LINT_CHECKPOINTS_MAX);
	item = reallocarray(lint->item, lint->count + 1, sizeof(*item));
	if (!item)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	lint->item = item;
	item += lint->count++;
	*item = (struct lint_item){ .label = strdup(label),
				    .family = strdup(family),
				    .log_index = UINT64_MAX };
	if (!item->label || !item->family)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	item->called = item->label;
	*out_item = item;
	return 0;
}

/* ---- Folders ---- */

static int path_add(struct lint *lint, const char *path, const char *family, struct error *err)
{
	struct checkpoint_name name;
	struct lint_item *item;
	const char *last;

	if (item_add(lint, path, family, &item, err))
		return -1;
	if (!item)
		return 0;
	last = path_last_part(item->label);
	if (checkpoint_name_read(last, &name))
		item->called = last;
	item->named = checkpoint_name_of_path(item->label, &item->name);
	return 0;
}

/* What stands in the folder of a checkpoint itself, in one of the known layouts. */
static bool tells_checkpoint(const char *name)
{
	static const char *const whole[] = { "config.json", "params.json", ".metadata", "common.pt",
					     "metadata.json" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	return model_file_is_weights(name) || model_file_is_optimizer(name) ||
	       strncmp(name, "mp_rank_", strlen("mp_rank_")) == 0 ||
	       text_ends_with(name, ".index.json");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The entries of a folder, without those whose names begin with a dot but for ".metadata". */
struct entries {
	struct dirent **item;
	int count;
};

static void entries_release(struct entries *entries)
{
	for (int i = 0; i < entries->count; i++)
		free(entries->item[i]);
	free(entries->item);
}

static int entry_counts(const struct dirent *entry)
{
	return entry->d_name[0] != '.' || strcmp(entry->d_name, ".metadata") == 0;
}

static int entries_read(const char *path, struct entries *out, struct error *err)
{
	out->count = scandir(path, &out->item, entry_counts, by_name);
	return out->count < 0 ? error_system(err, errno, "cannot list '%s'", path) : 0;
}

static bool is_checkpoint(const struct entries *entries)
{
	for (int i = 0; i < entries->count; i++)
		if (tells_checkpoint(entries->item[i]->d_name))
			return true;
	return false;
}

/* A folder in a folder of checkpoints: one by its name, or by what is in it. */
static int child_add(struct lint *lint, const char *folder, const char *name, struct error *err)
{
	CLEANUP(entries_release) struct entries entries = { .item = NULL };
	CLEANUP(text_free) char *path = NULL;
	struct error unread = { 0 };
	struct checkpoint_name read;

	if (path_join(folder, name, &path, err))
		return -1;
	if (!file_is_folder(path))
		return 0;
	if (!(checkpoint_name_read(name, &read) && !read.moving) &&
	    (entries_read(path, &entries, &unread) || !is_checkpoint(&entries)))
		return 0;
	return path_add(lint, path, folder, err);
}

static int folder_add(struct lint *lint, const char *word, struct error *err)
{
	CLEANUP(entries_release) struct entries entries = { .item = NULL };
	CLEANUP(text_free) char *path = strdup(word);
	size_t before = lint->count;
	struct checkpoint_name name;

	if (!path)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	if (!file_is_folder(path))
		return path_add(lint, path, "", err);
	if (entries_read(path, &entries, err))
		return -1;
	if (is_checkpoint(&entries))
		return path_add(lint, path, "", err);
	for (int i = 0; i < entries.count; i++)
		if (child_add(lint, path, entries.item[i]->d_name, err))
			return -1;
	if (lint->count > before)
		return 0;
	if (checkpoint_name_read(path_last_part(path), &name))
		return path_add(lint, path, "", err);
	return error_set(err, ERROR_USAGE,
			 "'%s' is no checkpoint, and holds no folder that is one or is called like "
			 "one (step-1000)",
			 word);
}

static int glob_add(struct lint *lint, const char *word, bool *out_found, struct error *err)
{
	glob_t found = { .gl_pathc = 0 };
	int failed = 0;

	*out_found = glob(word, 0, NULL, &found) == 0;
	for (size_t i = 0; *out_found && !failed && i < found.gl_pathc; i++)
		failed = folder_add(lint, found.gl_pathv[i], err);
	globfree(&found);
	return failed;
}

/* ---- Registered ones ---- */

static int version_add(struct lint *lint, const struct name *name, const struct digest *statement,
		       struct error *err)
{
	char text[NAME_TEXT_MAX], family[NAME_TEXT_MAX];
	struct name only = *name;
	struct lint_item *item;

	name_to_text(name, text);
	if (!name->owner[0]) /* a digest of what has no name */
		digest_to_hex(statement, text);
	only.version[0] = '\0';
	only.alias = false;
	name_to_text(&only, family);
	if (item_add(lint, text, name->owner[0] ? family : "", &item, err))
		return -1;
	if (!item)
		return 0;
	item->registered = true;
	item->statement = *statement;
	if (name->version[0])
		item->called = strchr(item->label, '@') + 1;
	item->named = checkpoint_name_read(item->called, &item->name);
	return 0;
}

static int claim_add(void *arg, const struct index_claim *claim, struct error *err)
{
	struct digest statement;
	char text[NAME_TEXT_MAX];
	struct name name;

	if (claim->alias)
		return 0;
	snprintf(text, sizeof(text), "%s@%s", claim->name, claim->version);
	return name_parse(text, &name, err) ||
			       digest_from_hex(span_of(claim->statement), &statement, err) ||
			       version_add(arg, &name, &statement, err)
		       ? -1
		       : 0;
}

static int family_add(struct lint *lint, const char *text, struct error *err)
{
	size_t before = lint->count;
	struct index *index;
	struct name name;

	if (name_parse_family(text, &name, err) || registry_index(lint->registry, &index, err) ||
	    index_claims(index, statement_kind_name(STATEMENT_checkpoint), text, claim_add, lint,
			 err))
		return -1;
	return lint->count > before
		       ? 0
		       : error_set(err, ERROR_ABSENT, "no checkpoint is called '%s'", text);
}

static int name_add(struct lint *lint, const char *word, struct error *err)
{
	CLEANUP(versions_release) struct versions versions = { .item = NULL };
	const char *text;

	if (!lint->registry)
		return error_set(err, ERROR_ABSENT,
				 "'%s' is no path, and there is no registry to look its name up in",
				 word);
	if (argument_kind(word, &text) == ARGUMENT_NAME && !strpbrk(text, "@:") &&
	    strchr(text, '/'))
		return family_add(lint, text, err);
	if (versions_expand(lint->registry, &word, 1, &versions, err))
		return -1;
	for (size_t i = 0; i < versions.count; i++)
		if (version_add(lint, &versions.item[i].name, &versions.item[i].statement, err))
			return -1;
	return 0;
}

/* ---- All of them ---- */

static int item_order(const void *a, const void *b)
{
	const struct lint_item *x = a, *y = b;
	int order = strcmp(x->family, y->family);

	if (order)
		return order;
	if (x->named != y->named)
		return x->named ? -1 : 1;
	order = x->named ? checkpoint_name_order(&x->name, &y->name) : 0;
	return order ? order : strverscmp(x->label, y->label);
}

int lint_items(struct lint *lint, struct error *err)
{
	for (size_t i = 0; i < lint->request->word_count; i++) {
		const char *word = lint->request->word[i];
		const char *text;
		bool found = false;

		if (argument_kind(word, &text) == ARGUMENT_PATH) {
			if (folder_add(lint, text, err))
				return -1;
			continue;
		}
		if (strpbrk(word, "*?[") && !strchr(word, '@') && glob_add(lint, word, &found, err))
			return -1;
		if (!found && name_add(lint, word, err))
			return -1;
	}
	if (lint->count)
		qsort(lint->item, lint->count, sizeof(*lint->item), item_order);
	return 0;
}
