/* One entry of a log, decoded for people. */
#ifndef REGISTRY_INSPECT_H
#define REGISTRY_INSPECT_H

#include "registry/log/source.h"

/*
 * Entry `index` as JSON (schema akashi/entry/1), led to the root of the checkpoint that is served;
 * whoever signed that. The body of a statement entry is looked for beside the log and checked
 * against the entry; where it is not there, the rest of the log is read for tombstones, and what
 * they say is told, whoever says it. The caller frees *out_entry. ERROR_ABSENT: the log has no such
 * entry.
 */
MUST_CHECK int log_inspect(const struct context *ctx, const struct log_source *source,
			   uint64_t index, struct json **out_entry, struct error *err);

/*
 * The first entry that a digest stands for: the identity of its statement, its hash as a leaf, or
 * what it signs. At least 8 digits; "sha256:" may stand before them. ERROR_ABSENT; ERROR_USAGE.
 */
MUST_CHECK int log_inspect_find(const struct log_source *source, const char *digest,
				uint64_t *out_index, struct error *err);

#endif
