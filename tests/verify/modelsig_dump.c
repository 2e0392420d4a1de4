/*
 * Show a judge what we make of OpenSSF signatures:
 *   modelsig_dump payload NAME < lines "HEX PATH"    the payload to be signed
 *   modelsig_dump bundle PAYLOAD SIGNATURE PEM       the bundle around it
 *   modelsig_dump check DIR BUNDLE PEM               the verdict as JSON; its exit status
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/check.h"
#include "verify/utf8.h"
#include "verify/verify.h"

#define FILES_MAX 100000

static int print(const struct buffer *out)
{
	return fwrite(out->data, 1, out->len, stdout) == out->len ? 0 : 1;
}

static int failed(const struct error *err)
{
	fprintf(stderr, "%s\n", err->text);
	return error_exit_status(err->code);
}

static int input_read(struct buffer *out, struct error *err)
{
	char part[4096];
	size_t len;

	while ((len = fread(part, 1, sizeof(part), stdin)) > 0)
		if (buffer_add(out, (struct span){ (uint8_t *)part, len }, err))
			return -1;
	return 0;
}

static int payload(const char *name)
{
	CLEANUP(buffer_release) struct buffer input, out;
	static struct modelsig_file file[FILES_MAX];
	struct modelsig_plan plan = { .name = name,
				      .ignored = modelsig_default_ignored,
				      .signature_name = "model.sig" };
	struct digest sha256;
	struct span rest, line;
	struct error err = { 0 };
	size_t count = 0;

	buffer_init(&input, 64u << 20);
	buffer_init(&out, 64u << 20);
	if (input_read(&input, &err))
		return failed(&err);
	rest = buffer_view(&input);
	while (line_take(&rest, &line) && count < FILES_MAX) {
		struct span hex = { line.data, 2 * DIGEST_SIZE };

		if (line.len < 2 * DIGEST_SIZE + 2 || digest_from_hex(hex, &sha256, &err))
			return failed(&err);
		file[count].digest = any_digest_of(&sha256);
		file[count++].path = strndup((const char *)line.data + 2 * DIGEST_SIZE + 1,
					     line.len - 2 * DIGEST_SIZE - 1);
	}
	if (modelsig_build(&plan, file, count, &out, NULL, &err))
		return failed(&err);
	for (size_t i = 0; i < count; i++)
		free(file[i].path);
	return print(&out);
}

static int bundle(char **argv)
{
	CLEANUP(buffer_release) struct buffer out;
	struct buffer part[3];
	CLEANUP(public_key_free) struct public_key *key = NULL;
	struct error err = { 0 };
	int result = 0;

	buffer_init(&out, 128u << 20);
	for (size_t i = 0; i < 3; i++) {
		buffer_init(&part[i], 64u << 20);
		result = result || file_read(argv[i], &part[i], &err);
	}
	if (result || public_key_from_pem(buffer_view(&part[2]), &key, &err) ||
	    envelope_build(buffer_view(&part[0]), buffer_view(&part[1]), key, &out, &err))
		result = failed(&err);
	else
		result = print(&out);
	for (size_t i = 0; i < 3; i++)
		buffer_release(&part[i]);
	return result;
}

static int check(char **argv)
{
	CLEANUP(buffer_release) struct buffer signature, pem, out;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	CLEANUP(json_free) struct json *json = NULL;
	struct check_request request = { .forward = FORWARD_NONE };
	struct context ctx = { 0 };
	struct error err = { 0 };

	buffer_init(&signature, MODELSIG_MAX_BYTES);
	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	buffer_init(&out, 64u << 20);
	if (file_read(argv[1], &signature, &err) || file_read(argv[2], &pem, &err))
		return failed(&err);
	request.signature = buffer_view(&signature);
	request.key_pem = buffer_view(&pem);
	if (check_path(&ctx, argv[0], &request, &verdict, &err) ||
	    verdict_to_json(verdict, &json, &err) || json_write_pretty(json, &out, &err))
		return failed(&err);
	print(&out);
	return verdict_exit_status(verdict);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "payload") == 0)
		return payload(argv[2]);
	if (argc == 5 && strcmp(argv[1], "bundle") == 0)
		return bundle(argv + 2);
	if (argc == 5 && strcmp(argv[1], "check") == 0)
		return check(argv + 2);
	fprintf(stderr, "usage: modelsig_dump payload NAME | bundle PAYLOAD SIGNATURE PEM | check "
			"DIR BUNDLE PEM\n");
	return 2;
}
