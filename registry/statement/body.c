/* From an entry of the log to the body that it stands for. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "registry/statement/inner.h"

/* Is this the envelope that was signed by the entry's key over what the entry holds the digest of?
 */
static bool body_fits(const struct entry *entry, struct span bundle)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer message;
	uint8_t digest[MESSAGE_DIGEST_MAX];
	struct error ignored = { 0 };
	size_t len;

	buffer_init(&message, ENVELOPE_MAX_BYTES);
	return envelope_parse(bundle, ENVELOPE_MAX_BYTES, &envelope, &ignored) == 0 &&
	       envelope_encoding(buffer_view(&envelope.payload), &message, &ignored) == 0 &&
	       signature_message_digest(entry->key, buffer_view(&message), digest, &len,
					&ignored) == 0 &&
	       len == entry->digest_len && memcmp(digest, entry->digest, len) == 0;
}

/* The envelope of an entry whose identity the entry does not say (P-384): tried one by one. */
static int body_search(struct registry *registry, const struct entry *entry, struct buffer *out,
		       struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	char key[DIGEST_HEX_SIZE];
	struct dirent *item;
	bool found = false;
	int failed = 0;
	DIR *list;

	digest_to_hex(public_key_id(entry->key), key);
	if (registry_path(registry, "statements", &folder, err))
		return -1;
	list = opendir(folder);
	if (!list)
		return error_system(err, errno, "cannot list '%s'", folder);
	while (!found && folder_next(list, folder, &item, &failed, err)) {
		CLEANUP(buffer_release) struct buffer bytes;
		CLEANUP(text_free) char *path = NULL;
		struct error ignored = { 0 };

		buffer_init(&bytes, ENVELOPE_MAX_BYTES);
		if (strlen(item->d_name) != 134 || strncmp(item->d_name + 65, key, 64) != 0 ||
		    path_join(folder, item->d_name, &path, &ignored) ||
		    file_read(path, &bytes, &ignored))
			continue;
		found = body_fits(entry, buffer_view(&bytes));
		failed = found ? buffer_add(out, buffer_view(&bytes), err) : 0;
	}
	closedir(list);
	if (failed)
		return -1;
	return found ? 0 : error_set(err, ERROR_ABSENT, "a statement's body is not here");
}

/* The same where the sequence says which it is, which is believed only if it fits. */
static bool body_sequenced(struct registry *registry, uint64_t index, const struct entry *entry,
			   struct buffer *out)
{
	CLEANUP(text_free) char *ident = NULL;
	struct digest identity, key = *public_key_id(entry->key);
	struct error ignored = { 0 };
	struct log *log;
	size_t before = out->len;

	if (registry_log(registry, &log, &ignored) || log_ident(log, index, &ident, &ignored) ||
	    strlen(ident) < 2 * DIGEST_SIZE ||
	    digest_from_hex((struct span){ (const uint8_t *)ident, 2 * DIGEST_SIZE }, &identity,
			    &ignored) ||
	    registry_envelope(registry, &identity, &key, out, NULL, &ignored))
		return false;
	if (body_fits(entry, (struct span){ out->data + before, out->len - before }))
		return true;
	out->len = before;
	return false;
}

int entry_envelope(struct registry *registry, uint64_t index, const struct entry *entry,
		   struct buffer *out, struct error *err)
{
	struct digest key = *public_key_id(entry->key);

	if (entry->has_identity)
		return registry_envelope(registry, &entry->identity, &key, out, NULL, err);
	return body_sequenced(registry, index, entry, out) ? 0
							   : body_search(registry, entry, out, err);
}

int entry_payload(struct registry *registry, uint64_t index, const struct entry *entry,
		  struct buffer *out, struct digest *out_identity, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (entry->control) {
		*out_identity = entry->identity;
		return buffer_add(out, buffer_view(&entry->payload), err);
	}
	if (entry_envelope(registry, index, entry, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err) ||
	    envelope_check(&envelope, entry->key, err))
		return -1;
	if (entry->has_identity && !digest_equal(&envelope.identity, &entry->identity))
		return error_set(err, ERROR_CORRUPT, "a statement is not the one that was logged");
	*out_identity = envelope.identity;
	return buffer_add(out, buffer_view(&envelope.payload), err);
}
