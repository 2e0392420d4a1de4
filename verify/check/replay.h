/* How the forward step replays a record. Inside verify/ only. */
#ifndef VERIFY_CHECK_REPLAY_H
#define VERIFY_CHECK_REPLAY_H

#include "verify/check/class.h"
#include "verify/check/model.h"
#include "verify/record.h"

/* What a signed record names, read from the evidence. Start with check_record_init. */
struct check_record {
	struct probes probes;
	struct buffer outputs; /* the outputs object, by its digest */
	struct digest root;    /* of its leaves, as signed */
};

void check_record_init(struct check_record *record);
void check_record_release(struct check_record *record);

/*
 * Read probes and outputs by the digests that the signed record names.
 * ERROR_UNTRUSTED: a record of another profile.
 */
MUST_CHECK int check_record_open(struct check *check, const struct believed *believed,
				 struct check_record *record, struct error *err);

/* The share that a tier of --forward asks for. */
struct replay_request replay_request_of(const struct check_request *request);

/* Say what the replay will cost, before it starts. */
MUST_CHECK int check_replay_announce(struct check *check, const struct check_model *model,
				     const struct check_record *record,
				     const struct replay_request *request, struct error *err);
/* Compute and compare; once more on the CPU where a device fails or finds a difference. */
MUST_CHECK int check_replay_run(struct check *check, struct check_model *model,
				const struct check_record *record,
				const struct replay_request *request, struct replay_report *report,
				struct replay_list *list, struct error *cause);

/* Compute again what the record says, and set the forward step. */
MUST_CHECK int check_replay(struct check *check, const struct record_choice *choice,
			    struct check_model *model, struct check_record *record,
			    struct error *err);

/* "probe 3, boundary 2 (after layer 1)": the first difference, for check_model_again. */
#define REPLAY_DOUBT_MAX (REPLAY_TEXT_MAX + 32)
void replay_doubt_text(const struct replay_report *report, char out_text[REPLAY_DOUBT_MAX]);

/*
 * check/evidence.c: what was computed and what came of it, for machines (docs/formats.md,
 * section 7). At most EVIDENCE_PROBES_MAX probes are listed one by one.
 */
#define EVIDENCE_PROBES_MAX 128u
MUST_CHECK int check_evidence_set(struct check *check, const struct record_choice *choice,
				  const struct check_model *model,
				  const struct replay_report *report,
				  const struct replay_list *list, struct error *err);

/* check/coverage.c: what the replay reached and what it did not, as details of the step. */
MUST_CHECK int check_coverage_say(struct check *check, const struct check_model *model,
				  const struct replay_coverage *coverage, struct error *err);

/* check/experts.c: which experts no token of the computation was routed to; nothing for models
 * without experts. */
MUST_CHECK int check_experts_say(struct check *check, const struct forward *forward,
				 struct error *err);

#endif
