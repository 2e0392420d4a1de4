/* why: what a version was made from, who says so, and what of it somebody did again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/lineage_wish.h"
#include "cli/open.h"
#include "cli/output.h"

enum { SHORT = 12, LINE_MAX_BYTES = 8192 };

/* Everything that is told. */
struct telling {
	const struct call *call;
	struct registry *registry;
	struct lineage lineage, checked; /* the latter: what is said of the first node */
	struct lineage_folded folded;
	struct lineage_unknown unknown;
};

static void telling_release(struct telling *telling)
{
	lineage_release(&telling->lineage);
	lineage_release(&telling->checked);
	lineage_folded_release(&telling->folded);
}

static void short_of(const struct digest *digest, char out_text[SHORT + 1])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	snprintf(out_text, SHORT + 1, "%.*s", SHORT, hex);
}

/* "entry 14, key 0123456789ab, sha256:0123456789ab". */
static void word_text(struct lineage_word word, char out_text[128])
{
	char key[SHORT + 1], statement[SHORT + 1];

	short_of(word.signer, key);
	short_of(word.statement, statement);
	snprintf(out_text, 128, "key %s, entry %" PRIu64 ", sha256:%s", key, word.log_index,
		 statement);
}

static struct lineage_word said_word(const struct lineage_said *said)
{
	return (struct lineage_word){ &said->identity, &said->signer, said->log_index };
}

/* ---- What stands in statements ---- */

/* The statement, or nothing where it is not here: *out_known. */
static int statement_read(struct telling *telling, const struct digest *identity,
			  struct statement *out_statement, bool *out_known, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct error why = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	*out_known = registry_payload(telling->registry, identity, &payload, &why) == 0;
	if (!*out_known)
		return why.code == ERROR_ABSENT || why.code == ERROR_UNTRUSTED
			       ? 0
			       : error_set(err, why.code, "%s", why.text);
	return statement_parse(buffer_view(&payload), out_statement, err);
}

/* The commit that a checkpoint or run names. */
static int commit_print(struct telling *telling, const struct lineage_node *node, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	const struct json *git;
	const char *commit, *remote, *dirty;
	bool known = false;

	if ((strcmp(node->kind, "checkpoint") != 0 && strcmp(node->kind, "run") != 0) ||
	    !node->signer_count || node->withheld)
		return 0;
	if (statement_read(telling, &node->identity, &statement, &known, err))
		return -1;
	git = known ? json_member(statement.predicate, "git") : NULL;
	commit = json_text(json_member(git, "commit"));
	remote = json_text(json_member(git, "remote"));
	dirty = json_text(json_member(git, "dirty"));
	if (commit)
		output_line(stdout, "  %-11s %s%s%s%s%s", "commit", commit, remote ? " of " : "",
			    remote ? remote : "", dirty ? ", " : "", dirty ? dirty : "");
	else if (commitment_is(git))
		output_line(stdout, "  %-11s committed to, and not disclosed", "commit");
	return 0;
}

/* "cast to BF16", appended to the name. */
static int derivation_text(struct telling *telling, const struct digest *identity,
			   struct buffer *out, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	bool known;

	if (statement_read(telling, identity, &statement, &known, err) || !known)
		return known ? -1 : 0;
	return buffer_add_text(out, " by ", err) ||
			       derivation_describe(statement.predicate, out, err)
		       ? -1
		       : 0;
}

/* ---- Text ---- */

static void marks_print(const struct lineage *lineage, const struct lineage_node *node)
{
	char word[128];

	if (!node->signer_count)
		puts("  not here: no statement with this identity is logged");
	else if (!node->counts)
		puts("  its signer is not accepted by the registry's policy");
	if (node->withheld)
		puts("  withheld: what it was made from cannot be told");
	if (node->undisclosed)
		printf("  %" PRIu32 " of its data, parents and runs %s committed to, and not "
		       "disclosed\n",
		       node->undisclosed, node->undisclosed == 1 ? "is" : "are");
	if (node->retraction != LINEAGE_NONE) {
		word_text(said_word(&lineage->said[node->retraction]), word);
		printf("  RETRACTED by %s\n", word);
	}
	if (node->supersession != LINEAGE_NONE) {
		word_text(said_word(&lineage->said[node->supersession]), word);
		output_line(stdout, "  superseded by %s, says %s",
			    lineage->said[node->supersession].by, word);
	}
	if (node->cycle)
		puts("  in a CYCLE: it is said to be made from itself");
	if (node->more)
		puts("  (there is more beyond --depth)");
}

static int bond_print(struct telling *telling, const struct lineage_bond *bond, struct error *err)
{
	const struct lineage *lineage = &telling->lineage;
	const struct lineage_edge *edge = &lineage->edge[bond->edge];
	const struct lineage_said *proved;
	enum derivation_proof proof = lineage_edge_proof(lineage, edge, &proved);
	CLEANUP(buffer_release) struct buffer name;
	CLEANUP(text_free) char *text = NULL;
	char word[128];

	buffer_init(&name, LINE_MAX_BYTES);
	if (lineage_group_name(lineage, &telling->folded.group[bond->from], &name, err) ||
	    (strcmp(edge->relation, "derivation") == 0 &&
	     derivation_text(telling, &lineage->said[edge->said].identity, &name, err)) ||
	    buffer_to_text(&name, &text, err))
		return -1;
	word_text(proved ? said_word(proved) : lineage_edge_word(lineage, edge), word);
	output_line(stdout, "  %-11s %s: %s by %s", edge->relation, text,
		    derivation_proof_name(proof), word);
	return 0;
}

static int group_print(struct telling *telling, uint32_t at, size_t *next_bond, struct error *err)
{
	const struct lineage_folded *folded = &telling->folded;
	const struct lineage_group *group = &folded->group[at];
	const struct lineage_node *node = &telling->lineage.node[group->last];
	CLEANUP(buffer_release) struct buffer name;
	CLEANUP(text_free) char *text = NULL;
	char word[128] = "";

	buffer_init(&name, LINE_MAX_BYTES);
	if (lineage_group_name(&telling->lineage, group, &name, err) ||
	    buffer_to_text(&name, &text, err))
		return -1;
	if (node->signer_count)
		word_text((struct lineage_word){ &node->identity, &node->signer, node->log_index },
			  word);
	output_line(stdout, "%s: %s%s%s", text, *node->kind ? node->kind : "statement",
		    *word ? ", " : "", word);
	if (group->count == 1)
		marks_print(&telling->lineage, node);
	if (commit_print(telling, node, err))
		return -1;
	for (; *next_bond < folded->bond_count && folded->bond[*next_bond].to == at; ++*next_bond)
		if (bond_print(telling, &folded->bond[*next_bond], err))
			return -1;
	return 0;
}

/* What says something of the version, and was not made from it. */
static bool is_check(const struct lineage_node *node)
{
	return strcmp(node->kind, "eval") == 0 || strcmp(node->kind, "record") == 0 ||
	       strcmp(node->kind, "verification") == 0;
}

/* Who looked at the version itself: by its own signer's key or another. */
static void checked_print(const struct telling *telling)
{
	const struct lineage *checked = &telling->checked;
	char word[128];

	for (size_t i = 1; i < checked->node_count; i++) {
		const struct lineage_node *node = &checked->node[i];

		if (!is_check(node))
			continue;
		word_text((struct lineage_word){ &node->identity, &node->signer, node->log_index },
			  word);
		output_line(stdout, "  %-11s %s by %s%s%s%s", "checked", node->kind,
			    digest_equal(&node->signer, &checked->node[0].signer)
				    ? "its own signer, "
				    : "another, ",
			    word, node->counts ? "" : ", not accepted by the policy",
			    node->retraction != LINEAGE_NONE ? ", RETRACTED" : "");
	}
}

/* How much of it is only somebody's word. */
static void sum_print(const struct telling *telling)
{
	size_t count[3] = { 0 };
	const struct lineage_said *ignored;

	for (size_t i = 0; i < telling->lineage.edge_count; i++)
		count[lineage_edge_proof(&telling->lineage, &telling->lineage.edge[i], &ignored)]++;
	printf("\n%zu statements, %zu edges: %zu declared, %zu re-executed, %zu contradicted\n",
	       telling->lineage.node_count, telling->lineage.edge_count, count[DERIVATION_DECLARED],
	       count[DERIVATION_REEXECUTED], count[DERIVATION_CONTRADICTED]);
}

static int why_text(struct telling *telling, struct error *err)
{
	size_t bond = 0;

	for (uint32_t i = 0; i < telling->folded.group_count; i++) {
		if (group_print(telling, i, &bond, err))
			return -1;
		if (i == 0)
			checked_print(telling);
	}
	if (!telling->call->quiet)
		sum_print(telling);
	return 0;
}

/* ---- What was made from it, as a table ---- */

static bool wanted(const struct telling *telling, const struct lineage_node *node)
{
	const char *kind = call_value(telling->call, "kind");

	return !kind || strcmp(kind, node->kind) == 0;
}

/* "parent a/base@2, declared by 0123456789ab". */
static int how_text(const struct telling *telling, const struct lineage_node *node,
		    struct buffer *out, struct error *err)
{
	const struct lineage *lineage = &telling->lineage;
	const struct lineage_edge *edge;
	const struct lineage_said *proved;
	enum derivation_proof proof;
	char key[SHORT + 1];

	if (node->came_by == LINEAGE_NONE)
		return 0;
	edge = &lineage->edge[node->came_by];
	proof = lineage_edge_proof(lineage, edge, &proved);
	short_of(proved ? &proved->signer : lineage_edge_word(lineage, edge).signer, key);
	return buffer_printf(out, err, "%s %s, %s by %s%s%s%s", edge->relation,
			     lineage->node[edge->from].name, derivation_proof_name(proof), key,
			     node->retraction != LINEAGE_NONE ? ", RETRACTED" : "",
			     node->withheld ? ", withheld" : "", node->cycle ? ", in a CYCLE" : "");
}

static int descendant_row(struct telling *telling, const struct lineage_group *group,
			  struct table *table, struct error *err)
{
	const struct lineage_node *node = &telling->lineage.node[group->last];
	CLEANUP(buffer_release) struct buffer name, how;
	CLEANUP(text_free) char *named = NULL, *said = NULL;
	char entry[32], steps[32];

	buffer_init(&name, LINE_MAX_BYTES);
	buffer_init(&how, LINE_MAX_BYTES);
	snprintf(entry, sizeof(entry), "%" PRIu64, node->log_index);
	snprintf(steps, sizeof(steps), "%" PRIu32, node->steps);
	return lineage_group_name(&telling->lineage, group, &name, err) ||
			       how_text(telling, node, &how, err) ||
			       buffer_to_text(&name, &named, err) ||
			       buffer_to_text(&how, &said, err) ||
			       table_add(table,
					 (const char *const[]){ named, node->kind, entry, steps,
								said },
					 err)
		       ? -1
		       : 0;
}

static int descendants_text(struct telling *telling, struct error *err)
{
	CLEANUP(table_release)
	struct table table = { .columns = 5, .heading = { "NAME", "KIND", "LOG", "STEPS", "HOW" } };
	const struct lineage_unknown *unknown = &telling->unknown;

	for (size_t i = 1; i < telling->folded.group_count; i++) {
		const struct lineage_group *group = &telling->folded.group[i];

		if (wanted(telling, &telling->lineage.node[group->last]) &&
		    descendant_row(telling, group, &table, err))
			return -1;
	}
	table_print(&table, telling->call);
	if (telling->lineage.more)
		context_notice(telling->call->ctx, "there is more beyond --depth");
	if (unknown->undisclosed)
		context_notice(telling->call->ctx,
			       "%" PRIu64 " checkpoints here commit to data, parents or a run that "
			       "they do not disclose: whether they descend from it cannot be told",
			       unknown->undisclosed);
	if (unknown->withheld)
		context_notice(telling->call->ctx,
			       "of %" PRIu64
			       " checkpoints, datasets and runs here the statement is "
			       "withheld or missing: what they were made from cannot be told",
			       unknown->withheld);
	return 0;
}

/* ---- JSON ---- */

static int checked_json(const struct telling *telling, struct json *object, struct error *err)
{
	const struct lineage *checked = &telling->checked;
	struct json *list, *item;

	if (json_set_array(object, "checked", &list, err))
		return -1;
	for (size_t i = 1; i < checked->node_count; i++) {
		const struct lineage_node *node = &checked->node[i];
		bool own = digest_equal(&node->signer, &checked->node[0].signer);

		if (!is_check(node))
			continue;
		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "kind", node->kind, err) ||
		    json_set_digest(item, "statement", &node->identity, err) ||
		    json_set_digest(item, "key", &node->signer, err) ||
		    json_set_size(item, "logIndex", node->log_index, err) ||
		    json_set_bool(item, "counts", node->counts, err) ||
		    json_set_bool(item, "retracted", node->retraction != LINEAGE_NONE, err) ||
		    json_set_bool(item, "ownSigner", own, err))
			return -1;
	}
	return 0;
}

static int why_json(const struct telling *telling, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *unknown;

	if (json_object_new(&object, err) || json_set_text(object, "schema", "akashi/why/1", err) ||
	    json_set_text(object, "name", telling->lineage.node[0].name, err) ||
	    lineage_to_json(&telling->lineage, object, err) || checked_json(telling, object, err) ||
	    json_set_object(object, "unknown", &unknown, err) ||
	    json_set_size(unknown, "undisclosed", telling->unknown.undisclosed, err) ||
	    json_set_size(unknown, "withheld", telling->unknown.withheld, err))
		return -1;
	return output_json(object, err);
}

/* ---- The command ---- */

static int why_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(telling_release) struct telling telling = { .call = call };
	const struct lineage_wish near = { .descendants = true, .remarks = true, .depth = 1 };
	struct lineage_wish wish;

	if (lineage_wish_read(call, &wish, err))
		return -1;
	if (wish.ancestors && wish.descendants)
		return error_set(err, ERROR_USAGE,
				 "--ancestors or --descendants: akashi graph draws both");
	if (call_has(call, "kind") && !wish.descendants)
		return error_set(err, ERROR_USAGE, "--kind goes with --descendants");
	wish.ancestors = !wish.descendants;
	if (open_registry(call, &registry, err) ||
	    lineage_wish_walk(call, registry, &wish, &telling.lineage, err) ||
	    (wish.ancestors && lineage_wish_walk(call, registry, &near, &telling.checked, err)) ||
	    registry_lineage_unknown(registry, &telling.unknown, err))
		return -1;
	telling.registry = registry;
	lineage_cycles_tell(call, &telling.lineage);
	if (call->json)
		return why_json(&telling, err);
	if (lineage_fold(&telling.lineage, call_has(call, "all"), &telling.folded, err))
		return -1;
	return wish.descendants ? descendants_text(&telling, err) : why_text(&telling, err);
}

static const struct option why_options[] = {
	OPTION_ANCESTORS,
	OPTION_DESCENDANTS,
	{ .name = "kind",
	  .argument = "KIND",
	  .choices = "checkpoint dataset run eval release",
	  .help = "of the descendants only these" },
	OPTION_DEPTH,
	OPTION_FOLD_ALL,
	{ .name = NULL },
};

static const struct example why_examples[] = {
	{ "akashi why llm-x/chat@v1", "what it was made from, by whose word" },
	{ "akashi why llm-x/corpus@v1 --descendants --kind checkpoint",
	  "which models saw this corpus, through runs, parents and fine-tunes" },
	{ NULL, NULL },
};

const struct command command_why = {
	.name = "why",
	.summary = "tell what a version was made from, or what was made from it",
	.synopsis = "NAME@VERSION|DIGEST [--descendants [--kind KIND]]",
	.description =
		"From the top down: each version, then one line for each thing that it was made "
		"from, with whose word it is (key, entry of the log, statement): declared, and no "
		"more; re-executed, where somebody made the step again with the same outcome; or "
		"contradicted. Beside the version itself stands who evaluated, recorded or "
		"verified it. What is retracted, withheld, not here or not disclosed says so, and "
		"a cycle is named.\n\n"
		"With --descendants one line for each thing that was made from it, however many "
		"steps away, and the nearest step that leads there. What commits to data without "
		"disclosing it cannot be told, and how many do is said.",
	.options = why_options,
	.examples = why_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = why_run,
};
