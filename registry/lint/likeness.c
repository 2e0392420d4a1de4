/* likeness: marks of a manifest's tensors. */
#include "registry/lint/likeness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/model_file.h"

bool likeness_counts(const char *path, const struct tensor *tensor)
{
	static const char *const same_everywhere[] = {
		"attn.bias", "attention.bias", "masked_bias",          "causal_mask",
		"inv_freq",  "position_ids",   "relative_coords_table"
	};

	if (tensor->rank < 2 || dtype_bits(tensor->dtype) < 8 || tensor->dtype == DTYPE_BOOL ||
	    tensor->dtype == DTYPE_I64 || tensor_elements(tensor) < LIKENESS_ELEMENTS_MIN ||
	    model_file_is_optimizer(path))
		return false;
	for (size_t i = 0; i < sizeof(same_everywhere) / sizeof(same_everywhere[0]); i++)
		if (text_ends_with(tensor->name, same_everywhere[i]))
			return false;
	return true;
}

struct counted {
	const struct tensor *tensor;
	const struct digest *root;
};

static int by_root(const void *a, const void *b)
{
	return digest_order(((const struct counted *)a)->root, ((const struct counted *)b)->root);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct counted *)a)->tensor->name,
		      ((const struct counted *)b)->tensor->name);
}

static void mark_write(const struct digest *digest, char out[LIKENESS_MARK_SIZE])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	memcpy(out, hex, LIKENESS_MARK_SIZE - 1);
	out[LIKENESS_MARK_SIZE - 1] = '\0';
}

static void marks_take(struct counted *counted, size_t count, struct likeness *out)
{
	qsort(counted, count, sizeof(*counted), by_root);
	for (size_t i = 0; i < count && out->count < LIKENESS_MARKS; i++)
		if (!i || !digest_equal(counted[i].root, counted[i - 1].root))
			mark_write(counted[i].root, out->mark[out->count++]);
}

/* Names and shapes; "s" in front tells it from a root's digits. */
static int shapes_take(struct counted *counted, size_t count, struct likeness *out,
		       struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	struct digest digest;

	if (hash_stream_new(&hash, err))
		return -1;
	qsort(counted, count, sizeof(*counted), by_name);
	for (size_t i = 0; i < count; i++) {
		const struct tensor *tensor = counted[i].tensor;

		hash_stream_add(hash, (struct span){ (const uint8_t *)tensor->name,
						     strlen(tensor->name) + 1 });
		for (uint32_t k = 0; k < tensor->rank; k++) {
			char number[24];
			int len = snprintf(number, sizeof(number), "%llu,",
					   (unsigned long long)tensor->shape[k]);

			hash_stream_add(hash,
					(struct span){ (const uint8_t *)number, (size_t)len });
		}
	}
	digest = hash_stream_finish(hash);
	mark_write(&digest, out->shapes);
	out->shapes[0] = 's';
	return 0;
}

int likeness_of(const struct manifest *manifest, struct likeness *out_likeness, struct error *err)
{
	struct counted *counted = calloc(manifest->tensor_count + 1, sizeof(*counted));
	struct likeness likeness = { .count = 0 };
	size_t count = 0;
	int failed = 0;

	if (!counted)
		return error_system(err, ENOMEM, "cannot mark the tensors of a checkpoint");
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = file->first_tensor; k < file->first_tensor + file->tensor_count;
		     k++)
			if (likeness_counts(file->path, &manifest->tensor[k]))
				counted[count++] = (struct counted){ &manifest->tensor[k],
								     &manifest->tensor_root[k] };
	}
	if (count) {
		marks_take(counted, count, &likeness);
		failed = shapes_take(counted, count, &likeness, err);
	}
	free(counted);
	if (!failed)
		*out_likeness = likeness;
	return failed;
}
