/*
 * record_dump DIR PROBES.jsonl OUT.json: record the probes with the model in
 * DIR, write the outputs object and print its root. For judges that follow
 * docs/numerics.md on their own.
 */
#include <stdio.h>

#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

static int model_open(struct context *ctx, const char *folder, struct tree **tree,
		      struct weights **weights, struct forward **forward, struct error *err)
{
	CLEANUP(source_close) struct source *config = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, CONFIG_MAX_BYTES);
	if (tree_open(folder, NULL, tree, err) ||
	    tree_open_file(*tree, "config.json", &config, err) ||
	    source_read_all(config, &text, err) || weights_open(*tree, weights, err))
		return -1;
	return forward_open(ctx, *weights, buffer_view(&text), forward, err);
}

static int run(char **argv, struct error *err)
{
	struct context ctx = { 0 };
	CLEANUP(threads_free) struct threads *threads = NULL;
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(forward_close) struct forward *forward = NULL;
	CLEANUP(backend_close) struct backend *backend = NULL;
	CLEANUP(probes_release) struct probes probes = { 0 };
	CLEANUP(buffer_release) struct buffer lines, outputs;
	struct backend_options options = { 0 };
	char hex[DIGEST_HEX_SIZE];
	struct digest root;

	buffer_init(&lines, PROBES_MAX_BYTES);
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	if (threads_new(0, &threads, err))
		return -1;
	ctx.threads = options.threads = threads;
	if (model_open(&ctx, argv[1], &tree, &weights, &forward, err) ||
	    file_read(argv[2], &lines, err) ||
	    probes_read_lines(buffer_view(&lines), &probes, err) ||
	    backend_open(NULL, &options, &backend, err) ||
	    record_make(&ctx, forward, backend, &probes, &outputs, &root, err) ||
	    file_write(argv[3], buffer_view(&outputs), 0644, FILE_REPLACE, err))
		return -1;
	digest_to_hex(&root, hex);
	printf("%s\n", hex);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 4) {
		fprintf(stderr, "usage: record_dump DIR PROBES.jsonl OUT.json\n");
		return 2;
	}
	if (run(argv, &err)) {
		fprintf(stderr, "record_dump: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
