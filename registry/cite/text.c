/* cite: a citation as BibTeX and as a CITATION.cff. */
#include <stdlib.h>
#include <string.h>

#include "registry/card/markup.h"
#include "registry/cite/inner.h"
#include "registry/card/spdx.h"

static const char *member_text(const struct json *citation, const char *key)
{
	return json_text(json_member(citation, key));
}

/* ---- BibTeX ---- */

/*
 * One character as TeX shows it. BibTeX counts braces behind a backslash too, so those of a text
 * come out by their names.
 */
static const char *tex_of(char c)
{
	static const struct {
		char c;
		const char *tex;
	} known[] = {
		{ '\\', "\\textbackslash{}" },
		{ '{', "\\textbraceleft{}" },
		{ '}', "\\textbraceright{}" },
		{ '~', "\\textasciitilde{}" },
		{ '^', "\\textasciicircum{}" },
		{ '<', "\\textless{}" },
		{ '>', "\\textgreater{}" },
		{ '|', "\\textbar{}" },
		{ '%', "\\%" },
		{ '#', "\\#" },
		{ '&', "\\&" },
		{ '$', "\\$" },
		{ '_', "\\_" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].c == c)
			return known[i].tex;
	return NULL;
}

/* A text that TeX only shows, on its line; control characters come out as \xHH. */
static int tex_text(struct buffer *out, const char *text, struct error *err)
{
	size_t size = 4 * strlen(text) + 1;
	CLEANUP(text_free) char *safe = malloc(size);

	if (!safe)
		return error_set(err, ERROR_SYSTEM, "out of memory for a text of %zu bytes", size);
	text_escape(safe, size, text);
	for (const char *at = safe; *at; at++) {
		const char *tex = tex_of(*at);

		if (tex ? buffer_add_text(out, tex, err)
			: buffer_add(out, (struct span){ (const uint8_t *)at, 1 }, err))
			return -1;
	}
	return 0;
}

/* Names stand in braces, so that an "and" or a comma in one parts nothing. */
static int tex_name(struct buffer *out, const char *name, struct error *err)
{
	return buffer_add_text(out, "{", err) || tex_text(out, name, err) ||
			       buffer_add_text(out, "}", err)
		       ? -1
		       : 0;
}

static int tex_authors(struct buffer *out, const struct json *authors, struct error *err)
{
	for (size_t i = 0; i < json_count(authors); i++) {
		const struct json *author = json_at(authors, i);
		const char *name = member_text(author, "name");

		if (i && buffer_add_text(out, " and ", err))
			return -1;
		if (name ? tex_name(out, name, err)
			 : tex_name(out, member_text(author, "family"), err) ||
				    buffer_add_text(out, ", ", err) ||
				    tex_name(out, member_text(author, "given"), err))
			return -1;
	}
	return 0;
}

/* What every style prints: the digests by which the work is known, and the log that has them. */
static int tex_note(struct buffer *out, const struct json *citation, struct error *err)
{
	static const struct {
		const char *key, *word;
	} told[] = {
		{ "retracted", "retracted by the statement" },
		{ "manifest", "manifest" },
		{ "statement", "statement" },
		{ "release", "release" },
		{ "origin", "log" },
		{ "license", "licence" },
	};
	const char *between = "";

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const char *text = member_text(citation, told[i].key);

		if (!text)
			continue;
		if (buffer_printf(out, err, "%s%s ", between, told[i].word) ||
		    tex_text(out, text, err))
			return -1;
		between = ", ";
	}
	return 0;
}

int cite_bibtex(const struct json *citation, struct buffer *out, struct error *err)
{
	const char *date = member_text(citation, "date"), *url = member_text(citation, "url");

	if (buffer_printf(out, err, "@misc{%s,\n  author = {", member_text(citation, "key")) ||
	    tex_authors(out, json_member(citation, "authors"), err) ||
	    buffer_add_text(out, "},\n  title = {{", err) ||
	    tex_text(out, member_text(citation, "title"), err) || buffer_add_text(out, "@", err) ||
	    tex_text(out, member_text(citation, "version"), err) ||
	    buffer_add_text(out, "}},\n  version = {", err) ||
	    tex_text(out, member_text(citation, "version"), err) ||
	    buffer_add_text(out, "},\n", err))
		return -1;
	if (date &&
	    buffer_printf(out, err, "  year = {%.4s},\n  month = {%.2s},\n", date, date + 5))
		return -1;
	if (url && buffer_printf(out, err, "  url = {%s},\n", url))
		return -1;
	return buffer_printf(out, err, "  howpublished = {%s},\n  note = {",
			     cite_is_dataset(citation) ? "Dataset" : "Model weights") ||
			       tex_note(out, citation, err) || buffer_add_text(out, "},\n}\n", err)
		       ? -1
		       : 0;
}

/* ---- CFF ---- */

static int cff_line(struct buffer *out, const char *key, const char *text, struct error *err)
{
	if (!text)
		return 0;
	return buffer_printf(out, err, "%s: ", key) || yaml_text(out, text, err) ||
			       buffer_add_text(out, "\n", err)
		       ? -1
		       : 0;
}

static int cff_authors(struct buffer *out, const struct json *authors, struct error *err)
{
	if (buffer_add_text(out, "authors:\n", err))
		return -1;
	for (size_t i = 0; i < json_count(authors); i++) {
		const struct json *author = json_at(authors, i);
		const char *name = member_text(author, "name");

		if (name ? cff_line(out, "  - name", name, err)
			 : cff_line(out, "  - family-names", member_text(author, "family"), err) ||
				    cff_line(out, "    given-names", member_text(author, "given"),
					     err))
			return -1;
	}
	return 0;
}

static int cff_identifiers(struct buffer *out, const struct json *citation, struct error *err)
{
	static const struct {
		const char *key, *description[2]; /* of weights, and of a dataset */
	} told[] = {
		{ "manifest",
		  { "SHA-256 of the manifest of the weights",
		    "SHA-256 of the manifest of the dataset" } },
		{ "statement",
		  { "the signed statement about the weights",
		    "the signed statement about the dataset" } },
		{ "release", { "the signed statement of the release", "" } },
		{ "retracted",
		  { "the signed statement by which the weights were retracted",
		    "the signed statement by which the dataset was retracted" } },
	};

	if (buffer_add_text(out, "identifiers:\n", err))
		return -1;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const char *text = member_text(citation, told[i].key);

		if (text && (buffer_add_text(out, "  - type: other\n", err) ||
			     cff_line(out, "    value", text, err) ||
			     cff_line(out, "    description",
				      told[i].description[cite_is_dataset(citation)], err)))
			return -1;
	}
	return 0;
}

/* What has no member of its own in CFF: the log, and a licence that its list of 2021 lacks. */
static int cff_abstract(struct buffer *out, const struct json *citation, const char *license,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *origin = member_text(citation, "origin");

	buffer_init(&text, CITE_MAX_BYTES);
	if (buffer_printf(&text, err, "%s, registered in the log %s.",
			  cite_is_dataset(citation) ? "Dataset" : "Model weights",
			  origin ? origin : "that signed them") ||
	    (license && buffer_printf(&text, err, " Licence: %s", license)) ||
	    (member_text(citation, "retracted") && buffer_add_text(&text, " Retracted.", err)) ||
	    buffer_add(&text, (struct span){ (const uint8_t *)"", 1 }, err))
		return -1;
	return cff_line(out, "abstract", (const char *)text.data, err);
}

/* Is it of the identifiers that CFF 1.2.0 takes? */
static bool cff_takes(const char *license)
{
	const char *spdx = spdx_of(license);

	return spdx && strcmp(spdx, "CDLA-Permissive-2.0") != 0;
}

int cite_cff(const struct json *citation, struct buffer *out, struct error *err)
{
	const char *license = member_text(citation, "license");
	bool taken = cff_takes(license), dataset = cite_is_dataset(citation);

	return cff_line(out, "cff-version", "1.2.0", err) ||
			       cff_line(out, "message",
					dataset ? "If you use this dataset, please cite it by its "
						  "digest."
						: "If you use these weights, please cite them by "
						  "their digest.",
					err) ||
			       cff_line(out, "type", dataset ? "dataset" : "software", err) ||
			       cff_line(out, "title", member_text(citation, "title"), err) ||
			       cff_line(out, "version", member_text(citation, "version"), err) ||
			       cff_authors(out, json_member(citation, "authors"), err) ||
			       cff_line(out, "date-released", member_text(citation, "date"), err) ||
			       cff_line(out, "url", member_text(citation, "url"), err) ||
			       (taken && cff_line(out, "license", license, err)) ||
			       cff_identifiers(out, citation, err) ||
			       cff_abstract(out, citation, taken ? NULL : license, err)
		       ? -1
		       : 0;
}
