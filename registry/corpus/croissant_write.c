/* croissant_write: the description of a dataset. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/corpus/croissant_inner.h"
#include "registry/statement.h"
#include "registry/store.h"

#define PAYLOAD_MAX (1u << 20)

#define URI_SIZE 160

/* A statement's or a key's, into out_uri. */
static const char *uri_make(const char *front, const char *digest, char out_uri[URI_SIZE])
{
	snprintf(out_uri, URI_SIZE, "%s%.80s", front, digest);
	return out_uri;
}

/* Croissant's context as its specification gives it, with what else is written here. */
static const char context[] =
	"{\"@language\":\"en\",\"@vocab\":\"https://schema.org/\",\"arrayShape\":\"cr:arrayShape\","
	"\"citeAs\":\"cr:citeAs\",\"column\":\"cr:column\",\"conformsTo\":\"dct:conformsTo\","
	"\"containedIn\":\"cr:containedIn\",\"cr\":\"http://mlcommons.org/croissant/\","
	"\"data\":{\"@id\":\"cr:data\",\"@type\":\"@json\"},"
	"\"dataType\":{\"@id\":\"cr:dataType\",\"@type\":\"@vocab\"},"
	"\"dct\":\"http://purl.org/dc/terms/\",\"description\":{\"@container\":\"@language\"},"
	"\"equivalentProperty\":\"cr:equivalentProperty\","
	"\"examples\":{\"@id\":\"cr:examples\",\"@type\":\"@json\"},\"excludes\":\"cr:excludes\","
	"\"extract\":\"cr:extract\",\"field\":\"cr:field\",\"fileObject\":\"cr:fileObject\","
	"\"fileProperty\":\"cr:fileProperty\",\"fileSet\":\"cr:fileSet\",\"format\":\"cr:format\","
	"\"includes\":\"cr:includes\",\"isArray\":\"cr:isArray\","
	"\"isLiveDataset\":\"cr:isLiveDataset\",\"jsonPath\":\"cr:jsonPath\",\"key\":\"cr:key\","
	"\"md5\":\"cr:md5\",\"name\":{\"@container\":\"@language\"},"
	"\"parentField\":\"cr:parentField\",\"path\":\"cr:path\","
	"\"prov\":\"http://www.w3.org/ns/prov#\",\"rai\":\"http://mlcommons.org/croissant/RAI/\","
	"\"recordSet\":\"cr:recordSet\",\"references\":\"cr:references\",\"regex\":\"cr:regex\","
	"\"repeated\":\"cr:repeated\",\"replace\":\"cr:replace\","
	"\"samplingRate\":\"cr:samplingRate\",\"sc\":\"https://schema.org/\","
	"\"separator\":\"cr:separator\",\"source\":\"cr:source\",\"subField\":\"cr:subField\","
	"\"transform\":\"cr:transform\"}";

static void describing_release(struct describing *describing)
{
	statement_release(&describing->statement);
	manifest_free(&describing->manifest);
	corpus_free(&describing->corpus);
	json_free(&describing->counts_head);
	croissant_release(&describing->before);
}

/* ---- What is known of it ---- */

static bool all_wanted(void *user, const char *path)
{
	(void)user;
	(void)path;
	return true;
}

static int counts_load(struct describing *describing, const struct json *counted, struct error *err)
{
	CLEANUP(buffer_release) struct buffer counts;
	struct digest digest;
	const uint8_t *stop;

	buffer_init(&counts, COUNTS_MAX_BYTES);
	if (json_need_digest(counted, "counts", &digest, err) ||
	    store_get(describing->registry->store, &digest, &counts, err) ||
	    corpus_new(&describing->wish, &describing->corpus, err) ||
	    corpus_known(describing->corpus, buffer_view(&counts), all_wanted, NULL, err))
		return -1;
	stop = memchr(counts.data, '\n', counts.len);
	return json_parse((struct span){ counts.data, stop ? (size_t)(stop - counts.data) : 0 },
			  NULL, &describing->counts_head, err);
}

/* The description that was given; without it, what the statement says has to do. */
static void before_load(struct describing *describing, const struct json *given)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error ignored = { 0 };
	struct digest digest;

	buffer_init(&bytes, CROISSANT_MAX_BYTES);
	if (!given || json_need_digest(given, "file", &digest, &ignored) ||
	    store_get(describing->registry->store, &digest, &bytes, &ignored) ||
	    croissant_parse(buffer_view(&bytes), &describing->before, &ignored))
		context_notice(describing->registry->ctx,
			       "the description that was given cannot be read; it is left out");
}

static int describing_load(struct describing *describing, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(buffer_release) struct buffer bytes;
	struct registry *registry = describing->registry;
	const struct json *counted, *given;

	buffer_init(&payload, PAYLOAD_MAX);
	buffer_init(&bytes, MANIFEST_MAX_BYTES);
	if (registry_payload(registry, &describing->identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &describing->statement, err))
		return -1;
	if (describing->statement.kind != STATEMENT_dataset)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no dataset, and Croissant describes datasets",
				 describing->statement.subject);
	if (store_get(registry->store, &describing->statement.digest, &bytes, err) ||
	    manifest_parse(buffer_view(&bytes), &describing->manifest, err))
		return error_prefix(err, "the list of its files");
	counted = json_member(describing->statement.predicate, "corpus");
	given = json_member(describing->statement.predicate, "croissant");
	if (given)
		before_load(describing, given);
	return counted && counts_load(describing, counted, err)
		       ? error_prefix(err, "what was counted in it")
		       : 0;
}

/* ---- The dataset ---- */

static int license_set(struct json *root, const char *license, struct error *err)
{
	CLEANUP(buffer_release) struct buffer address;

	buffer_init(&address, 4096);
	if (!license)
		return 0;
	/* One SPDX identifier has an address; an expression, or words, stands as it is. */
	if (strspn(license, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+") !=
	    strlen(license))
		return json_set_text(root, "license", license, err);
	return buffer_printf(&address, err, "https://spdx.org/licenses/%s", license) ||
			       json_set_span(root, "license", buffer_view(&address), err)
		       ? -1
		       : 0;
}

static int description_set(const struct describing *describing, struct json *root,
			   struct error *err)
{
	const struct json *corpus = json_member(describing->statement.predicate, "corpus");
	CLEANUP(buffer_release) struct buffer text;
	uint64_t documents = 0;

	buffer_init(&text, 4096);
	if (describing->before.description)
		return json_set_text(root, "description", describing->before.description, err);
	if ((corpus && json_maybe_size(corpus, "documents", 0, &documents, err)) ||
	    buffer_printf(&text, err, "%s: %zu files, %" PRIu64 " bytes",
			  describing->statement.subject, describing->manifest->file_count,
			  manifest_bytes(describing->manifest)) ||
	    (documents && buffer_printf(&text, err, ", %" PRIu64 " documents", documents)) ||
	    buffer_printf(&text, err, "; registered in %s", describing->registry->origin))
		return -1;
	return json_set_span(root, "description", buffer_view(&text), err);
}

/* Where it is described: what was said, else the statement. */
static int address_set(const struct describing *describing, struct json *root, const char *uri,
		       const char *declared, struct error *err)
{
	const char *subject = describing->statement.subject;
	CLEANUP(buffer_release) struct buffer cite;

	buffer_init(&cite, 4096);
	if (json_set_text(root, "url", describing->before.url ? describing->before.url : uri, err))
		return -1;
	if (describing->before.citation)
		return json_set_text(root, "citeAs", describing->before.citation, err);
	if (buffer_printf(&cite, err,
			  "@misc{%s, title={%s}, year={%.4s}, howpublished={registered in %s}, "
			  "note={%s}}",
			  subject, subject, declared, describing->registry->origin, uri))
		return -1;
	return json_set_span(root, "citeAs", buffer_view(&cite), err);
}

static int organization_set(struct json *root, const char *key, const char *name, struct error *err)
{
	struct json *object;

	return json_set_object(root, key, &object, err) ||
			       json_set_text(object, "@type", "sc:Organization", err) ||
			       json_set_text(object, "name", name, err)
		       ? -1
		       : 0;
}

static int dataset_set(const struct describing *describing, struct json *root, const char *uri,
		       struct error *err)
{
	const struct json *predicate = describing->statement.predicate;
	const char *name, *version, *declared;
	char owner[NAME_PART_MAX + 1];

	if (json_need_string(predicate, "name", &name, err) ||
	    json_need_string(predicate, "version", &version, err) ||
	    json_need_string(predicate, "declared", &declared, err))
		return -1;
	snprintf(owner, sizeof(owner), "%.*s", (int)strcspn(name, "/"), name);
	return json_set_text(root, "@type", "sc:Dataset", err) ||
			       json_set_text(root, "@id", uri, err) ||
			       json_set_text(root, "conformsTo",
					     "http://mlcommons.org/croissant/1.1", err) ||
			       json_set_text(root, "name", name, err) ||
			       description_set(describing, root, err) ||
			       json_set_text(root, "version", version, err) ||
			       json_set_text(root, "datePublished", declared, err) ||
			       json_set_bool(root, "isLiveDataset", false, err) ||
			       license_set(root, json_text(json_member(predicate, "license")),
					   err) ||
			       address_set(describing, root, uri, declared, err) ||
			       organization_set(root, "creator", owner, err) ||
			       organization_set(root, "publisher", describing->registry->origin,
						err)
		       ? -1
		       : 0;
}

/* "temporalCoverage" and what was taken out. */
static int said_set(const struct json *predicate, struct json *root, struct error *err)
{
	const struct json *period = json_member(predicate, "period");
	const struct json *filters = json_member(predicate, "filters");
	CLEANUP(buffer_release) struct buffer text;
	const char *from, *to;

	buffer_init(&text, 256);
	if (period && (json_need_string(period, "from", &from, err) ||
		       json_need_string(period, "to", &to, err) ||
		       buffer_printf(&text, err, "%s/%s", from, to) ||
		       json_set_span(root, "temporalCoverage", buffer_view(&text), err)))
		return -1;
	return filters ? json_set_clone(root, "rai:dataPreprocessingProtocol", filters, err) : 0;
}

/* ---- prov: ---- */

static int origin_add(struct json *entities, struct json *activities, const struct json *reference,
		      struct error *err)
{
	const char *name, *statement, *by = json_text(json_member(reference, "by"));
	struct json *object, *used;
	char uri[URI_SIZE];

	if (json_need_string(reference, "name", &name, err) ||
	    json_need_string(reference, "statement", &statement, err) ||
	    json_add_object(entities, &object, err) ||
	    json_set_text(object, "@id", uri_make(CROISSANT_STATEMENT_URI, statement, uri), err) ||
	    json_set_text(object, "@type", "prov:Entity", err) ||
	    json_set_text(object, "prov:label", name, err))
		return -1;
	if (!by)
		return 0;
	return json_add_object(activities, &object, err) ||
			       json_set_text(object, "@type", "prov:Activity", err) ||
			       json_set_text(object, "prov:label", by, err) ||
			       json_set_object(object, "prov:used", &used, err) ||
			       json_set_text(used, "@id", uri, err)
		       ? -1
		       : 0;
}

/* What it names that is not registered here. */
static int foreign_add(struct json *entities, struct json *activities, const struct json *given,
		       struct error *err)
{
	const struct json *derived = json_member(given, "derivedFrom");
	const struct json *made = json_member(given, "generatedBy");
	struct json *object;

	for (size_t i = 0; i < json_count(derived); i++)
		if (json_text(json_at(derived, i)) &&
		    (json_add_object(entities, &object, err) ||
		     json_set_text(object, "@id", json_text(json_at(derived, i)), err)))
			return -1;
	for (size_t i = 0; i < json_count(made); i++)
		if (json_text(json_at(made, i)) &&
		    (json_add_object(activities, &object, err) ||
		     json_set_text(object, "@type", "prov:Activity", err) ||
		     json_set_text(object, "prov:label", json_text(json_at(made, i)), err)))
			return -1;
	return 0;
}

static int prov_set(const struct describing *describing, struct json *root, struct error *err)
{
	const struct json *predicate = describing->statement.predicate;
	const struct json *derived = json_member(predicate, "derivedFrom");
	CLEANUP(json_free) struct json *entities = NULL;
	CLEANUP(json_free) struct json *activities = NULL;
	char hex[DIGEST_HEX_SIZE + 7] = "sha256:", uri[URI_SIZE];
	struct digest key;
	struct json *agent;

	if (json_array_new(&entities, err) || json_array_new(&activities, err))
		return -1;
	for (size_t i = 0; i < json_count(derived); i++)
		if (origin_add(entities, activities, json_at(derived, i), err))
			return -1;
	if (foreign_add(entities, activities, json_member(predicate, "croissant"), err) ||
	    registry_signer(describing->registry, &describing->identity, &key, err))
		return -1;
	digest_to_hex(&key, hex + 7);
	if ((json_count(entities) && json_set_take(root, "prov:wasDerivedFrom", &entities, err)) ||
	    (json_count(activities) &&
	     json_set_take(root, "prov:wasGeneratedBy", &activities, err)) ||
	    json_set_object(root, "prov:wasAttributedTo", &agent, err) ||
	    json_set_text(agent, "@id", uri_make(CROISSANT_KEY_URI, hex, uri), err))
		return -1;
	return json_set_text(agent, "@type", "prov:Agent", err) ||
			       json_set_text(agent, "prov:label", hex, err)
		       ? -1
		       : 0;
}

int registry_croissant(struct registry *registry, const struct digest *identity,
		       struct json **out_description, struct error *err)
{
	CLEANUP(describing_release)
	struct describing describing = { .registry = registry, .identity = *identity };
	CLEANUP(json_free) struct json *root = NULL;
	CLEANUP(json_free) struct json *words = NULL;
	char hex[DIGEST_HEX_SIZE + 7] = "sha256:", uri[URI_SIZE];

	digest_to_hex(identity, hex + 7);
	if (describing_load(&describing, err))
		return -1;
	describing_groups(&describing);
	if (json_object_new(&root, err) || json_parse(span_of(context), NULL, &words, err) ||
	    json_set_take(root, "@context", &words, err) ||
	    dataset_set(&describing, root, uri_make(CROISSANT_STATEMENT_URI, hex, uri), err) ||
	    said_set(describing.statement.predicate, root, err) ||
	    prov_set(&describing, root, err) || describing_files(&describing, root, err) ||
	    describing_records(&describing, root, err))
		return -1;
	*out_description = root;
	root = NULL; /* handed over */
	return 0;
}
