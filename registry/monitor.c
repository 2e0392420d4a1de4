/* Watching logs: each place that was named, by the log that is served there. */
#include "registry/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor/log.h"

int watch_parse(const char *text, struct watch *out_watch, struct error *err)
{
	static const struct {
		const char *prefix;
		enum watch_what what;
	} form[] = {
		{ "name=", WATCH_NAME },
		{ "key=", WATCH_KEY },
		{ "digest=", WATCH_DIGEST },
	};

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		const char *rest = text + strlen(form[i].prefix);

		if (strncmp(text, form[i].prefix, strlen(form[i].prefix)) != 0)
			continue;
		if (form[i].what != WATCH_NAME && strncmp(rest, "sha256:", 7) == 0)
			rest += 7;
		if (form[i].what != WATCH_NAME &&
		    (strlen(rest) < 8 || strlen(rest) > 2 * DIGEST_SIZE ||
		     strspn(rest, "0123456789abcdef") != strlen(rest)))
			break;
		if (!*rest)
			break;
		*out_watch = (struct watch){ form[i].what, rest };
		return 0;
	}
	return error_set(err, ERROR_USAGE,
			 "'%s' is nothing to watch: write name=GLOB, or key= or digest= and 8 to "
			 "64 lower-case digits",
			 text);
}

/* Is this a log that somebody chose to trust? */
static bool origin_known(const struct monitor_request *request, const char *origin)
{
	for (size_t i = 0; request->pins && i < request->pins->count; i++)
		if (strcmp(request->pins->pin[i].log.name, origin) == 0)
			return true;
	for (size_t i = 0; request->witnesses && i < request->witnesses->log_count; i++)
		if (strcmp(request->witnesses->log[i].key.name, origin) == 0)
			return true;
	return false;
}

/* Read what is served, and which log it says it is. */
static int served_read(const struct monitor_request *request, const struct log_source *source,
		       struct buffer *note, struct tree_head *out_head, struct error *err)
{
	struct span text;

	if (log_source_checkpoint(source, note, err) || note_text(buffer_view(note), &text, err) ||
	    tree_head_parse(text, out_head, err))
		return -1;
	if (!origin_known(request, out_head->origin))
		return error_set(err, ERROR_UNTRUSTED,
				 "the log that is served is '%s', for which no key was given",
				 out_head->origin);
	return 0;
}

static int place_look(const struct context *ctx, const struct monitor_request *request,
		      struct monitor_look *look, struct checkpoint *checkpoint,
		      char out_origin[NOTE_NAME_MAX + 1], struct error *err)
{
	CLEANUP(log_source_release) struct log_source source = { .blobs = NULL };
	CLEANUP(monitor_log_free) struct monitor_log *log = NULL;
	CLEANUP(buffer_release) struct buffer note;
	struct tree_head head;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (log_source_open(ctx, look->where, request->statements, &source, err) ||
	    served_read(request, &source, &note, &head, err))
		return -1;
	snprintf(out_origin, NOTE_NAME_MAX + 1, "%s", head.origin);
	return monitor_log_open(ctx, request, head.origin, &log, err) ||
			       monitor_log_look(log, &source, buffer_view(&note), look, checkpoint,
						err)
		       ? -1
		       : 0;
}

int monitor_run(const struct context *ctx, const struct monitor_request *request, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { .fd = -1 };
	CLEANUP(text_free) char *lock = NULL;

	if (folder_make(request->folder, err) ||
	    path_join(request->folder, "monitor.lock", &lock, err) ||
	    file_lock_take(lock, &held, err))
		return -1;
	for (size_t i = 0; request->where[i]; i++) {
		char origin[NOTE_NAME_MAX + 1] = "";
		struct monitor_look look = { .where = request->where[i], .origin = origin };
		struct checkpoint checkpoint = { .cosigned = 0 };
		struct error why = { 0 };

		if (context_check_cancelled(ctx, err))
			return -1;
		if (place_look(ctx, request, &look, &checkpoint, origin, &why))
			look.error = &why;
		if (request->looked && request->looked(request->arg, &look, err))
			return -1;
	}
	return 0;
}
