/* hash_vectors: what NIST says that SHA-256 gives. */
#include <string.h>

#include "kernels/hash_stream.h"
#include "kernels/text.h"

#include "kernels/hash_vectors.h"

enum { MESSAGE_MAX = 512, MONTE_STEPS = 1000 };

/* The digest of one message by a stream that `start` begins. */
static struct digest digest_of(void (*start)(struct hash_stream *), const uint8_t *bytes,
			       size_t len)
{
	struct hash_stream stream;

	start(&stream);
	hash_stream_add(&stream, (struct span){ bytes, len });
	return hash_stream_finish(&stream);
}

static bool is(const struct digest *digest, const char *hex)
{
	struct error ignored = { 0 };
	struct digest right;

	return !digest_from_hex(span_of(hex), &right, &ignored) && digest_equal(digest, &right);
}

static bool messages_hold(void (*start)(struct hash_stream *))
{
	for (size_t i = 0; i < sizeof(hash_message) / sizeof(hash_message[0]); i++) {
		const char *hex = hash_message[i].message;
		uint8_t bytes[MESSAGE_MAX];
		size_t len = strlen(hex) / 2;
		struct error ignored = { 0 };
		struct digest digest;

		if (len > sizeof(bytes) || hex_decode(span_of(hex), bytes, len, &ignored))
			return false;
		digest = digest_of(start, bytes, len);
		if (!is(&digest, hash_message[i].digest))
			return false;
	}
	return true;
}

/* "SHS Validation System", section 6.4: each message is the three digests before it. */
static bool monte_holds(void (*start)(struct hash_stream *), size_t rounds)
{
	struct error ignored = { 0 };
	struct digest last[3];

	if (digest_from_hex(span_of(hash_monte_seed), &last[2], &ignored))
		return false;
	for (size_t round = 0; round < rounds; round++) {
		last[0] = last[1] = last[2];
		for (int step = 0; step < MONTE_STEPS; step++) {
			struct digest next = digest_of(start, last[0].byte, sizeof(last));

			last[0] = last[1];
			last[1] = last[2];
			last[2] = next;
		}
		if (!is(&last[2], hash_monte[round]))
			return false;
	}
	return true;
}

bool hash_vectors_hold(void (*start)(struct hash_stream *stream), bool all)
{
	_Static_assert(sizeof(struct digest) == DIGEST_SIZE, "three digests are 96 bytes");
	return messages_hold(start) &&
	       monte_holds(start, all ? sizeof(hash_monte) / sizeof(hash_monte[0]) : 1);
}
