/*
 * card_sources: where the facts come from that a card is held against, each with the file and line
 * or the statement that says so.
 *
 * Scripts are read as text and never run; what a variable is that comes from elsewhere is not known
 * (registry/corpus/order_words.h). What is no fact of the table in verify/card_labels.def is passed
 * over.
 */
#ifndef REGISTRY_CARD_SOURCES_H
#define REGISTRY_CARD_SOURCES_H

#include "registry/corpus/order_words.h"
#include "verify/verify.h"

#define CARD_FACTS_MAX 65536u
#define CARD_SOURCE_MAX_BYTES (64u << 20)    /* of a log or a table */
#define CARD_CONFIG_MAX_BYTES (4u << 20)     /* of config.json and the like */
#define CARD_TOKENIZER_MAX_BYTES (64u << 20) /* of tokenizer.json */

/* Who says it. Each of these speaks with one voice: where it knows something, it must agree. */
enum card_source {
	CARD_SOURCE_MODEL,  /* config.json, headers of weights, the tokenizer */
	CARD_SOURCE_SIGNED, /* statements */
	CARD_SOURCE_SCRIPT, /* the command, scripts and YAML that started the training */
	CARD_SOURCE_LOG,    /* the arguments that the trainer printed */
	CARD_SOURCE_DATA,   /* indices and tables of tokens */
	CARD_SOURCE_COUNT
};

enum card_fact_kind {
	CARD_FACT_VALUE,
	CARD_FACT_SCORE, /* of: the task; name: the metric and its filter */
	CARD_FACT_LINK,  /* value: an address or a repository; of: the commit there, or NULL */
	CARD_FACT_HASH,  /* value: hexadecimal digits; name: of what */
	CARD_FACT_NAME   /* value: what the model is called */
};

struct card_fact {
	enum card_fact_kind kind;
	enum card_meaning meaning;
	enum card_source source;
	bool only_confirms; /* another way to count: another value is no contradiction */
	const char *value;
	const char *of;    /* a language, a dataset; NULL: the model */
	const char *name;  /* what it is called there; NULL: nothing */
	const char *where; /* "train.sh, line 3", "sha256:…" */
};

/* Start with {0}. */
struct card_sources {
	struct card_fact *fact; /* their texts are owned by `texts` */
	size_t count, room;
	char **text;
	size_t text_count, text_room;
	struct order_words words;               /* of all scripts, until card_sources_finish */
	uint64_t index_tokens, index_documents; /* of .idx files */
	size_t indices;
};

void card_sources_release(struct card_sources *sources);

/* Copies `fact`. One that is there already, from the same place, is passed over. */
MUST_CHECK int card_source_add(struct card_sources *sources, const struct card_fact *fact,
			       struct error *err);

/* An option, argument or member called `name`: those that have a meaning become facts. */
MUST_CHECK int card_source_option(struct card_sources *sources, enum card_source source,
				  const char *name, const char *value, const char *where,
				  struct error *err);

/* The words of a command and what scripts behind it hold. ERROR_CORRUPT: file and line. */
MUST_CHECK int card_source_words(struct card_sources *sources, const struct order_words *words,
				 struct error *err);
/* A shell script; its words wait for card_sources_finish, so that scripts can share variables.
 * `file` is borrowed until then. */
MUST_CHECK int card_source_script(struct card_sources *sources, const char *file, struct span text,
				  struct error *err);
MUST_CHECK int card_source_yaml(struct card_sources *sources, const char *file, struct span text,
				struct error *err);
/* config.json, or another object whose members are parameters. */
MUST_CHECK int card_source_config(struct card_sources *sources, enum card_source source,
				  const char *file, struct span text, struct error *err);
/* The block that Megatron prints between "arguments ---" and "end of arguments ---". ERROR_ABSENT:
 * there is none. */
MUST_CHECK int card_source_log(struct card_sources *sources, const char *file, struct span text,
			       struct error *err);
/* A table of names and tokens (num_tokens.tsv). */
MUST_CHECK int card_source_table(struct card_sources *sources, const char *file, struct span text,
				 struct error *err);

/* A model's folder: config.json, weights, tokenizer; what is not there is passed over, and
 * *out_found is false where nothing was. ERROR_CORRUPT: what is there contradicts itself. */
MUST_CHECK int card_source_model(struct card_sources *sources, const char *folder, bool *out_found,
				 struct error *err);

/* A file, by its name: .yaml, .json, .tsv, .idx, and scripts. `path` is borrowed until
 * card_sources_finish. */
MUST_CHECK int card_source_file(struct card_sources *sources, const char *path, struct error *err);

/* What is signed: a document of registry/facts.h. */
MUST_CHECK int card_source_signed(struct card_sources *sources, const struct json *facts,
				  struct error *err);

/* After the last one: what scripts say together, and what follows from several facts. */
MUST_CHECK int card_sources_finish(struct card_sources *sources, struct error *err);

#endif
