/* The private key that signs a model, and the certificates that go with it. */
#include "registry/model_sign/inner.h"

#include <string.h>
#include <sys/stat.h>

#include "registry/argument.h"
#include "registry/pkcs11_uri.h"

static int key_open(struct model_signing *s, struct error *err)
{
	const char *word = s->request->key, *path;
	struct stat st;

	if (pkcs11_uri_is(word) || argument_kind(word, &path) != ARGUMENT_PATH)
		return signing_key_open_any(s->ctx, word, &s->key, err);
	if (signing_key_open_path(s->ctx, path, &s->key, err))
		return -1;
	if (stat(path, &st) == 0 && (st.st_mode & 077))
		context_notice(s->ctx, "the key '%s' can be read by others: chmod 600 '%s'", path,
			       path);
	return 0;
}

static int pem_add(struct certificate_list *list, const char *path, struct error *err)
{
	CLEANUP(buffer_release) struct buffer pem;

	buffer_init(&pem, CERTIFICATE_PEM_MAX);
	if (file_read(path, &pem, err) || certificate_list_add_pem(list, buffer_view(&pem), err))
		return error_prefix(err, "'%s'", path);
	return 0;
}

/* What no verifier should accept is not signed with. */
static int leaf_check(const struct model_signing *s, const struct certificate *leaf,
		      struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;

	if (certificate_key(leaf, &key, err))
		return -1;
	if (!digest_equal(public_key_id(key), public_key_id(s->key->public_key)))
		return error_set(err, ERROR_UNTRUSTED, "the key '%s' is not the certificate's",
				 s->key->name);
	if (certificate_check_time(leaf, context_now(s->ctx), err)) {
		err->code = ERROR_UNTRUSTED;
		return -1;
	}
	if (!certificate_signs(leaf))
		return error_set(err, ERROR_UNTRUSTED,
				 "its key usage has no digitalSignature, so no verifier takes what "
				 "it signs");
	return 0;
}

/* The chain leads from the leaf to the last certificate that was named. */
static int chain_check(const struct model_signing *s, const struct certificate_list *chain,
		       struct error *err)
{
	struct certificate *const last = chain->item[chain->count - 1];
	struct certificate_list top = { (struct certificate *[]){ last }, 1 };

	if (certificate_chain_check(s->certificates.item[0], chain, &top, context_now(s->ctx),
				    CHAIN_PARTIAL, err) == 0)
		return 0;
	err->code = ERROR_UNTRUSTED;
	return error_prefix(err, "the chain does not lead to '%s'", certificate_subject(last));
}

/* Roots stay out of the bundle: whoever checks has to have them already. */
static int chain_take(struct model_signing *s, const struct certificate_list *chain,
		      struct error *err)
{
	for (size_t i = 0; i < chain->count; i++)
		if (!certificate_is_self_issued(chain->item[i]) &&
		    certificate_list_add_der(&s->certificates, certificate_der(chain->item[i]),
					     err))
			return -1;
	return 0;
}

static int certificates_open(struct model_signing *s, struct error *err)
{
	CLEANUP(certificate_list_release) struct certificate_list chain = { 0 };
	const char *path = s->request->certificate;

	if (pem_add(&s->certificates, path, err))
		return -1;
	for (size_t i = 1; i < s->certificates.count; i++)
		if (certificate_list_add_der(&chain, certificate_der(s->certificates.item[i]), err))
			return -1;
	while (s->certificates.count > 1)
		certificate_free(&s->certificates.item[--s->certificates.count]);
	for (size_t i = 0; i < s->request->chain_count; i++)
		if (pem_add(&chain, s->request->chain[i], err))
			return -1;
	if (leaf_check(s, s->certificates.item[0], err))
		return error_prefix(err, "the certificate '%s'", path);
	if (chain.count)
		return chain_check(s, &chain, err) || chain_take(s, &chain, err) ? -1 : 0;
	context_notice(s->ctx,
		       "no --chain: whoever checks needs the certificate that issued '%s' as root",
		       certificate_subject(s->certificates.item[0]));
	return 0;
}

int signing_open_key(struct model_signing *s, struct error *err)
{
	if (key_open(s, err))
		return -1;
	if (s->key->type == SIGNING_ED25519)
		return error_set(err, ERROR_USAGE,
				 "the key '%s' is Ed25519: OpenSSF Model Signing v1.0 knows ECDSA "
				 "on P-256, P-384 and P-521 only",
				 s->key->name);
	return s->request->certificate ? certificates_open(s, err) : 0;
}
