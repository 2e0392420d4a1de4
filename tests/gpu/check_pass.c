/*
 * check_pass: the step "pass", a Llama-shaped model from its file to digests.
 *
 * The file is made once and left in the folder. Every piece that is read is hashed
 * and compared with a manifest, as `akashi verify` does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/checkpoint.h"
#include "tests/gpu/check_model.h"
#include "tests/gpu/check_read.h"

enum { FEW_TOKENS = 16, FEW_PROBES = 2, MANY_TOKENS = 128, MANY_PROBES = 16, ROUNDS_MAX = 3 };

/* A model on disk, opened, and what it is called. */
struct subject {
	const struct checkpoint_shape *shape;
	char *folder, *path;
	uint64_t bytes;
	struct check_model model;
};

static void subject_close(struct subject *subject)
{
	check_model_close(&subject->model);
	free(subject->folder);
	free(subject->path);
}

static int shape_refuse(const struct checkpoint_shape *shape, const char *name, struct error *err)
{
	if (!shape || shape->experts)
		return error_set(err, ERROR_USAGE, "there is no Llama shape '%s'", name);
	return 0;
}

static int subject_open(const struct check *check, struct subject *subject, struct error *err)
{
	struct model_config config;
	struct stat stat_now;

	subject->shape = checkpoint_shape(check->size);
	if (shape_refuse(subject->shape, check->size, err))
		return -1;
	if (asprintf(&subject->folder, "%s/akashi-%s", check->folder, check->size) < 0 ||
	    asprintf(&subject->path, "%s/model.safetensors", subject->folder) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (access(subject->path, R_OK)) {
		fprintf(stderr, "making %s ...\n", subject->path);
		if (checkpoint_make(subject->folder, subject->shape, 1, err))
			return -1;
	}
	if (stat(subject->path, &stat_now))
		return error_set(err, ERROR_SYSTEM, "cannot look at '%s'", subject->path);
	subject->bytes = (uint64_t)stat_now.st_size;
	config = checkpoint_config(subject->shape);
	return check_model_open(check, subject->folder, &config, true, &subject->model, err);
}

/* Probes of drawn ids; *out_ids is malloced. */
static int probes_draw(const struct subject *subject, size_t count, size_t tokens,
		       struct check_probe *out_probe, uint32_t **out_ids, struct error *err)
{
	uint32_t *ids = malloc(count * tokens * sizeof(*ids));
	uint64_t state = 20261126;

	if (!ids)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < count * tokens; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		ids[i] = (uint32_t)(state >> 33) % subject->shape->vocab;
	}
	for (size_t i = 0; i < count; i++)
		out_probe[i] = (struct check_probe){ ids + i * tokens, tokens };
	*out_ids = ids;
	return 0;
}

/* Run the probes on one backend; the root of what came out, and how long it took. */
static int timed_run(const struct check *check, struct subject *subject, struct backend *backend,
		     size_t probes, size_t tokens, struct digest *out_root, double *out_seconds,
		     struct error *err)
{
	CLEANUP(outputs_release) struct outputs outputs = { 0 };
	struct check_probe probe[MANY_PROBES];
	uint32_t *ids = NULL;
	double start;
	int failed;

	if (probes_draw(subject, probes, tokens, probe, &ids, err))
		return -1;
	start = check_clock();
	failed = check_model_run(check, &subject->model, backend, probe, probes, &outputs, err);
	*out_seconds = check_clock() - start;
	free(ids);
	if (failed)
		return -1;
	*out_root = outputs_root(&outputs);
	return 0;
}

static int compare(struct check *check, struct subject *subject, size_t probes, size_t tokens,
		   double *out_device_s, struct error *err)
{
	struct digest root[2];
	char hex[DIGEST_HEX_SIZE], what[80];
	double right_s;

	if (timed_run(check, subject, check->device, probes, tokens, &root[1], out_device_s, err) ||
	    timed_run(check, subject, check->right, probes, tokens, &root[0], &right_s, err))
		return -1;
	digest_to_hex(&root[0], hex);
	snprintf(what, sizeof(what), "%s, %.2f GB, %zu x %zu tokens", subject->shape->name,
		 (double)subject->bytes * 1e-9, probes, tokens);
	if (!digest_equal(&root[0], &root[1]))
		check_fail(check, what, "other bits than the CPU's");
	else
		check_row(what, "the CPU's bits, root %.16s…; device %.2f s, CPU %.2f s", hex,
			  *out_device_s, right_s);
	return 0;
}

/* Reading and a pass take turns, each from a cold disk. */
static int cold_rounds(struct check *check, struct subject *subject, size_t rounds,
		       struct error *err)
{
	double read_s[ROUNDS_MAX], pass_s[ROUNDS_MAX], cached[2], ratio = 0;
	struct digest root;

	for (size_t i = 0; i < rounds; i++) {
		if (check_cool(subject->path, &cached[0], err) ||
		    check_read(check, subject->path, &read_s[i], err) ||
		    check_cool(subject->path, &cached[1], err) ||
		    timed_run(check, subject, check->device, FEW_PROBES, FEW_TOKENS, &root,
			      &pass_s[i], err))
			return -1;
		check_row("from a cold disk",
			  "reading into device memory %.2f s (%.2f GB/s), pass "
			  "with hashing %.2f s; cached before: %.0f %%, %.0f %%",
			  read_s[i], (double)subject->bytes * 1e-9 / read_s[i], pass_s[i],
			  100 * cached[0], 100 * cached[1]);
		ratio += pass_s[i] / read_s[i];
	}
	check_row("pass / reading, cold", "**%.2f** (target: at most 1.3)%s",
		  ratio / (double)rounds,
		  cached[0] > 0.05 || cached[1] > 0.05 ? "; not cold: the pages would not go" : "");
	return 0;
}

/* Many tokens, the file in the page cache: what forward_torch.py does with weights in memory. */
static int warm_rounds(struct check *check, struct subject *subject, struct error *err)
{
	double seconds, best = 0;
	struct digest root;

	for (int i = 0; i < (check->quick ? 1 : 2); i++) {
		if (timed_run(check, subject, check->device, MANY_PROBES, MANY_TOKENS, &root,
			      &seconds, err))
			return -1;
		best = !i || seconds < best ? seconds : best;
	}
	check_row("forward", "%s, %d x %d tokens, file in the page cache, hashed: %.3f s",
		  subject->shape->name, MANY_PROBES, MANY_TOKENS, best);
	return 0;
}

void check_pass(struct check *check)
{
	CLEANUP(subject_close) struct subject subject = { 0 };
	struct error err = { 0 };
	double device_s;

	if (subject_open(check, &subject, &err) ||
	    compare(check, &subject, FEW_PROBES, FEW_TOKENS, &device_s, &err) ||
	    warm_rounds(check, &subject, &err) ||
	    cold_rounds(check, &subject, check->quick ? 1 : ROUNDS_MAX, &err))
		check_fail(check, "pass", "%s", err.text);
}
