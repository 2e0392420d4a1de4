/* RFC 3161 timestamps: what an authority is asked, and what its answer shows, offline. */
#ifndef VERIFY_TIMESTAMP_H
#define VERIFY_TIMESTAMP_H

#include "kernels/kernels.h"

#define TIMESTAMP_MAX_BYTES (64u << 10) /* of a response that we read */
#define TIMESTAMP_REQUEST_MAX_BYTES 256u
#define TIMESTAMP_CERTIFICATES_MAX 64   /* given by a caller for one check */
#define TIMESTAMP_CERTIFICATE_MAX 16384 /* bytes of one of them */
#define TIMESTAMP_NONCE_MAX 32
#define TIMESTAMP_SERIAL_MAX 32
#define TIMESTAMP_SERIAL_SIZE (2 * TIMESTAMP_SERIAL_MAX + 2)

/* What a response says. Only timestamp_check makes it true. */
struct timestamp {
	int64_t time_unix_s;  /* genTime; a fraction of a second is dropped */
	uint64_t accuracy_us; /* how far the true time may lie from it, as stated; 0: not stated */
	char policy[128];     /* object identifier, in dots */
	char serial[TIMESTAMP_SERIAL_SIZE]; /* hexadecimal, "-" before a negative one */
	char authority[512]; /* subject of the certificate that signed (RFC 2253, escaped); ""
				unchecked */
};

/* RFC 3339 in UTC with seconds, as the formats write times. */
#define TIMESTAMP_TIME_SIZE 32
void timestamp_time_text(const struct timestamp *timestamp, char out[TIMESTAMP_TIME_SIZE]);

/*
 * Whose timestamps are believed: those of a certificate that leads to one of
 * `roots` by way of `untrusted` and of what the response carries. Certificates
 * in the response are never roots. Borrowed; DER, one certificate a span.
 */
struct timestamp_trust {
	const struct span *roots; /* at least one; a root need not be self-signed */
	size_t root_count;
	const struct span *untrusted; /* the authority's own and intermediate ones; may be none */
	size_t untrusted_count;
	struct span signer; /* only what this certificate signed; empty: any that leads to a root */
};

/*
 * Read a DER TimeStampResp: granted, one token, its TSTInfo of version 1 with
 * an imprint by SHA-256, -384 or -512, no critical extension. Nothing is
 * believed yet. ERROR_CORRUPT: not such bytes; ERROR_UNTRUSTED: the authority
 * answered that it grants none, with its reason.
 */
MUST_CHECK int timestamp_parse(struct span response, struct timestamp *out_timestamp,
			       struct error *err);

/*
 * 0 iff `response` is a timestamp of `message` by an authority of `trust`: the
 * imprint is the message's, the token's signature (SHA-256 or longer) holds and
 * names its certificate (ESS), whose chain holds AT genTime, never now, with
 * the critical and only extended key usage timeStamping and 112 bits of
 * strength. Several timestamps of one message, and how many are looked at, are
 * the caller's. ERROR_CORRUPT: another message or bytes that do not hold;
 * ERROR_UNTRUSTED: no root of `trust` vouches at that time; ERROR_USAGE: a
 * certificate of `trust` is none, or there is no root.
 */
MUST_CHECK int timestamp_check(struct span response, struct span message,
			       const struct timestamp_trust *trust, struct timestamp *out_timestamp,
			       struct error *err);

/*
 * Append the DER TimeStampReq for `message`: SHA-256, certificates asked for,
 * and `nonce`, 8 to TIMESTAMP_NONCE_MAX random bytes.
 */
MUST_CHECK int timestamp_request_build(struct span message, struct span nonce, struct buffer *out,
				       struct error *err);

/*
 * 0 iff `response` answers `request`: granted, same imprint, same nonce. Whose
 * it is, timestamp_check says. Errors as timestamp_parse.
 */
MUST_CHECK int timestamp_answers(struct span response, struct span request, struct error *err);

#endif
