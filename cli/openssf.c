/* What --signature and the options beside it name. */
#include "cli/openssf.h"

#include <stdlib.h>
#include <string.h>

void openssf_init(struct openssf *files)
{
	buffer_init(&files->signature, MODELSIG_MAX_BYTES);
	buffer_init(&files->key, PUBLIC_KEY_PEM_MAX);
	files->roots = (struct certificates){ .der = NULL };
	files->ignored = NULL;
	files->trust = (struct artifact_trust){ .root = NULL };
}

void openssf_release(struct openssf *files)
{
	buffer_release(&files->signature);
	buffer_release(&files->key);
	certificates_release(&files->roots);
	free((void *)(uintptr_t)files->ignored);
	artifact_trust_release(&files->trust);
}

/* As the specification has them (section 6.2.1): inside the directory, and no patterns. */
static int ignored_check(const char *path, struct error *err)
{
	const char *part = path;

	if (!*path || *path == '/' || strpbrk(path, "*?["))
		return error_set(err, ERROR_USAGE,
				 "--ignore takes the path of a file or folder in the directory, "
				 "relative to it and without *, ? and [, not '%s'",
				 path);
	for (; *part; part += strspn(part, "/")) {
		size_t len = strcspn(part, "/");

		if (len == 2 && memcmp(part, "..", 2) == 0)
			return error_set(err, ERROR_USAGE, "--ignore '%s' leads elsewhere", path);
		part += len;
	}
	return 0;
}

static int read_ignored(const struct call *call, struct openssf *files,
			struct check_request *request, struct error *err)
{
	if (call_values(call, "ignore", &files->ignored, &request->ignored_count, err))
		return -1;
	request->ignored = files->ignored;
	for (size_t i = 0; i < request->ignored_count; i++)
		if (ignored_check(files->ignored[i], err))
			return -1;
	return 0;
}

/* Options that mean nothing alone. */
static int companions_check(const struct call *call, struct error *err)
{
	static const char *const companion[] = { "root",        "trusted-root", "identity",
						 "issuer",      "ignore",       "ignore-unsigned",
						 "allow-pre-v1" };

	if (!call_has(call, "signature") && call_has(call, "key"))
		return error_set(err, ERROR_USAGE,
				 "--signature and --key belong together: a signature is worth what "
				 "its key is worth");
	for (size_t i = 0;
	     !call_has(call, "signature") && i < sizeof(companion) / sizeof(companion[0]); i++)
		if (call_has(call, companion[i]))
			return error_set(err, ERROR_USAGE, "--%s belongs to --signature",
					 companion[i]);
	return 0;
}

static bool names_sigstore(const struct call *call)
{
	return call_has(call, "trusted-root") || call_has(call, "identity") ||
	       call_has(call, "issuer");
}

/* One of them says whom the signature must be from. */
static int signer_check(const struct call *call, struct error *err)
{
	bool key = call_has(call, "key"), root = call_has(call, "root");

	if (root && (key || names_sigstore(call)))
		return error_set(
			err, ERROR_USAGE,
			"--root excludes --key and --trusted-root: a signature is a key's, a "
			"certificate's or Sigstore's");
	if (!key && !root && !names_sigstore(call))
		return error_set(err, ERROR_USAGE,
				 "--signature and --key belong together, or --signature and --root "
				 "or --trusted-root: a signature is worth what its key is worth");
	return 0;
}

/* The keyless signer, or the key of one that logged what it signed. */
static int read_trust(const struct call *call, struct openssf *files, struct check_request *request,
		      struct error *err)
{
	if (!names_sigstore(call))
		return 0;
	if (artifact_trust_read(call, &files->trust, err))
		return -1;
	request->sigstore = &files->trust.trust;
	return 0;
}

/* `akashi sign` takes a key's name as well, so the file that belongs here is said. */
static int read_key(const char *key, struct buffer *out, struct error *err)
{
	if (!key || !file_read(key, out, err))
		return 0;
	return error_prefix(err, "--key takes the signer's public key in PEM, which 'akashi key "
				 "export NAME' prints");
}

int openssf_read(const struct call *call, struct openssf *files, struct check_request *request,
		 struct error *err)
{
	const char *signature = call_value(call, "signature");
	const char *key = call_value(call, "key");

	if (companions_check(call, err))
		return -1;
	if (!signature)
		return 0;
	if (signer_check(call, err) || file_read(signature, &files->signature, err) ||
	    read_key(key, &files->key, err) ||
	    (call_has(call, "root") && open_certificates(call, "root", &files->roots, err)) ||
	    read_ignored(call, files, request, err) || read_trust(call, files, request, err))
		return -1;
	if (!files->signature.len)
		return error_set(err, ERROR_CORRUPT, "'%s' is empty", signature);
	request->signature = buffer_view(&files->signature);
	request->key_pem = buffer_view(&files->key);
	request->roots = call_has(call, "root") ? &files->roots.list : NULL;
	request->ignore_unsigned = call_has(call, "ignore-unsigned");
	request->allow_pre_v1 = call_has(call, "allow-pre-v1");
	return 0;
}
