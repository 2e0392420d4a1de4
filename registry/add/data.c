/* Register training runs. */
#include <string.h>

#include "registry/add/inner.h"
#include "registry/run.h"

int registry_add_run(struct registry *registry, const struct add_how *how,
		     const struct add_run *run, struct add_result *out_result, struct error *err)
{
	const struct run_declaration declaration = { .name = run->name,
						     .file = run->path,
						     .git = run->git,
						     .data = run->data,
						     .data_count = run->data_count,
						     .declared = run->declared };
	struct run_declared declared;

	if (run_declare(registry, how, &declaration, &declared, err))
		return -1;
	*out_result = declared.added;
	return 0;
}
