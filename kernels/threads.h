/* A pool of threads that splits loops. */
#ifndef KERNELS_THREADS_H
#define KERNELS_THREADS_H

#include <stddef.h>

#include "kernels/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct threads;

/* `count` workers, the calling thread being one of them; 0 takes one for each usable core. */
MUST_CHECK int threads_new(size_t count, struct threads **out_threads, struct error *err);
/* The cores that this process may use, at least 1. */
size_t threads_cores(void);
void threads_free(struct threads **threads);
size_t threads_count(const struct threads *threads); /* 1 for NULL */

/*
 * Call work(arg, i) once for every i < count, in any order, on the pool's
 * threads and the caller's, and return when all are done. NULL runs them in
 * turn. Not to be called from inside `work` of the same pool.
 */
void threads_run(struct threads *threads, size_t count, void (*work)(void *arg, size_t index),
		 void *arg);

#ifdef __cplusplus
}
#endif
#endif
