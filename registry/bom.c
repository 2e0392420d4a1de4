/* bom: the model, its files, its data, its ancestors, and what depends on what. */
#include "registry/bom/inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/address.h"
#include "registry/card/spdx.h"

#define HEX_OF_DIGEST 7 /* behind "sha256:" */

/* ---- Properties ---- */

int bom_property(struct bom_part *part, const char *name, const char *value, struct error *err)
{
	struct json *item;
	char full[96];

	if (!value)
		return 0;
	snprintf(full, sizeof(full), "akashi:%s", name);
	if (!part->properties && json_set_array(part->json, "properties", &part->properties, err))
		return -1;
	return json_add_object(part->properties, &item, err) ||
			       json_set_text(item, "name", full, err) ||
			       json_set_text(item, "value", value, err)
		       ? -1
		       : 0;
}

int bom_property_of(struct bom_part *part, const char *name, const struct json *from,
		    struct error *err)
{
	const struct json *value = json_member(from, name);
	char text[32];

	if (json_kind(value) == JSON_KIND_INTEGER) {
		snprintf(text, sizeof(text), "%" PRId64, json_integer_of(value));
		return bom_property(part, name, text, err);
	}
	if (json_kind(value) == JSON_KIND_BOOL)
		return bom_property(part, name, json_is_yes(value) ? "true" : "false", err);
	return bom_property(part, name, json_text(value), err);
}

int bom_said(struct bom_part *part, const struct json *by, struct error *err)
{
	return bom_property(part, "statement", json_text(json_member(by, "identity")), err) ||
			       bom_property_of(part, "signer", by, err) ||
			       bom_property_of(part, "signerName", by, err)
		       ? -1
		       : 0;
}

/* ---- Components ---- */

/* "owner/name@version" as group, name and version. */
static int name_set(struct json *component, const char *full, struct error *err)
{
	struct name name;

	if (name_parse(full, &name, err))
		return -1;
	return json_set_text(component, "group", name.owner, err) ||
			       json_set_text(component, "name", name.name, err) ||
			       json_set_text(component, "version", name.version, err)
		       ? -1
		       : 0;
}

static int hash_set(struct json *component, const char *digest, struct error *err)
{
	struct json *list, *hash;

	if (!digest || strlen(digest) <= HEX_OF_DIGEST)
		return 0;
	return json_set_array(component, "hashes", &list, err) ||
			       json_add_object(list, &hash, err) ||
			       json_set_text(hash, "alg", "SHA-256", err) ||
			       json_set_text(hash, "content", digest + HEX_OF_DIGEST, err)
		       ? -1
		       : 0;
}

/* Licences by their SPDX names, whatever the case; others stay as they were written. */
static int license_set(struct json *component, const char *text, struct error *err)
{
	struct json *list, *item, *license;
	const char *id = spdx_of(text);

	if (!text || !*text)
		return 0;
	return json_set_array(component, "licenses", &list, err) ||
			       json_add_object(list, &item, err) ||
			       json_set_object(item, "license", &license, err) ||
			       json_set_text(license, id ? "id" : "name", id ? id : text, err) ||
			       json_set_text(license, "acknowledgement", "declared", err)
		       ? -1
		       : 0;
}

static int vcs_set(struct json *component, const struct json *git, struct error *err)
{
	const char *remote = json_text(json_member(git, "remote"));
	struct json *list, *reference;
	char comment[128];

	if (!address_is(remote, ADDRESS_IN_JSON))
		return 0;
	snprintf(comment, sizeof(comment), "commit %.80s, as its signer says",
		 json_text(json_member(git, "commit")) ? json_text(json_member(git, "commit"))
						       : "not said");
	return json_set_array(component, "externalReferences", &list, err) ||
			       json_add_object(list, &reference, err) ||
			       json_set_text(reference, "type", "vcs", err) ||
			       json_set_text(reference, "url", remote, err) ||
			       json_set_text(reference, "comment", comment, err)
		       ? -1
		       : 0;
}

static int files_set(const struct json *facts, struct json *component, struct error *err)
{
	const struct json *files = json_member(facts, "files");
	const char *of = json_text(json_member(facts, "identity"));
	struct json *list;

	if (!json_count(files))
		return 0;
	if (json_set_array(component, "components", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(files); i++) {
		const struct json *file = json_at(files, i);
		const char *path = json_text(json_member(file, "path"));
		struct bom_part part = { 0 };
		char reference[96];

		snprintf(reference, sizeof(reference), "%s#%zu", of ? of : "", i);
		if (json_add_object(list, &part.json, err) ||
		    json_set_text(part.json, "type", "file", err) ||
		    json_set_text(part.json, "bom-ref", reference, err) ||
		    json_set_text(part.json, "name", path ? path : "", err) ||
		    hash_set(part.json, json_text(json_member(file, "sha256")), err) ||
		    bom_property_of(&part, "size", file, err))
			return -1;
	}
	return 0;
}

/* An ancestor; only what stands among the components has a reference to it. */
static int parent_make(const struct json *parent, bool with_reference, struct json *component,
		       struct error *err)
{
	struct bom_part part = { .json = component };

	if (json_set_text(component, "type", "machine-learning-model", err) ||
	    (with_reference && json_set_text(component, "bom-ref",
					     json_text(json_member(parent, "identity")), err)) ||
	    name_set(component, json_text(json_member(parent, "name")), err))
		return -1;
	return bom_said(&part, parent, err) || bom_property_of(&part, "relation", parent, err) ||
			       bom_property_of(&part, "saidBy", parent, err) ||
			       bom_property_of(&part, "proof", parent, err) ||
			       bom_property_of(&part, "provedBy", parent, err)
		       ? -1
		       : 0;
}

/* Does this part of the facts have a name, an identity, and none before it the same? */
static bool is_first(const struct json *list, size_t index)
{
	const char *identity = json_text(json_member(json_at(list, index), "identity"));

	if (!identity || !json_text(json_member(json_at(list, index), "name")))
		return false;
	for (size_t i = 0; i < index; i++) {
		const char *other = json_text(json_member(json_at(list, i), "identity"));

		if (other && strcmp(other, identity) == 0)
			return false;
	}
	return true;
}

static int ancestors_set(const struct json *facts, struct json *component, struct error *err)
{
	const struct json *parents = json_member(facts, "parents");
	struct json *pedigree, *list, *item;

	if (!json_count(parents))
		return 0;
	if (json_set_object(component, "pedigree", &pedigree, err) ||
	    json_set_array(pedigree, "ancestors", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(parents); i++)
		if (is_first(parents, i) && (json_add_object(list, &item, err) ||
					     parent_make(json_at(parents, i), false, item, err)))
			return -1;
	return 0;
}

/* "retraction: REASON": what a reader of the bill must not miss. */
static int standing_set(const struct json *facts, struct bom_part *part, struct error *err)
{
	const struct json *list = json_member(facts, "standing");

	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(buffer_release) struct buffer text;
		CLEANUP(text_free) char *line = NULL;
		const struct json *item = json_at(list, i);
		const char *kind = json_text(json_member(item, "kind"));
		const char *reason = json_text(json_member(item, "reason"));
		const char *signer = json_text(json_member(item, "signer"));
		const char *by = json_text(json_member(json_member(item, "by"), "name"));

		buffer_init(&text, STATEMENT_PAYLOAD_MAX_BYTES);
		if (buffer_printf(&text, err, "%s%s%s%s%s, signed by %s", kind ? kind : "?",
				  by ? " by " : "", by ? by : "", reason ? ": " : "",
				  reason ? reason : "", signer ? signer : "?") ||
		    buffer_to_text(&text, &line, err) || bom_property(part, "standing", line, err))
			return -1;
	}
	return 0;
}

static int model_make(const struct json *facts, struct json *component, struct error *err)
{
	struct bom_part part = { .json = component };
	const char *name = json_text(json_member(facts, "name"));
	const char *identity = json_text(json_member(facts, "identity"));
	const struct json *undisclosed = json_member(facts, "undisclosed");

	if (!name || !identity)
		return error_set(err, ERROR_CORRUPT, "the facts name no model");
	if (json_set_text(component, "type", "machine-learning-model", err) ||
	    json_set_text(component, "bom-ref", identity, err) || name_set(component, name, err) ||
	    hash_set(component, json_text(json_member(facts, "manifest")), err) ||
	    license_set(component, json_text(json_member(facts, "license")), err) ||
	    ancestors_set(facts, component, err) ||
	    vcs_set(component, json_member(facts, "git"), err) ||
	    files_set(facts, component, err) || bom_model_card(facts, component, err) ||
	    bom_said(&part, facts, err) || standing_set(facts, &part, err) ||
	    bom_property_of(&part, "origin", facts, err) ||
	    bom_property_of(&part, "declared", facts, err) ||
	    bom_property_of(&part, "parameters", facts, err) ||
	    bom_property_of(&part, "bytes", facts, err) ||
	    bom_property_of(&part, "dtype", facts, err))
		return -1;
	for (size_t i = 0; i < json_count(undisclosed); i++)
		if (bom_property(&part, "undisclosed",
				 json_text(json_member(json_at(undisclosed, i), "what")), err))
			return -1;
	return 0;
}

static int dataset_make(const struct json *dataset, struct json *component, struct error *err)
{
	struct bom_part part = { .json = component };
	static const char *const told[] = { "tokens",      "documents", "characters", "bytes",
					    "tokensBasis", "weight",    "relation" };
	const char *url = json_text(json_member(dataset, "url"));
	const char *name = json_text(json_member(dataset, "name"));
	struct json *data, *item, *contents;

	if (json_set_text(component, "type", "data", err) ||
	    json_set_text(component, "bom-ref", json_text(json_member(dataset, "identity")), err) ||
	    name_set(component, name, err) ||
	    license_set(component, json_text(json_member(dataset, "license")), err) ||
	    json_set_array(component, "data", &data, err) || json_add_object(data, &item, err) ||
	    json_set_text(item, "type", "dataset", err) || json_set_text(item, "name", name, err))
		return -1;
	if (address_is(url, ADDRESS_IN_JSON) &&
	    (json_set_object(item, "contents", &contents, err) ||
	     json_set_text(contents, "url", url, err)))
		return -1;
	if (bom_said(&part, dataset, err))
		return -1;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (bom_property_of(&part, told[i], dataset, err))
			return -1;
	return 0;
}

/* ---- The whole ---- */

/* Datasets and parents, each once, and one line of what the model depends on. */
static int components_make(const struct json *facts, struct json *components, struct json *depends,
			   struct error *err)
{
	const struct json *data = json_member(facts, "data");
	const struct json *parents = json_member(facts, "parents");
	struct json *component;

	for (size_t i = 0; i < json_count(data); i++)
		if (is_first(data, i) &&
		    (json_add_object(components, &component, err) ||
		     dataset_make(json_at(data, i), component, err) ||
		     json_add_clone(depends, json_member(json_at(data, i), "identity"), err)))
			return -1;
	for (size_t i = 0; i < json_count(parents); i++)
		if (is_first(parents, i) &&
		    (json_add_object(components, &component, err) ||
		     parent_make(json_at(parents, i), true, component, err) ||
		     json_add_clone(depends, json_member(json_at(parents, i), "identity"), err)))
			return -1;
	return 0;
}

/* The newest time that any part of the facts declares: texts of one form, so they sort. */
static const char *newest_declared(const struct json *value, const char *newest)
{
	struct json_members at = { 0 };

	if (json_kind(value) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_count(value); i++)
			newest = newest_declared(json_at(value, i), newest);
		return newest;
	}
	while (json_kind(value) == JSON_KIND_OBJECT && json_next(value, &at)) {
		const char *text = json_text(at.value);

		if (strcmp(at.key, "declared") != 0 || !text)
			newest = newest_declared(at.value, newest);
		else if (!newest || strcmp(text, newest) > 0)
			newest = text;
	}
	return newest;
}

/* A version 8 UUID (RFC 9562) from the digest of all the facts. */
static int serial_set(const struct json *facts, struct json *bom, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct digest digest;
	const uint8_t *b = digest.byte;
	char serial[64];

	buffer_init(&text, 256u << 20);
	if (json_write_canonical(facts, &text, err))
		return -1;
	digest = sha256(buffer_view(&text));
	snprintf(serial, sizeof(serial),
		 "urn:uuid:%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6] & 0xfu, b[7], (b[8] & 0x3fu) | 0x80u,
		 b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return json_set_text(bom, "serialNumber", serial, err);
}

static int metadata_make(const struct json *facts, struct json *bom, struct error *err)
{
	struct json *metadata, *tools, *list, *tool, *component;
	const char *time = newest_declared(facts, NULL);

	if (json_set_object(bom, "metadata", &metadata, err) ||
	    (time && json_set_text(metadata, "timestamp", time, err)) ||
	    json_set_object(metadata, "tools", &tools, err) ||
	    json_set_array(tools, "components", &list, err) || json_add_object(list, &tool, err) ||
	    json_set_text(tool, "type", "application", err) ||
	    json_set_text(tool, "name", "akashi", err) ||
	    json_set_text(tool, "version", AKASHI_VERSION, err) ||
	    json_set_object(metadata, "component", &component, err))
		return -1;
	return model_make(facts, component, err);
}

int bom_make(const struct json *facts, struct json **out_bom, struct error *err)
{
	CLEANUP(json_free) struct json *bom = NULL;
	struct json *components, *dependencies, *dependency, *depends;
	const char *identity = json_text(json_member(facts, "identity"));

	if (json_object_new(&bom, err) ||
	    json_set_text(bom, "$schema", "http://cyclonedx.org/schema/bom-1.7.schema.json", err) ||
	    json_set_text(bom, "bomFormat", "CycloneDX", err) ||
	    json_set_text(bom, "specVersion", "1.7", err) || serial_set(facts, bom, err) ||
	    json_set_integer(bom, "version", 1, err) || metadata_make(facts, bom, err) ||
	    json_set_array(bom, "components", &components, err) ||
	    json_set_array(bom, "dependencies", &dependencies, err) ||
	    json_add_object(dependencies, &dependency, err) ||
	    json_set_text(dependency, "ref", identity ? identity : "", err) ||
	    json_set_array(dependency, "dependsOn", &depends, err) ||
	    components_make(facts, components, depends, err) || bom_formulation(facts, bom, err))
		return -1;
	*out_bom = bom;
	bom = NULL;
	return 0;
}
