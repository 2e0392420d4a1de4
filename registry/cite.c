/* cite: what a citation of a model or dataset says. */
#include "registry/cite/inner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "registry/address.h"
#include "registry/card/spdx.h"

/* ---- Authors ---- */

/* The text without the blanks around it. */
static struct span trimmed(const char *text, size_t len)
{
	while (len && text[0] == ' ') {
		text++;
		len--;
	}
	while (len && text[len - 1] == ' ')
		len--;
	return (struct span){ (const uint8_t *)text, len };
}

static int author_check(const char *text, struct error *err)
{
	char safe[4 * CITE_AUTHOR_MAX + 1];

	if (strlen(text) > CITE_AUTHOR_MAX)
		return error_set(err, ERROR_USAGE, "an author's name has at most %u bytes",
				 CITE_AUTHOR_MAX);
	text_escape(safe, sizeof(safe), text);
	return strcmp(safe, text) == 0
		       ? 0
		       : error_set(err, ERROR_USAGE,
				   "the author's name '%s' is not UTF-8 that can be printed", safe);
}

/* {"family", "given"} where one comma parts two names, else {"name"}. */
static int author_add(struct json *authors, const char *text, struct error *err)
{
	const char *comma = strchr(text, ',');
	struct span whole = trimmed(text, strlen(text)), family, given;
	struct json *author;

	if (author_check(text, err) || json_add_object(authors, &author, err))
		return -1;
	if (whole.len > 1 && whole.data[0] == '{' && whole.data[whole.len - 1] == '}') {
		whole = trimmed((const char *)whole.data + 1, whole.len - 2);
	} else if (comma && !strchr(comma + 1, ',')) {
		family = trimmed(text, (size_t)(comma - text));
		given = trimmed(comma + 1, strlen(comma + 1));
		if (family.len && given.len)
			return json_set_span(author, "family", family, err) ||
					       json_set_span(author, "given", given, err)
				       ? -1
				       : 0;
	}
	return whole.len ? json_set_span(author, "name", whole, err)
			 : error_set(err, ERROR_USAGE, "an author's name is empty");
}

static int authors_set(const struct cite_wish *wish, const struct name *name, struct json *citation,
		       struct error *err)
{
	const char *signer = json_text(json_member(wish->facts, "signerName"));
	struct json *authors;

	if (json_set_array(citation, "authors", &authors, err))
		return -1;
	for (size_t i = 0; i < wish->author_count; i++)
		if (author_add(authors, wish->author[i], err))
			return -1;
	return wish->author_count ? 0 : author_add(authors, signer ? signer : name->owner, err);
}

/* ---- What and when ---- */

/* The release of that name; with NULL the one that was declared first. NULL: there is none. */
static const struct json *release_find(const struct json *facts, const char *asked)
{
	const struct json *releases = json_member(facts, "releases"), *first = NULL;

	for (size_t i = 0; i < json_count(releases); i++) {
		const struct json *item = json_at(releases, i);
		const char *name = json_text(json_member(item, "name"));
		const char *declared = json_text(json_member(item, "declared"));
		const char *before = json_text(json_member(first, "declared"));

		if (asked && name && strcmp(name, asked) == 0)
			return item;
		if (!asked && declared && (!before || strcmp(declared, before) < 0))
			first = item;
	}
	return first;
}

/* "2026-11-27" of "2026-11-27T18:00:00Z"; nothing where it is no such time. */
static int date_set(struct json *citation, const char *declared, struct error *err)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (!declared || (form[i] == 'd' ? !isdigit((unsigned char)declared[i])
						 : declared[i] != form[i]))
			return 0;
	return json_set_span(citation, "date",
			     (struct span){ (const uint8_t *)declared, sizeof(form) - 1 }, err);
}

static int name_set(const struct name *name, struct json *citation, struct error *err)
{
	char key[NAME_TEXT_MAX], title[NAME_TEXT_MAX];

	snprintf(key, sizeof(key), "%s:%s:%s", name->owner, name->name, name->version);
	snprintf(title, sizeof(title), "%s/%s", name->owner, name->name);
	return json_set_text(citation, "key", key, err) ||
			       json_set_text(citation, "title", title, err) ||
			       json_set_text(citation, "version", name->version, err)
		       ? -1
		       : 0;
}

static int url_set(const struct cite_wish *wish, struct json *citation, struct error *err)
{
	const char *remote = json_text(json_member(json_member(wish->facts, "git"), "remote"));

	if (!remote)
		remote = json_text(json_member(wish->facts, "url"));
	if (wish->url && !address_is(wish->url, ADDRESS_IN_CITATION))
		return error_set(err, ERROR_USAGE, "'%s' is no plain http or https address",
				 wish->url);
	if (wish->url)
		return json_set_text(citation, "url", wish->url, err);
	return address_is(remote, ADDRESS_IN_CITATION) ? json_set_text(citation, "url", remote, err)
						       : 0;
}

static int text_copy(struct json *to, const char *key, const struct json *from, const char *member,
		     struct error *err)
{
	const char *text = json_text(json_member(from, member));

	return text && *text ? json_set_text(to, key, text, err) : 0;
}

/* By which statement it was taken back. */
static int retracted_set(const struct json *facts, struct json *citation, struct error *err)
{
	const struct json *standing = json_member(facts, "standing");

	for (size_t i = 0; i < json_count(standing); i++) {
		const char *kind = json_text(json_member(json_at(standing, i), "kind"));

		if (kind && strcmp(kind, "retraction") == 0)
			return text_copy(citation, "retracted", json_at(standing, i), "identity",
					 err);
	}
	return 0;
}

/* ---- The whole ---- */

static int said_set(const struct cite_wish *wish, const struct json *release, struct json *citation,
		    struct error *err)
{
	const char *license = json_text(json_member(wish->facts, "license"));
	const char *spdx = spdx_of(license);

	return text_copy(citation, "origin", wish->facts, "origin", err) ||
			       text_copy(citation, "manifest", wish->facts, "manifest", err) ||
			       text_copy(citation, "statement", wish->facts, "identity", err) ||
			       text_copy(citation, "release", release, "identity", err) ||
			       (license && *license &&
				json_set_text(citation, "license", spdx ? spdx : license, err)) ||
			       retracted_set(wish->facts, citation, err)
		       ? -1
		       : 0;
}

static int text_make(const struct json *citation,
		     int (*make)(const struct json *, struct buffer *, struct error *),
		     struct json *to, const char *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, CITE_MAX_BYTES);
	return make(citation, &text, err) || json_set_span(to, key, buffer_view(&text), err) ? -1
											     : 0;
}

bool cite_is_dataset(const struct json *citation)
{
	const char *kind = json_text(json_member(citation, "kind"));

	return kind && strcmp(kind, "dataset") == 0;
}

int cite_make(const struct cite_wish *wish, struct json **out_citation, struct error *err)
{
	CLEANUP(json_free) struct json *citation = NULL;
	const struct json *release = release_find(wish->facts, wish->asked);
	const struct json *first = release ? release : release_find(wish->facts, NULL);
	const char *full = json_text(json_member(release ? release : wish->facts, "name"));
	struct name name;

	if (!full || !json_text(json_member(wish->facts, "identity")))
		return error_set(err, ERROR_CORRUPT, "the facts name neither model nor dataset");
	if (name_parse(full, &name, err) || json_object_new(&citation, err) ||
	    json_set_text(citation, "schema", "akashi/citation/1", err) ||
	    json_set_text(citation, "kind", cite_is_dataset(wish->facts) ? "dataset" : "checkpoint",
			  err) ||
	    name_set(&name, citation, err) || authors_set(wish, &name, citation, err) ||
	    date_set(citation, json_text(json_member(first ? first : wish->facts, "declared")),
		     err) ||
	    url_set(wish, citation, err) || said_set(wish, release, citation, err) ||
	    text_make(citation, cite_bibtex, citation, "bibtex", err) ||
	    text_make(citation, cite_cff, citation, "cff", err))
		return -1;
	*out_citation = citation;
	citation = NULL;
	return 0;
}
