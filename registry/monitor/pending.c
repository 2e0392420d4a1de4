/*
 * What waits for later entries: bodies that are not served, which a tombstone may explain; and
 * entries of P-384 keys, which hold the SHA-384 of what was signed, so that only the claim behind
 * them says which statement it is. At the end of the log, what nothing explains is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor/inner.h"

static int array_grow(void **item, size_t size, size_t count, size_t *cap, struct error *err)
{
	size_t more = *cap ? 2 * *cap : 16;
	void *grown;

	if (count < *cap)
		return 0;
	grown = reallocarray(*item, more, size);
	if (!grown)
		return error_set(err, ERROR_SYSTEM, "out of memory for what waits");
	*item = grown;
	*cap = more;
	return 0;
}

void monitor_pending_release(struct monitor_log *log)
{
	for (size_t i = 0; i < log->withheld_count; i++)
		free(log->withheld[i].text);
	free(log->withheld);
	free(log->pending);
}

/* Take a record into the list, or what it names out of it. */
static int pending_take(struct monitor_log *log, const struct pending *pending, struct error *err)
{
	void *list = log->pending;
	int failed;

	if (pending->what == PENDING_NAMED) {
		for (size_t i = log->pending_count; i; i--)
			if (log->pending[i - 1].what == PENDING_UNNAMED &&
			    log->pending[i - 1].index == pending->index) {
				log->pending[i - 1] = log->pending[--log->pending_count];
				return 0;
			}
		return 0;
	}
	failed = array_grow(&list, sizeof(*log->pending), log->pending_count, &log->pending_cap,
			    err);
	log->pending = list;
	if (failed)
		return -1;
	log->pending[log->pending_count++] = *pending;
	return 0;
}

static int load_visit(void *arg, const struct pending *pending, struct error *err)
{
	return pending_take(arg, pending, err);
}

int monitor_pending_load(struct monitor_log *log, struct error *err)
{
	return memory_pending(&log->memory, load_visit, log, err);
}

int monitor_pend(struct monitor_log *log, enum pending_what what, uint64_t index,
		 struct span digest, struct error *err)
{
	struct pending pending = { .index = index, .what = what };

	if (digest.len > sizeof(pending.digest))
		return error_set(err, ERROR_CORRUPT, "a digest of %zu bytes", digest.len);
	memcpy(pending.digest, digest.data, digest.len);
	return memory_pend(&log->memory, &pending, err) || pending_take(log, &pending, err) ? -1
											    : 0;
}

/* ---- Tombstones ---- */

int monitor_tombstone(struct monitor_log *log, const struct statement *statement,
		      const struct digest *identity, const struct signing *by, struct error *err)
{
	struct believed said = { .statement = *statement, .key = by->key, .index = by->index };
	struct withheld *withheld;
	struct tombstone tombstone;
	char text[WITHHELD_TEXT_SIZE];
	void *list = log->withheld;
	int failed;

	if (tombstone_parse(statement->predicate, &tombstone, err))
		return -1;
	if (tombstone.what != WITHHELD_STATEMENT)
		return 0;
	failed = array_grow(&list, sizeof(*log->withheld), log->withheld_count, &log->withheld_cap,
			    err);
	log->withheld = list;
	if (failed)
		return -1;
	withheld_text(&said, text);
	withheld = &log->withheld[log->withheld_count];
	*withheld = (struct withheld){ tombstone, *identity, *by, strdup(text) };
	if (!withheld->text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a tombstone");
	log->withheld_count++;
	log->withheld_sorted = false;
	return 0;
}

static int withheld_order(const void *left, const void *right)
{
	const struct withheld *a = left, *b = right;
	int order = memcmp(a->said.digest.byte, b->said.digest.byte, DIGEST_SIZE);

	if (!order)
		order = memcmp(a->identity.byte, b->identity.byte, DIGEST_SIZE);
	if (order)
		return order;
	return (a->by.index > b->by.index) - (a->by.index < b->by.index);
}

/* Does this tombstone count, by all who signed it? They stand side by side in the list. */
static bool counts(const struct monitor_log *log, size_t place, struct error *err)
{
	struct signing by[POLICY_KEYS_MAX];
	size_t count = 0;
	uint64_t index;

	for (size_t i = 0; i < log->withheld_count && count < POLICY_KEYS_MAX; i++)
		if (digest_equal(&log->withheld[i].identity, &log->withheld[place].identity))
			by[count++] = log->withheld[i].by;
	return log->chain.count &&
	       !policy_chain_accepts(&log->chain, by, count, STATEMENT_tombstone, "", &index, err);
}

static bool is_of(const struct withheld *withheld, const struct pending *pending)
{
	if (pending->what == PENDING_MISSING)
		return memcmp(withheld->said.digest.byte, pending->digest, DIGEST_SIZE) == 0;
	return withheld->said.has_sha384 &&
	       memcmp(withheld->said.sha384, pending->digest, TOMBSTONE_SHA384_SIZE) == 0;
}

/* The first tombstone in the order of digests that may be of this. */
static size_t withheld_place(const struct monitor_log *log, const struct pending *pending)
{
	size_t low = 0, high = log->withheld_count;

	while (pending->what == PENDING_MISSING && low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(log->withheld[middle].said.digest.byte, pending->digest, DIGEST_SIZE) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The text of the tombstone that explains it, NULL for none. */
static int explain(struct monitor_log *log, const struct pending *pending, const char **out_text,
		   struct error *err)
{
	*out_text = NULL;
	for (size_t i = withheld_place(log, pending); i < log->withheld_count; i++) {
		struct error why = { 0 };

		if (!is_of(&log->withheld[i], pending)) {
			if (pending->what == PENDING_MISSING)
				return 0;
			continue;
		}
		if (counts(log, i, &why)) {
			*out_text = log->withheld[i].text;
			return 0;
		}
		if (why.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", why.text);
	}
	return 0;
}

static int pending_tell(struct monitor_log *log, const struct pending *pending, struct error *err)
{
	unsigned long long index = pending->index;
	const char *text;
	char what[32];

	snprintf(what, sizeof(what), "%llu", index);
	if (explain(log, pending, &text, err))
		return -1;
	if (pending->what == PENDING_UNNAMED)
		return text ? 0
			    : monitor_find(
				      log, "not-looked-at", FINDING_UNDECIDED, pending->index, what,
				      NULL, err,
				      "entry %llu: signed by a P-384 key, whose entries do not "
				      "say of which statement they are, and no claim names "
				      "it: its body was not looked at",
				      index);
	log->bodiless += text != NULL;
	if (text)
		return monitor_find(log, "withheld", FINDING_TOLD, pending->index, what, NULL, err,
				    "entry %llu: its body is %s", index, text);
	return monitor_find(log, "body-missing", FINDING_UNDECIDED, pending->index, what, NULL, err,
			    "entry %llu: logged, but its body is not served", index);
}

int monitor_pending_tell(struct monitor_log *log, struct error *err)
{
	if (!log->withheld_sorted && log->withheld_count)
		qsort(log->withheld, log->withheld_count, sizeof(*log->withheld), withheld_order);
	log->withheld_sorted = true;
	for (size_t i = 0; i < log->pending_count; i++)
		if (pending_tell(log, &log->pending[i], err))
			return -1;
	log->pending_count = 0;
	memory_pending_clear(&log->memory);
	return 0;
}
