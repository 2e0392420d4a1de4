/*
 * How long does it take to follow the lineage of very many statements?
 *
 *     lineage_bench REGISTRY [NODES]
 *
 * REGISTRY is the `.akashi` folder of a registry that `akashi init` made just now. NODES statements
 * (100,000) are put into its index, not into its log: corpora, runs on them, chains of checkpoints,
 * children on other corpora, evaluations, releases, all connected. Then they are walked: what came
 * of the first corpus, what the last checkpoint was made from, and the whole. Beside it stands
 * SQLite's own recursive query over the same table, which finds identities and tells nothing of
 * them. Each is the least of five.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "registry/index/inner.h"
#include "registry/lineage.h"

enum { ROUNDS = 5, CHAIN = 250, EVERY_EVAL = 2 };

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static const char *environment_variable(void *user, const char *name)
{
	(void)user;
	return getenv(name);
}

struct filling {
	struct index *index;
	struct query *statement, *edge;
	char signer[DIGEST_HEX_SIZE]; /* of all: who may sign */
	uint64_t count, wanted;
};

static struct digest identity_of(uint64_t number)
{
	return sha256((struct span){ (const uint8_t *)&number, sizeof(number) });
}

/* The next statement: *out_number. */
static int says(struct filling *filling, const char *kind, uint64_t *out_number, struct error *err)
{
	struct digest identity = identity_of(filling->count);
	char hex[DIGEST_HEX_SIZE], name[96];

	digest_to_hex(&identity, hex);
	snprintf(name, sizeof(name), "lab/%s-%llu@step-%llu", kind,
		 (unsigned long long)(filling->count / 100),
		 (unsigned long long)(filling->count % 100));
	query_bind_u64(filling->statement, 1, 1000 + filling->count);
	query_bind_text(filling->statement, 2, hex);
	query_bind_text(filling->statement, 3, filling->signer);
	query_bind_text(filling->statement, 4, kind);
	query_bind_text(filling->statement, 5, name);
	query_bind_text(filling->statement, 6, hex);
	query_bind_text(filling->statement, 7, "2026-11-27T00:00:00Z");
	*out_number = filling->count++;
	return query_run(filling->statement, err);
}

static int refers(struct filling *filling, uint64_t from, const char *relation, uint64_t to,
		  struct error *err)
{
	struct digest one = identity_of(from), other = identity_of(to);
	char hex[DIGEST_HEX_SIZE], towards[DIGEST_HEX_SIZE];

	digest_to_hex(&one, hex);
	digest_to_hex(&other, towards);
	query_bind_text(filling->edge, 1, hex);
	query_bind_text(filling->edge, 2, relation);
	query_bind_text(filling->edge, 3, "lab/name@version");
	query_bind_text(filling->edge, 4, towards);
	return query_run(filling->edge, err);
}

/* A run and a chain of its checkpoints, which begins with `parent`; *out_last is their last. */
static int chain_make(struct filling *filling, uint64_t corpus, uint64_t parent, uint64_t *out_last,
		      struct error *err)
{
	uint64_t run, one, other;

	if (says(filling, "run", &run, err) || refers(filling, run, "data", corpus, err))
		return -1;
	for (int i = 0; i < CHAIN && filling->count < filling->wanted; i++) {
		if (says(filling, "checkpoint", &one, err) ||
		    refers(filling, one, "parent", parent, err) ||
		    refers(filling, one, "run", run, err) ||
		    refers(filling, one, "data", corpus, err))
			return -1;
		parent = one;
		if (i % EVERY_EVAL == 0 &&
		    (says(filling, "eval", &other, err) || refers(filling, other, "of", one, err)))
			return -1;
	}
	*out_last = parent;
	return says(filling, "release", &other, err) ||
			       refers(filling, other, "checkpoint", parent, err)
		       ? -1
		       : 0;
}

static int signer_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct filling *filling = arg;

	(void)err;
	snprintf(filling->signer, sizeof(filling->signer), "%s", row->key);
	return 0;
}

/* All descend from corpus 0; *out_last from all chains. */
static int fill(struct filling *filling, uint64_t *out_last, struct error *err)
{
	uint64_t corpus, other, last;

	if (index_statements(filling->index, 0, 1, signer_seen, filling, err) ||
	    database_begin(filling->index->database, err) ||
	    query_new(filling->index->database,
		      "INSERT INTO statement(log_index, identity, signer, kind, subject, digest, "
		      "folded, declared) VALUES (?, ?, ?, ?, ?, ?, '', ?)",
		      &filling->statement, err) ||
	    query_new(filling->index->database,
		      "INSERT INTO edge(identity, relation, name, towards) VALUES (?, ?, ?, ?)",
		      &filling->edge, err) ||
	    says(filling, "dataset", &corpus, err) || says(filling, "checkpoint", &last, err) ||
	    refers(filling, last, "data", corpus, err))
		return -1;
	while (filling->count < filling->wanted)
		if (says(filling, "dataset", &other, err) ||
		    refers(filling, other, "derivedFrom", corpus, err) ||
		    chain_make(filling, other, last, &last, err))
			return -1;
	*out_last = last;
	return database_commit(filling->index->database, err);
}

static int walk(struct registry *registry, const char *what, uint64_t from,
		const struct lineage_wish *wish, double *out_seconds, struct error *err)
{
	struct digest beginning = identity_of(from);
	size_t nodes = 0, edges = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double began = now(), took;
		struct lineage found;

		if (registry_lineage(registry, &beginning, 1, wish, &found, err))
			return -1;
		took = now() - began;
		nodes = found.node_count;
		edges = found.edge_count;
		lineage_release(&found);
		if (i == 0 || took < *out_seconds)
			*out_seconds = took;
	}
	printf("%-28s %8zu nodes %8zu edges %8.3f s", what, nodes, edges, *out_seconds);
	return 0;
}

/* SQLite's own walk: identities alone. */
static int peer(struct index *index, const char *sql, uint64_t from, double seconds,
		struct error *err)
{
	struct digest beginning = identity_of(from);
	char hex[DIGEST_HEX_SIZE];
	double least = 0;
	uint64_t nodes = 0;

	digest_to_hex(&beginning, hex);
	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP(query_free) struct query *query = NULL;
		double began = now(), took;
		bool row;

		if (query_new(index->database, sql, &query, err))
			return -1;
		query_bind_text(query, 1, hex);
		if (query_step(query, &row, err))
			return -1;
		nodes = query_u64(query, 0);
		took = now() - began;
		if (i == 0 || took < least)
			least = took;
	}
	printf("   SQLite %8llu nodes %8.3f s   ratio %.2f\n", (unsigned long long)nodes, least,
	       seconds / least);
	return 0;
}

static int measure(struct registry *registry, struct index *index, uint64_t last, struct error *err)
{
	static const struct lineage_wish down = { .descendants = true };
	static const struct lineage_wish up = { .ancestors = true };
	static const struct lineage_wish whole = { .whole = true };
	struct rusage usage;
	double seconds = 0;

	if (walk(registry, "what came of a corpus", 0, &down, &seconds, err) ||
	    peer(index,
		 "WITH RECURSIVE found(identity) AS (VALUES (?) UNION SELECT e.identity FROM found "
		 "JOIN edge AS e ON e.towards = found.identity) SELECT COUNT(*) FROM found",
		 0, seconds, err) ||
	    walk(registry, "what a model was made from", last, &up, &seconds, err) ||
	    peer(index,
		 "WITH RECURSIVE found(identity) AS (VALUES (?) UNION SELECT e.towards FROM found "
		 "JOIN edge AS e ON e.identity = found.identity) SELECT COUNT(*) FROM found",
		 last, seconds, err) ||
	    walk(registry, "everything connected", last, &whole, &seconds, err) ||
	    peer(index,
		 "WITH RECURSIVE link(one, other) AS (SELECT identity, towards FROM edge UNION ALL "
		 "SELECT towards, identity FROM edge), found(identity) AS (VALUES (?) UNION "
		 "SELECT link.other FROM found JOIN link ON link.one = found.identity) "
		 "SELECT COUNT(*) FROM found",
		 last, seconds, err))
		return -1;
	getrusage(RUSAGE_SELF, &usage);
	printf("largest resident set: %ld MiB\n", usage.ru_maxrss / 1024);
	return 0;
}

int main(int argc, char **argv)
{
	struct context ctx = { .environment = environment_variable };
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct filling filling = { .wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000 };
	struct error err = { 0 };
	uint64_t last;
	int failed;

	if (argc < 2 || !filling.wanted) {
		fputs("usage: lineage_bench REGISTRY [NODES]\n", stderr);
		return 2;
	}
	failed = registry_open(&ctx, argv[1], &registry, &err) ||
		 registry_index(registry, &filling.index, &err) || fill(&filling, &last, &err) ||
		 measure(registry, filling.index, last, &err);
	query_free(&filling.statement);
	query_free(&filling.edge);
	if (failed)
		fprintf(stderr, "lineage_bench: %s\n", err.text);
	return failed ? 1 : 0;
}
