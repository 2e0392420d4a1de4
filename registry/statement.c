/* Statements as they are kept: found, read back, proven. */
#include "registry/statement.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry/index.h"
#include "registry/log.h"
#include "registry/statement/inner.h"
#include "registry/timestamps.h"
#include "registry/withhold.h"

void statement_time(const struct context *ctx, char out_text[STATEMENT_TIME_SIZE])
{
	time_t now = (time_t)context_now(ctx);
	struct tm utc;

	if (!gmtime_r(&now, &utc) || utc.tm_year > 8099)
		utc = (struct tm){ .tm_year = 70, .tm_mday = 1 };
	strftime(out_text, STATEMENT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void statement_ident(const struct digest *identity, const struct digest *key,
		     char out_ident[IDENT_SIZE])
{
	char statement[DIGEST_HEX_SIZE], signer[DIGEST_HEX_SIZE];

	digest_to_hex(identity, statement);
	digest_to_hex(key, signer);
	snprintf(out_ident, IDENT_SIZE, "%s.%s", statement, signer);
}

int statement_path(const struct registry *registry, const struct digest *identity,
		   const struct digest *key, char **out_path, struct error *err)
{
	char ident[IDENT_SIZE], name[IDENT_SIZE + sizeof("statements/.json")];

	statement_ident(identity, key, ident);
	snprintf(name, sizeof(name), "statements/%s.json", ident);
	return registry_path(registry, name, out_path, err);
}

int statement_claim_text(const struct statement *statement, char **out_text, struct error *err)
{
	char name[NAME_TEXT_MAX];
	uint64_t serial = 0;
	int len;

	name_to_text(&statement->name, name);
	*out_text = NULL;
	if (!statement_needs_claim(statement))
		return 0;
	if (statement->name.alias && json_need_size(statement->predicate, "serial", &serial, err))
		return -1;
	len = statement->name.alias
		      ? asprintf(out_text, "%s#%llu", name, (unsigned long long)serial)
		      : asprintf(out_text, "%s", name);
	if (len >= 0)
		return 0;
	*out_text = NULL;
	return error_set(err, ERROR_SYSTEM, "out of memory for a name");
}

int statement_claim_payload(const struct statement *statement, const struct digest *identity,
			    struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	char family[NAME_TEXT_MAX];
	struct name name = statement->name;
	uint64_t serial = 0;

	name.version[0] = '\0';
	name_to_text(&name, family);
	if (statement->name.alias && json_need_size(statement->predicate, "serial", &serial, err))
		return -1;
	if (json_object_new(&predicate, err) ||
	    json_set_text(predicate, "origin", statement->origin, err) ||
	    json_set_text(predicate, "kind", statement_kind_name(statement->kind), err) ||
	    json_set_text(predicate, "name", family, err) ||
	    json_set_text(predicate, statement->name.alias ? "alias" : "version",
			  statement->name.version, err) ||
	    (statement->name.alias && json_set_size(predicate, "serial", serial, err)) ||
	    json_set_digest(predicate, "statement", identity, err))
		return -1;
	out->len = 0;
	return statement_build(STATEMENT_claim, statement->subject, identity, predicate, out, err);
}

int statement_signers(struct registry *registry, const struct digest *identity,
		      struct digest_list *out_keys, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	char hex[DIGEST_HEX_SIZE];
	struct dirent *entry;
	struct digest key;
	int failed = 0;
	DIR *folder;

	digest_to_hex(identity, hex);
	if (registry_path(registry, "statements", &path, err))
		return -1;
	folder = opendir(path);
	if (!folder)
		return error_system(err, errno, "cannot list '%s'", path);
	while (folder_next(folder, path, &entry, &failed, err)) {
		struct error ignored = { 0 };
		const char *name = entry->d_name;

		if (strlen(name) != 2 * 64 + 6 || strncmp(name, hex, 64) != 0 || name[64] != '.' ||
		    strcmp(name + 129, ".json") != 0 ||
		    digest_from_hex((struct span){ (const uint8_t *)name + 65, 64 }, &key,
				    &ignored))
			continue;
		failed = digest_list_add(out_keys, &key, err);
	}
	closedir(folder);
	if (!failed && out_keys->count)
		qsort(out_keys->item, out_keys->count, sizeof(*out_keys->item), digest_order);
	return failed ? -1 : 0;
}

/* The smallest KEY that is sequenced with this statement, and whose envelope is here. */
static bool signer_sequenced(struct registry *registry, const struct digest *identity,
			     struct digest *out_key)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 };
	struct error ignored = { 0 };
	struct log *log;

	if (registry_log(registry, &log, &ignored) || log_signers(log, identity, &keys, &ignored))
		return false;
	for (size_t i = 0; i < keys.count; i++) {
		CLEANUP(text_free) char *path = NULL;

		if (statement_path(registry, identity, &keys.item[i], &path, &ignored))
			return false;
		if (file_exists(path)) {
			*out_key = keys.item[i];
			return true;
		}
	}
	return false;
}

/* The smallest KEY of an envelope of this statement: by the sequence, and where that knows none
 * that is here, by looking through statements/, which takes as long as there are many. */
static int signer_find(struct registry *registry, const struct digest *identity,
		       struct digest *out_key, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 };
	char hex[DIGEST_HEX_SIZE];

	if (signer_sequenced(registry, identity, out_key))
		return 0;
	digest_to_hex(identity, hex);
	if (statement_signers(registry, identity, &keys, err))
		return -1;
	if (!keys.count)
		return error_set(err, ERROR_ABSENT, "no statement sha256:%s in the registry", hex);
	*out_key = keys.item[0];
	return 0;
}

/* The index's rows of one statement, whose body may be gone: how many, and the smallest KEY. */
struct signer_rows {
	struct digest key;
	size_t count;
};

static int signer_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct signer_rows *rows = arg;
	struct digest key;

	if (digest_from_hex(span_of(row->key), &key, err))
		return -1;
	if (!rows->count || digest_order(&key, &rows->key) < 0)
		rows->key = key;
	rows->count++;
	return 0;
}

static int signer_ask(struct registry *registry, const struct digest *identity,
		      struct signer_rows *rows, struct error *err)
{
	struct index *index;

	return registry_index(registry, &index, err) ||
			       index_statement(index, identity, signer_seen, rows, err)
		       ? -1
		       : 0;
}

int registry_knows(struct registry *registry, const struct digest *identity, bool *out_known,
		   struct error *err)
{
	struct signer_rows rows = { .count = 0 };

	if (signer_ask(registry, identity, &rows, err))
		return -1;
	*out_known = rows.count > 0;
	return 0;
}

int registry_signer(struct registry *registry, const struct digest *identity,
		    struct digest *out_key, struct error *err)
{
	struct signer_rows rows = { .count = 0 };
	struct error absent = { 0 };

	if (!signer_find(registry, identity, out_key, &absent))
		return 0;
	if (absent.code == ERROR_ABSENT) {
		if (signer_ask(registry, identity, &rows, err))
			return -1;
		*out_key = rows.key;
		if (rows.count)
			return 0;
	}
	*err = absent;
	return -1;
}

int registry_envelope(struct registry *registry, const struct digest *identity,
		      const struct digest *key, struct buffer *out, struct digest *out_key,
		      struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct digest signer;

	if (key)
		signer = *key;
	else if (signer_find(registry, identity, &signer, err))
		return -1;
	if (statement_path(registry, identity, &signer, &path, err) || file_read(path, out, err))
		return -1;
	if (out_key)
		*out_key = signer;
	return 0;
}

int statement_entry(struct registry *registry, const struct digest *identity,
		    const struct digest *key, struct buffer *bytes, struct entry *out_entry,
		    struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	char ident[IDENT_SIZE];
	struct log *log;
	uint64_t index;

	statement_ident(identity, key, ident);
	return registry_log(registry, &log, err) || log_find(log, ident, &index, err) ||
			       log_signed(log, &head, err) ||
			       tiles_entry(log_tiles(log), index, head.size, bytes, err) ||
			       entry_parse_with(registry->keys, buffer_view(bytes), out_entry, err)
		       ? -1
		       : 0;
}

int registry_payload(struct registry *registry, const struct digest *identity, struct buffer *out,
		     struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(buffer_release) struct buffer bytes, logged;
	struct digest key;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	buffer_init(&logged, ENTRY_MAX_BYTES);
	if (registry_envelope(registry, identity, NULL, &bytes, &key, err))
		return registry_explain(registry, identity, err);
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	if (!digest_equal(&envelope.identity, identity))
		return error_set(err, ERROR_CORRUPT,
				 "a statement was changed: its bytes no longer have its identity");
	if (statement_entry(registry, identity, &key, &logged, &entry, err) ||
	    envelope_check(&envelope, entry.key, err))
		return error_prefix(err, "statement");
	return buffer_add(out, buffer_view(&envelope.payload), err);
}

int registry_proof(struct registry *registry, const struct digest *identity,
		   const struct digest *key, struct buffer *out, struct error *err)
{
	char ident[IDENT_SIZE];
	struct log *log;
	uint64_t index;

	statement_ident(identity, key, ident);
	return registry_log(registry, &log, err) || log_find(log, ident, &index, err) ||
			       log_prove(log, index, out, err)
		       ? -1
		       : 0;
}

int registry_bundle(struct registry *registry, const struct digest *identity,
		    const struct digest *key, struct buffer *out, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(buffer_release) struct buffer bytes, logged, text, response;
	struct bundle_parts parts = { .timestamp_count = 1 };
	struct log_trust trust = { .key_count = 1 };
	struct checkpoint checkpoint;
	struct error absent = { 0 };
	struct note_key log_key;
	struct span stamped;
	struct digest signer;
	struct proof proof;
	struct log *log;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	buffer_init(&logged, ENTRY_MAX_BYTES);
	buffer_init(&text, PROOF_MAX_BYTES);
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	if (registry_envelope(registry, identity, key, &bytes, &signer, err))
		return registry_explain(registry, identity, err);
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err) ||
	    registry_log(registry, &log, err) ||
	    statement_entry(registry, identity, &signer, &logged, &entry, err) ||
	    note_key_parse(span_of(log_vkey(log)), &log_key, err) ||
	    registry_proof(registry, identity, &signer, &text, err) ||
	    proof_parse(buffer_view(&text), &proof, err))
		return -1;
	trust.key = &log_key;
	if (!digest_equal(&envelope.identity, identity))
		return error_set(err, ERROR_CORRUPT,
				 "a statement was changed: its bytes no longer have its identity");
	if (envelope_check(&envelope, entry.key, err) ||
	    proof_check(&proof, buffer_view(&logged), &trust, &checkpoint, err))
		return -1;
	if (registry_timestamp_read(registry, identity, &signer, &response, &absent)) {
		if (absent.code != ERROR_ABSENT)
			return error_set(err, absent.code, "%s", absent.text);
		parts.timestamp_count = 0;
	}
	stamped = buffer_view(&response);
	parts.payload = buffer_view(&envelope.payload);
	parts.signature = buffer_view(&envelope.signature);
	parts.key = entry.key;
	parts.entry = buffer_view(&logged);
	parts.proof = &proof;
	parts.log = &log_key;
	parts.timestamp = &stamped;
	return bundle_build(&parts, out, err);
}

static int kind_refuse(const char *name, enum statement_kind found, enum statement_kind wanted,
		       struct error *err)
{
	const char *wants = statement_kind_name(wanted);

	if (found == STATEMENT_release && wanted == STATEMENT_checkpoint)
		return error_set(err, ERROR_USAGE,
				 "'%s' is a release, and a checkpoint is wanted here: 'akashi show "
				 "%s' names the one that was released",
				 name, name);
	return error_set(err, ERROR_USAGE, "'%s' is a %s, and a %s is wanted here", name,
			 statement_kind_name(found), wants);
}

/* `kind` is a statement_kind, or -1 for any. */
static int reference_make(struct registry *registry, const struct name *name, int kind,
			  struct json **out_reference, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct reference reference = { 0 };
	char text[NAME_TEXT_MAX], own[NAME_TEXT_MAX];
	struct error none = { 0 };
	struct index *index;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_index(registry, &index, err) ||
	    index_resolve(index, name, &reference.name, &reference.statement, err) ||
	    registry_payload(registry, &reference.statement, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	name_to_text(&reference.name, text);
	name_to_text(&statement.name, own);
	if (strcmp(text, own) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the index gives '%s' for '%s': akashi reindex makes it again",
				 own, text);
	if (kind >= 0 && (int)statement.kind != kind)
		return kind_refuse(text, statement.kind, (enum statement_kind)kind, err);
	reference.has_manifest =
		json_need_digest(statement.predicate, "manifest", &reference.manifest, &none) == 0;
	return reference_to_json(&reference, out_reference, err);
}

int registry_reference(struct registry *registry, const struct name *name,
		       struct json **out_reference, struct error *err)
{
	return reference_make(registry, name, -1, out_reference, err);
}

int registry_reference_to(struct registry *registry, enum statement_kind kind,
			  const struct name *name, struct json **out_reference, struct error *err)
{
	return reference_make(registry, name, (int)kind, out_reference, err);
}

int registry_resolve(struct registry *registry, const char *asked, enum statement_kind kind,
		     char out_name[NAME_TEXT_MAX], struct digest *out_identity, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct error damaged = { 0 };
	struct name parsed, name;
	struct index *index;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (name_parse(asked, &parsed, err) || registry_index(registry, &index, err) ||
	    index_resolve(index, &parsed, &name, out_identity, err))
		return -1;
	name_to_text(&name, out_name);
	/* What cannot be read is told by whoever believes it. */
	if (registry_payload(registry, out_identity, &payload, &damaged) ||
	    statement_parse(buffer_view(&payload), &statement, &damaged) || statement.kind == kind)
		return 0;
	return kind_refuse(out_name, statement.kind, kind, err);
}
