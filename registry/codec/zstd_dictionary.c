/* One zstd frame that was made, and is read, with a dictionary: for small texts that resemble
 * others. Dictionaries are trained by zstd's fastCover: segments that cover the commonest strings.
 */
#define ZDICT_STATIC_LINKING_ONLY /* for fastCover with parameters that are not searched for */
#include <zdict.h>

#include "registry/codec/zstd.h"
#include "registry/codec_inner.h"

#include <stdlib.h>

/* What trains in well under a tenth of a second, and comes within 1 % of a search. */
enum {
	SEGMENT_BYTES = 1024,
	STRING_BYTES = 8, /* that are counted */
	TABLE_BITS = 18,
	ACCELERATION = 4, /* one string in four is counted, in half the time and for 0.1 % */
	LEVEL = 2,
	SAMPLES_MAX = 1 << 16
};

int zstd_train(struct span samples, size_t sample_len, uint8_t *room, size_t cap, size_t *out_len,
	       struct error *err)
{
	ZDICT_fastCover_params_t how = { .k = SEGMENT_BYTES,
					 .d = STRING_BYTES,
					 .f = TABLE_BITS,
					 .accel = ACCELERATION,
					 .zParams = { .compressionLevel = LEVEL } };
	size_t count = sample_len ? samples.len / sample_len : 0, len;
	size_t *size;

	*out_len = 0;
	if (!count || count > SAMPLES_MAX)
		return 0;
	size = malloc(count * sizeof(*size));
	if (!size)
		return error_set(err, ERROR_SYSTEM, "out of memory for a dictionary");
	for (size_t i = 0; i < count; i++)
		size[i] = sample_len;
	len = ZDICT_trainFromBuffer_fastCover(room, cap, samples.data, size, (unsigned)count, how);
	free(size);
	if (!ZDICT_isError(len))
		*out_len = len;
	return 0;
}

static int zstd_dictionary_decode(struct codec_work *work, struct span base, struct span dictionary,
				  struct span stored, uint8_t *out, size_t raw_len,
				  struct error *err)
{
	(void)base;
	if (!dictionary.len)
		return error_set(err, ERROR_CORRUPT, "the piece's dictionary is not there");
	return zstd_unpack(work->zstd, dictionary, stored, out, raw_len, err);
}

const struct codec codec_zstd_dictionary = { .name = "zstd_dictionary",
					     .number = 2,
					     .needs_dictionary = true,
					     .decode = zstd_dictionary_decode };
