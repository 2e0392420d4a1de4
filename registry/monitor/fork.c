/*
 * Does a checkpoint continue the one that was seen before? When not, what shows it to others: both
 * signed notes, and a consistency path that leads the shorter tree of the longer note elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor/inner.h"

/* What a proof of misbehaviour says beside the two notes. */
struct derived_root {
	struct digest root; /* of the first `size` entries of the longer tree */
	struct digest path[MERKLE_PROOF_MAX];
	size_t path_len;
};

/* ---- The file ---- */

static int misbehaviour_write(const char *origin, struct span shorter, struct span longer,
			      const struct derived_root *derived, struct buffer *out,
			      struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct json *path;

	if (json_object_new(&file, err) ||
	    json_set_text(file, "schema", "akashi/misbehaviour/1", err) ||
	    json_set_text(file, "origin", origin, err) ||
	    json_set_span(file, "shorter", shorter, err) ||
	    json_set_span(file, "longer", longer, err) ||
	    json_set_hex(file, "root", &derived->root, err) ||
	    json_set_array(file, "path", &path, err))
		return -1;
	for (size_t i = 0; i < derived->path_len; i++) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&derived->path[i], hex);
		if (json_add_text(path, hex, err))
			return -1;
	}
	return json_write_canonical(file, out, err) || buffer_add_text(out, "\n", err) ? -1 : 0;
}

static int path_read(const struct json *file, struct derived_root *derived, struct error *err)
{
	const struct json *list;

	if (json_need_hex(file, "root", &derived->root, err) ||
	    json_need_array(file, "path", &list, err))
		return -1;
	derived->path_len = json_count(list);
	if (derived->path_len > MERKLE_PROOF_MAX)
		return error_set(err, ERROR_CORRUPT, "a path of %zu hashes", derived->path_len);
	for (size_t i = 0; i < derived->path_len; i++) {
		const char *hex = json_text(json_at(list, i));

		if (!hex || strlen(hex) != 2 * DIGEST_SIZE ||
		    digest_from_hex(span_of(hex), &derived->path[i], err))
			return error_set(err, ERROR_CORRUPT, "a path that is no list of hashes");
	}
	return 0;
}

int misbehaviour_check(struct span text, const struct log_trust *trust, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct log_trust keys = { trust->key, trust->key_count, NULL };
	struct checkpoint shorter, longer;
	struct derived_root derived;
	const char *one, *other;

	if (json_parse(text, NULL, &file, err) || json_need_string(file, "shorter", &one, err) ||
	    json_need_string(file, "longer", &other, err) || path_read(file, &derived, err) ||
	    checkpoint_open(span_of(one), &keys, &shorter, err) ||
	    checkpoint_open(span_of(other), &keys, &longer, err) ||
	    merkle_check_consistency(shorter.head.size, longer.head.size, &derived.root,
				     &longer.head.root, derived.path, derived.path_len, err))
		return error_prefix(err, "proof of misbehaviour");
	if (digest_equal(&derived.root, &shorter.head.root))
		return error_set(err, ERROR_CORRUPT,
				 "proof of misbehaviour: the two checkpoints are of one log");
	return 0;
}

/* ---- Evidence on disk ---- */

static int evidence_file(const char *folder, const char *name, struct span bytes, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	return path_join(folder, name, &path, err) ||
			       file_write(path, bytes, 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* evidence/SIZE-ROOT8/ of the log's folder. */
static int evidence_folder(const struct monitor_log *log, const struct tree_head *head,
			   char **out_folder, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&head->root, hex);
	if (asprintf(out_folder, "%s/evidence/%llu-%.16s", log->folder,
		     (unsigned long long)head->size, hex) < 0) {
		*out_folder = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	return folder_make(*out_folder, err);
}

static int fork_tell(struct monitor_log *log, const struct tree_head *head, struct span note,
		     const struct derived_root *derived, struct error *err)
{
	struct span seen = buffer_view(&log->remembered.note);
	bool shrank = head->size < log->remembered.head.size;
	CLEANUP(buffer_release) struct buffer proof;
	CLEANUP(text_free) char *folder = NULL;
	struct log_trust trust = monitor_trust(log);
	char what[128], hex[DIGEST_HEX_SIZE];

	buffer_init(&proof, 4 * NOTE_MAX_BYTES);
	digest_to_hex(&head->root, hex);
	snprintf(what, sizeof(what), "%llu %s", (unsigned long long)head->size, hex);
	if (evidence_folder(log, head, &folder, err) || evidence_file(folder, "seen", seen, err) ||
	    evidence_file(folder, "served", note, err) ||
	    misbehaviour_write(log->origin, shrank ? note : seen, shrank ? seen : note, derived,
			       &proof, err) ||
	    misbehaviour_check(buffer_view(&proof), &trust, err) ||
	    evidence_file(folder, "misbehaviour.json", buffer_view(&proof), err))
		return -1;
	return monitor_find(log, "fork", FINDING_FAILS, UINT64_MAX, what, folder, err,
			    "two histories were signed: the checkpoint of %llu entries that is "
			    "served contradicts that of %llu entries which was seen before",
			    (unsigned long long)head->size,
			    (unsigned long long)log->remembered.head.size);
}

/* ---- Shorter than what was seen ---- */

/* The consistency path from the first `old` of `count` leaves, as RFC 6962 2.1.2 has it. */
static void path_make(const struct digest *leaf, size_t count, size_t old,
		      struct derived_root *derived)
{
	struct digest down[MERKLE_PROOF_MAX + 1];
	bool whole = true;
	size_t len = 0;

	while (old != count) {
		size_t k = (size_t)1 << (63 - __builtin_clzll(count - 1));

		if (old <= k) {
			down[len++] = merkle_root_of(leaf + k, count - k);
			count = k;
			continue;
		}
		down[len++] = merkle_root_of(leaf, k);
		leaf += k;
		old -= k;
		count -= k;
		whole = false;
	}
	if (!whole)
		down[len++] = merkle_root_of(leaf, count);
	for (size_t i = 0; i < len; i++)
		derived->path[i] = down[len - 1 - i];
	derived->path_len = len;
}

static int shorter_judge(struct monitor_log *log, const struct tree_head *head, struct span note,
			 struct error *err)
{
	struct derived_root derived = { .path_len = 0 };
	char what[128], hex[DIGEST_HEX_SIZE];
	bool known = log->memory.next == log->remembered.head.size;

	if (!head->size) {
		derived.root = merkle_empty();
	} else if (known) {
		size_t count = (size_t)log->memory.next;
		struct digest *leaf;

		if (memory_leaves(&log->memory, 0, count, &leaf, err))
			return -1;
		derived.root = merkle_root_of(leaf, (size_t)head->size);
		path_make(leaf, count, (size_t)head->size, &derived);
		free(leaf);
		if (!digest_equal(&derived.root, &head->root))
			return fork_tell(log, head, note, &derived, err);
	}
	digest_to_hex(&head->root, hex);
	snprintf(what, sizeof(what), "%llu %s below %llu", (unsigned long long)head->size, hex,
		 (unsigned long long)log->remembered.head.size);
	return monitor_find(log, "shrunk", FINDING_FAILS, UINT64_MAX, what, NULL, err,
			    "a checkpoint of %llu entries is served, after one of %llu was: it was "
			    "rolled back, or an old copy is served",
			    (unsigned long long)head->size,
			    (unsigned long long)log->remembered.head.size);
}

/* ---- Longer than what was seen ---- */

static int longer_judge(struct monitor_log *log, const struct tree_head *head, struct span note,
			bool *out_go, struct error *err)
{
	const struct tree_head *old = &log->remembered.head;
	struct derived_root derived = { .path_len = 0 };
	struct tiles *tiles = log->source->tiles;
	struct error cause = { 0 };
	char what[128];

	if (tiles_root_within(tiles, old->size, head->size, &derived.root, &cause) ||
	    (old->size && tiles_prove_consistency(tiles, old->size, head->size, derived.path,
						  &derived.path_len, &cause)) ||
	    merkle_check_consistency(old->size, head->size, &derived.root, &head->root,
				     derived.path, derived.path_len, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		snprintf(what, sizeof(what), "%llu", (unsigned long long)head->size);
		return monitor_find(log, "tiles", FINDING_FAILS, UINT64_MAX, what, NULL, err,
				    "the tiles that are served are not those of the checkpoint of "
				    "%llu entries: %s",
				    (unsigned long long)head->size, cause.text);
	}
	/* The path leads to the signed root: now the tiles are as good as signed. */
	if (!digest_equal(&derived.root, &old->root))
		return fork_tell(log, head, note, &derived, err);
	*out_go = true;
	return 0;
}

int monitor_continues(struct monitor_log *log, const struct tree_head *head, struct span note,
		      bool *out_go, struct error *err)
{
	const struct tree_head *old = &log->remembered.head;
	struct derived_root same = { .root = head->root };

	*out_go = false;
	if (!log->remembered.note.len) {
		*out_go = true;
		return 0;
	}
	if (head->size < old->size)
		return shorter_judge(log, head, note, err);
	if (head->size > old->size)
		return longer_judge(log, head, note, out_go, err);
	if (!digest_equal(&head->root, &old->root))
		return fork_tell(log, head, note, &same, err);
	*out_go = true;
	return 0;
}
