/* Scripts: any bytes are refused with a line, or words; and an order that is read from them can be
 * written. */
#include <stdlib.h>
#include <string.h>

#include "registry/data_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(order_words_release) struct order_words words = { .variable = NULL };
	CLEANUP(data_order_release) struct data_order order = { .source = NULL };
	CLEANUP(json_free) struct json *json = NULL;
	struct error err = { 0 };
	bool found;

	if (order_words_script(&words, "s", (struct span){ data, size }, &err)) {
		if (!strstr(err.text, "s, line ") && !strstr(err.text, "s: more words"))
			abort();
		return 0;
	}
	if (data_order_from_words(&words, &order, &found, &err) || !found)
		return 0;
	if (!order.count || data_order_to_json(&order, &json, &err))
		abort();
	return 0;
}
