/* Whatever is remembered: refused, or items with facts that lie in the file, and facts that are
 * objects to the end. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "registry/reach/inner.h"
#include "registry/remembered.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_facts(struct span bytes)
{
	struct reach_object object;
	struct reach_facts facts;
	struct error err = { 0 };
	bool any = true;

	if (reach_facts_parse(bytes, &facts, &err))
		return;
	while (any) {
		size_t left = facts.needs.len;

		if (reach_facts_next(&facts.needs, &object, &any, &err))
			return;
		if (any && (object.role > REACH_MENTION || facts.needs.len >= left))
			abort();
	}
}

/* With a head and a sum that are right, so that what lies behind those is reached. */
static void as_file(struct span bytes)
{
	struct registry registry = { .origin = "example.org/fuzz", .folder = (char *)"/" };
	struct context ctx = { .user = NULL };
	struct remembered *remembered = NULL;
	uint8_t head[REMEMBERED_HEAD_BYTES];
	struct digest sum;
	struct error err = { 0 };
	uint64_t at = 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	registry.ctx = &ctx;
	if (fd < 0 || remembered_open(&registry, true, &remembered, &err))
		abort();
	memcpy(head, REMEMBERED_HEAD, sizeof(REMEMBERED_HEAD) - 1);
	memcpy(head + sizeof(REMEMBERED_HEAD) - 1, remembered->of.byte, DIGEST_SIZE);
	for (int i = 8; bytes.len >= 32 && i--;)
		at = at << 8 | bytes.data[bytes.len - 32 + (size_t)i];
	at = at >= sizeof(head) && at - sizeof(head) <= bytes.len ? at - sizeof(head) : 0;
	sum = sha256_parts((struct span[]){ { head, sizeof(head) },
					    { bytes.data + at, bytes.len - (size_t)at } },
			   2);
	if (write(fd, head, sizeof(head)) != (ssize_t)sizeof(head) ||
	    write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len ||
	    write(fd, sum.byte, DIGEST_SIZE) != DIGEST_SIZE)
		abort();
	if (remembered_load(remembered, fd, &err) == 0)
		for (size_t i = 0; i < remembered->count; i++) {
			CLEANUP(buffer_release) struct buffer facts;

			buffer_init(&facts, REMEMBERED_FACTS_MAX_BYTES);
			err = (struct error){ 0 };
			if (remembered_facts(remembered, &remembered->item[i], &facts, &err) == 0)
				as_facts(buffer_view(&facts));
		}
	remembered_close(&remembered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_facts((struct span){ data, size });
	as_file((struct span){ data, size });
	return 0;
}
