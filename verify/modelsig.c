/* OpenSSF Model Signing, checked: an envelope, the key it is from, and what is looked up in it. */
#include "verify/modelsig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/envelope.h"
#include "verify/modelsig/path.h"

/* Whose it says it is: a hint that names another key saves a "does not hold" that would mislead. */
static int key_check(const struct envelope *envelope, const struct public_key *key,
		     struct error *err)
{
	if (envelope->material != MATERIAL_KEY)
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: signed with a certificate, not a key");
	if (public_key_type(key) == KEY_ED25519)
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: OpenSSF signatures are ECDSA, and the "
			"key is Ed25519");
	if (envelope->hint[0] && strcmp(envelope->hint, public_key_hint(key)) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "signed by another key (hint %.12s, and the key given has %.12s)",
				 envelope->hint, public_key_hint(key));
	return 0;
}

/*
 * The signature over the encoding of before v1.0. Whatever the curve, v0.1 and v0.2 hashed with
 * SHA-256; the reference verifier takes the curve's hash with keys, so that is tried, too.
 */
static int pre_v1_check(const struct envelope *envelope, const struct public_key *key,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer message;
	struct span signature = buffer_view(&envelope->signature);
	struct error first = { 0 };

	buffer_init(&message, 4 * envelope->payload.len + 128);
	if (modelsig_encoding_pre_v1(buffer_view(&envelope->payload), &message, err))
		return -1;
	if (!signature_check_sha256(key, buffer_view(&message), signature, &first))
		return 0;
	return signature_check(key, buffer_view(&message), signature, err);
}

static bool is_digests_v0(struct span payload)
{
	struct modelsig probe = { 0 };
	struct error ignored = { 0 };
	bool is = !modelsig_parse(payload, &probe, &ignored) && probe.form == MODELSIG_DIGESTS_V0;

	modelsig_release(&probe);
	return is;
}

int modelsig_envelope_check(const struct envelope *envelope, const struct public_key *key,
			    unsigned flags, bool *out_pre_v1, struct error *err)
{
	struct error other = { 0 };

	*out_pre_v1 = false;
	if (!envelope_check(envelope, key, err))
		return 0;
	if (err->code != ERROR_CORRUPT || !is_digests_v0(buffer_view(&envelope->payload)))
		return -1;
	if (pre_v1_check(envelope, key, &other))
		return -1;
	*err = (struct error){ 0 };
	if (!(flags & MODELSIG_ALLOW_PRE_V1))
		return error_set(err, ERROR_UNTRUSTED,
				 "signed in the encoding that model-signing had by mistake before "
				 "v1.0, which is taken only if you allow it (--allow-pre-v1)");
	*out_pre_v1 = true;
	return 0;
}

static int bundle_read(struct span bundle, const struct public_key *key, unsigned flags,
		       struct modelsig *out_signature, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct modelsig signature = { 0 };

	if (envelope_parse(bundle, MODELSIG_MAX_BYTES, &envelope, err) ||
	    (key && (key_check(&envelope, key, err) ||
		     modelsig_envelope_check(&envelope, key, flags, &signature.pre_v1, err))))
		return error_prefix(err, "model signature");
	if (key)
		signature.key = *public_key_id(key);
	if (modelsig_parse(buffer_view(&envelope.payload), &signature, err)) {
		modelsig_release(&signature);
		return error_prefix(err, "model signature");
	}
	*out_signature = signature;
	return 0;
}

int modelsig_check(struct span bundle, const struct public_key *key, unsigned flags,
		   struct modelsig *out_signature, struct error *err)
{
	return bundle_read(bundle, key, flags, out_signature, err);
}

int modelsig_read(struct span bundle, struct modelsig *out_signature, struct error *err)
{
	return bundle_read(bundle, NULL, 0, out_signature, err);
}

int modelsig_payload(struct span payload, struct modelsig *out_signature, struct error *err)
{
	struct modelsig signature = { 0 };

	if (modelsig_parse(payload, &signature, err)) {
		modelsig_release(&signature);
		return error_prefix(err, "model signature");
	}
	*out_signature = signature;
	return 0;
}

/* One byte as Python's repr writes it between `quote`s. */
static size_t repr_byte(uint8_t byte, char quote, char out_text[5])
{
	static const char *const named[] = { ['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r" };

	if (byte < sizeof(named) / sizeof(named[0]) && named[byte])
		return (size_t)snprintf(out_text, 5, "%s", named[byte]);
	if (byte == '\\' || byte == (uint8_t)quote)
		return (size_t)snprintf(out_text, 5, "\\%c", byte);
	if (byte < 0x20 || byte > 0x7e)
		return (size_t)snprintf(out_text, 5, "\\x%02x", byte);
	out_text[0] = (char)byte;
	return 1;
}

int modelsig_encoding_pre_v1(struct span payload, struct buffer *out, struct error *err)
{
	char front[96], text[5];
	bool other = payload.len && memchr(payload.data, '\'', payload.len) &&
		     !memchr(payload.data, '"', payload.len);
	char quote = other ? '"' : '\'';
	int len = snprintf(front, sizeof(front), "DSSEV1 28 application/vnd.in-toto+json %zu b%c",
			   payload.len, quote);

	if (buffer_add(out, (struct span){ (const uint8_t *)front, (size_t)len }, err))
		return -1;
	for (size_t i = 0; i < payload.len; i++) {
		struct span bytes = { (const uint8_t *)text,
				      repr_byte(payload.data[i], quote, text) };

		if (buffer_add(out, bytes, err))
			return -1;
	}
	return buffer_add(out, (struct span){ (const uint8_t *)&quote, 1 }, err);
}

void modelsig_release(struct modelsig *signature)
{
	for (size_t i = 0; i < signature->file_count; i++)
		free(signature->file[i].path);
	for (size_t i = 0; i < signature->ignored_count; i++)
		free(signature->ignored[i]);
	free(signature->name);
	free(signature->file);
	free(signature->by_path);
	free(signature->ignored);
	*signature = (struct modelsig){ 0 };
}

bool modelsig_ignores(const struct modelsig *signature, const char *path)
{
	for (size_t i = 0; i < signature->ignored_count; i++)
		if (modelsig_lies_below(path, signature->ignored[i]))
			return true;
	return modelsig_standard_ignores(path);
}

const struct modelsig_file *modelsig_find(const struct modelsig *signature, const char *path)
{
	size_t low = 0, high = signature->file_count;

	while (low < high) { /* the first that is not before `path`: of shards, the first */
		size_t middle = low + (high - low) / 2;

		if (strcmp(signature->by_path[middle]->path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < signature->file_count && strcmp(signature->by_path[low]->path, path) == 0
		       ? signature->by_path[low]
		       : NULL;
}
