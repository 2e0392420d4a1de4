/* model_file: what the files of a model are for, by their names. */
#ifndef REGISTRY_MODEL_FILE_H
#define REGISTRY_MODEL_FILE_H

#include "kernels/kernels.h"

/* State of an optimizer: optimizer.pt, optim.safetensors, model_optim_rng.pt. */
bool model_file_is_optimizer(const char *path);

/* Weights in any format; Megatron-LM keeps them and the optimizer in one file, which is both. */
bool model_file_is_weights(const char *path);

/* The pieces and merges of a tokenizer, not its settings. */
bool model_file_is_tokenizer(const char *path);

#endif
