/* Private keys: where they lie, what they are called, which way of signing opens them. */
#include "registry/sign.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/pkcs11_uri.h"

#define KEY_SUFFIX ".key"

static const struct signer_type *const types[] = {
#define SIGNER(name) &signer_##name,
#include "registry/signers.def"
#undef SIGNER
};

static const char *const type_names[] = {
	[SIGNING_ECDSA_P256] = "ecdsa-p256",
	[SIGNING_ECDSA_P384] = "ecdsa-p384",
	[SIGNING_ECDSA_P521] = "ecdsa-p521",
	[SIGNING_ED25519] = "ed25519",
};

int signing_type_parse(const char *text, enum signing_type *out_type, struct error *err)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (strcmp(type_names[i], text) != 0)
			continue;
		*out_type = (enum signing_type)i;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' is no type of key: use ecdsa-p256 or ecdsa-p384",
			 text);
}

const char *signing_type_name(enum signing_type type)
{
	return type_names[type];
}

int signing_type_of(const struct public_key *key, enum signing_type *out_type, struct error *err)
{
	switch (public_key_type(key)) {
	case KEY_ECDSA_P256:
		*out_type = SIGNING_ECDSA_P256;
		return 0;
	case KEY_ECDSA_P384:
		*out_type = SIGNING_ECDSA_P384;
		return 0;
	case KEY_ECDSA_P521:
		*out_type = SIGNING_ECDSA_P521;
		return 0;
	case KEY_ED25519:
		*out_type = SIGNING_ED25519;
		return 0;
	}
	return error_set(err, ERROR_UNTRUSTED, "a key of type %s signs nothing here",
			 public_key_type_name(key));
}

int signing_folder(const struct context *ctx, char **out_folder, struct error *err)
{
	const char *base = context_environment(ctx, "XDG_CONFIG_HOME");

	if (base && base[0] == '/')
		return path_join(base, "akashi/keys", out_folder, err);
	base = context_environment(ctx, "HOME");
	if (!base || base[0] != '/')
		return error_set(err, ERROR_SYSTEM,
				 "neither XDG_CONFIG_HOME nor HOME says where your keys lie");
	return path_join(base, ".config/akashi/keys", out_folder, err);
}

int signing_folder_make(const char *folder, struct error *err)
{
	if (file_is_folder(folder))
		return 0;
	if (folder_make(folder, err))
		return -1;
	if (chmod(folder, 0700))
		return error_system(err, errno, "cannot close '%s' to others", folder);
	return 0;
}

/* The file of the key `name`. */
static int key_path(const struct context *ctx, const char *name, char **out_path, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	char file[NAME_PART_MAX + sizeof(KEY_SUFFIX)];

	if (!name_part_ok(name))
		return error_set(err, ERROR_USAGE,
				 "'%s' cannot be the name of a key: letters, digits, '.', '_' and "
				 "'-', at most 96, the first a letter or digit",
				 name);
	snprintf(file, sizeof(file), "%s" KEY_SUFFIX, name);
	return signing_folder(ctx, &folder, err) || path_join(folder, file, out_path, err) ? -1 : 0;
}

int signing_key_generate_path(const struct context *ctx, const char *path, unsigned mode,
			      enum signing_type type, const char *passphrase, struct error *err)
{
	if (file_exists(path))
		return error_set(err, ERROR_USAGE, "there is a key in '%s' already", path);
	return signer_openssl.generate(ctx, path, mode, type, passphrase, err);
}

int signing_key_generate(const struct context *ctx, const char *name, enum signing_type type,
			 const char *passphrase, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL, *path = NULL;

	if (type != SIGNING_ECDSA_P256 && type != SIGNING_ECDSA_P384)
		return error_set(err, ERROR_USAGE,
				 "statements are signed with ecdsa-p256 or "
				 "ecdsa-p384; ed25519 is for logs");
	if (key_path(ctx, name, &path, err) || signing_folder(ctx, &folder, err) ||
	    signing_folder_make(folder, err))
		return -1;
	return signing_key_generate_path(ctx, path, 0600, type, passphrase, err);
}

int signing_key_open_path(const struct context *ctx, const char *path, struct signing_key **out_key,
			  struct error *err)
{
	return signer_openssl.open(ctx, path, out_key, err);
}

/* The key NAME of this user. */
static int named_open(const struct context *ctx, const char *name, struct signing_key **out_key,
		      struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct stat st;
	char *copy;

	if (key_path(ctx, name, &path, err))
		return -1;
	if (stat(path, &st))
		return errno == ENOENT ? error_set(err, ERROR_ABSENT,
						   "no key '%s': akashi key generate %s makes one",
						   name, name)
				       : error_system(err, errno, "cannot look at '%s'", path);
	if (st.st_mode & 077)
		return error_set(err, ERROR_UNTRUSTED,
				 "the key '%s' can be read by others: chmod 600 '%s'", name, path);
	if (signing_key_open_path(ctx, path, &key, err))
		return -1;
	copy = strdup(name);
	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a key");
	free(key->name);
	key->name = copy;
	*out_key = key;
	key = NULL; /* handed over */
	return 0;
}

int signing_key_open_any(const struct context *ctx, const char *reference,
			 struct signing_key **out_key, struct error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i]->takes && types[i]->takes(reference))
			return types[i]->open(ctx, reference, out_key, err);
	return named_open(ctx, reference, out_key, err);
}

int signing_key_open(const struct context *ctx, const char *reference, struct signing_key **out_key,
		     struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;

	if (signing_key_open_any(ctx, reference, &key, err))
		return -1;
	if (key->type == SIGNING_ED25519)
		return error_set(err, ERROR_USAGE,
				 "the key '%s' is Ed25519, which signs logs and no statements",
				 key->name);
	if (!public_key_signs_statements(key->public_key))
		return error_set(err, ERROR_USAGE,
				 "the key '%s' is %s: statements are signed with ecdsa-p256 or "
				 "ecdsa-p384",
				 key->name, public_key_type_name(key->public_key));
	*out_key = key;
	key = NULL; /* handed over */
	return 0;
}

int signing_reference_check(const char *reference, struct error *err)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };

	if (!pkcs11_uri_is(reference))
		return 0;
	if (pkcs11_uri_parse(reference, &uri, err))
		return -1;
	if (pkcs11_uri_names_files(&uri))
		return error_set(err, ERROR_UNTRUSTED,
				 "a registry's settings may not say which module to load or where "
				 "a PIN lies: set AKASHI_PKCS11_MODULE and AKASHI_PASSPHRASE_FILE, "
				 "or name the whole URI with --key");
	return 0;
}

void signing_key_close(struct signing_key **key)
{
	if (!*key)
		return;
	(*key)->signer->close(*key);
	*key = NULL;
}

int signing_key_sign(struct signing_key *key, struct span message, struct buffer *out_signature,
		     struct error *err)
{
	return key->signer->sign(key, message, out_signature, err);
}

static int is_key(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(KEY_SUFFIX);

	return len > suffix && strcmp(entry->d_name + len - suffix, KEY_SUFFIX) == 0;
}

int signing_key_list(const struct context *ctx,
		     int (*found)(void *arg, const char *name, struct error *err), void *arg,
		     struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct dirent **entry;
	int count, failed = 0;

	if (signing_folder(ctx, &folder, err))
		return -1;
	count = scandir(folder, &entry, is_key, alphasort);
	if (count < 0)
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot list '%s'", folder);
	for (int i = 0; i < count; i++) {
		entry[i]->d_name[strlen(entry[i]->d_name) - strlen(KEY_SUFFIX)] = '\0';
		if (!failed && name_part_ok(entry[i]->d_name))
			failed = found(arg, entry[i]->d_name, err);
		free(entry[i]);
	}
	free(entry);
	return failed;
}

int signing_key_list_token(const struct context *ctx, const char *uri,
			   int (*found)(void *arg, const char *name, struct error *err), void *arg,
			   struct error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i]->list && types[i]->takes(uri))
			return types[i]->list(ctx, uri, found, arg, err);
	return error_set(err, ERROR_USAGE, "'%s' is no pkcs11: URI of a token", uri);
}
