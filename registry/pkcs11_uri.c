/* Reading "pkcs11:" URIs. */
#include "registry/pkcs11_uri.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEME "pkcs11:"
#define PLAIN_NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char *const attribute_names[PKCS11_ATTRIBUTES] = {
	[PKCS11_TOKEN] = "token",
	[PKCS11_MANUFACTURER] = "manufacturer",
	[PKCS11_SERIAL] = "serial",
	[PKCS11_MODEL] = "model",
	[PKCS11_LIBRARY_MANUFACTURER] = "library-manufacturer",
	[PKCS11_LIBRARY_DESCRIPTION] = "library-description",
	[PKCS11_LIBRARY_VERSION] = "library-version",
	[PKCS11_SLOT_MANUFACTURER] = "slot-manufacturer",
	[PKCS11_SLOT_DESCRIPTION] = "slot-description",
	[PKCS11_SLOT_ID] = "slot-id",
	[PKCS11_OBJECT] = "object",
	[PKCS11_TYPE] = "type",
	[PKCS11_ID] = "id",
	[PKCS11_PIN_SOURCE] = "pin-source",
	[PKCS11_MODULE_NAME] = "module-name",
	[PKCS11_MODULE_PATH] = "module-path",
};

bool pkcs11_uri_is(const char *text)
{
	return strncasecmp(text, SCHEME, strlen(SCHEME)) == 0;
}

void pkcs11_uri_release(struct pkcs11_uri *uri)
{
	for (size_t i = 0; i < PKCS11_ATTRIBUTES; i++)
		free(uri->value[i].text);
	*uri = (struct pkcs11_uri){ 0 };
}

const char *pkcs11_uri_get(const struct pkcs11_uri *uri, enum pkcs11_attribute attribute)
{
	return uri->value[attribute].text;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* pk11-pchar and, in the query, pk11-qchar, without percent signs. */
static bool is_plain(char c, bool query)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return c && (strchr("-._~:[]@!$'()*+,=", c) || strchr(query ? "/?|" : "&", c));
}

/* Decode `len` characters into a fresh string. */
static int value_decode(const char *from, size_t len, bool query, struct pkcs11_value *out_value,
			struct error *err)
{
	char *text = malloc(len + 1);
	size_t used = 0;

	if (!text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a URI");
	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (is_plain(from[i], query)) {
			text[used++] = from[i];
			continue;
		}
		high = from[i] == '%' && i + 2 < len ? hex_digit(from[i + 1]) : -1;
		low = high >= 0 ? hex_digit(from[i + 2]) : -1;
		if (low < 0) {
			free(text);
			return error_set(err, ERROR_USAGE,
					 "'%c' must be written as %%%02X in a pkcs11 URI", from[i],
					 (unsigned)(unsigned char)from[i]);
		}
		text[used++] = (char)(high << 4 | low);
		i += 2;
	}
	text[used] = '\0';
	*out_value = (struct pkcs11_value){ text, used };
	return 0;
}

/* Which attribute the name means; PKCS11_ATTRIBUTES for none that belongs there. */
static enum pkcs11_attribute attribute_find(const char *name, size_t len, bool query)
{
	size_t first = query ? PKCS11_PIN_SOURCE : 0;
	size_t end = query ? PKCS11_ATTRIBUTES : PKCS11_PIN_SOURCE;

	for (size_t i = first; i < end; i++)
		if (strlen(attribute_names[i]) == len && memcmp(attribute_names[i], name, len) == 0)
			return (enum pkcs11_attribute)i;
	return PKCS11_ATTRIBUTES;
}

/* One "name=value" of `len` characters. */
static int attribute_take(struct pkcs11_uri *uri, const char *text, size_t len, bool query,
			  struct error *err)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	enum pkcs11_attribute attribute = attribute_find(text, name_len, query);
	struct pkcs11_value unknown = { 0 }, *value;

	if (!equals || !name_len)
		return error_set(err, ERROR_USAGE, "'%.*s' in a pkcs11 URI is no 'name=value'",
				 (int)len, text);
	if (query && name_len == 9 && memcmp(text, "pin-value", 9) == 0)
		return error_set(err, ERROR_USAGE,
				 "a PIN does not belong into a URI, where every process can read "
				 "it: use pin-source=FILE, AKASHI_PASSPHRASE_FILE or the terminal");
	if (attribute == PKCS11_ATTRIBUTES && query) {
		if (value_decode(equals + 1, len - name_len - 1, query, &unknown, err))
			return -1;
		free(unknown.text);
		return 0;
	}
	if (attribute == PKCS11_ATTRIBUTES)
		return error_set(err, ERROR_USAGE, "no pkcs11 attribute '%.*s': nothing fits it",
				 (int)name_len, text);
	value = &uri->value[attribute];
	if (value->text)
		return error_set(err, ERROR_USAGE, "'%s' stands twice in a pkcs11 URI",
				 attribute_names[attribute]);
	if (value_decode(equals + 1, len - name_len - 1, query, value, err))
		return -1;
	if (attribute != PKCS11_ID &&
	    !text_is_utf8((struct span){ (const uint8_t *)value->text, value->len }))
		return error_set(err, ERROR_USAGE, "'%s' in a pkcs11 URI is no UTF-8 text",
				 attribute_names[attribute]);
	return 0;
}

static int list_take(struct pkcs11_uri *uri, const char *text, size_t len, bool query,
		     struct error *err)
{
	while (len) {
		const char *mark = memchr(text, query ? '&' : ';', len);
		size_t one = mark ? (size_t)(mark - text) : len;

		if (attribute_take(uri, text, one, query, err))
			return -1;
		if (mark && one + 1 == len)
			return error_set(err, ERROR_USAGE, "a pkcs11 URI ends with a '%c'", *mark);
		text += one + (mark != NULL);
		len -= one + (mark != NULL);
	}
	return 0;
}

/* "file:/x", "file:///x" and "/x" name the file /x. */
static int pin_source_settle(struct pkcs11_value *value, struct error *err)
{
	const char *path = value->text;

	if (strncmp(path, "file:", 5) == 0)
		path += 5;
	if (strncmp(path, "///", 3) == 0)
		path += 2;
	if (path[0] != '/')
		return error_set(err, ERROR_USAGE,
				 "the pin-source '%s' is no absolute path and no file: URI",
				 value->text);
	value->len = strlen(path);
	memmove(value->text, path, value->len + 1);
	return 0;
}

static int uri_check(struct pkcs11_uri *uri, struct error *err)
{
	const char *type = uri->value[PKCS11_TYPE].text, *slot = uri->value[PKCS11_SLOT_ID].text;
	const char *module = uri->value[PKCS11_MODULE_PATH].text;
	const char *name = uri->value[PKCS11_MODULE_NAME].text;

	if (type && strcmp(type, "private") != 0)
		return error_set(err, ERROR_USAGE, "type=%s in a pkcs11 URI: a private key signs",
				 type);
	if (slot && (!slot[0] || strlen(slot) > 9 || slot[strspn(slot, "0123456789")]))
		return error_set(err, ERROR_USAGE, "'%s' is no slot-id", slot);
	if (module && module[0] != '/')
		return error_set(err, ERROR_USAGE, "the module-path '%s' is not absolute", module);
	if (name && (!name[0] || name[strspn(name, PLAIN_NAME)]))
		return error_set(err, ERROR_USAGE, "the module-name '%s' is no plain name", name);
	return uri->value[PKCS11_PIN_SOURCE].text
		       ? pin_source_settle(&uri->value[PKCS11_PIN_SOURCE], err)
		       : 0;
}

int pkcs11_uri_parse(const char *text, struct pkcs11_uri *out_uri, struct error *err)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	const char *path, *query;
	size_t len = strlen(text);

	if (!pkcs11_uri_is(text))
		return error_set(err, ERROR_USAGE, "'%.200s' is no pkcs11 URI", text);
	if (len > PKCS11_URI_MAX)
		return error_set(err, ERROR_USAGE, "a pkcs11 URI of %zu bytes, of %u allowed", len,
				 PKCS11_URI_MAX);
	path = text + strlen(SCHEME);
	query = strchr(path, '?');
	if (list_take(&uri, path, query ? (size_t)(query - path) : strlen(path), false, err) ||
	    (query && list_take(&uri, query + 1, strlen(query + 1), true, err)) ||
	    uri_check(&uri, err))
		return -1;
	*out_uri = uri;
	uri = (struct pkcs11_uri){ 0 }; /* handed over */
	return 0;
}

bool pkcs11_uri_field_fits(const struct pkcs11_uri *uri, enum pkcs11_attribute attribute,
			   struct span field)
{
	const struct pkcs11_value *value = &uri->value[attribute];

	while (field.len && (field.data[field.len - 1] == ' ' || !field.data[field.len - 1]))
		field.len--;
	return !value->text ||
	       span_equal(field, (struct span){ (const uint8_t *)value->text, value->len });
}

int pkcs11_value_encode(struct buffer *out, struct span value, struct error *err)
{
	for (size_t i = 0; i < value.len; i++) {
		bool plain = value.data[i] && strchr(PLAIN_NAME, value.data[i]);

		if (plain ? buffer_add(out, (struct span){ value.data + i, 1 }, err)
			  : buffer_printf(out, err, "%%%02X", value.data[i]))
			return -1;
	}
	return 0;
}

bool pkcs11_uri_names_files(const struct pkcs11_uri *uri)
{
	return uri->value[PKCS11_PIN_SOURCE].text || uri->value[PKCS11_MODULE_NAME].text ||
	       uri->value[PKCS11_MODULE_PATH].text;
}

int pkcs11_uri_key(const char *text, char **out_text, struct error *err)
{
	char *key = strndup(text, strcspn(text, "?"));

	if (!key)
		return error_set(err, ERROR_SYSTEM, "out of memory for a URI");
	*out_text = key;
	return 0;
}
