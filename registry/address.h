/* address: may this text of a stranger be passed on as an address? Inside registry/ only. */
#ifndef REGISTRY_ADDRESS_H
#define REGISTRY_ADDRESS_H

#include <stdbool.h>

/* What the place where it is put can take. */
enum address_rule {
	/* http(s) alone, and no character that ends a link in Markdown, a cell or a scalar. */
	ADDRESS_IN_MARKDOWN,
	/* http(s) alone, with brackets, '!' and '*' as well: in a field of BibTeX, and quoted. */
	ADDRESS_IN_CITATION,
	/* Of any scheme, all that RFC 3986 has: in JSON. */
	ADDRESS_IN_JSON
};

/* NULL is none. */
bool address_is(const char *text, enum address_rule rule);

#endif
