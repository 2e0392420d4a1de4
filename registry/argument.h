/* What a word on a command line stands for: a path, a name, a digest. */
#ifndef REGISTRY_ARGUMENT_H
#define REGISTRY_ARGUMENT_H

#include "registry/home.h"

enum argument_kind {
	ARGUMENT_PATH,   /* it exists, or is written as a path ("./x", "/x", "../x") */
	ARGUMENT_DIGEST, /* "sha256:" and at least 8 digits, or as many digits alone */
	ARGUMENT_NAME    /* everything else; "name:x" is the name x */
};

/* *out_text points into `word`, behind a "name:". Nothing is opened. */
enum argument_kind argument_kind(const char *word, const char **out_text);

/*
 * The statement that a name, an alias or a digest's prefix stands for in this
 * registry. *out_name is the name as it was registered; for a digest what the
 * statement says of itself, empty where its kind is about no name.
 * ERROR_ABSENT, ERROR_USAGE for a prefix that fits several.
 */
MUST_CHECK int argument_resolve(struct registry *registry, const char *word, struct name *out_name,
				struct digest *out_statement, struct error *err);

#endif
