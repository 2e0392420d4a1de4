/*
 * One key of the log taking another's place: what the log signs with (keys/log.vkey) and what the
 * policy lists, and so which step comes next. Each step can be repeated after a crash:
 *
 *   1. a key is made, and signs beside the old one;
 *   2. a version of the policy lists both: the overlap;
 *   3. a later version lists the new one alone;
 *   4. the log no longer signs with the old one, and its private key is removed.
 *
 * At every moment a checkpoint of each size holds under the version in force at its last entry.
 */
#ifndef REGISTRY_LOG_ROTATE_H
#define REGISTRY_LOG_ROTATE_H

#include "registry/log/keys.h"
#include "registry/evidence.h"

enum log_rotation_step {
	LOG_ROTATION_NONE,    /* the log signs with one key that the policy lists */
	LOG_ROTATION_MADE,    /* after 1: `fresh` signs, and no version of the policy lists it */
	LOG_ROTATION_OVERLAP, /* after 2: the policy lists `old` and others that sign */
	LOG_ROTATION_DROPPED, /* after 3: `old` signs, and only earlier versions list it */
};

struct log_rotation {
	enum log_rotation_step step;
	char fresh[NOTE_VKEY_MAX];
	char old[NOTE_VKEY_MAX];
	char stays[NOTE_VKEY_MAX]; /* the last that the policy in force lists and that signs */
};

/* Where it stands, by the log's list and the policy that the log shows. */
MUST_CHECK int log_rotation_see(struct registry *registry, struct log_rotation *out_rotation,
				struct error *err);

/* Step 1, unless it is done: *rotation is then at LOG_ROTATION_MADE. ERROR_USAGE while another
 * rotation is under way. */
MUST_CHECK int log_rotation_begin(struct registry *registry, struct log_rotation *rotation,
				  struct error *err);

/* Step 4 of a rotation at LOG_ROTATION_DROPPED. */
MUST_CHECK int log_rotation_end(struct registry *registry, const struct log_rotation *rotation,
				struct error *err);

#endif
