/* derivation_side: the weights of a checkpoint, or an adapter, that takes part in a derivation. */
#include "verify/derivation/side.h"

#include <stdio.h>
#include <string.h>

#include "verify/config.h"
#include "verify/json.h"

static const char adapter_name[] = "adapter_model.safetensors";

void derivation_side_close(struct derivation_side *side)
{
	weights_close(&side->weights);
	tree_close(&side->only);
}

bool derivation_is_head(const char *name)
{
	return text_ends_with(name, "lm_head.weight") || text_ends_with(name, "embed_out.weight");
}

/* The embedding of a model, by the ends of names that models give it; NULL unless there is one. */
static const struct tensor *embedding_of(const struct weights *weights)
{
	static const char *const ends[] = { "embed_tokens.weight", "wte.weight", "embed_in.weight",
					    "word_embeddings.weight" };
	const struct tensor *found = NULL;

	for (size_t i = 0; i < weights_count(weights); i++)
		for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
			const struct tensor *tensor = weights_tensor(weights, i);

			if (!text_ends_with(tensor->name, ends[e]))
				continue;
			if (found)
				return NULL;
			found = tensor;
		}
	return found;
}

/* Does config.json say that the head is the embedding, outright or by its family's default? */
static bool says_tied(const struct derivation_side *side)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	struct model_config config;
	struct error ignored = { 0 };

	buffer_init(&text, CONFIG_MAX_BYTES);
	if (derivation_side_file(side, "config.json", &text, &ignored))
		return false;
	if (model_config_read(buffer_view(&text), &config, &ignored) == 0)
		return config.tied;
	return json_parse(buffer_view(&text), NULL, &json, &ignored) == 0 &&
	       json_is_yes(json_member(json, "tie_word_embeddings"));
}

static int open_adapter_file(void *user, const char *name, struct source **out_source,
			     struct error *err)
{
	(void)name;
	return tree_open_file(user, adapter_name, out_source, err);
}

/* An adapter's weights are not called as a model's. */
static int open_adapter(struct derivation_side *side, struct error *err)
{
	const struct tree_file *file = tree_find(side->tree, adapter_name);
	struct tree_file as = { .name = "model.safetensors" };

	if (!file)
		return error_set(err, ERROR_ABSENT, "no %s, which a LoRA adapter has",
				 adapter_name);
	as.size = file->size;
	/* The tree hands its user back, and only reads through it. */
	return tree_of(tree_path(side->tree), &as, 1, open_adapter_file,
		       (void *)(uintptr_t)side->tree, &side->only, err) ||
			       weights_open(side->only, &side->weights, err)
		       ? -1
		       : 0;
}

int derivation_side_open(const char *name, const struct tree *tree, const struct manifest *manifest,
			 bool is_adapter, struct derivation_side *out_side, struct error *err)
{
	*out_side = (struct derivation_side){ .tree = tree, .manifest = manifest };
	snprintf(out_side->name, sizeof(out_side->name), "%s", name);
	if ((is_adapter ? open_adapter(out_side, err)
			: weights_open_known(tree, manifest, &out_side->weights, err)) ||
	    weights_expect(out_side->weights, manifest, err)) {
		derivation_side_close(out_side);
		return error_prefix(err, "%s", name);
	}
	out_side->tied = !is_adapter && says_tied(out_side);
	out_side->table = out_side->tied ? embedding_of(out_side->weights) : NULL;
	return 0;
}

int derivation_side_file(const struct derivation_side *side, const char *file, struct buffer *out,
			 struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;

	return tree_open_file(side->tree, file, &source, err) || source_read_all(source, out, err)
		       ? -1
		       : 0;
}

const struct tensor *derivation_side_find(const struct derivation_side *side, const char *name)
{
	const struct tensor *tensor = weights_find(side->weights, name);

	return tensor || !derivation_is_head(name) ? tensor : side->table;
}
