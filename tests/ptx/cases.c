/* cases: write down what the CUDA backend launches for small operations, and check that it is
 * right. */
#include "cases.h"

#include <stdio.h>

#include "recorder.h"

int main(int argc, char **argv)
{
	static struct twins twins;
	FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;

	if (!out) {
		fprintf(stderr, "usage: ptx_cases OUT\n");
		return 1;
	}
	recorder_start(out);
	cases_maps(&twins);
	cases_rows(&twins);
	cases_linear(&twins);
	cases_attention(&twins);
	cases_experts(&twins);
	cases_logits(&twins);
	cases_digest(&twins);
	return fclose(out) ? 1 : 0;
}
