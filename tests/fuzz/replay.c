/* Run a fuzz target over files that are known to be interesting, and over nothing at all. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/kernels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	size_t count = 1;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	while (folder && (entry = readdir(folder))) {
		struct error err = { 0 };
		struct buffer bytes;
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		buffer_init(&bytes, 64u << 20);
		if (path_join(argv[1], entry->d_name, &path, &err) ||
		    file_read(path, &bytes, &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		LLVMFuzzerTestOneInput(bytes.data ? bytes.data : (const uint8_t *)"", bytes.len);
		buffer_release(&bytes);
		free(path);
		count++;
	}
	if (folder)
		closedir(folder);
	printf("%zu inputs\n", count);
	return 0;
}
