/* A whole log in memory, for attackers to play with. */
#include "tests/verify/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "verify/cosignature.h"

static void must(int result, const struct error *err)
{
	if (result)
		fail_msg("%s", err->text);
}

static int world_statements(struct evidence *evidence, const struct digest *about,
			    struct digest_list *out_identities, struct error *err)
{
	struct world *world = (struct world *)evidence;

	(void)about;
	for (size_t i = 0; i < world->item_count; i++)
		if (world->item[i].there &&
		    digest_list_add(out_identities, &world->item[i].identity, err))
			return -1;
	return 0;
}

static int world_signers(struct evidence *evidence, const struct digest *identity,
			 struct digest_list *out_keys, struct error *err)
{
	struct world *world = (struct world *)evidence;

	for (size_t i = 0; i < world->item_count; i++)
		if (world->item[i].there && digest_equal(&world->item[i].identity, identity) &&
		    digest_list_add(out_keys, &world->item[i].key, err))
			return -1;
	return 0;
}

static struct world_item *item_find(struct world *world, const struct digest *identity,
				    const struct digest *key)
{
	for (size_t i = 0; i < world->item_count; i++)
		if (digest_equal(&world->item[i].identity, identity) &&
		    digest_equal(&world->item[i].key, key))
			return &world->item[i];
	return NULL;
}

static int world_envelope(struct evidence *evidence, const struct digest *identity,
			  const struct digest *key, struct buffer *out, struct error *err)
{
	struct world_item *item = item_find((struct world *)evidence, identity, key);

	if (!item || !item->there)
		return error_set(err, ERROR_ABSENT, "no envelope");
	return buffer_add(out, buffer_view(&item->envelope), err);
}

/* Append the witness's line to a note over `text`. */
static int note_cosign(const struct world *world, struct span text, struct buffer *note,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer message, signature;

	buffer_init(&message, 2048);
	buffer_init(&signature, 64);
	if (cosignature_message(text, world->witness_time, &message, err))
		return -1;
	test_sign(&world->witness, buffer_view(&message), &signature);
	return cosignature_build(&world->witness_key, world->witness_time, signature.data, note,
				 err);
}

void world_note(const struct world *world, size_t size, struct buffer *out_note)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size };
	struct error err = { 0 };

	buffer_init(&text, 1024);
	buffer_init(&signature, 64);
	memcpy(head.origin, world->log_key.name, strlen(world->log_key.name) + 1);
	head.root = merkle_root_of(world->leaf, size);
	must(tree_head_build(&head, &text, &err), &err);
	test_sign(&world->log, buffer_view(&text), &signature);
	must(note_build(buffer_view(&text), &world->log_key, signature.data, out_note, &err), &err);
	if (world->witness_time)
		must(note_cosign(world, buffer_view(&text), out_note, &err), &err);
}

static int world_proof(struct evidence *evidence, const struct digest *identity,
		       const struct digest *key, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	struct world *world = (struct world *)evidence;
	struct world_item *item = item_find(world, identity, key);
	struct proof proof = { 0 };

	buffer_init(&note, 2048);
	if (!item || !item->logged)
		return error_set(err, ERROR_ABSENT, "no proof");
	world_note(world, world->leaf_count, &note);
	proof.index = item->index;
	proof.checkpoint = buffer_view(&note);
	merkle_path_of(world->leaf, world->leaf_count, (size_t)item->index, proof.path,
		       &proof.path_len);
	return proof_build(&proof, out, err);
}

static int world_object(struct evidence *evidence, const struct digest *digest,
			struct source **out_source, struct error *err)
{
	(void)evidence;
	(void)digest;
	(void)out_source;
	return error_set(err, ERROR_ABSENT, "no object");
}

static void world_close(struct evidence *evidence)
{
	(void)evidence;
}

static const struct evidence_type world_type = {
	.statements = world_statements,
	.signers = world_signers,
	.envelope = world_envelope,
	.proof = world_proof,
	.object = world_object,
	.close = world_close,
};

void world_init(struct world *world, const char *origin)
{
	struct error err = { 0 };

	*world = (struct world){ .base.type = &world_type };
	world->log = test_signer_new("ED25519");
	must(note_key_make(origin, public_key_der(world->log.public).data + 12, &world->log_key,
			   &err),
	     &err);
}

void world_release(struct world *world)
{
	test_signer_release(&world->log);
	test_signer_release(&world->witness);
	for (size_t i = 0; i < world->item_count; i++)
		buffer_release(&world->item[i].envelope);
}

void world_witness(struct world *world, const char *name, uint64_t time)
{
	struct error err = { 0 };

	world->witness = test_signer_new("ED25519");
	must(cosigner_make(name, public_key_der(world->witness.public).data + 12,
			   &world->witness_key, &err),
	     &err);
	world->witness_time = time;
}

struct world_item *world_file(struct world *world, const struct test_signer *signer,
			      enum statement_kind kind, struct span payload)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer entry;
	struct world_item *item = &world->item[world->item_count++];
	struct error err = { 0 };

	assert_true(world->item_count < WORLD_MAX);
	buffer_init(&entry, ENTRY_MAX_BYTES);
	buffer_init(&item->envelope, ENVELOPE_MAX_BYTES);
	test_envelope(signer, payload, &item->envelope);
	must(envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES, &envelope, &err),
	     &err);
	must(entry_build(kind, payload, buffer_view(&envelope.signature), signer->public, &entry,
			 &err),
	     &err);
	item->identity = envelope.identity;
	item->key = *public_key_id(signer->public);
	item->index = world->leaf_count;
	item->logged = item->there = true;
	world->leaf[world->leaf_count++] = merkle_leaf(buffer_view(&entry));
	return item;
}

struct world_item *world_say(struct world *world, const struct test_signer *signer,
			     enum statement_kind kind, const char *subject,
			     const struct digest *digest, const char *predicate)
{
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer payload;
	struct error err = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	must(json_parse(span_of(predicate), NULL, &json, &err), &err);
	must(json_set_text(json, "origin", world->log_key.name, &err), &err);
	must(statement_build(kind, subject, digest, json, &payload, &err), &err);
	return world_file(world, signer, kind, buffer_view(&payload));
}

struct world_item *world_checkpoint(struct world *world, const struct test_signer *signer,
				    const char *name)
{
	struct digest manifest = sha256(span_of(name));
	char hex[DIGEST_HEX_SIZE], *predicate;
	struct world_item *item;
	struct name parsed;
	struct error err = { 0 };

	digest_to_hex(&manifest, hex);
	must(name_parse(name, &parsed, &err), &err);
	assert_true(asprintf(&predicate,
			     "{\"name\":\"%s/%s\",\"version\":\"%s\",\"manifest\":\"sha256:%s\"}",
			     parsed.owner, parsed.name, parsed.version, hex) > 0);
	item = world_say(world, signer, STATEMENT_checkpoint, name, &manifest, predicate);
	free(predicate);
	return item;
}

struct world_item *world_claim(struct world *world, const struct test_signer *signer,
			       const char *kind, const char *name, const struct digest *statement)
{
	char hex[DIGEST_HEX_SIZE], *predicate;
	struct world_item *item;
	struct name parsed;
	struct error err = { 0 };

	digest_to_hex(statement, hex);
	must(name_parse(name, &parsed, &err), &err);
	assert_true(asprintf(&predicate,
			     "{\"kind\":\"%s\",\"name\":\"%s/%s\",\"%s\":\"%s\"%s,"
			     "\"statement\":\"sha256:%s\"}",
			     kind, parsed.owner, parsed.name, parsed.alias ? "alias" : "version",
			     parsed.version, parsed.alias ? ",\"serial\":1" : "", hex) > 0);
	item = world_say(world, signer, STATEMENT_claim, name, statement, predicate);
	free(predicate);
	return item;
}

static void policy_key_add(struct json *keys, const struct world_key *key)
{
	struct json *object, *list;
	struct error err = { 0 };

	must(json_add_object(keys, &object, &err), &err);
	must(json_set_hex(object, "id", public_key_id(key->signer->public), &err), &err);
	must(json_set_base64(object, "publicKey", public_key_der(key->signer->public), &err), &err);
	must(json_set_size(object, "first", key->first, &err), &err);
	if (key->last != UINT64_MAX)
		must(json_set_size(object, "last", key->last, &err), &err);
	must(json_set_array(object, "names", &list, &err), &err);
	must(json_add_text(list, key->names, &err), &err);
	must(json_set_array(object, "kinds", &list, &err), &err);
	must(json_add_text(list, key->kinds, &err), &err);
}

/* Put the members of the JSON text `more` into the object. */
static void members_add(struct json *object, const char *more)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct json_members at = { 0 };
	struct error err = { 0 };

	must(json_parse(span_of(more), NULL, &json, &err), &err);
	while (json_next(json, &at))
		must(json_set_clone(object, at.key, at.value, &err), &err);
}

static void roots_add(struct json *predicate, const struct world_key *key,
		      const struct world_rules *rules)
{
	size_t roots = rules->roots ? rules->roots : 1;
	char hex[DIGEST_HEX_SIZE];
	struct json *list;
	struct error err = { 0 };

	must(json_set_array(predicate, "roots", &list, &err), &err);
	for (size_t i = 0; i < roots; i++) {
		digest_to_hex(public_key_id(key[i].signer->public), hex);
		must(json_add_text(list, hex, &err), &err);
	}
	if (!rules->recovery)
		return;
	must(json_set_array(predicate, "recovery", &list, &err), &err);
	digest_to_hex(public_key_id(rules->recovery->public), hex);
	must(json_add_text(list, hex, &err), &err);
}

struct world_item *world_policy_of(struct world *world, const struct world_key *key, size_t count,
				   const struct world_rules *rules, const struct test_signer *by)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer text, payload;
	char vkey[NOTE_VKEY_MAX];
	struct json *list, *rule, *steps;
	struct digest digest;
	struct error err = { 0 };

	buffer_init(&text, 65536);
	buffer_init(&payload, CONTROL_PAYLOAD_MAX_BYTES);
	note_key_format(&world->log_key, vkey);
	must(json_object_new(&predicate, &err), &err);
	must(json_set_text(predicate, "origin", world->log_key.name, &err), &err);
	must(json_set_size(predicate, "version", rules->version ? rules->version : 1, &err), &err);
	must(json_set_size(predicate, "threshold", rules->threshold ? rules->threshold : 1, &err),
	     &err);
	if (rules->previous)
		must(json_set_digest(predicate, "previous", &rules->previous->identity, &err),
		     &err);
	must(json_set_array(predicate, "log", &list, &err), &err);
	must(json_add_text(list, vkey, &err), &err);
	roots_add(predicate, key, rules);
	must(json_set_array(predicate, "required", &list, &err), &err);
	must(json_add_object(list, &rule, &err), &err);
	must(json_set_text(rule, "names", "team/*", &err), &err);
	must(json_set_array(rule, "steps", &steps, &err), &err);
	must(json_add_text(steps, "signature", &err), &err);
	if (rules->more)
		members_add(predicate, rules->more);
	must(json_set_array(predicate, "keys", &list, &err), &err);
	for (size_t i = 0; i < count; i++)
		policy_key_add(list, &key[i]);
	must(json_write_canonical(list, &text, &err), &err);
	digest = sha256(buffer_view(&text));
	must(statement_build(STATEMENT_policy, "policy", &digest, predicate, &payload, &err), &err);
	return world_file(world, by ? by : key[0].signer, STATEMENT_policy, buffer_view(&payload));
}

struct world_item *world_policy(struct world *world, const struct world_key *key, size_t count)
{
	return world_policy_of(world, key, count, &(struct world_rules){ 0 }, NULL);
}

struct world_item *world_again(struct world *world, const struct test_signer *signer,
			       enum statement_kind kind, const struct world_item *item)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };

	must(envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES, &envelope, &err),
	     &err);
	return world_file(world, signer, kind, buffer_view(&envelope.payload));
}

struct world_item *world_revoke(struct world *world, const struct test_signer *signer,
				const struct test_signer *about, uint64_t last, uint64_t size)
{
	const struct digest *id = public_key_id(about->public);
	char key[DIGEST_HEX_SIZE], *predicate;
	struct world_item *item;

	digest_to_hex(id, key);
	assert_true(asprintf(&predicate,
			     "{\"key\":\"%s\",\"last\":%llu,\"reason\":\"stolen\",\"checkpoint\":{"
			     "\"size\":%llu,\"root\":\"%s\"}}",
			     key, (unsigned long long)last, (unsigned long long)size, key) > 0);
	item = world_say(world, signer, STATEMENT_revocation, key, id, predicate);
	free(predicate);
	return item;
}

struct pin world_pin(const struct world *world, const struct world_item *policy)
{
	return (struct pin){ world->log_key, policy->identity };
}

static void file_put(const char *folder, const char *name, struct span bytes)
{
	struct error err = { 0 };
	char *path;

	must(path_join(folder, name, &path, &err), &err);
	must(file_write(path, bytes, 0644, FILE_REPLACE, &err), &err);
	free(path);
}

void world_write(struct world *world, const char *folder)
{
	static const char *const part[] = { "akashi/statements", "akashi/proofs",
					    "akashi/objects" };
	struct error err = { 0 };

	for (size_t i = 0; i < 3; i++) {
		char *path;

		must(path_join(folder, part[i], &path, &err), &err);
		must(folder_make(path, &err), &err);
		free(path);
	}
	for (size_t i = 0; i < world->item_count; i++) {
		CLEANUP(buffer_release) struct buffer proof;
		struct world_item *item = &world->item[i];
		char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], name[256];

		buffer_init(&proof, PROOF_MAX_BYTES);
		digest_to_hex(&item->identity, hex);
		digest_to_hex(&item->key, key);
		snprintf(name, sizeof(name), "akashi/statements/%s.%s.json", hex, key);
		file_put(folder, name, buffer_view(&item->envelope));
		must(world_proof(&world->base, &item->identity, &item->key, &proof, &err), &err);
		snprintf(name, sizeof(name), "akashi/proofs/%s.%s.tlog-proof", hex, key);
		file_put(folder, name, buffer_view(&proof));
	}
}
