/* Any bytes as a public key, in DER, in PEM, as a verifier key: refused, or one spelling of one
 * key. */
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_der(struct span bytes)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	struct error err = { 0 };

	if (!public_key_from_der(bytes, &key, &err) && !span_equal(public_key_der(key), bytes))
		abort();
}

static void read_as_pem(struct span bytes)
{
	CLEANUP(public_key_free) struct public_key *key = NULL, *again = NULL;
	struct error err = { 0 };

	if (!public_key_from_pem(bytes, &key, &err) &&
	    public_key_from_der(public_key_der(key), &again, &err))
		abort();
}

/* What was read as a key is written as it was read. */
static void read_as_vkey(struct span text)
{
	struct note_key key;
	char written[NOTE_VKEY_MAX];
	struct error log = { 0 }, witness = { 0 };

	if (note_key_parse(text, &key, &log) && cosigner_parse(text, &key, &witness))
		return;
	note_key_format(&key, written);
	if (!span_equal(span_of(written), text) || !note_name_ok(span_of(key.name)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { data, size };

	read_as_der(bytes);
	read_as_pem(bytes);
	read_as_vkey(bytes);
	return 0;
}
