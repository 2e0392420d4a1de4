/* Bytes released on purpose: said and believed first, and only then is anything removed. */
#include "registry/prune.h"

#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/lease.h"
#include "registry/prune_inner.h"
#include "registry/reach.h"
#include "registry/store.h"

void prune_report_release(struct prune_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->item[i].needed_by);
	free(report->item);
	*report = (struct prune_report){ .count = 0 };
}

static void pruning_release(struct pruning *pruning)
{
	for (size_t i = 0; i < pruning->file_count; i++)
		free(pruning->file[i].needed);
	free(pruning->file);
	trust_release(&pruning->trust);
	evidence_close(&pruning->evidence);
	prune_report_release(&pruning->report);
}

int prune_look(struct pruning *pruning, struct error *err)
{
	trust_release(&pruning->trust);
	evidence_close(&pruning->evidence);
	return registry_evidence(pruning->registry, &pruning->evidence, err) ||
			       registry_trust(pruning->registry, pruning->evidence, &pruning->trust,
					      err)
		       ? -1
		       : 0;
}

/* ---- What would go ---- */

static int file_add(struct pruning *pruning, const struct manifest_file *file, size_t item,
		    struct error *err)
{
	if (pruning->file_count == pruning->file_room) {
		size_t room = pruning->file_room ? 2 * pruning->file_room : 64;
		struct prune_file *more = reallocarray(pruning->file, room, sizeof(*pruning->file));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for what is pruned");
		pruning->file = more;
		pruning->file_room = room;
	}
	pruning->file[pruning->file_count++] =
		(struct prune_file){ .digest = file->sha256, .size = file->size, .item = item };
	return 0;
}

static int item_files(struct pruning *pruning, size_t i, struct error *err)
{
	struct prune_item *item = &pruning->report.item[i];
	CLEANUP(statement_release) struct statement statement = { .json = NULL };
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer payload, json;
	char text[NAME_TEXT_MAX];

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	buffer_init(&json, MANIFEST_MAX_BYTES);
	name_to_text(&item->name, text);
	if (registry_payload(pruning->registry, &item->statement, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	if (statement.kind == STATEMENT_release)
		return error_set(err, ERROR_USAGE,
				 "'%s' is a release: 'akashi show %s' names the checkpoint whose "
				 "bytes it has",
				 text, text);
	if (statement.kind != STATEMENT_checkpoint && statement.kind != STATEMENT_dataset)
		return error_set(err, ERROR_USAGE, "'%s' is a %s, which has no files", text,
				 statement_kind_name(statement.kind));
	item->manifest = statement.digest;
	if (store_get(pruning->registry->store, &statement.digest, &json, err) ||
	    manifest_parse(buffer_view(&json), &manifest, err))
		return error_prefix(err, "the manifest of '%s'", text);
	for (size_t f = 0; f < manifest->file_count; f++)
		if (file_add(pruning, &manifest->file[f], i, err))
			return -1;
	return 0;
}

static int file_order(const void *a, const void *b)
{
	int order = memcmp(((const struct prune_file *)a)->digest.byte,
			   ((const struct prune_file *)b)->digest.byte, DIGEST_SIZE);
	size_t x = ((const struct prune_file *)a)->item, y = ((const struct prune_file *)b)->item;

	return order ? order : x < y ? -1 : x > y;
}

static int files_gather(struct pruning *pruning, struct error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < pruning->report.count; i++)
		if (item_files(pruning, i, err))
			return -1;
	if (!pruning->file_count)
		return 0;
	qsort(pruning->file, pruning->file_count, sizeof(*pruning->file), file_order);
	for (size_t i = 0; i < pruning->file_count; i++)
		if (!kept ||
		    !digest_equal(&pruning->file[i].digest, &pruning->file[kept - 1].digest))
			pruning->file[kept++] = pruning->file[i];
	pruning->file_count = kept;
	return 0;
}

/* ---- What else needs it ---- */

static bool is_other(void *arg, const struct digest *statement, const struct statement *by)
{
	const struct pruning *pruning = arg;

	(void)by;
	for (size_t i = 0; i < pruning->report.count; i++)
		if (digest_equal(&pruning->report.item[i].statement, statement))
			return false;
	return true;
}

static int need_mark(void *arg, const struct reach_object *object, struct error *err)
{
	struct pruning *pruning = arg;
	struct prune_file *file;

	if (!object->needed || !pruning->file_count)
		return 0;
	file = bsearch(&object->digest, pruning->file, pruning->file_count, sizeof(*file),
		       digest_order);
	if (!file || file->needed)
		return 0;
	file->needed = strdup(object->by->subject);
	return file->needed ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a name");
}

static int needs_count(struct pruning *pruning, struct error *err)
{
	for (size_t i = 0; i < pruning->file_count; i++) {
		const struct prune_file *file = &pruning->file[i];
		struct prune_item *item = &pruning->report.item[file->item];

		if (!file->needed) {
			item->files++;
			item->bytes += file->size;
			continue;
		}
		item->needed_files++;
		item->needed_bytes += file->size;
		if (!item->needed_by && !(item->needed_by = strdup(file->needed)))
			return error_set(err, ERROR_SYSTEM, "out of memory for a name");
	}
	return 0;
}

/* ---- Saying it ---- */

int retention_predicate(struct registry *registry, const struct name *name, bool keep,
			uint64_t bytes, const char *reason, const struct digest *previous,
			struct json **out_predicate, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL;

	if (json_object_new(&predicate, err) || registry_reference(registry, name, &of, err) ||
	    json_set_take(predicate, "of", &of, err) ||
	    json_set_bool(predicate, "keep", keep, err) ||
	    json_set_size(predicate, "bytes", bytes, err) ||
	    json_set_text(predicate, "reason", reason, err) ||
	    (previous && json_set_digest(predicate, "previous", previous, err)))
		return -1;
	*out_predicate = predicate;
	predicate = NULL; /* handed over */
	return 0;
}

/* The retention of an item that is in force: *out_released; and the last one, whatever it says. */
static int item_retention(struct pruning *pruning, struct prune_item *item, bool *out_released,
			  struct digest *out_last, bool *out_any, struct error *err)
{
	CLEANUP(believed_release) struct believed last = { 0 };
	bool keep = true;

	*out_released = false;
	if (retention_find(&pruning->trust, pruning->evidence, &item->statement, &last, out_any,
			   err))
		return -1;
	if (!*out_any)
		return 0;
	if (json_need_bool(last.statement.predicate, "keep", &keep, err))
		return -1;
	*out_last = last.identity;
	*out_released = !keep;
	if (!keep)
		item->made = (struct statement_made){ .identity = last.identity,
						      .key = last.key,
						      .log_index = last.index,
						      .existed = true };
	return 0;
}

struct saying {
	struct statement_draft *draft;
	struct json **predicate;
	struct statement_made *made;
	size_t *item; /* of each draft */
	char (*subject)[NAME_TEXT_MAX];
	size_t count;
};

static void saying_release(struct saying *saying)
{
	for (size_t i = 0; i < saying->count; i++)
		json_free(&saying->predicate[i]);
	free(saying->draft);
	free(saying->predicate);
	free(saying->made);
	free(saying->item);
	free(saying->subject);
}

static int saying_new(struct saying *saying, size_t room, struct error *err)
{
	saying->draft = calloc(room + 1, sizeof(*saying->draft));
	saying->predicate = calloc(room + 1, sizeof(*saying->predicate));
	saying->made = calloc(room + 1, sizeof(*saying->made));
	saying->item = calloc(room + 1, sizeof(*saying->item));
	saying->subject = calloc(room + 1, sizeof(*saying->subject));
	return saying->draft && saying->predicate && saying->made && saying->item && saying->subject
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "out of memory for what is said");
}

static int saying_add(struct pruning *pruning, struct saying *saying, size_t i, struct error *err)
{
	struct prune_item *item = &pruning->report.item[i];
	const char *reason = pruning->request->reason;
	size_t n = saying->count;
	struct digest last;
	bool released, any;

	if (item_retention(pruning, item, &released, &last, &any, err))
		return -1;
	if (released || pruning->request->dry_run)
		return 0;
	if (!reason)
		return error_set(err, ERROR_USAGE, "--reason TEXT is needed: everybody will ask");
	name_to_text(&item->name, saying->subject[n]);
	if (retention_predicate(pruning->registry, &item->name, false,
				item->bytes + item->needed_bytes, reason, any ? &last : NULL,
				&saying->predicate[n], err))
		return -1;
	saying->draft[n] = (struct statement_draft){ .kind = STATEMENT_retention,
						     .subject = saying->subject[n],
						     .digest = item->statement,
						     .predicate = saying->predicate[n] };
	saying->item[n] = i;
	saying->count++;
	return 0;
}

/* Nothing is removed that a reader would call missing. */
static int believed_check(struct pruning *pruning, struct error *err)
{
	struct digest last;
	bool released, any;

	if (prune_look(pruning, err))
		return -1;
	for (size_t i = 0; i < pruning->report.count; i++) {
		struct prune_item look = pruning->report.item[i];

		if (item_retention(pruning, &look, &released, &last, &any, err))
			return -1;
		if (!released)
			return error_set(err, ERROR_UNTRUSTED,
					 "the policy does not let this key release anything: what "
					 "it said is logged and counts for nothing, and nothing "
					 "was removed");
	}
	return 0;
}

static int say(struct pruning *pruning, struct signing_key *key, struct error *err)
{
	CLEANUP(saying_release) struct saying saying = { .count = 0 };

	if (saying_new(&saying, pruning->report.count, err))
		return -1;
	for (size_t i = 0; i < pruning->report.count; i++)
		if (saying_add(pruning, &saying, i, err))
			return -1;
	if (pruning->request->dry_run)
		return 0;
	if (saying.count && registry_publish_statements(pruning->registry, key, saying.draft,
							saying.count, saying.made, err))
		return -1;
	for (size_t i = 0; i < saying.count; i++)
		pruning->report.item[saying.item[i]].made = saying.made[i];
	return believed_check(pruning, err);
}

/* ---- Removing ---- */

static int files_remove(struct pruning *pruning, struct error *err)
{
	struct store *store = pruning->registry->store;

	for (size_t i = 0; i < pruning->file_count; i++) {
		const struct prune_file *file = &pruning->file[i];
		bool there;

		if (file->needed)
			continue;
		if (store_has(store, &file->digest, &there, err))
			return -1;
		if (!there)
			continue;
		if (store_remove(store, &file->digest, err))
			return -1;
		pruning->report.removed++;
		pruning->report.removed_bytes += file->size;
	}
	return 0;
}

/* Did somebody say meanwhile that he needs what was removed? He who says it later looks himself. */
static int needs_again(struct pruning *pruning, const struct reach_request *reach,
		       struct error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < pruning->file_count; i++)
		if (pruning->file[i].needed)
			free(pruning->file[i].needed);
		else
			pruning->file[kept++] = pruning->file[i];
	pruning->file_count = kept;
	if (reach_each(pruning->registry, reach, err))
		return -1;
	for (size_t i = 0; i < kept; i++)
		if (pruning->file[i].needed)
			return error_set(err, ERROR_SYSTEM,
					 "'%s' was registered meanwhile and needs what was "
					 "removed: add it once more",
					 pruning->file[i].needed);
	return 0;
}

/* Said and believed: now the bytes go, unless somebody may be about to name them. */
static int all_remove(struct pruning *pruning, const struct reach_request *reach, struct error *err)
{
	struct registry *registry = pruning->registry;
	CLEANUP(lease_release) struct lease *lease = NULL;
	size_t writers;

	if (store_removal_begin(registry->store, registry->ctx, &lease, &writers, err))
		return -1;
	pruning->report.writers = writers;
	return !writers && (reach_each(registry, reach, err) || files_remove(pruning, err) ||
			    needs_again(pruning, reach, err))
		       ? -1
		       : 0;
}

int registry_prune(struct registry *registry, struct signing_key *key,
		   const struct prune_request *request, struct prune_report *out_report,
		   struct error *err)
{
	CLEANUP(pruning_release)
	struct pruning pruning = { .registry = registry, .request = request };
	struct reach_request reach = { .visit = need_mark, .arg = &pruning, .wanted = is_other };

	if (prune_look(&pruning, err) || prune_choose(&pruning, err) ||
	    files_gather(&pruning, err) || reach_each(registry, &reach, err) ||
	    needs_count(&pruning, err) || say(&pruning, key, err))
		return -1;
	pruning.report.later = registry->store->type->capabilities & STORE_COLLECTS;
	if (!request->dry_run && all_remove(&pruning, &reach, err))
		return -1;
	*out_report = pruning.report;
	pruning.report = (struct prune_report){ .count = 0 }; /* handed over */
	return 0;
}

/* ---- Kept again ---- */

static int visit_any(void *arg, const struct index_row *row, struct error *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

int registry_keep_again(struct registry *registry, struct signing_key *key,
			const struct digest *statement, bool *out_said, struct error *err)
{
	CLEANUP(pruning_release) struct pruning pruning = { .registry = registry };
	CLEANUP(believed_release) struct believed retention = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_retention, .digest = *statement };
	struct statement_made made;
	char text[NAME_TEXT_MAX];
	struct index *index;
	bool any = false;
	uint64_t bytes;

	*out_said = false;
	if (registry_index(registry, &index, err) ||
	    index_by_digest(index, statement_kind_name(STATEMENT_retention), statement, visit_any,
			    &any, err))
		return -1;
	if (!any)
		return 0;
	if (prune_look(&pruning, err) ||
	    released_find(&pruning.trust, pruning.evidence, statement, &retention, out_said, err))
		return -1;
	if (!*out_said)
		return 0;
	name_to_text(&retention.statement.name, text);
	draft.subject = text;
	if (json_maybe_size(retention.statement.predicate, "bytes", 0, &bytes, err) ||
	    retention_predicate(registry, &retention.statement.name, true, bytes, "added again",
				&retention.identity, &predicate, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, &made, err);
}

int registry_released_explain(struct registry *registry, const struct digest *statement,
			      struct error *err)
{
	CLEANUP(pruning_release) struct pruning pruning = { .registry = registry };
	struct error why = { 0 };

	if (err->code != ERROR_ABSENT)
		return -1;
	if (prune_look(&pruning, &why)) {
		*err = why;
		return -1;
	}
	return released_explain(&pruning.trust, pruning.evidence, statement, err);
}
