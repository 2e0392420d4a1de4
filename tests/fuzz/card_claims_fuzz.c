/* Claims of cards, and files that they are held against: any bytes are refused with a reason, or
 * give a report in which every claim has a verdict. */
#include <stdlib.h>
#include <string.h>

#include "registry/card/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A reader of a source, which must refuse in words or add facts. */
static int source_take(struct card_sources *sources, uint8_t which, struct span text,
		       struct error *err)
{
	switch (which % 5) {
	case 0:
		return card_source_script(sources, "s", text, err);
	case 1:
		return card_source_yaml(sources, "s", text, err);
	case 2:
		return card_source_log(sources, "s", text, err);
	case 3:
		return card_source_table(sources, "s", text, err);
	default:
		return card_source_config(sources, CARD_SOURCE_MODEL, "s", text, err);
	}
}

static void report_look(const struct card_report *report, size_t claims)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct error err = { 0 };
	size_t sum = 0;

	for (enum card_verdict i = 0; i < CARD_VERDICT_COUNT; i++)
		sum += report->sum[i];
	if (sum != claims || report->count != claims)
		abort();
	for (size_t i = 0; i < report->count; i++)
		if ((report->finding[i].verdict == CARD_UNSUPPORTED) ==
			    (report->finding[i].fact != NULL) ||
		    !report->finding[i].claim->line)
			abort();
	if (card_report_to_json(report, "c", NULL, &object, &err) && err.code != ERROR_SYSTEM)
		abort();
}

/* The first byte says which source follows the NUL behind the card. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	CLEANUP(card_claims_release) struct card_claims claims = { .claim = NULL };
	CLEANUP(card_sources_release) struct card_sources sources = { .fact = NULL };
	CLEANUP(card_report_release) struct card_report report = { .finding = NULL };
	struct error err = { 0 };
	const uint8_t *end = size ? memchr(data + 1, '\0', size - 1) : NULL;
	size_t len = end ? (size_t)(end - data) - 1 : size ? size - 1 : 0;

	if (!size || card_text_parse((struct span){ data + 1, len }, "c", &card, &err) ||
	    card_claims_of(&card, &claims, &err))
		return 0;
	if ((end &&
	     source_take(&sources, data[0], (struct span){ end + 1, size - len - 2 }, &err)) ||
	    card_sources_finish(&sources, &err)) {
		if (!err.text[0])
			abort();
		return 0;
	}
	if (!card_check(&claims, &sources, &report, &err))
		report_look(&report, claims.count);
	return 0;
}
