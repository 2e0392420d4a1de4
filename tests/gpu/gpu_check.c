/*
 * gpu_check: does this device compute what the CPU does, bit for bit, and how fast?
 *
 *	gpu_check [--device NAME] [--steps LIST] [--work N] [--size SIZE]
 *	          [--dir FOLDER] [--threads N] [--quick yes]
 *
 * NAME is a backend ("cuda", "cuda:1", "cpu"), or one way of the CPU ("cpu:plain"). LIST names
 * steps, separated by commas; without it all are done. --work leaves out what takes
 * more than N multiply-adds. Standard output is a table for docs/performance.md.
 * Exit status: 0 the same bits, 1 other bits or a step that failed, 2 usage,
 * 77 no such device here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/check.h"

enum { SKIPPED = 77 };

static const struct step {
	const char *name;
	void (*run)(struct check *check);
} steps[] = {
	{ "hash", check_hash },     { "operations", check_operations },
	{ "golden", check_golden }, { "gemm", check_gemm },
	{ "pass", check_pass },
};

struct arguments {
	const char *device, *steps, *folder, *size;
	double work_max;
	size_t threads;
	bool quick;
};

static int usage(void)
{
	fprintf(stderr, "usage: gpu_check [--device NAME] [--steps");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		fprintf(stderr, "%c%s", i ? ',' : ' ', steps[i].name);
	fprintf(stderr, "]\n                 [--work N] [--size SIZE] [--dir FOLDER] [--threads N] "
			"[--quick yes]\n");
	return 2;
}

static int arguments_read(int argc, char **argv, struct arguments *out)
{
	for (int i = 1; i < argc; i += 2) {
		const char *value = argv[i + 1];

		if (i + 1 == argc)
			return -1;
		if (!strcmp(argv[i], "--device"))
			out->device = value;
		else if (!strcmp(argv[i], "--steps"))
			out->steps = value;
		else if (!strcmp(argv[i], "--dir"))
			out->folder = value;
		else if (!strcmp(argv[i], "--size"))
			out->size = value;
		else if (!strcmp(argv[i], "--work"))
			out->work_max = strtod(value, NULL);
		else if (!strcmp(argv[i], "--threads"))
			out->threads = strtoul(value, NULL, 10);
		else if (!strcmp(argv[i], "--quick"))
			out->quick = !strcmp(value, "yes");
		else
			return -1;
	}
	return 0;
}

/* Is the step in the list? */
static bool wanted(const char *list, const char *name)
{
	size_t len = strlen(name);

	if (!list)
		return true;
	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, name, len) && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* "cuda", "cuda:1" or "cpu:plain". */
static int backend_named(const char *text, struct threads *threads, struct backend **out_backend,
			 int *out_ordinal, struct error *err)
{
	struct backend_options options = { .threads = threads };
	const char *colon = strchr(text, ':');
	char name[32];

	snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - text) : 31, text);
	*out_ordinal = -1;
	if (!strcmp(name, "cuda")) {
		options.ordinal = colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
		*out_ordinal = (int)options.ordinal;
	} else {
		options.variant = colon ? colon + 1 : NULL;
	}
	return backend_open(name, &options, out_backend, err);
}

static int check_open(const struct arguments *arguments, struct check *check, struct error *err)
{
	*check = (struct check){ .work_max = arguments->work_max,
				 .folder = arguments->folder,
				 .size = arguments->size,
				 .quick = arguments->quick };
	if (threads_new(arguments->threads, &check->ctx.threads, err) ||
	    backend_named("cpu", check->ctx.threads, &check->right, &check->ordinal, err))
		return -1;
	return backend_named(arguments->device, check->ctx.threads, &check->device, &check->ordinal,
			     err);
}

static void check_close(struct check *check)
{
	if (check->device)
		backend_close(&check->device);
	if (check->right)
		backend_close(&check->right);
	threads_free(&check->ctx.threads);
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .device = "cuda", .folder = "/tmp", .size = "8b" };
	struct error err = { 0 };
	struct check check;
	size_t failures;

	if (arguments_read(argc, argv, &arguments))
		return usage();
	if (check_open(&arguments, &check, &err)) {
		fprintf(stderr, "gpu_check: %s: %s\n", arguments.device, err.text);
		check_close(&check);
		return err.code == ERROR_ABSENT ? SKIPPED : 1;
	}
	check_row("device", "%s", backend_description(check.device));
	check_row("compared with", "%s", backend_description(check.right));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (wanted(arguments.steps, steps[i].name))
			steps[i].run(&check);
	failures = check.failures;
	check_close(&check);
	return failures != 0;
}
