/* One watched log. Private to registry/monitor*.c. */
#ifndef REGISTRY_MONITOR_LOG_H
#define REGISTRY_MONITOR_LOG_H

#include "registry/monitor/inner.h"

/* What was seen and found of the log `origin`, from request->folder. The caller frees *out_log. */
MUST_CHECK int monitor_log_open(const struct context *ctx, const struct monitor_request *request,
				const char *origin, struct monitor_log **out_log,
				struct error *err);
void monitor_log_free(struct monitor_log **log);

/*
 * Judge the checkpoint `note` that `source` serves, and every entry that was not looked at yet.
 * What does not hold is found; -1 is for what kept us from looking. *look and *checkpoint are
 * filled. For one look: what was taken in beyond the last commit is not to be looked at again.
 */
MUST_CHECK int monitor_log_look(struct monitor_log *log, const struct log_source *source,
				struct span note, struct monitor_look *look,
				struct checkpoint *checkpoint, struct error *err);

#endif
