/*
 * Cards brought up to date: any card that is taken becomes one that is read, and is the same when
 * it is brought up to date again.
 */
#include <stdlib.h>

#include "registry/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char facts_text[] =
	"{\"schema\":\"akashi/facts/1\",\"origin\":\"o.org\",\"name\":\"a/m@1\",\"license\":\"no | "
	"one\","
	"\"architecture\":\"GPT2LMHeadModel\",\"parameters\":7,\"config\":{\"n_layer\":2},\"data\":"
	"[{"
	"\"name\":\"a/"
	"c@1\",\"by\":\"run\",\"tokens\":5,\"languages\":[{\"language\":\"ja\",\"tokens\":5}]}],"
	"\"runs\":[{\"name\":\"a/"
	"r@1\",\"hyper\":{\"lr\":\"1\",\"x\":\"`|\"}}],\"parents\":[{\"name\":\"b/b@1\"}],"
	"\"evals\":[{\"identity\":\"sha256:0\",\"scores\":[{\"task\":\"- : "
	"#\\u0085\",\"metric\":\"m\","
	"\"value\":\"1e5\"}]}],\"undisclosed\":[{\"what\":\"git\"}]}";

static void again(const struct card_wish *wish, struct span once)
{
	CLEANUP(card_text_release) struct card_text card = { .has_front = false };
	CLEANUP(buffer_release) struct buffer twice;
	struct error err = { 0 };

	buffer_init(&twice, CARD_MAX_BYTES);
	if (card_text_parse(once, "c", &card, &err) || card_update(wish, once, "c", &twice, &err) ||
	    !span_equal(buffer_view(&twice), once))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_free) struct json *facts = NULL;
	struct context ctx = { .user = NULL };
	struct error err = { 0 };

	if (json_parse(span_of(facts_text), NULL, &facts, &err))
		abort();
	for (unsigned way = 0; way < 2; way++) {
		const struct card_wish wish = { .ctx = &ctx,
						.facts = facts,
						.template = way ? CARD_HUB : CARD_HUGGING_FACE };
		CLEANUP(buffer_release) struct buffer out;

		buffer_init(&out, CARD_MAX_BYTES);
		err = (struct error){ 0 };
		if (card_update(&wish, (struct span){ data, size }, "c", &out, &err) == 0)
			again(&wish, buffer_view(&out));
		else if (!err.text[0])
			abort();
	}
	return 0;
}
