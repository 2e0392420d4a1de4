/* Whatever the text is: refused, or patterns that leave out a path or do not, at once. */
#include "verify/ignore_rules.h"

#include "verify/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const path[] = { "a", "logs/deep/b.txt", "model.safetensors",
					    "[a]/!x y" };
	struct ignore_rules rules = { .rule = NULL };
	CLEANUP(arena_free) struct arena *arena = NULL;
	struct error err = { 0 };

	if (arena_new(&arena, &err) == 0 &&
	    ignore_rules_parse(&rules, arena, "file:", (struct span){ data, size }, &err) == 0)
		for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
			(void)ignore_rules_reason(&rules, path[i], i % 2);
	ignore_rules_release(&rules);
	return 0;
}
