/* Lineage over edges that nobody could sign: cycles, long chains, wide fans; put into the index. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"
#include "registry/index/inner.h"
#include "registry/lineage/draw.h"
#include "verify/derivation/parents.h"

/* A registry whose index says more than its log. */
struct world {
	struct house house;
	struct index *index;
	struct query *statement, *edge;
	uint64_t entries;
	char key[DIGEST_HEX_SIZE]; /* that the policy lists */
};

static struct digest identity_of(const char *name)
{
	return sha256(span_of(name));
}

static int key_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct world *world = arg;

	(void)err;
	snprintf(world->key, sizeof(world->key), "%s", row->key);
	return 0;
}

static void world_open(struct world *world)
{
	struct error err = { 0 };

	*world = (struct world){ .entries = 1000 };
	house_open(&world->house);
	assert_done(registry_index(world->house.registry, &world->index, &err), &err);
	assert_done(query_new(world->index->database,
			      "INSERT INTO statement(log_index, identity, signer, kind, subject, "
			      "digest, folded, declared) VALUES (?, ?, ?, ?, ?, ?, '', '')",
			      &world->statement, &err),
		    &err);
	assert_done(
		query_new(world->index->database,
			  "INSERT INTO edge(identity, relation, name, towards) VALUES (?, ?, ?, "
			  "?)",
			  &world->edge, &err),
		&err);
	assert_done(index_statements(world->index, 0, 1, key_seen, world, &err), &err);
	assert_done(database_begin(world->index->database, &err), &err);
}

static void world_close(struct world *world)
{
	database_rollback(world->index->database);
	query_free(&world->statement);
	query_free(&world->edge);
	house_close(&world->house);
}

/* A statement of this kind and name, whose identity is the name's hash, signed by KEY. */
static void signs(struct world *world, const char *kind, const char *name, const char *key)
{
	struct digest identity = identity_of(name);
	char hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	digest_to_hex(&identity, hex);
	query_bind_u64(world->statement, 1, world->entries++);
	query_bind_text(world->statement, 2, hex);
	query_bind_text(world->statement, 3, key);
	query_bind_text(world->statement, 4, kind);
	query_bind_text(world->statement, 5, name);
	query_bind_text(world->statement, 6, hex);
	assert_done(query_run(world->statement, &err), &err);
}

/* By a key that nobody lists. */
static void says(struct world *world, const char *kind, const char *name)
{
	signs(world, kind, name,
	      "00000000000000000000000000000000000000000000000000000000000000ff");
}

/* By the key that the registry was made with. */
static void says_accepted(struct world *world, const char *kind, const char *name)
{
	signs(world, kind, name, world->key);
}

static void refers(struct world *world, const char *from, const char *relation, const char *to)
{
	struct digest one = identity_of(from), other = identity_of(to);
	char hex[DIGEST_HEX_SIZE], towards[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	digest_to_hex(&one, hex);
	digest_to_hex(&other, towards);
	query_bind_text(world->edge, 1, hex);
	query_bind_text(world->edge, 2, relation);
	query_bind_text(world->edge, 3, to);
	query_bind_text(world->edge, 4, towards);
	assert_done(query_run(world->edge, &err), &err);
}

static struct lineage walk(struct world *world, const char *from, struct lineage_wish wish)
{
	struct digest beginning = identity_of(from);
	struct error err = { 0 };
	struct lineage lineage;

	assert_done(registry_lineage(world->house.registry, &beginning, 1, &wish, &lineage, &err),
		    &err);
	return lineage;
}

static const struct lineage_node *node_of(const struct lineage *lineage, const char *name)
{
	struct digest identity = identity_of(name);

	for (size_t i = 0; i < lineage->node_count; i++)
		if (digest_equal(&lineage->node[i].identity, &identity))
			return &lineage->node[i];
	return NULL;
}

/* "a>b" for an edge, or NULL. */
static const struct lineage_edge *edge_of(const struct lineage *lineage, const char *from,
					  const char *to)
{
	const struct lineage_node *one = node_of(lineage, from), *other = node_of(lineage, to);

	for (size_t i = 0; i < lineage->edge_count; i++)
		if (&lineage->node[lineage->edge[i].from] == one &&
		    &lineage->node[lineage->edge[i].to] == other)
			return &lineage->edge[i];
	return NULL;
}

static const struct lineage_wish up = { .ancestors = true };
static const struct lineage_wish down = { .descendants = true };
static const struct lineage_wish both = { .ancestors = true, .descendants = true };
static const struct lineage_wish whole = { .whole = true };

/* Two corpora, a run on one, two checkpoints of it, a child on the other corpus, an eval. */
static void world_fill(struct world *world)
{
	static const char *const one[][2] = {
		{ "dataset", "a/corpus@1" },  { "dataset", "a/chat@1" },
		{ "run", "a/run@1" },         { "checkpoint", "a/base@1" },
		{ "checkpoint", "a/base@2" }, { "checkpoint", "a/tuned@1" },
		{ "eval", "eval" },           { "completion", "completion" },
		{ "release", "a/release@1" }, { "record", "record" },
		{ "claim", "claim" },
	};
	static const char *const other[][3] = {
		{ "a/run@1", "data", "a/corpus@1" },
		{ "a/base@1", "run", "a/run@1" },
		{ "completion", "of", "a/run@1" },
		{ "completion", "outputs", "a/base@1" },
		{ "completion", "outputs", "a/base@2" },
		{ "a/base@2", "parent", "a/base@1" },
		{ "a/tuned@1", "parent", "a/base@2" },
		{ "a/tuned@1", "data", "a/chat@1" },
		{ "eval", "of", "a/tuned@1" },
		{ "a/release@1", "checkpoint", "a/tuned@1" },
		{ "record", "of", "a/tuned@1" },
		{ "claim", "of", "a/tuned@1" },
		{ "eval", "harness", "a/chat@1" },
	};

	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		says(world, one[i][0], one[i][1]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		refers(world, other[i][0], other[i][1], other[i][2]);
}

static void ancestors_are_what_a_version_was_made_from(void **state)
{
	struct world world;
	struct lineage found;

	(void)state;
	world_open(&world);
	world_fill(&world);
	found = walk(&world, "a/tuned@1", up);
	assert_int_equal(found.node_count, 6);
	assert_non_null(edge_of(&found, "a/corpus@1", "a/run@1"));
	assert_non_null(edge_of(&found, "a/run@1", "a/base@2"));
	assert_non_null(edge_of(&found, "a/chat@1", "a/tuned@1"));
	assert_null(node_of(&found, "eval"));
	assert_int_equal(node_of(&found, "a/corpus@1")->steps, 3);
	assert_int_equal(found.knots, 0);
	/* What a completion says is its signer's word. */
	assert_int_not_equal(edge_of(&found, "a/run@1", "a/base@2")->said, LINEAGE_NONE);
	lineage_release(&found);
	world_close(&world);
}

static void descendants_are_all_that_came_of_a_corpus(void **state)
{
	struct lineage_wish remarks = down;
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	world_fill(&world);
	found = walk(&world, "a/corpus@1", down);
	assert_int_equal(found.node_count, 7);
	assert_non_null(node_of(&found, "a/release@1"));
	assert_non_null(node_of(&found, "eval"));
	assert_null(node_of(&found, "a/chat@1"));
	assert_null(node_of(&found, "record"));
	assert_string_equal(found.edge[node_of(&found, "a/tuned@1")->came_by].relation, "parent");
	lineage_release(&found);
	remarks.remarks = true;
	found = walk(&world, "a/corpus@1", remarks);
	assert_non_null(node_of(&found, "record"));
	assert_null(node_of(&found, "claim"));
	lineage_release(&found);
	found = walk(&world, "a/chat@1", down);
	assert_int_equal(found.node_count, 4);
	lineage_release(&found);
	world_close(&world);
}

static void both_ways_leave_out_what_is_only_connected(void **state)
{
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	world_fill(&world);
	found = walk(&world, "a/base@2", both);
	assert_null(node_of(&found, "a/chat@1"));
	assert_int_equal(found.node_count, 7);
	lineage_release(&found);
	found = walk(&world, "a/base@2", whole);
	assert_non_null(node_of(&found, "a/chat@1"));
	assert_int_equal(found.node_count, 8);
	assert_int_equal(found.edge_count, 9); /* each once, though seen from both its ends */
	lineage_release(&found);
	world_close(&world);
}

static void a_wished_depth_is_kept_and_said(void **state)
{
	struct lineage_wish near = up;
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	world_fill(&world);
	near.depth = 1;
	found = walk(&world, "a/tuned@1", near);
	assert_int_equal(found.node_count, 3);
	assert_true(found.more);
	assert_true(node_of(&found, "a/base@2")->more);
	assert_false(node_of(&found, "a/chat@1")->more);
	lineage_release(&found);
	near.depth = 3;
	found = walk(&world, "a/tuned@1", near);
	assert_int_equal(found.node_count, 6);
	assert_false(found.more);
	lineage_release(&found);
	world_close(&world);
}

static void cycles_are_named_and_not_followed_twice(void **state)
{
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	says(&world, "checkpoint", "a/m@1");
	says(&world, "checkpoint", "a/m@2");
	says(&world, "checkpoint", "a/m@3");
	says(&world, "checkpoint", "a/m@4");
	says(&world, "checkpoint", "a/self@1");
	refers(&world, "a/m@1", "parent", "a/m@3");
	refers(&world, "a/m@2", "parent", "a/m@1");
	refers(&world, "a/m@3", "parent", "a/m@2");
	refers(&world, "a/m@4", "parent", "a/m@3");
	refers(&world, "a/self@1", "parent", "a/self@1");
	refers(&world, "a/m@4", "parent", "a/self@1");
	found = walk(&world, "a/m@4", both);
	assert_int_equal(found.node_count, 5);
	assert_int_equal(found.edge_count, 6);
	assert_int_equal(found.knots, 2);
	assert_int_equal(found.cycle_count, 2);
	assert_int_equal(node_of(&found, "a/m@4")->cycle, 0);
	assert_false(edge_of(&found, "a/m@3", "a/m@4")->cyclic);
	assert_true(edge_of(&found, "a/m@3", "a/m@1")->cyclic);
	for (size_t i = 0; i < found.cycle_count; i++) {
		const struct lineage_cycle *cycle = &found.cycle[i];

		assert_int_equal(cycle->count, node_of(&found, "a/self@1")->cycle ==
							       found.node[cycle->node[0]].cycle
						       ? 1
						       : 3);
		for (size_t k = 0; k < cycle->count; k++)
			assert_non_null(
				edge_of(&found, found.node[cycle->node[k]].name,
					found.node[cycle->node[(k + 1) % cycle->count]].name));
	}
	lineage_release(&found);
	world_close(&world);
}

static void what_is_not_here_is_a_node_with_the_name_that_is_said(void **state)
{
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	says(&world, "checkpoint", "a/m@1");
	refers(&world, "a/m@1", "data", "b/elsewhere@1");
	found = walk(&world, "a/m@1", up);
	assert_int_equal(found.node_count, 2);
	assert_int_equal(node_of(&found, "b/elsewhere@1")->signer_count, 0);
	assert_string_equal(node_of(&found, "b/elsewhere@1")->name, "b/elsewhere@1");
	assert_string_equal(node_of(&found, "b/elsewhere@1")->kind, "dataset");
	lineage_release(&found);
	world_close(&world);
}

/* Somebody who counts, or does not, did a derivation again. */
static void proves(struct world *world, const char *by, const char *derivation,
		   enum derivation_proof outcome)
{
	struct digest one = identity_of(by), other = identity_of(derivation);
	char hex[DIGEST_HEX_SIZE], towards[DIGEST_HEX_SIZE];
	struct error err = { 0 };
	struct query *query;

	digest_to_hex(&one, hex);
	digest_to_hex(&other, towards);
	assert_done(query_new(world->index->database,
			      "INSERT INTO proof(identity, derivation, outcome) VALUES (?, ?, ?)",
			      &query, &err),
		    &err);
	query_bind_text(query, 1, hex);
	query_bind_text(query, 2, towards);
	query_bind_u64(query, 3, outcome);
	assert_done(query_run(query, &err), &err);
	query_free(&query);
}

static enum derivation_proof proof_of(const struct lineage *lineage, const char *from,
				      const char *to, const struct lineage_said **out_said)
{
	const struct lineage_edge *edge = edge_of(lineage, from, to);

	assert_non_null(edge);
	assert_string_equal(edge->relation, "derivation");
	return lineage_edge_proof(lineage, edge, out_said);
}

static void a_derivation_is_as_proved_as_who_counts_found_it(void **state)
{
	const struct lineage_said *said;
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	says(&world, "checkpoint", "a/one@1");
	says(&world, "checkpoint", "a/other@1");
	says(&world, "checkpoint", "a/soup@1");
	says(&world, "derivation", "derivation");
	refers(&world, "derivation", "of", "a/soup@1");
	refers(&world, "derivation", "parent", "a/one@1");
	refers(&world, "derivation", "parent", "a/other@1");
	found = walk(&world, "a/soup@1", up);
	assert_int_equal(found.node_count, 3);
	assert_int_equal(proof_of(&found, "a/one@1", "a/soup@1", &said), DERIVATION_DECLARED);
	assert_null(said);
	lineage_release(&found);

	/* Signed by a key that nobody lists, and then by one that the policy accepts. */
	says(&world, "verification", "stranger");
	proves(&world, "stranger", "derivation", DERIVATION_CONTRADICTED);
	found = walk(&world, "a/soup@1", up);
	assert_int_equal(proof_of(&found, "a/one@1", "a/soup@1", &said), DERIVATION_DECLARED);
	lineage_release(&found);
	says_accepted(&world, "verification", "friend");
	proves(&world, "friend", "derivation", DERIVATION_REEXECUTED);
	found = walk(&world, "a/one@1", down);
	assert_int_equal(found.node_count, 2);
	assert_int_equal(proof_of(&found, "a/one@1", "a/soup@1", &said), DERIVATION_REEXECUTED);
	assert_int_equal(said->kind, STATEMENT_verification);
	lineage_release(&found);

	/* One who contradicts stands above others, also later ones. */
	says_accepted(&world, "verification", "doubter");
	says_accepted(&world, "verification", "later");
	proves(&world, "doubter", "derivation", DERIVATION_CONTRADICTED);
	proves(&world, "later", "derivation", DERIVATION_REEXECUTED);
	found = walk(&world, "a/soup@1", both);
	assert_int_equal(proof_of(&found, "a/other@1", "a/soup@1", &said), DERIVATION_CONTRADICTED);
	lineage_release(&found);
	world_close(&world);
}

/* What is drawn of a lineage, malloced. */
static char *drawn(const struct lineage *lineage, bool all,
		   int (*draw)(const struct lineage *, const struct lineage_folded *,
			       struct buffer *, struct error *))
{
	CLEANUP(lineage_folded_release) struct lineage_folded folded = { .group_of = NULL };
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	char *out;

	buffer_init(&text, 1 << 24);
	assert_done(lineage_fold(lineage, all, &folded, &err), &err);
	assert_done(draw(lineage, &folded, &text, &err), &err);
	assert_done(buffer_to_text(&text, &out, &err), &err);
	return out;
}

static void what_strangers_wrote_is_escaped_in_drawings(void **state)
{
	static const char hostile[] = "a/\"];x[label=<b>&\\N`#{@1";
	struct lineage found;
	struct world world;
	char *text;

	(void)state;
	world_open(&world);
	says(&world, "checkpoint", "a/m@1");
	refers(&world, "a/m@1", "data", hostile);
	refers(&world, "a/m@1", "parent", "a/line\nbreak@1");
	found = walk(&world, "a/m@1", up);
	text = drawn(&found, false, lineage_to_dot);
	assert_non_null(strstr(text, "\"a/\\\"];x[label=&lt;b&gt;&amp;\\\\N`#{@1\\n"));
	assert_non_null(strstr(text, "line\\\\x0abreak@1"));
	free(text);
	text = drawn(&found, false, lineage_to_mermaid);
	assert_non_null(
		strstr(text, "\"a/#quot;]#59;x[label=#lt;b#gt;#amp;#92;N#96;#35;#123;@1<br/>"));
	free(text);
	lineage_release(&found);
	world_close(&world);
}

static void steps_that_are_alike_are_drawn_as_one(void **state)
{
	struct lineage found;
	struct world world;
	char name[64], before[64];
	char *text;

	(void)state;
	world_open(&world);
	says(&world, "run", "a/run@1");
	for (int step = 1; step <= 20; step++) {
		snprintf(name, sizeof(name), "a/m@step-%d", step * 100);
		snprintf(before, sizeof(before), "a/m@step-%d", step * 100 - 100);
		says_accepted(&world, "checkpoint", name);
		refers(&world, name, "run", "a/run@1");
		if (step > 1)
			refers(&world, name, "parent", before);
	}
	says_accepted(&world, "checkpoint", "a/tuned@1");
	refers(&world, "a/tuned@1", "parent", "a/m@step-1000");
	found = walk(&world, "a/run@1", down);
	assert_int_equal(found.node_count, 22);
	text = drawn(&found, false, lineage_to_dot);
	assert_non_null(strstr(text, "a/m@step-100 … step-900 (9)"));
	assert_non_null(strstr(text, "\"a/m@step-1000\\n")); /* it has a child of another name */
	assert_non_null(strstr(text, "a/m@step-1100 … step-2000 (10)"));
	assert_null(strstr(text, "step-500"));
	free(text);
	text = drawn(&found, true, lineage_to_dot);
	assert_non_null(strstr(text, "\"a/m@step-500\\n"));
	free(text);
	lineage_release(&found);
	world_close(&world);
}

static void what_is_not_logged_is_no_beginning(void **state)
{
	struct digest beginning = identity_of("nothing");
	struct error err = { 0 };
	struct lineage lineage;
	struct world world;

	(void)state;
	world_open(&world);
	assert_int_equal(
		registry_lineage(world.house.registry, &beginning, 1, &both, &lineage, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	world_close(&world);
}

/* A chain of `chain` children with a corpus, each with `fan` evals; the last one closes a circle.
 */
static void chain_make(struct world *world, size_t chain, size_t fan)
{
	char name[64], before[64], eval[96];

	says(world, "dataset", "a/corpus@1");
	for (size_t i = 0; i < chain; i++) {
		snprintf(name, sizeof(name), "a/chain@%zu", i);
		snprintf(before, sizeof(before), "a/chain@%zu", (i + chain - 1) % chain);
		says(world, "checkpoint", name);
		refers(world, name, "parent", before);
		refers(world, name, "data", "a/corpus@1");
		for (size_t k = 0; k < fan; k++) {
			snprintf(eval, sizeof(eval), "%s eval %zu", name, k);
			says(world, "eval", eval);
			refers(world, eval, "of", name);
		}
	}
}

static void long_chains_and_wide_fans_are_walked(void **state)
{
	enum { CHAIN = 2000, FAN = 4 };
	struct lineage found;
	struct world world;

	(void)state;
	world_open(&world);
	chain_make(&world, CHAIN, FAN);
	found = walk(&world, "a/chain@7", up);
	assert_int_equal(found.node_count, CHAIN + 1);
	assert_int_equal(found.edge_count, 2 * CHAIN);
	assert_int_equal(found.knots, 1);
	assert_int_equal(found.cycle_count, 1);
	assert_int_equal(found.cycle[0].count, CHAIN);
	lineage_release(&found);
	found = walk(&world, "a/corpus@1", down);
	assert_int_equal(found.node_count, 1 + CHAIN * (1 + FAN));
	assert_int_equal(found.edge_count, CHAIN * (2 + FAN));
	lineage_release(&found);
	world_close(&world);
}

/* Its bytes follow from those of `manifest`; lineage would say so of `statement`. */
static enum derivation_outcome copied_from(struct house *house, const struct add_result *statement,
					   const struct add_result *manifest,
					   const struct add_result *child)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(manifest_free) struct manifest *list = NULL;
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct reference parent = { house_name("lab/a@1"), statement->made.identity, true,
				    manifest->manifest };
	struct derivation derivation = { .parent = &parent, .parent_count = 1 };
	struct derivation_places places = { .ctx = &house->ctx };
	struct manifest_objects objects;
	struct derivation_side side;
	struct derivation_result result = { 0 };
	struct error err = { 0 };

	assert_done(derivation_form_find(DERIVATION_RESHARD, NULL, &derivation.form, &err), &err);
	assert_done(registry_evidence(house->registry, &evidence, &err), &err);
	assert_done(manifest_from_objects(evidence, &child->manifest, &list, &err), &err);
	objects = (struct manifest_objects){ list, evidence };
	assert_done(tree_of_objects("child", &objects, &tree, &err), &err);
	assert_done(derivation_side_open("child", tree, list, false, &side, &err), &err);
	places.evidence = evidence;
	assert_done(derivation_run_found(&places, &derivation, &side, &result, &err), &err);
	derivation_side_close(&side);
	derivation_places_release(&places);
	return result.outcome;
}

static void a_parent_is_what_its_statement_is_of(void **state)
{
	struct add_result a, b, copy;
	struct house house;
	char *path[3];

	(void)state;
	house_open(&house);
	for (int i = 0; i < 3; i++) {
		path[i] = house_path(&house, (const char *[]){ "a", "b", "copy" }[i]);
		house_model(path[i], i == 1 ? 7 : 1);
		free(path[i]);
	}
	a = house_add(&house, "a", "lab/a@1");
	b = house_add(&house, "b", "lab/b@1");
	copy = house_add(&house, "copy", "lab/copy@1");
	assert_int_equal(copied_from(&house, &a, &a, &copy), DERIVATION_REPRODUCED);
	assert_int_equal(copied_from(&house, &b, &a, &copy), DERIVATION_DIFFERS);
	add_result_release(&a);
	add_result_release(&b);
	add_result_release(&copy);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ancestors_are_what_a_version_was_made_from),
		cmocka_unit_test(descendants_are_all_that_came_of_a_corpus),
		cmocka_unit_test(both_ways_leave_out_what_is_only_connected),
		cmocka_unit_test(a_wished_depth_is_kept_and_said),
		cmocka_unit_test(cycles_are_named_and_not_followed_twice),
		cmocka_unit_test(what_is_not_here_is_a_node_with_the_name_that_is_said),
		cmocka_unit_test(a_derivation_is_as_proved_as_who_counts_found_it),
		cmocka_unit_test(a_parent_is_what_its_statement_is_of),
		cmocka_unit_test(what_strangers_wrote_is_escaped_in_drawings),
		cmocka_unit_test(steps_that_are_alike_are_drawn_as_one),
		cmocka_unit_test(what_is_not_logged_is_no_beginning),
		cmocka_unit_test(long_chains_and_wide_fans_are_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
