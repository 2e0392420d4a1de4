/* Speaking PKCS#11 to a module: tokens, logins, keys, signatures. */
#include "registry/sign/pkcs11/token.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRYPTOKI_GNU
#include <p11-kit/pkcs11.h>

enum { SLOTS_MAX = 256, LABEL_MAX = 32, PIN_FILE_MAX = 1024, KEYS_MAX = 1024 };

struct token {
	struct ck_function_list *module;
	ck_session_handle_t session;
	bool has_session;
	ck_slot_id_t slot;
	ck_flags_t flags;
	char label[LABEL_MAX + 1];
};

/* What of the many refusals has a better sentence than its number. */
static const struct refusal {
	ck_rv_t rv;
	enum error_code code;
	const char *text;
} refusals[] = {
	{ CKR_PIN_INCORRECT, ERROR_UNTRUSTED, "the PIN is wrong" },
	{ CKR_PIN_INVALID, ERROR_UNTRUSTED, "the PIN is wrong" },
	{ CKR_PIN_LEN_RANGE, ERROR_UNTRUSTED, "the PIN is too short or too long" },
	{ CKR_PIN_LOCKED, ERROR_UNTRUSTED, "the PIN is locked after too many wrong ones" },
	{ CKR_PIN_EXPIRED, ERROR_UNTRUSTED, "the PIN has expired" },
	{ CKR_USER_PIN_NOT_INITIALIZED, ERROR_UNTRUSTED, "the token has no user PIN yet" },
	{ CKR_KEY_FUNCTION_NOT_PERMITTED, ERROR_UNTRUSTED, "the key may not sign (CKA_SIGN)" },
	{ CKR_MECHANISM_INVALID, ERROR_UNTRUSTED, "the token has no CKM_ECDSA" },
	{ CKR_TOKEN_NOT_PRESENT, ERROR_ABSENT, "the token was taken out" },
	{ CKR_DEVICE_REMOVED, ERROR_ABSENT, "the token was taken out" },
	{ CKR_USER_NOT_LOGGED_IN, ERROR_UNTRUSTED, "the token wants a login" },
	{ CKR_HOST_MEMORY, ERROR_SYSTEM, "out of memory" },
	{ CKR_DEVICE_ERROR, ERROR_SYSTEM, "the device failed (CKR_DEVICE_ERROR)" },
	{ CKR_GENERAL_ERROR, ERROR_SYSTEM, "it failed and says no more (CKR_GENERAL_ERROR)" },
};

static int refused(const struct token *token, ck_rv_t rv, const char *doing, struct error *err)
{
	const char *label = token->label[0] ? token->label : "?";

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].rv == rv)
			return error_set(err, refusals[i].code, "cannot %s, token '%s': %s", doing,
					 label, refusals[i].text);
	return error_set(err, ERROR_SYSTEM, "cannot %s, token '%s': PKCS#11 error 0x%lx", doing,
			 label, rv);
}

void token_key_release(struct token_key *key)
{
	buffer_release(&key->spki);
	buffer_release(&key->curve);
	buffer_release(&key->point);
}

void token_close(struct token **token)
{
	if (*token && (*token)->has_session)
		(void)(*token)->module->C_CloseSession((*token)->session);
	free(*token);
	*token = NULL;
}

const char *token_label(const struct token *token)
{
	return token->label;
}

static int module_load(struct token *token, const char *path, struct error *err)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	CK_C_GetFunctionList get;
	ck_rv_t rv;

	if (!handle)
		return error_set(err, ERROR_ABSENT, "cannot load the PKCS#11 module: %s",
				 dlerror());
	*(void **)&get = dlsym(handle, "C_GetFunctionList");
	rv = get ? get(&token->module) : CKR_OK;
	if (!get || (rv == CKR_OK && !token->module))
		return error_set(err, ERROR_USAGE, "'%s' is no PKCS#11 module", path);
	return rv == CKR_OK ? 0 : refused(token, rv, "begin with the module", err);
}

/* Another key of this process may have done it already. */
static int module_initialise(struct token *token, struct error *err)
{
	struct ck_c_initialize_args arguments = { .flags = CKF_OS_LOCKING_OK };
	ck_rv_t rv = token->module->C_Initialize(&arguments);

	return rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED
		       ? 0
		       : refused(token, rv, "initialise the module", err);
}

#define FIELD(of) ((struct span){ (of), sizeof(of) })

static bool library_fits(const struct ck_info *info, const struct pkcs11_uri *uri)
{
	char version[16], major[8];
	int len = snprintf(version, sizeof(version), "%u.%u", info->library_version.major,
			   info->library_version.minor);
	const char *wanted = pkcs11_uri_get(uri, PKCS11_LIBRARY_VERSION);

	snprintf(major, sizeof(major), "%u", info->library_version.major);
	if (wanted && !info->library_version.minor && strcmp(wanted, major) == 0)
		wanted = NULL;
	return pkcs11_uri_field_fits(uri, PKCS11_LIBRARY_MANUFACTURER,
				     FIELD(info->manufacturer_id)) &&
	       pkcs11_uri_field_fits(uri, PKCS11_LIBRARY_DESCRIPTION,
				     FIELD(info->library_description)) &&
	       (!wanted || ((size_t)len == strlen(wanted) && strcmp(wanted, version) == 0));
}

static bool slot_fits(ck_slot_id_t id, const struct ck_slot_info *info,
		      const struct pkcs11_uri *uri)
{
	const char *wanted = pkcs11_uri_get(uri, PKCS11_SLOT_ID);

	return (!wanted || strtoul(wanted, NULL, 10) == id) &&
	       pkcs11_uri_field_fits(uri, PKCS11_SLOT_MANUFACTURER, FIELD(info->manufacturer_id)) &&
	       pkcs11_uri_field_fits(uri, PKCS11_SLOT_DESCRIPTION, FIELD(info->slot_description));
}

static bool token_fits(const struct ck_token_info *info, const struct pkcs11_uri *uri)
{
	return (info->flags & CKF_TOKEN_INITIALIZED) &&
	       pkcs11_uri_field_fits(uri, PKCS11_TOKEN, FIELD(info->label)) &&
	       pkcs11_uri_field_fits(uri, PKCS11_MANUFACTURER, FIELD(info->manufacturer_id)) &&
	       pkcs11_uri_field_fits(uri, PKCS11_SERIAL, FIELD(info->serial_number)) &&
	       pkcs11_uri_field_fits(uri, PKCS11_MODEL, FIELD(info->model));
}

static void label_take(struct token *token, const struct ck_token_info *info)
{
	size_t len = sizeof(info->label);

	while (len && (info->label[len - 1] == ' ' || !info->label[len - 1]))
		len--;
	memcpy(token->label, info->label, len);
	token->label[len] = '\0';
}

/* The one token that fits, into `token`. */
static int slot_find(struct token *token, const struct pkcs11_uri *uri, struct error *err)
{
	const char *wanted = pkcs11_uri_get(uri, PKCS11_TOKEN);
	struct ck_info library = { 0 };
	ck_slot_id_t slot[SLOTS_MAX];
	unsigned long count = SLOTS_MAX;
	size_t found = 0;
	ck_rv_t rv;

	if ((rv = token->module->C_GetInfo(&library)) != CKR_OK ||
	    (rv = token->module->C_GetSlotList(1, slot, &count)) != CKR_OK)
		return refused(token, rv, "list tokens", err);
	for (unsigned long i = 0; i < count && library_fits(&library, uri); i++) {
		struct ck_slot_info place = { 0 };
		struct ck_token_info info = { 0 };

		/* One that was taken out just now is none. */
		if (token->module->C_GetSlotInfo(slot[i], &place) != CKR_OK ||
		    token->module->C_GetTokenInfo(slot[i], &info) != CKR_OK ||
		    !slot_fits(slot[i], &place, uri) || !token_fits(&info, uri))
			continue;
		found++;
		token->slot = slot[i];
		token->flags = info.flags;
		label_take(token, &info);
	}
	if (!found)
		return error_set(err, ERROR_ABSENT,
				 "no token '%s' here: %lu slots hold a token, and none fits",
				 wanted ? wanted : "(any)", count);
	if (found > 1)
		return error_set(err, ERROR_USAGE,
				 "%zu tokens fit: name one with token=LABEL or serial=NUMBER",
				 found);
	return 0;
}

static void pin_free(char **pin)
{
	if (*pin)
		explicit_bzero(*pin, strlen(*pin));
	free(*pin);
	*pin = NULL;
}

/* The first line of the file. */
static int pin_read(const char *path, char **out_pin, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	int failed;

	buffer_init(&text, PIN_FILE_MAX);
	failed = file_read(path, &text, err);
	if (!failed) {
		size_t len = 0;

		while (len < text.len && text.data[len] && !strchr("\r\n", text.data[len]))
			len++;
		*out_pin = strndup((const char *)text.data, len);
		if (!*out_pin)
			failed = error_set(err, ERROR_SYSTEM, "out of memory for a PIN");
	}
	if (text.data)
		explicit_bzero(text.data, text.len);
	return failed ? error_prefix(err, "the PIN") : 0;
}

static int pin_get(const struct context *ctx, const struct token *token,
		   const struct pkcs11_uri *uri, char **out_pin, struct error *err)
{
	const char *file = pkcs11_uri_get(uri, PKCS11_PIN_SOURCE);
	char what[LABEL_MAX + 32];

	if (file)
		return pin_read(file, out_pin, err);
	snprintf(what, sizeof(what), "token '%s' (its PIN)", token->label);
	if (ctx && ctx->passphrase && !ctx->passphrase(ctx->user, what, out_pin) && *out_pin)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "the token '%s' wants its PIN: set AKASHI_PASSPHRASE_FILE, name a "
			 "pin-source, or run on a terminal",
			 token->label);
}

static int login(const struct context *ctx, const struct token *token, const struct pkcs11_uri *uri,
		 ck_user_type_t user, struct error *err)
{
	CLEANUP(pin_free) char *pin = NULL;
	bool keypad = token->flags & CKF_PROTECTED_AUTHENTICATION_PATH;
	ck_rv_t rv;

	if (token->flags & CKF_USER_PIN_FINAL_TRY)
		context_notice(ctx, "one more wrong PIN locks the token '%s'", token->label);
	else if (token->flags & CKF_USER_PIN_COUNT_LOW)
		context_notice(ctx, "the token '%s' was given a wrong PIN before", token->label);
	if (keypad)
		context_notice(ctx, "enter the PIN on the keypad of the token '%s'", token->label);
	else if (pin_get(ctx, token, uri, &pin, err))
		return -1;
	rv = token->module->C_Login(token->session, user, (unsigned char *)pin,
				    pin ? strlen(pin) : 0);
	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? 0
								: refused(token, rv, "log in", err);
}

static int session_open(const struct context *ctx, struct token *token,
			const struct pkcs11_uri *uri, struct error *err)
{
	struct ck_session_info info = { 0 };
	ck_rv_t rv = token->module->C_OpenSession(token->slot, CKF_SERIAL_SESSION, NULL, NULL,
						  &token->session);

	if (rv != CKR_OK)
		return refused(token, rv, "open a session", err);
	token->has_session = true;
	rv = token->module->C_GetSessionInfo(token->session, &info);
	if (rv != CKR_OK)
		return refused(token, rv, "look at a session", err);
	if (!(token->flags & CKF_LOGIN_REQUIRED) || info.state == CKS_RO_USER_FUNCTIONS)
		return 0;
	return login(ctx, token, uri, CKU_USER, err);
}

int token_open(const struct context *ctx, const struct pkcs11_uri *uri, const char *module,
	       const char *lock, struct token **out_token, struct error *err)
{
	CLEANUP(token_close) struct token *token = calloc(1, sizeof(*token));
	CLEANUP(file_lock_release) struct file_lock held = { 0 };

	if (!token)
		return error_set(err, ERROR_SYSTEM, "out of memory for a token");
	if (module_load(token, module, err) || (lock && file_lock_take(lock, &held, err)) ||
	    module_initialise(token, err) || slot_find(token, uri, err) ||
	    session_open(ctx, token, uri, err))
		return -1;
	*out_token = token;
	token = NULL; /* handed over */
	return 0;
}

/* Append an attribute's bytes; nothing when the object does not tell it. */
static int attribute_get(struct token *token, ck_object_handle_t object, ck_attribute_type_t type,
			 struct buffer *out, struct error *err)
{
	struct ck_attribute attribute = { type, NULL, 0 };
	uint8_t *room;
	ck_rv_t rv = token->module->C_GetAttributeValue(token->session, object, &attribute, 1);

	if (rv != CKR_OK || attribute.value_len == CK_UNAVAILABLE_INFORMATION ||
	    !attribute.value_len || attribute.value_len > TOKEN_ATTRIBUTE_MAX)
		return 0;
	if (buffer_extend(out, attribute.value_len, &room, err))
		return -1;
	out->len -= attribute.value_len;
	attribute.value = room;
	rv = token->module->C_GetAttributeValue(token->session, object, &attribute, 1);
	if (rv != CKR_OK)
		return refused(token, rv, "read an object", err);
	if (attribute.value_len <= out->cap - out->len)
		out->len += attribute.value_len;
	return 0;
}

/* A number or a truth value; `otherwise` where the object does not tell it. */
static unsigned long attribute_number(struct token *token, ck_object_handle_t object,
				      ck_attribute_type_t type, unsigned long otherwise)
{
	unsigned long number = 0;
	struct ck_attribute attribute = { type, &number, sizeof(number) };

	if (token->module->C_GetAttributeValue(token->session, object, &attribute, 1) != CKR_OK)
		return otherwise;
	if (attribute.value_len == sizeof(unsigned char))
		return *(unsigned char *)&number;
	return attribute.value_len == sizeof(number) ? number : otherwise;
}

/* The objects that fit, up to `most` of them, into out_object[most]. */
static int objects_find(struct token *token, struct ck_attribute *wanted, size_t count, size_t most,
			ck_object_handle_t *out_object, size_t *out_found, struct error *err)
{
	unsigned long found = 0;
	ck_rv_t rv = token->module->C_FindObjectsInit(token->session, wanted, count);

	/* A module may hand out one at a time. */
	while (rv == CKR_OK && found < most) {
		unsigned long more = 0;

		rv = token->module->C_FindObjects(token->session, out_object + found, most - found,
						  &more);
		if (rv != CKR_OK || !more || more > most - found)
			break;
		found += more;
	}
	(void)token->module->C_FindObjectsFinal(token->session);
	if (rv != CKR_OK)
		return refused(token, rv, "look for a key", err);
	*out_found = found;
	return 0;
}

/* What a private key must be like: class, and label and id where the URI names them. */
static size_t private_wanted(const struct pkcs11_uri *uri, ck_object_class_t *private,
			     struct ck_attribute wanted[3])
{
	static const enum pkcs11_attribute named[] = { PKCS11_OBJECT, PKCS11_ID };
	static const ck_attribute_type_t as[] = { CKA_LABEL, CKA_ID };
	size_t count = 1;

	*private = CKO_PRIVATE_KEY;
	wanted[0] = (struct ck_attribute){ CKA_CLASS, private, sizeof(*private) };
	for (size_t i = 0; i < 2; i++)
		if (uri->value[named[i]].text)
			wanted[count++] = (struct ck_attribute){ as[i], uri->value[named[i]].text,
								 uri->value[named[i]].len };
	return count;
}

static int private_find(struct token *token, const struct pkcs11_uri *uri,
			ck_object_handle_t *out_object, struct error *err)
{
	ck_object_class_t private;
	struct ck_attribute wanted[3];
	const char *label = pkcs11_uri_get(uri, PKCS11_OBJECT);
	ck_object_handle_t object[2];
	size_t count = private_wanted(uri, &private, wanted), found;

	if (objects_find(token, wanted, count, 2, object, &found, err))
		return -1;
	if (!found)
		return error_set(err, ERROR_ABSENT, "no private key%s%s%s in the token '%s'",
				 label ? " '" : " that fits", label ? label : "", label ? "'" : "",
				 token->label);
	if (found > 1)
		return error_set(err, ERROR_USAGE,
				 "several private keys in the token '%s' fit: name one with "
				 "object=LABEL or id=%%HH",
				 token->label);
	*out_object = object[0];
	return 0;
}

/* The public object that goes with a private key: the same CKA_ID, else the same label. */
static int public_find(struct token *token, ck_object_handle_t private,
		       ck_object_handle_t *out_object, bool *out_found, struct error *err)
{
	static const ck_attribute_type_t shared[] = { CKA_ID, CKA_LABEL };
	ck_object_class_t public = CKO_PUBLIC_KEY;
	ck_object_handle_t object[2];
	size_t found = 0;

	for (size_t i = 0; i < 2 && !found; i++) {
		CLEANUP(buffer_release) struct buffer value;
		struct ck_attribute wanted[2] = { { CKA_CLASS, &public, sizeof(public) } };

		buffer_init(&value, TOKEN_ATTRIBUTE_MAX);
		if (attribute_get(token, private, shared[i], &value, err))
			return -1;
		if (!value.len)
			continue;
		wanted[1] = (struct ck_attribute){ shared[i], value.data, value.len };
		if (objects_find(token, wanted, 2, 2, object, &found, err))
			return -1;
	}
	*out_found = found == 1;
	if (found == 1)
		*out_object = object[0];
	return 0;
}

/* What can be learned of the public half. */
static int public_read(struct token *token, struct token_key *key, struct error *err)
{
	ck_object_handle_t public;
	bool found;

	if (public_find(token, key->handle, &public, &found, err) ||
	    (found && (attribute_get(token, public, CKA_EC_POINT, &key->point, err) ||
		       attribute_get(token, public, CKA_EC_PARAMS, &key->curve, err))))
		return -1;
	if (!key->point.len && attribute_get(token, key->handle, CKA_EC_POINT, &key->point, err))
		return -1;
	if (!key->curve.len && attribute_get(token, key->handle, CKA_EC_PARAMS, &key->curve, err))
		return -1;
	if ((!key->point.len || !key->curve.len) &&
	    attribute_get(token, key->handle, CKA_PUBLIC_KEY_INFO, &key->spki, err))
		return -1;
	if (!key->spki.len && (!key->point.len || !key->curve.len))
		return error_set(err, ERROR_UNTRUSTED,
				 "the token '%s' does not tell the public half of the key: put a "
				 "public key object with the same CKA_ID beside it",
				 token->label);
	return 0;
}

int token_key_find(struct token *token, const struct pkcs11_uri *uri, struct token_key *out_key,
		   struct error *err)
{
	CLEANUP(token_key_release) struct token_key key = { 0 };
	ck_object_handle_t object;

	buffer_init(&key.spki, TOKEN_ATTRIBUTE_MAX);
	buffer_init(&key.curve, TOKEN_ATTRIBUTE_MAX);
	buffer_init(&key.point, TOKEN_ATTRIBUTE_MAX);
	if (private_find(token, uri, &object, err))
		return -1;
	if (attribute_number(token, object, CKA_KEY_TYPE, CKK_EC) != CKK_EC)
		return error_set(err, ERROR_UNTRUSTED,
				 "the key in the token '%s' is no EC key, and only ECDSA on P-256, "
				 "P-384 and P-521 is signed with",
				 token->label);
	key.handle = object;
	key.each_time = attribute_number(token, object, CKA_ALWAYS_AUTHENTICATE, 0) != 0;
	if (public_read(token, &key, err))
		return -1;
	*out_key = key;
	key = (struct token_key){ 0 }; /* handed over */
	return 0;
}

/* "pkcs11:token=T;object=L;id=%HH" of one object. */
static int key_uri_build(struct token *token, ck_object_handle_t object, struct buffer *out,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer label, id;

	buffer_init(&label, TOKEN_ATTRIBUTE_MAX);
	buffer_init(&id, TOKEN_ATTRIBUTE_MAX);
	if (attribute_get(token, object, CKA_LABEL, &label, err) ||
	    attribute_get(token, object, CKA_ID, &id, err) ||
	    buffer_add_text(out, "pkcs11:token=", err) ||
	    pkcs11_value_encode(out, span_of(token->label), err))
		return -1;
	/* A label that is no text cannot stand in a URI. */
	if (label.len && text_is_utf8(buffer_view(&label)) &&
	    !memchr(label.data, '\0', label.len) &&
	    (buffer_add_text(out, ";object=", err) ||
	     pkcs11_value_encode(out, buffer_view(&label), err)))
		return -1;
	return id.len && (buffer_add_text(out, ";id=", err) ||
			  pkcs11_value_encode(out, buffer_view(&id), err))
		       ? -1
		       : 0;
}

int token_keys(struct token *token, const struct pkcs11_uri *uri,
	       int (*found)(void *arg, const char *key_uri, struct error *err), void *arg,
	       struct error *err)
{
	ck_object_handle_t object[KEYS_MAX];
	struct ck_attribute wanted[3];
	ck_object_class_t private;
	size_t wanted_count = private_wanted(uri, &private, wanted), count;

	if (objects_find(token, wanted, wanted_count, KEYS_MAX, object, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		CLEANUP(buffer_release) struct buffer text;
		CLEANUP(text_free) char *key_uri = NULL;

		buffer_init(&text, PKCS11_URI_MAX);
		if (attribute_number(token, object[i], CKA_KEY_TYPE, CKK_EC) != CKK_EC)
			continue;
		if (key_uri_build(token, object[i], &text, err) ||
		    buffer_to_text(&text, &key_uri, err) || found(arg, key_uri, err))
			return -1;
	}
	return 0;
}

int token_sign(const struct context *ctx, struct token *token, const struct pkcs11_uri *uri,
	       const struct token_key *key, struct span digest,
	       uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len, struct error *err)
{
	struct ck_mechanism mechanism = { .mechanism = CKM_ECDSA };
	uint8_t message[MESSAGE_DIGEST_MAX];
	unsigned long len = TOKEN_SIGNATURE_MAX;
	ck_rv_t rv;

	if (digest.len > sizeof(message))
		return error_set(err, ERROR_USAGE, "a digest of %zu bytes is not signed",
				 digest.len);
	memcpy(message, digest.data, digest.len); /* PKCS#11 does not promise to leave it alone */
	rv = token->module->C_SignInit(token->session, &mechanism, key->handle);
	if (rv != CKR_OK)
		return refused(token, rv, "sign", err);
	if (key->each_time && login(ctx, token, uri, CKU_CONTEXT_SPECIFIC, err))
		return -1;
	rv = token->module->C_Sign(token->session, message, digest.len, out_signature, &len);
	if (rv != CKR_OK)
		return refused(token, rv, "sign", err);
	if (!len || len % 2 || len > TOKEN_SIGNATURE_MAX)
		return error_set(err, ERROR_SYSTEM,
				 "the token '%s' gave %lu bytes, which are no r and s",
				 token->label, len);
	*out_len = len;
	return 0;
}
