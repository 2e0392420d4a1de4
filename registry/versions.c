/* versions: words that stand for many registered versions. */
#include "registry/versions.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/index.h"

void versions_release(struct versions *versions)
{
	free(versions->item);
	*versions = (struct versions){ .item = NULL };
}

bool versions_is_pattern(const char *word)
{
	const char *text, *at;

	if (argument_kind(word, &text) != ARGUMENT_NAME)
		return false;
	at = strchr(text, '@');
	return at && strpbrk(at, "*?[{");
}

static int versions_add(struct versions *versions, const struct version *version, struct error *err)
{
	struct version *item;

	for (size_t i = 0; i < versions->count; i++)
		if (digest_equal(&versions->item[i].statement, &version->statement))
			return 0;
	if (versions->count == VERSIONS_MAX)
		return error_set(err, ERROR_USAGE, "more than %u versions", VERSIONS_MAX);
	item = reallocarray(versions->item, versions->count + 1, sizeof(*item));
	if (!item)
		return error_system(err, ENOMEM, "cannot list versions");
	versions->item = item;
	item[versions->count++] = *version;
	return 0;
}

/* Registered versions of one family that a pattern matches. */
struct matching {
	const char *pattern; /* of the version */
	struct versions found;
};

static int claim_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct matching *matching = arg;
	struct version version = { .name = { .owner = "" } };
	char text[NAME_TEXT_MAX];
	bool files = strcmp(claim->kind, "checkpoint") == 0 ||
		     strcmp(claim->kind, "dataset") == 0 || strcmp(claim->kind, "release") == 0;

	if (claim->alias || !files || fnmatch(matching->pattern, claim->version, 0) != 0)
		return 0;
	snprintf(text, sizeof(text), "%s@%s", claim->name, claim->version);
	if (name_parse(text, &version.name, err) ||
	    digest_from_hex(span_of(claim->statement), &version.statement, err))
		return -1;
	return versions_add(&matching->found, &version, err);
}

/* Numbers in versions by value. */
static int version_order(const void *a, const void *b)
{
	return strverscmp(((const struct version *)a)->name.version,
			  ((const struct version *)b)->name.version);
}

static int add_matching(struct registry *registry, const char *text, struct versions *versions,
			struct error *err)
{
	const char *at = strchr(text, '@');
	CLEANUP(text_free) char *family = at ? strndup(text, (size_t)(at - text)) : NULL;
	struct matching matching = { .pattern = at ? at + 1 : "" };
	struct index *index;
	struct name name;
	int failed;

	if (!family)
		return error_set(err, ERROR_USAGE, "'%s' names no version", text);
	if (name_parse_family(family, &name, err) || registry_index(registry, &index, err))
		return -1;
	failed = index_claims(index, NULL, family, claim_seen, &matching, err);
	if (!failed && !matching.found.count)
		failed = error_set(err, ERROR_ABSENT, "no registered version matches '%s'", text);
	if (!failed)
		qsort(matching.found.item, matching.found.count, sizeof(struct version),
		      version_order);
	for (size_t i = 0; !failed && i < matching.found.count; i++)
		failed = versions_add(versions, &matching.found.item[i], err);
	versions_release(&matching.found);
	return failed;
}

static int add_one(struct registry *registry, const char *word, struct versions *versions,
		   struct error *err)
{
	struct version version;

	if (argument_resolve(registry, word, &version.name, &version.statement, err))
		return -1;
	return versions_add(versions, &version, err);
}

static int add_pattern(struct registry *registry, const char *word, struct versions *versions,
		       struct error *err)
{
	struct texts texts = { .item = NULL };
	const char *text;
	int failed;

	(void)argument_kind(word, &text); /* behind a "name:" */
	failed = braces_expand(text, &texts, err);
	for (size_t i = 0; !failed && i < texts.count; i++)
		failed = strpbrk(texts.item[i], "*?[")
				 ? add_matching(registry, texts.item[i], versions, err)
				 : add_one(registry, texts.item[i], versions, err);
	texts_release(&texts);
	return failed;
}

int versions_expand(struct registry *registry, const char *const *word, size_t count,
		    struct versions *out_versions, struct error *err)
{
	CLEANUP(versions_release) struct versions versions = { .item = NULL };

	for (size_t i = 0; i < count; i++)
		if (versions_is_pattern(word[i]) ? add_pattern(registry, word[i], &versions, err)
						 : add_one(registry, word[i], &versions, err))
			return -1;
	*out_versions = versions;
	versions = (struct versions){ .item = NULL }; /* handed over */
	return 0;
}
