/* The config file of a registry: any bytes are read or refused. */
#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(settings_release) struct settings settings = { 0 };
	struct error err = { 0 };

	if (size <= SETTINGS_MAX_BYTES)
		(void)!settings_parse((struct span){ data, size }, &settings, &err);
	return 0;
}
