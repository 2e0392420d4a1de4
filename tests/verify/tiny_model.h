/* Small models of every family, made up number by number, for tests. */
#ifndef TESTS_VERIFY_TINY_MODEL_H
#define TESTS_VERIFY_TINY_MODEL_H

#include "tests/support.h"
#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

#define TINY_TENSORS_MAX 256

struct tiny_tensor {
	char name[96];
	uint64_t shape[2];
	uint32_t rank;
	bool norm;          /* numbers near 1 */
	const char *stored; /* "F32", "BF16" ...; NULL: as the model says */
	uint64_t seed;      /* what numbers it holds */
	bool has_nan;
};

/* Change any of it before tiny_model_write. */
struct tiny_model {
	char config[2048];
	const char *stored; /* "F32", "BF16", "F16" */
	struct tiny_tensor tensor[TINY_TENSORS_MAX];
	size_t count;
};

/* "llama", "mistral", "qwen2", "gpt2", "bert": 2 layers, hidden size 24, vocabulary 67. */
struct tiny_model tiny_model(const char *family);

/* The same family with another number of layers, as many as TINY_TENSORS_MAX leaves room for. */
struct tiny_model tiny_model_deep(const char *family, unsigned layers);

struct tiny_tensor *tiny_tensor(struct tiny_model *model, const char *name);
void tiny_tensor_add(struct tiny_model *model, const char *name, uint64_t rows, uint64_t cols);
void tiny_tensor_drop(struct tiny_model *model, const char *name);

/* In config: replace the first `from`, which is there, by `to`. */
void tiny_config_edit(struct tiny_model *model, const char *from, const char *to);

/* config.json and model.safetensors into the folder. */
void tiny_model_write(const struct tiny_model *model, const char *folder);

/* Flip one bit of the file model.safetensors: the lowest of the first number of the tensor. */
void tiny_model_flip(const struct tiny_model *model, const char *folder, const char *name);
/* The same with the number at `index` of the tensor. */
void tiny_model_flip_at(const struct tiny_model *model, const char *folder, const char *name,
			size_t index);

/* A model on disk and opened. */
struct tiny_open {
	struct context ctx;
	struct tree *tree;
	struct weights *weights;
	struct forward *forward;
	struct backend *backend;
	struct buffer config;
};

/* `threads` 0: none. `variant` as in struct backend_options. -1 as forward_open says. */
int tiny_model_open(const char *folder, size_t threads, const char *variant,
		    struct tiny_open *out_open, struct error *err);
void tiny_model_close(struct tiny_open *open);

#endif
