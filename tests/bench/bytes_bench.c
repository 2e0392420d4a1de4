/*
 * How long do building a manifest and holding a checkpoint against it take,
 * as multiples of one `openssl dgst -sha256` of the same files?
 *
 *     bytes_bench FOLDER      (make_checkpoint makes one)
 *
 * The ways alternate, so that whatever else runs on the machine meets them all
 * alike; medians are compared, of wall-clock and of processor time: on a busy
 * machine the second says more (on n idle cores the first is 1/n of it, at best).
 * The files should be in the page cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "verify/verify.h"

enum { ROUNDS = 5 };

struct spent {
	double wall, cpu;
};

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Since the start of time, of this process and of those it waited for. */
static struct spent now(void)
{
	struct rusage self, children;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	if (getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children))
		abort();
	return (struct spent){ (double)t.tv_sec + (double)t.tv_nsec * 1e-9,
			       seconds(self.ru_utime) + seconds(self.ru_stime) +
				       seconds(children.ru_utime) + seconds(children.ru_stime) };
}

static struct spent since(struct spent start)
{
	struct spent end = now();

	return (struct spent){ end.wall - start.wall, end.cpu - start.cpu };
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(const struct spent *spent, bool cpu)
{
	double sorted[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		sorted[i] = cpu ? spent[i].cpu : spent[i].wall;
	qsort(sorted, ROUNDS, sizeof(*sorted), compare_doubles);
	return sorted[ROUNDS / 2];
}

static void show(const char *what, const struct spent *spent, const struct spent *base)
{
	printf("%-25s %6.3f s  %.2f   processor %6.3f s  %.2f\n", what, median(spent, false),
	       median(spent, false) / median(base, false), median(spent, true),
	       median(spent, true) / median(base, true));
}

/* One process over all files, as a person would call it. */
static struct spent openssl_dgst(const struct tree *tree)
{
	size_t count = tree_count(tree);
	char **argv = calloc(count + 4, sizeof(*argv));
	struct spent start = now();
	pid_t child;
	int status;

	if (!argv)
		abort();
	argv[0] = strdup("openssl");
	argv[1] = strdup("dgst");
	argv[2] = strdup("-sha256");
	for (size_t i = 0; i < count; i++) {
		if (asprintf(&argv[i + 3], "%s/%s", tree_path(tree), tree_file(tree, i)->name) < 0)
			abort();
	}
	child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execvp("openssl", argv);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status)
		abort();
	for (size_t i = 0; i < count + 3; i++)
		free(argv[i]);
	free(argv);
	return since(start);
}

int main(int argc, char **argv)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct spent openssl[ROUNDS], build[ROUNDS], check[ROUNDS], rehash[ROUNDS];
	struct bytes_options whole = { .rehash = true };
	struct context ctx = { 0 };
	struct error err = { 0 };
	int failed = argc != 2 || threads_new(0, &ctx.threads, &err) ||
		     tree_open(argv[1], NULL, &tree, &err);

	for (int i = 0; !failed && i < ROUNDS; i++) {
		CLEANUP(bytes_report_free) struct bytes_report *fast = NULL, *slow = NULL;
		struct spent start;

		openssl[i] = openssl_dgst(tree);
		manifest_free(&manifest);
		start = now();
		failed = manifest_build(&ctx, tree, NULL, &manifest, &err);
		build[i] = since(start);
		start = now();
		failed = failed || bytes_compare(&ctx, manifest, tree, NULL, &fast, &err);
		check[i] = since(start);
		start = now();
		failed = failed || bytes_compare(&ctx, manifest, tree, &whole, &slow, &err);
		rehash[i] = since(start);
		failed = failed || fast->hold != tree_count(tree) || slow->hold != fast->hold;
	}
	if (failed) {
		fprintf(stderr, "%s\n", argc == 2 ? err.text : "usage: bytes_bench FOLDER");
		return 1;
	}
	printf("%.2f GB in %zu files, %zu threads, hashing by %s\n",
	       (double)manifest_bytes(manifest) / 1e9, tree_count(tree), threads_count(ctx.threads),
	       hash_implementation());
	show("openssl dgst -sha256", openssl, openssl);
	show("manifest, one read", build, openssl);
	show("compare by pieces", check, openssl);
	show("compare, whole files too", rehash, openssl);
	threads_free(&ctx.threads);
	return 0;
}
