/* How one probe is held against its record. Inside verify/ only. */
#ifndef VERIFY_REPLAY_COMPARE_H
#define VERIFY_REPLAY_COMPARE_H

#include "verify/outputs.h"
#include "verify/record.h"

/*
 * Read an outputs object and check that it has the root, and is about these probes and a model of
 * this shape: ERROR_CORRUPT otherwise. The caller releases it.
 */
MUST_CHECK int recorded_open(const struct forward *forward, const struct probes *probes,
			     struct span text, const struct digest *root,
			     struct outputs *out_outputs, struct error *err);

/*
 * Compare what was computed for probe `index` of the record and note it in the report. Of the
 * boundaries only those that are `wanted`; NULL: all. True if nothing differs.
 */
bool probe_compare(const struct outputs *recorded, size_t index,
		   const struct probe_outputs *computed, const bool *wanted,
		   struct replay_report *report);

/* Compare a whole share, probe by probe; `list` (or NULL) is filled in. */
MUST_CHECK int share_compare(const struct outputs *recorded, const size_t *index,
			     const struct outputs *computed, const bool *wanted,
			     struct replay_report *report, struct replay_list *list,
			     struct error *err);

/* How many different ids there are; sorts them. */
size_t ids_different(uint32_t *ids, size_t count);

#endif
