/* What the ways of sampling probes share. Private to registry/sampling*.c. */
#ifndef REGISTRY_CORPUS_SAMPLING_INNER_H
#define REGISTRY_CORPUS_SAMPLING_INNER_H

#include "registry/recording/inner.h"
#include "registry/sampling.h"

/* A dataset that is read file by file. What is here is owned. */
struct corpus {
	char name[NAME_TEXT_MAX];
	struct believed statement;
	struct manifest *manifest;
	struct manifest_objects objects;
	struct tree *tree;
	uint64_t *before; /* file_count + 1: documents in the files before each */
};

/* Sampling under way. */
struct sampling {
	struct registry *registry;              /* borrowed */
	const struct sampling_request *request; /* borrowed */
	struct recording model;
	struct tokenizer *tokenizer;
	struct corpus corpus;
	struct probes probes;
	size_t tokens;
	uint64_t documents;
};

/* A file of lines of JSON, by its name; any other is one of lines of text. */
bool sampling_holds_json(const char *path);

/*
 * The next non-blank text of a file: a line, or the "text" of a line of JSON, whose memory
 * *out_json then owns (NULL at first; the next call frees it). *out_more is false at the end.
 */
MUST_CHECK int sampling_text_next(struct span *rest, bool json, struct json **out_json,
				  struct span *out_text, bool *out_more, struct error *err);

/* One more probe: `count` of the text's ids from `offset` on. */
MUST_CHECK int sampling_probe_add(struct sampling *s, const uint32_t *ids, size_t offset,
				  size_t count, const char *source, struct error *err);

/* The ids of a text as the request wants them; the caller frees *out_ids. */
MUST_CHECK int sampling_encode(struct sampling *s, struct span text, uint32_t **out_ids,
			       size_t *out_count, struct error *err);

/*
 * `count` windows of at most `length` tokens from the documents of the dataset that the request
 * names, by the seed (docs/numerics.md, "Probes from documents"); errors as
 * registry_sample_probes.
 */
MUST_CHECK int corpus_sample(struct sampling *s, size_t count, size_t length, const char *seed,
			     struct error *err);
void corpus_release(struct corpus *corpus);

#endif
