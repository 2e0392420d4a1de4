/* Whatever the note is: no checkpoint of a public log with three witnesses, unless it is the very
 * one. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From sigstore-conformance (Apache-2.0), as in tests/verify/witness_test.c: who signs cannot be
 * played here. */
#define LOG                                                                                        \
	"log2025-alpha3.rekor.sigstage.dev+d3d3a70c+AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp"
#define WITNESSES                                                                                  \
	"witness a witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv\n"   \
	"witness b staging.witness.transparency.goog/ring-any-bells+2e1a8dc9+"                     \
	"BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL\n"                                           \
	"witness c witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/"                              \
	"co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G\ngroup g 2 a b c\nquorum g\n"
#define SIZE 4026479
#define TIME 0x6a04cfb6

static struct note_key log_key;
static struct witness_policy *witnesses;

static void begin(void)
{
	struct error err = { 0 };

	if (!witnesses && (note_key_parse(span_of(LOG), &log_key, &err) ||
			   witness_policy_parse(span_of(WITNESSES), &witnesses, &err)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span note = { data, size }, text;
	struct error unopened = { 0 }, no_quorum = { 0 }, unsigned_note = { 0 }, other = { 0 };
	struct checkpoint checkpoint;
	struct tree_head head;
	bool opened;

	begin();
	opened = !checkpoint_open(note, &(struct log_trust){ &log_key, 1, witnesses }, &checkpoint,
				  &unopened);
	if (opened && checkpoint.head.size != SIZE)
		abort();
	if (opened && !checkpoint_need_quorum(&checkpoint, &no_quorum) &&
	    (checkpoint.time != TIME || checkpoint.cosigned < 2))
		abort();
	if (opened && tree_head_open(note, &log_key, &head, &unsigned_note))
		abort();
	if (!note_open(note, &log_key, &text, &other) && text.len >= size)
		abort();
	return 0;
}
