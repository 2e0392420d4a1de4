/* check_operations: the steps "hash" and "operations". */
#include "tests/gpu/check.h"
#include "tests/gpu/operations.h"

#include "kernels/hash_stream.h"

void check_hash(struct check *check)
{
	if (!hash_vectors_hold(hash_stream_start_plain, true) ||
	    (hash_shani_here() && !hash_vectors_hold(hash_stream_start, true)))
		check_fail(check, "SHA-256", "not the digests that NIST publishes");
	else
		check_row("SHA-256", "%s; the digests that NIST publishes", hash_implementation());
}

struct totals {
	struct check *check;
	size_t operations, cases;
	uint64_t numbers;
};

static void operation_done(void *user, const struct operations_count *count)
{
	struct totals *totals = user;

	totals->operations++;
	totals->cases += count->cases;
	totals->numbers += count->numbers;
	if (count->differs)
		check_fail(totals->check, count->operation, "other bits: %s", count->first);
}

void check_operations(struct check *check)
{
	struct totals totals = { .check = check };
	const struct operations_options options = { .work_max = check->work_max,
						    .user = &totals,
						    .done = operation_done };
	struct error err = { 0 };
	size_t differ;

	if (operations_compare(check->right, check->device, &options, &differ, &err))
		check_fail(check, "operations", "%s", err.text);
	else if (!differ)
		check_row("operations", "%zu, %zu cases, %llu numbers: the CPU's bits",
			  totals.operations, totals.cases, (unsigned long long)totals.numbers);
}
