/* What hooks leave to be delivered, and what git hands them: files and lines that others may have
 * written. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "registry/hook/push.h"
#include "registry/hook/say.h"
#include "registry/outbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { data, size };
	struct outbox_item item;
	struct hook_known known;
	struct hook_ref_line ref;
	struct push_line line;
	struct error err = { 0 };
	struct name name;
	char *path = NULL;
	bool model;

	if (outbox_item_parse(text, &item, &err) == 0) {
		if (!item.about || (item.predicate && item.envelope.len))
			abort();
		outbox_item_release(&item);
	}
	if (hook_known_parse(text, &known, &err) == 0) {
		if (!known.origin || known.registry[0] != '/')
			abort();
		hook_known_release(&known);
	}
	if (hook_ref_line_parse(text, &ref, &err) == 0)
		(void)hook_tag_name(ref.ref, &name, &model);
	if (push_line_parse(text, &line, &err) == 0 && (!line.local[0] || !line.remote[0]))
		abort();
	if (commit_run_parse(text, "v", &name, &path, &err) == 0 && !name.version[0])
		abort();
	free(path);
	return 0;
}
