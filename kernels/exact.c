/*
 * exact: check what is asked, then let the backend do it.
 *
 * The checks stand here once, so that every backend sees only shapes that make
 * sense and views that lie inside their memory.
 */
#include "kernels/exact_check.h"

int backend_upload(struct backend *backend, struct matrix to, const float *values,
		   struct error *err)
{
	if (check_result(backend, to, "destination", err))
		return -1;
	return backend->type->upload(backend, to, values, err);
}

int backend_download(struct backend *backend, struct matrix from, float *out_values,
		     struct error *err)
{
	if (check_activation(backend, from, "source", err))
		return -1;
	return backend->type->download(backend, from, out_values, err);
}

const float *backend_view(struct backend *backend, struct matrix from)
{
	struct error ignored = { 0 };

	if (!backend->type->view || from.stride != from.cols ||
	    check_activation(backend, from, "source", &ignored))
		return NULL;
	return backend->type->view(from);
}

int exact_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
		 struct matrix bias, struct matrix y, struct error *err)
{
	size_t inputs = transposed ? w.rows : w.cols, outputs = transposed ? w.cols : w.rows;

	if (check_activation(backend, x, "input", err) || check_view(backend, w, "weight", err) ||
	    check_result(backend, y, "result", err) ||
	    check_vector(backend, bias, outputs, true, "bias", err))
		return -1;
	if (x.cols != inputs || y.cols != outputs || y.rows != x.rows)
		return error_set(err, ERROR_USAGE,
				 "linear: %zux%zu times a weight of %zu inputs and %zu outputs "
				 "does not give %zux%zu",
				 x.rows, x.cols, inputs, outputs, y.rows, y.cols);
	if (matrix_overlap(x, y) || matrix_overlap(w, y))
		return error_set(err, ERROR_USAGE, "linear: the result overlaps an input");
	return backend->type->linear(backend, x, w, transposed, bias, y, err);
}

int exact_rms_norm(struct backend *backend, struct matrix x, struct matrix gain,
		   enum norm_gain kind, float eps, struct matrix y, struct error *err)
{
	if (check_map(backend, x, y, "rms_norm", err) ||
	    check_vector(backend, gain, x.cols, false, "gain", err))
		return -1;
	return backend->type->rms_norm(backend, x, gain, kind, eps, y, err);
}

int exact_layer_norm(struct backend *backend, struct matrix x, struct matrix gain,
		     struct matrix bias, float eps, struct matrix y, struct error *err)
{
	if (check_map(backend, x, y, "layer_norm", err) ||
	    check_vector(backend, gain, x.cols, false, "gain", err) ||
	    check_vector(backend, bias, x.cols, true, "bias", err))
		return -1;
	return backend->type->layer_norm(backend, x, gain, bias, eps, y, err);
}

int exact_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
	       struct matrix cos, struct matrix sin, const struct batch *batch, struct error *err)
{
	struct rope_shape full = *shape;
	size_t longest = 0;

	if (!full.head_stride)
		full.head_stride = full.head_dim;
	if (check_result(backend, x, "rope", err) ||
	    check_activation(backend, cos, "cosines", err) ||
	    check_activation(backend, sin, "sines", err) ||
	    check_heads(full.heads, full.head_dim, full.head_stride, x.cols, "rope", err) ||
	    check_batch(batch, x.rows, &longest, err))
		return -1;
	if (cos.rows != sin.rows || cos.cols != sin.cols || cos.cols > full.head_dim / 2)
		return error_set(err, ERROR_USAGE,
				 "rope: tables of %zux%zu and %zux%zu do not fit heads of %zu",
				 cos.rows, cos.cols, sin.rows, sin.cols, full.head_dim);
	if (cos.rows < longest)
		return error_set(err, ERROR_USAGE,
				 "rope: tables of %zu positions for a probe of %zu tokens",
				 cos.rows, longest);
	if (matrix_overlap(x, cos) || matrix_overlap(x, sin))
		return error_set(err, ERROR_USAGE, "rope: the result overlaps a table");
	return backend->type->rope(backend, x, &full, cos, sin, batch, err);
}

static int check_attention(const struct attention_shape *shape, struct error *err)
{
	if (!shape->key_heads || shape->heads % shape->key_heads)
		return error_set(err, ERROR_USAGE,
				 "attention: %zu key heads do not divide %zu heads",
				 shape->key_heads, shape->heads);
	if (shape->window && !shape->causal)
		return error_set(err, ERROR_USAGE, "attention: a window needs causal attention");
	if (!(shape->score_cap >= 0))
		return error_set(err, ERROR_USAGE, "attention: the score cap is negative");
	return 0;
}

int exact_attention(struct backend *backend, const struct attention_shape *shape, struct matrix q,
		    struct matrix k, struct matrix v, const struct batch *batch, struct matrix y,
		    struct error *err)
{
	struct attention_shape full = *shape;
	size_t longest = 0;

	if (!full.query_head_stride)
		full.query_head_stride = full.head_dim;
	if (!full.key_head_stride)
		full.key_head_stride = full.head_dim;
	if (check_attention(&full, err) || check_activation(backend, q, "queries", err) ||
	    check_activation(backend, k, "keys", err) ||
	    check_activation(backend, v, "values", err) ||
	    check_result(backend, y, "attention", err) ||
	    check_heads(full.heads, full.head_dim, full.query_head_stride, q.cols, "queries",
			err) ||
	    check_heads(full.key_heads, full.head_dim, full.key_head_stride, k.cols, "keys", err) ||
	    check_heads(full.key_heads, full.head_dim, full.key_head_stride, v.cols, "values",
			err) ||
	    check_batch(batch, q.rows, &longest, err))
		return -1;
	if (k.rows != q.rows || v.rows != q.rows || y.rows != q.rows ||
	    y.cols / full.head_dim != full.heads || y.cols % full.head_dim)
		return error_set(err, ERROR_USAGE,
				 "attention: %zu queries, %zu keys, %zu values of %zu heads of %zu "
				 "do not give %zux%zu",
				 q.rows, k.rows, v.rows, full.heads, full.head_dim, y.rows, y.cols);
	if (matrix_overlap(q, y) || matrix_overlap(k, y) || matrix_overlap(v, y))
		return error_set(err, ERROR_USAGE, "attention: the result overlaps an input");
	return backend->type->attention(backend, &full, q, k, v, batch, y, err);
}

int exact_activation(struct backend *backend, enum activation kind, struct matrix x,
		     struct matrix y, struct error *err)
{
	if (check_map(backend, x, y, "activation", err))
		return -1;
	return backend->type->activation(backend, kind, x, y, err);
}

int exact_gate(struct backend *backend, enum activation kind, struct matrix gate, struct matrix up,
	       struct matrix y, struct error *err)
{
	if (check_map(backend, gate, y, "gate", err) || check_map(backend, up, y, "gate", err))
		return -1;
	return backend->type->gate(backend, kind, gate, up, y, err);
}

int exact_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	      struct error *err)
{
	if (check_map(backend, a, y, "add", err))
		return -1;
	if (b.rows == 1 && a.rows != 1) {
		if (check_activation(backend, b, "add", err))
			return -1;
		if (b.cols != a.cols || matrix_overlap(b, y))
			return error_set(err, ERROR_USAGE,
					 "add: a row of %zu does not fit %zu columns", b.cols,
					 a.cols);
	} else if (check_map(backend, b, y, "add", err)) {
		return -1;
	}
	return backend->type->add(backend, a, b, y, err);
}

int exact_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
		struct error *err)
{
	if (check_map(backend, x, y, "scale", err))
		return -1;
	return backend->type->scale(backend, x, factor, y, err);
}

int exact_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
	       struct error *err)
{
	if (check_map(backend, x, y, "clip", err))
		return -1;
	if (!(limit > 0))
		return error_set(err, ERROR_USAGE, "clip: the limit is not positive");
	return backend->type->clip(backend, x, limit, y, err);
}

int exact_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
		   struct error *err)
{
	if (check_map(backend, x, y, "soft_cap", err))
		return -1;
	if (!(cap > 0))
		return error_set(err, ERROR_USAGE, "soft_cap: the cap is not positive");
	return backend->type->soft_cap(backend, x, cap, y, err);
}

int exact_softmax(struct backend *backend, struct matrix x, struct matrix y, struct error *err)
{
	if (check_map(backend, x, y, "softmax", err))
		return -1;
	return backend->type->softmax(backend, x, y, err);
}

int exact_gather(struct backend *backend, struct matrix table, const uint32_t *index,
		 struct matrix y, struct error *err)
{
	if (check_view(backend, table, "table", err) || check_result(backend, y, "gather", err) ||
	    check_index(index, y.rows, table.rows, "gather", err))
		return -1;
	if (table.cols != y.cols)
		return error_set(err, ERROR_USAGE, "gather: rows of %zu do not fit %zu columns",
				 table.cols, y.cols);
	if (matrix_overlap(table, y))
		return error_set(err, ERROR_USAGE, "gather: the result overlaps the table");
	return backend->type->gather(backend, table, index, y, err);
}

int exact_zero(struct backend *backend, struct matrix y, struct error *err)
{
	if (check_result(backend, y, "zero", err))
		return -1;
	return backend->type->zero(backend, y, err);
}
