/*
 * exact: the arithmetic of akashi-exact/1 (docs/numerics.md) as operations on
 * matrices that a backend holds.
 *
 * Every operation gives the same bits on every backend, with any number of
 * threads and any batch; the comments name the rule of docs/numerics.md that
 * says which bits. Activations are binary32; weights may also be bf16 or f16.
 * Rows are tokens; the rows of several probes stand one after another.
 *
 * All calls on one backend come from one thread at a time, but for those that
 * say "any thread" (staging). A shape that does not fit is ERROR_USAGE, a failing device
 * ERROR_SYSTEM, a NaN or an infinity found by exact_finite ERROR_CORRUPT.
 */
#ifndef KERNELS_EXACT_H
#define KERNELS_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/buffer.h"
#include "kernels/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct digest;
struct threads;

/* The name that records carry; a released profile never changes meaning. */
#define EXACT_PROFILE "akashi-exact/1"

/* ---- Backends ---- */

/* A device with its threads and its memory; which ones exist: backends.def. */
struct backend;

struct backend_options {
	struct threads *threads; /* borrowed until the backend closes; NULL: the caller's thread */
	const char *variant;     /* for tests: "avx512", "avx2", "plain"; NULL: the fastest */
	uint32_t ordinal;        /* of the device, as its driver counts them; the CPU has but 0 */
};

/* What a device's driver says of it. */
struct backend_facts {
	char model[64];        /* "NVIDIA H100 PCIe"; empty: nothing is known */
	int major, minor;      /* compute capability */
	uint64_t memory_bytes; /* in all */
	int driver_release; /* of CUDA that the driver is for, 13000 for 13.0; 0: it does not say */
};

/*
 * Open the backend called `name` ("cpu"), or with NULL the first of
 * backends.def that opens. `options` may be NULL. It is handed out only after
 * it gave the known answers of self_test.c and, where it is not the CPU, the CPU's
 * bits on a sample of every operation (admission_samples.c). The caller owns
 * *out_backend. ERROR_ABSENT: no such backend, device or variant in this build or on
 * this machine; ERROR_SYSTEM: it is there and cannot be used, or its bits are not
 * those of the profile.
 */
MUST_CHECK int backend_open(const char *name, const struct backend_options *options,
			    struct backend **out_backend, struct error *err);

/* Close and set *backend to NULL. Its memory must have been freed before. */
void backend_close(struct backend **backend);

/* For people: "cpu (avx512, 2 threads)". Borrowed until the backend closes. */
#define BACKEND_DESCRIPTION_MAX 128
const char *backend_description(const struct backend *backend);

/*
 * Why the device itself failed, lost or without room for what was asked, or NULL:
 * then another backend can do what this one did not. Borrowed until the backend closes.
 */
const char *backend_failure(const struct backend *backend);

/*
 * Let *other, an opened backend of the same type, share the work of passes with
 * `backend`, which owns it from now on; *other becomes NULL. Each keeps its own memory, and
 * operations run on the one whose memory they name. Whoever knows nothing of
 * the others uses `backend` alone.
 */
void backend_share(struct backend *backend, struct backend **other);

/* How many share: 1 for a backend alone. Number 0 is `backend` itself; the others are borrowed. */
size_t backend_count(const struct backend *backend);
struct backend *backend_peer(struct backend *backend, size_t index);

/* ---- Memory ---- */

enum float_format { FLOAT_F32, FLOAT_F16, FLOAT_BF16 };

/* Bytes of one number. */
size_t float_format_size_bytes(enum float_format format);

/* Bytes that a backend can compute with. */
struct backend_memory;

/* New memory, all bits zero (so every float is +0). The caller frees it. */
MUST_CHECK int backend_memory_new(struct backend *backend, size_t size_bytes,
				  struct backend_memory **out_memory, struct error *err);

/*
 * Make `bytes` of the host readable for the backend; any alignment will do.
 * The CPU borrows them (they must stay unchanged until the memory is freed), a
 * device copies. So what is computed with is the buffer that was hashed.
 */
MUST_CHECK int backend_memory_wrap(struct backend *backend, struct span bytes,
				   struct backend_memory **out_memory, struct error *err);

/* Free and set *memory to NULL. Cannot fail. */
void backend_memory_free(struct backend_memory **memory);

/* Bytes that memory could still be made of; UINT64_MAX where the backend's memory is the host's. */
MUST_CHECK int backend_memory_left(struct backend *backend, uint64_t *out_bytes, struct error *err);

/*
 * A view of rows x cols numbers in row order, `stride` numbers from one row to
 * the next. It borrows the memory: copy it freely. A vector has one row.
 */
struct matrix {
	struct backend_memory *memory; /* NULL: no matrix (an absent bias) */
	size_t offset_bytes;           /* of the first number */
	size_t rows;
	size_t cols;
	size_t stride; /* in numbers, at least cols */
	enum float_format format;
};

#define MATRIX_NONE ((struct matrix){ 0 })

/* The rows x cols numbers that begin at offset_bytes, without gaps. */
struct matrix matrix_at(struct backend_memory *memory, size_t offset_bytes,
			enum float_format format, size_t rows, size_t cols);

/* Part of a matrix: some of its rows, or some of its columns. */
struct matrix matrix_rows(struct matrix whole, size_t first, size_t count);
struct matrix matrix_cols(struct matrix whole, size_t first, size_t count);

/*
 * The same numbers with every row cut into `parts` rows (heads, say), for
 * norms over one head. `whole` must be without gaps (stride == cols).
 */
struct matrix matrix_split(struct matrix whole, size_t parts);

/*
 * Where the host can read the same numbers without a copy, rows without gaps,
 * until the next operation that writes them; NULL if it cannot: download them then.
 */
const float *backend_view(struct backend *backend, struct matrix from);

/* Copy rows * cols binary32 numbers, without gaps, to or from the host. */
MUST_CHECK int backend_upload(struct backend *backend, struct matrix to, const float *values,
			      struct error *err);
MUST_CHECK int backend_download(struct backend *backend, struct matrix from, float *out_values,
				struct error *err);

/* ---- Staging: host bytes on their way to a device while it computes ---- */

/*
 * True for a backend whose memory is not the host's. What it is to compute with
 * is then read into blocks of page-locked host memory, hashed there, and copied from
 * those very blocks, beside the operations. False: wrap the host's bytes instead;
 * there is no staging.
 */
bool backend_is_staged(const struct backend *backend);

/* `count` blocks of `block_bytes` for a backend and those that share with it. */
struct staging;

MUST_CHECK int staging_new(struct backend *backend, size_t block_bytes, size_t count,
			   struct staging **out_staging, struct error *err);

/* Wait for copies under way, free, and set *staging to NULL. Cannot fail. */
void staging_free(struct staging **staging);

/* Memory that only staging fills and operations only read. The caller frees it. */
MUST_CHECK int staging_memory_new(struct backend *backend, size_t size_bytes,
				  struct backend_memory **out_memory, struct error *err);

/*
 * Any thread, each block in one thread at a time: wait until every copy from block `index` has
 * ended; then it is the caller's to fill until it is sent.
 */
MUST_CHECK int staging_block(struct staging *staging, size_t index, uint8_t **out_bytes,
			     struct error *err);

/*
 * Any thread: begin to copy `len` bytes from byte `first` of block `index` to
 * byte `offset_bytes` of `memory`, which belongs to one of the backends. The
 * block must stay as it is until staging_block gives it out again.
 */
MUST_CHECK int staging_send(struct staging *staging, size_t index, size_t first, size_t len,
			    struct backend_memory *memory, size_t offset_bytes, struct error *err);

/*
 * Order between copies and operations of one backend. Operations that are asked
 * for after staging_arrive find what was sent to it before; copies that are
 * sent after staging_hold begin when the operations asked for before it have ended.
 * Neither waits; a copy that failed comes out here, and is then the backend's failure.
 */
MUST_CHECK int staging_arrive(struct backend *backend, struct error *err);
MUST_CHECK int staging_hold(struct backend *backend, struct error *err);

/* ---- Operations; `y` is always the result ---- */

/*
 * Rule 3. y[m][n] = chain over k of x[m][k] * w[n][k], then one add of bias[n]
 * unless bias is MATRIX_NONE. x is M x K, w is N x K, y is M x N and overlaps
 * neither. With `transposed` w is K x N (GPT-2's Conv1D).
 */
MUST_CHECK int exact_linear(struct backend *backend, struct matrix x, struct matrix w,
			    bool transposed, struct matrix bias, struct matrix y,
			    struct error *err);

enum norm_gain {
	NORM_GAIN,         /* g = w */
	NORM_GAIN_PLUS_ONE /* g = 1 + w (Gemma) */
};

/* Rule 5, over each row. gain is 1 x cols. y may be x. */
MUST_CHECK int exact_rms_norm(struct backend *backend, struct matrix x, struct matrix gain,
			      enum norm_gain kind, float eps, struct matrix y, struct error *err);

/* Rule 5, over each row. gain and bias are 1 x cols; bias may be MATRIX_NONE. y may be x. */
MUST_CHECK int exact_layer_norm(struct backend *backend, struct matrix x, struct matrix gain,
				struct matrix bias, float eps, struct matrix y, struct error *err);

/* How the rows of a matrix belong to probes: row_count[i] rows to probe i. */
struct batch {
	const size_t *row_count;
	size_t probe_count;
};

enum rope_pairing {
	ROPE_HALVES,     /* (i, i + R/2) */
	ROPE_INTERLEAVED /* (2i, 2i + 1) */
};

struct rope_shape {
	size_t heads;
	size_t head_dim;
	size_t head_stride; /* numbers from one head to the next; 0: head_dim */
	enum rope_pairing pairing;
};

/*
 * Rule 7, in place. cos and sin are at least (longest probe) x R/2, row p for
 * position p, as rope_table_fill makes them; dimensions from R up stay.
 */
MUST_CHECK int exact_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
			  struct matrix cos, struct matrix sin, const struct batch *batch,
			  struct error *err);

struct attention_shape {
	size_t heads;
	size_t key_heads; /* divides heads: query head h uses key head h * key_heads / heads */
	size_t head_dim;
	size_t query_head_stride; /* numbers from one head to the next; 0: head_dim */
	size_t key_head_stride;   /* of k and of v; 0: head_dim */
	bool causal;              /* key j is allowed for query t only if j <= t */
	size_t window;            /* 0: none; w: only keys max(0, t-w+1) ... t (causal only) */
	float scale;              /* exact_inverse_sqrt(head_dim), usually */
	float score_cap;          /* 0: none; c: s = tanh(s/c) * c after the scale */
};

/*
 * Rule 6, within each probe. q has heads, k and v have key_heads; y is
 * rows x (heads * head_dim) and overlaps none of them.
 */
MUST_CHECK int exact_attention(struct backend *backend, const struct attention_shape *shape,
			       struct matrix q, struct matrix k, struct matrix v,
			       const struct batch *batch, struct matrix y, struct error *err);

enum activation {
	ACTIVATION_SILU,
	ACTIVATION_GELU_ERF,  /* "gelu" */
	ACTIVATION_GELU_TANH, /* "gelu_new", "gelu_fast", "gelu_pytorch_tanh" */
	ACTIVATION_RELU,
	ACTIVATION_TANH,
	ACTIVATION_SIGMOID
};

/* Rule 8, for each number. y may be x. */
MUST_CHECK int exact_activation(struct backend *backend, enum activation kind, struct matrix x,
				struct matrix y, struct error *err);

/* Rule 8: y = activation(gate) * up, one multiply. y may be gate or up. */
MUST_CHECK int exact_gate(struct backend *backend, enum activation kind, struct matrix gate,
			  struct matrix up, struct matrix y, struct error *err);

/* Rule 10: y = a + b, one add. b may have one row, which is added to every row. y may be a or b. */
MUST_CHECK int exact_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
			 struct error *err);

/* y = x * factor, one multiply. y may be x. */
MUST_CHECK int exact_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
			   struct error *err);

/* Rule 8: y = x held within -limit ... limit (limit > 0). y may be x. */
MUST_CHECK int exact_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
			  struct error *err);

/* Rule 6: y = tanh(x / cap) * cap. y may be x. */
MUST_CHECK int exact_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
			      struct error *err);

/* Rule 6 over every column of each row: e = exp(x - max), y = e / sum. y may be x. */
MUST_CHECK int exact_softmax(struct backend *backend, struct matrix x, struct matrix y,
			     struct error *err);

/* Rule 10: y[i] = row index[i] of the table, widened. index has y.rows entries. */
MUST_CHECK int exact_gather(struct backend *backend, struct matrix table, const uint32_t *index,
			    struct matrix y, struct error *err);

/* Every number +0. */
MUST_CHECK int exact_zero(struct backend *backend, struct matrix y, struct error *err);

/* ---- Mixture of experts, rule 9 ---- */

struct router_shape {
	size_t chosen;    /* experts per token, at most EXACT_CHOSEN_MAX */
	bool renormalise; /* w = p / Z' */
};

#define EXACT_CHOSEN_MAX 64

/*
 * Softmax over all experts of each row of `logits` (tokens x experts), then
 * the `chosen` largest. out_expert and out_weight have chosen entries a token,
 * in ascending expert id.
 */
MUST_CHECK int exact_route(struct backend *backend, struct matrix logits,
			   const struct router_shape *shape, uint32_t *out_expert,
			   float *out_weight, struct error *err);

/*
 * y[index[i]] = fma(weight[i], x[i], y[index[i]]): one expert's outputs join
 * their tokens. No row twice in index. Call in ascending expert id on a y
 * that began at +0.
 */
MUST_CHECK int exact_combine(struct backend *backend, struct matrix x, const uint32_t *index,
			     const float *weight, struct matrix y, struct error *err);

/* y[m] = x[m] * sigmoid(gate[m][0]), one multiply: a shared expert's gate. y may be x. */
MUST_CHECK int exact_gate_rows(struct backend *backend, struct matrix x, struct matrix gate,
			       struct matrix y, struct error *err);

/* ---- What is read off ---- */

/* ERROR_CORRUPT if a NaN or an infinity is in x (rule 1); `what` is named in the message. */
MUST_CHECK int exact_finite(struct backend *backend, struct matrix x, const char *what,
			    struct error *err);

/* Rule 11: for each row the maximum, and the lane sum of exp(logit - max). */
MUST_CHECK int exact_partition(struct backend *backend, struct matrix logits, float *out_max,
			       float *out_sum, struct error *err);

#define EXACT_TOP_COUNT 8

struct exact_top {
	uint32_t id[EXACT_TOP_COUNT];
	float logit[EXACT_TOP_COUNT];
};

/*
 * Rule 11: the largest logits of each row, descending, equal ones by lower id.
 * Rows of fewer than 8 columns leave id UINT32_MAX and logit +0 in the rest.
 */
MUST_CHECK int exact_top_logits(struct backend *backend, struct matrix logits,
				struct exact_top *out_top, struct error *err);

/* out[i] = x[i][index[i]], one number of each row; index has x.rows entries. */
MUST_CHECK int exact_pick(struct backend *backend, struct matrix x, const uint32_t *index,
			  float *out, struct error *err);

/*
 * Rule 12: out_digest[i] = SHA-256 of `header` and then row i of x as
 * little-endian binary32. Where the backend can, the numbers stay with it.
 */
MUST_CHECK int exact_digest_rows(struct backend *backend, struct matrix x, struct span header,
				 struct digest *out_digest, struct error *err);

struct byte_range {
	size_t offset, bytes;
};

/*
 * SHA-256 of each of `count` ranges of a memory's bytes, wrapped or not, with
 * anything in it. ERROR_USAGE: a range that passes its end, or a backend that
 * neither digests nor lets the host look.
 */
MUST_CHECK int exact_digest_ranges(struct backend *backend, struct backend_memory *memory,
				   const struct byte_range *range, size_t count,
				   struct digest *out_digest, struct error *err);

/* Rule 11 on the host: v = RN32(ln sum) - (logit - max), from exact_partition. */
float exact_token_loss(float max, float sum, float logit);

/* Rule 4 on the host: the lane sum of n numbers (the NLL of a probe from its token losses). */
float exact_lane_sum(const float *x, size_t n);

/* ---- Constants that are correctly rounded real numbers, on the host ---- */

/* RN32(ln x) for a positive finite x. */
float exact_ln(float x);

/* RN32(x^(-1/2)) for a positive finite x: the scale of the attention scores. */
float exact_inverse_sqrt(float x);

/* RN32(sqrt(x)) for x >= 0: Gemma's embedding scale. */
float exact_sqrt(float x);

enum rope_scaling { ROPE_PLAIN, ROPE_LINEAR, ROPE_DYNAMIC, ROPE_LLAMA3, ROPE_YARN, ROPE_LONGROPE };

#define ROPE_FACTORS_MAX 512 /* pairs of a head that longrope can scale */

/*
 * Rotary frequencies by rule 7, whose formulas give these fields their
 * meaning. Numbers of config.json come in as RN32(RN64(decimal)); a field that
 * the scaling does not use is ignored.
 */
struct rope_frequencies {
	size_t dim;  /* R, even: the dimensions that turn */
	float theta; /* more than 1 */
	enum rope_scaling scaling;
	float factor;              /* linear, dynamic, llama3, yarn, longrope */
	uint32_t original_context; /* original_max_position_embeddings: all but linear */
	uint32_t length;           /* dynamic, longrope: tokens of the probe */
	float low_frequency_factor, high_frequency_factor; /* llama3 */
	float beta_fast, beta_slow;                        /* yarn: 32 and 1 unless given */
	bool truncate;                                     /* yarn: true unless given */
	float attention_factor; /* yarn, longrope: 0 unless given; then it follows from the rest */
	float mscale, mscale_all_dim; /* yarn: 0 unless given */
	/* longrope: of pair i, up to the original context and beyond it */
	float short_factor[ROPE_FACTORS_MAX], long_factor[ROPE_FACTORS_MAX];
};

/* True if the frequencies depend on how long the probe is. */
bool rope_depends_on_length(const struct rope_frequencies *rope);

/* ERROR_USAGE if a number makes no sense; else the next two cannot fail for that reason. */
MUST_CHECK int rope_frequencies_check(const struct rope_frequencies *rope, struct error *err);

/* RN32(f_i) for i < dim / 2. ERROR_USAGE if a number makes no sense. */
MUST_CHECK int rope_frequencies_fill(const struct rope_frequencies *rope, float *out_frequency,
				     struct error *err);

/*
 * cos and sin of positions first ... first + count - 1, count x dim/2 each,
 * with the attention factor of YaRN and longrope. ERROR_USAGE if a number makes no sense.
 */
MUST_CHECK int rope_table_fill(const struct rope_frequencies *rope, size_t first, size_t count,
			       float *out_cos, float *out_sin, struct error *err);

#ifdef __cplusplus
}
#endif
#endif
