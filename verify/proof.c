/* C2SP tlog-proofs: read, built, checked. */
#include "verify/proof.h"

#include <string.h>

#include "verify/utf8.h"

#define PROOF_LINE "c2sp.org/tlog-proof@v1"

static int malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_CORRUPT, "a log proof %s", what);
}

int proof_hash_read(struct span line, struct digest *out_hash, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, DIGEST_SIZE);
	if (base64_decode(&bytes, line, err))
		return -1;
	if (bytes.len != DIGEST_SIZE)
		return error_set(err, ERROR_CORRUPT, "a hash of %zu bytes", bytes.len);
	memcpy(out_hash->byte, bytes.data, DIGEST_SIZE);
	return 0;
}

static int extra_check(struct span line, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, PROOF_MAX_BYTES);
	return base64_decode(&bytes, line, err);
}

/* The path, up to the empty line that ends it. */
static int path_read(struct span *text, struct proof *proof, struct error *err)
{
	struct span line;

	for (;;) {
		if (!line_take(text, &line))
			return malformed(err, "that ends too early");
		if (!line.len)
			return 0;
		if (proof->path_len == MERKLE_PROOF_MAX)
			return malformed(err, "whose path is too long");
		if (proof_hash_read(line, &proof->path[proof->path_len++], err))
			return error_prefix(err, "the path of a log proof");
	}
}

int proof_parse(struct span text, struct proof *out_proof, struct error *err)
{
	struct proof proof = { 0 };
	struct span line;

	if (text.len > PROOF_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "a log proof of %zu bytes, more than the allowed %u", text.len,
				 PROOF_MAX_BYTES);
	if (!line_take(&text, &line) || !span_equal(line, span_of(PROOF_LINE)))
		return malformed(err, "that does not begin with '" PROOF_LINE "'");
	if (!line_take(&text, &line))
		return malformed(err, "that ends too early");
	if (prefix_take(&line, "extra ")) {
		if (extra_check(line, err))
			return error_prefix(err, "the 'extra' line of a log proof");
		if (!line_take(&text, &line))
			return malformed(err, "that ends too early");
	}
	if (!prefix_take(&line, "index ") || !decimal_read(line, &proof.index))
		return malformed(err, "without its index");
	if (path_read(&text, &proof, err))
		return -1;
	if (!text.len)
		return malformed(err, "without a checkpoint");
	proof.checkpoint = text;
	*out_proof = proof;
	return 0;
}

int proof_build(const struct proof *proof, struct buffer *out, struct error *err)
{
	if (buffer_printf(out, err, PROOF_LINE "\nindex %llu\n", (unsigned long long)proof->index))
		return -1;
	for (size_t i = 0; i < proof->path_len; i++)
		if (base64_encode(out, digest_view(&proof->path[i]), err) ||
		    buffer_add_text(out, "\n", err))
			return -1;
	if (buffer_add_text(out, "\n", err))
		return -1;
	return buffer_add(out, proof->checkpoint, err);
}

int proof_check(const struct proof *proof, struct span entry, const struct log_trust *log,
		struct checkpoint *out_checkpoint, struct error *err)
{
	struct digest leaf = merkle_leaf(entry);
	struct checkpoint checkpoint;

	if (checkpoint_open(proof->checkpoint, log, &checkpoint, err) ||
	    merkle_check_inclusion(proof->index, checkpoint.head.size, &leaf, proof->path,
				   proof->path_len, &checkpoint.head.root, err) ||
	    checkpoint_need_quorum(&checkpoint, err))
		return error_prefix(err, "log proof");
	*out_checkpoint = checkpoint;
	return 0;
}
