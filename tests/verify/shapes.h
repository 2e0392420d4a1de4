/* shapes: Llama-shaped checkpoints of any size whose numbers are all 0, in a file that is a hole.
 */
#ifndef TESTS_VERIFY_SHAPES_H
#define TESTS_VERIFY_SHAPES_H

#include <stdint.h>

struct shape {
	unsigned layers, hidden, inner, heads, key_heads, vocab;
};

/* config.json and model.safetensors, bf16, into the folder. */
void shape_write(const struct shape *shape, const char *folder);

#endif
