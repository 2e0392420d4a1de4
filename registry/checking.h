/* Check files and names with a registry as the anchor. */
#ifndef REGISTRY_CHECKING_H
#define REGISTRY_CHECKING_H

#include "registry/statement.h"

/*
 * verify/check.h's check_path with this registry's statements, trust and file
 * digests as anchor (decisions 33). `request` is completed by a copy; its anchor
 * members are ignored.
 */
MUST_CHECK int registry_check_path(struct registry *registry, const char *path,
				   const struct check_request *request,
				   struct verdict **out_verdict, struct error *err);

/* The same for owner/name@version (or an alias) as it is registered. ERROR_ABSENT: no such name. */
MUST_CHECK int registry_check_name(struct registry *registry, const char *name,
				   const struct check_request *request,
				   struct verdict **out_verdict, struct error *err);

/*
 * Sign a verdict on a registered name and log it as a `verification` statement.
 * `key` NULL: config user.key.
 */
MUST_CHECK int registry_attest(struct registry *registry, const char *name,
			       const struct verdict *verdict, const char *key,
			       struct statement_made *out_made, struct error *err);

#endif
