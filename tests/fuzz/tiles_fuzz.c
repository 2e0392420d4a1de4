/* The files of a log as a stranger may serve them: a bundle and tiles of any bytes. */
#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(blobs_close) struct blobs *blobs = NULL;
	CLEANUP(tiles_free) struct tiles *tiles = NULL;
	CLEANUP(buffer_release) struct buffer entry;
	struct span hashes = { data, size < 64 ? size : 64 };
	struct error err = { 0 };

	buffer_init(&entry, ENTRY_MAX_BYTES);
	if (blobs_open_memory(&blobs, &err) || tiles_new(blobs, &tiles, &err) ||
	    blobs_replace(blobs, "tile/0/000.p/2", hashes, &err) ||
	    blobs_replace(blobs, "tile/entries/000.p/2", (struct span){ data, size }, &err))
		return 0;
	for (uint64_t i = 0; i < 3; i++)
		(void)!tiles_entry(tiles, i, 2, &entry, &err);
	return 0;
}
