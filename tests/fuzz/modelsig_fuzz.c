/* Whatever the bundle or its statement is: refused, or files that lead nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "verify/modelsig/certificate.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Names lead nowhere else, are found, and shards of a file follow one another from its start. */
static void look_at(const struct modelsig *signature)
{
	uint64_t end = 0;

	must(signature->file_count > 0);
	for (size_t i = 0; i < signature->file_count; i++) {
		const struct modelsig_file *file = signature->by_path[i];
		bool first = !i || strcmp(signature->by_path[i - 1]->path, file->path) != 0;

		must(file->path[0] != '/' && strcmp(file->path, "..") != 0 &&
		     strncmp(file->path, "../", 3) != 0 && !strstr(file->path, "/../"));
		must(modelsig_find(signature, file->path) != NULL);
		must(file->digest.len == hash_kind_size(signature->hash));
		if (!signature->shard_size) {
			must(first && !file->end);
			continue;
		}
		must(file->start == (first ? 0 : end) && file->end > file->start &&
		     file->end - file->start <= signature->shard_size);
		end = file->end;
	}
	modelsig_ignores(signature, "a/b");
}

static void read_as_bundle(struct span bytes)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct error err = { 0 };

	if (!modelsig_read(bytes, &signature, &err))
		look_at(&signature);
}

static void read_as_statement(struct span bytes)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	CLEANUP(buffer_release) struct buffer encoding;
	struct error err = { 0 };

	buffer_init(&encoding, 4 * bytes.len + 128);
	if (modelsig_payload(bytes, &signature, &err))
		return;
	look_at(&signature);
	must(!modelsig_encoding_pre_v1(bytes, &encoding, &err));
}

/* With no root that is believed, nobody's certificate is. */
static void read_certificates(struct span bytes)
{
	struct certificate_list none = { NULL, 0 };
	struct modelsig_authorities authorities = { .roots = &none, .now_unix_s = 1790000000 };
	struct modelsig_signer signer;
	struct modelsig signature;
	struct error err = { 0 };

	must(modelsig_check_certificate(bytes, &authorities, MODELSIG_ALLOW_PRE_V1, &signature,
					&signer, &err) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { data, size };

	read_as_bundle(bytes);
	read_as_statement(bytes);
	read_certificates(bytes);
	return 0;
}
