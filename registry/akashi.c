/* libakashi: the small public face of Akashi. */
#include "registry/akashi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "verify/verify.h"

const char *akashi_version(void)
{
	return AKASHI_VERSION;
}

void akashi_free(char *text)
{
	free(text);
}

/* What the program gave, in the form that the house asks for it. */
struct asker {
	struct akashi_verify_options options;
};

static int64_t asker_now(void *user)
{
	return ((struct asker *)user)->options.now_unix_s;
}

static int asker_random(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	while (len) {
		ssize_t got = getrandom(bytes, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		bytes += got;
		len -= (size_t)got;
	}
	return 0;
}

static bool asker_cancelled(void *user)
{
	const struct akashi_verify_options *options = &((struct asker *)user)->options;

	return options->cancelled && options->cancelled(options->user);
}

/* The members that the program knows of; the others stay 0. */
static int options_take(const struct akashi_verify_options *given,
			struct akashi_verify_options *out_options, struct error *err)
{
	struct akashi_verify_options options = { .size = sizeof(options) };

	if (given && given->size < sizeof(given->size))
		return error_set(err, ERROR_USAGE,
				 "the options have no size: begin with AKASHI_VERIFY_OPTIONS");
	if (given)
		memcpy(&options, given,
		       given->size < sizeof(options) ? given->size : sizeof(options));
	*out_options = options;
	return 0;
}

/* The verdict on `path`, as text. */
static int check(const char *path, struct asker *asker, char **out_text,
		 enum akashi_status *out_status, struct error *err)
{
	CLEANUP(threads_free) struct threads *threads = NULL;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer text = { .max = SIZE_MAX / 2 };
	const struct akashi_verify_options *options = &asker->options;
	struct check_request request = { .forward_named = options->forward != NULL,
					 .pins = span_of(options->pins ? options->pins : "") };
	struct context ctx = { .user = asker,
			       .now_unix_s = asker_now,
			       .random = asker_random,
			       .cancelled = asker_cancelled };

	if (!path)
		return error_set(err, ERROR_USAGE, "no path to check");
	if (forward_tier_parse(options->forward ? options->forward : "quick", &request.forward,
			       err) ||
	    threads_new(options->threads, &threads, err))
		return -1;
	ctx.threads = threads;
	if (check_path(&ctx, path, &request, &verdict, err) ||
	    verdict_to_json(verdict, &json, err) || json_write_pretty(json, &text, err) ||
	    buffer_to_text(&text, out_text, err))
		return -1;
	*out_status = (enum akashi_status)verdict_exit_status(verdict);
	return 0;
}

enum akashi_status akashi_verify(const char *path, const struct akashi_verify_options *options,
				 char **out_verdict, char **out_reason)
{
	enum akashi_status status = AKASHI_SYSTEM;
	struct error err = { 0 };
	struct asker asker;
	char *verdict = NULL, *reason = NULL;

	if (options_take(options, &asker.options, &err) ||
	    check(path, &asker, &verdict, &status, &err)) {
		status = (enum akashi_status)error_exit_status(err.code);
		reason = strdup(err.text);
	}
	if (out_verdict)
		*out_verdict = verdict;
	else
		free(verdict);
	if (out_reason)
		*out_reason = reason;
	else
		free(reason);
	return status;
}
