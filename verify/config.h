/*
 * config: what config.json says about a model, in the spellings of
 * transformers 4 and 5 alike.
 *
 * Nothing is guessed: a model family, option or value that this version does
 * not compute is refused with ERROR_UNTRUSTED ("cannot be decided"), and text
 * that is no config.json of a known family at all with ERROR_CORRUPT.
 * No size found here allocates anything.
 */
#ifndef VERIFY_CONFIG_H
#define VERIFY_CONFIG_H

#include "kernels/kernels.h"

struct architecture;

#define CONFIG_MAX_BYTES (4u << 20)   /* of config.json */
#define CONFIG_LAYERS_MAX 2048u       /* num_hidden_layers */
#define CONFIG_WIDTH_MAX (1u << 20)   /* hidden, intermediate, heads x head_dim */
#define CONFIG_HEADS_MAX 4096u        /* attention heads */
#define CONFIG_EXPERTS_MAX 1024u      /* experts of one layer */
#define CONFIG_VOCAB_MAX (1u << 24)   /* rows of the embedding */
#define CONFIG_CONTEXT_MAX (1u << 28) /* max_position_embeddings */

/* Options that switch steps and biases of an architecture's table on or off. */
enum feature {
	FEATURE_NONE,        /* no option: what it stands beside is always so */
	FEATURE_QUERY_BIAS,  /* of the query, key and value projections */
	FEATURE_OUTPUT_BIAS, /* of attention's output projection */
	FEATURE_MLP_BIAS,
	FEATURE_QUERY_NORM,    /* query and key are normed */
	FEATURE_PARALLEL,      /* attention and MLP both start from the layer's input */
	FEATURE_CLIP,          /* query, key and value are held within -clip ... clip */
	FEATURE_SHARED_EXPERT, /* one expert more, for every token */
	FEATURE_COUNT
};

/* Sets of layers, for what only some layers of a model have. */
enum layer_set {
	LAYERS_NONE,    /* no set: what it stands beside is so in every layer */
	LAYERS_SLIDING, /* attention sees only the last `window` tokens */
	LAYERS_SPARSE,  /* experts in place of an MLP */
	LAYERS_SET_COUNT
};

struct model_config {
	const struct architecture *architecture;

	uint32_t layers;
	uint32_t hidden;
	uint32_t intermediate;
	uint32_t heads;
	uint32_t key_heads; /* divides heads */
	uint32_t head_dim;
	uint32_t vocab;
	uint32_t positions; /* max_position_embeddings: rows of a learned position table */
	uint32_t types;     /* type_vocab_size (BERT) */
	uint32_t context;   /* the longest probe that makes sense */

	float eps;
	float query_scalar;    /* scores are scaled by its RN32(x^(-1/2)); 0: head_dim */
	float score_cap;       /* of attention; 0: none */
	float logit_cap;       /* 0: none */
	float clip;            /* FEATURE_CLIP */
	float embedding_scale; /* OP_SCALE */
	enum activation activation;
	bool tied; /* the head is the embedding */
	bool feature[FEATURE_COUNT];

	/* dim 0: no rotary positions; `length` is filled in for each probe (ROPE_DYNAMIC). */
	struct rope_frequencies rope;
	struct rope_frequencies local_rope; /* of the layers that slide; dim 0: as the others */

	uint32_t experts;             /* of each layer that has some; 0: there are none */
	uint32_t experts_chosen;      /* by each token, at most EXACT_CHOSEN_MAX */
	uint32_t expert_intermediate; /* the inner size of one */
	uint32_t shared_intermediate; /* and of the one that all tokens share */
	bool experts_renormalise;     /* the chosen weights are made to add up to 1 */

	uint32_t window; /* sliding window in tokens, for the layers that slide; 0: none */
	uint8_t layer_set[LAYERS_SET_COUNT][CONFIG_LAYERS_MAX / 8]; /* a bit for each layer */

	/*
	 * Learned positions: a token that is `padding` stands at position `padding`,
	 * any other at padding + its number (from 1) among those that are not.
	 * Without pads: positions count from 0.
	 */
	bool pads;
	uint32_t padding;

	char model_type[64]; /* as config.json spells it */
};

/* "bert, gpt2, llama": the model types that are computed, for messages and `akashi version`.
 * Static. */
const char *architecture_list(void);

/* Is the layer of this set? */
bool model_config_layer_in(const struct model_config *config, enum layer_set set, uint32_t layer);

/* True if attention of this layer sees only the last `window` tokens. */
bool model_config_slides(const struct model_config *config, uint32_t layer);

/* True if the logits of a prefix are not those of the whole: encoders, RoPE that depends on the
 * length. */
bool model_config_needs_whole_probes(const struct model_config *config);

/*
 * Read config.json. ERROR_UNTRUSTED: a family, option or value that this
 * version does not compute, named in the text; ERROR_CORRUPT: not JSON, or
 * numbers that contradict each other or lie beyond the limits above.
 */
MUST_CHECK int model_config_read(struct span json, struct model_config *out_config,
				 struct error *err);

#endif
