/* sampling: documents, prompts and chance as probes, with where each comes from. */
#include "registry/sampling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/sampling_inner.h"

#define TEXTS_MAX_BYTES (64u << 20)

static void sampling_release(struct sampling *s)
{
	probes_release(&s->probes);
	corpus_release(&s->corpus);
	tokenizer_close(&s->tokenizer);
	recording_release(&s->model);
}

bool sampling_holds_json(const char *path)
{
	return text_ends_with(path, ".jsonl");
}

int sampling_text_next(struct span *rest, bool json, struct json **out_json, struct span *out_text,
		       bool *out_more, struct error *err)
{
	struct span line;
	const char *text;

	while (line_next(rest, &line)) {
		json_free(out_json);
		if (line_is_blank(line))
			continue;
		*out_more = true;
		if (line.data[line.len - 1] == '\r')
			line.len--;
		*out_text = line;
		if (!json)
			return 0;
		if (json_parse(line, NULL, out_json, err) ||
		    json_need_string(*out_json, "text", &text, err))
			return -1;
		*out_text = span_of(text);
		if (!line_is_blank(*out_text))
			return 0;
	}
	*out_more = false;
	return 0;
}

int sampling_probe_add(struct sampling *s, const uint32_t *ids, size_t offset, size_t count,
		       const char *source, struct error *err)
{
	struct probe *probe;

	if (probes_add(&s->probes, s->tokens, count, &probe, err))
		return -1;
	memcpy(probe->ids, ids + offset, count * sizeof(*ids));
	s->tokens += count;
	probe->source = strdup(source);
	return probe->source ? 0 : error_set(err, ERROR_SYSTEM, "no memory for a source");
}

int sampling_encode(struct sampling *s, struct span text, uint32_t **out_ids, size_t *out_count,
		    struct error *err)
{
	return tokenizer_encode(s->tokenizer, text,
				s->request->special ? TOKENIZER_WITH_SPECIAL : TOKENIZER_PLAIN,
				out_ids, out_count, err);
}

static int texts_take(struct sampling *s, struct error *err)
{
	const struct model_config *config = forward_config(s->model.forward);
	size_t length = s->request->length ? s->request->length : config->context, count;
	bool json = sampling_holds_json(s->request->text), more = true;
	CLEANUP(buffer_release) struct buffer file;
	CLEANUP(json_free) struct json *owned = NULL;
	char source[128], hex[DIGEST_HEX_SIZE];
	struct span rest, text;
	struct digest digest;
	uint32_t *ids;
	int failed;

	buffer_init(&file, TEXTS_MAX_BYTES);
	if (file_read(s->request->text, &file, err))
		return -1;
	digest = sha256(buffer_view(&file));
	digest_to_hex(&digest, hex);
	rest = buffer_view(&file);
	for (;; s->documents++) {
		if (sampling_text_next(&rest, json, &owned, &text, &more, err) ||
		    (more && sampling_encode(s, text, &ids, &count, err)))
			return error_prefix(err, "'%s', text %" PRIu64, s->request->text,
					    s->documents);
		if (!more)
			return s->documents ? 0
					    : error_set(err, ERROR_ABSENT, "'%s' holds no text",
							s->request->text);
		snprintf(source, sizeof(source), "prompts sha256:%s, text %" PRIu64, hex,
			 s->documents);
		failed =
			sampling_probe_add(s, ids, 0, count < length ? count : length, source, err);
		free(ids);
		if (failed)
			return -1;
	}
}

static int random_take(struct sampling *s, size_t count, size_t length, const char *seed,
		       struct error *err)
{
	char source[RECORDING_SOURCE_MAX + 64];

	if (probes_generate(count, length, seed, forward_config(s->model.forward)->vocab,
			    &s->probes, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		snprintf(source, sizeof(source), "random %zu:%zu:%s, probe %zu", count, length,
			 seed, i);
		s->probes.probe[i].source = strdup(source);
		if (!s->probes.probe[i].source)
			return error_set(err, ERROR_SYSTEM, "no memory for a source");
	}
	return 0;
}

static int drawn_take(struct sampling *s, struct error *err)
{
	char identity[DIGEST_HEX_SIZE];
	size_t count, length;
	const char *seed;

	if (probes_parse_random(s->request->draw, &count, &length, &seed, err))
		return -1;
	if (seed && strlen(seed) >= RECORDING_SOURCE_MAX)
		return error_set(err, ERROR_USAGE, "the seed has more than %d bytes",
				 RECORDING_SOURCE_MAX - 1);
	digest_to_hex(&s->model.checkpoint.identity, identity);
	seed = seed ? seed : identity;
	return s->request->dataset ? corpus_sample(s, count, length, seed, err)
				   : random_take(s, count, length, seed, err);
}

int registry_sample_probes(struct registry *registry, const struct sampling_request *request,
			   struct sampling_result *out_result, struct error *err)
{
	CLEANUP(sampling_release) struct sampling s = { .registry = registry, .request = request };
	const struct model_config *config;

	if (recording_open(registry, request->name, &s.model, err))
		return -1;
	config = forward_config(s.model.forward);
	if ((request->dataset || request->text) &&
	    tokenizer_open_tree(s.model.tree, s.model.manifest, &s.tokenizer, err))
		return error_prefix(err, "'%s'", request->name);
	if ((request->text ? texts_take(&s, err) : drawn_take(&s, err)) ||
	    probes_check(&s.probes, config->vocab, config->context, err))
		return -1;
	*out_result = (struct sampling_result){ s.probes, s.documents };
	s.probes = (struct probes){ 0 }; /* handed over */
	return 0;
}
