/* Whatever the payload is: refused, or a statement that can be said again. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer again;
	struct error err = { 0 };

	buffer_init(&again, STATEMENT_PAYLOAD_MAX_BYTES);
	if (!statement_parse((struct span){ data, size }, &statement, &err) &&
	    statement_build(statement.kind, statement.subject, &statement.digest,
			    statement.predicate, &again, &err) &&
	    err.code != ERROR_USAGE)
		abort();
	return 0;
}
