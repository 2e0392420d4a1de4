/* A stranger's tokenizer.model, and texts for it: u16 length (big-endian), the model, the text. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct reader reader = reader_over((struct span){ data, size });
	struct error err = { 0 };
	struct span model;
	uint32_t *ids;
	size_t count;

	model = reader_take(&reader, reader_u16be(&reader));
	if (reader.failed || (model.len && model.data[0] == '{') ||
	    tokenizer_open(model, "model", &tokenizer, &err) ||
	    tokenizer_encode(tokenizer, reader.rest, TOKENIZER_PLAIN, &ids, &count, &err))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (ids[i] >= tokenizer_vocab_size(tokenizer))
			__builtin_trap();
	free(ids);
	return 0;
}
