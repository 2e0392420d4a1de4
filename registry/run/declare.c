/* run_declare: a run begins. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/card/hold.h"
#include "registry/git.h"
#include "registry/run.h"
#include "registry/said.h"

enum {
	RUN_FILE_MAX = 16 << 20,
	STARTS_MAX = 10000,        /* of one name */
	TRIES_MAX = 4,             /* where others take the name at the same moment */
	PREDICATE_ROOM = 36 << 10, /* for what the details say */
	BRIEF_MAX = 20 << 10       /* repositories beyond this are told in brief */
};

/* What a statement repeats of the details; the longest of those marked stay there alone. */
static const struct {
	const char *key;
	bool droppable;
} repeated[] = {
	{ "id", false },       { "began", false },     { "host", false },
	{ "nodes", false },    { "gpus", false },      { "scheduler", false },
	{ "launcher", false }, { "container", false }, { "repositories", false },
	{ "order", false },    { "card", false },      { "refused", true },
	{ "outputs", true },   { "command", true },    { "environment", true },
};
#define REPEATED_COUNT (sizeof(repeated) / sizeof(repeated[0]))

/* A run file is any JSON object: what is in it is the training program's business. */
static int run_file_check(const char *path, struct span bytes, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;

	if (json_parse(bytes, NULL, &file, err))
		return error_prefix(err, "'%s'", path);
	return json_kind(file) == JSON_KIND_OBJECT
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'%s' holds no JSON object", path);
}

static int size_of(const struct json *value, size_t *out_size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, RUN_DETAILS_MAX_BYTES);
	if (value && json_kind(value) != JSON_KIND_STRING &&
	    json_write_canonical(value, &text, err))
		return -1;
	*out_size = json_kind(value) == JSON_KIND_STRING ? strlen(json_text(value)) : text.len;
	return 0;
}

/* What tells a repository's state exactly, and no more. */
static int repository_brief(const struct json *repository, struct json *list, struct error *err)
{
	static const char *const plain[] = { "name", "within", "path", "pushed", "notPossible" };
	static const char *const exact[] = { "commit", "objectFormat", "tree",
					     "dirty",  "reason",       "diff" };
	static const char *const kept[] = { "commit", "tree", "files", "bytes" };
	const struct json *git = json_member(repository, "git");
	const struct json *snapshot = json_member(repository, "snapshot");
	struct json *brief, *inner, *tags;

	if (json_add_object(list, &brief, err))
		return -1;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		const struct json *value = json_member(repository, plain[i]);

		if (value && json_set_clone(brief, plain[i], value, err))
			return -1;
	}
	if (git && (json_set_object(brief, "git", &inner, err) ||
		    json_set_array(inner, "tags", &tags, err)))
		return -1;
	for (size_t i = 0; git && i < sizeof(exact) / sizeof(exact[0]); i++) {
		const struct json *value = json_member(git, exact[i]);

		if (value && json_set_clone(inner, exact[i], value, err))
			return -1;
	}
	if (snapshot && json_set_object(brief, "snapshot", &inner, err))
		return -1;
	for (size_t i = 0; snapshot && i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct json *value = json_member(snapshot, kept[i]);

		if (value && json_set_clone(inner, kept[i], value, err))
			return -1;
	}
	return 0;
}

static int repositories_set(const struct json *details, struct json *predicate, size_t size,
			    struct error *err)
{
	const struct json *list = json_member(details, "repositories");
	struct json *brief;

	if (size <= BRIEF_MAX)
		return json_set_clone(predicate, "repositories", list, err);
	if (json_set_array(predicate, "repositories", &brief, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (repository_brief(json_at(list, i), brief, err))
			return -1;
	return 0;
}

/* Repeat the details where they are short; the longest are left to the object. */
static int details_repeat(const struct json *details, struct json *predicate, struct error *err)
{
	size_t size[REPEATED_COUNT], sum = 0;

	for (size_t i = 0; i < REPEATED_COUNT; i++) {
		if (size_of(json_member(details, repeated[i].key), &size[i], err))
			return -1;
		if (strcmp(repeated[i].key, "repositories") != 0 || size[i] <= BRIEF_MAX)
			sum += size[i];
		else
			sum += BRIEF_MAX;
	}
	while (sum > PREDICATE_ROOM) {
		size_t longest = REPEATED_COUNT;

		for (size_t i = 0; i < REPEATED_COUNT; i++)
			if (repeated[i].droppable && size[i] &&
			    (longest == REPEATED_COUNT || size[i] > size[longest]))
				longest = i;
		if (longest == REPEATED_COUNT)
			break;
		sum -= size[longest];
		size[longest] = 0;
	}
	for (size_t i = 0; i < REPEATED_COUNT; i++) {
		const struct json *value = json_member(details, repeated[i].key);

		if (!value || !size[i])
			continue;
		if (strcmp(repeated[i].key, "repositories") == 0
			    ? repositories_set(details, predicate, size[i], err)
			    : json_set_clone(predicate, repeated[i].key, value, err))
			return -1;
	}
	return 0;
}

/* The objects that the details name lie in a folder until the registry has them. */
static int objects_keep(struct adding *adding, const char *folder, struct error *err)
{
	struct dirent *entry;
	int failed = 0;
	DIR *list;

	if (!folder || adding->how->dry_run)
		return 0;
	list = opendir(folder);
	if (!list)
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot list '%s'", folder);
	while (folder_next(list, folder, &entry, &failed, err)) {
		CLEANUP(text_free) char *path = NULL;
		CLEANUP(buffer_release) struct buffer bytes;
		struct digest wanted, kept;
		struct error none = { 0 };

		buffer_init(&bytes, GIT_DIFF_MAX_BYTES);
		if (digest_from_hex(span_of(entry->d_name), &wanted, &none))
			continue;
		failed = path_join(folder, entry->d_name, &path, err) ||
			 file_read(path, &bytes, err);
		if (failed)
			break;
		kept = sha256(buffer_view(&bytes));
		failed = digest_equal(&kept, &wanted)
				 ? store_put(adding->registry->store, buffer_view(&bytes), &kept,
					     err)
				 : error_set(err, ERROR_CORRUPT, "'%s' was changed", path);
	}
	closedir(list);
	return failed ? -1 : 0;
}

static int details_keep(struct adding *adding, const struct json *details,
			struct digest *out_digest, uint64_t *out_bytes, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, RUN_DETAILS_MAX_BYTES);
	if (json_write_canonical(details, &text, err))
		return error_prefix(err, "what is known of the run");
	*out_bytes = text.len;
	*out_digest = sha256(buffer_view(&text));
	return adding->how->dry_run
		       ? 0
		       : store_put(adding->registry->store, buffer_view(&text), out_digest, err);
}

/* ---- The name ---- */

/* What a name stands for: is it a run, and which? */
static int start_look(struct registry *registry, const struct name *name, const char *id,
		      bool *out_taken, bool *out_same, bool *out_run, struct error *err)
{
	CLEANUP(said_release) struct said before = { .taken = false };
	const char *said;

	*out_taken = *out_same = *out_run = false;
	if (registry_said(registry, name, &before, err))
		return -1;
	*out_taken = before.taken;
	if (!before.known)
		return 0; /* free; or withheld, or damaged: taken */
	*out_run = before.statement.kind == STATEMENT_run;
	said = json_text(json_member(before.statement.predicate, "id"));
	*out_same = *out_run && said && id && strcmp(said, id) == 0;
	return 0;
}

/* The first free name of the row, or the one that this very run has. */
static int name_choose(struct registry *registry, const struct run_declaration *declaration,
		       struct run_declared *declared, struct error *err)
{
	const char *id = json_text(json_member(declaration->details, "id"));

	declared->name = declaration->name;
	declared->continues = (struct name){ .owner = "" };
	for (unsigned start = 1; declaration->anew && start <= STARTS_MAX; start++) {
		struct name *name = &declared->name;
		bool taken, same, run;
		int len;

		if (start > 1) {
			len = snprintf(name->version, sizeof(name->version), "%s-%u",
				       declaration->name.version, start);
			if (len < 0 || (size_t)len >= sizeof(name->version))
				return error_set(err, ERROR_USAGE,
						 "the version '%s' is too long to be counted on",
						 declaration->name.version);
		}
		if (start_look(registry, name, id, &taken, &same, &run, err))
			return -1;
		if (!taken || same)
			return 0;
		if (run)
			declared->continues = *name;
	}
	return declaration->anew ? error_set(err, ERROR_USAGE, "no name is left for a run") : 0;
}

int run_predicate_begin(const struct name *name, const struct digest *file, const struct json *git,
			const struct json *data, struct json **out_predicate,
			char out_subject[NAME_TEXT_MAX], struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct json *none;

	if (json_object_new(&predicate, err) || name_set(predicate, name, out_subject, err) ||
	    json_set_digest(predicate, "file", file, err) ||
	    (git && json_set_clone(predicate, "git", git, err)) ||
	    (data ? json_set_clone(predicate, "data", data, err)
		  : json_set_array(predicate, "data", &none, err)))
		return -1;
	*out_predicate = predicate;
	predicate = NULL;
	return 0;
}

/* Keep the run's file and its details: the file, or the details where there is none, are what the
 * statement is about. */
static int bytes_keep(struct adding *adding, const struct run_declaration *declaration,
		      struct add_result *added, struct digest *out_details, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, RUN_FILE_MAX);
	added->files = 1;
	if (declaration->details &&
	    (details_keep(adding, declaration->details, out_details, &added->bytes, err) ||
	     objects_keep(adding, declaration->objects, err)))
		return -1;
	if (!declaration->file) {
		added->manifest = *out_details;
		return 0;
	}
	if (file_keep(adding, declaration->file, &bytes, &added->manifest, err) ||
	    run_file_check(declaration->file, buffer_view(&bytes), err))
		return -1;
	added->bytes = bytes.len;
	return 0;
}

static int predicate_make(struct adding *adding, const struct run_declaration *declaration,
			  struct run_declared *declared, struct json **out_predicate,
			  char subject[NAME_TEXT_MAX], struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *before = NULL, *from = NULL;
	struct digest details;

	if (bytes_keep(adding, declaration, &declared->added, &details, err) ||
	    json_object_new(&from, err) || git_set(adding, from, &declaration->git, err) ||
	    references_set(adding, from, "data", STATEMENT_dataset, declaration->data,
			   declaration->data_count, err) ||
	    run_predicate_begin(&declared->name, &declared->added.manifest,
				json_member(from, "git"), json_member(from, "data"), &predicate,
				subject, err) ||
	    (declaration->details && (json_set_digest(predicate, "details", &details, err) ||
				      details_repeat(declaration->details, predicate, err))))
		return -1;
	if (declared->continues.version[0] &&
	    (registry_reference_to(adding->registry, STATEMENT_run, &declared->continues, &before,
				   err) ||
	     json_set_take(predicate, "continues", &before, err)))
		return -1;
	if (declaration->declared &&
	    period_put(predicate, "declaredFor", declaration->declared, err))
		return -1;
	if (declaration->parent_count &&
	    references_set(adding, predicate, "parents", STATEMENT_checkpoint, declaration->parent,
			   declaration->parent_count, err))
		return -1;
	*out_predicate = predicate;
	predicate = NULL;
	return 0;
}

/* What is signed of this very run already: the same is said again. *out_held is NULL where it tells
 * of no card. */
static int held_before(struct registry *registry, const struct name *name,
		       const struct json *details, bool *out_before, struct json **out_held,
		       struct error *err)
{
	CLEANUP(said_release) struct said before = { .taken = false };
	const char *id = json_text(json_member(details, "id")), *said;
	const struct json *held;

	*out_before = false;
	if (registry_said(registry, name, &before, err))
		return -1;
	if (!before.known)
		return 0;
	said = json_text(json_member(before.statement.predicate, "id"));
	held = json_member(before.statement.predicate, "card");
	*out_before = said && id && strcmp(said, id) == 0;
	return *out_before && held ? json_clone(held, out_held, err) : 0;
}

/* The details with what came of holding them against a card; NULL where there is none. */
static int details_held(struct registry *registry, const struct run_declaration *declaration,
			const struct name *name, struct json **out_details, struct error *err)
{
	CLEANUP(json_free) struct json *held = NULL, *details = NULL;
	bool before;

	*out_details = NULL;
	if (!declaration->hold || !declaration->details ||
	    json_member(declaration->details, "card"))
		return 0;
	if (held_before(registry, name, declaration->details, &before, &held, err) ||
	    (!before && card_hold_arrived(registry, name, declaration->details, &held, err)))
		return -1;
	if (!held)
		return 0;
	if (json_clone(declaration->details, &details, err) ||
	    json_set_take(details, "card", &held, err))
		return -1;
	*out_details = details;
	details = NULL; /* handed over */
	return 0;
}

static int declare_once(struct adding *adding, const struct run_declaration *declaration,
			struct run_declared *declared, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *details = NULL;
	struct statement_draft draft = { .kind = STATEMENT_run };
	struct run_declaration held = *declaration;
	char subject[NAME_TEXT_MAX];

	if (name_choose(adding->registry, declaration, declared, err) ||
	    details_held(adding->registry, declaration, &declared->name, &details, err))
		return -1;
	if (details)
		held.details = details;
	if (predicate_make(adding, &held, declared, &predicate, subject, err))
		return -1;
	draft.subject = subject;
	draft.digest = declared->added.manifest;
	draft.predicate = predicate;
	return adding_publish(adding, &draft, 1, &declared->added.made, err);
}

int run_declare(struct registry *registry, const struct add_how *how,
		const struct run_declaration *declaration, struct run_declared *out_declared,
		struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	struct run_declared declared = { .added = { .files = 0 } };
	struct error why = { 0 };

	if (!declaration->file && !declaration->details)
		return error_set(err, ERROR_USAGE, "nothing is known of the run");
	if (adding_begin(registry, how, &adding, err))
		return -1;
	/* Another process may take the name between our look and our word. */
	for (unsigned attempt = 0; attempt < TRIES_MAX; attempt++) {
		why = (struct error){ 0 };
		if (declare_once(&adding, declaration, &declared, &why) == 0) {
			*out_declared = declared;
			return 0;
		}
		if (!declaration->anew || why.code != ERROR_USAGE)
			break;
	}
	return error_set(err, why.code, "%s", why.text);
}
