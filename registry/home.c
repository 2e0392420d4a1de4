/* A registry on disk: found, opened, asked for its parts. */
#include "registry/home.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/evidence.h"
#include "registry/home_inner.h"
#include "registry/index.h"
#include "registry/log.h"
#include "registry/sign.h"

#define HOME_NAME ".akashi"

int registry_path(const struct registry *registry, const char *name, char **out_path,
		  struct error *err)
{
	return path_join(registry->folder, name, out_path, err);
}

/* ---- Finding ---- */

/* As git's ownership rule: this user's, and writable by nobody else. */
static int owner_check(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st))
		return error_system(err, errno, "cannot look at '%s'", path);
	if (S_ISLNK(st.st_mode) || st.st_uid != geteuid())
		return error_set(err, ERROR_UNTRUSTED,
				 "the registry '%s' was found above and %s: name it with "
				 "--registry if you want it",
				 path,
				 S_ISLNK(st.st_mode) ? "is a symbolic link"
						     : "belongs to another user");
	if (st.st_mode & 022)
		return error_set(err, ERROR_UNTRUSTED,
				 "the registry '%s' was found above and others can write to it: "
				 "name it with --registry if you want it, or chmod go-w",
				 path);
	return 0;
}

/* 0 with a folder, 0 with NULL (go on upward), or -1. */
static int look_in(const char *folder, char **out_found, struct error *err)
{
	CLEANUP(text_free) char *here = NULL, *settings = NULL;
	struct stat st;

	*out_found = NULL;
	if (path_join(folder, HOME_NAME, &here, err) || path_join(here, "config", &settings, err))
		return -1;
	if (lstat(here, &st) || !file_exists(settings))
		return 0;
	if (owner_check(here, err) || owner_check(settings, err))
		return -1;
	*out_found = here;
	here = NULL; /* handed over */
	return 0;
}

/* The folder itself, when it is a registry; else the .akashi inside. */
static int named_folder(const char *named, char **out_folder, struct error *err)
{
	CLEANUP(text_free) char *inside = NULL, *settings = NULL, *own = NULL;
	char *real;

	if (path_join(named, HOME_NAME, &inside, err) ||
	    path_join(inside, "config", &settings, err) || path_join(named, "config", &own, err))
		return -1;
	if (!file_exists(own) && !file_exists(settings))
		return error_set(err, ERROR_ABSENT, "no registry in '%s': akashi init makes one",
				 named);
	real = realpath(file_exists(settings) ? inside : named, NULL);
	if (!real)
		return error_system(err, errno, "cannot find '%s'", named);
	*out_folder = real;
	return 0;
}

int registry_find(const struct context *ctx, const char *named, const char *start,
		  char **out_folder, struct error *err)
{
	CLEANUP(text_free) char *at = NULL;

	if (!named || !named[0])
		named = context_environment(ctx, "AKASHI_REGISTRY");
	if (named && named[0])
		return named_folder(named, out_folder, err);
	at = realpath(start ? start : ".", NULL);
	if (!at)
		return error_system(err, errno, "cannot find the working folder");
	for (;;) {
		char *found, *slash = strrchr(at, '/');

		if (look_in(at[0] ? at : "/", &found, err))
			return -1;
		if (found) {
			*out_folder = found;
			return 0;
		}
		if (!slash || !at[0])
			break;
		*slash = '\0';
	}
	return error_set(err, ERROR_ABSENT,
			 "no registry here or above: akashi init makes one, --registry names one");
}

/* ---- Opening ---- */

/* A setting that would be passed over is worse than one that is refused. */
static int settings_check(const struct registry *registry, struct error *err)
{
	static const struct {
		enum setting_key key;
		const char *only; /* the one value that this version can honour; NULL: none */
	} rule[] = {
		{ SETTING_COORDINATOR_TYPE, "sqlite" },
		{ SETTING_COORDINATOR_PATH, NULL },
		{ SETTING_SHARED_REPOSITORY, "umask" },
		{ SETTING_LOG_KEY, "log" },
	};
	enum store_mode mode;
	enum codec_effort effort;

	for (size_t i = 0; i < sizeof(rule) / sizeof(rule[0]); i++) {
		const char *value = settings_get(&registry->settings, rule[i].key, NULL);

		if (value && (!rule[i].only || strcmp(value, rule[i].only) != 0))
			return error_set(err, ERROR_USAGE,
					 "'%s/config' sets %s to '%s', which this version cannot "
					 "do",
					 registry->folder, setting_key_name(rule[i].key), value);
	}
	if (store_mode_parse(settings_get(&registry->settings, SETTING_STORE_DEFAULT, "copy"),
			     &mode, err))
		return error_prefix(err, "'%s/config', store.default", registry->folder);
	if (codec_effort_parse(settings_get(&registry->settings, SETTING_STORE_COMPRESSION, "full"),
			       &effort, err))
		return error_prefix(err, "'%s/config', store.compression", registry->folder);
	return 0;
}

/* What the config says about how the store works. */
static int store_set_up(struct registry *registry, struct error *err)
{
	uint64_t bytes;

	registry->store->ctx = registry->ctx;
	if (settings_get_size(&registry->settings, SETTING_STORE_PACK_SIZE, STORE_PACK_SIZE_DEFAULT,
			      &bytes, err) ||
	    store_pack_size(registry->store, bytes, err))
		return error_prefix(err, "'%s/config', store.packSize", registry->folder);
	return 0;
}

int registry_open(const struct context *ctx, const char *folder, struct registry **out_registry,
		  struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = calloc(1, sizeof(*registry));
	CLEANUP(text_free) char *settings = NULL, *objects = NULL;
	const char *version, *type;

	if (!registry)
		return error_set(err, ERROR_SYSTEM, "out of memory for a registry");
	registry->ctx = ctx;
	registry->folder = realpath(folder, NULL);
	if (!registry->folder)
		return error_system(err, errno, "cannot open the registry '%s'", folder);
	if (registry_path(registry, "config", &settings, err) ||
	    settings_read(settings, &registry->settings, err) ||
	    registry_path(registry, "objects", &objects, err))
		return -1;
	version = settings_get(&registry->settings, SETTING_FORMAT_VERSION, "");
	if (strcmp(version, REGISTRY_FORMAT_VERSION) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the registry '%s' has format '%s'; this akashi "
				 "knows " REGISTRY_FORMAT_VERSION
				 " only: use the akashi that made it, or a newer one",
				 registry->folder, version);
	registry->origin = settings_get(&registry->settings, SETTING_ORIGIN, NULL);
	if (!registry->origin || !note_name_ok(span_of(registry->origin)))
		return error_set(err, ERROR_CORRUPT, "'%s' names no origin", settings);
	type = settings_get(&registry->settings, SETTING_STORE_TYPE, "files");
	if (settings_check(registry, err) || key_cache_new(&registry->keys, err) ||
	    store_open(type, objects, &registry->store, err) || store_set_up(registry, err))
		return -1;

	*out_registry = registry;
	registry = NULL; /* handed over */
	return 0;
}

void registry_close(struct registry **registry)
{
	if (!*registry)
		return;
	index_close(&(*registry)->index);
	log_close(&(*registry)->log);
	store_close(&(*registry)->store);
	key_cache_free(&(*registry)->keys);
	settings_release(&(*registry)->settings);
	free((*registry)->timestamp_url);
	free((*registry)->folder);
	free(*registry);
	*registry = NULL;
}

int registry_log(struct registry *registry, struct log **out_log, struct error *err)
{
	if (!registry->log &&
	    log_open(registry->ctx, registry->folder, registry->origin, &registry->log, err))
		return -1;
	*out_log = registry->log;
	return 0;
}

int registry_index(struct registry *registry, struct index **out_index, struct error *err)
{
	if (!registry->index && index_open(registry, &registry->index, err))
		return -1;
	*out_index = registry->index;
	return 0;
}

int registry_key_name(const struct registry *registry, const char *named, const char **out_name,
		      struct error *err)
{
	const char *name =
		named ? named : settings_get(&registry->settings, SETTING_USER_KEY, NULL);

	if (!name)
		return error_set(
			err, ERROR_USAGE,
			"no signing key: name one with --key, or set user.key in '%s/config'",
			registry->folder);
	if (!named && signing_reference_check(name, err))
		return error_prefix(err, "user.key in '%s/config'", registry->folder);
	*out_name = name;
	return 0;
}

int registry_configure(struct registry *registry, enum setting_key key, const char *value,
		       struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (key == SETTING_ORIGIN || key == SETTING_FORMAT_VERSION)
		return error_set(err, ERROR_USAGE, "%s never changes", setting_key_name(key));
	return registry_path(registry, "config", &path, err) ||
			       settings_set(&registry->settings, key, value, err) ||
			       settings_write(path, &registry->settings, err)
		       ? -1
		       : 0;
}

/* Policy 1 at index 0, where every version of this registry's policy begins. */
static int policy_first(struct registry *registry, struct policy *out_policy,
			struct digest *out_identity, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	if (registry_log(registry, &log, err) || log_signed(log, &head, err) ||
	    tiles_entry(log_tiles(log), 0, head.size, &bytes, err) ||
	    entry_parse(buffer_view(&bytes), &entry, err))
		return -1;
	if (!entry.control || statement_parse(buffer_view(&entry.payload), &statement, err) ||
	    statement.kind != STATEMENT_policy)
		return error_set(err, ERROR_CORRUPT, "entry 0 of the log is no policy");
	*out_identity = entry.identity;
	return policy_parse(&statement, out_policy, err);
}

int registry_trust(struct registry *registry, const struct evidence *evidence,
		   struct trust *out_trust, struct error *err)
{
	return registry_trust_upto(registry, evidence, UINT64_MAX, out_trust, err);
}

int registry_trust_upto(struct registry *registry, const struct evidence *evidence, uint64_t upto,
			struct trust *out_trust, struct error *err)
{
	CLEANUP(policy_release) struct policy first = { 0 };
	struct pin pin;

	if (policy_first(registry, &first, &pin.policy, err))
		return -1;
	pin.log = first.log[0];
	return trust_from_pins(&(struct pins){ &pin, 1 }, evidence, upto, out_trust, err);
}

int registry_pin(struct registry *registry, char **out_pin, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	const struct policy_version *newest;
	struct pin pin;

	buffer_init(&text, PINS_MAX_BYTES);
	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	newest = policy_chain_newest(&trust.anchor[0].chain);
	pin.policy = newest->identity;
	pin.log = newest->policy.log[newest->policy.log_count - 1];
	return pin_format(&pin, &text, err) || buffer_to_text(&text, out_pin, err) ? -1 : 0;
}
