/*
 * facts: everything signed about a model, gathered once into one JSON document. Cards, checks of
 * cards, bills of materials, citations and pages are made of it; nobody gathers again.
 */
#ifndef REGISTRY_FACTS_H
#define REGISTRY_FACTS_H

#include "registry/home.h"

#define FACTS_SCHEMA "akashi/facts/1"
#define FACTS_STATEMENTS_MAX 100000u /* that speak of one checkpoint */
#define FACTS_RUNS_MAX 64u           /* a run, the one that it continues, and so on */

/* By whom and of what. Everything is borrowed for the call. */
struct facts_wish {
	const struct context *ctx;
	const struct trust *trust;
	const struct evidence *evidence;
	/* Of kind checkpoint. With the identity 0 it is not said yet: nobody speaks of it. */
	const struct believed *checkpoint;
	const struct digest_list *only; /* the statements that may be told of; NULL: all */
};

/*
 * Gather what believed statements say: schema/files/facts.schema.json has the shape
 * (akashi/facts/1). Members that are not known are absent; integers are integers below 2^53 and
 * texts above, decimals are texts as they were signed, and every part names the statement
 * (`identity`) and the key of its `signer`. What the checkpoint only commits to is absent and named
 * in `undisclosed`; a statement that is there and not believed is absent and named in `unbelieved`,
 * with the reason. The caller frees *out_facts. ERROR_CORRUPT: the manifest or a config.json is not
 * what was signed, or more than FACTS_STATEMENTS_MAX statements speak of it.
 */
MUST_CHECK int facts_of(const struct facts_wish *wish, struct json **out_facts, struct error *err);

/*
 * The same for a name of a registry, by the registry's own trust: owner/name@version of a
 * checkpoint or of a release of one, or an alias. ERROR_ABSENT, ERROR_UNTRUSTED.
 */
MUST_CHECK int facts_gather(struct registry *registry, const struct context *ctx, const char *name,
			    struct json **out_facts, struct error *err);

/*
 * The same of what can be cited: of a dataset its name, statement, signer, manifest, licence, `url`
 * (as its Croissant description says) and `standing`, with `kind` "dataset". The caller frees
 * *out_facts.
 */
MUST_CHECK int facts_gather_cited(struct registry *registry, const struct context *ctx,
				  const char *name, struct json **out_facts, struct error *err);

#endif
