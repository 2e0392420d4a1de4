/*
 * Memory that runs out: every allocation of every parser fails once. Each time the call must fail
 * with ERROR_SYSTEM and give back what it took; that nothing is freed twice, the allocator notices.
 *
 * malloc, calloc and realloc of this program are replaced by ones that can fail; what OpenSSL asks
 * for itself is spared, since hashing may not fail (kernels/hash.h), and so is what jansson asks
 * for, since its lexer does not bear it: json_parse asks for that memory beforehand.
 */
#include <errno.h>
#include <link.h>
#include <stdlib.h>

#include "tests/verify/world.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *block);

enum { BLOCKS = 1 << 16 };

static size_t fail_at; /* 0: none; else that many allocations from now */
static bool failed;
static bool watching;
static void *block_of[BLOCKS]; /* what was taken while watching and not given back */
static size_t live;

/* The sanitizers have an allocator of their own, and must keep it. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif

#ifndef SANITIZED
#define SANITIZED false

/* Where libcrypto and libjansson lie, asked once: dladdr for each allocation took most of the time.
 */
static struct place {
	uintptr_t first, end;
} sparing[8];
static size_t sparings;

static int library_found(struct dl_phdr_info *library, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	if (!strstr(library->dlpi_name, "libcrypto") && !strstr(library->dlpi_name, "libjansson"))
		return 0;
	for (size_t i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &library->dlpi_phdr[i];
		uintptr_t first = library->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && (part->p_flags & PF_X) &&
		    sparings < sizeof(sparing) / sizeof(sparing[0]))
			sparing[sparings++] = (struct place){ first, first + part->p_memsz };
	}
	return 0;
}

static void libraries_find(void)
{
	dl_iterate_phdr(library_found, NULL);
	assert_true(sparings >= 2); /* both are there, as libraries */
}

static bool spared(const void *caller)
{
	for (size_t i = 0; watching && i < sparings; i++)
		if ((uintptr_t)caller >= sparing[i].first && (uintptr_t)caller < sparing[i].end)
			return true;
	return !watching;
}

static bool must_fail(const void *caller)
{
	if (!fail_at || spared(caller))
		return false;
	if (--fail_at)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

static size_t place_of(const void *block)
{
	size_t place = (uintptr_t)block / 16 % BLOCKS;

	while (block_of[place] && block_of[place] != block)
		place = (place + 1) % BLOCKS;
	return place;
}

static void *taken(void *block, const void *caller)
{
	if (block && !spared(caller)) {
		block_of[place_of(block)] = block;
		live++;
	}
	return block;
}

/* Leaves a mark that is no block, so that what was put behind it is still found. */
static void given_back(void *block)
{
	size_t place = place_of(block);

	if (!watching || !block || block_of[place] != block)
		return;
	block_of[place] = &block_of[place];
	live--;
}

#define SEEN __attribute__((visibility("default"))) /* by the libraries too */

SEEN void *malloc(size_t size)
{
	const void *caller = __builtin_return_address(0);

	return must_fail(caller) ? NULL : taken(__libc_malloc(size), caller);
}

SEEN void *calloc(size_t count, size_t size)
{
	const void *caller = __builtin_return_address(0);

	return must_fail(caller) ? NULL : taken(__libc_calloc(count, size), caller);
}

SEEN void *realloc(void *old, size_t size)
{
	const void *caller = __builtin_return_address(0);

	if (must_fail(caller))
		return NULL;
	given_back(old);
	return taken(__libc_realloc(old, size), caller);
}

SEEN void free(void *block)
{
	given_back(block);
	__libc_free(block);
}
#else
static void libraries_find(void)
{
}
#endif

/* An honest log with one checkpoint, a model signature, and what is tried with them. */
struct scene {
	struct world world;
	struct test_signer alice;
	struct world_item *policy, *checkpoint;
	struct buffer model_signature, payload;
	struct pin pin;
	struct trust trust;
	char *folder; /* all of it as a release */
	struct evidence *evidence;
};

static void scene_init(struct scene *scene)
{
	struct modelsig_file file[] = {
		{ (char *)(uintptr_t) "a", { { 1 }, DIGEST_SIZE }, 0, 0 },
		{ (char *)(uintptr_t) "b/c", { { 2 }, DIGEST_SIZE }, 0, 0 }
	};
	struct modelsig_plan plan = { .name = "m",
				      .ignored = modelsig_default_ignored,
				      .signature_name = "model.sig" };
	struct world_key key = { &scene->alice, "*", "*", 0, UINT64_MAX };
	struct pins pins = { &scene->pin, 1 };
	struct error err = { 0 };

	*scene = (struct scene){ 0 };
	scene->alice = test_signer_new("P-256");
	world_init(&scene->world, "log.example/house");
	scene->policy = world_policy(&scene->world, &key, 1);
	scene->checkpoint = world_checkpoint(&scene->world, &scene->alice, "team/base@v1");
	world_claim(&scene->world, &scene->alice, "checkpoint", "team/base@v1",
		    &scene->checkpoint->identity);
	scene->pin = world_pin(&scene->world, scene->policy);
	scene->folder = test_folder();
	world_write(&scene->world, scene->folder);
	assert_done(release_dir_open(scene->folder, &scene->evidence, &err), &err);
	assert_done(trust_from_pins(&pins, &scene->world.base, UINT64_MAX, &scene->trust, &err),
		    &err);
	buffer_init(&scene->payload, 65536);
	buffer_init(&scene->model_signature, 65536);
	assert_done(modelsig_build(&plan, file, 2, &scene->payload, NULL, &err), &err);
	test_envelope(&scene->alice, buffer_view(&scene->payload), &scene->model_signature);
}

static void scene_release(struct scene *scene)
{
	trust_release(&scene->trust);
	evidence_close(&scene->evidence);
	test_folder_remove(&scene->folder);
	test_signer_release(&scene->alice);
	buffer_release(&scene->model_signature);
	buffer_release(&scene->payload);
	world_release(&scene->world);
}

static int try_json(struct scene *scene, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL, *copy = NULL;
	CLEANUP(buffer_release) struct buffer out;

	buffer_init(&out, 65536);
	if (json_parse(buffer_view(&scene->payload), NULL, &json, err) ||
	    json_clone(json, &copy, err) || json_write_canonical(copy, &out, err))
		return -1;
	return json_write_pretty(copy, &out, err);
}

static int try_modelsig(struct scene *scene, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };

	return modelsig_check(buffer_view(&scene->model_signature), scene->alice.public, 0,
			      &signature, err);
}

static int try_trust(struct scene *scene, struct error *err)
{
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct pins pins = { &scene->pin, 1 };

	return trust_from_pins(&pins, scene->evidence, UINT64_MAX, &trust, err);
}

static int try_open(struct scene *scene, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;

	return release_dir_open(scene->folder, &evidence, err);
}

static int try_believe(struct scene *scene, struct error *err)
{
	CLEANUP(believed_release) struct believed believed = { 0 };

	return believe_statement(&scene->trust, scene->evidence, &scene->checkpoint->identity, NULL,
				 &believed, err);
}

static int try_proof(struct scene *scene, struct error *err)
{
	const struct world_item *item = scene->checkpoint;
	CLEANUP(buffer_release) struct buffer text;
	struct proof proof;

	buffer_init(&text, PROOF_MAX_BYTES);
	if (evidence_proof(scene->evidence, &item->identity, &item->key, &text, err))
		return -1;
	return proof_parse(buffer_view(&text), &proof, err);
}

static int try_entry(struct scene *scene, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(entry_release) struct entry entry = { 0 };

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	if (envelope_parse(buffer_view(&scene->policy->envelope), ENVELOPE_MAX_BYTES, &envelope,
			   err) ||
	    entry_build(STATEMENT_policy, buffer_view(&envelope.payload),
			buffer_view(&envelope.signature), scene->alice.public, &bytes, err))
		return -1;
	return entry_parse(buffer_view(&bytes), &entry, err);
}

static int try_pins(struct scene *scene, struct error *err)
{
	CLEANUP(pins_release) struct pins pins = { 0 };
	CLEANUP(buffer_release) struct buffer line;

	buffer_init(&line, 1024);
	if (pin_format(&scene->pin, &line, err))
		return -1;
	return pins_parse(buffer_view(&line), &pins, err);
}

/* Tokenizers of the fuzz target's corpus: u16 length, then what that length is of, then the rest.
 */
static int try_tokenizer(const char *path, bool text_first, struct error *err)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct reader reader;
	struct span first;
	uint32_t *ids;
	size_t count;

	buffer_init(&bytes, 65536);
	if (file_read(path, &bytes, err))
		return -1;
	reader = reader_over(buffer_view(&bytes));
	first = reader_take(&reader, reader_u16be(&reader));
	if (tokenizer_open(text_first ? reader.rest : first, "tokenizer", &tokenizer, err) ||
	    tokenizer_encode(tokenizer, text_first ? first : reader.rest, TOKENIZER_PLAIN, &ids,
			     &count, err))
		return -1;
	free(ids);
	return 0;
}

#define CORPUS TEST_DATA "/../fuzz/corpus/"

static int try_sentencepiece(struct scene *scene, struct error *err)
{
	(void)scene;
	return try_tokenizer(CORPUS "sentencepiece/bpe", false, err) ||
			       try_tokenizer(CORPUS "sentencepiece/map", false, err) ||
			       try_tokenizer(CORPUS "sentencepiece/unigram", false, err)
		       ? -1
		       : 0;
}

static int try_tokenizer_json(struct scene *scene, struct error *err)
{
	static const char *const path[] = { CORPUS "tokenizer_json/bpe",
					    CORPUS "tokenizer_json/llama3",
					    CORPUS "tokenizer_json/map",
					    CORPUS "tokenizer_json/unigram",
					    CORPUS "tokenizer_json/wordpiece" };

	(void)scene;
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		if (try_tokenizer(path[i], true, err))
			return -1;
	return 0;
}

/* Fail the first allocation, then the second, until none fails any more. */
static size_t starve(struct scene *scene, int (*try)(struct scene *, struct error *))
{
	struct error err = { 0 };
	size_t count = 0;

	assert_done(try(scene, &err), &err); /* what is set up once is set up now */
	for (;;) {
		int result;

		err = (struct error){ 0 };
		failed = false;
		memset(block_of, 0, sizeof(block_of));
		live = 0;
		fail_at = count + 1;
		watching = true;
		result = try(scene, &err);
		watching = false;
		fail_at = 0;
		if (live)
			fail_msg("%zu blocks are lost when allocation %zu fails", live, count + 1);
		if (!failed)
			break;
		count++;
		if (!result)
			fail_msg("allocation %zu failed, and nobody said so", count);
		assert_int_equal(result != 0, err.code != ERROR_NONE);
		assert_int_equal(result != 0, err.text[0] != 0);
		if (err.code != ERROR_SYSTEM)
			fail_msg("allocation %zu failed, and it is called: %s", count, err.text);
	}
	return count;
}

static void every_allocation_fails_once_and_nothing_is_lost(void **state)
{
	static int (*const try[])(struct scene *, struct error *) = {
		try_json,  try_modelsig, try_open,          try_trust,          try_believe,
		try_entry, try_pins,     try_sentencepiece, try_tokenizer_json, try_proof
	};
	CLEANUP(scene_release) struct scene scene = { 0 };

	(void)state;
	if (SANITIZED)
		skip();
	libraries_find();
	scene_init(&scene);
	for (size_t i = 0; i < sizeof(try) / sizeof(*try); i++) {
		size_t count = starve(&scene, try[i]);

		print_message("%zu allocations failed in turn\n", count);
		assert_true(count > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_fails_once_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
