/* croissant_context: what the terms of a description stand for. */
#include <string.h>

#include "registry/corpus/croissant.h"

/* Where a term comes from, in every spelling that is in use. */
static const struct {
	const char *prefix; /* with its colon */
	const char *address;
} vocabularies[] = {
	{ "sc:", "https://schema.org/" },
	{ "sc:", "http://schema.org/" },
	{ "schema:", "https://schema.org/" },
	{ "schema:", "http://schema.org/" },
	{ "cr:", "http://mlcommons.org/croissant/" },
	{ "croissant:", "http://mlcommons.org/croissant/" },
	{ "ml:", "http://mlcommons.org/schema/" },
	{ "dct:", "http://purl.org/dc/terms/" },
	{ "dcterms:", "http://purl.org/dc/terms/" },
	{ "prov:", "http://www.w3.org/ns/prov#" },
};

enum { VOCABULARIES = sizeof(vocabularies) / sizeof(vocabularies[0]) };

/* Terms and types that are read. */
static const char *const terms[] = {
	"name",         "description",    "license",        "url",
	"version",      "datePublished",  "citeAs",         "conformsTo",
	"distribution", "contentUrl",     "contentSize",    "sha256",
	"containedIn",  "wasDerivedFrom", "wasGeneratedBy", "temporalCoverage",
	"Dataset",      "FileObject",     "FileSet",
};

static bool is_term(const char *text)
{
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		if (strcmp(terms[i], text) == 0)
			return true;
	return false;
}

/* What stands behind a known prefix or address; NULL: it begins with none. */
static const char *behind(const char *text, bool prefixes)
{
	for (size_t i = 0; i < VOCABULARIES; i++) {
		const char *front = prefixes ? vocabularies[i].prefix : vocabularies[i].address;

		if (strncmp(text, front, strlen(front)) == 0)
			return text + strlen(front);
	}
	return NULL;
}

/* The term that a key, or what a context maps it to, spells. */
static const char *term_of(const char *text)
{
	const char *term = behind(text, true);

	if (!term)
		term = behind(text, false);
	return term ? term : text;
}

int croissant_member(const struct json *object, const char *term, const struct json **out_value,
		     struct error *err)
{
	const struct json *found = NULL;
	struct json_members at = { 0 };

	while (json_next(object, &at)) {
		if (strcmp(term_of(at.key), term) != 0)
			continue;
		if (found)
			return error_set(err, ERROR_CORRUPT,
					 "'%s' stands there twice, in two spellings", term);
		found = at.value;
	}
	*out_value = found;
	return 0;
}

const char *croissant_text(const struct json *value)
{
	struct json_members at = { 0 };
	const char *text;

	if (json_kind(value) == JSON_KIND_ARRAY && json_count(value) == 1)
		value = json_at(value, 0);
	if (json_kind(value) != JSON_KIND_OBJECT)
		return json_text(value);
	if ((text = json_text(json_member(value, "@value"))) ||
	    (text = json_text(json_member(value, "@id"))) ||
	    (text = json_text(json_member(value, "en"))))
		return text;
	while (json_next(value, &at))
		if (at.key[0] != '@' && strlen(at.key) <= 8 && json_text(at.value))
			return json_text(at.value);
	return NULL;
}

/* ---- Contexts ---- */

/* A context that is only named: its meaning is known, or it would have to be fetched. */
static int named_check(const char *address, struct error *err)
{
	static const char *const known[] = {
		"https://schema.org",
		"https://schema.org/",
		"http://schema.org",
		"http://schema.org/",
		"http://mlcommons.org/croissant/1.0",
		"http://mlcommons.org/croissant/1.1",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], address) == 0)
			return 0;
	return error_set(err, ERROR_CORRUPT,
			 "'@context' is at '%.200s', and none is fetched: write it out, as "
			 "Croissant's specification does",
			 address);
}

/* Is this prefix defined as everybody does? *out_known: it is one of those. */
static int prefix_check(const char *prefix, const char *address, bool *out_known, struct error *err)
{
	size_t len = strlen(prefix);
	bool known = false;

	for (size_t i = 0; i < VOCABULARIES; i++) {
		if (strlen(vocabularies[i].prefix) != len + 1 ||
		    strncmp(vocabularies[i].prefix, prefix, len) != 0)
			continue;
		known = true;
		if (strcmp(vocabularies[i].address, address) == 0) {
			*out_known = true;
			return 0;
		}
	}
	*out_known = known;
	if (!known)
		return 0;
	return error_set(err, ERROR_CORRUPT, "'@context' takes '%s' for '%.200s', and not for %s",
			 prefix, address, "what Croissant means by it");
}

/* Can a name that stands for `to`, alone or as a prefix, spell what is read in another way? */
static bool is_alias(const char *to)
{
	const char *rest = term_of(to);
	size_t len = strlen(to);

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		if (strncmp(terms[i], rest, strlen(rest)) == 0)
			return true;
	for (size_t i = 0; i < VOCABULARIES; i++) {
		const char *prefix = vocabularies[i].prefix;

		if (strncmp(vocabularies[i].address, to, len) == 0 ||
		    (strncmp(prefix, to, len) == 0 && strcmp(prefix + len, ":") == 0))
			return true;
	}
	return false;
}

/* One definition: a prefix, or a term by its name and by no other. */
static int definition_check(const char *key, const struct json *value, struct error *err)
{
	const char *to = json_text(value);
	bool known;

	if (strcmp(key, "@import") == 0 || strcmp(key, "@propagate") == 0)
		return error_set(err, ERROR_CORRUPT, "'%s' in '@context' is not understood", key);
	if (json_kind(value) == JSON_KIND_OBJECT) {
		if (json_member(value, "@context") || json_member(value, "@reverse"))
			return error_set(err, ERROR_CORRUPT,
					 "'@context' defines '%s' in a way that is not understood",
					 key);
		to = json_text(json_member(value, "@id"));
	}
	if (!to || (key[0] == '@' && strcmp(key, "@vocab") != 0))
		return 0;
	if (strcmp(key, "@vocab") == 0) {
		const char *rest = behind(to, false);

		return rest && !*rest ? 0
				      : error_set(err, ERROR_CORRUPT,
						  "'@vocab' is '%.200s', and not schema.org's", to);
	}
	if (to[0] == '@')
		return error_set(err, ERROR_CORRUPT,
				 "'@context' takes '%.100s' for '%.200s': keywords are read by "
				 "their own names only",
				 key, to);
	if (prefix_check(key, to, &known, err))
		return -1;
	if (!known && (is_term(key) ? strcmp(term_of(to), key) != 0 : is_alias(to)))
		return error_set(err, ERROR_CORRUPT,
				 "'@context' takes '%.100s' for '%.200s': such a description is "
				 "not understood",
				 key, to);
	return 0;
}

static int context_check(const struct json *context, struct error *err)
{
	struct json_members at = { 0 };

	if (json_text(context))
		return named_check(json_text(context), err);
	if (json_kind(context) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "'@context' is no object");
	while (json_next(context, &at))
		if (definition_check(at.key, at.value, err))
			return -1;
	return 0;
}

/* No contexts below the top, nor what turns the tree about or stands between. */
static int key_check(const char *key, struct error *err)
{
	static const char *const refused[] = { "@context", "@graph", "@reverse", "@included",
					       "@nest",    "@set",   "@list" };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcmp(key, refused[i]) == 0)
			return error_set(err, ERROR_CORRUPT,
					 "'%s' within the description is not understood", key);
	return 0;
}

/* The depth is the parser's limit. */
static int within_check(const struct json *value, struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(value, &at))
		if (key_check(at.key, err) || within_check(at.value, err))
			return -1;
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_count(value); i++)
		if (within_check(json_at(value, i), err))
			return -1;
	return 0;
}

int croissant_context_check(const struct json *root, struct error *err)
{
	const struct json *context = json_member(root, "@context");
	struct json_members at = { 0 };

	if (json_kind(context) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_count(context); i++)
			if (context_check(json_at(context, i), err))
				return -1;
	} else if (context_check(context, err)) {
		return -1;
	}
	while (json_next(root, &at)) {
		if (strcmp(at.key, "@graph") == 0)
			return error_set(err, ERROR_CORRUPT,
					 "it is a '@graph': the dataset stands at the top");
		if (strcmp(at.key, "@context") == 0)
			continue;
		if (key_check(at.key, err))
			return -1;
		/* Values of its records are no part of what is said. */
		if (strcmp(term_of(at.key), "recordSet") != 0 && within_check(at.value, err))
			return error_prefix(err, "'%.100s'", at.key);
	}
	return 0;
}
