/* A pool of threads that splits loops: one job at a time, indices handed out one by one. */
#include "kernels/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct threads {
	pthread_mutex_t lock;
	pthread_cond_t start, finished;
	pthread_mutex_t one_job; /* callers take turns */
	void (*work)(void *arg, size_t index);
	void *arg;
	size_t count;
	atomic_size_t next;
	unsigned long round;
	size_t busy;
	bool stop;
	size_t helpers;
	pthread_t helper[];
};

static void threads_drain(struct threads *threads)
{
	size_t index;

	while ((index = atomic_fetch_add(&threads->next, 1)) < threads->count)
		threads->work(threads->arg, index);
}

static void *threads_help(void *arg)
{
	struct threads *threads = arg;
	unsigned long seen = 0;

	pthread_mutex_lock(&threads->lock);
	for (;;) {
		while (!threads->stop && threads->round == seen)
			pthread_cond_wait(&threads->start, &threads->lock);
		if (threads->stop)
			break;
		seen = threads->round;
		pthread_mutex_unlock(&threads->lock);
		threads_drain(threads);
		pthread_mutex_lock(&threads->lock);
		if (--threads->busy == 0)
			pthread_cond_signal(&threads->finished);
	}
	pthread_mutex_unlock(&threads->lock);
	return NULL;
}

size_t threads_cores(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return n > 0 ? (size_t)n : 1;
}

int threads_new(size_t count, struct threads **out_threads, struct error *err)
{
	struct threads *threads;

	if (!count)
		count = threads_cores();
	if (count > 4096)
		return error_set(err, ERROR_USAGE, "%zu threads are more than the 4096 allowed",
				 count);
	threads = calloc(1, sizeof(*threads) + (count - 1) * sizeof(pthread_t));
	if (!threads)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu threads", count);
	pthread_mutex_init(&threads->lock, NULL);
	pthread_mutex_init(&threads->one_job, NULL);
	pthread_cond_init(&threads->start, NULL);
	pthread_cond_init(&threads->finished, NULL);
	for (; threads->helpers < count - 1; threads->helpers++) {
		int failed = pthread_create(&threads->helper[threads->helpers], NULL, threads_help,
					    threads);

		if (failed) {
			threads_free(&threads);
			return error_system(err, failed, "cannot start thread");
		}
	}
	*out_threads = threads;
	return 0;
}

void threads_free(struct threads **threads)
{
	struct threads *pool = *threads;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->start);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->helpers; i++)
		pthread_join(pool->helper[i], NULL);
	pthread_cond_destroy(&pool->start);
	pthread_cond_destroy(&pool->finished);
	pthread_mutex_destroy(&pool->lock);
	pthread_mutex_destroy(&pool->one_job);
	free(pool);
	*threads = NULL;
}

size_t threads_count(const struct threads *threads)
{
	return threads ? threads->helpers + 1 : 1;
}

void threads_run(struct threads *threads, size_t count, void (*work)(void *arg, size_t index),
		 void *arg)
{
	if (!threads || !threads->helpers || count < 2) {
		for (size_t i = 0; i < count; i++)
			work(arg, i);
		return;
	}
	pthread_mutex_lock(&threads->one_job);
	pthread_mutex_lock(&threads->lock);
	threads->work = work;
	threads->arg = arg;
	threads->count = count;
	atomic_store(&threads->next, 0);
	threads->busy = threads->helpers;
	threads->round++;
	pthread_cond_broadcast(&threads->start);
	pthread_mutex_unlock(&threads->lock);
	threads_drain(threads);
	pthread_mutex_lock(&threads->lock);
	while (threads->busy)
		pthread_cond_wait(&threads->finished, &threads->lock);
	pthread_mutex_unlock(&threads->lock);
	pthread_mutex_unlock(&threads->one_job);
}
