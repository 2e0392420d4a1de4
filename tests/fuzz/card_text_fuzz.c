/* Model cards: any bytes are refused with file and line, or lines that lie within the card. */
#include <stdlib.h>
#include <string.h>

#include "verify/card/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct span outer, struct span inner)
{
	return !inner.len ||
	       (inner.data >= outer.data && inner.data + inner.len <= outer.data + outer.len);
}

static void line_look(const struct card_text *card, const struct card_line *line)
{
	CLEANUP(buffer_release) struct buffer plain;
	struct span rest = line->text;
	struct card_link link;
	struct error err = { 0 };

	if (!within(card->bytes, line->text) || !line->line)
		abort();
	for (uint32_t i = 0; i < line->cells; i++)
		if (!within(line->text, card->cell[line->cell + i]))
			abort();
	while (card_link_next(&rest, &link))
		if (!within(line->text, link.url) || !within(line->text, link.text))
			abort();
	buffer_init(&plain, line->text.len);
	if (card_plain(line->text, &plain, &err))
		abort(); /* it is never longer */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	struct error err = { 0 };

	if (card_text_parse((struct span){ data, size }, "c", &card, &err)) {
		if (!strstr(err.text, "c, line ") && !strstr(err.text, "c: a card is"))
			abort();
		return 0;
	}
	if (card.body > size || card.front_begin > card.front_end || card.front_end > card.body)
		abort();
	for (size_t i = 0; i < card.count; i++)
		line_look(&card, &card.line[i]);
	for (size_t i = 0; i < card.part_count; i++)
		if (card.part[i].begin >= card.part[i].inner ||
		    card.part[i].inner > card.part[i].inner_end ||
		    card.part[i].inner_end >= card.part[i].end || card.part[i].end > size ||
		    !card.part[i].last_line)
			abort();
	return 0;
}
