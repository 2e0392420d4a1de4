/*
 * architecture: a family of models as data. Inside verify/ only.
 *
 * An architecture is a table of operations over named tensors and one of keys
 * of config.json; forward.c runs the operations, config.c reads the keys. A new
 * family is one file in verify/arch/ and one line in architectures.def.
 */
#ifndef VERIFY_ARCHITECTURE_H
#define VERIFY_ARCHITECTURE_H

#include "kernels/kernels.h"
#include "verify/config.h"

struct json;

/* Sizes that config.json gives and tensors confirm. */
enum dim {
	DIM_HIDDEN,
	DIM_QUERY, /* heads x head_dim */
	DIM_KEY,   /* key_heads x head_dim */
	DIM_INTERMEDIATE,
	DIM_VOCAB,
	DIM_POSITIONS,
	DIM_TYPES,
	DIM_COUNT
};

/* What flows between steps: one matrix each, a row for every token. */
enum slot {
	SLOT_STATE,  /* hidden: the residual stream; its digests are the layer boundaries */
	SLOT_INPUT,  /* hidden: what a norm made of it */
	SLOT_BRANCH, /* hidden: what attention or the MLP gives back */
	SLOT_QUERY,
	SLOT_KEY,
	SLOT_VALUE,
	SLOT_MIXED, /* query: what attention read */
	SLOT_GATE,  /* intermediate */
	SLOT_UP,    /* intermediate */
	SLOT_COUNT
};

enum operation_kind {
	OP_NONE,       /* ends a table */
	OP_TOKENS,     /* y = rows of `weight` (vocab x hidden) by token id */
	OP_POSITIONS,  /* y = rows of `weight` (positions x hidden) by position */
	OP_TYPE_ZERO,  /* y = row 0 of `weight` (types x hidden) for every token */
	OP_RMS_NORM,   /* y = norm of x */
	OP_LAYER_NORM, /* y = norm of x */
	OP_LINEAR,     /* y = x . weight + bias */
	OP_ROPE_QUERY, /* x turned in place, head by head */
	OP_ROPE_KEY,   /* the same with the key heads */
	OP_ATTENTION,  /* SLOT_MIXED from SLOT_QUERY, SLOT_KEY, SLOT_VALUE */
	OP_ACTIVATION, /* y = activation(x) */
	OP_GATE,       /* y = activation(x) * u */
	OP_ADD         /* y = x + u */
};

struct operation {
	enum operation_kind kind;
	enum slot x, u, y;
	const char *weight; /* name below the layer's (outside layers: the model's) prefix */
	const char *bias;   /* NULL: the step has none */
	enum feature bias_when;
	bool transposed;     /* the tensor is in x out (GPT-2's Conv1D) */
	uint8_t part, parts; /* the part-th of `parts` equal shares of the outputs; parts 0: all */
};

#define OPERATIONS_MAX 32 /* in one table */

enum key_kind {
	KEY_COUNT,     /* a whole number, at most `max` */
	KEY_NUMBER,    /* decimal -> nearest binary64 -> nearest binary32 */
	KEY_FLAG,      /* true or false */
	KEY_ACTIVATION /* a name of an activation */
};

/* One key of config.json and the field of struct model_config that it fills. */
struct config_key {
	const char *name;
	enum key_kind kind;
	size_t field; /* offsetof(struct model_config, ...) */
	uint32_t max; /* KEY_COUNT: the limit */
	/* Taken when the key is absent or null, as config.json would say it; NULL: it is required.
	 */
	const char *fallback;
};

/* A key whose value must be this JSON text (or absent, or null): nothing else is computed here. */
struct config_fixed {
	const char *name;
	const char *only;
};

#define CONFIG_KEY_COUNT(key, member, limit, absent)                                               \
	{                                                                                          \
		key, KEY_COUNT, offsetof(struct model_config, member), limit, absent               \
	}
#define CONFIG_KEY_NUMBER(key, member, absent)                                                     \
	{                                                                                          \
		key, KEY_NUMBER, offsetof(struct model_config, member), 0, absent                  \
	}
#define CONFIG_KEY_FLAG(key, member, absent)                                                       \
	{                                                                                          \
		key, KEY_FLAG, offsetof(struct model_config, member), 0, absent                    \
	}
#define CONFIG_KEY_FEATURE(key, which, absent)                                                     \
	{                                                                                          \
		key, KEY_FLAG, offsetof(struct model_config, feature[which]), 0, absent            \
	}
#define CONFIG_KEY_ACTIVATION(key, absent)                                                         \
	{                                                                                          \
		key, KEY_ACTIVATION, offsetof(struct model_config, activation), 0, absent          \
	}

/* Another way to spell the end of a tensor's name. */
struct synonym {
	const char *suffix, *other;
};

struct architecture {
	const char *name;              /* as in architectures.def and in `model_type` */
	const char *classes;           /* glob of the class names that `architectures` may hold */
	const struct config_key *keys; /* ends in a key without a name */
	const struct config_fixed *fixed; /* ends in an entry without a name, or NULL */

	bool rope;   /* rotary positions: the rope keys are read */
	bool causal; /* else an encoder: every token sees every other, and there is no head */

	/*
	 * What the tables cannot say: sliding windows, sizes left out. Called last,
	 * with the whole config.json; may be NULL.
	 */
	int (*finish)(const struct json *json, struct model_config *config, struct error *err);

	/* Of every tensor but the head's: the first under which the embedding is found; ends in
	 * NULL. */
	const char *const *prefixes;
	const char *layers;             /* "layers.": then the layer's number and a dot */
	const struct synonym *synonyms; /* other spellings of tensor names, or NULL */
	const char *const *ignored; /* ends of tensor names in layers that hold nothing; or NULL */

	const struct operation *embed; /* to SLOT_STATE: boundary 0 */
	const struct operation *layer; /* boundary l to boundary l + 1 */
	/* From SLOT_STATE after the last layer to SLOT_INPUT, which the head reads; NULL: an
	 * encoder. */
	const struct operation *after_layers;
	const char *embedding; /* the table that tied models use as head */
	const char *head;      /* "lm_head.weight"; NULL: an encoder */
};

#define ARCHITECTURE(name) extern const struct architecture architecture_##name;
#include "verify/architectures.def"
#undef ARCHITECTURE

/* The architecture for a `model_type`, or NULL. */
const struct architecture *architecture_find(const char *model_type);

/* "bert, gpt2, llama": what can be computed, for messages and `akashi version`. Static. */
const char *architecture_list(void);

/* The size that `dim` has under `config`, and what config.json calls it. */
uint32_t config_dim(const struct model_config *config, enum dim dim);
const char *dim_name(enum dim dim);

/* The width of a slot. */
enum dim slot_dim(enum slot slot);

#endif
