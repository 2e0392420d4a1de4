/* Evidence: calls through the table, and two kinds as one. */
#include "verify/evidence.h"

#include <stdlib.h>
#include <string.h>

int digest_list_add(struct digest_list *list, const struct digest *digest, struct error *err)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct digest *item = reallocarray(list->item, cap, sizeof(*item));

		if (!item)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu digests", cap);
		list->item = item;
		list->cap = cap;
	}
	list->item[list->count++] = *digest;
	return 0;
}

int digest_list_add_once(struct digest_list *list, const struct digest *digest, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (digest_equal(&list->item[i], digest))
			return 0;
	return digest_list_add(list, digest, err);
}

void digest_list_release(struct digest_list *list)
{
	free(list->item);
	*list = (struct digest_list){ 0 };
}

/* The slots take what they may change; the evidence itself does not look different for it. */
static struct evidence *own(const struct evidence *evidence)
{
	return (struct evidence *)(uintptr_t)evidence;
}

int evidence_statements(const struct evidence *evidence, const struct digest *about,
			struct digest_list *out_identities, struct error *err)
{
	return evidence->type->statements(own(evidence), about, out_identities, err);
}

int evidence_signers(const struct evidence *evidence, const struct digest *identity,
		     struct digest_list *out_keys, struct error *err)
{
	return evidence->type->signers(own(evidence), identity, out_keys, err);
}

int evidence_envelope(const struct evidence *evidence, const struct digest *identity,
		      const struct digest *key, struct buffer *out, struct error *err)
{
	return evidence->type->envelope(own(evidence), identity, key, out, err);
}

int evidence_proof(const struct evidence *evidence, const struct digest *identity,
		   const struct digest *key, struct buffer *out, struct error *err)
{
	return evidence->type->proof(own(evidence), identity, key, out, err);
}

int evidence_timestamp(const struct evidence *evidence, const struct digest *identity,
		       const struct digest *key, struct buffer *out, struct error *err)
{
	if (!evidence->type->timestamp)
		return error_set(err, ERROR_ABSENT, "the statement has no timestamp");
	return evidence->type->timestamp(own(evidence), identity, key, out, err);
}

int evidence_object(const struct evidence *evidence, const struct digest *digest,
		    struct source **out_source, struct error *err)
{
	return evidence->type->object(own(evidence), digest, out_source, err);
}

int evidence_state(const struct evidence *evidence, const char *const *asked, size_t count,
		   struct buffer *out, struct error *err)
{
	return evidence->type->state
		       ? evidence->type->state(own(evidence), asked, count, out, err)
		       : error_set(err, ERROR_ABSENT, "no state of the log lies beside it");
}

void evidence_close(struct evidence **evidence)
{
	if (*evidence)
		(*evidence)->type->close(*evidence);
	*evidence = NULL;
}

int evidence_object_read(const struct evidence *evidence, const struct digest *digest,
			 struct buffer *out, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	size_t start = out->len;
	struct digest found;

	if (evidence_object(evidence, digest, &source, err) || source_read_all(source, out, err))
		return -1;
	found = sha256((struct span){ out->data + start, out->len - start });
	if (!digest_equal(&found, digest)) {
		char hex[DIGEST_HEX_SIZE];

		out->len = start;
		digest_to_hex(digest, hex);
		return error_set(err, ERROR_CORRUPT, "the object %s does not have that digest",
				 hex);
	}
	return 0;
}

struct joined {
	struct evidence base;
	struct evidence *part[2];
};

/* Sort what was added behind `start`, and keep each once. */
static void list_unite(struct digest_list *list, size_t start)
{
	size_t kept = start;

	if (list->count - start < 2)
		return;
	qsort(list->item + start, list->count - start, sizeof(*list->item), digest_order);
	for (size_t i = start; i < list->count; i++)
		if (i == start || digest_order(&list->item[i], &list->item[i - 1]) != 0)
			list->item[kept++] = list->item[i];
	list->count = kept;
}

static int joined_statements(struct evidence *evidence, const struct digest *about,
			     struct digest_list *out_identities, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;
	size_t start = out_identities->count;

	for (size_t i = 0; i < 2; i++)
		if (evidence_statements(joined->part[i], about, out_identities, err))
			return -1;
	list_unite(out_identities, start);
	return 0;
}

static int joined_signers(struct evidence *evidence, const struct digest *identity,
			  struct digest_list *out_keys, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;
	size_t start = out_keys->count;

	for (size_t i = 0; i < 2; i++)
		if (evidence_signers(joined->part[i], identity, out_keys, err))
			return -1;
	list_unite(out_keys, start);
	return 0;
}

/* True when the first part only has nothing to give; then the second is asked. */
static bool look_further(size_t part, struct error *err)
{
	if (part || err->code != ERROR_ABSENT)
		return false;
	*err = (struct error){ 0 };
	return true;
}

static int joined_envelope(struct evidence *evidence, const struct digest *identity,
			   const struct digest *key, struct buffer *out, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;

	for (size_t i = 0; i < 2; i++) {
		if (!evidence_envelope(joined->part[i], identity, key, out, err))
			return 0;
		if (!look_further(i, err))
			break;
	}
	return -1;
}

static int joined_proof(struct evidence *evidence, const struct digest *identity,
			const struct digest *key, struct buffer *out, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;

	for (size_t i = 0; i < 2; i++) {
		if (!evidence_proof(joined->part[i], identity, key, out, err))
			return 0;
		if (!look_further(i, err))
			break;
	}
	return -1;
}

static int joined_timestamp(struct evidence *evidence, const struct digest *identity,
			    const struct digest *key, struct buffer *out, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;

	for (size_t i = 0; i < 2; i++) {
		if (!evidence_timestamp(joined->part[i], identity, key, out, err))
			return 0;
		if (!look_further(i, err))
			break;
	}
	return -1;
}

static int joined_object(struct evidence *evidence, const struct digest *digest,
			 struct source **out_source, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;

	for (size_t i = 0; i < 2; i++) {
		if (!evidence_object(joined->part[i], digest, out_source, err))
			return 0;
		if (!look_further(i, err))
			break;
	}
	return -1;
}

static int joined_state(struct evidence *evidence, const char *const *asked, size_t count,
			struct buffer *out, struct error *err)
{
	struct joined *joined = (struct joined *)evidence;

	for (size_t i = 0; i < 2; i++) {
		if (!evidence_state(joined->part[i], asked, count, out, err))
			return 0;
		if (!look_further(i, err))
			break;
	}
	return -1;
}

static void joined_close(struct evidence *evidence)
{
	free(evidence);
}

static const struct evidence_type joined_type = {
	.statements = joined_statements,
	.signers = joined_signers,
	.envelope = joined_envelope,
	.proof = joined_proof,
	.timestamp = joined_timestamp,
	.object = joined_object,
	.state = joined_state,
	.close = joined_close,
};

int evidence_join(struct evidence *first, struct evidence *second, struct evidence **out_evidence,
		  struct error *err)
{
	struct joined *joined = calloc(1, sizeof(*joined));

	if (!joined)
		return error_set(err, ERROR_SYSTEM, "out of memory for evidence");
	joined->base.type = &joined_type;
	joined->part[0] = first;
	joined->part[1] = second;
	*out_evidence = &joined->base;
	return 0;
}

/* What is no join of others, alone. */
static int parts_try(const struct evidence *evidence, evidence_trying *try, void *arg,
		     struct error *err)
{
	const struct joined *joined = (const struct joined *)evidence;
	struct error why = { 0 };

	if (evidence->type != &joined_type)
		return try(arg, evidence, err);
	if (!parts_try(joined->part[0], try, arg, &why))
		return 0;
	if (why.code == ERROR_SYSTEM) {
		*err = why;
		return -1;
	}
	return parts_try(joined->part[1], try, arg, err);
}

int evidence_try(const struct evidence *evidence, evidence_trying *try, void *arg,
		 struct error *err)
{
	struct error why = { 0 };

	if (!try(arg, evidence, err))
		return 0;
	if (err->code == ERROR_SYSTEM || evidence->type != &joined_type)
		return -1;
	if (!parts_try(evidence, try, arg, &why)) {
		*err = (struct error){ 0 };
		return 0;
	}
	if (why.code == ERROR_SYSTEM)
		*err = why;
	return -1;
}
