/* allocation: one item of what was secured, read and reckoned in whole seconds. */
#include "registry/allocation.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, HUNDREDTH_S = 36, GPUS_MAX = 1024 };

/* ---- Reading ---- */

static const char *const members[] = {
	"site",      "system", "cluster", "runs",        "from", "to",       "nodes",
	"nodeHours", "award",  "share",   "gpusPerNode", "cost", "currency", "source",
};

static int members_check(const struct json *object, struct error *err)
{
	struct json_members at = { 0 };

	if (json_kind(object) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "it is no JSON object");
	while (json_next(object, &at)) {
		size_t i = 0;

		while (i < sizeof(members) / sizeof(members[0]) && strcmp(members[i], at.key) != 0)
			i++;
		if (i == sizeof(members) / sizeof(members[0]))
			return error_set(err, ERROR_CORRUPT,
					 "nobody knows what '%.60s' is: an allocation has site, "
					 "system, cluster, runs, from, to, nodes or nodeHours, "
					 "share, gpusPerNode, cost, currency, source and award",
					 at.key);
	}
	return 0;
}

/* A line of text that names nobody. */
static int text_read(const struct json *object, const char *key, const char **out_text,
		     struct error *err)
{
	const char *text;

	if (json_maybe_string(object, key, &text, err))
		return -1;
	*out_text = text;
	if (!text)
		return 0;
	if (!*text || strlen(text) > ALLOCATION_TEXT_MAX || !text_is_plain(span_of(text)) ||
	    strchr(text, '\n') || strchr(text, '\t'))
		return error_set(err, ERROR_CORRUPT, "'%s' is no line of 1 to %d bytes of text",
				 key, ALLOCATION_TEXT_MAX);
	return strchr(text, '@') && strcmp(key, "award") != 0
		       ? error_set(err, ERROR_CORRUPT,
				   "'%s' looks like an address of somebody: no names of people go "
				   "into the record",
				   key)
		       : 0;
}

/* "1/2". */
static int share_read(const struct json *object, struct allocation_item *item, struct error *err)
{
	const char *share;
	char *end;

	item->part = item->of = 1;
	if (json_maybe_string(object, "share", &share, err))
		return -1;
	if (!share)
		return 0;
	if (*share >= '1' && *share <= '9') {
		item->part = strtoull(share, &end, 10);
		if (*end == '/' && end[1] >= '1' && end[1] <= '9') {
			item->of = strtoull(end + 1, &end, 10);
			if (!*end && item->part <= item->of && item->of <= ALLOCATION_SHARE_MAX)
				return 0;
		}
	}
	return error_set(err, ERROR_CORRUPT,
			 "'%.40s' is no share of a node: 1/2, or another one of at most %d parts",
			 share, ALLOCATION_SHARE_MAX);
}

/* "1234.5": at most two decimals, so that it is a whole number of seconds. */
static bool hours_read(const char *text, uint64_t *out_seconds)
{
	uint64_t whole = 0, hundredths = 0;
	size_t digits = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		whole = 10 * whole + (uint64_t)(*text - '0');
		if (++digits > 10)
			return false;
	}
	if (!digits || whole > ALLOCATION_HOURS_MAX)
		return false;
	if (*text == '.') {
		for (digits = 0, text++; *text >= '0' && *text <= '9' && digits < 2; text++)
			hundredths += (uint64_t)(*text - '0') * (digits++ ? 1 : 10);
		if (!digits)
			return false;
	}
	*out_seconds = whole * HOUR_S + hundredths * HUNDREDTH_S;
	return !*text;
}

static int amount_read(const struct json *object, struct allocation_item *item, struct error *err)
{
	const char *hours;

	item->by_nodes = json_member(object, "nodes") != NULL;
	if (item->by_nodes == (json_member(object, "nodeHours") != NULL))
		return error_set(
			err, ERROR_CORRUPT,
			"it needs 'nodes' (through the whole period) or 'nodeHours', one of "
			"the two");
	if (item->by_nodes) {
		if (json_need_size(object, "nodes", &item->amount, err))
			return -1;
		return item->amount && item->amount <= NODE_TIME_NODES_MAX
			       ? 0
			       : error_set(err, ERROR_CORRUPT, "'nodes' is no number from 1 to %u",
					   NODE_TIME_NODES_MAX);
	}
	if (json_need_string(object, "nodeHours", &hours, err))
		return -1;
	return hours_read(hours, &item->amount) && item->amount
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "'nodeHours' is no number of hours up to %u, with at most two "
				   "decimals: '%.40s'",
				   ALLOCATION_HOURS_MAX, hours);
}

/* Families of runs. */
static int runs_read(const struct json *object, struct allocation_item *item, struct error *err)
{
	struct error why = { 0 };
	struct name name;

	if (json_maybe_array(object, "runs", &item->runs, err))
		return -1;
	for (size_t i = 0; i < json_count(item->runs); i++) {
		const char *text = json_text(json_at(item->runs, i));

		if (!text || name_parse_family(text, &name, &why))
			return error_set(err, ERROR_CORRUPT,
					 "'runs' lists names of runs, owner/name: '%.60s' is none",
					 text ? text : "?");
	}
	return 0;
}

static int cost_check(const struct json *object, struct error *err)
{
	const char *currency;
	uint64_t cost;

	if (json_maybe_size(object, "cost", 0, &cost, err) ||
	    json_maybe_string(object, "currency", &currency, err))
		return -1;
	if (currency &&
	    (strlen(currency) != 3 || strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
		return error_set(err, ERROR_CORRUPT, "'%.20s' is no currency: JPY, USD …",
				 currency);
	return !json_member(object, "cost") == !currency
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'cost' and 'currency' go together");
}

int allocation_item_read(const struct json *object, struct allocation_item *out_item,
			 struct error *err)
{
	struct allocation_item item = { .site = NULL };
	const char *from, *to;

	if (members_check(object, err) || text_read(object, "site", &item.site, err) ||
	    text_read(object, "system", &item.system, err) ||
	    text_read(object, "cluster", &item.cluster, err) ||
	    text_read(object, "award", &item.award, err) ||
	    text_read(object, "source", &item.source, err) ||
	    json_need_string(object, "from", &from, err) ||
	    json_need_string(object, "to", &to, err))
		return -1;
	if (!item.site)
		return error_set(err, ERROR_CORRUPT, "'site' is missing: where was it secured?");
	if (period_of(from, to, &item.period, err)) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	if ((uint64_t)(item.period.until_s - item.period.from_s) > NODE_TIME_SECONDS_MAX)
		return error_set(err, ERROR_CORRUPT, "%s to %s are more than 15 years", from, to);
	if (amount_read(object, &item, err) || share_read(object, &item, err) ||
	    json_maybe_size(object, "gpusPerNode", 0, &item.gpus_per_node, err) ||
	    runs_read(object, &item, err) || cost_check(object, err))
		return -1;
	item.gpus_known = json_member(object, "gpusPerNode") != NULL;
	if (item.gpus_per_node > GPUS_MAX)
		return error_set(err, ERROR_CORRUPT, "'gpusPerNode' is more than %d", GPUS_MAX);
	*out_item = item;
	return 0;
}

/* ---- Reckoning ---- */

/* `a` times `b`, divided and rounded down. `a` and the result fit; `b` is below 2^32. */
static uint64_t scaled(uint64_t a, uint64_t b, uint64_t divisor)
{
	uint64_t whole = a / divisor, rest = a % divisor;

	/* a*b/d = (a/d)*b + (a%d)*b/d, and the remainders stay small. */
	return whole * b + rest * b / divisor;
}

/* Of the item, in shares of a node: what lies before `at_s`. */
static uint64_t shares_until(const struct allocation_item *item, int64_t at_s)
{
	uint64_t length = (uint64_t)(item->period.until_s - item->period.from_s), past;

	if (at_s <= item->period.from_s)
		return 0;
	past = at_s >= item->period.until_s ? length : (uint64_t)(at_s - item->period.from_s);
	return item->by_nodes ? item->amount * past : scaled(item->amount, past, length);
}

uint64_t allocation_share(const struct allocation_item *item, uint64_t seconds)
{
	return scaled(seconds, item->part, item->of);
}

void allocation_secured(const struct allocation_item *item, int64_t from_s, int64_t until_s,
			uint64_t *out_node_seconds, uint64_t *out_gpu_seconds)
{
	uint64_t before = shares_until(item, from_s), after = shares_until(item, until_s);

	if (until_s < from_s)
		after = before;
	*out_node_seconds = allocation_share(item, after) - allocation_share(item, before);
	*out_gpu_seconds = scaled(after, item->part * item->gpus_per_node, item->of) -
			   scaled(before, item->part * item->gpus_per_node, item->of);
}
