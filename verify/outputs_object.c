/* outputs_object: the outputs object, canonical JSON, written and read. */
#include <stdlib.h>
#include <string.h>

#include "verify/commitment.h"
#include "verify/json.h"
#include "verify/outputs.h"
#include "verify/probes.h"
#include "verify/record.h"

/* ---- Writing ---- */

static int digests_write(const char *key, const struct digest *digest, size_t count,
			 struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	if (buffer_printf(out, err, "\"%s\":[", key))
		return -1;
	for (size_t i = 0; i < count; i++) {
		digest_to_hex(&digest[i], hex);
		if (buffer_printf(out, err, "%s\"%s\"", i ? "," : "", hex))
			return -1;
	}
	return buffer_add_text(out, "]", err);
}

static size_t top_count(const struct outputs *outputs)
{
	return outputs->vocab < EXACT_TOP_COUNT ? outputs->vocab : EXACT_TOP_COUNT;
}

/* ,"nll":"...","top":["17:41a3f0e2 ...",...] */
static int logits_rest_write(const struct outputs *outputs, const struct probe_outputs *probe,
			     struct buffer *out, struct error *err)
{
	char text[TOP_TEXT_MAX];

	if (buffer_printf(out, err, ",\"nll\":\"%08x\",\"top\":[", float_bits(probe->nll)))
		return -1;
	for (size_t i = 0; i < probe->tokens; i++) {
		if (buffer_add_text(out, i ? ",\"" : "\"", err))
			return -1;
		for (size_t k = 0; k < top_count(outputs); k++) {
			top_text(&probe->top[i], k, text);
			if (buffer_printf(out, err, "%s%s", k ? " " : "", text))
				return -1;
		}
		if (buffer_add_text(out, "\"", err))
			return -1;
	}
	return buffer_add_text(out, "]", err);
}

static int probe_write(const struct outputs *outputs, const struct probe_outputs *probe,
		       struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&probe->identity, hex);
	if (buffer_add_text(out, "{", err) ||
	    digests_write("boundaries", probe->boundary, (size_t)outputs->layers + 1, out, err) ||
	    buffer_printf(out, err, ",\"identity\":\"%s\",", hex) ||
	    digests_write(outputs->logits ? "logits" : "last", probe->position, probe->tokens, out,
			  err))
		return -1;
	if (outputs->logits && logits_rest_write(outputs, probe, out, err))
		return -1;
	return buffer_add_text(out, "}", err);
}

static int commitment_write(const struct digest *commitment, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(commitment, hex);
	return buffer_printf(out, err, "{\"commitment\":\"sha256:%s\"}", hex);
}

int outputs_to_object(const struct outputs *outputs, struct buffer *out, struct error *err)
{
	if (buffer_printf(out, err, "{\"hidden\":%u,\"kind\":\"%s\",\"layers\":%u,\"probes\":[",
			  outputs->hidden, outputs->logits ? "logits" : "encoder", outputs->layers))
		return -1;
	for (size_t i = 0; i < outputs->count; i++)
		if ((i && buffer_add_text(out, ",", err)) ||
		    (outputs->commitment ? commitment_write(&outputs->commitment[i], out, err)
					 : probe_write(outputs, &outputs->probe[i], out, err)))
			return -1;
	return buffer_printf(out, err,
			     "],\"profile\":\"" EXACT_PROFILE "\",\"schema\":\"" OUTPUTS_SCHEMA
			     "\",\"vocab\":%u}",
			     outputs->vocab);
}

/* ---- Reading ---- */

static int digests_read(const struct json *list, size_t count, struct digest *out_digest,
			struct error *err)
{
	if (json_count(list) != count)
		return error_set(err, ERROR_CORRUPT, "%zu digests, where %zu belong",
				 json_count(list), count);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_text(json_at(list, i));

		if (!text || strlen(text) != DIGEST_HEX_SIZE - 1 ||
		    digest_from_hex(span_of(text), &out_digest[i], err))
			return error_set(err, ERROR_CORRUPT, "digest %zu is not 64 digits", i);
	}
	return 0;
}

/* Eight digits, the bits of a binary32. */
static int bits_read(const char *text, float *out_number, struct error *err)
{
	uint8_t byte[4];
	uint32_t bits;

	if (!text || strlen(text) != 8 || hex_decode(span_of(text), byte, 4, err))
		return error_set(err, ERROR_CORRUPT, "a number is not eight hexadecimal digits");
	bits = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
	memcpy(out_number, &bits, sizeof(bits));
	return 0;
}

/* "17:41a3f0e2 5:..."; what it reads must be written in the same way again. */
static int top_read(const struct outputs *outputs, const char *text, struct exact_top *out_top,
		    struct error *err)
{
	struct exact_top top;
	char again[TOP_TEXT_MAX];

	for (size_t k = 0; k < EXACT_TOP_COUNT; k++) {
		top.id[k] = UINT32_MAX;
		top.logit[k] = 0.0f;
	}
	for (size_t k = 0; k < top_count(outputs); k++) {
		const char *colon = text ? strchr(text, ':') : NULL;
		char bits[9] = { 0 };

		if (colon)
			memccpy(bits, colon + 1, 0, 8);
		if (!colon || bits_read(bits, &top.logit[k], err))
			return error_set(err, ERROR_CORRUPT,
					 "the largest logits are not written as ID:BITS");
		top.id[k] = (uint32_t)strtoul(text, NULL, 10);
		top_text(&top, k, again);
		if (strncmp(text, again, strlen(again)) ||
		    text[strlen(again)] != (k + 1 < top_count(outputs) ? ' ' : '\0'))
			return error_set(err, ERROR_CORRUPT,
					 "the largest logits are not written as ID:BITS");
		text += strlen(again) + 1;
	}
	*out_top = top;
	return 0;
}

static int logits_rest_read(const struct outputs *outputs, const struct json *json,
			    struct probe_outputs *probe, struct error *err)
{
	const struct json *top;
	const char *nll;

	if (json_need_string(json, "nll", &nll, err) || bits_read(nll, &probe->nll, err) ||
	    json_need_array(json, "top", &top, err))
		return -1;
	if (json_count(top) != probe->tokens)
		return error_set(err, ERROR_CORRUPT, "'top' is not there for each position");
	for (size_t i = 0; i < probe->tokens; i++)
		if (top_read(outputs, json_text(json_at(top, i)), &probe->top[i], err))
			return -1;
	return 0;
}

static int probe_read(const struct outputs *outputs, const struct json *json,
		      struct probe_outputs *probe, struct error *err)
{
	const struct json *boundaries, *positions;

	if (json_need_hex(json, "identity", &probe->identity, err) ||
	    json_need_array(json, "boundaries", &boundaries, err) ||
	    json_need_array(json, outputs->logits ? "logits" : "last", &positions, err))
		return -1;
	if (!json_count(positions) || json_count(boundaries) != (size_t)outputs->layers + 1)
		return error_set(err, ERROR_CORRUPT,
				 "it has no positions, or not a digest for each boundary");
	if (outputs_probe_new(outputs, probe, json_count(positions), err) ||
	    digests_read(boundaries, (size_t)outputs->layers + 1, probe->boundary, err) ||
	    digests_read(positions, probe->tokens, probe->position, err))
		return -1;
	return outputs->logits ? logits_rest_read(outputs, json, probe, err) : 0;
}

static int size_read(const struct json *json, const char *key, uint32_t max, uint32_t *out_size,
		     struct error *err)
{
	int64_t number;

	if (json_need_integer(json, key, &number, err))
		return -1;
	if (number < 1 || number > (int64_t)max)
		return error_set(err, ERROR_CORRUPT, "'%s' is %lld", key, (long long)number);
	*out_size = (uint32_t)number;
	return 0;
}

static int head_read(const struct json *json, struct outputs *outputs, struct error *err)
{
	const char *schema, *profile, *kind;

	if (json_need_string(json, "schema", &schema, err) ||
	    json_need_string(json, "profile", &profile, err) ||
	    json_need_string(json, "kind", &kind, err) ||
	    size_read(json, "layers", CONFIG_LAYERS_MAX, &outputs->layers, err) ||
	    size_read(json, "hidden", CONFIG_WIDTH_MAX, &outputs->hidden, err) ||
	    size_read(json, "vocab", CONFIG_VOCAB_MAX, &outputs->vocab, err))
		return -1;
	if (strcmp(schema, OUTPUTS_SCHEMA))
		return error_set(err, ERROR_CORRUPT, "its schema is '%s', not '%s'", schema,
				 OUTPUTS_SCHEMA);
	if (strcmp(profile, EXACT_PROFILE))
		return error_set(err, ERROR_UNTRUSTED,
				 "it was made under the profile '%s', and this version computes "
				 "'%s'",
				 profile, EXACT_PROFILE);
	outputs->logits = !strcmp(kind, "logits");
	if (!outputs->logits && strcmp(kind, "encoder"))
		return error_set(err, ERROR_CORRUPT, "its kind is '%s'", kind);
	return 0;
}

static int commitments_read(const struct json *probes, struct outputs *outputs, struct error *err)
{
	outputs->commitment = calloc(outputs->count, sizeof(*outputs->commitment));
	if (!outputs->commitment)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu commitments",
				 outputs->count);
	for (size_t i = 0; i < outputs->count; i++)
		if (commitment_parse(json_at(probes, i), &outputs->commitment[i], err))
			return error_prefix(err, "probe %zu", i);
	return 0;
}

static int object_read(const struct json *json, bool private, struct outputs *outputs,
		       struct error *err)
{
	const struct json *probes;

	if (head_read(json, outputs, err) || json_need_array(json, "probes", &probes, err))
		return -1;
	if (!json_count(probes) || json_count(probes) > PROBES_MAX)
		return error_set(err, ERROR_CORRUPT, "it is about %zu probes", json_count(probes));
	if (outputs_new(outputs, json_count(probes), err))
		return -1;
	if (private)
		return commitments_read(probes, outputs, err);
	for (size_t i = 0; i < outputs->count; i++)
		if (probe_read(outputs, json_at(probes, i), &outputs->probe[i], err))
			return error_prefix(err, "probe %zu", i);
	return 0;
}

static int any_object(struct span text, bool private, struct outputs *out_outputs,
		      struct error *err)
{
	const struct json_limits limits = { .max_bytes = OUTPUTS_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	struct outputs outputs = { 0 };

	if (json_parse(text, &limits, &json, err))
		return error_prefix(err, "outputs object");
	if (object_read(json, private, &outputs, err)) {
		outputs_release(&outputs);
		return error_prefix(err, "outputs object");
	}
	*out_outputs = outputs;
	return 0;
}

int outputs_from_object(struct span text, struct outputs *out_outputs, struct error *err)
{
	return any_object(text, false, out_outputs, err);
}

int outputs_from_private_object(struct span text, struct outputs *out_outputs, struct error *err)
{
	return any_object(text, true, out_outputs, err);
}
