/* C2SP tlog-witness requests: read, built. */
#include "verify/witness_request.h"

#include "verify/utf8.h"

int witness_request_parse(struct span text, struct witness_request *out_request, struct error *err)
{
	struct witness_request request = { 0 };
	struct span line;

	if (text.len > WITNESS_REQUEST_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "a request of %zu bytes, more than the allowed %u", text.len,
				 WITNESS_REQUEST_MAX_BYTES);
	if (!line_take(&text, &line) || !prefix_take(&line, "old ") ||
	    !decimal_read(line, &request.old_size))
		return error_set(err, ERROR_CORRUPT, "a request without its 'old SIZE'");
	for (;;) {
		if (!line_take(&text, &line))
			return error_set(err, ERROR_CORRUPT, "a request that ends too early");
		if (!line.len)
			break;
		if (request.path_len == MERKLE_PROOF_MAX)
			return error_set(err, ERROR_CORRUPT, "a request whose proof is too long");
		if (proof_hash_read(line, &request.path[request.path_len++], err))
			return error_prefix(err, "the proof of a request");
	}
	if (!text.len)
		return error_set(err, ERROR_CORRUPT, "a request without a checkpoint");
	request.checkpoint = text;
	*out_request = request;
	return 0;
}

bool witness_size_read(struct span body, uint64_t *out_size)
{
	struct span line;

	return line_take(&body, &line) && !body.len && decimal_read(line, out_size);
}

int witness_request_build(const struct witness_request *request, struct buffer *out,
			  struct error *err)
{
	if (buffer_printf(out, err, "old %llu\n", (unsigned long long)request->old_size))
		return -1;
	for (size_t i = 0; i < request->path_len; i++)
		if (base64_encode(out, digest_view(&request->path[i]), err) ||
		    buffer_add_text(out, "\n", err))
			return -1;
	if (buffer_add_text(out, "\n", err))
		return -1;
	return buffer_add(out, request->checkpoint, err);
}
