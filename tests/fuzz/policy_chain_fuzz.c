/*
 * Lines of statements, as if every key that a policy lists had signed each: versions follow one by
 * one, and revocations only lower, whatever stands there.
 */
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

#define LINES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* All keys of the newest version and of `next`, signing at one entry. */
static size_t everybody(const struct policy_chain *chain, const struct policy *next, uint64_t index,
			struct signing *out_by, size_t room)
{
	const struct policy *last = chain->count ? &policy_chain_newest(chain)->policy : NULL;
	size_t count = 0;

	for (size_t i = 0; last && i < last->key_count && count < room; i++)
		out_by[count++] = (struct signing){ *public_key_id(last->key[i].key), index };
	for (size_t i = 0; i < next->key_count && count < room; i++)
		out_by[count++] = (struct signing){ *public_key_id(next->key[i].key), index };
	return count;
}

static void take_policy(struct policy_chain *chain, const struct statement *statement,
			const struct digest *identity, uint64_t index)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct signing by[64];
	struct error unread = { 0 }, err = { 0 };
	uint64_t version = chain->count ? policy_chain_newest(chain)->policy.version : 0;
	size_t count, before = chain->count;

	if (policy_parse(statement, &policy, &unread))
		return;
	count = everybody(chain, &policy, index, by, sizeof(by) / sizeof(*by));
	if (!before) {
		(void)!policy_chain_start(chain, statement, identity, by, count, &err);
		return;
	}
	if (policy_chain_extend(chain, statement, identity, by, count, &err))
		must(chain->count == before);
	else
		must(chain->count == before + 1 && policy.version == version + 1 &&
		     policy_chain_newest(chain)->index == index);
}

/* By whom the statement says it is about and by each recovery key: no last entry ever rises. */
static void take_revocation(struct policy_chain *chain, const struct statement *statement,
			    const struct digest *identity, uint64_t index)
{
	const struct policy *newest = &policy_chain_newest(chain)->policy;

	for (size_t r = 0; r < newest->key_count; r++) {
		const struct digest *id = public_key_id(newest->key[r].key);
		uint64_t before = policy_chain_last(chain, id);
		struct error err = { 0 };

		(void)!policy_chain_revoke(chain, statement, identity, id, r & 1 ? NULL : &index,
					   &err);
		must(policy_chain_last(chain, id) <= before);
	}
}

/* Somebody whom no version lists never counts. */
static void ask(const struct policy_chain *chain)
{
	struct signing nobody = { sha256(span_of("nobody")), 3 };
	struct error one = { 0 }, all = { 0 };
	uint64_t index;

	must(policy_chain_accepts_one(chain, &nobody, STATEMENT_run, "a/b@c", &one) != 0);
	must(policy_chain_accepts(chain, &nobody, 1, STATEMENT_run, "a/b@c", &index, &all) != 0);
	must(policy_chain_log(chain, 5) != NULL);
	for (size_t i = 1; i < chain->count; i++)
		must(chain->version[i].index > chain->version[i - 1].index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(policy_chain_release) struct policy_chain chain = { 0 };
	struct span rest = { data, size };

	for (uint64_t line = 0; rest.len && line < LINES_MAX; line++) {
		CLEANUP(statement_release) struct statement statement = { 0 };
		const uint8_t *end = memchr(rest.data, '\n', rest.len);
		struct span text = { rest.data, end ? (size_t)(end - rest.data) : rest.len };
		struct digest identity = sha256(text);
		struct error err = { 0 };

		rest.data += text.len + (end != NULL);
		rest.len -= text.len + (end != NULL);
		if (statement_parse(text, &statement, &err))
			continue;
		if (statement.kind == STATEMENT_policy)
			take_policy(&chain, &statement, &identity, 4 * line);
		else if (chain.count)
			take_revocation(&chain, &statement, &identity, 4 * line);
	}
	if (chain.count)
		ask(&chain);
	return 0;
}
