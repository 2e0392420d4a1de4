/* A Sigstore bundle from end to end: log, times, certificate, identity, signature, entry. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/sigstore/body.h"
#include "verify/sigstore/bundle.h"
#include "verify/sigstore/identity.h"
#include "verify/sigstore/rekor.h"
#include "verify/sigstore/subject.h"
#include "verify/timestamp.h"

/* One check under way. */
struct look {
	struct bundle bundle;
	const struct sigstore_trust *trust;
	const struct digest *artifact;
	const struct root_log *log;
	struct public_key *key; /* that must have signed */
	struct sigstore_evidence evidence;
};

static void look_release(struct look *look)
{
	bundle_release(&look->bundle);
	public_key_free(&look->key);
	sigstore_evidence_release(&look->evidence);
}

void sigstore_evidence_release(struct sigstore_evidence *evidence)
{
	buffer_release(&evidence->payload);
	free(evidence->identity);
	free(evidence->issuer);
	evidence->identity = evidence->issuer = NULL;
}

/* A step that was taken, in plain words. */
static void say(struct look *look, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct look *look, const char *fmt, ...)
{
	struct sigstore_evidence *evidence = &look->evidence;
	char plain[384];
	va_list args;

	if (evidence->line_count == SIGSTORE_LINES_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(plain, sizeof(plain), fmt, args);
	va_end(args);
	text_escape(evidence->line[evidence->line_count++], sizeof(*evidence->line), plain);
}

/* ---- The request, and whom the bundle must be from ---- */

static int trust_check(const struct sigstore_trust *trust, struct error *err)
{
	if (!trust->root)
		return error_set(err, ERROR_USAGE, "a Sigstore bundle needs a trusted root");
	if (trust->key ? trust->identity || trust->issuer : !trust->identity || !trust->issuer)
		return error_set(err, ERROR_USAGE,
				 "a signer is an identity with its issuer, or a key");
	return 0;
}

static int signer_kind_check(const struct look *look, struct error *err)
{
	if (look->bundle.leaf && look->trust->key)
		return error_set(err, ERROR_UNTRUSTED,
				 "the bundle is signed with a certificate, and a key was given: "
				 "name the identity and its issuer");
	if (!look->bundle.leaf && !look->trust->key)
		return error_set(err, ERROR_UNTRUSTED,
				 "the bundle is signed with a key of the signer's own: give it");
	return 0;
}

/* ---- The log ---- */

static int log_step(struct look *look, struct error *err)
{
	const struct bundle_entry *entry = &look->bundle.entry;

	look->log =
		root_log_find(look->trust->root, (struct span){ entry->log_id, entry->log_id_len });
	if (!look->log)
		return error_set(err, ERROR_UNTRUSTED,
				 "the entry is in a log that the trusted root does not have");
	if (!look->log->key)
		return error_set(err, ERROR_UNTRUSTED,
				 "the key of the log '%s' is of a kind that is not read",
				 look->log->host);
	if (rekor_check_inclusion(entry, look->log, err))
		return -1;
	/* Over all shards only the promise counts; the proof counts within its tree. */
	look->evidence.log_index = entry->promise.len ? entry->index : entry->tree_index;
	look->evidence.tree_size = entry->tree_size;
	say(look, "log: entry %" PRIu64 " of %s, proven to be in its tree of %" PRIu64 " entries",
	    look->evidence.log_index, look->log->host, entry->tree_size);
	return 0;
}

/* ---- Times ---- */

static void time_add(struct look *look, int64_t unix_s, const char *witness)
{
	struct sigstore_evidence *evidence = &look->evidence;
	struct sigstore_time *time = &evidence->time[evidence->time_count++];
	char text[TIME_TEXT_SIZE];

	time->unix_s = unix_s;
	snprintf(time->witness, sizeof(time->witness), "%s", witness);
	time_format(unix_s, text);
	say(look, "time: %s, by %s", text, witness);
}

static int promise_step(struct look *look, struct error *err)
{
	const struct bundle_entry *entry = &look->bundle.entry;

	if (!entry->promise.len) {
		if (look->bundle.version == 1)
			return error_set(err, ERROR_CORRUPT,
					 "a bundle v0.1 without a signed entry timestamp");
		return 0;
	}
	if (rekor_check_promise(entry, look->log, err))
		return -1;
	time_add(look, entry->integrated_s, look->log->host);
	return 0;
}

/* One timestamp by one authority. */
static int timestamp_by(struct look *look, struct span timestamp,
			const struct root_authority *authority, struct timestamp *out_timestamp,
			struct error *err)
{
	struct span chain[SIGSTORE_CHAIN_MAX];
	size_t count = authority->chain.count;
	struct timestamp_trust trust = { .roots = &chain[count - 1],
					 .root_count = 1,
					 .untrusted = chain,
					 .untrusted_count = count - 1 };

	for (size_t i = 0; i < count; i++)
		chain[i] = certificate_der(authority->chain.item[i]);
	if (!certificate_is_authority(authority->chain.item[0]))
		trust.signer = chain[0];
	if (timestamp_check(timestamp, buffer_view(&look->bundle.signature), &trust, out_timestamp,
			    err))
		return -1;
	if (!period_has(&authority->period, out_timestamp->time_unix_s))
		return error_set(err, ERROR_UNTRUSTED,
				 "the timestamp authority '%s' was not in use at that time",
				 authority->name);
	return 0;
}

/* Timestamps that cannot be verified are passed over; the last reason is kept. */
static void timestamps_step(struct look *look, struct error *out_reason)
{
	const struct sigstore_root *root = look->trust->root;

	for (size_t i = 0; i < look->bundle.timestamp_count; i++) {
		struct timestamp timestamp;
		bool holds = false;

		for (size_t a = 0; a < root->timestamps_count && !holds; a++) {
			struct error reason = { 0 };

			holds = !timestamp_by(look, buffer_view(&look->bundle.timestamp[i]),
					      &root->timestamps[a], &timestamp, &reason);
			if (!holds)
				*out_reason = reason;
			else
				time_add(look, timestamp.time_unix_s, root->timestamps[a].name);
		}
	}
}

static int times_step(struct look *look, struct error *err)
{
	struct error reason = { 0 };

	if (promise_step(look, err))
		return -1;
	timestamps_step(look, &reason);
	if (look->evidence.time_count)
		return 0;
	if (reason.code)
		return error_set(err, reason.code, "no time of signing can be verified: %s",
				 reason.text);
	if (look->bundle.timestamp_count)
		return error_set(err, ERROR_UNTRUSTED,
				 "no time of signing can be verified: the trusted root has no "
				 "timestamp authority");
	return error_set(err, ERROR_CORRUPT,
			 "no time of signing can be verified: there is neither a signed entry "
			 "timestamp nor a timestamp");
}

/* ---- The certificate ---- */

/* The chain to one authority at one time. */
static int chain_by(const struct look *look, const struct root_authority *authority, int64_t unix_s,
		    const struct certificate **out_issuer, struct error *err)
{
	size_t count = authority->chain.count;
	struct certificate_list root = { &authority->chain.item[count - 1], 1 };
	struct certificate_list untrusted = { authority->chain.item, count - 1 };

	return certificate_chain_find(look->bundle.leaf, &untrusted, &root, unix_s, CHAIN_PARTIAL,
				      out_issuer, err);
}

static int chain_at(struct look *look, const struct sigstore_time *time,
		    const struct certificate **out_issuer, struct error *err)
{
	const struct sigstore_root *root = look->trust->root;
	struct error reason = { 0 };
	char at[TIME_TEXT_SIZE];

	time_format(time->unix_s, at);
	if (certificate_check_time(look->bundle.leaf, time->unix_s, err))
		return error_prefix(err, "at the time that %s vouches for", time->witness);
	for (size_t i = 0; i < root->certificates_count; i++) {
		struct error one = { 0 };

		if (!period_has(&root->certificates[i].period, time->unix_s))
			continue;
		if (!chain_by(look, &root->certificates[i], time->unix_s, out_issuer, &one)) {
			if (time == look->evidence.time)
				say(look,
				    "certificate: issued by %s ('%s'), whom the trusted root "
				    "names, and valid at every such time",
				    root->certificates[i].name, certificate_subject(*out_issuer));
			return 0;
		}
		reason = reason.code == ERROR_CORRUPT ? reason : one;
	}
	if (reason.code)
		return error_set(err, reason.code, "the signer's certificate: %s", reason.text);
	return error_set(err, ERROR_UNTRUSTED,
			 "the trusted root has no certificate authority that was in use at %s", at);
}

static int profile_check(const struct certificate *leaf, struct error *err)
{
	if (!certificate_signs(leaf))
		return error_set(err, ERROR_CORRUPT,
				 "the signer's certificate is not for digital signatures");
	if (!certificate_signs_code(leaf))
		return error_set(err, ERROR_CORRUPT,
				 "the signer's certificate is not for signing code");
	return 0;
}

static int certificate_step(struct look *look, struct error *err)
{
	const struct certificate *issuer = NULL;
	const struct certificate *leaf = look->bundle.leaf;
	const struct sigstore_root *root = look->trust->root;
	char logged[TIME_TEXT_SIZE];
	int64_t unix_s;

	for (size_t i = 0; i < look->evidence.time_count; i++)
		if (chain_at(look, &look->evidence.time[i], &issuer, err))
			return -1;
	if (profile_check(leaf, err) ||
	    sct_check(leaf, issuer, root->ct, root->ct_count, &unix_s, err))
		return -1;
	time_format(unix_s, logged);
	say(look, "transparency: a trusted log promised to show the certificate (%s)", logged);
	if (identity_check(leaf, look->trust->identity, look->trust->issuer, err))
		return -1;
	look->evidence.identity = strdup(look->trust->identity);
	look->evidence.issuer = strdup(look->trust->issuer);
	if (!look->evidence.identity || !look->evidence.issuer)
		return error_set(err, ERROR_SYSTEM, "out of memory for an identity");
	say(look, "identity: '%.150s', vouched for by '%.100s'", look->trust->identity,
	    look->trust->issuer);
	return certificate_key(leaf, &look->key, err);
}

/* A log that cannot have known the entry at the time has not shown it. */
static int log_time_step(const struct look *look, struct error *err)
{
	for (size_t i = 0; i < look->evidence.time_count; i++) {
		const struct sigstore_time *time = &look->evidence.time[i];
		char at[TIME_TEXT_SIZE];

		time_format(time->unix_s, at);
		if (!period_has(&look->log->period, time->unix_s))
			return error_set(err, ERROR_UNTRUSTED,
					 "the log '%s' was not in use at %s, the time that %s "
					 "vouches for",
					 look->log->host, at, time->witness);
	}
	return 0;
}

/* ---- The signature ---- */

static int envelope_step(struct look *look, struct error *err)
{
	CLEANUP(buffer_release) struct buffer message;
	struct span payload = buffer_view(&look->bundle.payload);

	buffer_init(&message, payload.len + 96);
	if (envelope_encoding(payload, &message, err))
		return -1;
	if (signature_check(look->key, buffer_view(&message), buffer_view(&look->bundle.signature),
			    err))
		return error_prefix(err, "the envelope");
	if (look->artifact && subject_check(payload, look->artifact, err))
		return -1;
	say(look, "signature: %s, over a statement%s", public_key_type_name(look->key),
	    look->artifact ? " that has the artifact among its subjects" : "");
	return 0;
}

static int message_step(struct look *look, struct error *err)
{
	if (!look->artifact)
		return error_set(err, ERROR_UNTRUSTED,
				 "the bundle signs one file, and no statement about several");
	if (look->bundle.has_digest && !digest_equal(&look->bundle.digest, look->artifact))
		return error_set(err, ERROR_CORRUPT,
				 "the bundle is about another artifact: its digest differs");
	if (signature_check_digest(look->key, digest_view(look->artifact),
				   buffer_view(&look->bundle.signature), err))
		return error_prefix(err, "the artifact");
	say(look, "signature: %s, over the artifact", public_key_type_name(look->key));
	return 0;
}

static int body_step(struct look *look, struct error *err)
{
	const struct bundle_entry *entry = &look->bundle.entry;
	const struct digest *artifact = look->bundle.is_envelope ? NULL : look->artifact;

	if (body_check(&look->bundle, look->trust->key, artifact, err))
		return -1;
	say(look, "entry: the log's entry (%.40s %.20s) is about this very signature", entry->kind,
	    entry->version);
	return 0;
}

static int key_step(struct look *look, struct error *err)
{
	if (public_key_from_der(public_key_der(look->trust->key), &look->key, err))
		return -1;
	say(look, "signer: the key that was given (%s); it names nobody",
	    public_key_type_name(look->key));
	return 0;
}

static int look_through(struct look *look, struct error *err)
{
	if (signer_kind_check(look, err) || log_step(look, err) || times_step(look, err) ||
	    log_time_step(look, err) ||
	    (look->bundle.leaf ? certificate_step(look, err) : key_step(look, err)) ||
	    (look->bundle.is_envelope ? envelope_step(look, err) : message_step(look, err)))
		return -1;
	return body_step(look, err);
}

int sigstore_check(struct span bundle, const struct sigstore_trust *trust,
		   const struct digest *artifact, struct sigstore_evidence *out_evidence,
		   struct error *err)
{
	CLEANUP(look_release) struct look look = { .trust = trust, .artifact = artifact };

	if (trust_check(trust, err) || bundle_parse(bundle, &look.bundle, err) ||
	    look_through(&look, err))
		return -1;
	snprintf(look.evidence.log, sizeof(look.evidence.log), "%s", look.log->host);
	look.evidence.payload = look.bundle.payload;
	buffer_init(&look.bundle.payload, 0);
	*out_evidence = look.evidence;
	look.evidence = (struct sigstore_evidence){ 0 }; /* handed over */
	return 0;
}
