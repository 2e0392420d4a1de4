/* What this user remembers of the logs that are pinned. */
#include "registry/trust_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/pins.h"

#define SEEN_MAX_BYTES 8192u
#define SEEN_SCHEMA "akashi/seen/1"

/* One origin. Owned. */
struct remembered {
	char *folder;
	struct log_seen seen;
	char *first_use;
	uint64_t revocations; /* that are held */
	uint64_t standing;    /* retractions and supersessions that are held */
	bool known;           /* there is a seen.json with a version */
	struct evidence *evidence;
};

struct trust_store {
	const struct context *ctx; /* borrowed */
	struct remembered *log;
	struct log_seen *seen; /* of those that are known: for checks */
	size_t count, seen_count;
	struct evidence **join; /* each of one more log and those before */
	size_t join_count;
	struct evidence *held; /* borrowed: all of them */
};

void trust_store_close(struct trust_store **store)
{
	struct trust_store *s = *store;

	if (!s)
		return;
	for (size_t i = s->join_count; i--;)
		evidence_close(&s->join[i]);
	for (size_t i = 0; i < s->count; i++) {
		evidence_close(&s->log[i].evidence);
		free(s->log[i].folder);
		free(s->log[i].first_use);
	}
	free(s->join);
	free(s->log);
	free(s->seen);
	free(s);
	*store = NULL;
}

/* The folder of an origin; its digest, since an origin may hold slashes. Malloced. */
static int origin_folder(const struct context *ctx, const char *origin, char **out_folder,
			 struct error *err)
{
	struct digest digest = sha256(span_of(origin));
	char hex[DIGEST_HEX_SIZE], name[sizeof("trust/") + DIGEST_HEX_SIZE];

	digest_to_hex(&digest, hex);
	snprintf(name, sizeof(name), "trust/%s", hex);
	return pins_beside(ctx, name, out_folder, err);
}

/* How far the log itself was read. */
static int read_read(const struct json *json, struct log_seen *seen, struct error *err)
{
	const struct json *read;

	if (json_maybe_object(json, "read", &read, err))
		return -1;
	return read && (json_need_size(read, "size", &seen->read_size, err) ||
			json_need_hex(read, "root", &seen->read_root, err) ||
			json_need_size(read, "time", &seen->read_time, err))
		       ? -1
		       : 0;
}

static int seen_read(struct remembered *log, const char *origin, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	const char *schema, *named, *first;

	buffer_init(&text, SEEN_MAX_BYTES);
	snprintf(log->seen.origin, sizeof(log->seen.origin), "%s", origin);
	if (path_join(log->folder, "seen.json", &path, err))
		return -1;
	if (!file_exists(path))
		return 0;
	if (file_read(path, &text, err) || json_parse(buffer_view(&text), NULL, &json, err) ||
	    json_need_string(json, "schema", &schema, err) ||
	    json_need_string(json, "origin", &named, err) ||
	    json_maybe_string(json, "firstUse", &first, err) ||
	    json_maybe_size(json, "version", 0, &log->seen.version, err) ||
	    json_maybe_size(json, "size", 0, &log->seen.size, err) ||
	    json_maybe_size(json, "index", 0, &log->seen.index, err) ||
	    json_maybe_size(json, "revocations", 0, &log->revocations, err) ||
	    json_maybe_size(json, "standing", 0, &log->standing, err) ||
	    read_read(json, &log->seen, err) ||
	    (log->seen.version && json_need_digest(json, "policy", &log->seen.policy, err)))
		return error_prefix(err, "'%s'", path);
	if (strcmp(schema, SEEN_SCHEMA) != 0 || strcmp(named, origin) != 0)
		return error_set(err, ERROR_CORRUPT, "'%s' is not what this version keeps there",
				 path);
	log->known = true;
	if (!first)
		return 0;
	log->first_use = strdup(first);
	log->seen.first_use = log->first_use;
	return log->first_use ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for trust");
}

static int read_write(const struct log_seen *seen, struct json *json, struct error *err)
{
	struct json *read;

	return seen->read_size && (json_set_object(json, "read", &read, err) ||
				   json_set_size(read, "size", seen->read_size, err) ||
				   json_set_hex(read, "root", &seen->read_root, err) ||
				   json_set_size(read, "time", seen->read_time, err))
		       ? -1
		       : 0;
}

static int seen_write(const struct remembered *log, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;

	buffer_init(&text, SEEN_MAX_BYTES);
	return path_join(log->folder, "seen.json", &path, err) || json_object_new(&json, err) ||
			       json_set_text(json, "schema", SEEN_SCHEMA, err) ||
			       json_set_text(json, "origin", log->seen.origin, err) ||
			       (log->first_use &&
				json_set_text(json, "firstUse", log->first_use, err)) ||
			       (log->seen.version &&
				(json_set_size(json, "version", log->seen.version, err) ||
				 json_set_digest(json, "policy", &log->seen.policy, err) ||
				 json_set_size(json, "size", log->seen.size, err) ||
				 json_set_size(json, "index", log->seen.index, err) ||
				 json_set_size(json, "revocations", log->revocations, err) ||
				 json_set_size(json, "standing", log->standing, err) ||
				 read_write(&log->seen, json, err))) ||
			       json_write_canonical(json, &text, err) ||
			       file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* Add one origin to the store, unless it is there. */
static int origin_open(struct trust_store *store, const char *origin, struct error *err)
{
	struct remembered *log = &store->log[store->count];

	for (size_t i = 0; i < store->count; i++)
		if (strcmp(store->log[i].seen.origin, origin) == 0)
			return 0;
	store->count++;
	if (origin_folder(store->ctx, origin, &log->folder, err) || seen_read(log, origin, err))
		return -1;
	/* What was read counts with what was kept of it. */
	if (!release_dir_exists(log->folder))
		log->seen.read_size = log->seen.read_time = log->standing = 0;
	if (log->known)
		store->seen[store->seen_count++] = log->seen;
	if (!release_dir_exists(log->folder))
		return 0;
	if (release_dir_open(log->folder, &log->evidence, err))
		return -1;
	if (!store->held) {
		store->held = log->evidence;
		return 0;
	}
	if (evidence_join(store->held, log->evidence, &store->join[store->join_count], err))
		return -1;
	store->held = store->join[store->join_count++];
	return 0;
}

int trust_store_open(const struct context *ctx, struct span text, struct trust_store **out_store,
		     struct error *err)
{
	CLEANUP(trust_store_close) struct trust_store *store = calloc(1, sizeof(*store));
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	if (!store)
		return error_set(err, ERROR_SYSTEM, "out of memory for trust");
	store->ctx = ctx;
	if (pins_parse(text, &pins, err))
		return -1;
	store->log = calloc(pins.count + 1, sizeof(*store->log));
	store->seen = calloc(pins.count + 1, sizeof(*store->seen));
	store->join = calloc(pins.count + 1, sizeof(struct evidence *));
	if (!store->log || !store->seen || !store->join)
		return error_set(err, ERROR_SYSTEM, "out of memory for trust");
	for (size_t i = 0; i < pins.count; i++) {
		struct error nowhere = { 0 };
		CLEANUP(text_free) char *folder = NULL;

		/* Who has no folder remembers nothing. */
		if (origin_folder(ctx, pins.pin[i].log.name, &folder, &nowhere))
			break;
		if (origin_open(store, pins.pin[i].log.name, err))
			return error_prefix(err, "what is remembered of '%s'",
					    pins.pin[i].log.name);
	}
	*out_store = store;
	store = NULL; /* handed over */
	return 0;
}

struct evidence *trust_store_held(const struct trust_store *store)
{
	return store->held;
}

static struct remembered *remembered_find(const struct trust_store *store, const char *origin)
{
	for (size_t i = 0; i < store->count; i++)
		if (strcmp(store->log[i].seen.origin, origin) == 0)
			return &store->log[i];
	return NULL;
}

const struct log_seen *trust_store_seen(const struct trust_store *store, const char *origin)
{
	const struct remembered *log = remembered_find(store, origin);

	return log && log->known ? &log->seen : NULL;
}

/* ---- Kept ---- */

static int file_keep(const char *folder, const char *part, const char *name, const char *suffix,
		     const struct buffer *bytes, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (asprintf(&path, "%s/akashi/%s/%s%s", folder, part, name, suffix) < 0) {
		path = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	return file_write(path, buffer_view(bytes), 0600, FILE_REPLACE, err);
}

/* One envelope on its way into the folder. */
struct keeping {
	const struct remembered *log;
	const struct policy_chain *chain;
	const struct digest *identity;
	const struct public_key *key;
	bool proven; /* its proof, too, must hold */
};

/* Does the proof hold under some version's keys? */
static int keeping_prove(const struct keeping *keeping, const struct evidence *evidence,
			 const struct filed *filed, struct error *err)
{
	for (size_t i = keeping->chain->count; i--;) {
		struct checkpoint seen;
		uint64_t index;

		*err = (struct error){ 0 };
		if (!filed_prove(evidence, filed, keeping->key, &keeping->chain->version[i].log, 1,
				 &index, &seen, err))
			return 0;
		if (err->code == ERROR_SYSTEM)
			break;
	}
	return -1;
}

static int keeping_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct keeping *keeping = arg;
	CLEANUP(filed_release) struct filed filed = { 0 };
	CLEANUP(buffer_release) struct buffer envelope, proof;
	const struct digest *id = public_key_id(keeping->key);
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], name[2 * DIGEST_HEX_SIZE];

	buffer_init(&envelope, ENVELOPE_MAX_BYTES);
	buffer_init(&proof, PROOF_MAX_BYTES);
	digest_to_hex(keeping->identity, hex);
	digest_to_hex(id, key);
	snprintf(name, sizeof(name), "%s.%s", hex, key);
	if (filed_fetch(evidence, keeping->identity, id, &filed, err) ||
	    envelope_check(&filed.envelope, keeping->key, err) ||
	    (keeping->proven && keeping_prove(keeping, evidence, &filed, err)) ||
	    evidence_envelope(evidence, keeping->identity, id, &envelope, err) ||
	    (keeping->proven && evidence_proof(evidence, keeping->identity, id, &proof, err)) ||
	    file_keep(keeping->log->folder, "statements", name, ".json", &envelope, err))
		return -1;
	return keeping->proven
		       ? file_keep(keeping->log->folder, "proofs", name, ".tlog-proof", &proof, err)
		       : 0;
}

/*
 * The envelopes of a statement by keys that a policy lists, where they hold, with their proofs:
 * neither what a stranger lays beside them nor what he lays over them gets into the folder.
 */
static int statement_keep(const struct remembered *log, const struct policy_chain *chain,
			  const struct evidence *evidence, const struct digest *identity,
			  size_t *out_kept, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 };

	*out_kept = 0;
	if (evidence_signers(evidence, identity, &keys, err))
		return -1;
	for (size_t i = 0; i < keys.count; i++) {
		const struct policy_key *listed = policy_chain_key(chain, &keys.item[i]);
		struct keeping keeping = { log, chain, identity, NULL, true };
		struct error why = { 0 };

		if (!listed)
			continue;
		keeping.key = listed->key;
		++*out_kept;
		if (!evidence_try(evidence, keeping_try, &keeping, &why))
			continue;
		keeping.proven = false;
		if (why.code != ERROR_SYSTEM) {
			why = (struct error){ 0 };
			if (!evidence_try(evidence, keeping_try, &keeping, &why))
				continue;
		}
		--*out_kept;
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
	}
	return 0;
}

static int folders_make(const char *folder, struct error *err)
{
	static const char *const part[] = { "akashi/statements", "akashi/proofs" };

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		CLEANUP(text_free) char *path = NULL;

		if (path_join(folder, part[i], &path, err) || folder_make(path, err))
			return -1;
	}
	return 0;
}

static int chain_keep(const struct remembered *log, const struct policy_chain *chain,
		      const struct evidence *evidence, struct error *err)
{
	size_t kept;

	if (folders_make(log->folder, err))
		return -1;
	for (size_t i = 0; i < chain->count; i++)
		if (statement_keep(log, chain, evidence, &chain->version[i].identity, &kept, err))
			return -1;
	for (size_t i = 0; i < chain->revocation_count; i++)
		if (statement_keep(log, chain, evidence, &chain->revocation[i].identity, &kept,
				   err))
			return -1;
	return 0;
}

static int is_held(const struct remembered *log, const struct digest *identity, bool *out_held,
		   struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };

	*out_held = false;
	if (log->evidence && evidence_signers(log->evidence, identity, &signers, err))
		return -1;
	*out_held = signers.count > 0;
	return 0;
}

/* Retractions and supersessions that are not held yet; *out_all: there was room for every one. */
static int standing_keep(struct remembered *log, const struct trust_news *news, bool *out_new,
			 bool *out_all, struct error *err)
{
	*out_new = false;
	*out_all = true;
	for (size_t i = 0; news->standing && i < news->standing->count; i++) {
		size_t kept;
		bool held;

		if (is_held(log, &news->standing->item[i], &held, err))
			return -1;
		if (held)
			continue;
		if (log->standing >= TRUST_STANDING_MAX) {
			*out_all = false;
			continue;
		}
		if (folders_make(log->folder, err) ||
		    statement_keep(log, &news->anchor->chain, news->evidence,
				   &news->standing->item[i], &kept, err))
			return -1;
		log->standing += kept;
		*out_new |= kept > 0;
	}
	return 0;
}

/* The checkpoint up to which the log was read; *out_new: it is another than before. */
static void read_keep(struct log_seen *seen, const struct checkpoint *read, bool *out_new)
{
	*out_new = read->head.size > seen->read_size || read->time > seen->read_time;
	if (!*out_new)
		return;
	seen->read_size = read->head.size;
	seen->read_root = read->head.root;
	seen->read_time = read->time;
}

static int news_keep(const struct trust_store *store, struct remembered *log,
		     const struct trust_news *news, struct error *err)
{
	const struct policy_chain *chain = &news->anchor->chain;
	const struct policy_version *newest = policy_chain_newest(chain);
	bool policies = !log->evidence || !log->known ||
			log->seen.version != newest->policy.version ||
			log->revocations != chain->revocation_count;
	bool standing, all, read = false;

	if ((policies && chain_keep(log, chain, news->evidence, err)) ||
	    standing_keep(log, news, &standing, &all, err))
		return -1;
	if (!all)
		context_notice(store->ctx,
			       "'%s' has more than %u retractions and supersessions: those beyond "
			       "are not remembered, and the log does not count as read",
			       newest->policy.origin, TRUST_STANDING_MAX);
	else if (news->read)
		read_keep(&log->seen, news->read, &read);
	if (!policies && !standing && !read && log->seen.size >= news->size)
		return 0;
	log->seen.version = newest->policy.version;
	log->seen.policy = newest->identity;
	log->seen.index = newest->index;
	if (news->size > log->seen.size)
		log->seen.size = news->size;
	log->revocations = chain->revocation_count;
	log->known = true;
	return seen_write(log, err);
}

int trust_store_keep(struct trust_store *store, const struct trust_news *news, struct error *err)
{
	const char *origin = trust_policy(news->anchor)->origin;
	struct remembered *log = remembered_find(store, origin);
	struct error rolled_back = { 0 };

	/* Nothing that was seen is ever unseen. */
	if (!log || (log->known && trust_seen_check(news->anchor, &log->seen, &rolled_back)))
		return 0;
	return news_keep(store, log, news, err)
		       ? error_prefix(err, "what is remembered of '%s'", origin)
		       : 0;
}

/* A check that could be made does not fail because nothing could be remembered. */
static int learn(void *user, const struct trust_anchor *anchor, const struct evidence *evidence,
		 const struct digest_list *standing, uint64_t size, struct error *err)
{
	struct trust_store *store = user;
	struct trust_news news = { anchor, evidence, standing, size, NULL };
	struct error why = { 0 };

	(void)err;
	if (trust_store_keep(store, &news, &why))
		context_notice(store->ctx, "could not remember what was seen: %s", why.text);
	return 0;
}

void trust_store_lend(struct trust_store *store, struct check_request *request)
{
	request->held = store->held;
	request->seen = store->seen;
	request->seen_count = store->seen_count;
	request->learn = learn;
	request->learn_user = store;
}

int trust_store_first_use(const struct context *ctx, const char *origin, const char *from,
			  struct error *err)
{
	struct remembered log = { .known = true };
	int failed;

	failed = origin_folder(ctx, origin, &log.folder, err) || seen_read(&log, origin, err) ||
		 folder_make(log.folder, err);
	if (!failed) {
		free(log.first_use);
		log.first_use = strdup(from);
		failed = !log.first_use ? error_set(err, ERROR_SYSTEM, "out of memory for trust")
					: seen_write(&log, err);
	}
	free(log.folder);
	free(log.first_use);
	return failed ? -1 : 0;
}
