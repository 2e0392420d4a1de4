/* log inspect: one entry, decoded. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/log.h"
#include "cli/open.h"
#include "cli/output.h"

static bool is_index(const char *word, uint64_t *out_index)
{
	size_t digits = strspn(word, "0123456789");
	uint64_t index = 0;

	if (!digits || word[digits])
		return false;
	for (; *word; word++)
		if (__builtin_mul_overflow(index, 10u, &index) ||
		    __builtin_add_overflow(index, (uint64_t)(*word - '0'), &index))
			return false;
	*out_index = index;
	return true;
}

/* What stands in the entry, a line each; then the statement, where it is there, and the bytes. */
static int entry_print(const struct json *entry, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes, payload;
	struct json_members at = { 0 };

	buffer_init(&bytes, ENTRY_MAX_BYTES + 1);
	buffer_init(&payload, 4 * STATEMENT_PAYLOAD_MAX_BYTES);
	if (json_need_base64(entry, "bytes", &bytes, err))
		return -1;
	while (json_next(entry, &at)) {
		const char *text = json_text(at.value);

		if (strcmp(at.key, "schema") == 0 || strcmp(at.key, "bytes") == 0 ||
		    strcmp(at.key, "payload") == 0)
			continue;
		if (text)
			output_line(stdout, "%-16s%s", at.key, text);
		else if (strcmp(at.key, "signatureHolds") == 0)
			output_line(stdout, "%-16s%s", at.key,
				    json_is_yes(at.value) ? "yes" : "no");
		else
			output_line(stdout, "%-16s%" PRId64, at.key, json_integer_of(at.value));
	}
	if (json_member(entry, "payload") &&
	    (json_write_pretty(json_member(entry, "payload"), &payload, err) ||
	     buffer_add(&payload, (struct span){ (const uint8_t *)"", 1 }, err)))
		return -1;
	if (payload.len)
		fwrite(payload.data, 1, payload.len - 1, stdout);
	if (buffer_add(&bytes, (struct span){ (const uint8_t *)"", 1 }, err))
		return -1;
	output_line(stdout, "%s", (const char *)bytes.data);
	return 0;
}

static int inspect_run(struct call *call, struct error *err)
{
	CLEANUP(log_source_release) struct log_source source = { .blobs = NULL };
	CLEANUP(json_free) struct json *entry = NULL;
	const char *word = call->operand[0];
	uint64_t index;

	if (log_source_of(call, call_value(call, "from"), &source, err))
		return -1;
	if (!is_index(word, &index) && log_inspect_find(&source, word, &index, err))
		return -1;
	if (log_inspect(call->ctx, &source, index, &entry, err))
		return -1;
	return call->json ? output_json(entry, err) : entry_print(entry, err);
}

static const struct option inspect_options[] = {
	{ .name = "from",
	  .argument = "DIR|URL",
	  .help = "the log: a registry, a folder as it is served, or a URL; otherwise the "
		  "registry's" },
	{ .name = NULL },
};

static const struct example inspect_examples[] = {
	{ "akashi log inspect 0", "the first entry: the policy" },
	{ "akashi log inspect sha256:2cf24dba5fb0a30e --from https://example.org/log",
	  "the entry of a statement, by the beginning of its identity" },
	{ NULL, NULL },
};

const struct command log_command_inspect = {
	.name = "inspect",
	.summary = "decode one entry of a log",
	.synopsis = "INDEX|DIGEST [--from DIR|URL]",
	.description =
		"Shows what the entry is, its statement, key and signature, and its bytes. It is "
		"led to the root of the checkpoint that is served; whether a key that you trust "
		"signed that checkpoint is not asked. A word of digits alone is an index: write "
		"sha256: before a digest.",
	.options = inspect_options,
	.examples = inspect_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = inspect_run,
};
