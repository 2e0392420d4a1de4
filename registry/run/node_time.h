/*
 * What a run took, in whole seconds of nodes and of GPUs, by Japanese fiscal years.
 *
 * A fiscal year begins on 1 April at 00:00 in Japan (UTC+9, no summer time): year 2026 is
 * from 2026-03-31T15:00:00Z on. How long something took is measured by a clock that nobody
 * sets; the wall clock only says on which dates it lies.
 */
#ifndef REGISTRY_RUN_NODE_TIME_H
#define REGISTRY_RUN_NODE_TIME_H

#include "verify/verify.h"

#define NODE_TIME_YEARS_MAX 16           /* that one stretch may touch */
#define NODE_TIME_SECONDS_MAX 473040000u /* 15 years */
#define NODE_TIME_NODES_MAX 10000000u

struct node_time_year {
	int fiscal_year;
	uint64_t node_seconds, gpu_seconds;
};

struct node_time {
	struct node_time_year year[NODE_TIME_YEARS_MAX]; /* rising */
	size_t count;
};

/* The fiscal year that a second (since 1970) lies in, and the first second of one. */
int fiscal_year_of(int64_t unix_s);
int64_t fiscal_year_begin(int fiscal_year);

/*
 * Split `seconds` from `began_unix_s` on, on `nodes` nodes with `gpus` GPUs together. Each second
 * counts for the year that it begins in; the parts add up to the whole. No seconds give one year
 * of 0. ERROR_USAGE beyond the limits above, or before 1970.
 */
MUST_CHECK int node_time_split(int64_t began_unix_s, uint64_t seconds, uint64_t nodes,
			       uint64_t gpus, struct node_time *out_time, struct error *err);

/*
 * Add up: `more` onto `sum`. ERROR_USAGE where it touches more than NODE_TIME_YEARS_MAX years;
 * ERROR_CORRUPT beyond 64 bits.
 */
MUST_CHECK int node_time_add(struct node_time *sum, const struct node_time *more,
			     struct error *err);

/* [{"fiscalYear","nodeSeconds"[,"gpuSeconds"]}], the last where `with_gpus`. */
MUST_CHECK int node_time_to_json(const struct node_time *time, bool with_gpus,
				 struct json **out_array, struct error *err);
/* The same read back; years rise. ERROR_CORRUPT otherwise. */
MUST_CHECK int node_time_from_json(const struct json *array, struct node_time *out_time,
				   struct error *err);

#endif
