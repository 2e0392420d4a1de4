/* A registry on disk: made, found, opened. */
#ifndef REGISTRY_HOME_H
#define REGISTRY_HOME_H

#include "registry/settings.h"

#define REGISTRY_FORMAT_VERSION "1"
#define REGISTRY_ORIGIN_MAX 256

struct index;
struct log;

/* An opened registry. The fields are for reading; what is opened on first use has a function. */
struct registry {
	const struct context *ctx; /* borrowed for the registry's life */
	char *folder;              /* absolute: the `.akashi` folder itself */
	struct settings settings;
	const char *origin; /* borrowed from settings */
	struct store *store;
	struct log *log;
	struct index *index;
	struct key_cache *keys; /* those that entries of the log name */
	char *timestamp_url;    /* registry/timestamps.h: what --timestamp-url named, or NULL */
};

struct registry_init_request {
	const char *folder; /* what the user named; `.akashi` is made inside unless `bare` */
	bool bare;
	const char *origin; /* NULL: localhost/<folder>-<8 random hex digits> */
	const char *key; /* name of the signing key; made when there is none of that name; NULL: the
			    user's name */
	const struct span *timestamp_root; /* DER: timestamp authorities that policy 1 names */
	size_t timestamp_root_count;
	/* Who may revoke keys by policy 1, and do nothing else; none: its root may. The private
	 * halves need not be here. */
	struct public_key *const *recovery;
	size_t recovery_count;
};

/*
 * Make a registry: folders, config, the log's key, then policy 1 (index 0) and
 * the first key (index 1) as control statements. ERROR_USAGE when one is there
 * already. Half a registry never stays: it gets its name last.
 */
MUST_CHECK int registry_init(const struct context *ctx, const struct registry_init_request *request,
			     struct registry **out_registry, struct error *err);

/*
 * Find the folder of the registry to work on (decisions 4): `named` (the
 * --registry option, or AKASHI_REGISTRY), else the nearest `.akashi/` upward from
 * `start` (NULL: the working folder), which must belong to this user and be
 * writable by nobody else: ERROR_UNTRUSTED otherwise. ERROR_ABSENT if there is
 * none. The caller frees *out_folder.
 */
MUST_CHECK int registry_find(const struct context *ctx, const char *named, const char *start,
			     char **out_folder, struct error *err);

/* Open the registry in `folder` (as registry_find gives it). ERROR_CORRUPT for a foreign format. */
MUST_CHECK int registry_open(const struct context *ctx, const char *folder,
			     struct registry **out_registry, struct error *err);
void registry_close(struct registry **registry);

/* Opened on first use; borrowed until the registry is closed. */
MUST_CHECK int registry_log(struct registry *registry, struct log **out_log, struct error *err);
MUST_CHECK int registry_index(struct registry *registry, struct index **out_index,
			      struct error *err);

/* "DIR/<name>", malloced. */
MUST_CHECK int registry_path(const struct registry *registry, const char *name, char **out_path,
			     struct error *err);

/*
 * The signing key to use: `named`, else config user.key. ERROR_USAGE if neither;
 * ERROR_UNTRUSTED as signing_reference_check.
 */
MUST_CHECK int registry_key_name(const struct registry *registry, const char *named,
				 const char **out_name, struct error *err);

/* Change one setting and write the config file. */
MUST_CHECK int registry_configure(struct registry *registry, enum setting_key key,
				  const char *value, struct error *err);

/* The pin of this registry's log and current policy: "VKEY sha256:POLICY". The caller frees it. */
MUST_CHECK int registry_pin(struct registry *registry, char **out_pin, struct error *err);

/*
 * May this registry vouch for files although nobody named it? Only when this
 * user pinned it, or holds the key that signed its policy (one that opens
 * without a question). A folder's owner shows nothing: whoever unpacks a
 * download owns the `.akashi/` that came with it.
 */
MUST_CHECK int registry_is_own(struct registry *registry, bool *out_own, struct error *err);

#endif
