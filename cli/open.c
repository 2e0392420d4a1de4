/* open: what many commands begin with. */
#include "cli/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void names_free(struct name **names)
{
	free(*names);
}

void texts_free(const char ***texts)
{
	free(*texts);
}

static const char *registry_named(const struct call *call)
{
	const char *named = call_value(call, "registry");

	if (!named)
		named = context_environment(call->ctx, "AKASHI_REGISTRY");
	return named && named[0] ? named : NULL;
}

/* What every command that signs may be told. */
static int open_in(const struct call *call, const char *folder, struct registry **out_registry,
		   struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;

	if (registry_open(call->ctx, folder, &registry, err) ||
	    registry_timestamp_from(registry, call_value(call, "timestamp-url"), err))
		return -1;
	*out_registry = registry;
	registry = NULL; /* handed over */
	return 0;
}

int open_registry(const struct call *call, struct registry **out_registry, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;

	if (registry_find(call->ctx, registry_named(call), NULL, &folder, err))
		return -1;
	return open_in(call, folder, out_registry, err);
}

int open_registry_if_any(const struct call *call, struct registry **out_registry, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct error none = { 0 };

	if (registry_named(call))
		return open_registry(call, out_registry, err);
	if (registry_find(call->ctx, NULL, NULL, &folder, &none) == 0)
		return open_in(call, folder, out_registry, err);
	if (none.code != ERROR_ABSENT)
		context_notice(call->ctx, "going on without a registry: %s", none.text);
	*out_registry = NULL;
	return 0;
}

int open_registry_anchor(const struct call *call, struct registry **out_registry, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct error cause = { 0 };
	bool own = false;

	*out_registry = NULL;
	if (open_registry_if_any(call, &registry, err))
		return -1;
	if (!registry)
		return 0;
	if (registry_named(call) || (!registry_is_own(registry, &own, &cause) && own)) {
		*out_registry = registry;
		registry = NULL; /* handed over */
		return 0;
	}
	context_notice(
		call->ctx,
		"going on without the registry '%s', which was found and not named: %s (name "
		"it with --registry if you want it)",
		registry->folder,
		cause.code ? cause.text
			   : "you neither pinned it nor hold the key that signed its policy");
	return 0;
}

int open_add_how(const struct call *call, const struct registry *registry, struct add_how *out_how,
		 struct error *err)
{
	struct add_how how = { .key = call_value(call, "key"),
			       .rehash = call_has(call, "rehash"),
			       .dry_run = call_has(call, "dry-run") };
	const char *store = call_value(call, "store");
	const char *compression = call_value(call, "compression");

	if (!store)
		store = settings_get(&registry->settings, SETTING_STORE_DEFAULT, "copy");
	if (!compression)
		compression = settings_get(&registry->settings, SETTING_STORE_COMPRESSION, "full");
	if (store_mode_parse(store, &how.mode, err) ||
	    codec_effort_parse(compression, &how.compression, err))
		return -1;
	*out_how = how;
	return 0;
}

int open_names(const struct call *call, const char *option, struct name **out_names,
	       size_t *out_count, struct error *err)
{
	CLEANUP(texts_free) const char **text = NULL;
	CLEANUP(names_free) struct name *name = NULL;
	size_t count;

	if (call_values(call, option, &text, &count, err))
		return -1;
	name = calloc(count + 1, sizeof(*name));
	if (!name)
		return error_system(err, ENOMEM, "cannot read the command line");
	for (size_t i = 0; i < count; i++)
		if (name_parse(text[i], &name[i], err))
			return error_prefix(err, "--%s", option);
	*out_names = name;
	*out_count = count;
	name = NULL;
	return 0;
}

bool open_hash_on_device(const struct call *call)
{
	const char *where = call_value(call, "hash-on");

	return where && strcmp(where, "device") == 0;
}

void certificates_release(struct certificates *certificates)
{
	certificate_list_release(&certificates->list);
	free(certificates->der);
}

int open_certificates(const struct call *call, const char *option, struct certificates *out,
		      struct error *err)
{
	CLEANUP(texts_free) const char **path = NULL;
	size_t count;

	if (call_values(call, option, &path, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		CLEANUP(buffer_release) struct buffer pem;

		buffer_init(&pem, CERTIFICATE_PEM_MAX);
		if (file_read(path[i], &pem, err) ||
		    certificate_list_add_pem(&out->list, buffer_view(&pem), err))
			return error_prefix(err, "--%s '%s'", option, path[i]);
	}
	out->der = calloc(out->list.count + 1, sizeof(*out->der));
	if (!out->der)
		return error_system(err, ENOMEM, "cannot read certificates");
	for (size_t i = 0; i < out->list.count; i++)
		out->der[i] = certificate_der(out->list.item[i]);
	return 0;
}

int open_public_key(const struct call *call, const char *named, struct public_key **out_key,
		    struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(buffer_release) struct buffer pem;

	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	if (file_exists(named))
		return file_read(named, &pem, err) ||
				       public_key_from_pem(buffer_view(&pem), out_key, err)
			       ? error_prefix(err, "'%s'", named)
			       : 0;
	return signing_key_open(call->ctx, named, &key, err) ||
			       public_key_from_der(public_key_der(key->public_key), out_key, err)
		       ? -1
		       : 0;
}

void public_keys_release(struct public_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		public_key_free(&keys->item[i]);
	free(keys->item);
}

int open_public_keys(const struct call *call, const char *option, struct public_keys *out,
		     struct error *err)
{
	CLEANUP(texts_free) const char **named = NULL;
	size_t count;

	if (call_values(call, option, &named, &count, err))
		return -1;
	out->item = calloc(count + 1, sizeof(struct public_key *));
	if (!out->item)
		return error_system(err, ENOMEM, "cannot read keys");
	for (size_t i = 0; i < count; i++) {
		if (open_public_key(call, named[i], &out->item[i], err))
			return error_prefix(err, "--%s", option);
		out->count++;
	}
	return 0;
}
