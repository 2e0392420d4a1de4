/* What tests of leases begin with: processes that hold one and do what they are told. */
#ifndef TESTS_REGISTRY_LEASE_HOLDER_H
#define TESTS_REGISTRY_LEASE_HOLDER_H

#include <sys/types.h>

#include "registry/registry.h"
#include "tests/support.h"

/* Leases promise one second here, so that a test need not wait for thirty. */
extern const struct context lease_here;

void pause_ms(long ms);

/* "folder/name", malloced. */
char *in_folder(const char *folder, const char *name);

/* How many names a folder has. */
size_t entries(const char *folder);

struct holder {
	pid_t pid;
	int tell, hear;
	char name[LEASE_NAME_MAX + 1];
};

/* Let a process take the lease (`shared`: begin one of many of that name), on another host if so
 * told; its name is empty where that cannot be. */
struct holder holder_start(const char *folder, const char *name, bool shared,
			   const struct context *ctx, bool elsewhere);

/* Let it beat: 'y', or 'n' where it lost the lease. */
char holder_ask(const struct holder *holder);

/* Let it release the lease and end, or end it by the signal `how`. */
void holder_end(struct holder *holder, int how);

#endif
