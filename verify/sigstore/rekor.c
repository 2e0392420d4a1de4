/* Rekor: inclusion proofs, signed checkpoints, signed entry timestamps. */
#include "verify/sigstore/rekor.h"

#include <inttypes.h>
#include <string.h>

#include "verify/note.h"
#include "verify/utf8.h"

/* The text of a checkpoint: whose, how many leaves, which root. Other lines are not looked at. */
struct head {
	struct span origin;
	uint64_t size;
	struct digest root;
};

static int head_read(struct span text, struct head *out_head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer root;
	struct error unread = { 0 };
	struct span size, hash, line;

	buffer_init(&root, DIGEST_SIZE);
	if (!line_take(&text, &out_head->origin) || !out_head->origin.len)
		return error_set(err, ERROR_CORRUPT, "the checkpoint has no origin");
	if (!line_take(&text, &size) || !decimal_read(size, &out_head->size))
		return error_set(err, ERROR_CORRUPT, "the checkpoint has no size");
	if (!line_take(&text, &hash) || base64_decode(&root, hash, &unread) ||
	    root.len != DIGEST_SIZE)
		return error_set(err, unread.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT,
				 unread.code == ERROR_SYSTEM ? "out of memory for a checkpoint"
							     : "the checkpoint has no root hash");
	while (line_take(&text, &line))
		if (!line.len)
			return error_set(err, ERROR_CORRUPT,
					 "the checkpoint has more than one blank line");
	memcpy(out_head->root.byte, root.data, DIGEST_SIZE);
	return 0;
}

/* The lines under a checkpoint, as they are met. */
struct lines {
	const struct root_log *log;
	size_t named, hold; /* under the log's name; of its key, and they hold */
};

static uint32_t hint_of(const struct digest *digest)
{
	return (uint32_t)digest->byte[0] << 24 | (uint32_t)digest->byte[1] << 16 |
	       (uint32_t)digest->byte[2] << 8 | digest->byte[3];
}

/*
 * Is it under the log's key? Rekor v1 takes the first bytes of the key's DER digest as the hint,
 * v2 those of a signed note's Ed25519 key.
 */
static bool line_is_of(const struct note_line *line, const struct root_log *log)
{
	struct span der = public_key_der(log->key);
	struct digest v1 = sha256(der), v2 = { { 0 } };

	if (public_key_type(log->key) == KEY_ED25519) {
		struct span part[] = { span_of(log->host),
				       { (const uint8_t *)"\n\x01", 2 },
				       { der.data + der.len - ED25519_KEY_SIZE,
					 ED25519_KEY_SIZE } };

		v2 = sha256_parts(part, 3);
		if (line->id == hint_of(&v2))
			return true;
	}
	return line->id == hint_of(&v1);
}

static int line_look(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct lines *lines = user;

	if (!span_equal(line->name, span_of(lines->log->host)))
		return 0;
	lines->named++;
	if (!line_is_of(line, lines->log))
		return 0;
	if (signature_check(lines->log->key, text, line->signature, err))
		return error_prefix(err, "the checkpoint's signature by '%s'", lines->log->host);
	lines->hold++;
	return 0;
}

/* The log itself, or a shard of it: "rekor.example - 123". */
static bool origin_is(struct span origin, const char *host)
{
	return prefix_take(&origin, host) && (!origin.len || prefix_take(&origin, " - "));
}

static int checkpoint_check(const struct bundle_entry *entry, const struct root_log *log,
			    struct error *err)
{
	struct lines lines = { .log = log };
	struct head head;
	struct span text;

	if (note_text(span_of(entry->checkpoint), &text, err))
		return error_prefix(err, "the checkpoint");
	if (head_read(text, &head, err))
		return -1;
	if (!digest_equal(&head.root, &entry->root))
		return error_set(err, ERROR_CORRUPT,
				 "the checkpoint has another root hash than the inclusion proof");
	if (head.size != entry->tree_size)
		return error_set(err, ERROR_CORRUPT,
				 "the checkpoint has another size than the inclusion proof");
	if (!origin_is(head.origin, log->host))
		return error_set(err, ERROR_UNTRUSTED, "the checkpoint is not of the log '%s'",
				 log->host);
	if (note_visit(span_of(entry->checkpoint), line_look, &lines, &text, err))
		return -1;
	if (!lines.named)
		return error_set(err, ERROR_UNTRUSTED, "the checkpoint has no signature by '%s'",
				 log->host);
	if (!lines.hold)
		return error_set(
			err, ERROR_UNTRUSTED,
			"no signature under the checkpoint has the hint of the key of '%s'",
			log->host);
	return 0;
}

int rekor_check_inclusion(const struct bundle_entry *entry, const struct root_log *log,
			  struct error *err)
{
	struct digest leaf = merkle_leaf(buffer_view(&entry->body));

	if (!entry->has_proof)
		return error_set(err, ERROR_CORRUPT, "there is no inclusion proof");
	if (merkle_check_inclusion(entry->tree_index, entry->tree_size, &leaf, entry->path,
				   entry->path_len, &entry->root, err))
		return error_prefix(err, "the inclusion proof does not hold");
	if (!entry->checkpoint)
		return error_set(err, ERROR_CORRUPT, "the inclusion proof has no checkpoint");
	return checkpoint_check(entry, log, err);
}

/* The promise is over this canonical JSON; its four keys are sorted already. */
static int promise_text(const struct bundle_entry *entry, struct buffer *out, struct error *err)
{
	return buffer_add_text(out, "{\"body\":\"", err) ||
			       base64_encode(out, buffer_view(&entry->body), err) ||
			       buffer_printf(out, err,
					     "\",\"integratedTime\":%" PRId64 ",\"logID\":\"",
					     entry->integrated_s) ||
			       hex_encode(out, (struct span){ entry->log_id, entry->log_id_len },
					  err) ||
			       buffer_printf(out, err, "\",\"logIndex\":%" PRIu64 "}", entry->index)
		       ? -1
		       : 0;
}

int rekor_check_promise(const struct bundle_entry *entry, const struct root_log *log,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	char at[TIME_TEXT_SIZE];

	buffer_init(&text, 2 * (size_t)SIGSTORE_BODY_MAX);
	time_format(entry->integrated_s, at);
	if (promise_text(entry, &text, err))
		return -1;
	if (signature_check(log->key, buffer_view(&text), buffer_view(&entry->promise), err))
		return error_prefix(err, "the signed entry timestamp of '%s'", log->host);
	if (!entry->integrated_s)
		return error_set(err, ERROR_CORRUPT, "a signed entry timestamp without a time");
	if (!period_has(&log->period, entry->integrated_s))
		return error_set(err, ERROR_UNTRUSTED,
				 "the log '%s' was not in use when it took the entry (%s)",
				 log->host, at);
	return 0;
}
