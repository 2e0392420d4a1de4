/* From an entry of the log to the body that it stands for. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "registry/statement_inner.h"

/* The envelope of an entry whose identity the entry does not say (P-384): tried one by one. */
static int body_search(struct registry *registry, const struct entry *entry, struct buffer *out,
		       struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	char key[DIGEST_HEX_SIZE];
	struct dirent *item;
	bool found = false;
	DIR *list;

	digest_to_hex(public_key_id(entry->key), key);
	if (registry_path(registry, "statements", &folder, err))
		return -1;
	list = opendir(folder);
	if (!list)
		return error_system(err, errno, "cannot list '%s'", folder);
	while (!found && (item = readdir(list))) {
		CLEANUP(envelope_release) struct envelope envelope = { 0 };
		CLEANUP(buffer_release) struct buffer bytes, message;
		CLEANUP(text_free) char *path = NULL;
		uint8_t digest[MESSAGE_DIGEST_MAX];
		struct error ignored = { 0 };
		size_t len;

		buffer_init(&bytes, ENVELOPE_MAX_BYTES);
		buffer_init(&message, ENVELOPE_MAX_BYTES);
		if (strlen(item->d_name) != 134 || strncmp(item->d_name + 65, key, 64) != 0 ||
		    path_join(folder, item->d_name, &path, &ignored) ||
		    file_read(path, &bytes, &ignored) ||
		    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, &ignored) ||
		    envelope_encoding(buffer_view(&envelope.payload), &message, &ignored) ||
		    signature_message_digest(entry->key, buffer_view(&message), digest, &len,
					     &ignored))
			continue;
		found = len == entry->digest_len && memcmp(digest, entry->digest, len) == 0;
		if (found && buffer_add(out, buffer_view(&bytes), err)) {
			closedir(list);
			return -1;
		}
	}
	closedir(list);
	return found ? 0 : error_set(err, ERROR_ABSENT, "a statement's body is not here");
}

int entry_envelope(struct registry *registry, const struct entry *entry, struct buffer *out,
		   struct error *err)
{
	struct digest key = *public_key_id(entry->key);

	return entry->has_identity
		       ? registry_envelope(registry, &entry->identity, &key, out, NULL, err)
		       : body_search(registry, entry, out, err);
}

int entry_payload(struct registry *registry, const struct entry *entry, struct buffer *out,
		  struct digest *out_identity, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (entry->control) {
		*out_identity = entry->identity;
		return buffer_add(out, buffer_view(&entry->payload), err);
	}
	if (entry_envelope(registry, entry, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err) ||
	    envelope_check(&envelope, entry->key, err))
		return -1;
	if (entry->has_identity && !digest_equal(&envelope.identity, &entry->identity))
		return error_set(err, ERROR_CORRUPT, "a statement is not the one that was logged");
	*out_identity = envelope.identity;
	return buffer_add(out, buffer_view(&envelope.payload), err);
}
