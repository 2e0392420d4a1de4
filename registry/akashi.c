/* libakashi: the small public face of Akashi. */
#include "registry/akashi.h"

const char *akashi_version(void)
{
	return AKASHI_VERSION;
}
