/* Register aliases of versions. */
#include <stdio.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/index.h"

/* The claim of an alias that is in force. */
struct in_force {
	const char *alias;
	uint64_t serial; /* 0: none yet */
	struct digest tag, target;
	uint64_t log_index;
};

static int visit_alias(void *arg, const struct index_claim *claim, struct error *err)
{
	struct in_force *now = arg;

	if (!claim->alias || strcasecmp(claim->version, now->alias) != 0 ||
	    claim->serial <= now->serial || !claim->target)
		return 0;
	now->serial = claim->serial;
	return digest_from_hex(span_of(claim->target), &now->target, err) ||
			       digest_from_hex(span_of(claim->statement), &now->tag, err)
		       ? -1
		       : 0;
}

static int visit_signer(void *arg, const struct index_row *row, struct error *err)
{
	struct statement_made *made = arg;

	made->log_index = row->log_index;
	return digest_from_hex(span_of(row->key), &made->key, err);
}

/* The alias points there already. */
static int tag_same(struct index *index, const struct in_force *now, struct add_result *out_result,
		    struct error *err)
{
	struct add_result result = { .made = { .identity = now->tag, .existed = true } };

	if (index_statement(index, &now->tag, visit_signer, &result.made, err))
		return -1;
	*out_result = result;
	return 0;
}

int registry_add_tag(struct registry *registry, const struct add_how *how, const struct name *name,
		     const char *alias, struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL, *target = NULL;
	struct statement_draft draft = { .kind = STATEMENT_tag };
	char subject[NAME_TEXT_MAX], family[NAME_TEXT_MAX];
	struct in_force now = { .alias = alias };
	struct add_result result = { 0 };
	struct name tag, found;
	struct index *index;

	if (!name_part_ok(alias))
		return error_set(err, ERROR_USAGE, "'%s' cannot be an alias", alias);
	if (adding_begin(registry, how, &adding, err) || registry_index(registry, &index, err) ||
	    index_resolve(index, name, &found, &draft.digest, err) ||
	    registry_reference(registry, name, &target, err))
		return -1;
	tag = found;
	tag.alias = true;
	snprintf(tag.version, sizeof(tag.version), "%s", alias);
	name_to_text(&tag, subject);
	tag.version[0] = '\0';
	tag.alias = false;
	name_to_text(&tag, family);
	if (index_claims(index, "tag", family, visit_alias, &now, err))
		return -1;
	if (now.serial && digest_equal(&now.target, &draft.digest))
		return tag_same(index, &now, out_result, err);
	if (json_object_new(&predicate, err) || json_set_text(predicate, "name", family, err) ||
	    json_set_text(predicate, "alias", alias, err) ||
	    json_set_size(predicate, "serial", now.serial + 1, err) ||
	    json_set_take(predicate, "target", &target, err))
		return -1;
	draft.subject = subject;
	draft.predicate = predicate;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	*out_result = result;
	return 0;
}
