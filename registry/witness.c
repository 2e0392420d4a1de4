/* A witness's folder: made, opened, the logs that it knows, what it saw. */
#include "registry/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/witness/inner.h"

static const char schema[] =
	"CREATE TABLE cosigned(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, "
	"time INTEGER NOT NULL, note BLOB NOT NULL);";

/* The verifier key that goes with the private one. */
static int key_of(const struct signing_key *signer, const char *name, struct note_key *out_key,
		  struct error *err)
{
	struct span der = public_key_der(signer->public_key);

	if (signer->type != SIGNING_ED25519 || der.len < ED25519_KEY_SIZE)
		return error_set(err, ERROR_USAGE, "a witness's key is Ed25519");
	return cosigner_make(name, der.data + der.len - ED25519_KEY_SIZE, out_key, err);
}

static int vkey_write(const char *path, const struct note_key *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	char vkey[NOTE_VKEY_MAX];

	buffer_init(&text, NOTE_VKEY_MAX + 1);
	note_key_format(key, vkey);
	if (buffer_printf(&text, err, "%s\n", vkey))
		return -1;
	return file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
}

static int vkey_read(const char *path, struct note_key *out_key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct span vkey;

	buffer_init(&text, NOTE_VKEY_MAX);
	if (file_read(path, &text, err))
		return -1;
	vkey = buffer_view(&text);
	if (vkey.len && vkey.data[vkey.len - 1] == '\n')
		vkey.len--;
	if (cosigner_parse(vkey, out_key, err))
		return error_prefix(err, "'%s'", path);
	return 0;
}

/* The key comes last: a witness that was made by half cannot be opened, and can be made again. */
int witness_init(const struct context *ctx, const char *folder, const char *name,
		 struct note_key *out_key, struct error *err)
{
	CLEANUP(text_free) char *private = NULL, *public = NULL, *state = NULL;
	CLEANUP(database_close) struct database *database = NULL;
	CLEANUP(signing_key_close) struct signing_key *signer = NULL;
	struct note_key key;

	if (!note_name_ok(span_of(name)))
		return error_set(err, ERROR_USAGE,
				 "'%.300s' cannot name a witness: 1 to %d bytes without spaces and "
				 "'+', best the beginning of its URL without https://",
				 name, NOTE_NAME_MAX);
	if (path_join(folder, "witness.key", &private, err) ||
	    path_join(folder, "witness.vkey", &public, err) ||
	    path_join(folder, "witness.db", &state, err) || folder_make(folder, err))
		return -1;
	if (file_exists(public))
		return error_set(err, ERROR_USAGE, "there is a witness in '%s' already", folder);
	if (file_exists(state))
		return error_set(err, ERROR_USAGE,
				 "'%s' is what another witness saw: take an empty folder", state);
	if (!file_exists(private) &&
	    signing_key_generate_path(ctx, private, 0600, SIGNING_ED25519, NULL, err))
		return -1;
	if (signing_key_open_path(ctx, private, &signer, err) || key_of(signer, name, &key, err) ||
	    database_open(state, DATABASE_DURABLE, &database, err) ||
	    database_run(database, schema, err) || vkey_write(public, &key, err))
		return -1;
	*out_key = key;
	return 0;
}

static int state_open(struct witness_state *state, struct error *err)
{
	CLEANUP(text_free) char *private = NULL, *public = NULL, *path = NULL;
	struct note_key mine;

	if (path_join(state->folder, "witness.key", &private, err) ||
	    path_join(state->folder, "witness.vkey", &public, err) ||
	    path_join(state->folder, "witness.db", &path, err))
		return -1;
	if (!file_exists(public))
		return error_set(err, ERROR_ABSENT,
				 "there is no witness in '%s': akashi witness init makes one",
				 state->folder);
	if (!file_exists(path))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is gone, and with it what this witness saw: make another "
				 "witness with a key of its own",
				 path);
	if (vkey_read(public, &state->key, err) ||
	    signing_key_open_path(state->ctx, private, &state->signer, err) ||
	    key_of(state->signer, state->key.name, &mine, err))
		return -1;
	if (!note_key_equal(&mine, &state->key))
		return error_set(err, ERROR_CORRUPT, "'%s' is not the key that '%s' names", private,
				 public);
	return database_open(path, DATABASE_DURABLE, &state->database, err);
}

int witness_open(const struct context *ctx, const char *folder, struct witness_state **out_state,
		 struct error *err)
{
	CLEANUP(witness_close) struct witness_state *state = calloc(1, sizeof(*state));

	if (!state)
		return error_set(err, ERROR_SYSTEM, "out of memory for a witness");
	pthread_mutex_init(&state->mutex, NULL);
	state->ctx = ctx;
	state->folder = strdup(folder);
	if (!state->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a witness");
	if (state_open(state, err))
		return -1;
	*out_state = state;
	state = NULL; /* handed over */
	return 0;
}

void witness_close(struct witness_state **state)
{
	if (!*state)
		return;
	database_close(&(*state)->database);
	signing_key_close(&(*state)->signer);
	pthread_mutex_destroy(&(*state)->mutex);
	free((*state)->log);
	free((*state)->folder);
	free(*state);
	*state = NULL;
}

const struct note_key *witness_key(const struct witness_state *state)
{
	return &state->key;
}

size_t witness_log_count(const struct witness_state *state)
{
	return state->log_count;
}

int witness_accept(struct witness_state *state, struct span vkey, struct error *err)
{
	struct note_key key, *more;

	if (note_key_parse(vkey, &key, err))
		return -1;
	if (memcmp(key.key, state->key.key, ED25519_KEY_SIZE) == 0)
		return error_set(err, ERROR_USAGE,
				 "the key of the log '%s' is this witness's own: nobody witnesses "
				 "himself",
				 key.name);
	for (size_t i = 0; i < state->log_count; i++)
		if (note_key_equal(&state->log[i], &key))
			return 0;
	if (state->log_count == WITNESS_LOGS_MAX)
		return error_set(err, ERROR_USAGE, "more than %d logs", WITNESS_LOGS_MAX);
	if (state->log_count == state->log_room) {
		size_t room = state->log_room ? 2 * state->log_room : 16;

		more = reallocarray(state->log, room, sizeof(*more));
		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for logs");
		state->log = more;
		state->log_room = room;
	}
	state->log[state->log_count++] = key;
	return 0;
}

/* ---- What it saw ---- */

int witness_fork_path(const struct witness_state *state, const char *origin, char **out_path,
		      struct error *err)
{
	struct digest digest = sha256(span_of(origin));
	char hex[DIGEST_HEX_SIZE], name[DIGEST_HEX_SIZE + 16];

	digest_to_hex(&digest, hex);
	snprintf(name, sizeof(name), "fork-%s.txt", hex);
	return path_join(state->folder, name, out_path, err);
}

int witness_fork_keep(struct witness_state *state, const char *origin, struct span cosigned,
		      struct span offered, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, 3 * NOTE_MAX_BYTES);
	if (witness_fork_path(state, origin, &path, err) ||
	    buffer_printf(&text, err,
			  "The log %s signed two trees of one size.\n\nThis witness cosigned:\n",
			  origin) ||
	    buffer_add(&text, cosigned, err) ||
	    buffer_add_text(&text, "\nIt was offered:\n", err) || buffer_add(&text, offered, err))
		return -1;
	return file_write(path, buffer_view(&text), 0644, FILE_KEEP_FIRST, err);
}

int witness_visit(struct witness_state *state,
		  int (*visit)(void *user, const struct witness_seen *seen, struct error *err),
		  void *user, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(state->database,
		      "SELECT origin, size, time, root, note FROM cosigned ORDER BY origin", &query,
		      err))
		return -1;
	for (;;) {
		CLEANUP(text_free) char *fork = NULL;
		struct witness_seen seen = { 0 };
		struct span root;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		seen.origin = query_text(query, 0);
		seen.size = query_u64(query, 1);
		seen.time = query_u64(query, 2);
		root = query_bytes(query, 3);
		seen.note = query_bytes(query, 4);
		if (!seen.origin || root.len != DIGEST_SIZE)
			return error_set(err, ERROR_CORRUPT, "witness.db is damaged");
		memcpy(seen.root.byte, root.data, DIGEST_SIZE);
		if (witness_fork_path(state, seen.origin, &fork, err))
			return -1;
		seen.forked = file_exists(fork);
		if (visit(user, &seen, err))
			return -1;
	}
}
