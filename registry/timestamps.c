/* Timestamps of statements: asked for, kept, given out again. */
#include "registry/timestamps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/http.h"
#include "registry/statement/inner.h"
#include "registry/withhold.h"

#define NONCE_SIZE 16

static int url_check(const char *url, struct error *err)
{
	if (!http_is_url(url) || strlen(url) > HTTP_URL_MAX)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no URL of a timestamp authority: http:// or https://",
				 url);
	return 0;
}

int registry_timestamp_from(struct registry *registry, const char *url, struct error *err)
{
	char *copy = NULL;

	if (url && strcmp(url, "none") != 0 && url_check(url, err))
		return -1;
	if (url && !(copy = strdup(url)))
		return error_set(err, ERROR_SYSTEM, "out of memory for a URL");
	free(registry->timestamp_url);
	registry->timestamp_url = copy;
	return 0;
}

/* The authority that is named, or NULL. Borrowed. */
static const char *authority_url(const struct registry *registry)
{
	const char *url = registry->timestamp_url;

	if (!url)
		url = settings_get(&registry->settings, SETTING_TIMESTAMP_URL, NULL);
	return url && url[0] && strcmp(url, "none") != 0 ? url : NULL;
}

int timestamp_fetch(const struct context *ctx, const char *url, struct span message,
		    struct buffer *out, struct timestamp *out_says, struct error *err)
{
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	CLEANUP(buffer_release) struct buffer request;
	struct http_request asked = { .url = url,
				      .content_type = "application/timestamp-query",
				      .accept = "application/timestamp-reply",
				      .answer_bytes = TIMESTAMP_MAX_BYTES };
	uint8_t nonce[NONCE_SIZE];
	struct timestamp says;

	buffer_init(&request, TIMESTAMP_REQUEST_MAX_BYTES);
	if (context_random(ctx, nonce, sizeof(nonce), err) ||
	    timestamp_request_build(message, (struct span){ nonce, sizeof(nonce) }, &request, err))
		return -1;
	asked.body = buffer_view(&request);
	if (http_send(ctx, &asked, &answer, err))
		return error_prefix(err, "timestamp");
	if (answer.status != 200)
		return error_set(err, ERROR_SYSTEM,
				 "the timestamp authority at '%s' answers with status %u", url,
				 answer.status);
	if (timestamp_answers(buffer_view(&answer.body), buffer_view(&request), err) ||
	    timestamp_parse(buffer_view(&answer.body), &says, err))
		return error_prefix(err, "what '%s' answered", url);
	if (buffer_add(out, buffer_view(&answer.body), err))
		return -1;
	*out_says = says;
	return 0;
}

/* statements/HEX.KEY.tsr, malloced. */
static int timestamp_path(const struct registry *registry, const struct digest *identity,
			  const struct digest *key, char **out_path, struct error *err)
{
	char ident[IDENT_SIZE], name[IDENT_SIZE + sizeof("statements/.tsr")];

	statement_ident(identity, key, ident);
	snprintf(name, sizeof(name), "statements/%s.tsr", ident);
	return registry_path(registry, name, out_path, err);
}

int registry_timestamp_read(struct registry *registry, const struct digest *identity,
			    const struct digest *key, struct buffer *out, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (timestamp_path(registry, identity, key, &path, err))
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_ABSENT, "the statement has no timestamp");
	return file_read(path, out, err);
}

int registry_timestamp(struct registry *registry, const struct digest *identity,
		       const struct digest *key, struct timestamp *out_says, bool *out_existed,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer response, bundle;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(text_free) char *path = NULL;
	const char *url = authority_url(registry);
	struct error absent = { 0 };

	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	*out_existed = true;
	if (!registry_timestamp_read(registry, identity, key, &response, &absent))
		return timestamp_parse(buffer_view(&response), out_says, err);
	if (absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (!url)
		return error_set(err, ERROR_USAGE,
				 "no timestamp authority is named: --timestamp-url URL, or "
				 "timestamp.url in '%s/config'",
				 registry->folder);
	*out_existed = false;
	if (url_check(url, err))
		return -1;
	if (registry_envelope(registry, identity, key, &bundle, NULL, err))
		return registry_explain(registry, identity, err);
	if (envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES, &envelope, err) ||
	    timestamp_fetch(registry->ctx, url, buffer_view(&envelope.signature), &response,
			    out_says, err) ||
	    timestamp_path(registry, identity, key, &path, err))
		return -1;
	return file_write(path, buffer_view(&response), 0444, FILE_KEEP_FIRST, err);
}

void registry_timestamp_made(struct registry *registry, const struct statement_made *made,
			     size_t count)
{
	struct timestamp says;
	struct error cause = { 0 };
	size_t without = 0;
	bool existed;

	if (!authority_url(registry))
		return;
	for (size_t i = 0; i < count; i++) {
		if (made[i].existed)
			continue;
		if (cause.code || registry_timestamp(registry, &made[i].identity, &made[i].key,
						     &says, &existed, &cause))
			without++;
	}
	if (without)
		context_notice(registry->ctx,
			       "%zu statement%s signed and logged without a timestamp, which "
			       "'akashi timestamp' adds later: %s",
			       without, without == 1 ? " is" : "s are", cause.text);
}
