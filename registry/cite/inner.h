/* What the files that make a citation share. */
#ifndef REGISTRY_CITE_INNER_H
#define REGISTRY_CITE_INNER_H

#include "registry/cite.h"

/* Is it of a dataset, and not of weights? */
bool cite_is_dataset(const struct json *citation);

/* Append a citation (akashi/citation/1) as one entry of BibTeX, or as a CITATION.cff. */
MUST_CHECK int cite_bibtex(const struct json *citation, struct buffer *out, struct error *err);
MUST_CHECK int cite_cff(const struct json *citation, struct buffer *out, struct error *err);

#endif
