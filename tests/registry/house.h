/* What tests of a registry begin with: a folder, a user with keys, a registry, things to add. */
#ifndef TESTS_REGISTRY_HOUSE_H
#define TESTS_REGISTRY_HOUSE_H

#include "registry/registry.h"
#include "tests/support.h"

/* A world of its own: the user's keys in `home`, the registry in `work`, both below `root`. */
struct house {
	char *root, *home, *work;
	struct context ctx;
	struct registry *registry; /* opened, signing as "tester" */
};

void house_open(struct house *house);
void house_close(struct house *house);

/* Close the registry and open it again, as another command would. */
void house_reopen(struct house *house);

/* "root/name", malloced. */
char *house_path(const struct house *house, const char *name);

/* Write a small file, folders included. */
void house_write(const char *path, const char *text);

/* A checkpoint directory with one tensor of `value`s and a config.json. */
void house_model(const char *folder, float value);

/* Add what house_model made at root/`folder` as `name`; fails the test when that fails. */
struct add_result house_add(struct house *house, const char *folder, const char *name);

/* The name, parsed. */
struct name house_name(const char *text);

/* Audit; fails the test with the first finding unless there are exactly `findings` (-1: some). */
void house_audit(struct house *house, int findings);

/* Flip one bit of a file. */
void house_flip(const char *path, long offset);

#endif
