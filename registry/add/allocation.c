/* Register what was secured, and find what counts of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/allocation.h"
#include "registry/index.h"
#include "registry/run/secrets.h"

/* ---- Registering ---- */

/* What all items come to, by fiscal years: for people who read the statement. */
static int node_time_set(const struct json *items, const struct period *declared,
			 struct json *predicate, struct error *err)
{
	CLEANUP(json_free) struct json *years = NULL;
	struct node_time sum = { .count = 0 };
	bool gpus = true;

	for (size_t i = 0; i < json_count(items); i++) {
		struct allocation_item item;

		if (allocation_item_read(json_at(items, i), &item, err))
			return -1;
		if (declared && !period_holds(declared, item.period.from_s, item.period.until_s))
			return error_set(err, ERROR_USAGE,
					 "item %zu, %s to %s, is not within %s/%s, for which it is "
					 "declared",
					 i + 1, item.period.from, item.period.to, declared->from,
					 declared->to);
		gpus = gpus && item.gpus_known;
		for (int year = fiscal_year_of(item.period.from_s);
		     fiscal_year_begin(year) < item.period.until_s; year++) {
			struct node_time one = { .count = 1, .year[0].fiscal_year = year };

			allocation_secured(&item, fiscal_year_begin(year),
					   fiscal_year_begin(year + 1), &one.year[0].node_seconds,
					   &one.year[0].gpu_seconds);
			if (node_time_add(&sum, &one, err))
				return -1;
		}
	}
	return node_time_to_json(&sum, gpus, &years, err) ||
			       json_set_take(predicate, "nodeTime", &years, err)
		       ? -1
		       : 0;
}

static int name_find(const struct add_allocation *allocation, const char *own,
		     struct name *out_name, struct error *err)
{
	if (allocation->name) {
		*out_name = *allocation->name;
		return 0;
	}
	if (!own[0])
		return error_set(err, ERROR_USAGE,
				 "'%s' does not say what it is called: NAME@VERSION is needed "
				 "behind it, or \"name\" in it",
				 allocation->path);
	return name_parse(own, out_name, err) ? error_prefix(err, "'%s'", allocation->path) : 0;
}

int registry_add_allocation(struct registry *registry, const struct add_how *how,
			    const struct add_allocation *allocation, struct name *out_name,
			    struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(json_free) struct json *items = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct statement_draft draft = { .kind = STATEMENT_allocation };
	struct add_result result = { .files = 1 };
	char subject[NAME_TEXT_MAX], own[NAME_TEXT_MAX];

	buffer_init(&bytes, ALLOCATION_FILE_MAX_BYTES);
	if (adding_begin(registry, how, &adding, err) || file_read(allocation->path, &bytes, err) ||
	    secrets_scan(buffer_view(&bytes), allocation->path, err) ||
	    allocation_file_parse(buffer_view(&bytes), allocation->path, &items, own, err) ||
	    name_find(allocation, own, out_name, err) || json_object_new(&predicate, err) ||
	    name_set(predicate, out_name, subject, err) ||
	    node_time_set(items, allocation->declared, predicate, err) ||
	    json_set_take(predicate, "items", &items, err) ||
	    (allocation->declared &&
	     period_put(predicate, "declaredFor", allocation->declared, err)))
		return -1;
	bytes.len = 0;
	if (file_keep(&adding, allocation->path, &bytes, &result.manifest, err) ||
	    json_set_digest(predicate, "file", &result.manifest, err))
		return -1;
	draft.subject = subject;
	draft.digest = result.manifest;
	draft.predicate = predicate;
	result.bytes = bytes.len;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	*out_result = result;
	return 0;
}

/* ---- What counts ---- */

/* The newest version of each owner/name; claims come in the order of names. */
struct newest {
	struct index *index;
	char family[NAME_TEXT_MAX];
	struct digest_list *list;
	uint64_t log_index; /* of the last one of the list */
};

static int retraction_seen(void *arg, const struct index_row *row, struct error *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

static int claim_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct newest *newest = arg;
	struct digest identity;
	bool retracted = false, same;

	if (claim->alias || claim->bodiless)
		return 0;
	if (digest_from_hex(span_of(claim->statement), &identity, err) ||
	    index_by_digest(newest->index, "retraction", &identity, retraction_seen, &retracted,
			    err))
		return -1;
	if (retracted)
		return 0;
	same = newest->list->count && strcasecmp(newest->family, claim->name) == 0;
	if (same && claim->log_index < newest->log_index)
		return 0;
	newest->log_index = claim->log_index;
	if (same) {
		newest->list->item[newest->list->count - 1] = identity;
		return 0;
	}
	snprintf(newest->family, sizeof(newest->family), "%s", claim->name);
	return digest_list_add(newest->list, &identity, err);
}

static int allocation_take(struct registry *registry, const struct digest *identity,
			   struct allocations *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct statement *said = &out->said[out->count];
	struct allocation *one = &out->item[out->count];
	struct error why = { 0 };
	struct allocation_item *item;
	const struct json *items;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_payload(registry, identity, &payload, &why) ||
	    statement_parse(buffer_view(&payload), said, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	out->count++; /* from here on it is released with the others */
	if (json_need_array(said->predicate, "items", &items, err) ||
	    json_need_string(said->predicate, "declared", &one->declared, err) ||
	    period_read(said->predicate, "declaredFor", &one->period, &one->afterwards, err))
		return error_prefix(err, "'%s'", said->subject);
	one->name = said->subject;
	one->statement = *identity;
	item = json_count(items) <= ALLOCATION_ITEMS_MAX
		       ? calloc(json_count(items) + 1, sizeof(*item))
		       : NULL;
	if (!item)
		return error_set(err, ERROR_CORRUPT, "'%s' has too many items", said->subject);
	one->item = item;
	for (; one->count < json_count(items); one->count++)
		if (allocation_item_read(json_at(items, one->count), &item[one->count], err))
			return error_prefix(err, "'%s' item %zu", said->subject, one->count + 1);
	return 0;
}

int registry_allocations(struct registry *registry, struct allocations *out, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	struct newest newest = { .list = &list };

	*out = (struct allocations){ .count = 0 };
	if (registry_index(registry, &newest.index, err) ||
	    index_claims(newest.index, "allocation", NULL, claim_seen, &newest, err))
		return -1;
	out->item = calloc(list.count + 1, sizeof(*out->item));
	out->said = calloc(list.count + 1, sizeof(*out->said));
	if (!out->item || !out->said)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu allocations",
				 list.count);
	for (size_t i = 0; i < list.count; i++)
		if (allocation_take(registry, &list.item[i], out, err))
			return -1;
	return 0;
}

void allocations_release(struct allocations *allocations)
{
	for (size_t i = 0; i < allocations->count; i++) {
		free(allocations->item[i].item);
		statement_release(&allocations->said[i]);
	}
	free(allocations->item);
	free(allocations->said);
	*allocations = (struct allocations){ .count = 0 };
}
