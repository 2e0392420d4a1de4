/*
 * gemm_bench: the CPU backend's product with bf16 weights against OpenBLAS
 * sgemm with weights that are f32 already.
 *
 *	gemm_bench [ROUNDS [THREADS [VARIANT]]]
 *
 * Ours and theirs alternate within every round and the medians are compared, so
 * that other load on the machine falls on both. Measured is CPU time per thread:
 * with one thread the thread's own clock, with several the busiest thread's, for
 * which OpenBLAS's threads are asked one by one through their clocks.
 */
#include "kernels/kernels.h"

#include <cblas.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void openblas_set_num_threads(int threads);
char *openblas_get_config(void);
char *openblas_get_corename(void);

enum { TASKS_MAX = 64, ROUNDS_MAX = 99 };

static double now_s(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* CPU time of every thread of this process, by thread id. */
struct cpu_times {
	long id[TASKS_MAX];
	double s[TASKS_MAX];
	size_t count;
};

/* The clock of a thread by its id, as the kernel encodes it (clock_gettime(2)). */
static clockid_t clock_of_thread(long id)
{
	return (clockid_t)(~(unsigned int)id << 3 | 6);
}

static void cpu_times_take(struct cpu_times *times)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;

	times->count = 0;
	while (dir && (entry = readdir(dir)) && times->count < TASKS_MAX) {
		long id = strtol(entry->d_name, NULL, 10);

		if (id <= 0)
			continue;
		times->id[times->count] = id;
		times->s[times->count++] = now_s(clock_of_thread(id));
	}
	if (dir)
		closedir(dir);
}

/* The CPU time of the busiest thread between the two. */
static double busiest(const struct cpu_times *before, const struct cpu_times *after)
{
	double most = 0;

	for (size_t i = 0; i < after->count; i++) {
		double s = after->s[i];

		for (size_t k = 0; k < before->count; k++)
			if (before->id[k] == after->id[i])
				s -= before->s[k];
		most = s > most ? s : most;
	}
	return most;
}

struct bench {
	struct backend *backend;
	struct matrix x, w, y;
	float *x_host, *w_host, *y_host; /* for OpenBLAS */
	size_t rows, inputs, outputs;
};

static void die(const struct error *err)
{
	fprintf(stderr, "gemm_bench: %s\n", err->text);
	exit(5);
}

static void run_ours(const struct bench *b)
{
	struct error err = { 0 };

	if (exact_linear(b->backend, b->x, b->w, false, MATRIX_NONE, b->y, &err))
		die(&err);
}

static void run_theirs(const struct bench *b)
{
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)b->rows, (int)b->outputs,
		    (int)b->inputs, 1.0f, b->x_host, (int)b->inputs, b->w_host, (int)b->inputs,
		    0.0f, b->y_host, (int)b->outputs);
}

/* wall and CPU seconds of one run */
static void measure(void (*run)(const struct bench *), const struct bench *b, double *out_wall,
		    double *out_cpu)
{
	/* OpenBLAS keeps its threads spinning for a while after a call: let them go to sleep first.
	 */
	const struct timespec rest = { .tv_nsec = 100000000 };
	struct cpu_times before, after;
	double start;

	nanosleep(&rest, NULL);
	cpu_times_take(&before);
	start = now_s(CLOCK_MONOTONIC);
	run(b);
	*out_wall = now_s(CLOCK_MONOTONIC) - start;
	cpu_times_take(&after);
	*out_cpu = busiest(&before, &after);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
	qsort(x, n, sizeof(*x), ascending);
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static uint16_t bf16_at(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint16_t)((*seed >> 48 & 0x80ff) | 0x3c00 | (*seed >> 40 & 1) << 8);
}

static void bench_shape(struct backend *backend, size_t rows, size_t outputs, size_t inputs,
			size_t rounds)
{
	struct bench b = { .backend = backend, .rows = rows, .inputs = inputs, .outputs = outputs };
	struct backend_memory *x_memory = NULL, *w_memory = NULL, *y_memory = NULL;
	uint16_t *half = aligned_alloc(64, outputs * inputs * sizeof(*half));
	double wall[2][ROUNDS_MAX], cpu[2][ROUNDS_MAX], gflop;
	struct error err = { 0 };
	uint64_t seed = 1;

	b.x_host = aligned_alloc(64, rows * inputs * sizeof(float));
	b.w_host = aligned_alloc(64, outputs * inputs * sizeof(float));
	b.y_host = aligned_alloc(64, rows * outputs * sizeof(float));
	if (!half || !b.x_host || !b.w_host || !b.y_host)
		exit(5);
	for (size_t i = 0; i < outputs * inputs; i++) {
		uint32_t bits;

		half[i] = bf16_at(&seed);
		bits = (uint32_t)half[i] << 16;
		memcpy(&b.w_host[i], &bits, sizeof(bits));
	}
	for (size_t i = 0; i < rows * inputs; i++)
		b.x_host[i] = (float)(int)(i * 2654435761u >> 8 & 0xffff) * 0x1p-15f - 1.0f;
	if (backend_memory_new(backend, rows * inputs * sizeof(float), &x_memory, &err) ||
	    backend_memory_new(backend, rows * outputs * sizeof(float), &y_memory, &err) ||
	    backend_memory_wrap(backend,
				(struct span){ (const uint8_t *)half, outputs * inputs * 2 },
				&w_memory, &err))
		die(&err);
	b.x = matrix_at(x_memory, 0, FLOAT_F32, rows, inputs);
	b.y = matrix_at(y_memory, 0, FLOAT_F32, rows, outputs);
	b.w = matrix_at(w_memory, 0, FLOAT_BF16, outputs, inputs);
	if (backend_upload(backend, b.x, b.x_host, &err))
		die(&err);
	run_ours(&b); /* warm up */
	run_theirs(&b);
	for (size_t i = 0; i < rounds; i++) {
		measure(run_ours, &b, &wall[0][i], &cpu[0][i]);
		measure(run_theirs, &b, &wall[1][i], &cpu[1][i]);
	}
	gflop = 2e-9 * (double)rows * (double)inputs * (double)outputs;
	for (int i = 0; i < 2; i++) {
		wall[i][0] = median(wall[i], rounds);
		cpu[i][0] = median(cpu[i], rounds);
	}
	printf("| %5zu | %5zux%zu | %6.1f | %6.1f | %4.2f | %6.1f | %6.1f | %4.2f |\n", rows,
	       outputs, inputs, gflop / cpu[0][0], gflop / cpu[1][0], cpu[1][0] / cpu[0][0],
	       gflop / wall[0][0], gflop / wall[1][0], wall[1][0] / wall[0][0]);
	fflush(stdout);
	backend_memory_free(&x_memory);
	backend_memory_free(&w_memory);
	backend_memory_free(&y_memory);
	free(half);
	free(b.x_host);
	free(b.w_host);
	free(b.y_host);
}

int main(int argc, char **argv)
{
	static const size_t rows[] = { 64, 256, 2048 }, outputs[] = { 4096, 11008 };
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 7;
	size_t only = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
	for (size_t count = 1; count <= 2; count++) {
		struct backend_options options = { .variant = argc > 3 ? argv[3] : NULL };
		struct threads *threads = NULL;
		struct backend *backend;
		struct error err = { 0 };

		if (only && only != count)
			continue;
		if (threads_new(count, &threads, &err))
			die(&err);
		options.threads = threads;
		if (backend_open("cpu", &options, &backend, &err))
			die(&err);
		openblas_set_num_threads((int)count);
		printf("\n%s against %s (%s), medians of %zu rounds\n\n",
		       backend_description(backend), openblas_get_config(), openblas_get_corename(),
		       rounds);
		printf("| rows | weights | ours, GF/s per CPU second | OpenBLAS | ratio "
		       "| ours, GF/s by the clock | OpenBLAS | ratio "
		       "|\n|---|---|---|---|---|---|---|---|\n");
		for (size_t o = 0; o < 2; o++)
			for (size_t r = 0; r < 3; r++)
				bench_shape(backend, rows[r], outputs[o], 4096, rounds);
		backend_close(&backend);
		threads_free(&threads);
	}
	return 0;
}
