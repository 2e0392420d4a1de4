/* Make probes for a registered model: from a registered dataset, from texts, or at random. */
#ifndef REGISTRY_SAMPLING_H
#define REGISTRY_SAMPLING_H

#include "registry/home.h"

#define SAMPLING_SHARD_MAX (1u << 30)     /* bytes of one file of a dataset */
#define SAMPLING_DOCUMENTS_MAX (1u << 31) /* documents of a dataset */

struct sampling_request {
	const char *name;    /* owner/name@version of the model, whose tokenizer is used */
	const char *dataset; /* a registered dataset, or NULL */
	const char *data;    /* a folder with its files; NULL: as the registry keeps them */
	const char *text;    /* a file of prompts: a line each, or .jsonl with "text"; or NULL */
	const char
		*draw;   /* COUNT:LENGTH[:SEED]: of documents, or of ids at random; not with text */
	uint32_t length; /* of texts: cut to so many tokens; 0: the model's context */
	bool special;    /* with the tokens that the tokenizer's file puts around a text */
};

struct sampling_result {
	struct probes probes; /* each with its source; the caller releases them */
	uint64_t documents;   /* of the dataset or the file */
};

/*
 * Documents are the non-blank texts of the dataset's .jsonl ("text") and .txt (a line each) files,
 * in the order of their names; how they are drawn and cut: docs/numerics.md, "Probes from
 * documents". Every file is held against the digest that was registered. Without a seed the
 * identity of the model's statement is one. ERROR_ABSENT: no tokenizer, no documents;
 * ERROR_CORRUPT: another file than was registered, or malformed; ERROR_UNTRUSTED: a tokenizer or
 * architecture that is not computed.
 */
MUST_CHECK int registry_sample_probes(struct registry *registry,
				      const struct sampling_request *request,
				      struct sampling_result *out_result, struct error *err);

#endif
