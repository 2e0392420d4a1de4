/* When signed statements existed, says a timestamp authority. */
#include "verify/check/parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/timestamp.h"

struct stamping {
	struct check *check;
	struct json *list; /* borrowed from the verdict; NULL until there is something to say */
};

/* Roots that the person who asks chose: named, or in a policy that is pinned. */
static int roots_gather(const struct check *check, const struct believed *believed,
			struct span **out_roots, size_t *out_count, struct error *err)
{
	const struct check_request *request = check->request;
	const struct policy *policy = trust_policy(believed->anchor);
	size_t pinned = check->pinned ? policy->timestamp_root_count : 0;
	size_t count = request->timestamp_root_count + pinned;
	struct span *root = calloc(count + 1, sizeof(*root));

	if (!root)
		return error_set(err, ERROR_SYSTEM, "out of memory for timestamp authorities");
	for (size_t i = 0; i < request->timestamp_root_count; i++)
		root[i] = request->timestamp_root[i];
	for (size_t i = 0; i < pinned; i++)
		root[request->timestamp_root_count + i] = buffer_view(&policy->timestamp_root[i]);
	*out_roots = root;
	*out_count = count;
	return 0;
}

/* The response and what it has to be of; ERROR_ABSENT when there is none. */
static int response_fetch(const struct check *check, const struct believed *believed,
			  struct buffer *response, struct envelope *out_envelope, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	return evidence_timestamp(check->evidence, &believed->identity, &believed->key, response,
				  err) ||
			       evidence_envelope(check->evidence, &believed->identity,
						 &believed->key, &bundle, err) ||
			       envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES,
					      out_envelope, err)
		       ? -1
		       : 0;
}

static int evidence_add(struct stamping *stamping, const struct believed *believed, bool holds,
			const struct timestamp *timestamp, const char *why, struct error *err)
{
	struct json *evidence, *item;
	char when[TIMESTAMP_TIME_SIZE];

	if (!stamping->list &&
	    (verdict_evidence(stamping->check->verdict, STEP_SIGNATURE, &evidence, err) ||
	     json_set_array(evidence, "timestamps", &stamping->list, err)))
		return -1;
	if (json_add_object(stamping->list, &item, err) ||
	    json_set_digest(item, "statement", &believed->identity, err) ||
	    json_set_bool(item, "holds", holds, err) ||
	    (why && json_set_text(item, "why", why, err)))
		return -1;
	if (!timestamp)
		return 0;
	timestamp_time_text(timestamp, when);
	return json_set_text(item, "time", when, err) ||
			       json_set_text(item, "policy", timestamp->policy, err) ||
			       json_set_text(item, "serial", timestamp->serial, err) ||
			       json_set_size(item, "accuracyMicroseconds", timestamp->accuracy_us,
					     err) ||
			       (holds &&
				json_set_text(item, "authority", timestamp->authority, err))
		       ? -1
		       : 0;
}

static int timestamp_holds(struct stamping *stamping, const struct believed *believed,
			   const struct timestamp *timestamp, struct error *err)
{
	char when[TIMESTAMP_TIME_SIZE];

	timestamp_time_text(timestamp, when);
	return evidence_add(stamping, believed, true, timestamp, NULL, err) ||
			       verdict_detail(stamping->check->verdict, STEP_SIGNATURE, err,
					      "the signature of the %s existed at %s, says %s",
					      statement_kind_name(believed->statement.kind), when,
					      timestamp->authority)
		       ? -1
		       : 0;
}

/* Nobody vouches for it, or it does not hold: no evidence of anything. */
static int timestamp_refused(struct stamping *stamping, const struct believed *believed,
			     struct span response, const char *why, struct error *err)
{
	const char *kind = statement_kind_name(believed->statement.kind);
	struct timestamp says;
	struct error unread = { 0 };
	char when[TIMESTAMP_TIME_SIZE];

	if (timestamp_parse(response, &says, &unread))
		return evidence_add(stamping, believed, false, NULL, why, err) ||
				       verdict_detail(stamping->check->verdict, STEP_SIGNATURE, err,
						      "a timestamp of the %s shows nothing: %s",
						      kind, why)
			       ? -1
			       : 0;
	timestamp_time_text(&says, when);
	return evidence_add(stamping, believed, false, &says, why, err) ||
			       verdict_detail(stamping->check->verdict, STEP_SIGNATURE, err,
					      "a timestamp of the %s says %s and shows nothing: %s",
					      kind, when, why)
		       ? -1
		       : 0;
}

static int statement_timestamp(struct stamping *stamping, const struct believed *believed,
			       struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer response;
	struct timestamp_trust trust = { 0 };
	struct error cause = { 0 };
	struct timestamp timestamp;
	struct span *roots;
	int failed;

	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	if (response_fetch(stamping->check, believed, &response, &envelope, &cause)) {
		if (cause.code == ERROR_ABSENT)
			return 0;
		if (cause.code == ERROR_SYSTEM)
			return error_set(err, cause.code, "%s", cause.text);
		return timestamp_refused(stamping, believed, (struct span){ NULL, 0 }, cause.text,
					 err);
	}
	if (roots_gather(stamping->check, believed, &roots, &trust.root_count, err))
		return -1;
	trust.roots = roots;
	failed = trust.root_count
			 ? timestamp_check(buffer_view(&response), buffer_view(&envelope.signature),
					   &trust, &timestamp, &cause)
			 : error_set(&cause, ERROR_UNTRUSTED,
				     "nobody whom you trust names its authority (--tsa-root PEM, "
				     "or timestampAuthorities of a policy)");
	free(roots);
	if (failed && (cause.code == ERROR_SYSTEM || cause.code == ERROR_USAGE))
		return error_set(err, cause.code, "%s", cause.text);
	return failed ? timestamp_refused(stamping, believed, buffer_view(&response), cause.text,
					  err)
		      : timestamp_holds(stamping, believed, &timestamp, err);
}

int check_timestamps(struct check *check, struct error *err)
{
	struct stamping stamping = { .check = check };

	return (check->has_release && statement_timestamp(&stamping, &check->release, err)) ||
			       (check->has_checkpoint &&
				statement_timestamp(&stamping, &check->checkpoint, err))
		       ? -1
		       : 0;
}
