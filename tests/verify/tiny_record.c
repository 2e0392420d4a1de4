/* Small models with records, for tests. */
#include "tests/verify/tiny_record.h"

const char *const families[FAMILIES] = { "llama", "mistral", "qwen2", "gpt2", "bert" };

struct probes tiny_probes(const char *seed)
{
	struct probes probes;
	struct error err = { 0 };

	assert_done(probes_generate(COUNT, LENGTH, seed, VOCAB, &probes, &err), &err);
	probes.probe[1].count = 1;
	probes.probe[3].count = 11;
	return probes;
}

struct recorded recorded_of(struct tiny_model model)
{
	struct recorded recorded = { .model = model,
				     .folder = test_folder(),
				     .probes = tiny_probes("replay") };
	struct tiny_open open;
	struct error err = { 0 };

	tiny_model_write(&recorded.model, recorded.folder);
	buffer_init(&recorded.outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_done(record_make(&open.ctx, open.forward, open.backend, &recorded.probes,
				&recorded.outputs, &recorded.root, &err),
		    &err);
	tiny_model_close(&open);
	return recorded;
}

void recorded_release(struct recorded *recorded)
{
	test_folder_remove(&recorded->folder);
	probes_release(&recorded->probes);
	buffer_release(&recorded->outputs);
}
