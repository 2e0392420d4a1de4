/* Where a key lies in a token: URIs from command lines and from a registry's settings. */
#include <stdlib.h>
#include <string.h>

#include "registry/pkcs11_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_free) char *text = strndup((const char *)data, size);
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	struct error err = { 0 };
	const char *query;

	if (!text || pkcs11_uri_parse(text, &uri, &err))
		return 0;
	for (size_t i = 0; i < PKCS11_ATTRIBUTES; i++)
		if (uri.value[i].text && uri.value[i].text[uri.value[i].len])
			abort(); /* no end behind the bytes */
	if (pkcs11_uri_get(&uri, PKCS11_MODULE_PATH) &&
	    pkcs11_uri_get(&uri, PKCS11_MODULE_PATH)[0] != '/')
		abort(); /* a module from wherever one stands */
	query = strchr(text, '?');
	if (query && (strncmp(query, "?pin-value=", 11) == 0 || strstr(query, "&pin-value=")))
		abort(); /* a PIN on the command line */
	return 0;
}
