/*
 * model_dump DIR: write the made-up models of our own tests, DIR/FAMILY-DTYPE/config.json and
 * model.safetensors, so that judges can say whether other software reads them as we do.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "tests/verify/tiny_moe.h"

static int write_one(const char *parent, const char *name, struct tiny_model model,
		     const char *stored)
{
	char folder[4096];

	model.stored = stored;
	snprintf(folder, sizeof(folder), "%s/%s-%s", parent, name, stored);
	if (mkdir(folder, 0755)) {
		perror(folder);
		return -1;
	}
	tiny_model_write(&model, folder);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const family[] = { "llama", "mistral", "qwen2", "gpt2", "bert" };
	static const char *const moe[] = { "mixtral", "qwen2_moe", "qwen3_moe" };
	static const char *const stored[] = { "BF16", "F32" };

	if (argc != 2) {
		fprintf(stderr, "usage: model_dump DIR\n");
		return 2;
	}
	for (size_t j = 0; j < sizeof(stored) / sizeof(stored[0]); j++) {
		for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++)
			if (write_one(argv[1], family[i], tiny_model(family[i]), stored[j]))
				return 5;
		for (size_t i = 0; i < sizeof(moe) / sizeof(moe[0]); i++)
			if (write_one(argv[1], moe[i], tiny_moe(moe[i], 6), stored[j]))
				return 5;
	}
	return 0;
}
