/* cpu: open and close, memory, and how work is spread over threads. */
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/fp_environment.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT_BYTES = 64, LARGE_PAGE_BYTES = 2 << 20 };

static int cpu_open(const struct backend_options *options, struct backend **out_backend,
		    struct error *err)
{
	const struct cpu_variant *variant = cpu_variant_find(options->variant);
	size_t threads = threads_count(options->threads);
	struct cpu *cpu;

	if (!variant)
		return error_set(err, ERROR_ABSENT, "this machine has no variant '%s'",
				 options->variant ? options->variant : "");
	cpu = calloc(1, sizeof(*cpu));
	if (!cpu)
		return error_set(err, ERROR_SYSTEM, "out of memory for the backend");
	cpu->base.type = &backend_type_cpu;
	cpu->variant = variant;
	cpu->threads = options->threads;
	snprintf(cpu->base.description, sizeof(cpu->base.description), "cpu (%s, %zu thread%s)",
		 variant->name, threads, threads == 1 ? "" : "s");
	*out_backend = &cpu->base;
	return 0;
}

static void cpu_close(struct backend *backend)
{
	free(cpu_of(backend)->workers.bytes);
	free(cpu_of(backend)->input.bytes);
	free(backend);
}

/*
 * With `large`, in large pages if the system gives them: for what products walk over many times.
 * Not for what is written once: a virtual machine may have to ask its host for each such page.
 */
static int allocate(size_t bytes, bool large, uint8_t **out_bytes, struct error *err)
{
	size_t alignment = large && bytes >= LARGE_PAGE_BYTES ? LARGE_PAGE_BYTES : ALIGNMENT_BYTES;
	size_t size = (bytes + alignment - 1) / alignment * alignment;
	void *memory;

	if (bytes > SIZE_MAX - alignment || !(memory = aligned_alloc(alignment, size)))
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes of numbers",
				 bytes);
	if (alignment == LARGE_PAGE_BYTES)
		(void)madvise(memory, bytes / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES, MADV_HUGEPAGE);
	*out_bytes = memory;
	return 0;
}

static int memory_make(struct backend *backend, uint8_t *bytes, size_t size_bytes, bool read_only,
		       struct backend_memory **out_memory, struct error *err)
{
	struct cpu_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return error_set(err, ERROR_SYSTEM, "out of memory for a memory's description");
	memory->base.backend = backend;
	memory->base.size_bytes = size_bytes;
	memory->base.read_only = read_only;
	memory->bytes = bytes;
	*out_memory = &memory->base;
	return 0;
}

static int cpu_memory_new(struct backend *backend, size_t size_bytes,
			  struct backend_memory **out_memory, struct error *err)
{
	uint8_t *bytes;

	if (allocate(size_bytes, false, &bytes, err))
		return -1;
	if (memory_make(backend, bytes, size_bytes, false, out_memory, err)) {
		free(bytes);
		return -1;
	}
	memset(bytes, 0, size_bytes);
	return 0;
}

static int cpu_memory_wrap(struct backend *backend, struct span bytes,
			   struct backend_memory **out_memory, struct error *err)
{
	/* read_only keeps every writer away from what is cast here */
	return memory_make(backend, (uint8_t *)(uintptr_t)bytes.data, bytes.len, true, out_memory,
			   err);
}

static void cpu_memory_free(struct backend_memory *memory)
{
	if (!memory->read_only)
		free(((struct cpu_memory *)memory)->bytes);
	free(memory);
}

static int cpu_upload(struct backend *backend, struct matrix to, const float *values,
		      struct error *err)
{
	(void)backend;
	(void)err;
	for (size_t row = 0; row < to.rows; row++)
		memcpy(cpu_row(to, row), values + row * to.cols, to.cols * sizeof(float));
	return 0;
}

static int cpu_download(struct backend *backend, struct matrix from, float *out_values,
			struct error *err)
{
	(void)backend;
	(void)err;
	for (size_t row = 0; row < from.rows; row++)
		memcpy(out_values + row * from.cols, cpu_row(from, row), from.cols * sizeof(float));
	return 0;
}

static const float *cpu_view(struct matrix from)
{
	return cpu_row(from, 0);
}

static int cpu_zero(struct backend *backend, struct matrix y, struct error *err)
{
	(void)backend;
	(void)err;
	for (size_t row = 0; row < y.rows; row++)
		memset(cpu_row(y, row), 0, y.cols * sizeof(float));
	return 0;
}

int cpu_reserve(struct cpu_scratch *scratch, size_t bytes, struct error *err)
{
	uint8_t *larger;

	if (bytes <= scratch->size_bytes)
		return 0;
	if (allocate(bytes, true, &larger, err))
		return -1;
	free(scratch->bytes);
	scratch->bytes = larger;
	scratch->size_bytes = bytes;
	return 0;
}

struct cpu_job {
	atomic_size_t next;
	size_t count;
	uint8_t *scratch;
	size_t scratch_bytes; /* of one worker */
	void (*work)(const void *arg, size_t chunk, float *scratch);
	const void *arg;
};

static void cpu_job_work(void *arg, size_t worker)
{
	struct fp_environment before = fp_environment_enter();
	struct cpu_job *job = arg;
	float *scratch = NULL;
	size_t chunk;

	if (job->scratch_bytes)
		scratch = (float *)(void *)(job->scratch + worker * job->scratch_bytes);
	while ((chunk = atomic_fetch_add(&job->next, 1)) < job->count)
		job->work(job->arg, chunk, scratch);
	fp_environment_leave(before);
}

int cpu_run(struct cpu *cpu, size_t count, size_t scratch_bytes,
	    void (*work)(const void *arg, size_t chunk, float *scratch), const void *arg,
	    struct error *err)
{
	size_t workers = threads_count(cpu->threads), bytes;
	struct cpu_job job = { .count = count, .work = work, .arg = arg };

	workers = workers < count ? workers : count;
	if (scratch_bytes > SIZE_MAX - ALIGNMENT_BYTES)
		return error_set(err, ERROR_SYSTEM, "out of memory for scratch");
	job.scratch_bytes =
		(scratch_bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
	if (__builtin_mul_overflow(job.scratch_bytes, workers, &bytes))
		return error_set(err, ERROR_SYSTEM, "out of memory for scratch");
	if (cpu_reserve(&cpu->workers, bytes, err))
		return -1;
	job.scratch = cpu->workers.bytes;
	threads_run(workers > 1 ? cpu->threads : NULL, workers, cpu_job_work, &job);
	return 0;
}

const struct backend_type backend_type_cpu = {
	.name = "cpu",
	.variants = cpu_variant_names,
	.open = cpu_open,
	.close = cpu_close,
	.memory_new = cpu_memory_new,
	.memory_wrap = cpu_memory_wrap,
	.memory_free = cpu_memory_free,
	.upload = cpu_upload,
	.download = cpu_download,
	.view = cpu_view,
	.linear = cpu_linear,
	.rms_norm = cpu_rms_norm,
	.layer_norm = cpu_layer_norm,
	.rope = cpu_rope,
	.attention = cpu_attention,
	.activation = cpu_activation,
	.gate = cpu_gate,
	.add = cpu_add,
	.scale = cpu_scale,
	.clip = cpu_clip,
	.soft_cap = cpu_soft_cap,
	.softmax = cpu_softmax,
	.gather = cpu_gather,
	.zero = cpu_zero,
	.route = cpu_route,
	.combine = cpu_combine,
	.gate_rows = cpu_gate_rows,
	.find_not_finite = cpu_find_not_finite,
	.partition = cpu_partition,
	.top_logits = cpu_top_logits,
};
