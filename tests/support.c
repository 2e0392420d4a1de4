/* What every cmocka test program begins with. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *test_folder(void)
{
	const char *base = getenv("TMPDIR");
	char *path = NULL;

	if (asprintf(&path, "%s/akashi-test-XXXXXX", base ? base : "/tmp") < 0 || !mkdtemp(path))
		abort();
	return path;
}

void test_folder_remove(char **path)
{
	struct error ignored = { 0 };

	if (*path && folder_remove(*path, &ignored))
		abort();
	free(*path);
	*path = NULL;
}

static int64_t fixed_clock(void *user)
{
	(void)user;
	return 1795557600; /* 2026-11-24T18:00:00Z */
}

static int repeatable_bytes(void *user, uint8_t *bytes, size_t len)
{
	static uint64_t state = 88172645463325252u;

	(void)user;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(test_random(&state) >> 32);
	return 0;
}

struct context test_context(void)
{
	return (struct context){ .now_unix_s = fixed_clock, .random = repeatable_bytes };
}

uint64_t test_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}
