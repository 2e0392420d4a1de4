/*
 * golden_dump FILE.json FOLDER: write the model of a golden file into FOLDER,
 * which is there, and print {"root":HEX,"outputs":OBJECT} of its probes. For
 * tests/tools/golden_make.py, which makes the files.
 */
#include <stdio.h>

#include "tests/verify/golden.h"
#include "tests/verify/tiny_model.h"
#include "verify/record.h"

static int run(const char *path, const char *folder, struct error *err)
{
	CLEANUP(golden_release) struct golden golden = { 0 };
	CLEANUP(buffer_release) struct buffer outputs;
	char hex[DIGEST_HEX_SIZE];
	struct tiny_open open;
	struct digest root;
	int failed;

	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	if (golden_read(path, &golden, err) || golden_write(&golden, folder, err) ||
	    tiny_model_open(folder, 1, NULL, &open, err))
		return -1;
	failed = record_make(&open.ctx, open.forward, open.backend, &golden.probes, &outputs, &root,
			     err);
	tiny_model_close(&open);
	if (failed)
		return -1;
	digest_to_hex(&root, hex);
	printf("{\"root\":\"%s\",\"outputs\":%.*s}\n", hex, (int)outputs.len, outputs.data);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: golden_dump FILE.json FOLDER\n");
		return 2;
	}
	if (run(argv[1], argv[2], &err)) {
		fprintf(stderr, "golden_dump: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
