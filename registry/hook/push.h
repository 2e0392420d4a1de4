/* What a push would tell the world: runs and results that commits claim, and tags that publish. */
#ifndef REGISTRY_HOOK_PUSH_H
#define REGISTRY_HOOK_PUSH_H

#include "registry/hook/say.h"

#define PUSH_COMMITS_MAX 10000u /* that are looked at for each ref, the newest first */

/* One line of git's pre-push: "LOCAL-REF LOCAL REMOTE-REF REMOTE". */
struct push_line {
	char local_ref[1024], local[65], remote_ref[1024], remote[65];
};
MUST_CHECK int push_line_parse(struct span text, struct push_line *out_line, struct error *err);

/* Told of a claim that the registry does not hold: by which commit, of which name, and why not. */
typedef int (*push_told)(void *arg, const char *commit, const char *name, const char *why,
			 struct error *err);

/*
 * Look through the commits of a line that `remote` (its name, or NULL) does not have: runs that
 * they declare (commit_runs_find), and trailers "Akashi-Result: NAME@VERSION", which claim a
 * registered checkpoint with evaluation results. `registry` NULL: it cannot be asked, and nothing
 * is known to be registered.
 */
MUST_CHECK int hook_push_look(const struct context *ctx, const struct git_work *work,
			      struct registry *registry, const struct push_line *line,
			      const char *remote, push_told told, void *arg, struct error *err);

/* What a tag of a model publishes. */
struct push_release {
	char name[NAME_TEXT_MAX];
	char folder[4096];        /* FOLDER/OWNER/NAME/VERSION */
	bool there;               /* it was published before */
	bool recorded;            /* what it computes is recorded */
	char other[GIT_HEX_SIZE]; /* the commit that it was made from, where the tag is at another
				   */
};

/*
 * The release that pushing this line publishes below `folder`: *out_is false where the line is no
 * new tag refs/tags/model/OWNER/NAME/VERSION. ERROR_ABSENT: no such checkpoint is registered.
 */
MUST_CHECK int hook_push_release(const struct git_work *work, struct registry *registry,
				 const struct push_line *line, const char *folder, bool *out_is,
				 struct push_release *out_release, struct error *err);

/* Publish it, unless it is there. */
MUST_CHECK int hook_push_publish(const struct context *ctx, struct registry *registry,
				 const struct push_release *release, struct error *err);

#endif
