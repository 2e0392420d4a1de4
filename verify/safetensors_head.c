/* The head of a safetensors file: what is written in front of the bytes of tensors. */
#include "verify/safetensors_head.h"

#include <stdlib.h>
#include <string.h>

#include "verify/plain_text.h"

enum { LENGTH_SIZE_BYTES = 8, ALIGNMENT = 8 };

/* `enum dtype` stands in the reference's order. */
static int compare_entries(const void *a, const void *b)
{
	const struct tensor *x = ((const struct safetensors_entry *)a)->tensor;
	const struct tensor *y = ((const struct safetensors_entry *)b)->tensor;

	return x->dtype != y->dtype ? (x->dtype > y->dtype ? -1 : 1) : strcmp(x->name, y->name);
}

static int write_entry(struct buffer *out, const struct tensor *tensor, uint64_t begin,
		       struct error *err)
{
	if (json_text_write(out, tensor->name, err) ||
	    buffer_printf(out, err, ":{\"dtype\":\"%s\",\"shape\":[", dtype_name(tensor->dtype)))
		return -1;
	for (uint32_t i = 0; i < tensor->rank; i++)
		if (buffer_printf(out, err, "%s%llu", i ? "," : "",
				  (unsigned long long)tensor->shape[i]))
			return -1;
	return buffer_printf(out, err, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)begin,
			     (unsigned long long)(begin + tensor->length));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_names(const struct safetensors_entry *entry, size_t count, struct error *err)
{
	const char **name = calloc(count + 1, sizeof(*name));
	int failed = 0;

	if (!name)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors", count);
	for (size_t i = 0; i < count; i++)
		name[i] = entry[i].tensor->name;
	qsort(name, count, sizeof(*name), compare_names);
	for (size_t i = 1; i < count && !failed; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			failed = error_set(err, ERROR_CORRUPT, "two tensors are called '%s'",
					   name[i]);
	free(name);
	return failed;
}

int safetensors_head_write(struct safetensors_entry *entry, size_t count, struct buffer *out,
			   uint64_t *out_size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer json;
	uint64_t at = 0, start;

	buffer_init(&json, FORMAT_HEADER_MAX_BYTES);
	if (check_names(entry, count, err))
		return -1;
	if (count)
		qsort(entry, count, sizeof(*entry), compare_entries);
	if (buffer_add_text(&json, "{", err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if ((i && buffer_add_text(&json, ",", err)) ||
		    write_entry(&json, entry[i].tensor, at, err))
			return -1;
		entry[i].offset = at;
		at += entry[i].tensor->length;
	}
	if (buffer_add_text(&json, "}", err))
		return -1;
	while (json.len % ALIGNMENT)
		if (buffer_add_text(&json, " ", err))
			return -1;
	start = LENGTH_SIZE_BYTES + json.len;
	for (size_t i = 0; i < count; i++)
		entry[i].offset += start;
	*out_size = start + at;
	return buffer_add_u64le(out, json.len, err) || buffer_add(out, buffer_view(&json), err) ? -1
												: 0;
}
