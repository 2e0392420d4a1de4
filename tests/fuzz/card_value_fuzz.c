/* Values of cards: any text means something or nothing, a number equals itself and rounds to
 * itself. */
#include <stdlib.h>
#include <string.h>

#include "verify/card/number.h"
#include "verify/card/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void number_look(struct span text)
{
	struct card_number number;
	size_t len = card_number_take(text, &number);

	if (len > text.len)
		abort();
	if (len &&
	    (!card_number_equal(&number, &number) || !card_number_rounds(&number, &number, false)))
		abort();
	if (card_number_read(text, &number) && !len && text.data[0] != ' ' && text.data[0] != '+')
		abort();
}

static void text_compare(const char *text, enum card_meaning meaning)
{
	enum card_agreement agreement;
	struct error err = { 0 };

	if (card_value_compare(meaning, text, "2072488058295", &agreement, &err) ||
	    card_value_compare(meaning, "1.7B", text, &agreement, &err) ||
	    card_score_compare(text, "0.4532", &agreement, &err))
		return; /* no UTF-8 */
	if (!card_value_compare(meaning, text, text, &agreement, &err) && agreement == CARD_DIFFERS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { data, size };
	enum card_meaning meaning = CARD_MEANING_NONE;
	struct error err = { 0 };
	bool decides;
	char *text;

	number_look(rest);
	if (card_unit_take(rest, &meaning, &decides) > size)
		abort();
	if (card_meaning_of_label(rest, &meaning, &err) ||
	    card_meaning_of_key(rest, &meaning, &err))
		return 0;
	text = size ? strndup((const char *)data + 1, size - 1) : NULL;
	if (text)
		text_compare(text, (enum card_meaning)(1 + data[0] % (CARD_MEANING_COUNT - 1)));
	free(text);
	return 0;
}
