/* card_check: what a card claims, held against facts. */
#include "registry/card/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/check_inner.h"

const char *card_verdict_name(enum card_verdict verdict)
{
	static const char *const names[] = { "contradicted", "confirmed", "unsupported" };

	return verdict < CARD_VERDICT_COUNT ? names[verdict] : "";
}

void card_report_release(struct card_report *report)
{
	free(report->finding);
	*report = (struct card_report){ .finding = NULL };
}

/* ---- Names that are compared by letters and digits alone ---- */

static int letters_of(const char *text, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer folded = { 0 };
	size_t len = strlen(text);

	out->len = 0;
	if (len > CARD_VALUE_MAX)
		return 0;
	buffer_init(&folded, len * 20 + 64);
	if (text_fold(span_of(text), &folded, err))
		return -1;
	for (size_t i = 0; i < folded.len; i++) {
		uint8_t c = folded.data[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80)
			if (buffer_add(out, (struct span){ &c, 1 }, err))
				return -1;
	}
	return 0;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* The next letter or digit in small letters; 0 at the end. */
static char letter_take(const char **text)
{
	while (**text) {
		char c = *(*text)++;

		if (c >= 'A' && c <= 'Z')
			return (char)(c | 0x20);
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
			return c;
	}
	return 0;
}

static bool ascii_equal(const char *a, const char *b)
{
	char x, y;
	bool any = false;

	do {
		x = letter_take(&a);
		y = letter_take(&b);
		any |= x != 0;
	} while (x && x == y);
	return any && x == y;
}

int card_names_equal(const char *a, const char *b, bool *out_equal, struct error *err)
{
	CLEANUP(buffer_release) struct buffer x;
	CLEANUP(buffer_release) struct buffer y;

	buffer_init(&x, CARD_VALUE_MAX * 20);
	buffer_init(&y, CARD_VALUE_MAX * 20);
	if (is_ascii(a) && is_ascii(b)) {
		*out_equal = ascii_equal(a, b);
		return 0;
	}
	if (letters_of(a, &x, err) || letters_of(b, &y, err))
		return -1;
	*out_equal = x.len && span_equal(buffer_view(&x), buffer_view(&y));
	return 0;
}

static int is_own_name(const struct card_checking *checking, const char *text, bool *out_own,
		       struct error *err)
{
	const char *const said[] = {
		checking->claims->title,    checking->claims->name, "total", "all",
		"\xe5\x90\x88\xe8\xa8\x88", "\xe8\xa8\x88"
	};

	*out_own = false;
	for (size_t i = 0; !*out_own && i < sizeof(said) / sizeof(said[0]); i++)
		if (said[i] && card_names_equal(text, said[i], out_own, err))
			return -1;
	for (size_t i = 0; !*out_own && i < checking->sources->count; i++)
		if (checking->sources->fact[i].kind == CARD_FACT_NAME &&
		    card_names_equal(text, checking->sources->fact[i].value, out_own, err))
			return -1;
	return 0;
}

/* ---- Whom a table's claims are about ---- */

static bool same_group(const struct card_claim *a, const struct card_claim *b)
{
	return a->table && a->table == b->table && a->group == b->group;
}

/* Does its table tell of one thing only? */
static bool is_alone(const struct card_checking *checking, const struct card_claim *claim)
{
	for (size_t i = 0; i < checking->claims->count; i++)
		if (checking->claims->claim[i].table == claim->table &&
		    checking->claims->claim[i].group != claim->group)
			return false;
	return true;
}

/* Is the number of parameters in the same row or column the model's? */
static int has_own_size(const struct card_checking *checking, const struct card_claim *claim,
			bool *out_own, struct error *err)
{
	*out_own = false;
	for (size_t i = 0; !*out_own && i < checking->claims->count; i++) {
		const struct card_claim *size = &checking->claims->claim[i];
		struct card_finding finding = { .claim = size };

		if (!same_group(size, claim) || size->meaning != CARD_MEANING_parameters)
			continue;
		if (card_facts_weigh(checking, size, NULL, &finding, err))
			return -1;
		*out_own = finding.verdict == CARD_CONFIRMED;
	}
	return 0;
}

/* Facts about what the row names: a language, a dataset. */
static int part_named(const struct card_checking *checking, const struct card_claim *claim,
		      const char **out_of, struct error *err)
{
	*out_of = NULL;
	for (size_t i = 0; !*out_of && i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];
		enum card_agreement agreement = CARD_UNCLEAR;
		bool equal = false;

		if (fact->kind != CARD_FACT_VALUE || fact->meaning != claim->meaning || !fact->of)
			continue;
		if (card_names_equal(claim->of, fact->of, &equal, err) ||
		    card_value_compare(CARD_MEANING_language, claim->of, fact->of, &agreement, err))
			return -1;
		if (equal || agreement == CARD_AGREES)
			*out_of = fact->of;
	}
	return 0;
}

int card_claim_about(const struct card_checking *checking, const struct card_claim *claim,
		     bool *out_known, const char **out_of, struct error *err)
{
	*out_known = true;
	*out_of = NULL;
	if (!claim->table)
		return 0;
	if (claim->of && part_named(checking, claim, out_of, err))
		return -1;
	if (*out_of)
		return 0;
	if (claim->of && is_own_name(checking, claim->of, out_known, err))
		return -1;
	if (claim->of && *out_known)
		return 0;
	*out_known = is_alone(checking, claim);
	return *out_known ? 0 : has_own_size(checking, claim, out_known, err);
}

/* ---- Values ---- */

/* What the facts of one source come to. */
struct voice {
	const struct card_fact *agrees, *differs;
	bool unclear;
};

static bool is_about(const struct card_fact *fact, const char *of)
{
	return of ? fact->of && strcmp(fact->of, of) == 0 : !fact->of;
}

int card_facts_weigh(const struct card_checking *checking, const struct card_claim *claim,
		     const char *of, struct card_finding *finding, struct error *err)
{
	struct voice voice[CARD_SOURCE_COUNT] = { { NULL, NULL, false } };

	finding->verdict = CARD_UNSUPPORTED;
	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];
		struct voice *mine = &voice[fact->source];
		enum card_agreement agreement;

		if (fact->kind != CARD_FACT_VALUE || fact->meaning != claim->meaning ||
		    !is_about(fact, of))
			continue;
		if (card_value_compare(claim->meaning, claim->value, fact->value, &agreement, err))
			return -1;
		if (agreement == CARD_AGREES && (!mine->agrees || mine->agrees->only_confirms))
			mine->agrees = fact;
		if (agreement == CARD_DIFFERS && !fact->only_confirms && !mine->differs)
			mine->differs = fact;
		mine->unclear |= agreement == CARD_UNCLEAR && !fact->only_confirms;
		finding->why = agreement == CARD_UNCLEAR
				       ? "what is written cannot be compared with what is known"
				       : finding->why;
	}
	for (size_t i = 0; i < CARD_SOURCE_COUNT; i++) {
		if (voice[i].differs && !voice[i].agrees && !voice[i].unclear) {
			finding->verdict = CARD_CONTRADICTED;
			finding->fact = voice[i].differs;
			return 0;
		}
		if (voice[i].agrees && finding->verdict == CARD_UNSUPPORTED) {
			finding->verdict = CARD_CONFIRMED;
			finding->fact = voice[i].agrees;
		}
	}
	if (finding->verdict == CARD_CONFIRMED)
		finding->why = NULL;
	else if (!finding->why)
		finding->why = "nothing is known of it";
	return 0;
}

/* A number of a sentence may be of a part: of a language, of a dataset. */
static int parts_weigh(const struct card_checking *checking, struct card_finding *finding,
		       struct error *err)
{
	for (size_t i = 0; i < checking->sources->count; i++) {
		const struct card_fact *fact = &checking->sources->fact[i];
		enum card_agreement agreement;

		if (fact->kind != CARD_FACT_VALUE || fact->meaning != finding->claim->meaning ||
		    !fact->of)
			continue;
		if (card_value_compare(fact->meaning, finding->claim->value, fact->value,
				       &agreement, err))
			return -1;
		if (agreement != CARD_AGREES)
			continue;
		finding->verdict = CARD_CONFIRMED;
		finding->fact = fact;
		finding->why = NULL;
		return 0;
	}
	return 0;
}

/* Is it the only number of its meaning on its line? */
static bool is_only_number(const struct card_checking *checking, const struct card_claim *claim)
{
	for (size_t i = 0; i < checking->claims->count; i++) {
		const struct card_claim *other = &checking->claims->claim[i];

		if (other != claim && other->kind == CARD_CLAIM_NUMBER &&
		    other->line == claim->line && other->meaning == claim->meaning)
			return false;
	}
	return true;
}

static int number_find(const struct card_checking *checking, struct card_finding *finding,
		       struct error *err)
{
	const struct card_claim *claim = finding->claim;

	if (card_facts_weigh(checking, claim, NULL, finding, err))
		return -1;
	if (finding->verdict == CARD_CONFIRMED)
		return 0;
	if (parts_weigh(checking, finding, err))
		return -1;
	if (finding->verdict == CARD_CONTRADICTED &&
	    (!claim->decides || !is_only_number(checking, claim))) {
		finding->verdict = CARD_UNSUPPORTED;
		finding->fact = NULL;
		finding->why = "it may be of something else";
	}
	return 0;
}

static int value_find(const struct card_checking *checking, struct card_finding *finding,
		      struct error *err)
{
	const struct card_claim *claim = finding->claim;
	const char *of;
	bool known;

	if (!claim->meaning) {
		finding->why = "it has no known meaning";
		return 0;
	}
	if (claim->kind == CARD_CLAIM_NUMBER)
		return number_find(checking, finding, err);
	if (card_claim_about(checking, claim, &known, &of, err))
		return -1;
	if (!known) {
		finding->why = "it is about something else, or nobody can tell what";
		return 0;
	}
	return card_facts_weigh(checking, claim, of, finding, err);
}

/* ---- Entry points ---- */

static int claim_find(const struct card_checking *checking, struct card_finding *finding,
		      struct error *err)
{
	switch (finding->claim->kind) {
	case CARD_CLAIM_VALUE:
	case CARD_CLAIM_NUMBER:
		return value_find(checking, finding, err);
	case CARD_CLAIM_SCORE:
		return card_score_find(checking, finding, err);
	case CARD_CLAIM_LINK:
		return card_link_find(checking, finding, err);
	case CARD_CLAIM_HASH:
		return card_hash_find(checking, finding, err);
	}
	return 0;
}

/* By line, and as they were read within one. */
static int finding_compare(const void *a, const void *b)
{
	const struct card_finding *x = a, *y = b;

	if (x->claim->line != y->claim->line)
		return x->claim->line < y->claim->line ? -1 : 1;
	return x->claim < y->claim ? -1 : x->claim > y->claim;
}

int card_check(const struct card_claims *claims, const struct card_sources *sources,
	       struct card_report *out_report, struct error *err)
{
	struct card_checking checking = { .claims = claims, .sources = sources };

	*out_report = (struct card_report){ .finding = NULL };
	if (!claims->count)
		return 0;
	out_report->finding = calloc(claims->count, sizeof(*out_report->finding));
	if (!out_report->finding)
		return error_set(err, ERROR_SYSTEM, "out of memory for what a card claims");
	for (size_t i = 0; i < claims->count; i++) {
		struct card_finding *finding = &out_report->finding[out_report->count++];

		*finding = (struct card_finding){ .claim = &claims->claim[i],
						  .verdict = CARD_UNSUPPORTED };
		if (claim_find(&checking, finding, err))
			return error_prefix(err, "line %u", finding->claim->line);
		out_report->sum[finding->verdict]++;
	}
	qsort(out_report->finding, out_report->count, sizeof(*out_report->finding),
	      finding_compare);
	return 0;
}

static int fact_set(struct json *item, const struct card_fact *fact, struct error *err)
{
	static const char *const sources[] = { "model", "signed", "script", "log", "data" };
	struct json *object;

	return json_set_object(item, "fact", &object, err) ||
			       json_set_text(object, "value", fact->value, err) ||
			       (fact->name && json_set_text(object, "name", fact->name, err)) ||
			       (fact->of && json_set_text(object, "of", fact->of, err)) ||
			       json_set_text(object, "where", fact->where ? fact->where : "",
					     err) ||
			       json_set_text(object, "source", sources[fact->source], err)
		       ? -1
		       : 0;
}

static int finding_set(struct json *item, const struct card_finding *finding, struct error *err)
{
	static const char *const kinds[] = { "value", "number", "score", "link", "hash" };
	const struct card_claim *claim = finding->claim;

	return json_set_text(item, "verdict", card_verdict_name(finding->verdict), err) ||
			       json_set_text(item, "kind", kinds[claim->kind], err) ||
			       json_set_size(item, "line", claim->line, err) ||
			       (claim->meaning &&
				json_set_text(item, "meaning", card_meaning_name(claim->meaning),
					      err)) ||
			       (claim->label && json_set_text(item, "label", claim->label, err)) ||
			       (claim->column &&
				json_set_text(item, "column", claim->column, err)) ||
			       (claim->of && json_set_text(item, "of", claim->of, err)) ||
			       json_set_text(item, "value", claim->value, err) ||
			       (finding->fact && fact_set(item, finding->fact, err)) ||
			       (finding->why && json_set_text(item, "why", finding->why, err))
		       ? -1
		       : 0;
}

int card_report_to_json(const struct card_report *report, const char *file, const char *name,
			struct json **out_object, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *claims, *item;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", CARD_CHECK_SCHEMA, err) ||
	    json_set_text(object, "file", file, err) ||
	    (name && json_set_text(object, "name", name, err)))
		return -1;
	for (enum card_verdict i = 0; i < CARD_VERDICT_COUNT; i++)
		if (json_set_size(object, card_verdict_name(i), report->sum[i], err))
			return -1;
	if (json_set_array(object, "claims", &claims, err))
		return -1;
	for (size_t i = 0; i < report->count; i++)
		if (json_add_object(claims, &item, err) ||
		    finding_set(item, &report->finding[i], err))
			return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}
