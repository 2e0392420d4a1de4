/*
 * forward_dump DIR IDS.json OUT.bin [STATES.bin]: run the token sequences of IDS.json (a
 * list of lists of ids) through the model in DIR and write, little-endian
 * binary32, the logits of every position, sequence after sequence (encoders:
 * the last hidden state); into STATES.bin the hidden states at every boundary, boundary
 * after boundary. For judges that compute the same with other software.
 */
#include <stdio.h>
#include <stdlib.h>

#include "verify/json.h"
#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

struct dump {
	FILE *out, *states; /* states: NULL where they are not asked for */
	uint32_t layers;
	bool encoder;
	size_t cols;
};

static int boundary(void *user, uint32_t index, const float *values, size_t rows, struct error *err)
{
	struct dump *dump = user;

	if (dump->states &&
	    fwrite(values, sizeof(float), rows * dump->cols, dump->states) != rows * dump->cols)
		return error_set(err, ERROR_SYSTEM, "cannot write");
	if (dump->encoder && index == dump->layers &&
	    fwrite(values, sizeof(float), rows * dump->cols, dump->out) != rows * dump->cols)
		return error_set(err, ERROR_SYSTEM, "cannot write");
	return 0;
}

static int logits(void *user, struct backend *backend, size_t first_row, struct matrix block,
		  struct error *err)
{
	struct dump *dump = user;
	size_t count = block.rows * block.cols;
	float *values = malloc(count * sizeof(float));
	int failed = backend_download(backend, block, values, err);

	(void)first_row;
	if (!failed && fwrite(values, sizeof(float), count, dump->out) != count)
		failed = error_set(err, ERROR_SYSTEM, "cannot write");
	free(values);
	return failed;
}

/* A list of lists of ids. */
static int ids_read(const char *path, struct sequences *out, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct buffer text;
	uint32_t *ids = calloc(1u << 20, sizeof(*ids));
	size_t *rows, at = 0;

	buffer_init(&text, 64u << 20);
	if (file_read(path, &text, err) || json_parse(buffer_view(&text), NULL, &json, err))
		return -1;
	rows = calloc(json_count(json), sizeof(*rows));
	for (size_t i = 0; i < json_count(json); i++) {
		rows[i] = json_count(json_at(json, i));
		for (size_t t = 0; t < rows[i] && at < 1u << 20; t++)
			ids[at++] = (uint32_t)json_integer_of(json_at(json_at(json, i), t));
	}
	*out = (struct sequences){ ids, rows, json_count(json) };
	buffer_release(&text);
	return 0;
}

static int run(char **argv, struct error *err)
{
	struct context ctx = { 0 };
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(forward_close) struct forward *forward = NULL;
	CLEANUP(backend_close) struct backend *backend = NULL;
	CLEANUP(source_close) struct source *config = NULL;
	struct backend_options options = { 0 };
	struct dump dump = { 0 };
	struct forward_sink sink = { &dump, boundary, logits };
	struct sequences sequences;
	struct buffer text;

	buffer_init(&text, CONFIG_MAX_BYTES);
	if (threads_new(0, &ctx.threads, err) || tree_open(argv[1], NULL, &tree, err) ||
	    tree_open_file(tree, "config.json", &config, err) ||
	    source_read_all(config, &text, err) || weights_open(tree, &weights, err) ||
	    forward_open(&ctx, weights, buffer_view(&text), &forward, err) ||
	    ids_read(argv[2], &sequences, err))
		return -1;
	options.threads = ctx.threads;
	options.variant = getenv("VARIANT");
	if (backend_open(NULL, &options, &backend, err))
		return -1;
	dump.out = fopen(argv[3], "wb");
	dump.states = argv[4] ? fopen(argv[4], "wb") : NULL;
	dump.layers = forward_config(forward)->layers;
	dump.encoder = !forward_has_logits(forward);
	dump.cols = forward_config(forward)->hidden;
	if (!dump.out || (argv[4] && !dump.states))
		return error_set(err, ERROR_SYSTEM, "cannot write '%s'", argv[3]);
	if (forward_run(&ctx, forward, backend, &sequences, &sink, err))
		return -1;
	fclose(dump.out);
	if (dump.states)
		fclose(dump.states);
	free((void *)sequences.ids);
	free((void *)sequences.row_count);
	buffer_release(&text);
	forward_close(&forward);
	backend_close(&backend);
	threads_free(&ctx.threads);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: forward_dump DIR IDS.json OUT.bin [STATES.bin]\n");
		return 2;
	}
	if (run(argv, &err)) {
		fprintf(stderr, "forward_dump: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
