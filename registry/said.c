/* said: the index says which statement, and the statement is read. */
#include "registry/said.h"

#include "registry/index.h"

void said_release(struct said *said)
{
	statement_release(&said->statement);
}

int registry_said(struct registry *registry, const struct name *name, struct said *out_said,
		  struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct error why = { 0 };
	struct index *index;
	struct name found;

	*out_said = (struct said){ .taken = false };
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_index(registry, &index, err))
		return -1;
	if (index_resolve(index, name, &found, &out_said->identity, &why))
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	out_said->taken = true;
	if (registry_payload(registry, &out_said->identity, &payload, &why) ||
	    statement_parse(buffer_view(&payload), &out_said->statement, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	out_said->known = true;
	return 0;
}
