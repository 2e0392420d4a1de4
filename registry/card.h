/*
 * Model cards made of facts: a Hugging Face README.md, or the table style of a hub's own cards, in
 * English or Japanese (docs/cards.md). What was made lies between markers and can be made again;
 * whatever stands outside of them is somebody's own and stays byte for byte.
 */
#ifndef REGISTRY_CARD_H
#define REGISTRY_CARD_H

#include "verify/verify.h"

#define CARD_MAX_BYTES (1u << 20)

enum card_language {
	CARD_ENGLISH,
	CARD_JAPANESE,
	CARD_LANGUAGE_AS_BEFORE /* of a file: as it was written; of a new card: CARD_ENGLISH */
};

enum card_template {
	CARD_HUGGING_FACE, /* front matter, specs, data, training, evaluation, lineage, verification
			    */
	CARD_HUB,          /* model, dataset, training and environmental specs, as tables */
	CARD_AS_BEFORE     /* of a file: as it was written; of a new card: CARD_HUGGING_FACE */
};

/* Everything is borrowed for the call. */
struct card_wish {
	const struct context *ctx;
	const struct json *facts; /* akashi/facts/1 */
	enum card_language language;
	enum card_template template;
	const char *title; /* of a new card; NULL: the checkpoint's name */
	const char *pin;   /* that readers shall compare; NULL: none */
	bool force;        /* of a file: it need be no card */
};

/*
 * Append a new card. It is the same for the same facts, whoever writes it and when. ERROR_CORRUPT:
 * it would be longer than CARD_MAX_BYTES, or the facts are none.
 */
MUST_CHECK int card_write(const struct card_wish *wish, struct buffer *out, struct error *err);

/*
 * Append `old`, a card that `file` names in messages, with what is generated in it made again: the
 * parts between markers; those that it has no markers for, behind the generated part that comes
 * before (or at the end), unless a line `<!-- akashi:omit NAME -->` says not to; and of its front
 * matter: `model-index` (unless somebody else's results stand in it) and `license` where one is
 * signed; what lacks in `language`, `datasets`, `base_model` and `tags`; and `library_name` and
 * `pipeline_tag` where they lack. What is overruled or left is told by a notice. ERROR_CORRUPT with
 * the line: front matter or markers that cannot be read. ERROR_USAGE: it was written in the other
 * template.
 */
MUST_CHECK int card_update(const struct card_wish *wish, struct span old, const char *file,
			   struct buffer *out, struct error *err);

/* What became of a file. */
struct card_written {
	bool updated; /* it was there */
	size_t bytes;
	struct digest sha256;
};

/*
 * Write a card to `path`, whole or not at all: new, or over the card that is there (card_update),
 * in which a link stays a link and the mode as it is. Errors as above. ERROR_USAGE: what is there
 * is not empty and no card (no front matter, and no line of ours), and not `force`.
 */
MUST_CHECK int card_to_file(const struct card_wish *wish, const char *path,
			    struct card_written *out_written, struct error *err);

#endif
