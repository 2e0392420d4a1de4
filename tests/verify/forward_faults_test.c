/* Memory that runs out in the middle of a pass ends it with words: no record, and no verdict. */
#include "tests/verify/tiny_moe.h"
#include "tests/verify/tiny_record.h"

#include "tests/faults.h"

/* A recorded model, and how many threads compute. */
struct scene {
	struct recorded recorded;
	size_t threads;
};

/* Opening a model asserts that it can; so it is spared. */
static void open_spared(const struct scene *scene, struct tiny_open *open)
{
	unsigned long kept = faults_until;
	struct error err = { 0 };

	faults_until = 0;
	assert_done(tiny_model_open(scene->recorded.folder, scene->threads, NULL, open, &err),
		    &err);
	faults_until = kept;
}

static int make_record(void *arg, struct error *err)
{
	const struct scene *scene = arg;
	CLEANUP(buffer_release) struct buffer outputs;
	CLEANUP(tiny_model_close) struct tiny_open open = { 0 };
	struct digest root;

	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	open_spared(scene, &open);
	if (record_make(&open.ctx, open.forward, open.backend, &scene->recorded.probes, &outputs,
			&root, err))
		return -1;
	assert_true(digest_equal(&root, &scene->recorded.root));
	return 0;
}

static int replay_record(void *arg, struct error *err)
{
	const struct scene *scene = arg;
	CLEANUP(tiny_model_close) struct tiny_open open = { 0 };
	struct replay_request all = REPLAY_ALL;
	struct replay_report report;

	open_spared(scene, &open);
	if (record_replay(&open.ctx, open.forward, open.backend, &scene->recorded.probes,
			  buffer_view(&scene->recorded.outputs), &scene->recorded.root, &all,
			  &report, err))
		return -1;
	assert_false(report.differs);
	assert_int_equal(report.probes_exact, COUNT);
	return 0;
}

/* Every allocation of a run fails once. */
static void starve(const char *family, size_t threads, int (*run)(void *arg, struct error *err))
{
	struct scene scene = { recorded_of(tiny_model(family)), threads };

	assert_true(every_allocation_fails_once(run, &scene) > 100);
	recorded_release(&scene.recorded);
}

static void no_memory_in_a_pass_is_said_and_decides_nothing(void **state)
{
	(void)state;
	starve("gpt2", 0, make_record);
	starve("bert", 0, replay_record);
}

static void no_memory_is_said_from_other_threads_too(void **state)
{
	(void)state;
	starve("llama", 2, replay_record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_in_a_pass_is_said_and_decides_nothing),
		cmocka_unit_test(no_memory_is_said_from_other_threads_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
