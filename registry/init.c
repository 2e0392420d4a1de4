/* A registry being made: built under a passing name, believed complete, then named. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/home.h"
#include "registry/log.h"
#include "registry/statement.h"

#define HOME_NAME ".akashi"

/* Where it is built and what it will be called. */
struct building {
	char *passing; /* removed unless it got its name */
	char *named;
};

static void building_release(struct building *b)
{
	struct error ignored = { 0 };

	if (b->passing)
		(void)!folder_remove(b->passing, &ignored);
	free(b->passing);
	free(b->named);
}

static bool folder_is_empty(const char *path)
{
	/* rmdir is the one question that asks and does not change what it asks about when it fails.
	 */
	return rmdir(path) == 0 ? mkdir(path, 0755) == 0 : errno == ENOENT;
}

static int building_begin(const struct registry_init_request *request, struct building *b,
			  struct error *err)
{
	if (folder_make(request->folder, err))
		return -1;
	if (request->bare) {
		if (!folder_is_empty(request->folder))
			return error_set(
				err, ERROR_USAGE,
				"'%s' is not empty: a bare registry wants a folder of its own",
				request->folder);
		b->named = realpath(request->folder, NULL);
		if (!b->named)
			return error_system(err, errno, "cannot find '%s'", request->folder);
	} else {
		CLEANUP(text_free) char *real = realpath(request->folder, NULL);

		if (!real)
			return error_system(err, errno, "cannot find '%s'", request->folder);
		if (path_join(real, HOME_NAME, &b->named, err))
			return -1;
		if (file_exists(b->named))
			return error_set(err, ERROR_USAGE, "there is a registry in '%s' already",
					 b->named);
	}
	if (asprintf(&b->passing, "%s.new-XXXXXX", b->named) < 0) {
		b->passing = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	if (!mkdtemp(b->passing)) {
		int failed = errno;

		free(b->passing);
		b->passing = NULL;
		return error_system(err, failed, "cannot make a folder beside '%s'", b->named);
	}
	if (chmod(b->passing, 0755))
		return error_system(err, errno, "cannot open '%s' for reading", b->passing);
	return 0;
}

/* Give the finished folder its name, durably. */
static int building_finish(struct building *b, struct error *err)
{
	CLEANUP(text_free) char *parent = strdup(b->named);
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (!slash)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*slash = '\0';
	if (rename(b->passing, b->named))
		return error_system(err, errno, "cannot name the registry '%s'", b->named);
	free(b->passing);
	b->passing = NULL;
	return folder_sync(parent[0] ? parent : "/", err);
}

/* localhost/<folder>-<8 random hex digits> */
static int origin_make(const struct context *ctx, const char *folder, char out[REGISTRY_ORIGIN_MAX],
		       struct error *err)
{
	CLEANUP(text_free) char *real = realpath(folder, NULL);
	const char *last;
	uint8_t chance[4];
	char name[65];
	size_t len = 0;

	if (!real)
		return error_system(err, errno, "cannot find '%s'", folder);
	if (context_random(ctx, chance, sizeof(chance), err))
		return -1;
	last = strrchr(real, '/') + 1;
	for (; *last && len + 1 < sizeof(name); last++) {
		bool plain = (*last >= 'a' && *last <= 'z') || (*last >= 'A' && *last <= 'Z') ||
			     (*last >= '0' && *last <= '9') || strchr("._-", *last);

		name[len++] = plain ? *last : '-';
	}
	name[len] = '\0';
	snprintf(out, REGISTRY_ORIGIN_MAX, "localhost/%s-%02x%02x%02x%02x", len ? name : "registry",
		 chance[0], chance[1], chance[2], chance[3]);
	return 0;
}

/* The user's name as a key can be called. */
static void key_name_default(const struct context *ctx, char out[NAME_PART_MAX + 1])
{
	const char *user = context_environment(ctx, "USER");

	if (!user || !name_part_ok(user))
		user = context_environment(ctx, "LOGNAME");
	snprintf(out, NAME_PART_MAX + 1, "%s", user && name_part_ok(user) ? user : "default");
}

/* Open the first key, made when there is none of that name. */
static int key_take(const struct context *ctx, const char *name, struct signing_key **out_key,
		    struct error *err)
{
	struct error absent = { 0 };

	if (signing_key_open(ctx, name, out_key, &absent) == 0)
		return 0;
	if (absent.code != ERROR_ABSENT || !name_part_ok(name))
		return error_set(err, absent.code, "%s", absent.text);
	if (signing_key_generate(ctx, name, SIGNING_ECDSA_P256, NULL, err))
		return -1;
	context_notice(ctx, "made the signing key '%s', not encrypted", name);
	return signing_key_open(ctx, name, out_key, err);
}

static int texts_set(struct json *object, const char *key, const char *const *text,
		     struct error *err)
{
	struct json *list;

	if (json_set_array(object, key, &list, err))
		return -1;
	for (; *text; text++)
		if (json_add_text(list, *text, err))
			return -1;
	return 0;
}

/* Everything for everybody: what the first key may do. */
static const char *const everything[] = { "*", NULL };
static const char *const revocations[] = { "revocation", NULL };

static int scope_set(struct json *object, const char *const *kinds, struct error *err)
{
	return texts_set(object, "names", everything, err) || texts_set(object, "kinds", kinds, err)
		       ? -1
		       : 0;
}

/* It counts from index 1: above the policy that admits it. */
static int policy_key_add(struct json *keys, const struct public_key *key, const char *const *kinds,
			  struct error *err)
{
	struct json *one;

	return json_add_object(keys, &one, err) || json_set_integer(one, "first", 1, err) ||
			       json_set_hex(one, "id", public_key_id(key), err) ||
			       json_set_base64(one, "publicKey", public_key_der(key), err) ||
			       scope_set(one, kinds, err)
		       ? -1
		       : 0;
}

static int policy_keys_set(struct json *policy, const struct registry_init_request *request,
			   const struct public_key *key, struct digest *out_digest,
			   struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct json *keys, *recovery;
	char id[DIGEST_HEX_SIZE];

	buffer_init(&text, CONTROL_PAYLOAD_MAX_BYTES);
	if (json_set_array(policy, "keys", &keys, err) ||
	    policy_key_add(keys, key, everything, err) ||
	    (request->recovery_count && json_set_array(policy, "recovery", &recovery, err)))
		return -1;
	for (size_t i = 0; i < request->recovery_count; i++) {
		digest_to_hex(public_key_id(request->recovery[i]), id);
		if (policy_key_add(keys, request->recovery[i], revocations, err) ||
		    json_add_text(recovery, id, err))
			return -1;
	}
	if (json_write_canonical(keys, &text, err))
		return -1;
	*out_digest = sha256(buffer_view(&text));
	return 0;
}

static int authorities_set(struct json *policy, const struct registry_init_request *request,
			   struct error *err)
{
	struct json *list;

	if (!request->timestamp_root_count)
		return 0;
	if (json_set_array(policy, "timestampAuthorities", &list, err))
		return -1;
	for (size_t i = 0; i < request->timestamp_root_count; i++) {
		CLEANUP(text_free) char *text = NULL;
		CLEANUP(buffer_release) struct buffer base64;

		buffer_init(&base64, 2 * CERTIFICATE_DER_MAX);
		if (base64_encode(&base64, request->timestamp_root[i], err) ||
		    buffer_to_text(&base64, &text, err) || json_add_text(list, text, err))
			return -1;
	}
	return 0;
}

static int policy_make(const struct registry *registry, const struct registry_init_request *request,
		       const struct public_key *key, struct json **out_policy,
		       struct digest *out_digest, struct error *err)
{
	static const char *const steps[] = { "bytes", "signature", "log", NULL };
	CLEANUP(json_free) struct json *policy = NULL;
	const char *logs[] = { log_vkey(registry->log), NULL };
	char id[DIGEST_HEX_SIZE];
	const char *roots[] = { id, NULL };
	struct json *required, *rule;

	digest_to_hex(public_key_id(key), id);
	if (json_object_new(&policy, err) ||
	    policy_keys_set(policy, request, key, out_digest, err) ||
	    texts_set(policy, "log", logs, err) || texts_set(policy, "roots", roots, err) ||
	    json_set_array(policy, "required", &required, err) ||
	    json_add_object(required, &rule, err) || json_set_text(rule, "names", "*", err) ||
	    texts_set(rule, "steps", steps, err) || json_set_integer(policy, "threshold", 1, err) ||
	    json_set_integer(policy, "version", 1, err) || authorities_set(policy, request, err))
		return -1;
	*out_policy = policy;
	policy = NULL; /* handed over */
	return 0;
}

/* Log policy 1 and the first key (decisions 29). */
static int first_statements(struct registry *registry, const struct registry_init_request *request,
			    struct signing_key *key, struct error *err)
{
	CLEANUP(json_free) struct json *policy = NULL, *first = NULL;
	const struct digest *id = public_key_id(key->public_key);
	struct statement_draft draft[2] = { { .kind = STATEMENT_policy, .subject = "policy" },
					    { .kind = STATEMENT_key, .digest = *id } };
	struct statement_made made[2];
	char subject[DIGEST_HEX_SIZE];
	struct log *log;

	digest_to_hex(id, subject);
	if (registry_log(registry, &log, err) ||
	    policy_make(registry, request, key->public_key, &policy, &draft[0].digest, err) ||
	    json_object_new(&first, err) ||
	    json_set_base64(first, "publicKey", public_key_der(key->public_key), err) ||
	    scope_set(first, everything, err))
		return -1;
	draft[0].predicate = policy;
	draft[1].predicate = first;
	draft[1].subject = subject;
	return registry_publish_statements(registry, key, draft, 2, made, err);
}

/* Public keys lie in the registry, so that a reader finds whole keys and not only hints. */
static int public_key_keep(const struct registry *registry, const struct public_key *key,
			   struct error *err)
{
	CLEANUP(buffer_release) struct buffer pem;
	CLEANUP(text_free) char *path = NULL;
	char id[DIGEST_HEX_SIZE], name[sizeof("keys/.pub") + DIGEST_HEX_SIZE];

	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	digest_to_hex(public_key_id(key), id);
	snprintf(name, sizeof(name), "keys/%s.pub", id);
	return registry_path(registry, name, &path, err) || public_key_pem(key, &pem, err) ||
			       file_write(path, buffer_view(&pem), 0644, FILE_KEEP_FIRST, err)
		       ? -1
		       : 0;
}

static int recovery_keep(const struct registry *registry,
			 const struct registry_init_request *request, struct error *err)
{
	for (size_t i = 0; i < request->recovery_count; i++)
		if (public_key_keep(registry, request->recovery[i], err))
			return -1;
	return 0;
}

static int folders_make(const char *folder, struct error *err)
{
	static const char *const inside[] = { "objects", "statements", "keys", "log" };

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		CLEANUP(text_free) char *path = NULL;

		if (path_join(folder, inside[i], &path, err) || folder_make(path, err))
			return -1;
	}
	return 0;
}

static int settings_make(const char *folder, const char *origin, const char *key, struct error *err)
{
	CLEANUP(settings_release) struct settings settings = { 0 };
	CLEANUP(text_free) char *path = NULL;

	return settings_set(&settings, SETTING_FORMAT_VERSION, REGISTRY_FORMAT_VERSION, err) ||
			       settings_set(&settings, SETTING_ORIGIN, origin, err) ||
			       settings_set(&settings, SETTING_STORE_TYPE, "packs", err) ||
			       settings_set(&settings, SETTING_STORE_DEFAULT, "copy", err) ||
			       settings_set(&settings, SETTING_COORDINATOR_TYPE, "sqlite", err) ||
			       settings_set(&settings, SETTING_USER_KEY, key, err) ||
			       path_join(folder, "config", &path, err) ||
			       settings_write(path, &settings, err)
		       ? -1
		       : 0;
}

static int home_fill(const struct context *ctx, const char *folder,
		     const struct registry_init_request *request, const char *origin,
		     struct signing_key *key, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;

	return folders_make(folder, err) || settings_make(folder, origin, key->name, err) ||
			       log_create(ctx, folder, origin, 0600, err) ||
			       registry_open(ctx, folder, &registry, err) ||
			       public_key_keep(registry, key->public_key, err) ||
			       recovery_keep(registry, request, err) ||
			       first_statements(registry, request, key, err)
		       ? -1
		       : 0;
}

/* Recovery keys that could not do what they are for, or that lie where what they revoke lies. */
static int recovery_check(const struct registry_init_request *request, const struct public_key *key,
			  struct error *err)
{
	for (size_t i = 0; i < request->recovery_count; i++) {
		const struct public_key *one = request->recovery[i];
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(public_key_id(one), hex);
		if (public_key_type(one) != KEY_ECDSA_P256 &&
		    public_key_type(one) != KEY_ECDSA_P384)
			return error_set(err, ERROR_USAGE,
					 "the recovery key %s signs no statements: P-256 or P-384 "
					 "is wanted",
					 hex);
		if (digest_equal(public_key_id(one), public_key_id(key)))
			return error_set(err, ERROR_USAGE,
					 "the recovery key %s is the signing key: whoever steals "
					 "one has both",
					 hex);
		for (size_t k = 0; k < i; k++)
			if (digest_equal(public_key_id(one), public_key_id(request->recovery[k])))
				return error_set(err, ERROR_USAGE,
						 "the recovery key %s is named twice", hex);
	}
	return request->recovery_count < POLICY_KEYS_MAX
		       ? 0
		       : error_set(err, ERROR_USAGE, "more than %d recovery keys",
				   POLICY_KEYS_MAX - 1);
}

int registry_init(const struct context *ctx, const struct registry_init_request *request,
		  struct registry **out_registry, struct error *err)
{
	CLEANUP(building_release) struct building b = { 0 };
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	char origin[REGISTRY_ORIGIN_MAX], name[NAME_PART_MAX + 1];

	if (request->origin && (strlen(request->origin) >= REGISTRY_ORIGIN_MAX ||
				!note_name_ok(span_of(request->origin))))
		return error_set(err, ERROR_USAGE,
				 "'%s' cannot be an origin: text without white space and '+'",
				 request->origin);
	key_name_default(ctx, name);
	if (building_begin(request, &b, err) ||
	    key_take(ctx, request->key ? request->key : name, &key, err) ||
	    recovery_check(request, key->public_key, err))
		return -1;
	if (request->origin)
		snprintf(origin, sizeof(origin), "%s", request->origin);
	else if (origin_make(ctx, request->folder, origin, err))
		return -1;
	if (home_fill(ctx, b.passing, request, origin, key, err) || building_finish(&b, err))
		return -1;
	if (!request->origin)
		context_notice(ctx, "the origin is '%s', for good: it is this registry's name",
			       origin);
	return registry_open(ctx, b.named, out_registry, err);
}
