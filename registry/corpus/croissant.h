/*
 * croissant: what a Croissant description (MLCommons, 1.0 and 1.1) says of a dataset.
 *
 * It is JSON-LD, read in the form in which Croissant's specification writes it: a dataset at the
 * top, terms by their names or with the prefixes sc, cr, dct and prov. Nothing it names is
 * fetched, a context neither; where its own context gives a term another meaning it is refused.
 */
#ifndef REGISTRY_CORPUS_CROISSANT_H
#define REGISTRY_CORPUS_CROISSANT_H

#include "verify/verify.h"

#define CROISSANT_MAX_BYTES (16u << 20)
#define CROISSANT_FILES_MAX 100000u
#define CROISSANT_DERIVED_MAX 16u

/* What our own descriptions name statements and keys by, followed by "sha256:HEX". */
#define CROISSANT_STATEMENT_URI "https://w3id.org/akashi/statement/"
#define CROISSANT_KEY_URI "https://w3id.org/akashi/key/"

/* A FileObject. Texts are borrowed, NULL where they are not said. */
struct croissant_file {
	size_t at; /* its number in `distribution` */
	const char *id, *name, *url, *sha256;
	const char *container; /* the id of what it is contained in */
	bool sized;
	uint64_t size;
};

/* Texts are borrowed from `root`, NULL where they are not said. */
struct croissant {
	struct json *root;
	const char *conforms_to; /* static: "1.0", "1.1" */
	const char *name, *description, *url, *version, *published, *citation, *period;
	char *license; /* without SPDX's address; of several " AND " stands between them */
	struct croissant_file *file;
	size_t file_count;
	const char *derived[CROISSANT_DERIVED_MAX]; /* prov:wasDerivedFrom: their ids, or texts */
	size_t derived_count;
	const char *made[CROISSANT_DERIVED_MAX]; /* prov:wasGeneratedBy: labels */
	size_t made_count;
};

/* ERROR_CORRUPT names the member that is wrong. */
MUST_CHECK int croissant_parse(struct span text, struct croissant *out_croissant,
			       struct error *err);
void croissant_release(struct croissant *croissant);

/*
 * Compare the digests and sizes that it states with the files of a manifest. *out_checked files
 * were; of *out_elsewhere the description says that they lie within others, or at an address of
 * which the manifest has no file. ERROR_CORRUPT names the file and the member that is not so: a
 * digest, a size, a path that is not there.
 */
MUST_CHECK int croissant_check(const struct croissant *croissant, const struct manifest *manifest,
			       uint64_t *out_checked, uint64_t *out_elsewhere, struct error *err);

/* --- between the sources of the parser only --- */

/* A member by any spelling of its term; NULL: there is none. ERROR_CORRUPT: it stands twice. */
MUST_CHECK int croissant_member(const struct json *object, const char *term,
				const struct json **out_value, struct error *err);

/* ERROR_CORRUPT: the context of `root` is one to be fetched, or gives a term that is read another
 * meaning, or another stands within. */
MUST_CHECK int croissant_context_check(const struct json *root, struct error *err);

/* The text that a value is: a string, {"@value"}, {"@id"}, by language (English, else the first),
 * or the one element of an array; NULL: none. Borrowed. */
const char *croissant_text(const struct json *value);

#endif
