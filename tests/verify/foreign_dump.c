/*
 * foreign_dump DIR OUTPUTS.jsonl: hold what a framework wrote against the model in DIR, and
 * print the comparison as one JSON object, its decimals as text. For judges that compute the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

static void report_print(const struct foreign_report *report)
{
	printf("{\"values\":%zu,\"positions\":%zu,\"largest\":\"%.17g\",\"mean\":\"%.17g\","
	       "\"units\":\"%.17g\",\"divergence\":\"%.17g\",\"divergenceMost\":\"%.17g\","
	       "\"agree\":%zu,\"compared\":%zu,\"valueBeyond\":%s,\"meanBeyond\":%s,"
	       "\"worst\":\"%.17g\",\"allowed\":\"%.17g\"}\n",
	       report->values_compared, report->positions_compared, report->largest, report->mean,
	       report->mean_units, report->divergence, report->divergence_most, report->top_agree,
	       report->top_compared, report->value_beyond ? "true" : "false",
	       report->mean_beyond ? "true" : "false",
	       report->worst.computed - report->worst.written, report->worst.allowed);
}

static int compare(const char *folder, const char *path, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(forward_close) struct forward *forward = NULL;
	CLEANUP(backend_close) struct backend *backend = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer config, text;
	CLEANUP(foreign_release) struct foreign foreign = { 0 };
	struct context ctx = { 0 };
	struct replay_request all = REPLAY_ALL;
	struct foreign_report report;

	buffer_init(&config, CONFIG_MAX_BYTES);
	buffer_init(&text, FOREIGN_MAX_BYTES);
	if (tree_open(folder, NULL, &tree, err) || weights_open(tree, &weights, err) ||
	    tree_open_file(tree, "config.json", &source, err) ||
	    source_read_all(source, &config, err) ||
	    forward_open(&ctx, weights, buffer_view(&config), &forward, err) ||
	    backend_open(NULL, NULL, &backend, err) || file_read(path, &text, err) ||
	    foreign_read(buffer_view(&text), &foreign, err) ||
	    foreign_compare(&ctx, forward, backend, &foreign, &all, &report, err))
		return -1;
	report_print(&report);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: foreign_dump DIR OUTPUTS.jsonl\n");
		return 2;
	}
	if (compare(argv[1], argv[2], &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return 0;
}
