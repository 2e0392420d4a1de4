/* facts: what is signed about a model, in one document; here: the checkpoint itself. */
#include "registry/facts/inner.h"

#include <stdio.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/statement.h"
#include "registry/whose.h"

enum {
	CONFIG_MEMBERS_MAX = 512,
	SCALAR_TEXT_MAX = 1024, /* bytes of a text of foreign JSON that is kept */
	KEY_TEXT_MAX = 256
};

static void gathering_release(struct gathering *g)
{
	json_free(&g->facts);
	json_free(&g->undisclosed);
	json_free(&g->unbelieved);
}

static bool list_has(const struct digest_list *list, const struct digest *digest)
{
	for (size_t i = 0; i < list->count; i++)
		if (digest_equal(&list->item[i], digest))
			return true;
	return false;
}

/* ---- Statements ---- */

static int unbelieved_add(struct gathering *g, const struct digest *identity,
			  const struct error *why, struct error *err)
{
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error ignored = { 0 };
	struct digest key;
	struct json *item;

	if (json_add_object(g->unbelieved, &item, err) ||
	    json_set_digest(item, "identity", identity, err) ||
	    json_set_text(item, "why", why->text, err))
		return -1;
	return peek_statement(g->wish->evidence, identity, &said, &key, &ignored)
		       ? 0
		       : json_set_text(item, "kind", statement_kind_name(said.kind), err);
}

int facts_believe(struct gathering *g, const struct digest *identity, int kind,
		  struct believed *out_believed, bool *out_taken, struct error *err)
{
	const struct expectation expected = { kind, NULL };
	struct error why = { 0 };

	*out_taken = false;
	if (context_check_cancelled(g->wish->ctx, err))
		return -1;
	if (g->wish->only && !list_has(g->wish->only, identity))
		return 0;
	if (believe_statement(g->wish->trust, g->wish->evidence, identity, &expected, out_believed,
			      &why) == 0) {
		*out_taken = true;
		return 0;
	}
	return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text)
					: unbelieved_add(g, identity, &why, err);
}

int facts_undisclosed(struct gathering *g, const char *what, const struct json *commitment,
		      struct error *err)
{
	struct json *item;

	return json_add_object(g->undisclosed, &item, err) ||
			       json_set_text(item, "what", what, err) ||
			       json_set_clone(item, "commitment",
					      json_member(commitment, "commitment"), err)
		       ? -1
		       : 0;
}

int facts_refer(struct gathering *g, const struct json *reference, const char *what, int kind,
		struct believed *out_believed, bool *out_taken, struct error *err)
{
	struct reference to;

	*out_taken = false;
	if (!reference)
		return 0;
	if (commitment_is(reference))
		return facts_undisclosed(g, what, reference, err);
	return reference_parse(reference, &to, err) ||
			       facts_believe(g, &to.statement, kind, out_believed, out_taken, err)
		       ? -1
		       : 0;
}

/* ---- Who ---- */

int facts_source(const struct gathering *g, const struct believed *believed, struct json *item,
		 struct error *err)
{
	static const struct digest nobody = { { 0 } };
	const char *declared = json_text(json_member(believed->statement.predicate, "declared"));
	char name[NAME_TEXT_MAX], owner[NAME_PART_MAX + 1];

	(void)g;
	name_to_text(&believed->statement.name, name);
	believed_owner(believed, owner);
	if (believed->statement.name.name[0] && json_set_text(item, "name", name, err))
		return -1;
	if (!digest_equal(&believed->identity, &nobody) &&
	    (json_set_digest(item, "identity", &believed->identity, err) ||
	     json_set_hex(item, "signer", &believed->key, err)))
		return -1;
	if (owner[0] && json_set_text(item, "signerName", owner, err))
		return -1;
	return declared ? json_set_text(item, "declared", declared, err) : 0;
}

/* ---- Foreign JSON ---- */

int facts_scalar(struct json *object, const char *key, const struct json *value, struct error *err)
{
	const char *text = json_text(value);
	char digits[32];

	if (json_member(object, key))
		return 0;
	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		return strlen(text) > SCALAR_TEXT_MAX ? 0 : json_set_text(object, key, text, err);
	case JSON_KIND_NUMBER:
		text = json_number_text(value);
		return strlen(text) > SCALAR_TEXT_MAX ? 0 : json_set_text(object, key, text, err);
	case JSON_KIND_BOOL:
		return json_set_bool(object, key, json_is_yes(value), err);
	case JSON_KIND_INTEGER:
		if (json_integer_of(value) <= (INT64_C(1) << 53) &&
		    json_integer_of(value) >= -(INT64_C(1) << 53))
			return json_set_integer(object, key, json_integer_of(value), err);
		snprintf(digits, sizeof(digits), "%lld", (long long)json_integer_of(value));
		return json_set_text(object, key, digits, err);
	default:
		return 0;
	}
}

/* Scalars, and those one level down as "outer.inner". */
static int config_members(const struct json *config, const char *front, struct json *out,
			  struct error *err)
{
	struct json_members at = { 0 };
	char key[2 * KEY_TEXT_MAX + 2];

	while (json_next(config, &at)) {
		if (json_count(out) >= CONFIG_MEMBERS_MAX)
			return 0;
		if (strlen(at.key) > KEY_TEXT_MAX)
			continue;
		snprintf(key, sizeof(key), "%s%s%s", front, front[0] ? "." : "", at.key);
		if (json_kind(at.value) == JSON_KIND_OBJECT && !front[0]) {
			if (config_members(at.value, at.key, out, err))
				return -1;
		} else if (facts_scalar(out, key, at.value, err)) {
			return -1;
		}
	}
	return 0;
}

/* ---- The model's files ---- */

/* A small JSON file of the model; NULL where there is none, or it is gone. The caller frees it. */
static int model_json(const struct gathering *g, const struct manifest *manifest, const char *path,
		      struct json **out_json, struct error *err)
{
	const struct manifest_file *file = manifest_find(manifest, path);
	CLEANUP(buffer_release) struct buffer text;
	struct error why = { 0 };

	buffer_init(&text, CONFIG_MAX_BYTES);
	*out_json = NULL;
	if (!file || file->size > CONFIG_MAX_BYTES)
		return 0;
	if (evidence_object_read(g->wish->evidence, &file->sha256, &text, &why))
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	return json_parse(buffer_view(&text), NULL, out_json, err) ? error_prefix(err, "'%s'", path)
								   : 0;
}

static int config_set(struct gathering *g, const struct manifest *manifest, struct error *err)
{
	CLEANUP(json_free) struct json *config = NULL;
	struct json *members;

	if (model_json(g, manifest, "config.json", &config, err))
		return -1;
	return config && (json_set_object(g->facts, "config", &members, err) ||
			  config_members(config, "", members, err))
		       ? -1
		       : 0;
}

/* "dtype": that of most elements, as safetensors names it; "dtypes": of how many each. */
static int dtypes_set(struct gathering *g, const struct manifest *manifest, struct error *err)
{
	uint64_t elements[DTYPE_COUNT] = { 0 };
	size_t most = 0;
	struct json *dtypes;

	if (!manifest->tensor_count)
		return 0;
	for (size_t i = 0; i < manifest->tensor_count; i++)
		elements[manifest->tensor[i].dtype] += tensor_elements(&manifest->tensor[i]);
	if (json_set_object(g->facts, "dtypes", &dtypes, err))
		return -1;
	for (size_t i = 0; i < DTYPE_COUNT; i++) {
		if (elements[i] > elements[most])
			most = i;
		if (elements[i] &&
		    json_set_size(dtypes, dtype_name((enum dtype)i), elements[i], err))
			return -1;
	}
	return json_set_text(g->facts, "dtype", dtype_name((enum dtype)most), err);
}

static int tokenizer_set(struct gathering *g, const struct manifest *manifest, struct error *err)
{
	static const char *const path[] = { "tokenizer.json", "tokenizer.model",
					    "tokenizer.model.v3" };
	CLEANUP(json_free) struct json *config = NULL;
	const struct manifest_file *file = NULL;
	struct json *tokenizer;
	const char *class;

	for (size_t i = 0; i < 3 && !file; i++)
		file = manifest_find(manifest, path[i]);
	if (!file)
		return 0;
	if (model_json(g, manifest, "tokenizer_config.json", &config, err) ||
	    json_set_object(g->facts, "tokenizer", &tokenizer, err) ||
	    json_set_text(tokenizer, "file", file->path, err) ||
	    json_set_size(tokenizer, "size", file->size, err) ||
	    json_set_digest(tokenizer, "sha256", &file->sha256, err))
		return -1;
	class = json_text(json_member(config, "tokenizer_class"));
	return class ? json_set_text(tokenizer, "class", class, err) : 0;
}

static int files_set(struct gathering *g, const struct manifest *manifest, struct error *err)
{
	struct json *files, *item;

	if (json_set_array(g->facts, "files", &files, err))
		return -1;
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		if (json_add_object(files, &item, err) ||
		    json_set_text(item, "path", file->path, err) ||
		    json_set_size(item, "size", file->size, err) ||
		    json_set_digest(item, "sha256", &file->sha256, err))
			return -1;
	}
	return 0;
}

/* Nothing of them where the manifest itself was taken away. */
static int contents_set(struct gathering *g, struct error *err)
{
	const struct digest *digest = &g->wish->checkpoint->statement.digest;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct error why = { 0 };

	buffer_init(&text, MANIFEST_MAX_BYTES);
	if (evidence_object_read(g->wish->evidence, digest, &text, &why))
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	return manifest_parse(buffer_view(&text), &manifest, err) || files_set(g, manifest, err) ||
			       dtypes_set(g, manifest, err) || config_set(g, manifest, err) ||
			       tokenizer_set(g, manifest, err)
		       ? -1
		       : 0;
}

/* ---- The checkpoint ---- */

static int clone_members(const struct json *from, const char *const *key, size_t count,
			 struct json *to, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (json_member(from, key[i]) &&
		    json_set_clone(to, key[i], json_member(from, key[i]), err))
			return -1;
	return 0;
}

static int git_set(struct gathering *g, struct error *err)
{
	const struct json *git = json_member(g->wish->checkpoint->statement.predicate, "git");

	if (!git)
		return 0;
	return commitment_is(git) ? facts_undisclosed(g, "git", git, err)
				  : json_set_clone(g->facts, "git", git, err);
}

static int checkpoint_set(struct gathering *g, struct error *err)
{
	static const char *const key[] = { "manifest", "bytes", "parameters", "architecture",
					   "license" };
	const struct believed *checkpoint = g->wish->checkpoint;

	return json_set_text(g->facts, "schema", FACTS_SCHEMA, err) ||
			       json_set_text(g->facts, "origin", checkpoint->statement.origin,
					     err) ||
			       facts_source(g, checkpoint, g->facts, err) ||
			       clone_members(checkpoint->statement.predicate, key,
					     sizeof(key) / sizeof(key[0]), g->facts, err) ||
			       contents_set(g, err) || git_set(g, err)
		       ? -1
		       : 0;
}

int facts_of(const struct facts_wish *wish, struct json **out_facts, struct error *err)
{
	CLEANUP(gathering_release) struct gathering g = { .wish = wish };
	CLEANUP(digest_list_release) struct digest_list runs = { 0 };

	if (json_object_new(&g.facts, err) || json_array_new(&g.undisclosed, err) ||
	    json_array_new(&g.unbelieved, err) || checkpoint_set(&g, err) ||
	    facts_runs(&g, &runs, err) || facts_data(&g, &runs, err) || facts_said(&g, err) ||
	    facts_parents(&g, err) || json_set_take(g.facts, "undisclosed", &g.undisclosed, err) ||
	    json_set_take(g.facts, "unbelieved", &g.unbelieved, err))
		return -1;
	*out_facts = g.facts;
	g.facts = NULL; /* handed over */
	return 0;
}

/* ---- By name ---- */

/* The checkpoint that a release is of. */
static int release_follow(const struct trust *trust, const struct evidence *evidence,
			  struct believed *found, struct error *err)
{
	const struct expectation expected = { STATEMENT_checkpoint, NULL };
	struct believed checkpoint = { 0 };
	struct reference reference;

	if (reference_need(found->statement.predicate, "checkpoint", &reference, err) ||
	    believe_statement(trust, evidence, &reference.statement, &expected, &checkpoint, err))
		return -1;
	believed_release(found);
	*found = checkpoint;
	return 0;
}

/* What a name stands for: a checkpoint, the one that a release of that name is of, or, with
 * `datasets`, a dataset. */
static int subject_find(struct registry *registry, const struct trust *trust,
			const struct evidence *evidence, const char *word, bool datasets,
			struct believed *out_subject, struct error *err)
{
	CLEANUP(believed_release) struct believed found = { 0 };
	struct digest identity;
	struct name name;

	if (argument_resolve(registry, word, &name, &identity, err) ||
	    believe_statement(trust, evidence, &identity, NULL, &found, err))
		return error_prefix(err, "'%s'", word);
	if (found.statement.kind == STATEMENT_release) {
		if (release_follow(trust, evidence, &found, err))
			return error_prefix(err, "'%s'", word);
	} else if (found.statement.kind != STATEMENT_checkpoint &&
		   !(datasets && found.statement.kind == STATEMENT_dataset)) {
		return error_set(err, ERROR_USAGE, "'%s' is a %s; this is about checkpoints%s",
				 word, statement_kind_name(found.statement.kind),
				 datasets ? " and datasets" : "");
	}
	*out_subject = found;
	found = (struct believed){ 0 }; /* handed over */
	return 0;
}

static int dataset_of(const struct facts_wish *wish, struct json **out_facts, struct error *err)
{
	static const char *const key[] = { "manifest", "license" };
	CLEANUP(gathering_release) struct gathering g = { .wish = wish };
	const struct statement *dataset = &wish->checkpoint->statement;
	const char *url =
		json_text(json_member(json_member(dataset->predicate, "croissant"), "url"));

	if (json_object_new(&g.facts, err) || json_array_new(&g.undisclosed, err) ||
	    json_array_new(&g.unbelieved, err) ||
	    json_set_text(g.facts, "kind", statement_kind_name(dataset->kind), err) ||
	    json_set_text(g.facts, "origin", dataset->origin, err) ||
	    facts_source(&g, wish->checkpoint, g.facts, err) ||
	    clone_members(dataset->predicate, key, sizeof(key) / sizeof(key[0]), g.facts, err) ||
	    (url && json_set_text(g.facts, "url", url, err)) || facts_said(&g, err))
		return -1;
	*out_facts = g.facts;
	g.facts = NULL; /* handed over */
	return 0;
}

static int gather(struct registry *registry, const struct context *ctx, const char *name,
		  bool datasets, struct json **out_facts, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed subject = { 0 };
	struct facts_wish wish = { .ctx = ctx, .trust = &trust, .checkpoint = &subject };

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err) ||
	    subject_find(registry, &trust, evidence, name, datasets, &subject, err))
		return -1;
	wish.evidence = evidence;
	return subject.statement.kind == STATEMENT_dataset ? dataset_of(&wish, out_facts, err)
							   : facts_of(&wish, out_facts, err);
}

int facts_gather(struct registry *registry, const struct context *ctx, const char *name,
		 struct json **out_facts, struct error *err)
{
	return gather(registry, ctx, name, false, out_facts, err);
}

int facts_gather_cited(struct registry *registry, const struct context *ctx, const char *name,
		       struct json **out_facts, struct error *err)
{
	return gather(registry, ctx, name, true, out_facts, err);
}
