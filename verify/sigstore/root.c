/* trusted_root.json: logs, certificate authorities and timestamp authorities with their times. */
#include "verify/sigstore/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/json.h"
#include "verify/time_text.h"

static const char *const media_type[] = {
	"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
	"application/vnd.dev.sigstore.trustedroot+json;version=0.2",
	"application/vnd.dev.sigstore.trustedroot.v0.1+json",
	"application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

bool period_has(const struct period *period, int64_t unix_s)
{
	return unix_s >= period->first_s && unix_s <= period->last_s;
}

const struct root_log *root_log_find(const struct sigstore_root *root, struct span id)
{
	for (size_t i = 0; i < root->log_count; i++)
		if (span_equal(id, (struct span){ root->log[i].id, root->log[i].id_len }))
			return &root->log[i];
	return NULL;
}

/* "validFor" of `parent`: a start, and perhaps an end. */
static int period_parse(const struct json *parent, struct period *out_period, struct error *err)
{
	const struct json *valid;
	const char *start, *end;

	if (json_need_object(parent, "validFor", &valid, err) ||
	    json_need_string(valid, "start", &start, err) ||
	    json_maybe_string(valid, "end", &end, err) ||
	    time_parse(start, &out_period->first_s, err))
		return error_prefix(err, "'validFor'");
	out_period->last_s = INT64_MAX;
	if (end && time_parse(end, &out_period->last_s, err))
		return error_prefix(err, "'validFor'");
	return 0;
}

/* The host of "https://HOST/path", with its port. */
static void host_of(const char *url, char *out_host, size_t size)
{
	const char *at = strstr(url, "://");
	size_t len;

	at = at ? at + 3 : url;
	len = strcspn(at, "/?#");
	snprintf(out_host, size, "%.*s", (int)(len < size ? len : size - 1), at);
}

/* The DER of a log's public key and its time. */
static int log_key_parse(const struct json *log, struct buffer *out_der, struct period *out_period,
			 struct error *err)
{
	const struct json *key;

	if (json_need_object(log, "publicKey", &key, err) ||
	    json_need_base64(key, "rawBytes", out_der, err))
		return -1;
	return period_parse(key, out_period, err);
}

static int log_parse(const struct json *json, struct root_log *log, struct error *err)
{
	CLEANUP(buffer_release) struct buffer der, id;
	struct error unread = { 0 };
	const struct json *log_id;
	const char *url;

	buffer_init(&der, PUBLIC_KEY_PEM_MAX);
	buffer_init(&id, LOG_ID_MAX);
	if (json_need_string(json, "baseUrl", &url, err) ||
	    log_key_parse(json, &der, &log->period, err) ||
	    json_need_object(json, "logId", &log_id, err) ||
	    json_need_base64(log_id, "keyId", &id, err))
		return -1;
	if (!id.len)
		return error_set(err, ERROR_CORRUPT, "an empty log id");
	memcpy(log->id, id.data, id.len);
	log->id_len = id.len;
	host_of(url, log->host, sizeof(log->host));
	if (!log->host[0])
		return error_set(err, ERROR_CORRUPT, "'baseUrl' names no host");
	if (public_key_from_der(buffer_view(&der), &log->key, &unread))
		log->key = NULL; /* of a kind that we do not read: nothing is believed by it */
	return 0;
}

static int logs_parse(const struct json *list, struct sigstore_root *root, struct error *err)
{
	if (json_count(list) > SIGSTORE_LOGS_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu logs, more than the allowed %d",
				 json_count(list), SIGSTORE_LOGS_MAX);
	root->log = calloc(json_count(list) + 1, sizeof(*root->log));
	if (!root->log)
		return error_set(err, ERROR_SYSTEM, "out of memory for a trusted root");
	for (size_t i = 0; i < json_count(list); i++) {
		root->log_count++;
		if (log_parse(json_at(list, i), &root->log[i], err))
			return error_prefix(err, "tlogs[%zu]", i);
	}
	return 0;
}

static int ct_logs_parse(const struct json *list, struct sigstore_root *root, struct error *err)
{
	if (json_count(list) > SIGSTORE_LOGS_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu ctlogs, more than the allowed %d",
				 json_count(list), SIGSTORE_LOGS_MAX);
	root->ct = calloc(json_count(list) + 1, sizeof(*root->ct));
	root->ct_key = calloc(json_count(list) + 1, sizeof(*root->ct_key));
	if (!root->ct || !root->ct_key)
		return error_set(err, ERROR_SYSTEM, "out of memory for a trusted root");
	for (size_t i = 0; i < json_count(list); i++) {
		struct period period;

		buffer_init(&root->ct_key[i], PUBLIC_KEY_PEM_MAX);
		root->ct_count++;
		if (log_key_parse(json_at(list, i), &root->ct_key[i], &period, err))
			return error_prefix(err, "ctlogs[%zu]", i);
		root->ct[i] = (struct sct_log){ buffer_view(&root->ct_key[i]), period.first_s,
						period.last_s };
	}
	return 0;
}

static int chain_parse(const struct json *json, struct certificate_list *chain, struct error *err)
{
	const struct json *holder, *list;

	if (json_need_object(json, "certChain", &holder, err) ||
	    json_need_array(holder, "certificates", &list, err))
		return -1;
	if (!json_count(list) || json_count(list) > SIGSTORE_CHAIN_MAX)
		return error_set(err, ERROR_CORRUPT, "a chain of %zu certificates, not of 1 to %d",
				 json_count(list), SIGSTORE_CHAIN_MAX);
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(buffer_release) struct buffer der;

		buffer_init(&der, CERTIFICATE_DER_MAX);
		if (json_need_base64(json_at(list, i), "rawBytes", &der, err) ||
		    certificate_list_add_der(chain, buffer_view(&der), err))
			return -1;
	}
	return 0;
}

static int authority_parse(const struct json *json, struct root_authority *authority,
			   struct error *err)
{
	const struct json *subject;
	const char *url, *name = NULL;

	if (json_maybe_string(json, "uri", &url, err) ||
	    json_maybe_object(json, "subject", &subject, err) ||
	    (subject && json_maybe_string(subject, "commonName", &name, err)) ||
	    chain_parse(json, &authority->chain, err) ||
	    period_parse(json, &authority->period, err))
		return -1;
	if (url)
		host_of(url, authority->name, sizeof(authority->name));
	else
		text_escape(authority->name, sizeof(authority->name), name ? name : "unnamed");
	return 0;
}

static int authorities_parse(const struct json *list, struct root_authority **out_list,
			     size_t *out_count, struct error *err)
{
	if (json_count(list) > SIGSTORE_AUTHORITIES_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu authorities, more than the allowed %d",
				 json_count(list), SIGSTORE_AUTHORITIES_MAX);
	*out_list = calloc(json_count(list) + 1, sizeof(**out_list));
	if (!*out_list)
		return error_set(err, ERROR_SYSTEM, "out of memory for a trusted root");
	for (size_t i = 0; i < json_count(list); i++) {
		(*out_count)++;
		if (authority_parse(json_at(list, i), &(*out_list)[i], err))
			return error_prefix(err, "authority %zu", i);
	}
	return 0;
}

static int media_type_check(const struct json *json, struct error *err)
{
	const char *text;

	if (json_need_string(json, "mediaType", &text, err))
		return -1;
	for (size_t i = 0; i < sizeof(media_type) / sizeof(*media_type); i++)
		if (strcmp(text, media_type[i]) == 0)
			return 0;
	return error_set(err, ERROR_CORRUPT, "'mediaType' is '%.100s', which is no trusted root",
			 text);
}

static int root_fill(const struct json *json, struct sigstore_root *root, struct error *err)
{
	const struct json *logs, *ct, *certificates, *timestamps;

	if (media_type_check(json, err) || json_maybe_array(json, "tlogs", &logs, err) ||
	    json_maybe_array(json, "ctlogs", &ct, err) ||
	    json_maybe_array(json, "certificateAuthorities", &certificates, err) ||
	    json_maybe_array(json, "timestampAuthorities", &timestamps, err))
		return -1;
	if (logs_parse(logs, root, err) || ct_logs_parse(ct, root, err))
		return -1;
	if (authorities_parse(certificates, &root->certificates, &root->certificates_count, err))
		return error_prefix(err, "certificateAuthorities");
	if (authorities_parse(timestamps, &root->timestamps, &root->timestamps_count, err))
		return error_prefix(err, "timestampAuthorities");
	return 0;
}

int sigstore_root_parse(struct span text, struct sigstore_root **out_root, struct error *err)
{
	struct json_limits limits = { .max_bytes = SIGSTORE_ROOT_MAX_BYTES,
				      .max_values = 20000,
				      .max_depth = 16 };
	CLEANUP(sigstore_root_free) struct sigstore_root *root = calloc(1, sizeof(*root));
	CLEANUP(json_free) struct json *json = NULL;

	if (!root)
		return error_set(err, ERROR_SYSTEM, "out of memory for a trusted root");
	if (json_parse(text, &limits, &json, err) || root_fill(json, root, err))
		return error_prefix(err, "the trusted root");
	*out_root = root;
	root = NULL; /* handed over */
	return 0;
}

static void authorities_free(struct root_authority *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		certificate_list_release(&list[i].chain);
	free(list);
}

void sigstore_root_free(struct sigstore_root **root)
{
	struct sigstore_root *gone = *root;

	*root = NULL;
	if (!gone)
		return;
	for (size_t i = 0; i < gone->log_count; i++)
		public_key_free(&gone->log[i].key);
	for (size_t i = 0; i < gone->ct_count; i++)
		buffer_release(&gone->ct_key[i]);
	free(gone->log);
	free(gone->ct);
	free(gone->ct_key);
	authorities_free(gone->certificates, gone->certificates_count);
	authorities_free(gone->timestamps, gone->timestamps_count);
	free(gone);
}
