/*
 * The registry's own settings: DIR/config in git-config syntax.
 *
 * Read here and not with libgit2, so that no command loads that library only
 * to learn its own settings. The reader knows the part of the syntax that
 * `git config -f` writes (sections without subsection, key = value, quotes,
 * escapes, comments) and the keys of decisions 22; everything else is refused, `include` above all.
 */
#ifndef REGISTRY_SETTINGS_H
#define REGISTRY_SETTINGS_H

#include "registry/store.h"

#define SETTINGS_MAX_BYTES (64u << 10)
#define SETTING_VALUE_MAX 1024

enum setting_key {
	SETTING_FORMAT_VERSION,    /* core.formatVersion */
	SETTING_ORIGIN,            /* core.origin */
	SETTING_SHARED_REPOSITORY, /* core.sharedRepository */
	SETTING_STORE_TYPE,        /* store.type */
	SETTING_STORE_DEFAULT,     /* store.default */
	SETTING_STORE_COMPRESSION, /* store.compression: none, fast, full */
	SETTING_STORE_PACK_SIZE,   /* store.packSize: bytes, or with k, m, g behind the number */
	SETTING_COORDINATOR_TYPE,  /* coordinator.type */
	SETTING_COORDINATOR_PATH,  /* coordinator.path */
	SETTING_LOG_KEY,           /* log.key */
	SETTING_USER_KEY,          /* user.key */
	SETTING_TIMESTAMP_URL,     /* timestamp.url */
	SETTING_PRIVATE,           /* core.private: true gives each statement a salt */
	SETTING_PUBLISH_PRIVATE,   /* publish.private: globs, blanks between them */
	/* programme.tokenizer: sha256:HEX of the file by which the programme counts tokens */
	SETTING_PROGRAMME_TOKENIZER,
	SETTING_RUN_CARD, /* run.card: the card that runs are held against */
	SETTING_COUNT
};

struct settings {
	char *value[SETTING_COUNT]; /* NULL: not set */
};

void settings_release(struct settings *settings);

/* Append what `text` sets to nothing yet: ERROR_CORRUPT names the line. */
MUST_CHECK int settings_parse(struct span text, struct settings *out_settings, struct error *err);
MUST_CHECK int settings_read(const char *path, struct settings *out_settings, struct error *err);
MUST_CHECK int settings_write(const char *path, const struct settings *settings, struct error *err);

/* Replace one value; NULL unsets it. */
MUST_CHECK int settings_set(struct settings *settings, enum setting_key key, const char *value,
			    struct error *err);

/* The value, or `otherwise` when it is not set. Borrowed. */
const char *settings_get(const struct settings *settings, enum setting_key key,
			 const char *otherwise);
/* "true" or "false" (where it is not set); ERROR_USAGE for anything else. */
MUST_CHECK int settings_get_bool(const struct settings *settings, enum setting_key key,
				 bool *out_value, struct error *err);
/* A number of bytes, with k, m or g behind it 1024, 1024^2 or 1024^3 times as many; `otherwise`
 * where it is not set. ERROR_USAGE for anything else. */
MUST_CHECK int settings_get_size(const struct settings *settings, enum setting_key key,
				 uint64_t otherwise, uint64_t *out_bytes, struct error *err);
const char *setting_key_name(enum setting_key key); /* "core.origin"; static */

#endif
