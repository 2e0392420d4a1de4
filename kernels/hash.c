/*
 * SHA-256: digests and streams.
 *
 * OpenSSL defines what is right. Where the processor has SHA instructions our
 * own interleaved compression does the work, once it has shown that it gives
 * OpenSSL's digests; elsewhere every stream is OpenSSL's. In a bare build, which
 * has no OpenSSL, NIST's vectors define it, and plain C stands in its place.
 */
#include "kernels/hash.h"

#include "kernels/hash_beside.h"
#include "kernels/hash_openssl.h"
#include "kernels/hash_plain.h"
#include "kernels/hash_stream.h"
#include "kernels/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	LENGTH_AT = HASH_BLOCK_SIZE - 8, /* where the last block holds the length in bits */
	LANES_MAX = HASH_WIDE_LANES + HASH_BESIDE_CHAINS_MAX /* streams scheduled together */
};

bool digest_equal(const struct digest *a, const struct digest *b)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		diff = (uint8_t)(diff | (a->byte[i] ^ b->byte[i]));
	return diff == 0;
}

int digest_order(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SIZE);
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

struct digest reader_digest(struct reader *r)
{
	struct span bytes = reader_take(r, DIGEST_SIZE);
	struct digest digest = { { 0 } };

	if (bytes.len)
		memcpy(digest.byte, bytes.data, DIGEST_SIZE);
	return digest;
}

void hash_stream_start(struct hash_stream *stream)
{
	static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	stream->openssl = NULL;
	stream->plain = false;
	stream->len = 0;
	memcpy(stream->state, initial, sizeof(initial));
}

void hash_stream_start_plain(struct hash_stream *stream)
{
	hash_stream_start(stream);
	stream->plain = true;
}

/* Begin a stream as streams are made here. */
static int stream_begin(struct hash_stream *stream, bool own, struct error *err)
{
	if (own)
		hash_stream_start(stream);
	else
		hash_stream_start_plain(stream);
	return own || !hash_openssl_compiled ? 0 : hash_openssl_start(&stream->openssl, err);
}

static int stream_new(bool own, struct hash_stream **out_stream, struct error *err)
{
	struct hash_stream *stream = malloc(sizeof(*stream));

	if (!stream)
		return error_set(err, ERROR_SYSTEM, "out of memory for SHA-256");
	if (stream_begin(stream, own, err)) {
		free(stream);
		return -1;
	}
	*out_stream = stream;
	return 0;
}

int hash_stream_new(struct hash_stream **out_stream, struct error *err)
{
	return stream_new(hash_own_admitted(), out_stream, err);
}

int hash_stream_new_openssl(struct hash_stream **out_stream, struct error *err)
{
	return stream_new(false, out_stream, err);
}

void hash_stream_free(struct hash_stream **stream)
{
	if (!*stream)
		return;
	hash_openssl_free((*stream)->openssl);
	free(*stream);
	*stream = NULL;
}

/* Top up the block that waits with the first bytes of *bytes; the lane gets it once it is full. */
static struct hash_lane stream_fill_block(struct hash_stream *stream, struct span *bytes)
{
	size_t used = stream->len % HASH_BLOCK_SIZE, room = HASH_BLOCK_SIZE - used;
	size_t take = bytes->len < room ? bytes->len : room;
	struct hash_lane lane = { stream->state, stream->block, 0 };

	if (!used || !take)
		return lane;
	memcpy(stream->block + used, bytes->data, take);
	stream->len += take;
	bytes->data += take;
	bytes->len -= take;
	lane.blocks = take == room;
	return lane;
}

/* The whole blocks of *bytes as a lane; the rest waits in the stream. */
static struct hash_lane stream_whole_blocks(struct hash_stream *stream, struct span bytes)
{
	struct hash_lane lane = { stream->state, bytes.data, bytes.len / HASH_BLOCK_SIZE };
	size_t rest = bytes.len % HASH_BLOCK_SIZE;

	if (rest)
		memcpy(stream->block, bytes.data + (bytes.len - rest), rest);
	stream->len += bytes.len;
	return lane;
}

/* Add to own streams, at most LANES_MAX of them: first the blocks that wait, then the others. */
static void own_streams_add(struct hash_stream *const *stream, struct span *bytes, size_t count)
{
	struct hash_lane lane[LANES_MAX];
	size_t lanes = 0;

	for (size_t i = 0; i < count; i++)
		lane[i] = stream_fill_block(stream[i], &bytes[i]);
	hash_lanes_run(lane, count);
	for (size_t i = 0; i < count; i++)
		if (bytes[i].len)
			lane[lanes++] = stream_whole_blocks(stream[i], bytes[i]);
	hash_lanes_run(lane, lanes);
}

static void plain_stream_add(struct hash_stream *stream, struct span bytes)
{
	struct hash_lane lane = stream_fill_block(stream, &bytes);

	hash_plain_advance(lane.state, lane.data, lane.blocks);
	if (!bytes.len)
		return;
	lane = stream_whole_blocks(stream, bytes);
	hash_plain_advance(lane.state, lane.data, lane.blocks);
}

void hash_streams_add(struct hash_stream *const *stream, const struct span *bytes, size_t count)
{
	struct hash_stream *own[LANES_MAX];
	struct span added[LANES_MAX];
	size_t waiting = 0;

	for (size_t i = 0; i < count; i++) {
		if (stream[i]->openssl) {
			hash_openssl_add(stream[i]->openssl, bytes[i]);
			continue;
		}
		if (stream[i]->plain) {
			plain_stream_add(stream[i], bytes[i]);
			continue;
		}
		own[waiting] = stream[i];
		added[waiting++] = bytes[i];
		if (waiting == LANES_MAX) {
			own_streams_add(own, added, waiting);
			waiting = 0;
		}
	}
	own_streams_add(own, added, waiting);
}

void hash_stream_add(struct hash_stream *stream, struct span bytes)
{
	hash_streams_add(&stream, &bytes, 1);
}

/* FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits. */
static void own_stream_pad(struct hash_stream *stream)
{
	static const uint8_t padding[HASH_BLOCK_SIZE] = { 0x80 };
	uint64_t bits = stream->len * 8;
	size_t used = stream->len % HASH_BLOCK_SIZE;
	size_t zeros = (used < LENGTH_AT ? LENGTH_AT : LENGTH_AT + HASH_BLOCK_SIZE) - used;
	uint8_t length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	hash_stream_add(stream, (struct span){ padding, zeros });
	hash_stream_add(stream, (struct span){ length, sizeof(length) });
}

struct digest hash_stream_finish(struct hash_stream *stream)
{
	struct digest digest;
	bool plain = stream->plain;

	if (stream->openssl)
		return hash_openssl_finish(stream->openssl);
	own_stream_pad(stream);
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		digest.byte[i] = (uint8_t)(stream->state[i / 4] >> (24 - 8 * (i % 4)));
	hash_stream_start(stream);
	stream->plain = plain;
	return digest;
}

struct digest sha256(struct span message)
{
	return sha256_parts(&message, 1);
}

struct digest sha256_parts(const struct span *part, size_t count)
{
	struct hash_stream stream;
	struct error err = { 0 };
	struct digest digest;

	if (stream_begin(&stream, hash_own_admitted(), &err))
		abort();
	for (size_t i = 0; i < count; i++)
		hash_stream_add(&stream, part[i]);
	digest = hash_stream_finish(&stream);
	hash_openssl_free(stream.openssl);
	return digest;
}

size_t hash_streams_best(void)
{
	if (!hash_own_admitted())
		return 1;
	return hash_wide_admitted() ? HASH_WIDE_LANES : hash_few_best();
}

size_t hash_streams_beside(void)
{
	return hash_streams_best() == HASH_WIDE_LANES && hash_beside_admitted()
		       ? HASH_BESIDE_CHAINS_MAX
		       : 0;
}

const char *hash_implementation(void)
{
	if (!hash_own_admitted())
		return hash_openssl_compiled ? "openssl" : "plain";
	return hash_wide_admitted() ? "sha-ni, avx-512" : "sha-ni";
}
