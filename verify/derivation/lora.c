/* derivation_lora: what a low-rank adapter adds to a tensor of its base, as PEFT merges it. */
#include "verify/derivation/plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the two factors of one product, as binary32. */
#define FACTORS_MAX_BYTES (48u << 20)

static const char prefix[] = "base_model.model.";
static const char ending[] = ".weight";

/* The adapter's tensor called prefix + module + tail, or NULL. */
static const struct tensor *adapter_find(const struct derivation_plan *plan, const char *module,
					 const char *tail)
{
	char name[2 * TENSOR_NAME_MAX];
	int len = snprintf(name, sizeof(name), "%s%s%s", prefix, module, tail);

	return len > 0 && (size_t)len < sizeof(name) ? weights_find(plan->parent[1].weights, name)
						     : NULL;
}

/* The module that a base's tensor is the weight of, or "". */
static void module_of(const char *name, char out_module[TENSOR_NAME_MAX + 1])
{
	out_module[0] = '\0';
	if (text_ends_with(name, ending))
		snprintf(out_module, TENSOR_NAME_MAX + 1, "%.*s",
			 (int)(strlen(name) - strlen(ending)), name);
}

/* The two factors for that module: those of a matrix, or of an embedding, which stands transposed.
 */
static void find_factors(const struct derivation_plan *plan, const char *module,
			 struct derivation_item *item)
{
	item->right = adapter_find(plan, module, ".lora_A.weight");
	item->left = adapter_find(plan, module, ".lora_B.weight");
	item->transposed = plan->adapter.transposed;
	if (item->right || item->left)
		return;
	item->right = adapter_find(plan, module, ".lora_embedding_A");
	item->left = adapter_find(plan, module, ".lora_embedding_B");
	item->transposed = true;
}

/* Do the factors fit the base's matrix and the configuration's rank? */
static int check_factors(const struct derivation_plan *plan, const struct tensor *base,
			 const struct derivation_item *item, uint64_t rank,
			 struct derivation_result *result, struct error *err)
{
	const struct tensor *a = item->right, *b = item->left;
	enum float_format format;
	uint64_t rows, columns;

	if (!derivation_format(a->dtype, &format) || b->dtype != a->dtype ||
	    !derivation_format(base->dtype, &format))
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' or the base is not in a format that is computed", a->name);
	if (base->rank != 2 || a->rank != 2 || b->rank != 2)
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' is about a tensor that is no matrix: not computed", a->name);
	rows = item->transposed ? a->shape[1] : b->shape[0];
	columns = item->transposed ? b->shape[0] : a->shape[1];
	if (a->shape[0] != rank || b->shape[1] != rank || rows != base->shape[0] ||
	    columns != base->shape[1])
		derivation_differs(result, "'%.200s' of %s does not fit '%.200s' at rank %llu",
				   a->name, plan->parent[1].name, base->name,
				   (unsigned long long)rank);
	else if (tensor_elements(a) + tensor_elements(b) > FACTORS_MAX_BYTES / sizeof(float))
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' has factors above %u MiB, which are not computed", a->name,
				 FACTORS_MAX_BYTES >> 20);
	return 0;
}

int derivation_lora_find(struct derivation_plan *plan, const struct tensor *base,
			 const char *renamed, struct derivation_item *item,
			 const struct tensor **source, struct derivation_result *result,
			 struct error *err)
{
	char module[TENSOR_NAME_MAX + 1];
	const struct tensor *whole = adapter_find(plan, base->name, "");
	uint64_t rank;
	double scale;

	if (!whole)
		whole = adapter_find(plan, renamed, "");
	if (whole) {
		plan->adapter_used++;
		source[0] = whole;
		item->replaced = true;
		if (whole->rank != base->rank ||
		    (base->rank &&
		     memcmp(whole->shape, base->shape, base->rank * sizeof(*base->shape)) != 0))
			derivation_differs(result, "'%.200s' of %s has another shape than %s's",
					   whole->name, plan->parent[1].name, plan->parent[0].name);
		return 0;
	}
	module_of(base->name, module);
	find_factors(plan, module, item);
	if (!item->left && !item->right) {
		module_of(renamed, module);
		find_factors(plan, module, item);
	}
	if (!item->left && !item->right)
		return 0;
	if (!item->left || !item->right) {
		derivation_differs(result, "the adapter has one factor for '%.200s', and not both",
				   base->name);
		return 0;
	}
	plan->adapter_used += 2;
	item->kind = ITEM_LORA;
	/* Where the embedding is adapted, PEFT keeps the base's beside the factors. */
	whole = adapter_find(plan, module, ".base_layer.weight");
	if (whole) {
		plan->adapter_used++;
		source[0] = whole;
		item->replaced = true;
		base = whole;
	}
	adapter_config_module(&plan->adapter, module, &rank, &scale);
	item->scale = (float)scale;
	return check_factors(plan, base, item, rank, result, err);
}

void derivation_factors_release(struct derivation_factors *factors)
{
	free(factors->left);
	free(factors->right);
	*factors = (struct derivation_factors){ 0 };
}

/* A whole tensor as binary32; with `turn`, [rows, columns] becomes [columns, rows]. Malloced. */
static int read_factor(const struct context *ctx, struct derivation_side *side,
		       const struct tensor *tensor, bool turn, float **out, struct error *err)
{
	size_t n = (size_t)tensor_elements(tensor), columns = (size_t)tensor->shape[1];
	uint8_t *bytes = malloc((size_t)tensor->length + 1);
	float *plain = malloc(n * sizeof(*plain) + 1), *turned = NULL;
	enum float_format format = FLOAT_F32;
	int failed = !bytes || !plain;

	if (failed)
		failed = error_system(err, ENOMEM, "cannot read '%s'", tensor->name);
	else
		failed = weights_read_checked(ctx, side->weights, tensor, 0, bytes,
					      (size_t)tensor->length, err);
	if (!failed) {
		(void)derivation_format(tensor->dtype, &format);
		derive_widen(format, bytes, n, plain);
	}
	free(bytes);
	if (!failed && turn) {
		turned = malloc(n * sizeof(*turned) + 1);
		if (!turned)
			failed = error_system(err, ENOMEM, "cannot read '%s'", tensor->name);
		for (size_t i = 0; turned && i < n; i++)
			turned[i % columns * (n / columns) + i / columns] = plain[i];
		free(plain);
		plain = turned;
	}
	if (failed) {
		free(plain);
		return -1;
	}
	*out = plain;
	return 0;
}

int derivation_factors_read(const struct context *ctx, struct derivation_plan *plan,
			    const struct derivation_item *item,
			    struct derivation_factors *out_factors, struct error *err)
{
	struct derivation_factors factors = { 0 };
	struct derivation_side *adapter = &plan->parent[1];
	const struct tensor *left = item->transposed ? item->right : item->left;
	const struct tensor *right = item->transposed ? item->left : item->right;

	factors.rank = (size_t)item->right->shape[0];
	factors.rows = (size_t)item->child->shape[0];
	factors.columns = (size_t)item->child->shape[1];
	if (read_factor(ctx, adapter, left, item->transposed, &factors.left, err) ||
	    read_factor(ctx, adapter, right, item->transposed, &factors.right, err)) {
		derivation_factors_release(&factors);
		return -1;
	}
	*out_factors = factors;
	return 0;
}

void derivation_factors_product(const struct derivation_factors *factors, float scale,
				uint64_t first, size_t n, float *out)
{
	size_t row = (size_t)(first / factors->columns),
	       column = (size_t)(first % factors->columns);

	for (size_t done = 0; done < n; row++, column = 0) {
		size_t count = factors->columns - column;

		if (count > n - done)
			count = n - done;
		derive_chain(factors->left + row * factors->rank, factors->right + column,
			     factors->rank, factors->columns, count, out + done);
		done += count;
	}
	derive_scale(DERIVE_MULTIPLY, out, scale, n);
	if (factors->round)
		derive_round(factors->format, out, n);
}
