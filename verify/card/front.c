/* card_claims: what the front matter claims. Source: the hub's metadata of model cards. */
#include <stdlib.h>
#include <string.h>

#include "verify/card/claims_inner.h"

enum { NAMES_MAX = 1024 };

static bool key_is(const struct yaml_node *node, const char *key)
{
	return span_equal(node->key, span_of(key));
}

/* What only tells a hub where to show the card. */
static bool is_for_hub(const struct yaml_node *node)
{
	static const char *const keys[] = { "tags",      "pipeline_tag",    "library_name",
					    "widget",    "inference",       "metrics",
					    "thumbnail", "co2_eq_emissions" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key_is(node, keys[i]))
			return true;
	return node->key.len > 6 && !memcmp(node->key.data, "extra_", 6);
}

static int scalar_claim(struct claiming *claiming, const struct yaml_node *member,
			const struct yaml_node *node, struct error *err)
{
	struct claim_words words = { .kind = CARD_CLAIM_VALUE,
				     .line = node->line,
				     .label = member->key,
				     .value = node->text };

	if (node->kind != YAML_SCALAR || yaml_is_null(node))
		return 0;
	if (card_meaning_of_label(member->key, &words.meaning, err))
		return -1;
	return claim_add(claiming, &words, err);
}

/* ---- model-index ---- */

static struct span text_of(const struct yaml *yaml, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_member(yaml, map, key);

	return node && node->kind == YAML_SCALAR ? node->text : (struct span){ NULL, 0 };
}

/* Where a list is written as a single map, that is it. */
static const struct yaml_node *list_first(const struct yaml *yaml, const struct yaml_node *list)
{
	return list && list->kind == YAML_LIST ? yaml_first(yaml, list) : list;
}

static const struct yaml_node *list_next(const struct yaml *yaml, const struct yaml_node *list,
					 const struct yaml_node *item)
{
	return list->kind == YAML_LIST ? yaml_next(yaml, item) : NULL;
}

/* "name\ntype": whichever of them is there, so that either can be found again. */
static int both_names(const struct yaml *yaml, const struct yaml_node *map, struct buffer *out,
		      struct error *err)
{
	struct span name = text_of(yaml, map, "name"), type = text_of(yaml, map, "type");

	out->len = 0;
	if (name.len + type.len >= NAMES_MAX)
		return 0;
	return buffer_add(out, name, err) ||
			       (name.len && type.len && buffer_add_text(out, "\n", err)) ||
			       buffer_add(out, type, err)
		       ? -1
		       : 0;
}

static int result_claims(struct claiming *claiming, const struct yaml_node *result,
			 struct error *err)
{
	const struct yaml *yaml = &claiming->card->front;
	const struct yaml_node *metrics = yaml_member(yaml, result, "metrics");
	CLEANUP(buffer_release) struct buffer dataset;
	CLEANUP(buffer_release) struct buffer metric;

	buffer_init(&dataset, NAMES_MAX + 1);
	buffer_init(&metric, NAMES_MAX + 1);
	if (both_names(yaml, yaml_member(yaml, result, "dataset"), &dataset, err))
		return -1;
	for (const struct yaml_node *one = list_first(yaml, metrics); one;
	     one = list_next(yaml, metrics, one)) {
		const struct yaml_node *value = yaml_member(yaml, one, "value");
		struct claim_words words = { .kind = CARD_CLAIM_SCORE, .line = one->line };

		if (both_names(yaml, one, &metric, err))
			return -1;
		words.label = buffer_view(&dataset);
		words.column = buffer_view(&metric);
		if (value) {
			words.line = value->line;
			words.value = value->text;
		}
		if (claim_add(claiming, &words, err))
			return -1;
	}
	return 0;
}

static int index_claims(struct claiming *claiming, const struct yaml_node *index, struct error *err)
{
	const struct yaml *yaml = &claiming->card->front;

	for (const struct yaml_node *model = list_first(yaml, index); model;
	     model = list_next(yaml, index, model)) {
		const struct yaml_node *results = yaml_member(yaml, model, "results");
		struct span name = text_of(yaml, model, "name");

		if (!claiming->claims->name && name.len) {
			claiming->claims->name = strndup((const char *)name.data, name.len);
			if (!claiming->claims->name)
				return error_set(err, ERROR_SYSTEM, "out of memory for a claim");
		}
		for (const struct yaml_node *result = list_first(yaml, results); result;
		     result = list_next(yaml, results, result))
			if (result_claims(claiming, result, err))
				return -1;
	}
	return 0;
}

int claim_front(struct claiming *claiming, struct error *err)
{
	const struct yaml *yaml = &claiming->card->front;

	for (const struct yaml_node *member = yaml_first(yaml, yaml_root(yaml)); member;
	     member = yaml_next(yaml, member)) {
		if (is_for_hub(member))
			continue;
		if (key_is(member, "model-index")) {
			if (index_claims(claiming, member, err))
				return -1;
			continue;
		}
		if (member->kind == YAML_SCALAR && scalar_claim(claiming, member, member, err))
			return -1;
		if (member->kind != YAML_LIST)
			continue;
		for (const struct yaml_node *item = yaml_first(yaml, member); item;
		     item = yaml_next(yaml, item))
			if (scalar_claim(claiming, member, item, err))
				return -1;
	}
	return 0;
}
