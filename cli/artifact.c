/* verify, for one file or digest: Sigstore bundles from the command line. */
#include "cli/artifact.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/environment.h"
#include "cli/verdict.h"

void artifact_trust_release(struct artifact_trust *trust)
{
	sigstore_root_free(&trust->root);
	public_key_free(&trust->key);
}

static int key_read(const char *path, struct public_key **out_key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer pem;

	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	if (file_read(path, &pem, err))
		return -1;
	return public_key_from_pem(buffer_view(&pem), out_key, err)
		       ? error_prefix(err, "the key '%s'", path)
		       : 0;
}

int artifact_trust_read(const struct call *call, struct artifact_trust *out_trust,
			struct error *err)
{
	const char *root = call_value(call, "trusted-root"), *key = call_value(call, "key");
	const char *identity = call_value(call, "identity"), *issuer = call_value(call, "issuer");
	CLEANUP(artifact_trust_release) struct artifact_trust trust = { .root = NULL };
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, SIGSTORE_ROOT_MAX_BYTES);
	if (!root)
		return error_set(err, ERROR_USAGE, "--identity and --issuer need --trusted-root");
	if (key ? identity || issuer : !identity || !issuer)
		return error_set(err, ERROR_USAGE,
				 "--trusted-root needs --identity and --issuer, or --key");
	if (file_read(root, &text, err) ||
	    sigstore_root_parse(buffer_view(&text), &trust.root, err) ||
	    (key && key_read(key, &trust.key, err)))
		return -1;
	trust.trust = (struct sigstore_trust){ trust.root, identity, issuer, trust.key };
	*out_trust = trust;
	trust = (struct artifact_trust){ .root = NULL }; /* handed over */
	return 0;
}

static bool digest_named(const char *word, struct digest *out_digest)
{
	struct error unread = { 0 };

	return strncmp(word, "sha256:", 7) == 0 &&
	       !digest_from_hex(span_of(word), out_digest, &unread);
}

int artifact_asked(const struct call *call, struct buffer *out_bundle, struct error *err)
{
	const char *signature = call_value(call, "signature"), *path = call->operand[0];
	struct digest digest;
	struct stat stat_buffer;
	bool is_digest = digest_named(path, &digest);

	argument_kind(path, &path);
	if (!signature || !call_value(call, "trusted-root") ||
	    (!is_digest && (stat(path, &stat_buffer) || !S_ISREG(stat_buffer.st_mode))))
		return 0;
	if (file_read(signature, out_bundle, err))
		return -1;
	if (!out_bundle->len)
		return error_set(err, ERROR_CORRUPT, "'%s' is empty", signature);
	if (!is_digest && sigstore_bundle_is_of_model(buffer_view(out_bundle)))
		out_bundle->len = 0; /* a model of one file: not ours */
	return 0;
}

int artifact_verify(struct call *call, struct span bundle, struct error *err)
{
	CLEANUP(artifact_trust_release) struct artifact_trust trust = { .root = NULL };
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	const char *word = call->operand[0], *path;
	struct digest digest;
	bool is_digest = digest_named(word, &digest);

	argument_kind(word, &path);
	if (artifact_trust_read(call, &trust, err) || environment_threads(call->ctx, err) ||
	    check_artifact(call->ctx, word, is_digest ? NULL : path, &digest, bundle, &trust.trust,
			   &verdict, err))
		return -1;
	return verdict_print(call, verdict, err);
}
