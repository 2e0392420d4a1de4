/*
 * Timestamps of statements (RFC 3161): asked for from an authority over HTTP,
 * kept beside the envelope as statements/HEX.KEY.tsr, given out again. What is
 * stamped is the signature. A statement never waits for its timestamp: it is
 * durable and logged before any authority is asked.
 */
#ifndef REGISTRY_TIMESTAMPS_H
#define REGISTRY_TIMESTAMPS_H

#include "registry/home.h"
#include "registry/statement.h"

/*
 * What is signed through this handle from now on is stamped by the authority at `url`; NULL goes
 * back to the config's timestamp.url, "none" asks nobody. ERROR_USAGE: no URL that can be asked.
 */
MUST_CHECK int registry_timestamp_from(struct registry *registry, const char *url,
				       struct error *err);

/*
 * Ask the authority at `url` for a timestamp of `message` and append its DER
 * response, which answers this very request: granted, same digest, same nonce.
 * Whether the authority is to be trusted is not looked at. ERROR_SYSTEM: not
 * reached; ERROR_UNTRUSTED: it refused; ERROR_CORRUPT: it answered something else.
 */
MUST_CHECK int timestamp_fetch(const struct context *ctx, const char *url, struct span message,
			       struct buffer *out, struct timestamp *out_says, struct error *err);

/*
 * Give the signature of (statement, key) a timestamp and keep it, whole or not
 * at all; one that is there already stays and *out_existed is true. *out_says is what it says,
 * which nobody checked. ERROR_USAGE: no authority is named; else as timestamp_fetch.
 */
MUST_CHECK int registry_timestamp(struct registry *registry, const struct digest *identity,
				  const struct digest *key, struct timestamp *out_says,
				  bool *out_existed, struct error *err);

/* Append the kept response for (statement, key), unchecked. ERROR_ABSENT. */
MUST_CHECK int registry_timestamp_read(struct registry *registry, const struct digest *identity,
				       const struct digest *key, struct buffer *out,
				       struct error *err);

/*
 * Stamp what was just made, where an authority is named. Never fails: who has
 * none is told in one notice, and after the first failure nobody is asked again.
 */
void registry_timestamp_made(struct registry *registry, const struct statement_made *made,
			     size_t count);

#endif
