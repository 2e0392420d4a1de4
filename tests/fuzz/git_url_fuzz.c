/* A remote's address, from a repository's settings. */
#include <stdlib.h>
#include <string.h>

#include "registry/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_free) char *url = strndup((const char *)data, size);
	CLEANUP(text_free) char *public_url = NULL;
	struct error err = { 0 };

	if (url && git_url_public(url, &public_url, &err) == 0 && public_url &&
	    strncmp(url, "https://", 8) == 0 &&
	    memchr(public_url + 8, '@', strcspn(public_url + 8, "/")))
		abort(); /* somebody's name or password came through */
	return 0;
}
