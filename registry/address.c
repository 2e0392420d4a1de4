/* address: addresses by their characters (RFC 3986); whether anything answers is not asked. */
#include "registry/address.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define WEB_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@$&+,;=%"

static bool is_web(const char *text, const char *allowed)
{
	size_t front = strncmp(text, "https://", 8) == 0  ? 8
		       : strncmp(text, "http://", 7) == 0 ? 7
							  : 0;

	return front && isalnum((unsigned char)text[front]) &&
	       strspn(text, allowed) == strlen(text);
}

/* Something in front of "://", and printable ASCII but for what RFC 3986 leaves out. */
static bool is_any(const char *text)
{
	const char *colon = strstr(text, "://");

	if (!colon || colon == text)
		return false;
	for (const char *at = text; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("<>\"{}|\\^`", *at))
			return false;
	return true;
}

bool address_is(const char *text, enum address_rule rule)
{
	if (!text)
		return false;
	switch (rule) {
	case ADDRESS_IN_MARKDOWN:
		return is_web(text, WEB_CHARS);
	case ADDRESS_IN_CITATION:
		return is_web(text, WEB_CHARS "()!*");
	case ADDRESS_IN_JSON:
		return is_any(text);
	}
	return false;
}
