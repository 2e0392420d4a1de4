/* Whatever the certificate is: refused, or one that can be looked at; nobody vouches for it. */
#include <stdlib.h>
#include <string.h>

#include "verify/sct.h"
#include "verify/sigstore/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct certificate *certificate)
{
	struct sct_log log = { certificate_key_der(certificate), 0, INT64_MAX };
	struct error none = { 0 }, nobody = { 0 }, nothing = { 0 };
	struct certificate_list roots = { 0 };

	for (size_t i = 0; i < certificate_name_count(certificate); i++) {
		struct certificate_name name = certificate_name(certificate, i);

		if (strlen(name.text) > CERTIFICATE_NAME_TEXT_MAX ||
		    (name.kind != CERTIFICATE_OTHER && !name.text[0]))
			abort();
	}
	(void)!sct_check(certificate, certificate, &log, 1, NULL, &nothing);
	if (!identity_check(certificate, "", "", &none))
		abort();
	if (!certificate_chain_check(certificate, NULL, &roots, 0, CHAIN_PARTIAL, &nobody))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(certificate_free) struct certificate *certificate = NULL;
	CLEANUP(certificate_list_release) struct certificate_list list = { 0 };
	struct span bytes = { data, size };
	struct error err = { 0 }, pem = { 0 };

	if (!certificate_from_der(bytes, &certificate, &err)) {
		if (!span_equal(certificate_der(certificate), bytes))
			abort();
		look(certificate);
	}
	if (!certificate_list_add_pem(&list, bytes, &pem) && !list.count)
		abort();
	return 0;
}
