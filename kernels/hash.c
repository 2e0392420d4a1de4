/* SHA-256 through OpenSSL. */
#include "kernels/hash.h"

#include "kernels/text.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct hash_stream {
	EVP_MD_CTX *state;
};

bool digest_equal(const struct digest *a, const struct digest *b)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		diff = (uint8_t)(diff | (a->byte[i] ^ b->byte[i]));
	return diff == 0;
}

void digest_to_hex(const struct digest *digest, char out_hex[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		out_hex[2 * i] = digits[digest->byte[i] >> 4];
		out_hex[2 * i + 1] = digits[digest->byte[i] & 15];
	}
	out_hex[2 * DIGEST_SIZE] = '\0';
}

int digest_from_hex(struct span text, struct digest *out_digest, struct error *err)
{
	static const char prefix[] = "sha256:";
	struct digest digest;

	if (text.len > strlen(prefix) && memcmp(text.data, prefix, strlen(prefix)) == 0) {
		text.data += strlen(prefix);
		text.len -= strlen(prefix);
	}
	if (hex_decode(text, digest.byte, DIGEST_SIZE, err))
		return error_prefix(err, "not a SHA-256 digest");
	*out_digest = digest;
	return 0;
}

struct span digest_view(const struct digest *digest)
{
	return (struct span){ digest->byte, DIGEST_SIZE };
}

struct digest sha256(struct span message)
{
	return sha256_parts(&message, 1);
}

struct digest sha256_parts(const struct span *part, size_t count)
{
	struct error err = { 0 };
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;

	if (hash_stream_new(&stream, &err))
		abort();
	for (size_t i = 0; i < count; i++)
		hash_stream_add(stream, part[i]);
	return hash_stream_finish(stream);
}

int hash_stream_new(struct hash_stream **out_stream, struct error *err)
{
	struct hash_stream *stream = calloc(1, sizeof(*stream));

	if (stream)
		stream->state = EVP_MD_CTX_new();
	if (!stream || !stream->state || !EVP_DigestInit_ex(stream->state, EVP_sha256(), NULL)) {
		hash_stream_free(&stream);
		return error_set(err, ERROR_SYSTEM, "cannot set up SHA-256");
	}
	*out_stream = stream;
	return 0;
}

void hash_stream_free(struct hash_stream **stream)
{
	if (!*stream)
		return;
	EVP_MD_CTX_free((*stream)->state);
	free(*stream);
	*stream = NULL;
}

void hash_stream_add(struct hash_stream *stream, struct span bytes)
{
	if (bytes.len && !EVP_DigestUpdate(stream->state, bytes.data, bytes.len))
		abort();
}

struct digest hash_stream_finish(struct hash_stream *stream)
{
	struct digest digest;

	if (!EVP_DigestFinal_ex(stream->state, digest.byte, NULL) ||
	    !EVP_DigestInit_ex(stream->state, EVP_sha256(), NULL))
		abort();
	return digest;
}

void hash_streams_add(struct hash_stream *const *stream, const struct span *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hash_stream_add(stream[i], bytes[i]);
}

const char *hash_implementation(void)
{
	return "openssl";
}
