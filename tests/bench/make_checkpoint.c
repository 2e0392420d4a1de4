/*
 * Make a Llama- or Mixtral-shaped checkpoint of random bf16 weights, the same
 * at every run: config.json and model.safetensors, or shards with their index.
 *
 *     make_checkpoint FOLDER tiny|2gb|1b|8b|moe SHARDS
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/checkpoint.h"

int main(int argc, char **argv)
{
	const struct checkpoint_shape *shape = argc == 4 ? checkpoint_shape(argv[2]) : NULL;
	struct error err = { 0 };

	if (!shape) {
		fprintf(stderr, "usage: make_checkpoint FOLDER tiny|2gb|1b|8b|moe SHARDS\n");
		return 2;
	}
	if (checkpoint_make(argv[1], shape, (unsigned)strtoul(argv[3], NULL, 10), &err)) {
		fprintf(stderr, "make_checkpoint: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
