/* A stranger's tokenizer.json, and texts for it: u16 length (big-endian), a text, the file. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(const struct tokenizer *tokenizer, struct span text,
		   enum tokenizer_special special)
{
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	if (!tokenizer_encode(tokenizer, text, special, &ids, &count, &err))
		free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct reader reader = reader_over((struct span){ data, size });
	struct error err = { 0 };
	struct span text;

	text = reader_take(&reader, reader_u16be(&reader));
	if (reader.failed || !reader.rest.len || reader.rest.data[0] != '{' ||
	    tokenizer_open(reader.rest, "json", &tokenizer, &err))
		return 0;
	encode(tokenizer, text, TOKENIZER_PLAIN);
	encode(tokenizer, text, TOKENIZER_WITH_SPECIAL);
	return 0;
}
