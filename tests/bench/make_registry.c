/*
 * Fill a registry with very many checkpoints of very small tensors: whatever grows with their
 * number is there as in a registry of petabytes, and their bytes are not.
 *
 *     make_registry REGISTRY STATEMENTS OBJECTS TOGETHER
 *
 * REGISTRY is the `.akashi` folder of a registry of packs that `akashi init` made. Nothing is
 * made up: manifests, records of packs, signatures, entries and claims come from the code that
 * `akashi add` calls; only the files are in memory, and no file is too small for a pack. Each
 * checkpoint has OBJECTS / STATEMENTS objects that no other has: its manifest, its pieces object,
 * its file and the pieces of that, one for each tensor. A pack is sealed after TOGETHER
 * checkpoints, as so many large ones would fill it; statements are logged together in batches.
 * A hundred checkpoints are one model, each the child of the one before, with an alias `latest`
 * for the last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include "registry/add.h"
#include "registry/packs.h"

enum {
	OWN_OBJECTS = 3, /* manifest, pieces object, file */
	OF_A_MODEL = 100,
	BATCH = 4000, /* statements that are logged together; with their claims twice as many */
	TENSOR_BYTES = 16,
	HEADER_ROOM = 1 << 20
};

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static int64_t clock_now(void *user)
{
	(void)user;
	return (int64_t)time(NULL);
}

static int64_t clock_monotonic_ms(void *user)
{
	(void)user;
	return (int64_t)(1000 * now());
}

static const char *environment_variable(void *user, const char *name)
{
	(void)user;
	return getenv(name);
}

static int random_bytes(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	return getrandom(bytes, len, 0) == (ssize_t)len ? 0 : -1;
}

/* What is made, and how. */
struct making {
	struct registry *registry;
	struct context alone; /* of one thread: many checkpoints are made side by side */
	uint64_t statements, together;
	size_t tensors;       /* of each checkpoint */
	struct buffer header; /* the front of each file; they all have the same shapes */
};

/* One checkpoint on its way. */
struct one {
	struct making *making;
	uint64_t number;
	struct buffer bytes; /* of its file */
	struct digest manifest;
	struct error err;
	bool failed;
};

/* ---- A checkpoint's file ---- */

static int header_make(struct making *making, struct error *err)
{
	char *text = malloc(HEADER_ROOM);
	size_t len = 1;
	uint8_t size[8];
	int failed = 0;

	if (!text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a header");
	text[0] = '{';
	for (size_t i = 0; i < making->tensors && len < HEADER_ROOM - 256; i++)
		len += (size_t)snprintf(text + len, HEADER_ROOM - len,
					"%s\"layers.%zu.weight\":{\"dtype\":\"F32\",\"shape\":[%d],"
					"\"data_offsets\":[%zu,%zu]}",
					i ? "," : "", i, TENSOR_BYTES / 4, i * TENSOR_BYTES,
					(i + 1) * TENSOR_BYTES);
	if (len >= HEADER_ROOM - 256)
		failed = error_set(err, ERROR_USAGE, "%zu tensors are too many", making->tensors);
	text[len++] = '}';
	for (unsigned i = 0; i < sizeof(size); i++)
		size[i] = (uint8_t)((uint64_t)len >> (8 * i));
	buffer_init(&making->header, 2 * HEADER_ROOM);
	if (!failed)
		failed = buffer_add(&making->header, (struct span){ size, sizeof(size) }, err) ||
			 buffer_add(&making->header, (struct span){ (const uint8_t *)text, len },
				    err);
	free(text);
	return failed ? -1 : 0;
}

/* No two tensors are the same. */
static int bytes_make(struct one *one, struct error *err)
{
	const struct making *making = one->making;
	uint64_t word[2] = { one->number, 0 };

	_Static_assert(sizeof(word) == TENSOR_BYTES, "a tensor is two words");
	buffer_init(&one->bytes, 2 * HEADER_ROOM);
	if (buffer_add(&one->bytes, buffer_view(&making->header), err))
		return -1;
	for (; word[1] < making->tensors; word[1]++)
		if (buffer_add(&one->bytes, (struct span){ (const uint8_t *)word, sizeof(word) },
			       err))
			return -1;
	return 0;
}

static int file_open(void *user, const char *name, struct source **out_source, struct error *err)
{
	struct one *one = user;

	return source_open_memory(name, buffer_view(&one->bytes), out_source, err);
}

/* ---- Into the store, as `akashi add` does it ---- */

static int sink_begin(void *user, const char *path, struct source *source, void **out_file,
		      struct error *err)
{
	struct store *store = ((struct one *)user)->making->registry->store;
	struct store_file_wish wish = {
		.size = source->size, .name = path, .content = CONTENT_BYTES, .effort = EFFORT_NONE
	};
	struct store_file *file;

	if (store->type->file_begin(store, &wish, &file, err))
		return -1;
	*out_file = file;
	return 0;
}

static int sink_piece(void *user, void *file, const struct manifest_piece *piece, struct error *err)
{
	struct store *store = ((struct one *)user)->making->registry->store;
	struct store_piece kept = { .offset = piece->offset,
				    .digest = piece->digest,
				    .bytes = piece->bytes,
				    .content = CONTENT_F32 };

	return store->type->file_piece(file, &kept, err);
}

static int sink_end(void *user, void *file, const struct digest *sha256, struct error *err)
{
	struct store *store = ((struct one *)user)->making->registry->store;

	if (sha256)
		return store->type->file_commit(file, sha256, err);
	store->type->file_abort(file);
	return 0;
}

static int one_keep(struct one *one, struct error *err)
{
	const struct manifest_sink sink = {
		one, sink_begin, sink_piece, sink_end, NULL, NULL, NULL
	};
	struct store *store = one->making->registry->store;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer text, pieces;
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct tree_file file = { .name = "model.safetensors" };
	struct digest digest;

	buffer_init(&text, MANIFEST_MAX_BYTES);
	buffer_init(&pieces, (size_t)MANIFEST_PIECES_MAX_BYTES);
	if (bytes_make(one, err))
		return -1;
	file.size = one->bytes.len;
	return tree_of("a checkpoint in memory", &file, 1, file_open, one, &tree, err) ||
			       manifest_build(&one->making->alone, tree, &sink, &manifest, err) ||
			       pieces_write(manifest->record, manifest->piece_count, &pieces,
					    err) ||
			       store_put(store, buffer_view(&pieces), &digest, err) ||
			       manifest_write(manifest, &text, &one->manifest, err) ||
			       store_put(store, buffer_view(&text), &digest, err)
		       ? -1
		       : 0;
}

static void one_work(void *arg, size_t i)
{
	struct one *one = (struct one *)arg + i;

	one->failed = one_keep(one, &one->err);
	buffer_release(&one->bytes);
}

/* ---- Statements ---- */

struct said {
	struct json *predicate;
	char subject[NAME_TEXT_MAX];
};

static int say(const struct making *making, const struct one *one, struct said *said,
	       struct statement_draft *draft, size_t at, struct error *err)
{
	uint64_t in_model = one->number % OF_A_MODEL;
	char family[NAME_PART_MAX], version[NAME_PART_MAX];

	snprintf(family, sizeof(family), "lab/model-%06llu",
		 (unsigned long long)(one->number / OF_A_MODEL));
	snprintf(version, sizeof(version), "step-%06llu", (unsigned long long)in_model);
	snprintf(said->subject, sizeof(said->subject), "%s@%s", family, version);
	*draft = (struct statement_draft){ .kind = STATEMENT_checkpoint,
					   .subject = said->subject,
					   .digest = one->manifest,
					   .follows = in_model && at ? at : 0 };
	if (json_object_new(&said->predicate, err) ||
	    json_set_text(said->predicate, "name", family, err) ||
	    json_set_text(said->predicate, "version", version, err) ||
	    json_set_digest(said->predicate, "manifest", &one->manifest, err) ||
	    json_set_size(said->predicate, "bytes",
			  making->header.len + making->tensors * TENSOR_BYTES, err) ||
	    json_set_size(said->predicate, "files", 1, err) ||
	    json_set_size(said->predicate, "parameters", making->tensors * TENSOR_BYTES / 4, err))
		return -1;
	draft->predicate = said->predicate;
	return 0;
}

static int batch_say(struct making *making, struct signing_key *key, const struct one *one,
		     size_t count, struct error *err)
{
	struct said *said = calloc(count, sizeof(*said));
	struct statement_draft *draft = calloc(count, sizeof(*draft));
	struct statement_made *made = calloc(count, sizeof(*made));
	int failed =
		said && draft && made ? 0 : error_set(err, ERROR_SYSTEM, "out of memory to say it");

	for (size_t i = 0; i < count && !failed; i++)
		failed = say(making, &one[i], &said[i], &draft[i], i, err);
	if (!failed)
		failed =
			store_flush(making->registry->store, err) ||
			registry_publish_statements(making->registry, key, draft, count, made, err);
	for (size_t i = 0; said && i < count; i++)
		json_free(&said[i].predicate);
	free(said);
	free(draft);
	free(made);
	return failed;
}

/* The alias of each model whose last checkpoint is among these. */
static int batch_tag(struct making *making, const struct one *one, size_t count, struct error *err)
{
	const struct add_how how = { .mode = STORE_COPY };

	for (size_t i = 0; i < count; i++) {
		struct add_result result;
		struct name name;
		char text[NAME_TEXT_MAX];

		if (one[i].number % OF_A_MODEL != OF_A_MODEL - 1)
			continue;
		snprintf(text, sizeof(text), "lab/model-%06llu@step-%06d",
			 (unsigned long long)(one[i].number / OF_A_MODEL), OF_A_MODEL - 1);
		if (name_parse(text, &name, err) ||
		    registry_add_tag(making->registry, &how, &name, "latest", &result, err))
			return -1;
	}
	return 0;
}

static int batch_make(struct making *making, struct signing_key *key, uint64_t first, size_t count,
		      struct error *err)
{
	uint64_t *small = &((struct packs_store *)making->registry->store)->small, was;
	struct one *one = calloc(count, sizeof(*one));
	int failed = one ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a batch");

	was = *small;
	*small = 0; /* for files; manifests are put together as they are anywhere */
	for (size_t done = 0; done < count && !failed; done += making->together) {
		size_t some =
			count - done < making->together ? count - done : (size_t)making->together;

		for (size_t i = 0; i < some; i++)
			one[done + i] =
				(struct one){ .making = making, .number = first + done + i };
		threads_run(making->registry->ctx->threads, some, one_work, one + done);
		for (size_t i = 0; i < some && !failed; i++)
			if (one[done + i].failed) {
				*err = one[done + i].err;
				failed = -1;
			}
		if (!failed)
			failed = store_flush(making->registry->store, err);
	}
	*small = was;
	if (!failed)
		failed = batch_say(making, key, one, count, err) ||
			 batch_tag(making, one, count, err);
	free(one);
	return failed;
}

static int registry_fill(struct making *making, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	const char *name;
	double started = now();

	if (strcmp(making->registry->store->type->name, "packs") != 0)
		return error_set(err, ERROR_USAGE, "the registry has no store of packs");
	if (header_make(making, err) || registry_key_name(making->registry, NULL, &name, err) ||
	    signing_key_open(making->registry->ctx, name, &key, err))
		return -1;
	for (uint64_t done = 0, count; done < making->statements; done += count) {
		struct rusage usage;

		count = making->statements - done < BATCH ? making->statements - done : BATCH;
		if (batch_make(making, key, done, (size_t)count, err))
			return -1;
		getrusage(RUSAGE_SELF, &usage);
		printf("%llu checkpoints, %.1f s, %ld MiB\n", (unsigned long long)(done + count),
		       now() - started, usage.ru_maxrss / 1024);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct context ctx = { .now_unix_s = clock_now,
			       .monotonic_ms = clock_monotonic_ms,
			       .environment = environment_variable,
			       .random = random_bytes };
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct making making = { .alone = ctx };
	struct error err = { 0 };
	uint64_t objects;
	int failed;

	if (argc != 5) {
		fputs("usage: make_registry REGISTRY STATEMENTS OBJECTS TOGETHER\n", stderr);
		return 2;
	}
	making.statements = strtoull(argv[2], NULL, 10);
	objects = strtoull(argv[3], NULL, 10);
	making.together = strtoull(argv[4], NULL, 10);
	if (!making.statements || !making.together || objects / making.statements <= OWN_OBJECTS) {
		fputs("make_registry: each statement has four objects at least\n", stderr);
		return 2;
	}
	making.tensors = (size_t)(objects / making.statements) - OWN_OBJECTS;
	failed =
		threads_new(0, &ctx.threads, &err) || registry_open(&ctx, argv[1], &registry, &err);
	if (!failed) {
		making.registry = registry;
		failed = registry_fill(&making, &err);
	}
	buffer_release(&making.header);
	registry_close(&registry);
	threads_free(&ctx.threads);
	if (failed)
		fprintf(stderr, "make_registry: %s\n", err.text);
	return failed ? 1 : 0;
}
