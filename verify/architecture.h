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
	DIM_HEAD,    /* head_dim: one head */
	DIM_FUSED,   /* (heads + 2 x key_heads) x head_dim: query, key and value in one */
	DIM_EXPERTS, /* how many there are */
	DIM_EXPERT,  /* the inner size of one */
	DIM_SHARED,  /* the inner size of the expert that all tokens share */
	DIM_ONE,
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
	SLOT_MIXED,  /* query: what attention read */
	SLOT_GATE,   /* intermediate */
	SLOT_UP,     /* intermediate */
	SLOT_ASIDE,  /* hidden: what attention gave, kept while the MLP runs (parallel residual) */
	SLOT_FUSED,  /* fused: query, key and value, head by head (`fused_heads`) */
	SLOT_ROUTER, /* experts: the router's logits */
	SLOT_SHARED_GATE,  /* shared */
	SLOT_SHARED_UP,    /* shared */
	SLOT_SHARED_SCALE, /* one: the gate of the shared expert */
	SLOT_COUNT
};

enum operation_kind {
	OP_NONE,       /* ends a table */
	OP_TOKENS,     /* y = rows of `weight` (vocab x hidden) by token id */
	OP_POSITIONS,  /* y = rows of `weight` (positions x hidden) by position (config: `padding`)
			*/
	OP_TYPE_ZERO,  /* y = row 0 of `weight` (types x hidden) for every token */
	OP_SCALE,      /* y = x * embedding_scale */
	OP_RMS_NORM,   /* y = norm of x */
	OP_LAYER_NORM, /* y = norm of x; without `weight` the gain is 1 */
	OP_LINEAR,     /* y = x . weight + bias */
	OP_CLIP,       /* y = x held within -clip ... clip */
	OP_ROPE_QUERY, /* x turned in place, head by head: the first rope.dim numbers of each */
	OP_ROPE_KEY,   /* the same with the key heads */
	OP_ATTENTION,  /* SLOT_MIXED from SLOT_QUERY, SLOT_KEY, SLOT_VALUE */
	OP_ACTIVATION, /* y = activation(x) */
	OP_GATE,       /* y = activation(x) * u */
	OP_EXPERTS,    /* y = what the experts chosen by the logits u make of x (rule 9) */
	OP_GATE_ROWS,  /* y = x * sigmoid(u), u one number for each row */
	OP_ADD         /* y = x + u */
};

/* Where a layer's experts lie; names below the layer's prefix. */
struct experts_names {
	const char *each;             /* before the number of an expert and a dot */
	const char *gate, *up, *down; /* then one of these */
	const char *all_gate_up;      /* or of all: experts x 2 inner x hidden, gate above up */
	const char *all_down;         /* and experts x hidden x inner */
};

#define PARTS_MAX 4 /* of one tensor */

/*
 * One step. The conditions say in which models and layers it is done: left out
 * are its tensors too, and a checkpoint that has them all the same is refused.
 * A condition that is 0 (FEATURE_NONE, LAYERS_NONE) asks nothing.
 */
struct operation {
	enum operation_kind kind;
	enum slot x, u, y;
	const char *weight; /* name below the layer's (outside layers: the model's) prefix */
	const char *bias;   /* NULL: the step has none */
	enum feature bias_when;

	enum feature when, unless; /* only with this option; never with that one */
	enum layer_set in, not_in; /* only in these layers; never in those */

	const struct experts_names *experts; /* OP_EXPERTS */

	bool transposed; /* the tensor is in x out (GPT-2's Conv1D) */
	bool per_head;   /* a norm over each head of x, with one weight of head_dim for all */
	bool each_head;  /* the same, with a weight for each head: * in its name is the head */

	/*
	 * The outputs of the tensor are `parts` shares of the widths part_dim, one
	 * after another, and this step computes the part-th; parts 0: all are its.
	 */
	uint8_t part, parts;
	enum dim part_dim[PARTS_MAX];
};

#define OPERATIONS_MAX 32        /* in one table */
#define LAYER_OPERATIONS_MAX 128 /* in one layer, each head's counted */

/* The commonest steps, by the name of their module. */
#define STEP_LINEAR(from, to, name)                                                                \
	{                                                                                          \
		.kind = OP_LINEAR, .x = (from), .y = (to), .weight = name ".weight"                \
	}
#define STEP_LINEAR_BIAS(from, to, name, with)                                                     \
	{                                                                                          \
		.kind = OP_LINEAR, .x = (from), .y = (to), .weight = name ".weight",               \
		.bias = name ".bias", .bias_when = (with)                                          \
	}
#define STEP_RMS_NORM(from, to, name)                                                              \
	{                                                                                          \
		.kind = OP_RMS_NORM, .x = (from), .y = (to), .weight = name ".weight"              \
	}
#define STEP_HEADS_NORM(slot, name)                                                                \
	{                                                                                          \
		.kind = OP_RMS_NORM, .x = (slot), .y = (slot), .weight = name ".weight",           \
		.per_head = true                                                                   \
	}
#define STEP_EACH_HEAD_NORM(slot, name, with)                                                      \
	{                                                                                          \
		.kind = OP_LAYER_NORM, .x = (slot), .y = (slot), .weight = name ".*.weight",       \
		.each_head = true, .when = (with)                                                  \
	}
#define STEP_LAYER_NORM(from, to, name)                                                            \
	{                                                                                          \
		.kind = OP_LAYER_NORM, .x = (from), .y = (to), .weight = name ".weight",           \
		.bias = name ".bias"                                                               \
	}
#define STEP_BARE_NORM(from, to)                                                                   \
	{                                                                                          \
		.kind = OP_LAYER_NORM, .x = (from), .y = (to)                                      \
	}
#define STEP_ADD(a, b, to)                                                                         \
	{                                                                                          \
		.kind = OP_ADD, .x = (a), .u = (b), .y = (to)                                      \
	}
#define STEP_TURN_AND_ATTEND                                                                       \
	{ .kind = OP_ROPE_QUERY, .x = SLOT_QUERY }, { .kind = OP_ROPE_KEY, .x = SLOT_KEY },        \
	{                                                                                          \
		.kind = OP_ATTENTION, .y = SLOT_MIXED                                              \
	}

enum key_kind {
	KEY_COUNT,     /* a whole number, at most `max` */
	KEY_NUMBER,    /* decimal -> nearest binary64 -> nearest binary32 */
	KEY_LIMIT,     /* a number above 0; null is 0, which stands for none */
	KEY_DIVISOR,   /* a number above 0; null is refused */
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
#define CONFIG_KEY_LIMIT(key, member, absent)                                                      \
	{                                                                                          \
		key, KEY_LIMIT, offsetof(struct model_config, member), 0, absent                   \
	}
#define CONFIG_KEY_DIVISOR(key, member, absent)                                                    \
	{                                                                                          \
		key, KEY_DIVISOR, offsetof(struct model_config, member), 0, absent                 \
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

/* How rotary positions are spelled at the top of config.json, beside what rope_parameters say. */
struct rope_keys {
	const char *theta;      /* NULL: "rope_theta" */
	const char *theta_else; /* what it is when nothing is said; NULL: "10000" */
	const char *share;      /* the share of a head that turns; NULL: "partial_rotary_factor" */
	const char *share_else; /* NULL: "1" */
	bool partial;           /* a share below 1 is computed */
	/* The layers that slide turn by themselves: the key of their theta and what it is when
	 * nothing is said; rope_parameters are kept by the kind of layer (Gemma 3). NULL: no. */
	const char *local_theta, *local_theta_else;
	bool longrope;             /* "su" is longrope too, and nothing else scales (Phi-3) */
	const char *original_else; /* original_max_position_embeddings where the top says nothing
				      (Phi-3); NULL: what the parameters, else
				      max_position_embeddings, say */
};

struct architecture {
	const char *name;              /* as in architectures.def and in `model_type` */
	const char *classes;           /* glob of the class names that `architectures` may hold */
	const struct config_key *keys; /* ends in a key without a name */
	const struct config_fixed *fixed; /* ends in an entry without a name, or NULL */

	bool rope;   /* rotary positions: the rope keys are read */
	bool causal; /* else an encoder: every token sees every other, and there is no head */
	struct rope_keys rope_keys;

	bool gain_plus_one; /* the gain of every RMSNorm is 1 + weight (Gemma) */
	bool fused_heads;   /* SLOT_QUERY, _KEY and _VALUE are parts of SLOT_FUSED: of each head its
			       query, its key, its value (GPT-NeoX) */

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

#define ARCHITECTURE(name, type) extern const struct architecture architecture_##name;
#include "verify/architectures.def"
#undef ARCHITECTURE

/* The architecture for a `model_type`, or NULL. */
const struct architecture *architecture_find(const char *model_type);

/* The size that `dim` has under `config`, and what config.json calls it. */
uint32_t config_dim(const struct model_config *config, enum dim dim);
const char *dim_name(enum dim dim);

/* The width of a slot. */
enum dim slot_dim(enum slot slot);

/* How often a step is bound in a layer: once, or once for each head of x. */
uint32_t operation_count(const struct operation *operation, const struct model_config *config);

/* Is this step done in that layer (outside layers: 0) of a model with this config? */
bool operation_applies(const struct operation *operation, const struct model_config *config,
		       uint32_t layer);

#endif
