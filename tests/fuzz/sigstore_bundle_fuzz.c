/* Whatever the bundle is: refused, or one whose parts can be looked at, and which nobody believes.
 */
#include <stdlib.h>

#include "verify/sigstore/body.h"
#include "verify/sigstore/rekor.h"
#include "verify/sigstore/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A log that signs nothing here: its key is the base point. */
static void log_make(struct root_log *log)
{
	static const uint8_t key[ED25519_KEY_SIZE] = { 0x58, [1 ... 31] = 0x66 };
	struct error err = { 0 };

	*log = (struct root_log){ .host = "log2025-alpha1.rekor.sigstage.dev" };
	log->period = (struct period){ 0, INT64_MAX };
	if (public_key_from_ed25519((struct span){ key, sizeof(key) }, &log->key, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error unread = { 0 }, unproven = { 0 }, other = { 0 }, nothing = { 0 };
	struct digest artifact = sha256((struct span){ data, size });
	CLEANUP(bundle_release) struct bundle bundle = { 0 };
	struct root_log log;

	if (bundle_parse((struct span){ data, size }, &bundle, &unread)) {
		if (unread.code != ERROR_CORRUPT && unread.code != ERROR_UNTRUSTED)
			abort();
		return 0;
	}
	log_make(&log);
	if (!rekor_check_inclusion(&bundle.entry, &log, &unproven))
		abort(); /* a signature by a key that has no private part here */
	if (bundle.entry.promise.len && !rekor_check_promise(&bundle.entry, &log, &other))
		abort();
	if (!body_check(&bundle, log.key, bundle.is_envelope ? NULL : &artifact, &nothing) &&
	    !bundle.is_envelope)
		abort(); /* a bundle that holds the digest of itself */
	nothing = (struct error){ 0 };
	if (bundle.is_envelope && !subject_check(buffer_view(&bundle.payload), &artifact, &nothing))
		abort();
	public_key_free(&log.key);
	return 0;
}
