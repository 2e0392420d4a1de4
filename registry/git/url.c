/* git_url: a remote's address without what lets one in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/git.h"

/* "SCHEME://[USERINFO@]REST" */
static char *with_scheme(const char *url, const char *authority)
{
	size_t scheme_len = (size_t)(authority - url);
	size_t authority_len = strcspn(authority, "/?#");
	const char *host = memrchr(authority, '@', authority_len);
	const char *user_end;
	size_t user_len = 0;
	size_t rest_len;
	char *out = NULL;

	host = host ? host + 1 : authority;
	user_end = memchr(authority, ':', (size_t)(host - authority));
	if (strncmp(url, "ssh", 3) == 0 && host > authority)
		user_len = (size_t)((user_end ? user_end : host - 1) - authority);
	rest_len = strcspn(host, "?#");
	if (asprintf(&out, "%.*s%.*s%s%.*s", (int)scheme_len, url, (int)user_len, authority,
		     user_len ? "@" : "", (int)rest_len, host) < 0)
		return NULL;
	return out;
}

/*
 * Can the text behind "SCHEME://" be taken apart at all? A password with a "/", "?" or "#" in it
 * ends the authority early, and what is then left of it looks like a port that is no number.
 */
static bool authority_plain(const char *authority)
{
	size_t len = strcspn(authority, "/?#");
	const char *end = authority + len, *host = memrchr(authority, '@', len);
	const char *name_end, *colon;

	host = host ? host + 1 : authority;
	name_end = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : host;
	colon = name_end ? memchr(name_end, ':', (size_t)(end - name_end)) : NULL;
	return name_end && (!colon || colon + 1 + strspn(colon + 1, "0123456789") == end);
}

int git_url_public(const char *url, char **out_url, struct error *err)
{
	const char *scheme_end = strstr(url, "://");
	size_t before_slash = strcspn(url, "/");
	const char *colon = memchr(url, ':', before_slash);
	char *out;

	if (strncmp(url, "file://", 7) == 0 || (!scheme_end && !colon) ||
	    (scheme_end && !authority_plain(scheme_end + 3)) ||
	    (!scheme_end && memchr(colon, '@', before_slash - (size_t)(colon - url)))) {
		*out_url = NULL;
		return 0;
	}
	/* Without a scheme it is ssh's "user@host:path", which has no place for a password. */
	out = scheme_end ? with_scheme(url, scheme_end + 3) : strdup(url);
	if (!out)
		return error_system(err, ENOMEM, "cannot read the remote's address");
	*out_url = out;
	return 0;
}
