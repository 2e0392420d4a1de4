/* Make a release directory that strangers can check with one pinned line. */
#include "registry/publish/inner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/card.h"
#include "registry/evidence.h"
#include "registry/facts.h"
#include "registry/index.h"
#include "registry/run/secrets.h"
#include "registry/statement.h"

void publish_forget(struct publishing *p)
{
	free(p->pin);
	p->pin = NULL;
	p->card.len = 0;
	parcel_release(&p->parcel);
	manifest_free(&p->manifest);
	believed_release(&p->checkpoint);
	p->checkpoint = (struct believed){ 0 };
	trust_release(&p->trust);
	p->trust = (struct trust){ 0 };
	evidence_close(&p->evidence);
}

static void publishing_release(struct publishing *p)
{
	struct error ignored = { 0 };

	if (p->partial && folder_remove(p->partial, &ignored))
		context_notice(p->ctx, "'%s' could not be removed: %s", p->partial, ignored.text);
	free(p->partial);
	publish_forget(p);
	buffer_release(&p->card);
	buffer_release(&p->model_signature);
	signing_key_close(&p->key);
	projection_release(&p->projection);
	free(p->private_text);
	free((void *)(uintptr_t)p->private_glob);
}

/* Before anything leaves: the bytes of every file are here, or it is said that they were released.
 */
static int files_there(struct publishing *p, struct error *err)
{
	for (size_t i = 0; i < p->manifest->file_count; i++) {
		const struct manifest_file *file = &p->manifest->file[i];
		CLEANUP(source_close) struct source *source = NULL;

		if (evidence_object(p->evidence, &file->sha256, &source, err) == 0)
			continue;
		withheld_explain(&p->trust, p->evidence, &file->sha256, err);
		released_explain(&p->trust, p->evidence, &p->checkpoint.identity, err);
		return error_prefix(err, "'%s'", file->path);
	}
	return 0;
}

/* Believe the checkpoint by the registry's own trust, and read its manifest. */
static int open_checkpoint(struct publishing *p, struct error *err)
{
	CLEANUP(buffer_release) struct buffer json;
	struct digest identity;
	char text[NAME_TEXT_MAX];

	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (registry_resolve(p->registry, p->name, STATEMENT_checkpoint, text, &identity, err) ||
	    registry_evidence(p->registry, &p->evidence, err) ||
	    registry_trust(p->registry, p->evidence, &p->trust, err) ||
	    registry_pin(p->registry, &p->pin, err))
		return -1;
	if (believe_statement(&p->trust, p->evidence, &identity,
			      &(struct expectation){ STATEMENT_checkpoint, text }, &p->checkpoint,
			      err) ||
	    evidence_object_read(p->evidence, &p->checkpoint.statement.digest, &json, err) ||
	    manifest_parse(buffer_view(&json), &p->manifest, err) || files_there(p, err))
		return error_prefix(err, "'%s'", text);
	p->release = p->checkpoint.statement.name;
	if (p->request->as && name_parse(p->request->as, &p->release, err))
		return -1;
	if (p->release.alias)
		return error_set(err, ERROR_USAGE,
				 "'%s' is an alias: a release needs owner/name@version",
				 p->request->as);
	name_to_text(&p->release, p->release_text);
	return 0;
}

/* A card from what is signed in the statements that leave. */
static int write_card(struct publishing *p, struct error *err)
{
	const struct facts_wish told = { .ctx = p->ctx,
					 .trust = &p->trust,
					 .evidence = p->evidence,
					 .checkpoint = &p->checkpoint,
					 .only = &p->parcel.statements };
	CLEANUP(json_free) struct json *facts = NULL;
	struct card_wish wish = { .ctx = p->ctx, .title = p->release_text, .pin = p->pin };

	if (facts_of(&told, &facts, err))
		return -1;
	wish.facts = facts;
	return card_write(&wish, &p->card, err);
}

/* The card that was registered, the model's own, or one from the facts. */
static int make_card(struct publishing *p, struct error *err)
{
	const struct manifest_file *file = manifest_find(p->manifest, "README.md");
	CLEANUP(source_close) struct source *source = NULL;

	if (publish_card_registered(p, err) || p->card_registered)
		return err->code != ERROR_NONE ? -1 : 0;
	if (file ? evidence_object(p->evidence, &file->sha256, &source, err) ||
			    source_read_all(source, &p->card, err)
		 : write_card(p, err))
		return -1;
	return publish_scan_text(p, buffer_view(&p->card), "README.md", err);
}

/* Small text files of the model leave the house too. */
static int scan_files(struct publishing *p, struct error *err)
{
	for (size_t i = 0; i < p->manifest->file_count; i++) {
		const struct manifest_file *file = &p->manifest->file[i];
		CLEANUP(source_close) struct source *source = NULL;
		CLEANUP(buffer_release) struct buffer text = { 0 };

		buffer_init(&text, SECRETS_FILE_MAX_BYTES);
		if (file->tensor_count || file->size > SECRETS_FILE_MAX_BYTES)
			continue;
		if (evidence_object(p->evidence, &file->sha256, &source, err)) {
			withheld_explain(&p->trust, p->evidence, &file->sha256, err);
			return error_prefix(err, "'%s'", file->path);
		}
		if (source_read_all(source, &text, err) ||
		    publish_scan_text(p, buffer_view(&text), file->path, err))
			return -1;
	}
	return 0;
}

/* `model.sig` over the manifest's files (decisions 15). */
static int sign_model(struct publishing *p, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload, encoding, signature;
	struct modelsig_plan plan = { .name = p->release_text,
				      .ignored = modelsig_default_ignored,
				      .signature_name = "model.sig" };
	struct modelsig_file *file = calloc(p->manifest->file_count + 1, sizeof(*file));
	size_t count = 0;
	int failed;

	buffer_init(&payload, MODELSIG_MAX_BYTES);
	buffer_init(&encoding, MODELSIG_MAX_BYTES);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for a signature");
	for (size_t i = 0; i < p->manifest->file_count; i++) {
		if (tree_signature_ignores(p->manifest->file[i].path))
			continue;
		/* Borrowed from the manifest: modelsig_build only reads it. */
		file[count].path = (char *)(uintptr_t)p->manifest->file[i].path;
		file[count++].digest = any_digest_of(&p->manifest->file[i].sha256);
	}
	failed = modelsig_build(&plan, file, count, &payload, &p->model_root, err);
	free(file);
	if (failed || envelope_encoding(buffer_view(&payload), &encoding, err) ||
	    signing_key_sign(p->key, buffer_view(&encoding), &signature, err))
		return -1;
	return envelope_build(buffer_view(&payload), buffer_view(&signature), p->key->public_key,
			      &p->model_signature, err);
}

/* The card's own statement, unless the same was said before; a card that was made here is kept. */
static int say_card(struct publishing *p, struct error *err)
{
	struct digest file;
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL;
	struct statement_draft draft = { .kind = STATEMENT_card };
	struct statement_made made;
	char name[NAME_TEXT_MAX];

	if (p->card_registered)
		return publish_card_add(p, &p->card_identity, err);
	name_to_text(&p->checkpoint.statement.name, name);
	draft.subject = name;
	if (store_put(p->registry->store, buffer_view(&p->card), &file, err))
		return -1;
	draft.digest = file;
	if (json_object_new(&predicate, err) ||
	    registry_reference(p->registry, &p->checkpoint.statement.name, &of, err) ||
	    json_set_take(predicate, "of", &of, err) ||
	    json_set_digest(predicate, "file", &file, err) ||
	    json_set_size(predicate, "size", p->card.len, err))
		return -1;
	draft.predicate = predicate;
	if (registry_publish_statements(p->registry, p->key, &draft, 1, &made, err))
		return -1;
	return publish_card_add(p, &made.identity, err);
}

/* The release statement: what it is, and everything that belongs to it. */
static int say_release(struct publishing *p, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *checkpoint = NULL;
	struct statement_draft draft = { .kind = STATEMENT_release, .subject = p->release_text };
	struct statement_made made;
	struct json *listed;
	char family[2 * NAME_PART_MAX + 2];

	snprintf(family, sizeof(family), "%s/%s", p->release.owner, p->release.name);
	draft.digest = p->checkpoint.statement.digest;
	if (json_object_new(&predicate, err) || json_set_text(predicate, "name", family, err) ||
	    json_set_text(predicate, "version", p->release.version, err) ||
	    registry_reference(p->registry, &p->checkpoint.statement.name, &checkpoint, err) ||
	    json_set_take(predicate, "checkpoint", &checkpoint, err) ||
	    json_set_hex(predicate, "modelSignatureRoot", &p->model_root, err) ||
	    json_set_array(predicate, "statements", &listed, err))
		return -1;
	for (size_t i = 0; i < p->parcel.statements.count; i++) {
		CLEANUP(statement_release) struct statement said = { 0 };
		struct digest key;
		char text[8 + DIGEST_HEX_SIZE] = "sha256:";

		/* Policies and claims prove the others; they are no part of what is released. */
		if (peek_statement(p->evidence, &p->parcel.statements.item[i], &said, &key, err))
			return -1;
		if (statement_kind_is_control(said.kind))
			continue;
		digest_to_hex(&p->parcel.statements.item[i], text + 7);
		if (json_add_text(listed, text, err))
			return -1;
	}
	draft.predicate = predicate;
	if (registry_publish_statements(p->registry, p->key, &draft, 1, &made, err))
		return -1;
	p->release_identity = made.identity;
	return parcel_add_statement(&p->parcel, p->evidence, &made.identity, err);
}

/* ERROR_USAGE unless nothing, or an empty folder, stands where the release goes. */
static int target_free(const char *path, struct error *err)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = true;
	int failed = 0;

	if (!folder)
		return file_exists(path)
			       ? error_set(err, ERROR_USAGE, "'%s' is there already", path)
			       : 0;
	while (folder_next(folder, path, &entry, &failed, err))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(folder);
	if (failed)
		return -1;
	return empty ? 0
		     : error_set(err, ERROR_USAGE, "'%s' is there already and is not empty", path);
}

/* The folder beside the target that becomes it at the end. */
static int begin_folder(struct publishing *p, struct error *err)
{
	uint8_t random[8];
	CLEANUP(buffer_release) struct buffer hex;
	const char *target = p->request->folder;
	size_t len = strlen(target);

	buffer_init(&hex, 2 * sizeof(random));
	while (len > 1 && target[len - 1] == '/')
		len--;
	if (context_random(p->ctx, random, sizeof(random), err) ||
	    hex_encode(&hex, (struct span){ random, sizeof(random) }, err))
		return -1;
	if (asprintf(&p->partial, "%.*s.partial-%.*s", (int)len, target, (int)hex.len,
		     (const char *)hex.data) < 0) {
		p->partial = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	return folder_make(p->partial, err);
}

static int finish_folder(struct publishing *p, struct error *err)
{
	/* An empty folder may stand there: rename replaces it, and fails for any other. */
	if (rename(p->partial, p->request->folder))
		return error_set(err, ERROR_USAGE, "'%s' is there already and is not empty",
				 p->request->folder);
	free(p->partial);
	p->partial = NULL;
	return 0;
}

static int report_statements(struct publishing *p, struct json *report, struct error *err)
{
	struct json *statements, *item;

	if (json_set_array(report, "statements", &statements, err))
		return -1;
	for (size_t i = 0; i < p->parcel.statements.count; i++) {
		const struct digest *identity = &p->parcel.statements.item[i];
		CLEANUP(statement_release) struct statement said = { 0 };
		struct digest key;

		if (peek_statement(p->evidence, identity, &said, &key, err) ||
		    json_add_object(statements, &item, err) ||
		    json_set_text(item, "kind", statement_kind_name(said.kind), err) ||
		    json_set_text(item, "subject", said.subject, err) ||
		    json_set_digest(item, "statement", identity, err))
			return -1;
	}
	return 0;
}

static int publish_report(struct publishing *p, struct json **out_report, struct error *err)
{
	CLEANUP(json_free) struct json *report = NULL;
	struct json *files, *objects, *item;

	if (json_object_new(&report, err) || publish_report_private(p, report, err) ||
	    json_set_text(report, "folder", p->request->folder, err) ||
	    json_set_text(report, "name", p->release_text, err) ||
	    json_set_text(report, "pin", p->pin, err) ||
	    json_set_size(report, "bytes", manifest_bytes(p->manifest), err) ||
	    json_set_array(report, "files", &files, err) || report_statements(p, report, err) ||
	    json_set_array(report, "objects", &objects, err))
		return -1;
	for (size_t i = 0; i < p->manifest->file_count; i++)
		if (json_add_text(files, p->manifest->file[i].path, err))
			return -1;
	for (size_t i = 0; i < p->parcel.object_count; i++)
		if (json_add_object(objects, &item, err) ||
		    json_set_text(item, "what", p->parcel.object[i].what, err) ||
		    json_set_digest(item, "digest", &p->parcel.object[i].digest, err) ||
		    json_set_size(item, "bytes", p->parcel.object[i].bytes, err))
			return -1;
	*out_report = report;
	report = NULL; /* handed over */
	return 0;
}

/* What leaves, collected and looked through. */
static int gather(struct publishing *p, struct error *err)
{
	return scan_files(p, err) ||
			       parcel_collect(&p->parcel, &p->trust, p->evidence, &p->checkpoint,
					      !p->request->no_boundaries, err) ||
			       parcel_scan(&p->parcel, p->evidence, publish_scan_visit, p, err) ||
			       make_card(p, err)
		       ? -1
		       : 0;
}

/* Say the projection, and go on with it as with any checkpoint. */
static int gather_projected(struct publishing *p, struct error *err)
{
	if (publish_say_projected(p, err))
		return -1;
	publish_forget(p);
	p->name = p->projection.text;
	return open_checkpoint(p, err) || gather(p, err) ? -1 : 0;
}

static int release_write(struct publishing *p, struct error *err)
{
	CLEANUP(json_free) struct json *state = NULL;

	return begin_folder(p, err) || publish_write_files(p, err) ||
			       publish_write_text(p, "README.md", buffer_view(&p->card), err) ||
			       sign_model(p, err) || say_card(p, err) || say_release(p, err) ||
			       publish_add_state(p, &state, err) ||
			       parcel_write(p->ctx, &p->parcel, p->evidence, p->partial, err) ||
			       (state && publish_write_json(p, "akashi/state.json", state, err)) ||
			       publish_write_pointers(p, err) || publish_write_sums(p, err) ||
			       publish_write_text(p, "model.sig", buffer_view(&p->model_signature),
						  err)
		       ? -1
		       : 0;
}

static void say_what_leaves(const struct publishing *p)
{
	char committed[64] = "";

	if (p->projected)
		snprintf(committed, sizeof(committed), ", %zu commitments",
			 p->projection.hidden.count);
	context_notice(p->ctx,
		       "leaves the house: %zu files, %zu objects (%.3g MB), %zu statements%s, and "
		       "%s of the card and the release",
		       p->manifest->file_count, p->parcel.object_count,
		       (double)parcel_bytes(&p->parcel) / 1e6, p->parcel.statements.count,
		       committed, p->projected ? "those of the projection," : "those");
}

int registry_publish(const struct context *ctx, struct registry *registry,
		     const struct publish_request *request, struct json **out_report,
		     struct error *err)
{
	CLEANUP(publishing_release)
	struct publishing p = {
		.ctx = ctx,
		.registry = registry,
		.request = request,
		.name = request->name,
	};
	const char *key;

	buffer_init(&p.card, CARD_MAX_BYTES);
	buffer_init(&p.model_signature, MODELSIG_MAX_BYTES);
	if (target_free(request->folder, err) || publish_private_read(&p, err) ||
	    open_checkpoint(&p, err) || publish_project(&p, err) || gather(&p, err))
		return -1;
	say_what_leaves(&p);
	if (request->dry_run)
		return publish_report(&p, out_report, err);
	if (registry_key_name(registry, request->key, &key, err) ||
	    signing_key_open(ctx, key, &p.key, err) || (p.projected && gather_projected(&p, err)) ||
	    release_write(&p, err) || publish_report(&p, out_report, err))
		return -1;
	if (finish_folder(&p, err)) {
		json_free(out_report);
		return -1;
	}
	return 0;
}
