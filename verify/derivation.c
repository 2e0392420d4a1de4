/* derivation: how a checkpoint was made from others, as a statement says it. */
#include "verify/derivation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/decimal.h"

#define WHOLE_MAX (UINT64_C(1) << 53) /* a weight's numerator and denominator */

static const char *const method_name[DERIVATION_METHOD_COUNT] = {
	[DERIVATION_CAST] = "cast",       [DERIVATION_RESHARD] = "reshard",
	[DERIVATION_AVERAGE] = "average", [DERIVATION_LINEAR] = "linear",
	[DERIVATION_LORA] = "lora",
};

static const struct derivation_form forms[] = {
#define FORM(of, id, text, what, from, terms, sums, end, in_work)                                  \
	{ DERIVATION_FORM_##id,                                                                    \
	  DERIVATION_##of,                                                                         \
	  text,                                                                                    \
	  DERIVATION_##what,                                                                       \
	  DERIVATION_##from,                                                                       \
	  terms,                                                                                   \
	  sums,                                                                                    \
	  DERIVATION_##end,                                                                        \
	  in_work },
#include "verify/derivation_forms.def"
#undef FORM
};

const char *derivation_method_name(enum derivation_method method)
{
	return method_name[method];
}

int derivation_method_parse(const char *text, enum derivation_method *out_method, struct error *err)
{
	for (size_t i = 0; i < DERIVATION_METHOD_COUNT; i++)
		if (strcmp(text, method_name[i]) == 0) {
			*out_method = (enum derivation_method)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE,
			 "'%.100s' is no method: cast, reshard, average, linear or lora", text);
}

int derivation_form_find(enum derivation_method method, const char *name,
			 const struct derivation_form **out_form, struct error *err)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].method == method && (!name || strcmp(forms[i].name, name) == 0)) {
			*out_form = &forms[i];
			return 0;
		}
	return error_set(err, ERROR_USAGE, "%s has no form '%.100s'", method_name[method], name);
}

/* A whole number up to 2^53 from `text` to `end`. */
static bool whole(const char *text, const char *end, double *out)
{
	uint64_t number = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9' || number > WHOLE_MAX / 10)
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
	}
	*out = (double)number;
	return number <= WHOLE_MAX;
}

int derivation_weight_parse(const char *text, double *out_weight, struct error *err)
{
	const char *slash = strchr(text, '/');
	bool negative = text[0] == '-';
	double up, down;
	struct error cause = { 0 };

	if (!slash) {
		if (decimal_parse(text, out_weight, &cause) == 0)
			return 0;
		return error_set(err, cause.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_USAGE,
				 "'%.64s' is no weight: a decimal, or a ratio such as 1/3", text);
	}
	if (!whole(text + negative, slash, &up) || !whole(slash + 1, text + strlen(text), &down) ||
	    down == 0)
		return error_set(err, ERROR_USAGE,
				 "'%.64s' is no weight: a ratio of two whole numbers below 2^53",
				 text);
	*out_weight = negative ? -up / down : up / down;
	return 0;
}

void derivation_release(struct derivation *derivation)
{
	free(derivation->parent);
	free(derivation->weight);
	free(derivation->keep);
	free(derivation->without);
	free(derivation->rename);
	*derivation = (struct derivation){ 0 };
}

/* A list with at most `max` items, of `size` bytes each; *out_items is calloced, also for none. */
static int list_room(const struct json *predicate, const char *key, size_t max, size_t size,
		     const struct json **out_list, void **out_items, size_t *out_count,
		     struct error *err)
{
	if (json_maybe_array(predicate, key, out_list, err))
		return -1;
	*out_count = json_count(*out_list);
	if (*out_count > max)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has %zu items, more than the allowed %zu", key, *out_count,
				 max);
	*out_items = calloc(*out_count + 1, size);
	return *out_items ? 0 : error_system(err, ENOMEM, "cannot read a derivation");
}

static int texts_read(const struct json *predicate, const char *key, const char ***out_texts,
		      size_t *out_count, struct error *err)
{
	const struct json *list;
	void *items = NULL;

	if (list_room(predicate, key, DERIVATION_LIST_MAX, sizeof(**out_texts), &list, &items,
		      out_count, err))
		return -1;
	*out_texts = items;
	for (size_t i = 0; i < *out_count; i++) {
		(*out_texts)[i] = json_text(json_at(list, i));
		if (!(*out_texts)[i] || !(*out_texts)[i][0])
			return error_set(err, ERROR_CORRUPT, "'%s' holds something that is no text",
					 key);
	}
	return 0;
}

static int renames_read(const struct json *predicate, struct derivation *derivation,
			struct error *err)
{
	const struct json *list;
	void *items = NULL;

	if (list_room(predicate, "rename", DERIVATION_LIST_MAX, sizeof(*derivation->rename), &list,
		      &items, &derivation->rename_count, err))
		return -1;
	derivation->rename = items;
	for (size_t i = 0; i < derivation->rename_count; i++)
		if (json_need_string(json_at(list, i), "from", &derivation->rename[i].from, err) ||
		    json_need_string(json_at(list, i), "to", &derivation->rename[i].to, err))
			return error_prefix(err, "'rename'");
	return 0;
}

static int parents_read(const struct json *predicate, struct derivation *derivation,
			struct error *err)
{
	const struct json *list;
	void *items = NULL;

	if (list_room(predicate, "parents", DERIVATION_PARENTS_MAX, sizeof(*derivation->parent),
		      &list, &items, &derivation->parent_count, err))
		return -1;
	derivation->parent = items;
	for (size_t i = 0; i < derivation->parent_count; i++) {
		struct reference *parent = &derivation->parent[i];

		if (reference_parse(json_at(list, i), parent, err))
			return error_prefix(err, "'parents'");
		if (!parent->has_manifest)
			return error_set(err, ERROR_CORRUPT, "a parent names no manifest");
		if (digest_equal(&parent->statement, &derivation->of.statement))
			return error_set(err, ERROR_CORRUPT, "it is named as its own parent");
	}
	return 0;
}

/* How many parents each method has. */
static int parents_check(const struct derivation *derivation, struct error *err)
{
	static const struct {
		size_t least, most;
	} allowed[DERIVATION_METHOD_COUNT] = {
		[DERIVATION_CAST] = { 1, 1 },
		[DERIVATION_RESHARD] = { 1, 1 },
		[DERIVATION_AVERAGE] = { 1, DERIVATION_PARENTS_MAX },
		[DERIVATION_LINEAR] = { 1, DERIVATION_PARENTS_MAX },
		[DERIVATION_LORA] = { 2, 2 },
	};
	enum derivation_method method = derivation->form->method;

	if (derivation->parent_count < allowed[method].least ||
	    derivation->parent_count > allowed[method].most)
		return error_set(err, ERROR_CORRUPT, "%s takes %s, not %zu", method_name[method],
				 method == DERIVATION_LORA   ? "a base and an adapter"
				 : allowed[method].most == 1 ? "one parent"
							     : "1 to 64 parents",
				 derivation->parent_count);
	return 0;
}

/* Every parent leaves something in the child: else anything could be named as one. */
static int weights_matter(const struct derivation *derivation, struct error *err)
{
	double largest = 0;

	for (size_t i = 0; i < derivation->parent_count; i++)
		largest = fmax(largest, fabs(derivation->weight[i]));
	for (size_t i = 0; i < derivation->parent_count; i++)
		if (!(fabs(derivation->weight[i]) > largest * 0x1p-24))
			return error_set(err, ERROR_CORRUPT,
					 "parent %zu has no weight beside the others, so nothing "
					 "comes from it: leave it out",
					 i + 1);
	return 0;
}

static int weights_read(const struct json *predicate, struct derivation *derivation,
			struct error *err)
{
	const struct json *list;
	void *items = NULL;
	size_t count;

	if (!json_member(predicate, "weights"))
		return 0;
	if (list_room(predicate, "weights", DERIVATION_PARENTS_MAX, sizeof(double), &list, &items,
		      &count, err))
		return -1;
	derivation->weight = items;
	if (derivation->form->method != DERIVATION_LINEAR)
		return error_set(err, ERROR_CORRUPT, "%s takes no weights",
				 method_name[derivation->form->method]);
	if (count != derivation->parent_count)
		return error_set(err, ERROR_CORRUPT, "%zu weights for %zu parents", count,
				 derivation->parent_count);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_text(json_at(list, i));

		if (derivation_weight_parse(text ? text : "", &derivation->weight[i], err)) {
			err->code = err->code == ERROR_USAGE ? ERROR_CORRUPT : err->code;
			return -1;
		}
	}
	return weights_matter(derivation, err);
}

/* A format that numbers are rounded to. */
static int format_read(const struct json *predicate, const char *key, bool *out_has,
		       enum dtype *out_dtype, struct error *err)
{
	const char *text = NULL;

	if (json_maybe_string(predicate, key, &text, err))
		return -1;
	*out_has = text != NULL;
	if (!text)
		return 0;
	if (dtype_parse(span_of(text), out_dtype, err))
		return -1;
	if (*out_dtype != DTYPE_BF16 && *out_dtype != DTYPE_F16 && *out_dtype != DTYPE_F32)
		return error_set(err, ERROR_CORRUPT, "'%s' is BF16, F16 or F32, not %s", key, text);
	return 0;
}

static int form_read(const struct json *predicate, struct derivation *derivation, struct error *err)
{
	enum derivation_method method;
	const char *text, *form;

	if (json_need_string(predicate, "method", &text, err) ||
	    json_need_string(predicate, "form", &form, err))
		return -1;
	if (derivation_method_parse(text, &method, err) ||
	    derivation_form_find(method, form, &derivation->form, err)) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	return 0;
}

static int parse(const struct json *predicate, struct derivation *derivation, struct error *err)
{
	if (form_read(predicate, derivation, err) ||
	    reference_need(predicate, "of", &derivation->of, err) ||
	    parents_read(predicate, derivation, err) || parents_check(derivation, err) ||
	    weights_read(predicate, derivation, err) ||
	    format_read(predicate, "dtype", &derivation->has_dtype, &derivation->dtype, err) ||
	    format_read(predicate, "work", &derivation->has_work, &derivation->work, err) ||
	    texts_read(predicate, "keep", &derivation->keep, &derivation->keep_count, err) ||
	    texts_read(predicate, "without", &derivation->without, &derivation->without_count,
		       err) ||
	    renames_read(predicate, derivation, err) ||
	    json_maybe_size(predicate, "tolerance", 0, &derivation->tolerance, err) ||
	    json_maybe_bool(predicate, "normalize", true, &derivation->normalize, err))
		return -1;
	if (!derivation->of.has_manifest)
		return error_set(err, ERROR_CORRUPT, "'of' names no manifest");
	if (derivation->tolerance > DERIVATION_TOLERANCE_MAX)
		return error_set(err, ERROR_CORRUPT, "a tolerance is at most %d",
				 DERIVATION_TOLERANCE_MAX);
	if (derivation->form->method == DERIVATION_CAST && !derivation->has_dtype)
		return error_set(err, ERROR_CORRUPT, "a cast needs 'dtype'");
	derivation->executed = json_member(predicate, "found") != NULL;
	return 0;
}

int derivation_parse(const struct json *predicate, struct derivation *out_derivation,
		     struct error *err)
{
	struct derivation derivation = { 0 };

	if (parse(predicate, &derivation, err)) {
		derivation_release(&derivation);
		return -1;
	}
	*out_derivation = derivation;
	return 0;
}

double derivation_weight_sum(const struct derivation *derivation)
{
	double sum = 0;

	for (size_t i = 0; i < derivation->parent_count; i++)
		sum += derivation->weight ? derivation->weight[i] : 1;
	return sum;
}

int derivation_describe(const struct json *predicate, struct buffer *out, struct error *err)
{
	const char *method = json_text(json_member(predicate, "method"));
	const char *form = json_text(json_member(predicate, "form"));
	const char *dtype = json_text(json_member(predicate, "dtype"));
	const struct json *weights = json_member(predicate, "weights");
	const struct json *without = json_member(predicate, "without");
	struct error ignored = { 0 };
	uint64_t tolerance = 0;

	if (buffer_printf(out, err, "%s%s%s (%s", method ? method : "?", dtype ? " to " : "",
			  dtype ? dtype : "", form ? form : "?"))
		return -1;
	for (size_t i = 0; i < json_count(weights); i++) {
		const char *text = json_text(json_at(weights, i));

		if (buffer_printf(out, err, "%s%s", i ? ", " : "; weights ", text ? text : "?"))
			return -1;
	}
	if (json_count(without) && buffer_add_text(out, "; tensors left out", err))
		return -1;
	if (json_maybe_size(predicate, "tolerance", 0, &tolerance, &ignored) == 0 && tolerance &&
	    buffer_printf(out, err, "; tolerance %llu", (unsigned long long)tolerance))
		return -1;
	return buffer_add_text(out, ")", err);
}
