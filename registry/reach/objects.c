/* What one statement needs, and through its manifest or list of activations. */
#include <string.h>

#include "registry/reach/inner.h"
#include "registry/statement.h"
#include "registry/store.h"
#include "verify/verify.h"

void reached_init(struct reached *reached)
{
	*reached = (struct reached){ .read = false };
	buffer_init(&reached->facts, REMEMBERED_FACTS_MAX_BYTES);
}

void reached_release(struct reached *reached)
{
	statement_release(&reached->statement);
	manifest_free(&reached->manifest);
	boundaries_release(&reached->boundaries);
	buffer_release(&reached->facts);
	reached_init(reached);
}

/* ---- Reading ---- */

/* A small object that leads on; where it cannot be had, that is noted. */
static bool object_read(struct registry *registry, struct reached *reached,
			const struct digest *digest, struct buffer *out)
{
	if (store_get(registry->store, digest, out, &reached->why) == 0)
		return true;
	reached->blind = reached->why.code == ERROR_ABSENT ? REACH_MISSING : REACH_DAMAGED;
	reached->blind_object = true;
	reached->object = *digest;
	return false;
}

static void object_refuse(struct reached *reached, const struct digest *digest)
{
	reached->blind = REACH_DAMAGED;
	reached->blind_object = true;
	reached->object = *digest;
}

static void manifest_read(struct registry *registry, struct reached *reached)
{
	const struct digest *digest = &reached->statement.digest;
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, MANIFEST_MAX_BYTES);
	if (object_read(registry, reached, digest, &bytes) &&
	    manifest_parse(buffer_view(&bytes), &reached->manifest, &reached->why))
		object_refuse(reached, digest);
}

static void boundaries_read(struct registry *registry, struct reached *reached)
{
	const struct json *list = json_member(reached->statement.predicate, "boundaries");
	CLEANUP(buffer_release) struct buffer bytes;
	struct error none = { 0 };
	struct digest digest;

	buffer_init(&bytes, BOUNDARIES_MAX_BYTES);
	if (!list || json_need_digest(list, "object", &digest, &none))
		return;
	if (object_read(registry, reached, &digest, &bytes) &&
	    boundaries_from_object(buffer_view(&bytes), &reached->boundaries, &reached->why))
		object_refuse(reached, &digest);
}

void reached_read(struct registry *registry, struct reached *reached)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error *why = &reached->why;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (registry_envelope(registry, &reached->identity, &reached->signer, &bytes, NULL, why) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, why)) {
		reached->blind = why->code == ERROR_ABSENT ? REACH_MISSING : REACH_DAMAGED;
		return;
	}
	if (!digest_equal(&envelope.identity, &reached->identity)) {
		reached->blind = REACH_DAMAGED;
		error_set(why, ERROR_CORRUPT, "its bytes no longer have its identity");
		return;
	}
	if (statement_parse(buffer_view(&envelope.payload), &reached->statement, why)) {
		reached->blind = why->code == ERROR_UNTRUSTED ? REACH_UNKNOWN : REACH_DAMAGED;
		return;
	}
	reached->read = true;
	reached_follow(registry, reached);
}

void reached_follow(struct registry *registry, struct reached *reached)
{
	if (reached->statement.kind == STATEMENT_checkpoint ||
	    reached->statement.kind == STATEMENT_dataset)
		manifest_read(registry, reached);
	else if (reached->statement.kind == STATEMENT_record)
		boundaries_read(registry, reached);
}

/* ---- Visiting ---- */

struct visiting {
	const struct reached *reached;
	const struct reach_request *request;
};

static int visit(const struct visiting *visiting, struct reach_object *object, struct error *err)
{
	object->statement = visiting->reached->identity;
	object->by = &visiting->reached->statement;
	return visiting->request->visit(visiting->request->arg, object, err);
}

/* An object of the statement's own, under `key` of a JSON object that may be NULL. */
static int visit_own(const struct visiting *visiting, const struct json *parent, const char *key,
		     const char *what, struct error *err)
{
	struct reach_object object = { .role = REACH_OWN, .what = what, .needed = true };
	struct error none = { 0 };

	if (!parent || json_need_digest(parent, key, &object.digest, &none))
		return 0;
	if (json_need_size(parent, "size", &object.size, &none) || strcmp(key, "file") != 0)
		object.size = REACH_SIZE_UNKNOWN;
	return visit(visiting, &object, err);
}

static int visit_samples(const struct visiting *visiting, const struct json *predicate,
			 struct error *err)
{
	const struct json *list = json_member(predicate, "samples");
	const struct json *attached = json_member(predicate, "attached");

	for (size_t i = 0; json_kind(list) == JSON_KIND_ARRAY && i < json_count(list); i++)
		if (visit_own(visiting, json_at(list, i), "file", "samples", err))
			return -1;
	for (size_t i = 0; json_kind(attached) == JSON_KIND_ARRAY && i < json_count(attached); i++)
		if (visit_own(visiting, json_at(attached, i), "file", "file of a harness", err))
			return -1;
	return 0;
}

static int visit_manifest(const struct visiting *visiting, bool released, struct error *err)
{
	const struct reached *reached = visiting->reached;
	const struct manifest *manifest = reached->manifest;
	struct reach_object object = { .digest = reached->statement.digest,
				       .role = REACH_MANIFEST,
				       .size = REACH_SIZE_UNKNOWN,
				       .what = "manifest",
				       .needed = true };

	if (visit(visiting, &object, err))
		return -1;
	if (!manifest)
		return 0;
	object.digest = manifest->pieces;
	object.role = REACH_PIECES;
	object.what = "pieces object";
	object.manifest = manifest;
	if (visit(visiting, &object, err))
		return -1;
	object.role = REACH_FILE;
	object.needed = !released;
	object.released = released;
	for (size_t i = 0; i < manifest->file_count; i++) {
		object.file = &manifest->file[i];
		object.digest = object.file->sha256;
		object.size = object.file->size;
		object.what = object.file->path;
		if (visit(visiting, &object, err))
			return -1;
	}
	return 0;
}

static int visit_record(const struct visiting *visiting, const struct json *predicate,
			struct error *err)
{
	const struct boundaries *boundaries = &visiting->reached->boundaries;
	struct reach_object object = { .role = REACH_OWN,
				       .what = "activations at a boundary",
				       .needed = true };

	if (visit_own(visiting, json_member(predicate, "probes"), "object", "probes", err) ||
	    visit_own(visiting, predicate, "outputs", "outputs", err) ||
	    visit_own(visiting, json_member(predicate, "boundaries"), "object",
		      "list of boundary activations", err))
		return -1;
	object.size = boundaries_object_bytes(boundaries);
	for (size_t i = 0; i < boundaries->count; i++) {
		object.digest = boundaries->object[i];
		if (visit(visiting, &object, err))
			return -1;
	}
	return 0;
}

/* Every digest in a value. The depth is the parser's limit. */
static int visit_mentions(const struct visiting *visiting, const struct json *value,
			  struct error *err)
{
	const char *text = json_text(value);
	struct json_members at = { 0 };
	struct reach_object object = { .role = REACH_MENTION,
				       .size = REACH_SIZE_UNKNOWN,
				       .what = "mention" };
	struct error none = { 0 };

	if (text && strncmp(text, "sha256:", 7) == 0 &&
	    !digest_from_hex(span_of(text), &object.digest, &none))
		return visit(visiting, &object, err);
	while (json_next(value, &at))
		if (visit_mentions(visiting, at.value, err))
			return -1;
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_count(value); i++)
		if (visit_mentions(visiting, json_at(value, i), err))
			return -1;
	return 0;
}

static int visit_run(const struct visiting *visiting, const struct json *predicate,
		     struct error *err)
{
	const struct json *list = json_member(predicate, "repositories");

	for (size_t i = 0; i < json_count(list); i++)
		if (visit_own(visiting, json_member(json_at(list, i), "git"), "diff", "git diff",
			      err))
			return -1;
	return visit_own(visiting, json_member(predicate, "order"), "object", "order of data",
			 err) ||
			       visit_own(visiting, json_member(predicate, "order"), "sequences",
					 "file of sequences", err) ||
			       visit_own(visiting, predicate, "file", "run file", err) ||
			       visit_own(visiting, predicate, "details", "details of a run", err)
		       ? -1
		       : 0;
}

static int visit_logs(const struct visiting *visiting, const struct json *predicate,
		      struct error *err)
{
	const struct json *list = json_member(predicate, "logs");

	for (size_t i = 0; i < json_count(list); i++)
		if (visit_own(visiting, json_at(list, i), "digest", "log", err))
			return -1;
	return 0;
}

int reached_visit(const struct reached *reached, bool released, const struct reach_request *request,
		  struct error *err)
{
	const struct visiting visiting = { reached, request };
	const struct json *predicate = reached->statement.predicate;

	if (visit_own(&visiting, json_member(predicate, "git"), "diff", "git diff", err) ||
	    visit_mentions(&visiting, predicate, err))
		return -1;
	switch (reached->statement.kind) {
	case STATEMENT_dataset:
		if (visit_own(&visiting, json_member(predicate, "corpus"), "counts",
			      "object of counts", err) ||
		    visit_own(&visiting, json_member(predicate, "croissant"), "file",
			      "Croissant description", err) ||
		    visit_own(&visiting, json_member(predicate, "weights"), "file",
			      "list of weights", err))
			return -1;
		return visit_manifest(&visiting, released, err);
	case STATEMENT_checkpoint:
		return visit_manifest(&visiting, released, err);
	case STATEMENT_run:
		return visit_run(&visiting, predicate, err);
	case STATEMENT_completion:
		return visit_logs(&visiting, predicate, err);
	case STATEMENT_allocation:
		return visit_own(&visiting, predicate, "file", "file of what was secured", err);
	case STATEMENT_card:
		return visit_own(&visiting, predicate, "file", "card", err);
	case STATEMENT_eval:
		return visit_own(&visiting, predicate, "file", "result file", err) ||
				       visit_samples(&visiting, predicate, err)
			       ? -1
			       : 0;
	case STATEMENT_record:
		return visit_record(&visiting, predicate, err);
	default:
		return 0;
	}
}
