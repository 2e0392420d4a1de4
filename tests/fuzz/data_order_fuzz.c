/* Orders of data and files of sequences: refused, or an order that comes out as it went in, and can
 * be counted. */
#include <stdlib.h>

#include "registry/data_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *arg, uint64_t id)
{
	if (id >= 1000)
		abort();
	++*(uint64_t *)arg;
}

static void sequences(const uint8_t *data, size_t size)
{
	CLEANUP(source_close) struct source *file = NULL;
	struct error err = { 0 };
	uint64_t seen = 0, said;

	if (source_open_memory("ids", (struct span){ data, size }, &file, &err))
		abort();
	if (data_order_sequences(file, 1000, UINT64_MAX, count, &seen, &said, &err) == 0 &&
	    seen != said)
		abort();
}

static void counted(const struct data_order *order)
{
	uint64_t *taken = calloc(order->count, sizeof(*taken)), sum = 0, done;
	const struct context ctx = { .user = NULL };
	struct blend_work work = { .ctx = &ctx, .left = BLEND_STEPS_MAX };
	struct error err = { 0 };

	if (!taken)
		abort();
	if (data_order_taken(order, 300, NULL, &work, taken, &err) == 0) {
		for (size_t i = 0; i < order->count; i++)
			sum += taken[i];
		if (sum != 300)
			abort();
	}
	if (data_order_advance(order, 7, 100, &done, &err) == 0 && done < 107)
		abort();
	free(taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(data_order_release) struct data_order order = { .source = NULL };
	CLEANUP(data_order_release) struct data_order again = { .source = NULL };
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(json_free) struct json *out = NULL;
	struct error err = { 0 };

	sequences(data, size);
	if (json_parse((struct span){ data, size }, NULL, &json, &err) ||
	    data_order_from_json(json, &order, &err))
		return 0;
	if (data_order_to_json(&order, &out, &err) || data_order_from_json(out, &again, &err) ||
	    again.count != order.count)
		abort();
	if (order.count <= 64)
		counted(&order);
	return 0;
}
