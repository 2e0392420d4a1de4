/* model_file: what the files of a model are for, by their names. */
#include "registry/model_file.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool model_file_is_optimizer(const char *path)
{
	const char *name = base_name(path);

	return strcasestr(name, "optim") != NULL || strcmp(name, "train.pt") == 0;
}

bool model_file_is_weights(const char *path)
{
	static const char *const ending[] = { ".safetensors", ".bin",  ".pt",   ".pth",
					      ".distcp",      ".ckpt", ".gguf", ".npz",
					      ".msgpack",     ".h5" };
	static const char *const other[] = { "training_args", "scheduler", "rng_state", "train.pt",
					     "random_states" };
	const char *name = base_name(path);

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (strncmp(name, other[i], strlen(other[i])) == 0)
			return false;
	/* Megatron-LM keeps both in one file. */
	if (model_file_is_optimizer(path) && strcmp(name, "model_optim_rng.pt") != 0)
		return false;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (text_ends_with(name, ending[i]))
			return true;
	return false;
}

bool model_file_is_tokenizer(const char *path)
{
	static const char *const known[] = { "tokenizer.json",
					     "tokenizer.model",
					     "vocab.json",
					     "vocab.txt",
					     "spiece.model",
					     "merges.txt",
					     "sentencepiece.bpe.model" };
	const char *name = base_name(path);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return text_ends_with(name, ".tiktoken");
}
