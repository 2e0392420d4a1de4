/* How one probe is held against its record. Inside verify/ only. */
#ifndef VERIFY_REPLAY_COMPARE_H
#define VERIFY_REPLAY_COMPARE_H

#include "verify/outputs.h"
#include "verify/record.h"

/* Compare what was computed for probe `index` of the record and note it in the report. */
void probe_compare(const struct outputs *recorded, size_t index,
		   const struct probe_outputs *computed, struct replay_report *report);

/* How many different ids there are; sorts them. */
size_t ids_different(uint32_t *ids, size_t count);

#endif
