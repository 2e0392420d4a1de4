/* The bytes step of a check that reads only some layers: what was read, and what was not. */
#include <inttypes.h>

#include "verify/check/spot.h"
#include "verify/manifest.h"

static int evidence_set(struct check *check, uint64_t read, uint64_t total, struct error *err)
{
	struct json *evidence;

	return verdict_evidence(check->verdict, STEP_BYTES, &evidence, err) ||
			       json_set_size(evidence, "bytesSigned", total, err) ||
			       json_set_size(evidence, "bytesChecked", read, err) ||
			       json_set_size(evidence, "bytesNotChecked", total - read, err)
		       ? -1
		       : 0;
}

int check_spot_bytes(struct check *check, const struct weights *weights, struct error *err)
{
	const struct bytes_report *report = check->report;
	uint64_t total, read;
	struct weights_seen seen = { 0 };

	if (!report || report->rehashed)
		return 0; /* all of it was read: without pieces there is no other way */
	if (weights)
		seen = weights_seen(weights);
	total = manifest_bytes(check->manifest);
	read = report->bytes_read + seen.bytes;
	if (evidence_set(check, read, total, err))
		return -1;
	if (seen.differ)
		return verdict_set(check->verdict, STEP_BYTES, STEP_FAILS, err,
				   "tensors that were read are not what was signed; %" PRIu64
				   " of %" PRIu64 " bytes not checked",
				   total - read, total);
	if (read == total)
		return verdict_set(check->verdict, STEP_BYTES, STEP_HOLDS, err,
				   "all %zu files hold", report->file_count - report->not_covered);
	if (check->verdict->step[STEP_BYTES].required &&
	    verdict_undecided(check->verdict, err,
			      "the policy asks for all bytes, and a spot check left %" PRIu64
			      " of %" PRIu64 " not checked; without --spot all are read",
			      total - read, total))
		return -1;
	return verdict_set(check->verdict, STEP_BYTES, STEP_NOT_ASKED, err,
			   "%" PRIu64 " of %" PRIu64
			   " bytes not checked (a spot check reads what it "
			   "needs); what was read is what was signed",
			   total - read, total);
}
