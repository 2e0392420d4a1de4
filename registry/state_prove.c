/* Proofs about the newest signed state of a registry's log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log.h"
#include "registry/state.h"

/* ---- The newest state that was signed, and that holds ---- */

/* A state statement as it was met in the log. */
struct met {
	struct statement statement;
	struct state_said said;
	struct digest identity, key;
	uint64_t index;
};

struct search {
	const struct policy_chain *chain; /* whose signers are taken; NULL: all; borrowed */
	struct state *state;
	const char *origin;
	struct met *met; /* in the order of the log */
	size_t count, cap;
};

static void search_release(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		statement_release(&search->met[i].statement);
	free(search->met);
	state_free(&search->state);
}

static int met_add(struct search *search, uint64_t index, const struct entry *entry,
		   struct error *err)
{
	struct met met = { .identity = entry->identity,
			   .key = *public_key_id(entry->key),
			   .index = index };
	struct error malformed = { 0 };
	struct met *grown;

	if (statement_parse(buffer_view(&entry->payload), &met.statement, &malformed))
		return 0;
	if (strcmp(met.statement.origin, search->origin) != 0 ||
	    state_said_parse(&met.statement, &met.said, &malformed) || met.said.size > index) {
		statement_release(&met.statement);
		return 0;
	}
	if (search->count == search->cap) {
		size_t cap = search->cap ? 2 * search->cap : 16;

		grown = realloc(search->met, cap * sizeof(*grown));
		if (!grown) {
			statement_release(&met.statement);
			return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
		}
		search->met = grown;
		search->cap = cap;
	}
	search->met[search->count++] = met;
	return 0;
}

static int search_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	struct error malformed = { 0 };
	struct search *search = arg;

	if (state_take_entry(search->state, index, search->origin, bytes, err))
		return -1;
	if (entry_parse(bytes, &entry, &malformed) || !entry.control)
		return 0;
	return met_add(search, index, &entry, err);
}

static bool signer_counts(const struct search *search, const struct met *met)
{
	struct signing by = { met->key, met->index };
	struct error ignored = { 0 };

	return !search->chain ||
	       !policy_chain_accepts_one(search->chain, &by, STATEMENT_state, "", &ignored);
}

/* The newest that the entries bear out, and its tree. */
static int newest_find(const struct search *search, const struct met **out_met,
		       struct state_tree **out_tree, struct error *err)
{
	for (size_t i = search->count; i--;) {
		const struct met *met = &search->met[i];
		struct error unknown = { 0 };
		struct state_tree *tree;
		struct digest root;

		if (!signer_counts(search, met))
			continue;
		if (state_tree_at(search->state, met->said.size, met->said.kind,
				  met->said.kind_count, &tree, &unknown)) {
			if (unknown.code != ERROR_SYSTEM)
				continue;
			*err = unknown;
			return -1;
		}
		root = state_tree_root(tree);
		if (digest_equal(&root, &met->said.root) &&
		    state_tree_count(tree) == met->said.count) {
			*out_met = met;
			*out_tree = tree;
			return 0;
		}
		state_tree_free(&tree);
	}
	return error_set(err, ERROR_ABSENT,
			 "no state of this log was signed yet: akashi log state signs one");
}

/* ---- What was asked ---- */

struct proving {
	const struct state_tree *tree;
	const struct state_said *said;
	struct json *proofs;
	const char *empty; /* nothing begins with this, which was asked last; or NULL */
};

static int proof_add(struct proving *proving, const char *key, struct error *err)
{
	CLEANUP(json_free) struct json *proof = NULL;

	return strlen(key) > STATE_KEY_MAX
		       ? error_set(err, ERROR_USAGE, "'%.64s...' is too long to be asked for", key)
	       : state_tree_prove(proving->tree, key, &proof, err) ||
			       json_add_take(proving->proofs, &proof, err)
		       ? -1
		       : 0;
}

/* Everything that begins so, and that there is nothing else. */
static int prefix_add(struct proving *proving, const char *prefix, bool *out_any, struct error *err)
{
	*out_any = false;
	if (proof_add(proving, prefix, err))
		return -1;
	for (uint64_t i = 0; i < state_tree_count(proving->tree); i++) {
		const char *key, *value;

		state_tree_leaf(proving->tree, i, &key, &value);
		if (strncmp(key, prefix, strlen(prefix)) != 0)
			continue;
		*out_any = true;
		if (proof_add(proving, key, err))
			return -1;
	}
	return 0;
}

static bool covered(const struct proving *proving, const char *text)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; text[len] && i < proving->said->kind_count; i++)
		if (strlen(proving->said->kind[i]) == len &&
		    memcmp(proving->said->kind[i], text, len) == 0)
			return true;
	return false;
}

/* A digest: what any key said about it, in every kind but those that are about names. */
static int about_add(struct proving *proving, const struct digest *about, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], prefix[STATE_KEY_MAX];
	bool any;

	digest_to_hex(about, hex);
	for (size_t i = 0; i < proving->said->kind_count; i++) {
		const char *kind = proving->said->kind[i];

		if (strcmp(kind, "claim") == 0 || strcmp(kind, "policy") == 0)
			continue;
		snprintf(prefix, sizeof(prefix), "%.64s:%s.", kind, hex);
		if (prefix_add(proving, prefix, &any, err))
			return -1;
	}
	return 0;
}

static int name_add(struct proving *proving, const char *text, struct error *err)
{
	CLEANUP(text_free) char *key = NULL, *copy = strdup(text);
	uint64_t serial = 0;
	struct name name;
	char *hash;

	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a name");
	hash = strchr(copy, '#');
	if (hash) {
		*hash = '\0';
		serial = strtoull(hash + 1, NULL, 10);
	}
	if (name_parse(copy, &name, err))
		return -1;
	if (!name.version[0] || name.alias != (hash != NULL))
		return error_set(err, ERROR_USAGE,
				 "'%s' names no claim: write owner/name@version or "
				 "owner/name:alias#SERIAL",
				 text);
	return state_claim_key(&name, serial, &key, err) || proof_add(proving, key, err) ? -1 : 0;
}

static int asked_add(struct proving *proving, const char *asked, struct error *err)
{
	struct error none = { 0 };
	size_t len = strlen(asked);
	struct digest digest;
	bool any;

	if (len >= 2 * DIGEST_SIZE && digest_from_hex(span_of(asked), &digest, &none) == 0)
		return about_add(proving, &digest, err);
	if (proving->empty && strncmp(asked, proving->empty, strlen(proving->empty)) == 0)
		return 0;
	proving->empty = NULL;
	if (!covered(proving, asked))
		return name_add(proving, asked, err);
	if (asked[len - 1] != '.')
		return proof_add(proving, asked, err);
	if (prefix_add(proving, asked, &any, err))
		return -1;
	if (!any)
		proving->empty = asked;
	return 0;
}

static int proofs_write(const struct met *met, struct state_tree *tree, const char *const *asked,
			size_t count, struct json **out_proofs, struct error *err)
{
	struct proving proving = { .tree = tree, .said = &met->said };
	CLEANUP(json_free) struct json *file = NULL;

	if (json_object_new(&file, err) ||
	    json_set_text(file, "schema", "akashi/state-proofs/1", err) ||
	    json_set_digest(file, "state", &met->identity, err) ||
	    json_set_array(file, "proofs", &proving.proofs, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (asked_add(&proving, asked[i], err))
			return -1;
	*out_proofs = file;
	file = NULL; /* handed over */
	return 0;
}

int registry_state_prove(struct registry *registry, const struct policy_chain *chain,
			 const char *const *asked, size_t count, struct json **out_proofs,
			 struct state_made *out_made, struct error *err)
{
	CLEANUP(search_release)
	struct search search = { .chain = chain, .origin = registry->origin };
	CLEANUP(state_tree_free) struct state_tree *tree = NULL;
	CLEANUP(log_head_release) struct log_head served = { 0 };
	struct tree_head head = { 0 };
	const struct met *met;
	struct log *log;

	if (registry_log(registry, &log, err) || log_head(log, &served, err) ||
	    state_new(&search.state, err))
		return -1;
	head.size = served.size;
	head.root = served.root;
	snprintf(head.origin, sizeof(head.origin), "%s", registry->origin);
	if (log_walk(log_tiles(log), &head, 0, head.size, search_visit, &search, err) ||
	    newest_find(&search, &met, &tree, err) ||
	    proofs_write(met, tree, asked, count, out_proofs, err))
		return -1;
	if (out_made)
		*out_made = (struct state_made){ .identity = met->identity,
						 .key = met->key,
						 .index = met->index,
						 .size = met->said.size,
						 .count = met->said.count,
						 .root = met->said.root };
	return 0;
}
