/* What a log says about trust, read from its entries. */
#include "registry/log/reading.h"

#include <stdlib.h>
#include <string.h>

/* A control statement that was met: where it stands, and what it is about. */
struct met {
	struct digest identity, key;
	struct digest subject, previous;
	uint64_t index;
	enum statement_kind kind;
	bool first; /* a policy of version 1 */
};

struct log_reading {
	struct evidence base; /* first: an evidence is cast to it */
	const struct context *ctx;
	struct log_source source;
	struct tree_head head;
	struct buffer note;
	struct met *met; /* in the order of the log */
	size_t count, cap;
	uint64_t from; /* while it is read */
};

void log_reading_free(struct log_reading **reading)
{
	if (!*reading)
		return;
	log_source_release(&(*reading)->source);
	buffer_release(&(*reading)->note);
	free((*reading)->met);
	free(*reading);
	*reading = NULL;
}

const struct tree_head *log_reading_head(const struct log_reading *reading)
{
	return &reading->head;
}

/* ---- As evidence ---- */

static int reading_statements(struct evidence *evidence, const struct digest *about,
			      struct digest_list *out_identities, struct error *err)
{
	const struct log_reading *reading = (const struct log_reading *)evidence;

	for (size_t i = 0; i < reading->count; i++) {
		const struct met *met = &reading->met[i];

		if (about && !digest_equal(&met->subject, about) &&
		    !digest_equal(&met->previous, about))
			continue;
		if (digest_list_add(out_identities, &met->identity, err))
			return -1;
	}
	return 0;
}

static int reading_signers(struct evidence *evidence, const struct digest *identity,
			   struct digest_list *out_keys, struct error *err)
{
	const struct log_reading *reading = (const struct log_reading *)evidence;

	for (size_t i = 0; i < reading->count; i++)
		if (digest_equal(&reading->met[i].identity, identity) &&
		    digest_list_add(out_keys, &reading->met[i].key, err))
			return -1;
	return 0;
}

static const struct met *met_find(const struct log_reading *reading, const struct digest *identity,
				  const struct digest *key)
{
	for (size_t i = 0; i < reading->count; i++)
		if (digest_equal(&reading->met[i].identity, identity) &&
		    digest_equal(&reading->met[i].key, key))
			return &reading->met[i];
	return NULL;
}

static int reading_envelope(struct evidence *evidence, const struct digest *identity,
			    const struct digest *key, struct buffer *out, struct error *err)
{
	struct log_reading *reading = (struct log_reading *)evidence;
	const struct met *met = met_find(reading, identity, key);
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	if (!met)
		return error_set(err, ERROR_ABSENT, "the log has no such entry");
	return log_walk_entry(reading->source.tiles, &reading->head, met->index, &bytes, err) ||
			       entry_parse(buffer_view(&bytes), &entry, err) ||
			       envelope_build(buffer_view(&entry.payload),
					      buffer_view(&entry.signature), entry.key, out, err)
		       ? -1
		       : 0;
}

static int reading_proof(struct evidence *evidence, const struct digest *identity,
			 const struct digest *key, struct buffer *out, struct error *err)
{
	struct log_reading *reading = (struct log_reading *)evidence;
	const struct met *met = met_find(reading, identity, key);
	struct proof proof = { .checkpoint = buffer_view(&reading->note) };

	if (!met)
		return error_set(err, ERROR_ABSENT, "the log has no such entry");
	proof.index = met->index;
	return tiles_prove_inclusion(reading->source.tiles, met->index, reading->head.size,
				     proof.path, &proof.path_len, err) ||
			       proof_build(&proof, out, err)
		       ? -1
		       : 0;
}

static int reading_object(struct evidence *evidence, const struct digest *digest,
			  struct source **out_source, struct error *err)
{
	(void)evidence;
	(void)digest;
	(void)out_source;
	return error_set(err, ERROR_ABSENT, "a log holds no objects");
}

static void reading_close(struct evidence *evidence)
{
	(void)evidence; /* log_reading_free closes it */
}

static const struct evidence_type reading_type = {
	.statements = reading_statements,
	.signers = reading_signers,
	.envelope = reading_envelope,
	.proof = reading_proof,
	.object = reading_object,
	.close = reading_close,
};

struct evidence *log_reading_evidence(struct log_reading *reading)
{
	return &reading->base;
}

int log_reading_standing(const struct log_reading *reading, struct digest_list *out_identities,
			 struct error *err)
{
	for (size_t i = 0; i < reading->count; i++) {
		const struct met *met = &reading->met[i];

		if (met->kind != STATEMENT_retraction && met->kind != STATEMENT_supersession)
			continue;
		if (digest_list_add(out_identities, &met->identity, err))
			return -1;
	}
	return 0;
}

int log_reading_first_policy(struct log_reading *reading, struct digest *out_identity,
			     struct error *err)
{
	for (size_t i = 0; i < reading->count; i++)
		if (reading->met[i].first) {
			*out_identity = reading->met[i].identity;
			return 0;
		}
	return error_set(err, ERROR_ABSENT, "the log of '%s' holds no first policy",
			 reading->head.origin);
}

/* ---- Opened and read ---- */

int log_reading_open(const struct context *ctx, const char *where, struct log_reading **out_reading,
		     struct error *err)
{
	CLEANUP(log_reading_free) struct log_reading *reading = calloc(1, sizeof(*reading));
	struct span text;

	if (!reading)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	reading->base.type = &reading_type;
	reading->ctx = ctx;
	buffer_init(&reading->note, NOTE_MAX_BYTES);
	if (log_source_open(ctx, where, NULL, &reading->source, err) ||
	    log_source_checkpoint(&reading->source, &reading->note, err) ||
	    note_text(buffer_view(&reading->note), &text, err) ||
	    tree_head_parse(text, &reading->head, err))
		return error_prefix(err, "the log at '%s'", where);
	*out_reading = reading;
	reading = NULL; /* handed over */
	return 0;
}

int log_reading_continues(struct log_reading *reading, uint64_t size, const struct digest *root,
			  struct error *err)
{
	const struct tree_head *head = &reading->head;
	struct digest path[MERKLE_PROOF_MAX];
	struct error why = { 0 };
	size_t len = 0;

	if (head->size < size)
		return error_set(err, ERROR_CORRUPT,
				 "rolled back: the log of '%s' has %llu entries here, and you have "
				 "read %llu",
				 head->origin, (unsigned long long)head->size,
				 (unsigned long long)size);
	if (!size)
		return 0;
	if ((size < head->size &&
	     tiles_prove_consistency(reading->source.tiles, size, head->size, path, &len, &why)) ||
	    merkle_check_consistency(size, head->size, root, &head->root, path, len, &why))
		return error_set(err, why.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT,
				 "the log of '%s' here does not continue the %llu entries that you "
				 "have read (a fork, or something else in its place): %s",
				 head->origin, (unsigned long long)size, why.text);
	return 0;
}

static bool is_about_trust(enum statement_kind kind)
{
	return kind == STATEMENT_policy || kind == STATEMENT_revocation ||
	       kind == STATEMENT_retraction || kind == STATEMENT_supersession;
}

static int met_add(struct log_reading *reading, uint64_t index, const struct entry *entry,
		   const struct statement *statement, struct error *err)
{
	struct met met = { .identity = entry->identity,
			   .key = *public_key_id(entry->key),
			   .subject = statement->digest,
			   .index = index,
			   .kind = statement->kind };
	struct error malformed = { 0 };
	uint64_t version = 0;

	if (reading->count == LOG_READING_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "more than %u policies, revocations and retractions in one log",
				 LOG_READING_MAX);
	if (statement->kind == STATEMENT_policy) {
		if (json_need_size(statement->predicate, "version", &version, &malformed))
			return 0;
		met.first = version == 1;
		if (!met.first &&
		    json_need_digest(statement->predicate, "previous", &met.previous, &malformed))
			return 0;
	}
	if (reading->count == reading->cap) {
		size_t cap = reading->cap ? 2 * reading->cap : 64;
		struct met *grown = reallocarray(reading->met, cap, sizeof(*grown));

		if (!grown)
			return error_set(err, ERROR_SYSTEM, "out of memory for a log");
		reading->met = grown;
		reading->cap = cap;
	}
	reading->met[reading->count++] = met;
	return 0;
}

/* What cannot be read as a control statement of this log is nothing to follow. */
static int entry_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	struct log_reading *reading = arg;
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	struct error malformed = { 0 };

	if (index % TILE_WIDTH == 0) {
		context_progress(reading->ctx, "reading the log", "entries", index - reading->from,
				 reading->head.size - reading->from);
		if (context_check_cancelled(reading->ctx, err))
			return -1;
	}
	if (entry_parse(bytes, &entry, &malformed) || !entry.control ||
	    statement_parse(buffer_view(&entry.payload), &statement, &malformed))
		return malformed.code == ERROR_SYSTEM
			       ? error_set(err, malformed.code, "%s", malformed.text)
			       : 0;
	if (strcmp(statement.origin, reading->head.origin) != 0 || !is_about_trust(statement.kind))
		return 0;
	return met_add(reading, index, &entry, &statement, err);
}

int log_reading_read(struct log_reading *reading, uint64_t from, struct error *err)
{
	reading->from = from;
	return log_walk(reading->source.tiles, &reading->head, from, reading->head.size,
			entry_visit, reading, err)
		       ? error_prefix(err, "the log of '%s'", reading->head.origin)
		       : 0;
}

int log_reading_believe(const struct log_reading *reading, const struct policy_chain *chain,
			struct checkpoint *out_checkpoint, struct error *err)
{
	const struct log_trust *log = policy_chain_log(chain, reading->head.size);

	return checkpoint_open(buffer_view(&reading->note), log, out_checkpoint, err) ||
			       checkpoint_need_quorum(out_checkpoint, err)
		       ? error_prefix(err, "the log of '%s' here is not the one that you pinned",
				      reading->head.origin)
		       : 0;
}

bool log_reading_signed_by(const struct log_reading *reading, const struct note_key *key)
{
	struct log_trust only = { .key = key, .key_count = 1 };
	struct checkpoint checkpoint;
	struct error ignored = { 0 };

	return !checkpoint_open(buffer_view(&reading->note), &only, &checkpoint, &ignored);
}
