/* Statements by what they say they are: a chain of versions would read each again for every one. */
#include "verify/policy/known.h"

#include <stdlib.h>
#include <string.h>

#include "verify/believe.h"

void policy_known_release(struct policy_known_list *list)
{
	free(list->item);
	*list = (struct policy_known_list){ 0 };
}

static int known_read(const struct evidence *evidence, struct policy_known *known,
		      struct error *err)
{
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error why = { 0 };
	struct digest key;

	if (peek_statement(evidence, &known->identity, &said, &key, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	known->kind = (int)said.kind;
	if (said.kind != STATEMENT_policy)
		return 0;
	if (json_need_size(said.predicate, "version", &known->version, &why) ||
	    (known->version > 1 &&
	     json_need_digest(said.predicate, "previous", &known->previous, &why)))
		known->version = 0;
	return 0;
}

/* Where it stands or belongs. */
static size_t known_place(const struct policy_known_list *list, const struct digest *identity)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(list->item[middle].identity.byte, identity->byte, DIGEST_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int policy_known_find(struct policy_known_list *list, const struct evidence *evidence,
		      const struct digest *identity, const struct policy_known **out_known,
		      struct error *err)
{
	size_t at = known_place(list, identity);
	struct policy_known known = { .identity = *identity, .kind = POLICY_KNOWN_UNREAD };

	if (at < list->count && digest_equal(&list->item[at].identity, identity)) {
		*out_known = &list->item[at];
		return 0;
	}
	if (known_read(evidence, &known, err))
		return -1;
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		struct policy_known *item = reallocarray(list->item, cap, sizeof(*item));

		if (!item)
			return error_set(err, ERROR_SYSTEM, "out of memory for policies");
		list->item = item;
		list->cap = cap;
	}
	memmove(list->item + at + 1, list->item + at, (list->count++ - at) * sizeof(*list->item));
	list->item[at] = known;
	*out_known = &list->item[at];
	return 0;
}
