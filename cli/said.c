/* One statement that was said about a name: printed alike. */
#include "cli/said.h"

#include <inttypes.h>

#include "cli/output.h"

int said_print(const struct call *call, const char *did, const char *name,
	       const struct statement_made *made, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (call->json)
		return json_object_new(&object, err) ||
				       json_set_text(object, "schema", "akashi/said/1", err) ||
				       json_set_text(object, "did", did, err) ||
				       json_set_text(object, "name", name, err) ||
				       json_set_digest(object, "statement", &made->identity, err) ||
				       json_set_hex(object, "key", &made->key, err) ||
				       json_set_size(object, "index", made->log_index, err) ||
				       json_set_bool(object, "existed", made->existed, err) ||
				       output_json(object, err)
			       ? -1
			       : 0;
	if (!call->quiet)
		output_line(stdout, "%s %s (entry %" PRIu64 "%s)", did, name, made->log_index,
			    made->existed ? ", said before" : "");
	return 0;
}

int said_key(const struct call *call, const struct registry *registry, struct signing_key **out_key,
	     struct error *err)
{
	const char *name = NULL;

	return registry_key_name(registry, call_value(call, "key"), &name, err) ||
			       signing_key_open(call->ctx, name, out_key, err)
		       ? -1
		       : 0;
}
