/* What the parts of writing a card share. Private to registry/card*.c. */
#ifndef REGISTRY_CARD_INNER_H
#define REGISTRY_CARD_INNER_H

#include "registry/card.h"
#include "registry/card/markup.h"

enum card_word {
#define WORD(name, english, japanese) WORD_##name,
#include "registry/card_words.def"
#undef WORD
	WORD_COUNT
};

/* A card being written. */
struct card_writer {
	const struct card_wish *wish;
	const struct json *facts;
	struct buffer *out;
};

/* In the card's language. Static. */
const char *card_word(const struct card_writer *w, enum card_word word);

/* Is it one of our words in one language alone, and in which? */
bool card_word_language(struct span text, enum card_language *out_language);

/* Members of facts, which are absent where they are not known. */
const char *fact_text(const struct json *object, const char *key);
const struct json *fact_list(const struct card_writer *w, const char *key);

/* Append words of ours as they are. */
MUST_CHECK int card_say(const struct card_writer *w, enum card_word word, struct error *err);

/* ---- Tables: what lacks gives no row, and no rows give no table ---- */

typedef int card_rows(const struct card_writer *w, struct error *err);
/* A table of two columns, under a heading of this level where it has any row. */
MUST_CHECK int card_table(const struct card_writer *w, unsigned level, enum card_word heading,
			  card_rows *rows, struct error *err);
MUST_CHECK int card_heading(const struct card_writer *w, unsigned level, enum card_word heading,
			    struct error *err);
/* "|label|", and what ends the row. Between them goes what markdown_* append. */
MUST_CHECK int card_row_begin(const struct card_writer *w, enum card_word label, struct error *err);
MUST_CHECK int card_row_end(const struct card_writer *w, struct error *err);
MUST_CHECK int card_row_text(const struct card_writer *w, enum card_word label, const char *text,
			     struct error *err);
MUST_CHECK int card_row_count(const struct card_writer *w, enum card_word label,
			      const struct json *count, struct error *err);

/* card/rows.c: the specs, for both templates. */
card_rows card_model_rows, card_dataset_rows, card_training_rows, card_environment_rows;
/* Does a label of the training's rows stand for the option? */
bool card_setting_known(const char *option);
/* The link, or the words, that tell a commit; `git` as facts have it. */
MUST_CHECK int card_commit(const struct card_writer *w, const struct json *git, struct error *err);
/* What all runs took together. False: nothing of it is known. */
struct card_hours {
	uint64_t node_seconds, gpu_seconds;
	bool bound;  /* at least so much */
	bool gpus;   /* known for each */
	size_t open; /* runs whose end is not recorded */
};
bool card_hours_of(const struct json *run, struct card_hours *sum);
MUST_CHECK int card_hours_say(const struct card_writer *w, uint64_t seconds, bool bound,
			      struct error *err);

/* A section: heading and text, or nothing where nothing is known. */
typedef int card_section(const struct card_writer *w, struct error *err);
/* card/sections.c */
card_section card_summary, card_specs, card_data, card_training, card_compute, card_lineage,
	card_verification;
/* card/evals.c */
card_section card_evaluation;
/* card/hub.c */
card_section card_hub_model, card_hub_dataset, card_hub_training, card_hub_environment;

/* ---- Front matter ---- */

/* card/evals.c: the member `model-index`, or nothing. */
MUST_CHECK int card_model_index(const struct card_writer *w, struct error *err);

/* The first letters of a results' source that we wrote. */
#define CARD_SOURCE "akashi: "

/* card/front.c: all of it, with its two lines of dashes. */
MUST_CHECK int card_front_write(const struct card_writer *w, struct error *err);
/* The same over what stands in a card already. */
struct card_text;
MUST_CHECK int card_front_update(const struct card_writer *w, const struct card_text *old,
				 const char *file, struct error *err);

#endif
