/* Check files and names with a registry as the anchor. */
#include "registry/checking.h"

#include "registry/evidence.h"
#include "registry/index.h"

/* A registry as an anchor. Owned. */
struct anchor {
	struct evidence *evidence, *joined;
	struct evidence *all; /* borrowed: the registry, and what this user remembers */
	struct trust trust;
	struct index *index; /* borrowed from the registry */
};

static void anchor_release(struct anchor *anchor)
{
	trust_release(&anchor->trust);
	evidence_close(&anchor->joined);
	evidence_close(&anchor->evidence);
}

static int find_files(void *user, const struct digest *file, size_t count,
		      struct digest *out_statement, struct error *err)
{
	struct anchor *anchor = user;
	size_t shared, total;

	return index_find_files(anchor->index, file, count, out_statement, &shared, &total, err);
}

static int anchor_open(struct registry *registry, struct anchor *anchor,
		       const struct check_request *request, struct check_request *out_request,
		       struct error *err)
{
	if (registry_index(registry, &anchor->index, err) ||
	    registry_evidence(registry, &anchor->evidence, err))
		return -1;
	anchor->all = anchor->evidence;
	/* A revocation binds whoever holds it, though this registry may not know of it. */
	if (request->held) {
		if (evidence_join(anchor->evidence, request->held, &anchor->joined, err))
			return -1;
		anchor->all = anchor->joined;
	}
	if (registry_trust_upto(registry, anchor->all, check_upto(request), &anchor->trust, err))
		return -1;
	*out_request = *request;
	out_request->anchor = anchor->all;
	out_request->anchor_trust = &anchor->trust;
	out_request->find_files = find_files;
	out_request->find_user = anchor;
	return 0;
}

int registry_check_path(struct registry *registry, const char *path,
			const struct check_request *request, struct verdict **out_verdict,
			struct error *err)
{
	CLEANUP(anchor_release) struct anchor anchor = { 0 };
	struct check_request anchored;

	if (anchor_open(registry, &anchor, request, &anchored, err))
		return -1;
	return check_path(registry->ctx, path, &anchored, out_verdict, err);
}

int registry_check_name(struct registry *registry, const char *name,
			const struct check_request *request, struct verdict **out_verdict,
			struct error *err)
{
	CLEANUP(anchor_release) struct anchor anchor = { 0 };
	struct check_request anchored;
	struct name asked, found;
	struct digest identity;
	char text[NAME_TEXT_MAX];

	if (name_parse(name, &asked, err) ||
	    anchor_open(registry, &anchor, request, &anchored, err) ||
	    index_resolve(anchor.index, &asked, &found, &identity, err))
		return -1;
	name_to_text(&found, text);
	return check_name(registry->ctx, text, &identity, &anchored, out_verdict, err);
}

int registry_attest(struct registry *registry, const char *name, const struct verdict *verdict,
		    const char *key_name, struct statement_made *out_made, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL, *said = NULL;
	struct statement_draft draft = { .kind = STATEMENT_verification, .repeatable = true };
	struct name asked, found;
	struct digest identity;
	struct index *index;
	char text[NAME_TEXT_MAX];

	if (name_parse(name, &asked, err) || registry_index(registry, &index, err) ||
	    index_resolve(index, &asked, &found, &identity, err) ||
	    registry_reference(registry, &found, &of, err) ||
	    json_need_digest(of, "manifest", &draft.digest, err))
		return -1;
	name_to_text(&found, text);
	draft.subject = text;
	if (verdict_to_json(verdict, &said, err) || json_object_new(&predicate, err) ||
	    json_set_take(predicate, "of", &of, err) ||
	    json_set_take(predicate, "verdict", &said, err) ||
	    registry_key_name(registry, key_name, &key_name, err) ||
	    signing_key_open(registry->ctx, key_name, &key, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, out_made, err);
}
