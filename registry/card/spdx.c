/* spdx: which licence a text names. */
#include "registry/card/spdx.h"

#include <stddef.h>
#include <strings.h>

const char *spdx_of(const char *text)
{
	static const char *const spdx[] = {
		"Apache-2.0",
		"MIT",
		"BSD-2-Clause",
		"BSD-3-Clause",
		"CC0-1.0",
		"CC-BY-3.0",
		"CC-BY-4.0",
		"CC-BY-SA-3.0",
		"CC-BY-SA-4.0",
		"CC-BY-NC-4.0",
		"CC-BY-NC-SA-4.0",
		"CC-BY-NC-ND-4.0",
		"GPL-3.0-only",
		"AGPL-3.0-only",
		"MPL-2.0",
		"ODC-By-1.0",
		"ODbL-1.0",
		"CDLA-Permissive-2.0",
		"ISC",
	};

	for (size_t i = 0; text && i < sizeof(spdx) / sizeof(spdx[0]); i++)
		if (strcasecmp(spdx[i], text) == 0)
			return spdx[i];
	return NULL;
}
