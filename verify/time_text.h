/* Times as people and foreign files write them (RFC 3339), in UTC. */
#ifndef VERIFY_TIME_TEXT_H
#define VERIFY_TIME_TEXT_H

#include "kernels/kernels.h"

#define TIME_TEXT_SIZE 32

/* "2026-11-26T18:40:42Z" into out_text; "?" for what is before year 0 or after 9999. */
void time_format(int64_t unix_s, char out_text[TIME_TEXT_SIZE]);

/*
 * Read an RFC 3339 time: date, 'T', time, an optional fraction of up to nine
 * digits (cut off), 'Z' or an offset. ERROR_CORRUPT for anything else, a day
 * that the month does not have, and leap seconds.
 */
MUST_CHECK int time_parse(const char *text, int64_t *out_unix_s, struct error *err);

#endif
