/*
 * A PKCS#11 module for tests: one slot, one token, one P-256 key, and every lie
 * that FAKE_TOKEN asks for (words separated by blanks). Built as a module of its own.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define CRYPTOKI_GNU
#include <p11-kit/pkcs11.h>

enum { PRIVATE = 1, PUBLIC = 2, SECOND = 3 };

static struct {
	bool logged_in, context_login, searching;
	unsigned long found[3], found_count, handed_out;
	unsigned logins;
	EVP_PKEY *key, *other;
} fake;

/* Does FAKE_TOKEN hold this word? */
static bool lies(const char *word)
{
	const char *all = getenv("FAKE_TOKEN");
	size_t len = strlen(word);

	for (const char *at = all ? strstr(all, word) : NULL; at; at = strstr(at + 1, word))
		if ((at == all || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

static void pad(unsigned char *to, size_t size, const char *text)
{
	memset(to, ' ', size);
	memcpy(to, text, strlen(text));
}

static ck_rv_t initialize(void *arguments)
{
	(void)arguments;
	if (lies("dead"))
		return CKR_DEVICE_ERROR;
	if (fake.key)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	fake.key = EVP_EC_gen("P-256");
	fake.other = EVP_EC_gen("P-256");
	return CKR_OK;
}

static ck_rv_t get_info(struct ck_info *info)
{
	pad(info->manufacturer_id, sizeof(info->manufacturer_id), "Fakes");
	pad(info->library_description, sizeof(info->library_description), "A fake");
	info->library_version = (struct ck_version){ 2, 5 };
	return CKR_OK;
}

static ck_rv_t get_slot_list(unsigned char present, ck_slot_id_t *list, unsigned long *count)
{
	(void)present;
	if (lies("many-slots"))
		return CKR_BUFFER_TOO_SMALL;
	list[0] = 7;
	*count = lies("empty") ? 0 : 1;
	return CKR_OK;
}

static ck_rv_t get_slot_info(ck_slot_id_t slot, struct ck_slot_info *info)
{
	(void)slot;
	pad(info->slot_description, sizeof(info->slot_description), "Drawer");
	pad(info->manufacturer_id, sizeof(info->manufacturer_id), "Fakes");
	return CKR_OK;
}

static ck_rv_t get_token_info(ck_slot_id_t slot, struct ck_token_info *info)
{
	(void)slot;
	if (lies("gone"))
		return CKR_TOKEN_NOT_PRESENT;
	pad(info->label, sizeof(info->label),
	    lies("long") ? "A label of exactly 32 characters" : "fake");
	pad(info->manufacturer_id, sizeof(info->manufacturer_id), "Fakes");
	pad(info->model, sizeof(info->model), "F1");
	pad(info->serial_number, sizeof(info->serial_number), "0042");
	info->flags = CKF_TOKEN_INITIALIZED | (lies("no-login") ? 0 : CKF_LOGIN_REQUIRED) |
		      (lies("keypad") ? CKF_PROTECTED_AUTHENTICATION_PATH : 0) |
		      (lies("final-try") ? CKF_USER_PIN_FINAL_TRY : 0);
	return CKR_OK;
}

static ck_rv_t open_session(ck_slot_id_t slot, ck_flags_t flags, void *application,
			    ck_notify_t notify, ck_session_handle_t *session)
{
	(void)slot, (void)flags, (void)application, (void)notify;
	*session = 11;
	return CKR_OK;
}

static ck_rv_t close_session(ck_session_handle_t session)
{
	fake.logged_in = false;
	return session == 11 ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

static ck_rv_t get_session_info(ck_session_handle_t session, struct ck_session_info *info)
{
	(void)session;
	info->state = fake.logged_in ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
	return CKR_OK;
}

static ck_rv_t login(ck_session_handle_t session, ck_user_type_t user, unsigned char *pin,
		     unsigned long len)
{
	(void)session;
	if (lies("locked"))
		return CKR_PIN_LOCKED;
	if (lies("keypad") ? pin != NULL : !pin || len != 4 || memcmp(pin, "1234", 4) != 0)
		return CKR_PIN_INCORRECT;
	if (user == CKU_CONTEXT_SPECIFIC)
		fake.context_login = true;
	fake.logged_in = true;
	return CKR_OK;
}

static ck_rv_t find_objects_init(ck_session_handle_t session, struct ck_attribute *wanted,
				 unsigned long count)
{
	ck_object_class_t class = 0;

	(void)session;
	if (fake.searching)
		return CKR_OPERATION_ACTIVE;
	for (unsigned long i = 0; i < count; i++)
		if (wanted[i].type == CKA_CLASS)
			memcpy(&class, wanted[i].value, sizeof(class));
	fake.searching = true;
	fake.found_count = fake.handed_out = 0;
	if (class == CKO_PRIVATE_KEY && !lies("no-private"))
		fake.found[fake.found_count++] = PRIVATE;
	if (class == CKO_PRIVATE_KEY && lies("two-private"))
		fake.found[fake.found_count++] = SECOND;
	if (class == CKO_PUBLIC_KEY && !lies("no-public"))
		fake.found[fake.found_count++] = PUBLIC;
	return CKR_OK;
}

/* One at a time, as a module may. */
static ck_rv_t find_objects(ck_session_handle_t session, ck_object_handle_t *object,
			    unsigned long most, unsigned long *count)
{
	(void)session;
	*count = most && fake.handed_out < fake.found_count;
	if (*count)
		object[0] = fake.found[fake.handed_out++];
	if (lies("too-many"))
		*count = 5;
	return CKR_OK;
}

static ck_rv_t find_objects_final(ck_session_handle_t session)
{
	(void)session;
	fake.searching = false;
	return CKR_OK;
}

/* The whole SubjectPublicKeyInfo; the last 65 bytes are the point. */
static size_t public_der(unsigned char der[128])
{
	unsigned char *at = der;
	int len = i2d_PUBKEY(fake.key, &at);

	return len > 0 ? (size_t)len : 0;
}

static ck_rv_t give(struct ck_attribute *attribute, const void *value, size_t len)
{
	if (attribute->value && attribute->value_len < len) {
		attribute->value_len = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	attribute->value_len = len;
	if (attribute->value)
		memcpy(attribute->value, value, len);
	return CKR_OK;
}

static ck_rv_t attribute_get(ck_object_handle_t object, struct ck_attribute *attribute)
{
	static const unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48,
					      0xce, 0x3d, 0x03, 0x01, 0x07 };
	ck_key_type_t type = lies("rsa") ? CKK_RSA : CKK_EC;
	unsigned char yes = 1, der[128], point[80] = { 0x04, 0x41 };
	size_t der_len = public_der(der);

	switch (attribute->type) {
	case CKA_KEY_TYPE:
		return give(attribute, &type, sizeof(type));
	case CKA_ALWAYS_AUTHENTICATE:
		yes = lies("each-time") ? 1 : 0;
		return give(attribute, &yes, sizeof(yes));
	case CKA_ID:
		return give(attribute, "\001", 1);
	case CKA_LABEL:
		return give(attribute, "key", 3);
	case CKA_EC_PARAMS:
		return give(attribute, p256, lies("odd-curve") ? sizeof(p256) - 1 : sizeof(p256));
	case CKA_EC_POINT:
		if (object == PRIVATE)
			break;
		memcpy(point + 2, der + der_len - 65, 65);
		if (lies("endless-point")) {
			attribute->value_len = 1ul << 40;
			return CKR_OK;
		}
		point[10] = (unsigned char)(point[10] ^ (lies("off-curve") ? 1 : 0));
		return lies("raw-point") ? give(attribute, point + 2, 65)
					 : give(attribute, point, lies("cut-point") ? 30 : 67);
	case CKA_PUBLIC_KEY_INFO:
		if (object != PRIVATE || !lies("info"))
			break;
		return give(attribute, der, der_len);
	default:
		break;
	}
	attribute->value_len = CK_UNAVAILABLE_INFORMATION;
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

static ck_rv_t get_attribute_value(ck_session_handle_t session, ck_object_handle_t object,
				   struct ck_attribute *attribute, unsigned long count)
{
	(void)session;
	return count == 1 ? attribute_get(object, attribute) : CKR_ARGUMENTS_BAD;
}

static ck_rv_t sign_init(ck_session_handle_t session, struct ck_mechanism *mechanism,
			 ck_object_handle_t key)
{
	(void)session;
	fake.context_login = false;
	return mechanism->mechanism == CKM_ECDSA && key == PRIVATE ? CKR_OK : CKR_MECHANISM_INVALID;
}

static ck_rv_t sign(ck_session_handle_t session, unsigned char *data, unsigned long len,
		    unsigned char *signature, unsigned long *signature_len)
{
	EVP_PKEY_CTX *ctx;
	unsigned char der[80];
	const unsigned char *at = der;
	size_t der_len = sizeof(der);
	ECDSA_SIG *parts = NULL;

	(void)session;
	if (lies("each-time") && !fake.context_login)
		return CKR_USER_NOT_LOGGED_IN;
	if (lies("fails"))
		return CKR_GENERAL_ERROR;
	ctx = EVP_PKEY_CTX_new(lies("other-key") ? fake.other : fake.key, NULL);
	if (EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &der_len, data, len) == 1)
		parts = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
	EVP_PKEY_CTX_free(ctx);
	if (!parts)
		return CKR_FUNCTION_FAILED;
	BN_bn2binpad(ECDSA_SIG_get0_r(parts), signature, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(parts), signature + 32, 32);
	ECDSA_SIG_free(parts);
	*signature_len = lies("odd-length")    ? 63
			 : lies("no-length")   ? 0
			 : lies("long-length") ? 4096
					       : 64;
	return CKR_OK;
}

/* What is not filled in is not called. */
static struct ck_function_list functions = {
	.version = { 2, 40 },
	.C_Initialize = initialize,
	.C_GetInfo = get_info,
	.C_GetSlotList = get_slot_list,
	.C_GetSlotInfo = get_slot_info,
	.C_GetTokenInfo = get_token_info,
	.C_OpenSession = open_session,
	.C_CloseSession = close_session,
	.C_GetSessionInfo = get_session_info,
	.C_Login = login,
	.C_FindObjectsInit = find_objects_init,
	.C_FindObjects = find_objects,
	.C_FindObjectsFinal = find_objects_final,
	.C_GetAttributeValue = get_attribute_value,
	.C_SignInit = sign_init,
	.C_Sign = sign,
};

__attribute__((visibility("default"))) ck_rv_t C_GetFunctionList(struct ck_function_list **list);

ck_rv_t C_GetFunctionList(struct ck_function_list **list)
{
	*list = lies("no-functions") ? NULL : &functions;
	return CKR_OK;
}
