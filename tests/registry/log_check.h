/* What must hold of a log whose entries are their own idents, whatever happened to its writers. */
#ifndef TESTS_REGISTRY_LOG_CHECK_H
#define TESTS_REGISTRY_LOG_CHECK_H

#include "registry/log.h"

/*
 * Finish what a crash left, then read every entry from its tiles: each is there once, under the
 * index that log.db has for it, and all of them give the root that was signed. ERROR_CORRUPT.
 */
MUST_CHECK int log_check(struct log *log, struct error *err);

#endif
