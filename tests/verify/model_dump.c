/*
 * model_dump DIR: write the made-up models of our own tests, DIR/FAMILY-DTYPE/config.json and
 * model.safetensors, so that judges can say whether other software reads them as we do.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "tests/verify/tiny_model.h"

int main(int argc, char **argv)
{
	static const char *const family[] = { "llama", "mistral", "qwen2", "gpt2", "bert" };
	static const char *const stored[] = { "BF16", "F32" };

	if (argc != 2) {
		fprintf(stderr, "usage: model_dump DIR\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++)
		for (size_t j = 0; j < sizeof(stored) / sizeof(stored[0]); j++) {
			struct tiny_model model = tiny_model(family[i]);
			char folder[4096];

			model.stored = stored[j];
			snprintf(folder, sizeof(folder), "%s/%s-%s", argv[1], family[i], stored[j]);
			if (mkdir(folder, 0755)) {
				perror(folder);
				return 5;
			}
			tiny_model_write(&model, folder);
		}
	return 0;
}
