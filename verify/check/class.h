/* Which record of outputs a check looks at, and what it shows. Inside verify/ only. */
#ifndef VERIFY_CHECK_CLASS_H
#define VERIFY_CHECK_CLASS_H

#include "verify/check/parts.h"

/* What a record shows, and to whom (docs/threat-model.md); the higher is worth more. */
enum record_class {
	RECORD_OTHER,        /* another key's, and no commitment before the release */
	RECORD_SELF,         /* the publisher's own */
	RECORD_TRAINING_TIME /* another key's, logged before the release */
};

/* The record that is worth most, the newest of its class. */
struct record_choice {
	struct believed best;
	bool found;
	enum record_class class;
	size_t others;  /* exact records that are believed too, and that nobody computes */
	size_t foreign; /* of other frameworks, that a spot check leaves out */
};

void record_choice_release(struct record_choice *choice);

/* The class of an exact record, from who made it and when. */
enum record_class record_class_of(const struct check *check, const struct believed *record);

/*
 * The exact record of outputs about the check's checkpoint that is worth most; `found` stays false
 * where there is none that is believed. *out_unknown counts records that unknown keys signed,
 * foreign ones too.
 */
MUST_CHECK int record_choose(struct check *check, struct record_choice *choice, size_t *out_unknown,
			     struct error *err);

/* True where a record names the boundary activations that a spot check needs. */
bool record_has_boundaries(const struct believed *record);

/* "self", "training-time", "other". Static. */
const char *record_class_name(enum record_class class);

/*
 * Of the forward step's details: the class, its key and its place in the log; and how many records
 * were left out, any of which might have contradicted.
 */
MUST_CHECK int record_class_say(struct check *check, const struct record_choice *choice,
				struct error *err);

#endif
