/* Periods of whole days in Japan, as people declare them: "2026-04-01/2027-03-31". */
#ifndef REGISTRY_RUN_PERIOD_H
#define REGISTRY_RUN_PERIOD_H

#include "verify/verify.h"

#define PERIOD_DATE_SIZE 11 /* "2026-04-01" and the NUL */

struct period {
	char from[PERIOD_DATE_SIZE], to[PERIOD_DATE_SIZE]; /* as they were written */
	int64_t from_s, until_s; /* since 1970: the first second, and the first one after it */
};

/*
 * The first second of a day, month or year in Japan (YYYY, YYYY-MM, YYYY-MM-DD), and the first
 * after it. ERROR_USAGE: it is none.
 */
MUST_CHECK int period_date(const char *text, int64_t *out_from_s, int64_t *out_until_s,
			   struct error *err);

/* Both dates belong to it. ERROR_USAGE: one is no date, or it ends before it begins. */
MUST_CHECK int period_of(const char *from, const char *to, struct period *out_period,
			 struct error *err);

/* "FROM/TO". */
MUST_CHECK int period_parse(const char *text, struct period *out_period, struct error *err);

/* {"from","to"}. */
MUST_CHECK int period_put(struct json *object, const char *key, const struct period *period,
			  struct error *err);
/* The same read back; *out_there: is there one? ERROR_CORRUPT. */
MUST_CHECK int period_read(const struct json *object, const char *key, struct period *out_period,
			   bool *out_there, struct error *err);

/* Is all of [from_s, until_s) in it? */
bool period_holds(const struct period *period, int64_t from_s, int64_t until_s);

#endif
