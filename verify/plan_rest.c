/* plan_rest: the tensors that no operation reads, and whether they may be left alone. */
#include "verify/plan_rest.h"

#include <stdlib.h>
#include <string.h>

#include "verify/experts.h"
#include "verify/name.h"

#define COMPARE_BYTES ((size_t)4 << 20) /* at a time, of a head and its embedding */

static int pointer_order(const void *a, const void *b)
{
	const struct tensor *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t used_add(const struct tensor **used, size_t count, const struct bound *bound,
		       size_t bound_count)
{
	for (size_t i = 0; i < bound_count; i++) {
		const struct bound_experts *experts = bound[i].experts;

		for (size_t k = 0; experts && k < experts->tensor_count; k++)
			used[count++] = experts->tensor[k];
		if (bound[i].weight)
			used[count++] = bound[i].weight;
		if (bound[i].bias)
			used[count++] = bound[i].bias;
	}
	return count;
}

/* Every tensor that the plan reads, sorted by address; malloced. */
static int used_list(const struct plan *plan, const struct tensor ***out_used, size_t *out_count,
		     struct error *err)
{
	size_t layers = plan->config.layers * plan->layer_count, count = 0;
	size_t most = 2 * (layers + 2 * OPERATIONS_MAX) + 1;
	const struct tensor **used;

	for (uint32_t i = 0; i < plan->config.layers; i++) {
		const struct bound_experts *experts = plan_layer_experts(plan, i);

		most += experts ? experts->tensor_count : 0;
	}
	used = calloc(most, sizeof(*used));

	if (!used)
		return error_set(err, ERROR_SYSTEM, "no memory for the list of tensors");
	count = used_add(used, count, plan->embed, plan->embed_count);
	count = used_add(used, count, plan->layer, layers);
	count = used_add(used, count, plan->after_layers, plan->after_layers_count);
	if (plan->head)
		used[count++] = plan->head;
	qsort(used, count, sizeof(*used), pointer_order);
	*out_used = used;
	*out_count = count;
	return 0;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* Does the layer's table name this tensor, so that only config.json left it out? */
static bool table_names(const struct operation *table, const char *name)
{
	for (; table->kind != OP_NONE; table++)
		if ((table->weight && name_matches(table->weight, name)) ||
		    (table->bias && !strcmp(table->bias, name)))
			return true;
	return false;
}

/* The names of experts in the layers' table, or NULL. */
static const struct experts_names *experts_names_of(const struct operation *table)
{
	while (table->kind != OP_NONE && table->kind != OP_EXPERTS)
		table++;
	return table->kind == OP_EXPERTS ? table->experts : NULL;
}

/*
 * A tensor of experts that nothing reads: in a layer that has none, or of an
 * expert too many. Others are not judged here.
 */
static int experts_rest_check(const struct plan *plan, const char *full_name, const char *name,
			      uint32_t layer, struct error *err)
{
	const struct experts_names *names = experts_names_of(plan->config.architecture->layer);
	bool each = names && !strncmp(name, names->each, strlen(names->each));
	unsigned long number;
	char *end;

	if (!each &&
	    (!names || (strcmp(name, names->all_gate_up) && strcmp(name, names->all_down))))
		return 0;
	if (!plan_layer_experts(plan, layer))
		return error_set(err, ERROR_CORRUPT,
				 "config.json contradicts the tensors: it says that layer %u has "
				 "no experts, and there is '%s'",
				 layer, full_name);
	if (!each)
		return 0;
	number = strtoul(name + strlen(names->each), &end, 10);
	if (*end != '.' || number < plan->config.experts)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "config.json contradicts the tensors: it says %u experts, and there is "
			 "'%s'",
			 plan->config.experts, full_name);
}

/* A tensor below "layers.N." that nothing reads. */
static int layer_rest_check(const struct plan *plan, const char *name, const char *number,
			    struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;
	unsigned long layer;
	char *end;

	layer = strtoul(number, &end, 10);
	if (end == number || *end != '.')
		return error_set(err, ERROR_UNTRUSTED,
				 "the tensor '%s' is none that the architecture '%s' computes with",
				 name, architecture->name);
	for (size_t i = 0; architecture->ignored && architecture->ignored[i]; i++)
		if (ends_in(name, architecture->ignored[i]))
			return 0;
	if (layer >= plan->config.layers)
		return error_set(
			err, ERROR_CORRUPT,
			"config.json contradicts the tensors: it says %u layers, and there "
			"is '%s'",
			plan->config.layers, name);
	if (experts_rest_check(plan, name, end + 1, (uint32_t)layer, err))
		return -1;
	if (table_names(architecture->layer, end + 1))
		return error_set(err, ERROR_CORRUPT,
				 "config.json contradicts the tensors: it says that there is no "
				 "'%s'",
				 name);
	return error_set(err, ERROR_UNTRUSTED,
			 "the tensor '%s' is none that the architecture '%s' computes with", name,
			 architecture->name);
}

/* Do both names lie in one module ("lm_head.weight", "lm_head.bias")? */
static bool same_module(const char *a, const char *b)
{
	const char *dot = strrchr(a, '.'), *other = strrchr(b, '.');
	size_t len = dot ? (size_t)(dot - a) : 0;

	return dot && other && (size_t)(other - b) == len && !memcmp(a, b, len);
}

static bool beside_used(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->embed_count; i++)
		if (plan->embed[i].weight && same_module(plan->embed[i].weight->name, name))
			return true;
	for (size_t i = 0; i < plan->after_layers_count; i++)
		if (plan->after_layers[i].weight &&
		    same_module(plan->after_layers[i].weight->name, name))
			return true;
	return plan->head && same_module(plan->head->name, name);
}

static int unread_check(const struct plan *plan, const char *prefix, const char *name,
			struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;
	size_t prefix_len = strlen(prefix), layers_len = strlen(architecture->layers);

	if (!strncmp(name, prefix, prefix_len) &&
	    !strncmp(name + prefix_len, architecture->layers, layers_len))
		return layer_rest_check(plan, name, name + prefix_len + layers_len, err);
	if (beside_used(plan, name))
		return error_set(err, ERROR_UNTRUSTED,
				 "the tensor '%s' is none that the architecture '%s' computes with",
				 name, architecture->name);
	return 0;
}

int plan_rest(struct plan *plan, const char *prefix, struct error *err)
{
	size_t count = weights_count(plan->weights), used_count;
	const struct tensor **used;
	int failed = 0;

	if (used_list(plan, &used, &used_count, err))
		return -1;
	plan->unread = calloc(count + 1, sizeof(const struct tensor *));
	if (!plan->unread)
		failed = error_set(err, ERROR_SYSTEM, "no memory for the list of tensors");
	for (size_t i = 0; !failed && i < count; i++) {
		const struct tensor *tensor = weights_tensor(plan->weights, i);

		if (bsearch(&tensor, used, used_count, sizeof(*used), pointer_order))
			continue;
		failed = unread_check(plan, prefix, tensor->name, err);
		plan->unread[plan->unread_count++] = tensor;
	}
	free(used);
	return failed;
}

int plan_tied_check(const struct context *ctx, struct weights *weights, const struct tensor *head,
		    const struct tensor *embedding, struct error *err)
{
	uint8_t *bytes = malloc(2 * COMPARE_BYTES);
	bool same = head->dtype == embedding->dtype && head->length == embedding->length;
	int failed = 0;

	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "no memory to compare '%s'", head->name);
	for (uint64_t at = 0; same && !failed && at < head->length; at += COMPARE_BYTES) {
		uint64_t rest = head->length - at;
		size_t len = rest < COMPARE_BYTES ? (size_t)rest : COMPARE_BYTES;

		failed = weights_read_checked(ctx, weights, head, at, bytes, len, err) ||
			 weights_read_checked(ctx, weights, embedding, at, bytes + COMPARE_BYTES,
					      len, err);
		same = failed || !memcmp(bytes, bytes + COMPARE_BYTES, len);
	}
	free(bytes);
	if (failed)
		return -1;
	if (!same)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json ties the head to the embedding, and '%s' is another "
				 "tensor than '%s': loaders differ in which they take",
				 head->name, embedding->name);
	return 0;
}
