/* Which record of outputs is worth most, and what its class shows (docs/threat-model.md). */
#include "verify/check/class.h"

#include "verify/check/foreign.h"
#include "verify/check/private.h"

void record_choice_release(struct record_choice *choice)
{
	believed_release(&choice->best);
}

enum record_class record_class_of(const struct check *check, const struct believed *record)
{
	const struct believed *publisher =
		check->has_release ? &check->release : &check->checkpoint;

	if (digest_equal(&record->key, &publisher->key))
		return RECORD_SELF;
	return check->has_release && record->index < check->release.index ? RECORD_TRAINING_TIME
									  : RECORD_OTHER;
}

bool record_has_boundaries(const struct believed *record)
{
	return json_member(record->statement.predicate, "boundaries") != NULL;
}

/* Is the record worth more than the one that was found? */
static bool worth_more(const struct check *check, const struct believed *record,
		       enum record_class class, const struct record_choice *found)
{
	bool has = record_has_boundaries(record);

	/* A spot check or a dispute can make something only of a record with activations. */
	if ((spot_is_asked(&check->request->spot) || check->request->dispute) &&
	    has != record_has_boundaries(&found->best))
		return has;
	return class > found->class ||
	       (class == found->class && record->index >= found->best.index);
}

static int visit_record(struct check *check, const struct believed *believed, void *arg,
			struct error *err)
{
	struct record_choice *choice = arg;
	enum record_class class = record_class_of(check, believed);

	if (record_is_foreign(&believed->statement) || record_is_private(&believed->statement))
		return 0;
	choice->others += choice->found;
	if (choice->found && !worth_more(check, believed, class, choice))
		return 0;
	believed_release(&choice->best);
	choice->found = false;
	if (believe_statement(check->trust, check->evidence, &believed->identity, NULL,
			      &choice->best, err))
		return -1;
	choice->found = true;
	choice->class = class;
	return 0;
}

int record_choose(struct check *check, struct record_choice *choice, size_t *out_unknown,
		  struct error *err)
{
	*out_unknown = 0;
	return check->has_checkpoint ? check_each_about(check, STATEMENT_record, STEP_FORWARD,
							visit_record, choice, out_unknown, err)
				     : 0;
}

const char *record_class_name(enum record_class class)
{
	static const char *const name[] = { [RECORD_OTHER] = "other",
					    [RECORD_SELF] = "self",
					    [RECORD_TRAINING_TIME] = "training-time" };

	return name[class];
}

static int class_say(struct check *check, const struct record_choice *choice, struct error *err)
{
	unsigned long long index = choice->best.index;
	char key[DIGEST_SHORT_SIZE];

	digest_shorten(&choice->best.key, key);
	switch (choice->class) {
	case RECORD_TRAINING_TIME:
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "class training-time: key %s committed to these outputs "
				      "before the release (entry %llu)",
				      key, index);
	case RECORD_SELF:
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "class self: the files compute what their publisher (key %s) "
				      "recorded (entry %llu); no evidence of origin",
				      key, index);
	case RECORD_OTHER:
		break;
	}
	return verdict_detail(
		check->verdict, STEP_FORWARD, err,
		"class other: another key (%s) recorded these outputs, and not before "
		"a release (entry %llu)",
		key, index);
}

/* Records that might have contradicted, and were not looked at. */
static int say_left_out(struct check *check, const struct record_choice *choice, struct error *err)
{
	if (choice->others && verdict_detail(check->verdict, STEP_FORWARD, err,
					     "not computed: %zu other exact record%s of this model",
					     choice->others, choice->others == 1 ? "" : "s"))
		return -1;
	if (choice->foreign &&
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "not compared: %zu record%s of other frameworks' outputs, for which a "
			   "spot check computes too little",
			   choice->foreign, choice->foreign == 1 ? "" : "s"))
		return -1;
	return 0;
}

int record_class_say(struct check *check, const struct record_choice *choice, struct error *err)
{
	if (say_left_out(check, choice, err))
		return -1;
	return class_say(check, choice, err);
}
