/* card_check: scores against signed evaluations, links against repositories, digests. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/check_inner.h"

enum { NAME_MAX_BYTES = 1024, COMMIT_MIN = 7 };

/* ---- Scores ---- */

/* The next of names that stand on lines of their own, what is in brackets behind it left out. */
static bool name_take(const char **names, char out_name[NAME_MAX_BYTES])
{
	size_t len = strcspn(*names, "\n"), kept = strcspn(*names, "\n(");

	if (!**names)
		return false;
	if (!kept)
		kept = len;
	kept = kept < NAME_MAX_BYTES ? kept : 0;
	memcpy(out_name, *names, kept);
	out_name[kept] = '\0';
	*names += len + ((*names)[len] == '\n');
	return true;
}

static const char *metric_short(const char *name)
{
	static const struct {
		const char *from, *to;
	} same[] = { { "accuracy", "acc" },
		     { "Accuracy", "acc" },
		     { "normalized accuracy", "acc_norm" },
		     { "em", "exact_match" },
		     { "EM", "exact_match" } };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(name, same[i].from) == 0)
			return same[i].to;
	return name;
}

/* Is one of `names` that name? */
static int named(const char *names, const char *name, bool *out_named, struct error *err)
{
	char one[NAME_MAX_BYTES];

	*out_named = false;
	while (!*out_named && name_take(&names, one))
		if (card_names_equal(metric_short(one), name, out_named, err))
			return -1;
	return 0;
}

static int is_of_all_metrics(const struct card_checking *checking, const struct card_claim *claim,
			     bool *out_all, struct error *err)
{
	static const char *const words[] = { "score",
					     "scores",
					     "value",
					     "result",
					     "results",
					     "\xe3\x82\xb9\xe3\x82\xb3\xe3\x82\xa2",
					     "\xe7\xb5\x90\xe6\x9e\x9c" };

	*out_all = !claim->column || claim->columns == 1;
	for (size_t i = 0; !*out_all && i < sizeof(words) / sizeof(words[0]); i++)
		if (named(claim->column, words[i], out_all, err))
			return -1;
	for (size_t i = 0; !*out_all && i < checking->sources->count; i++)
		if (checking->sources->fact[i].kind == CARD_FACT_NAME &&
		    named(claim->column, checking->sources->fact[i].value, out_all, err))
			return -1;
	return 0;
}

/* Does the metric that the claim names, or its only column, allow this one? */
static int metric_fits(const struct card_claim *claim, const char *metric, bool *out_fits,
		       struct error *err)
{
	*out_fits = false;
	return claim->column ? named(claim->column, metric, out_fits, err) : 0;
}

static int score_weigh(const struct card_checking *checking, struct card_finding *finding,
		       bool by_metric, struct error *err)
{
	const struct card_claim *claim = finding->claim;

	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];
		enum card_agreement agreement;
		bool fits = true;

		if (fact->kind != CARD_FACT_SCORE || finding->verdict == CARD_CONFIRMED)
			continue;
		if (named(claim->label ? claim->label : "", fact->of, &fits, err) ||
		    (fits && by_metric && metric_fits(claim, fact->name, &fits, err)))
			return -1;
		if (!fits)
			continue;
		if (card_score_compare(claim->value, fact->value, &agreement, err))
			return -1;
		if (agreement == CARD_UNCLEAR)
			continue;
		finding->verdict = agreement == CARD_AGREES ? CARD_CONFIRMED : CARD_CONTRADICTED;
		finding->fact = fact;
		finding->why = NULL;
	}
	return 0;
}

int card_score_find(const struct card_checking *checking, struct card_finding *finding,
		    struct error *err)
{
	const char *of;
	bool known, all;

	finding->why = "no signed evaluation has such a score";
	if (card_claim_about(checking, finding->claim, &known, &of, err))
		return -1;
	if (!known) {
		finding->why = "it is about something else, or nobody can tell what";
		return 0;
	}
	if (score_weigh(checking, finding, true, err) ||
	    is_of_all_metrics(checking, finding->claim, &all, err))
		return -1;
	return finding->fact || !all ? 0 : score_weigh(checking, finding, false, err);
}

/* ---- Links ---- */

/* host/path in small letters, without scheme, user, ".git" and a '/' at the end; malloced. */
static int address_plain(const char *url, char **out_plain, struct error *err)
{
	const char *scheme = strstr(url, "://"), *from = scheme ? scheme + 3 : url, *user;
	char *plain, *colon;
	size_t len;

	user = strchr(from, '@');
	if (user && user < from + strcspn(from, "/"))
		from = user + 1;
	if (strncmp(from, "www.", 4) == 0)
		from += 4;
	plain = strdup(from);
	if (!plain)
		return error_set(err, ERROR_SYSTEM, "out of memory for an address");
	plain[strcspn(plain, "?#")] = '\0';
	colon = scheme ? NULL : strchr(plain, ':'); /* git@host:owner/repository */
	if (colon)
		*colon = '/';
	for (char *c = plain; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	len = strlen(plain);
	while (len && plain[len - 1] == '/')
		plain[--len] = '\0';
	if (len > 4 && strcmp(plain + len - 4, ".git") == 0)
		plain[len - 4] = '\0';
	*out_plain = plain;
	return 0;
}

/* What stands behind "/tree/" and the like; NULL: nothing. */
static const char *revision_of(const char *rest)
{
	static const char *const parts[] = { "/tree/",    "/blob/",     "/commit/",
					     "/commits/", "/raw/",      "/-/tree/",
					     "/-/blob/",  "/-/commit/", "/resolve/" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strncmp(rest, parts[i], strlen(parts[i])) == 0)
			return rest + strlen(parts[i]);
	return NULL;
}

static bool is_hex(const char *text, size_t len)
{
	return len >= COMMIT_MIN && strspn(text, "0123456789abcdef") >= len;
}

/* A link into a repository that a fact names. */
static int repository_weigh(struct card_finding *finding, const char *plain,
			    const struct card_fact *fact, struct error *err)
{
	CLEANUP(text_free) char *known = NULL;
	const char *revision;
	size_t len;

	if (address_plain(fact->value, &known, err))
		return -1;
	len = strlen(known);
	if (!len || strncmp(plain, known, len) != 0 || (plain[len] && plain[len] != '/') ||
	    finding->verdict == CARD_CONFIRMED)
		return 0;
	revision = revision_of(plain + len);
	if (!revision && plain[len])
		return 0;
	len = revision ? strcspn(revision, "/") : 0;
	if (!revision ||
	    (fact->of && is_hex(revision, len) && strncmp(revision, fact->of, len) == 0)) {
		finding->verdict = CARD_CONFIRMED;
	} else if (fact->of && is_hex(revision, len)) {
		finding->verdict = CARD_CONTRADICTED;
	} else {
		finding->why = "the repository is the one, but which commit that is cannot be told";
		return 0;
	}
	finding->fact = fact;
	return 0;
}

/* huggingface.co/[datasets/]owner/name: one of the names that are known? */
static int hub_weigh(const struct card_checking *checking, struct card_finding *finding,
		     const char *plain, struct error *err)
{
	static const char host[] = "huggingface.co/", sets[] = "datasets/";
	const char *name = plain + sizeof(host) - 1;
	char known[NAME_MAX_BYTES];

	if (strncmp(plain, host, sizeof(host) - 1) != 0)
		return 0;
	if (strncmp(name, sets, sizeof(sets) - 1) == 0)
		name += sizeof(sets) - 1;
	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];
		bool is_name = fact->kind == CARD_FACT_NAME ||
			       (fact->kind == CARD_FACT_VALUE &&
				(fact->meaning == CARD_MEANING_dataset ||
				 fact->meaning == CARD_MEANING_base_model));
		size_t len = strcspn(fact->value, "@");

		if (!is_name || len >= sizeof(known) || !memchr(fact->value, '/', len))
			continue;
		for (size_t j = 0; j < len; j++)
			known[j] = (char)tolower((unsigned char)fact->value[j]);
		known[len] = '\0';
		if (strncmp(name, known, len) != 0 || (name[len] && name[len] != '/'))
			continue;
		finding->verdict = CARD_CONFIRMED;
		finding->fact = fact;
		return 0;
	}
	(void)err;
	return 0;
}

int card_link_find(const struct card_checking *checking, struct card_finding *finding,
		   struct error *err)
{
	CLEANUP(text_free) char *plain = NULL;

	finding->why = "nothing is known of it";
	if (address_plain(finding->claim->value, &plain, err))
		return -1;
	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];

		if (fact->kind == CARD_FACT_LINK && repository_weigh(finding, plain, fact, err))
			return -1;
	}
	if (!finding->fact && hub_weigh(checking, finding, plain, err))
		return -1;
	if (finding->fact)
		finding->why = NULL;
	return 0;
}

/* ---- Digests ---- */

int card_hash_find(const struct card_checking *checking, struct card_finding *finding,
		   struct error *err)
{
	(void)err;
	finding->why = "nothing is known of it";
	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];

		if (fact->kind != CARD_FACT_HASH &&
		    (fact->kind != CARD_FACT_VALUE || fact->meaning != CARD_MEANING_commit))
			continue;
		if (strcmp(fact->value, finding->claim->value) != 0)
			continue;
		finding->verdict = CARD_CONFIRMED;
		finding->fact = fact;
		finding->why = NULL;
		return 0;
	}
	return 0;
}
