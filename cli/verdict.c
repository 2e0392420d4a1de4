/* verdict: one line a step, then what follows from them. */
#include "cli/verdict.h"

#include <stdio.h>

#include "cli/output.h"

static const struct {
	const char *mark;
	enum colour colour;
} look[] = {
	[STEP_NOT_ASKED] = { "\u2013", COLOUR_FAINT },
	[STEP_HOLDS] = { "\u2714", COLOUR_GOOD },
	[STEP_FAILS] = { "\u2718", COLOUR_BAD },
	[STEP_NOT_POSSIBLE] = { "\u2013", COLOUR_STRONG },
};

static void print_step(const struct call *call, enum step_id id, const struct step *step)
{
	enum colour colour = look[step->status].colour;
	bool details = !call->quiet || step->status == STEP_FAILS;

	if (call->colour)
		printf("%s%s%s %-10s", colour_begin(true, colour), look[step->status].mark,
		       colour_end(true, colour), step_name(id));
	else
		printf("%-12s %-10s", step_status_name(step->status), step_name(id));
	output_line(stdout, " %s", step->text ? step->text : "not asked");
	for (size_t i = 0; details && i < step->detail_count; i++)
		output_line(stdout, "%s%s",
			    call->colour ? "             " : "                        ",
			    step->detail[i]);
}

static void print_conclusion(const struct call *call, const struct verdict *verdict)
{
	enum verdict_status status = verdict_status(verdict);
	enum colour colour = status == VERDICT_HOLDS   ? COLOUR_GOOD
			     : status == VERDICT_FAILS ? COLOUR_BAD
						       : COLOUR_STRONG;
	const char *says = status == VERDICT_HOLDS   ? "everything that was asked holds"
			   : status == VERDICT_FAILS ? "what was signed and what is here disagree"
						     : "cannot be decided";

	printf("%s%s%s: ", colour_begin(call->colour, colour), verdict_status_name(status),
	       colour_end(call->colour, colour));
	output_text(stdout, verdict->subject);
	printf(": %s\n", says);
	for (size_t i = 0; i < verdict->undecided_count; i++)
		output_line(stdout, "  %s", verdict->undecided[i]);
}

int verdict_print(struct call *call, const struct verdict *verdict, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	call->exit_status = verdict_exit_status(verdict);
	if (call->json)
		return verdict_to_json(verdict, &object, err) || output_json(object, err) ? -1 : 0;
	for (int id = 0; id < STEP_COUNT; id++)
		if (!call->quiet || verdict->step[id].status == STEP_FAILS)
			print_step(call, (enum step_id)id, &verdict->step[id]);
	print_conclusion(call, verdict);
	return 0;
}
