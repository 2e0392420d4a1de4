/*
 * The sorted tree over a log's state: RFC 6962 over leaves `KEY LF VALUE` in the order of the
 * keys' bytes. A leaf proves what is there; two neighbours prove that nothing stands between them.
 */
#include <stdlib.h>
#include <string.h>

#include "verify/state_inner.h"

struct state_tree {
	const struct state_record **leaf; /* sorted by key; borrowed from the state */
	struct digest *hash;
	size_t count;
	struct digest root;
};

static struct digest leaf_hash(const char *key, struct span value)
{
	static const uint8_t tag = 0;
	struct span part[] = { { &tag, 1 }, span_of(key), span_of("\n"), value };

	return sha256_parts(part, 4);
}

static bool kind_among(const char *key, const char *const *kind, size_t count)
{
	size_t len = strcspn(key, ":");

	for (size_t i = 0; i < count; i++)
		if (strlen(kind[i]) == len && memcmp(kind[i], key, len) == 0)
			return true;
	return false;
}

static int kinds_known(const char *const *kind, size_t count, struct error *err)
{
	const char *known[STATE_KINDS_MAX];
	size_t known_count = state_kinds(known);

	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t k = 0; k < known_count; k++)
			found = found || strcmp(known[k], kind[i]) == 0;
		if (!found)
			return error_set(err, ERROR_UNTRUSTED,
					 "a state over statements of the kind '%.64s', which this "
					 "version does not know",
					 kind[i]);
	}
	return 0;
}

static int leaf_compare(const void *a, const void *b)
{
	return strcmp((*(const struct state_record *const *)a)->text,
		      (*(const struct state_record *const *)b)->text);
}

/* For each key the newest record below `size`. */
static void leaves_choose(const struct state *state, uint64_t size, const char *const *kind,
			  size_t kind_count, struct state_tree *tree)
{
	for (size_t i = 0; i < state->slots; i++) {
		size_t place = state->slot[i];

		while (place && state->record[place - 1].index >= size)
			place = state->record[place - 1].before;
		if (place && kind_among(state->record[place - 1].text, kind, kind_count))
			tree->leaf[tree->count++] = &state->record[place - 1];
	}
	if (tree->count)
		qsort(tree->leaf, tree->count, sizeof(*tree->leaf), leaf_compare);
}

int state_tree_at(const struct state *state, uint64_t size, const char *const *kind,
		  size_t kind_count, struct state_tree **out_tree, struct error *err)
{
	struct state_tree *tree;

	if (kinds_known(kind, kind_count, err))
		return -1;
	tree = calloc(1, sizeof(*tree));
	if (tree) {
		tree->leaf = calloc(state->count + 1, sizeof(struct state_record *));
		tree->hash = calloc(state->count + 1, sizeof(*tree->hash));
	}
	if (!tree || !tree->leaf || !tree->hash) {
		state_tree_free(&tree);
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	}
	leaves_choose(state, size, kind, kind_count, tree);
	for (size_t i = 0; i < tree->count; i++)
		tree->hash[i] = leaf_hash(tree->leaf[i]->text, span_of(tree->leaf[i]->value));
	tree->root = merkle_root_of(tree->hash, tree->count);
	*out_tree = tree;
	return 0;
}

void state_tree_free(struct state_tree **tree)
{
	if (!*tree)
		return;
	free((*tree)->leaf);
	free((*tree)->hash);
	free(*tree);
	*tree = NULL;
}

uint64_t state_tree_count(const struct state_tree *tree)
{
	return tree->count;
}

struct digest state_tree_root(const struct state_tree *tree)
{
	return tree->root;
}

void state_tree_leaf(const struct state_tree *tree, uint64_t index, const char **out_key,
		     const char **out_value)
{
	*out_key = tree->leaf[index]->text;
	*out_value = tree->leaf[index]->value;
}

/* How many leaves stand before `key`. */
static size_t rank_of(const struct state_tree *tree, const char *key)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(tree->leaf[middle]->text, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool stands_at(const struct state_tree *tree, size_t place, const char *key)
{
	return place < tree->count && strcmp(tree->leaf[place]->text, key) == 0;
}

/* ---- Proofs ---- */

static int leaf_write(const struct state_tree *tree, size_t place, struct json *leaves,
		      struct error *err)
{
	CLEANUP(json_free) struct json *value = NULL;
	struct digest path[MERKLE_PROOF_MAX];
	struct json *leaf, *list;
	size_t len;

	merkle_path_of(tree->hash, tree->count, place, path, &len);
	if (json_parse(span_of(tree->leaf[place]->value), NULL, &value, err) ||
	    json_add_object(leaves, &leaf, err) || json_set_size(leaf, "index", place, err) ||
	    json_set_text(leaf, "key", tree->leaf[place]->text, err) ||
	    json_set_take(leaf, "value", &value, err) || json_set_array(leaf, "path", &list, err))
		return -1;
	for (size_t i = 0; i < len; i++) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&path[i], hex);
		if (json_add_text(list, hex, err))
			return -1;
	}
	return 0;
}

int state_tree_prove(const struct state_tree *tree, const char *key, struct json **out_proof,
		     struct error *err)
{
	CLEANUP(json_free) struct json *proof = NULL;
	size_t place = rank_of(tree, key);
	bool there = stands_at(tree, place, key);
	const struct json *value;
	struct json *leaves;

	if (json_object_new(&proof, err) || json_set_text(proof, "key", key, err) ||
	    json_set_array(proof, "leaves", &leaves, err) ||
	    (!there && place && leaf_write(tree, place - 1, leaves, err)) ||
	    (place < tree->count && leaf_write(tree, place, leaves, err)))
		return -1;
	/* Nobody is told what was not checked. */
	if (state_proof_check(proof, key, tree->count, &tree->root, &value, err))
		return error_prefix(err, "a proof that was just made");
	*out_proof = proof;
	proof = NULL; /* handed over */
	return 0;
}

/* A leaf of a proof, shown to be one of the tree. */
struct shown {
	uint64_t index;
	const char *key;
	const struct json *value;
};

static int path_read(const struct json *leaf, struct digest out_path[MERKLE_PROOF_MAX],
		     size_t *out_len, struct error *err)
{
	const struct json *list;

	if (json_need_array(leaf, "path", &list, err))
		return -1;
	*out_len = json_count(list);
	if (*out_len > MERKLE_PROOF_MAX)
		return error_set(err, ERROR_CORRUPT, "a path of %zu hashes", *out_len);
	for (size_t i = 0; i < *out_len; i++) {
		const char *hex = json_text(json_at(list, i));

		if (!hex || strlen(hex) != 2 * DIGEST_SIZE ||
		    digest_from_hex(span_of(hex), &out_path[i], err))
			return error_set(err, ERROR_CORRUPT, "a path that is no list of hashes");
	}
	return 0;
}

/* Plain printable text: no line end, by which key and value are told apart. */
static bool key_ok(const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < len; i++)
		if (key[i] < 0x21 || key[i] > 0x7e)
			return false;
	return len && len <= STATE_KEY_MAX;
}

static int leaf_check(const struct json *leaf, uint64_t count, const struct digest *root,
		      struct shown *out_shown, struct error *err)
{
	CLEANUP(buffer_release) struct buffer value;
	struct digest path[MERKLE_PROOF_MAX], hash;
	struct shown shown;
	size_t len;

	buffer_init(&value, STATE_VALUE_MAX);
	if (json_need_size(leaf, "index", &shown.index, err) ||
	    json_need_string(leaf, "key", &shown.key, err) ||
	    json_need_object(leaf, "value", &shown.value, err) || path_read(leaf, path, &len, err))
		return -1;
	if (!key_ok(shown.key))
		return error_set(err, ERROR_CORRUPT, "'%.64s' is no key of a leaf", shown.key);
	if (json_write_canonical(shown.value, &value, err)) {
		err->code = err->code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT;
		return -1;
	}
	hash = leaf_hash(shown.key, buffer_view(&value));
	if (merkle_check_inclusion(shown.index, count, &hash, path, len, root, err))
		return -1;
	*out_shown = shown;
	return 0;
}

/* Neighbours between which `key` would stand: the tree's first and last leaf have only one. */
static int absence_check(const struct shown *shown, size_t shown_count, const char *key,
			 uint64_t count, struct error *err)
{
	const struct shown *only = &shown[0];
	bool holds;

	if (!shown_count)
		holds = !count;
	else if (shown_count == 2)
		holds = strcmp(shown[0].key, key) < 0 && strcmp(key, shown[1].key) < 0 &&
			shown[1].index - shown[0].index == 1;
	else if (strcmp(key, only->key) < 0)
		holds = only->index == 0;
	else
		holds = strcmp(only->key, key) < 0 && only->index == count - 1;
	return holds ? 0
		     : error_set(err, ERROR_CORRUPT,
				 "the leaves shown are not the neighbours of '%.200s'", key);
}

/* *out_value as in state_proof_check; *out_after: the key of the leaf that stands there or next. */
static int proof_read(const struct json *proof, const char *key, uint64_t count,
		      const struct digest *root, const struct json **out_value,
		      const char **out_after, struct error *err)
{
	struct shown shown[2] = { 0 };
	const struct json *leaves;
	const char *about;
	size_t shown_count;

	if (json_need_string(proof, "key", &about, err) ||
	    json_need_array(proof, "leaves", &leaves, err))
		return -1;
	shown_count = json_count(leaves);
	if (!key_ok(key) || strcmp(about, key) != 0)
		return error_set(err, ERROR_CORRUPT, "it is about '%.200s' and not about '%.200s'",
				 about, key);
	if (shown_count > 2)
		return error_set(err, ERROR_CORRUPT, "it shows %zu leaves", shown_count);
	for (size_t i = 0; i < shown_count; i++)
		if (leaf_check(json_at(leaves, i), count, root, &shown[i], err))
			return -1;
	*out_value = NULL;
	*out_after = NULL;
	if (shown_count && strcmp(shown[shown_count - 1].key, key) >= 0)
		*out_after = shown[shown_count - 1].key;
	if (shown_count == 1 && strcmp(shown[0].key, key) == 0) {
		*out_value = shown[0].value;
		return 0;
	}
	if (!shown_count) {
		struct digest empty = merkle_empty();

		if (!digest_equal(root, &empty))
			return error_set(err, ERROR_CORRUPT,
					 "it shows no leaf of a tree with some");
	}
	return absence_check(shown, shown_count, key, count, err);
}

int state_proof_check(const struct json *proof, const char *key, uint64_t count,
		      const struct digest *root, const struct json **out_value, struct error *err)
{
	const char *after;

	return proof_read(proof, key, count, root, out_value, &after, err)
		       ? error_prefix(err, "proof about a log's state")
		       : 0;
}

static int kind_covered(const struct state_said *said, const char *key, struct error *err)
{
	if (kind_among(key, said->kind, said->kind_count))
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "the log's state that was signed does not cover '%.64s'", key);
}

int state_ask(const struct state_said *said, const struct json *proof, const char *key,
	      const struct json **out_value, struct error *err)
{
	return kind_covered(said, key, err) || state_proof_check(proof, key, said->count,
								 &said->root, out_value, err)
		       ? -1
		       : 0;
}

int state_ask_any(const struct state_said *said, const struct json *proof, const char *prefix,
		  bool *out_any, struct error *err)
{
	const struct json *value;
	const char *after;

	if (kind_covered(said, prefix, err))
		return -1;
	if (proof_read(proof, prefix, said->count, &said->root, &value, &after, err))
		return error_prefix(err, "proof about a log's state");
	*out_any = after && strncmp(after, prefix, strlen(prefix)) == 0;
	return 0;
}
