/*
 * cpu: the reference backend. Its plain variant is the definition of every
 * answer; the others are the same arithmetic on wider registers, and one of
 * them is chosen when the backend opens.
 */
#ifndef KERNELS_CPU_CPU_H
#define KERNELS_CPU_CPU_H

#include "kernels/backend.h"
#include "kernels/exact_math.h"
#include "kernels/threads.h"

/* Rows: everything but products. `n` numbers each; y may be x (or gate, up, a, b). */
struct cpu_rows {
	void (*activation)(enum activation kind, const float *x, float *y, size_t n);
	void (*gate)(enum activation kind, const float *gate, const float *up, float *y, size_t n);
	void (*add)(const float *a, const float *b, float *y, size_t n);
	void (*scale)(const float *x, float factor, float *y, size_t n);
	void (*clip)(const float *x, float limit, float *y, size_t n);
	void (*soft_cap)(const float *x, float cap, float *y, size_t n);
	void (*softmax)(const float *x, float *y, size_t n);
	void (*partition)(const float *x, size_t n, float *out_max, float *out_sum);
	void (*rms_norm)(const float *x, const float *gain, float eps, float *y, size_t n);
	/* bias may be NULL */
	void (*layer_norm)(const float *x, const float *gain, const float *bias, float eps,
			   float *y, size_t n);
	/* One head in place; half = R / 2. */
	void (*rope)(float *head, const float *cos, const float *sin, size_t half,
		     enum rope_pairing pairing);
	/* y = fma(weight, x, y) */
	void (*combine)(const float *x, float weight, float *y, size_t n);
	/* The index of the first number that is not finite, else SIZE_MAX. */
	size_t (*find_not_finite)(const float *x, size_t n);
};

/* Weights as they lie in memory, of any alignment. */
struct cpu_weights {
	const uint8_t *bytes;
	size_t stride; /* numbers from one row to the next */
	enum float_format format;
	bool transposed; /* rows are inputs (k), not outputs (n) */
};

enum { CPU_TILE_ROWS_MAX = 14 };

/*
 * Products. A panel holds `depth` steps (k) of `cols` widened weights in the
 * order that suits the tiles; outputs beyond `count` are +0, and no result
 * depends on them.
 */
struct cpu_tiles {
	size_t rows;  /* tokens of the largest tile */
	size_t cols;  /* outputs of a panel */
	size_t depth; /* steps of k in a panel */
	size_t step;  /* numbers from one step of a panel to the next */

	/* Widen outputs n .. n + count - 1, steps k .. k + depth - 1. */
	void (*pack)(const struct cpu_weights *w, size_t n, size_t count, size_t k, size_t depth,
		     float *panel);

	/*
	 * tile[r - 1]: r rows of x against a panel (or what is left of one after some
	 * steps). The chains over k go on from
	 * from[i][j], or from +0 if it is NULL, and end in to[i][j]; `to` may be
	 * `from`.
	 */
	void (*tile[CPU_TILE_ROWS_MAX])(const float *x, size_t x_stride, const float *panel,
					size_t depth, const float *from, size_t from_stride,
					float *to, size_t to_stride);

	/*
	 * Optional: one row of x against outputs n .. n + count - 1 of weights that
	 * are not transposed, without a panel.
	 */
	void (*row)(const float *x, const struct cpu_weights *w, size_t n, size_t count,
		    size_t depth, float *y);
};

struct cpu_variant {
	const char *name;
	bool (*usable)(void); /* has this machine the instructions? */
	const struct cpu_rows *rows;
	const struct cpu_tiles *tiles;
};

extern const struct cpu_rows cpu_rows_plain, cpu_rows_avx2, cpu_rows_avx512;
extern const struct cpu_tiles cpu_tiles_plain, cpu_tiles_avx2, cpu_tiles_avx512;

/* All variants of this build, the fastest first, NULL at the end. */
extern const char *const cpu_variant_names[];

/* The fastest usable variant, or the one called `name`; NULL if there is none. */
const struct cpu_variant *cpu_variant_find(const char *name);

/* Memory that is kept between calls and grows. */
struct cpu_scratch {
	uint8_t *bytes;
	size_t size_bytes;
};

struct cpu {
	struct backend base;
	const struct cpu_variant *variant;
	struct threads *threads; /* borrowed; NULL: the caller's thread */
	struct cpu_scratch workers, input;
};

struct cpu_memory {
	struct backend_memory base;
	uint8_t *bytes; /* own, or borrowed if base.read_only */
};

/* The backend behind its base. */
static inline struct cpu *cpu_of(struct backend *backend)
{
	return (struct cpu *)backend;
}

/* Where a view begins. */
static inline uint8_t *cpu_bytes(struct matrix m)
{
	return ((struct cpu_memory *)m.memory)->bytes + m.offset_bytes;
}

/* One row of activations. */
static inline float *cpu_row(struct matrix m, size_t row)
{
	return (float *)(void *)cpu_bytes(m) + row * m.stride;
}

/* Number `at` of weights in any format, widened. */
static inline float cpu_widen(const uint8_t *bytes, size_t at, enum float_format format)
{
	uint32_t word = 0;
	uint16_t half = 0;

	if (format == FLOAT_F32) {
		__builtin_memcpy(&word, bytes + 4 * at, sizeof(word));
		return f32_from_bits(word);
	}
	__builtin_memcpy(&half, bytes + 2 * at, sizeof(half));
	return format == FLOAT_BF16 ? f32_from_bf16(half) : f32_from_f16(half);
}

/*
 * Call work(arg, chunk, scratch) once for each chunk < count, on all threads,
 * each with its own scratch_bytes bytes of scratch (aligned to 64), in the
 * floating-point environment of the profile. ERROR_SYSTEM if out of memory.
 */
int cpu_run(struct cpu *cpu, size_t count, size_t scratch_bytes,
	    void (*work)(const void *arg, size_t chunk, float *scratch), const void *arg,
	    struct error *err);

/* A matrix product for one thread; linear.c and attention.c build on it. */
struct cpu_product {
	const struct cpu_tiles *tiles;
	const float *x;
	size_t x_stride;
	bool x_copied; /* x is what cpu_product_copy_input wrote; x_stride has no meaning */
	size_t rows;
	struct cpu_weights w;
	size_t depth;      /* k */
	size_t cols;       /* n */
	const float *bias; /* NULL, or cols numbers */
	float *y;
	size_t y_stride;
};

/* Bytes of scratch that cpu_product_panel wants for at most so many rows. */
size_t cpu_product_scratch_bytes(const struct cpu_tiles *tiles, size_t rows);

/*
 * Outputs of panel `panel` (tiles->cols of them, fewer at the end) for rows
 * first ... first + count - 1.
 */
void cpu_product_panel(const struct cpu_product *product, size_t panel, size_t first, size_t count,
		       float *scratch);

/*
 * Copy rows first ... + count - 1 of x to where tiles read them in one stream;
 * copy has rows * depth numbers.
 */
void cpu_product_copy_input(const struct cpu_product *product, size_t first, size_t count,
			    float *copy);

/* The operations of cpu.c's table that have a file of their own. */
int cpu_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
	       struct matrix bias, struct matrix y, struct error *err);
int cpu_attention(struct backend *backend, const struct attention_shape *shape, struct matrix q,
		  struct matrix k, struct matrix v, const struct batch *batch, struct matrix y,
		  struct error *err);
int cpu_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
	     struct matrix cos, struct matrix sin, const struct batch *batch, struct error *err);
int cpu_rms_norm(struct backend *backend, struct matrix x, struct matrix gain, enum norm_gain kind,
		 float eps, struct matrix y, struct error *err);
int cpu_layer_norm(struct backend *backend, struct matrix x, struct matrix gain, struct matrix bias,
		   float eps, struct matrix y, struct error *err);
int cpu_activation(struct backend *backend, enum activation kind, struct matrix x, struct matrix y,
		   struct error *err);
int cpu_gate(struct backend *backend, enum activation kind, struct matrix gate, struct matrix up,
	     struct matrix y, struct error *err);
int cpu_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	    struct error *err);
int cpu_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
	      struct error *err);
int cpu_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
	     struct error *err);
int cpu_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
		 struct error *err);
int cpu_softmax(struct backend *backend, struct matrix x, struct matrix y, struct error *err);
int cpu_gate_rows(struct backend *backend, struct matrix x, struct matrix gate, struct matrix y,
		  struct error *err);
int cpu_gather(struct backend *backend, struct matrix table, const uint32_t *index, struct matrix y,
	       struct error *err);
int cpu_route(struct backend *backend, struct matrix logits, const struct router_shape *shape,
	      uint32_t *out_expert, float *out_weight, struct error *err);
int cpu_combine(struct backend *backend, struct matrix x, const uint32_t *index,
		const float *weight, struct matrix y, struct error *err);
int cpu_find_not_finite(struct backend *backend, struct matrix x, size_t *out_at,
			struct error *err);
int cpu_partition(struct backend *backend, struct matrix logits, float *out_max, float *out_sum,
		  struct error *err);
int cpu_top_logits(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		   struct error *err);

/* Make it at least this long; what it held is lost. ERROR_SYSTEM if out of memory. */
int cpu_reserve(struct cpu_scratch *scratch, size_t bytes, struct error *err);

#endif
