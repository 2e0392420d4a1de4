/* list: what is registered. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

struct listing {
	struct registry *registry; /* borrowed */
	struct json *items;
	struct table table;
};

static int claim_json(struct json *items, const char *name, const struct index_claim *claim,
		      const char *bodiless, struct error *err)
{
	struct digest statement, target;
	struct json *item;

	if (digest_from_hex(span_of(claim->statement), &statement, err) ||
	    json_add_object(items, &item, err) || json_set_text(item, "name", name, err) ||
	    json_set_text(item, "kind", claim->kind, err) ||
	    json_set_digest(item, "statement", &statement, err) ||
	    json_set_size(item, "logIndex", claim->log_index, err) ||
	    (*bodiless && json_set_text(item, "withoutBody", bodiless, err)))
		return -1;
	if (!claim->alias)
		return 0;
	if (claim->target && (digest_from_hex(span_of(claim->target), &target, err) ||
			      json_set_digest(item, "target", &target, err)))
		return -1;
	return json_set_size(item, "serial", claim->serial, err);
}

static int claim_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct listing *listing = arg;
	char name[NAME_TEXT_MAX], index[32], bodiless[WITHHELD_TEXT_SIZE] = "";
	char statement[DIGEST_HEX_SIZE + WITHHELD_TEXT_SIZE];
	struct digest identity;

	if (claim->bodiless &&
	    (digest_from_hex(span_of(claim->statement), &identity, err) ||
	     registry_bodiless_text(listing->registry, &identity, bodiless, err)))
		return -1;
	snprintf(name, sizeof(name), "%s%s%s", claim->name, claim->alias ? ":" : "@",
		 claim->version);
	if (listing->items)
		return claim_json(listing->items, name, claim, bodiless, err);
	snprintf(statement, sizeof(statement), "%s%s%s",
		 claim->alias && claim->target ? claim->target : claim->statement,
		 *bodiless ? " " : "", bodiless);
	snprintf(index, sizeof(index), "%" PRIu64, claim->log_index);
	return table_add(&listing->table,
			 (const char *const[]){ name, claim->kind, index, statement }, err);
}

static int list_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	struct listing listing = { .table = { .columns = 4,
					      .heading = { "NAME", "KIND", "LOG", "STATEMENT" } } };
	const char *family = call->operand_count ? call->operand[0] : NULL;
	struct name checked;
	struct index *index;
	int failed;

	if ((family && name_parse_family(family, &checked, err)) ||
	    open_registry(call, &registry, err) || registry_index(registry, &index, err))
		return -1;
	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/list/1", err) ||
			   json_set_array(object, "items", &listing.items, err)))
		return -1;
	listing.registry = registry;
	failed = index_claims(index, call_value(call, "kind"), family, claim_seen, &listing, err);
	if (!failed && call->json)
		failed = output_json(object, err);
	else if (!failed)
		table_print(&listing.table, call);
	table_release(&listing.table);
	return failed;
}

static const struct option list_options[] = {
	{ .name = "kind",
	  .argument = "KIND",
	  .choices = "checkpoint dataset run allocation card release tag",
	  .help = "names of this kind only" },
	{ .name = NULL },
};

const struct command command_list = {
	.name = "list",
	.summary = "list what is registered",
	.synopsis = "[OWNER/NAME] [--kind KIND]",
	.description =
		"One line for each name@version and each alias in force, in the order of names: "
		"name, kind, index in the log, statement (for an alias: what it stands for); of "
		"one "
		"whose body was withheld, since when, by whom and why.",
	.options = list_options,
	.operands_max = 1,
	.run = list_run,
};
