/*
 * cite: a citation of a model or dataset by its digest, from its facts. Inside registry/ and for
 * cli/. BibTeX, and the Citation File Format 1.2.0 (CITATION.cff):
 * https://doi.org/10.5281/zenodo.5171937
 */
#ifndef REGISTRY_CITE_H
#define REGISTRY_CITE_H

#include "registry/home.h"

#define CITE_MAX_BYTES (1u << 20)
#define CITE_AUTHOR_MAX 400u /* bytes of one author's name */

/* What is cited, and what its facts do not say. Everything is borrowed for the call. */
struct cite_wish {
	const struct json *facts; /* of facts_gather_cited */
	const char *asked; /* as it was asked for: a release's name is cited as the release */
	/*
	 * "Family, Given" is a person, anything else the name of a group; braces around the whole
	 * make it one with a comma as well. None: the signer's owner, or that of the name.
	 */
	const char *const *author;
	size_t author_count;
	const char *url; /* where the work is to be had; NULL: its repository, or what facts say, if
			    that is http(s) */
};

/*
 * Make the citation: one object of schema akashi/citation/1 (schema/files/citation.schema.json),
 * with `bibtex` and `cff`, both as texts. The date is that of the release that was asked for, else
 * of the first one, else of the checkpoint. The same facts give the same bytes; texts of others are
 * data in both. The caller frees *out_citation. ERROR_USAGE: an author's name that is empty, longer
 * than CITE_AUTHOR_MAX or not to be printed, or an address that is not a plain http(s) one;
 * ERROR_CORRUPT: the facts name neither model nor dataset.
 */
MUST_CHECK int cite_make(const struct cite_wish *wish, struct json **out_citation,
			 struct error *err);

#endif
