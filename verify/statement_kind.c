/* The kinds of statements: schema/statements.def as a table. */
#include "verify/statement.h"

#include <string.h>

#include "verify/envelope.h"

#define ALWAYS STATEMENT_CLAIM_ALWAYS
#define NEVER STATEMENT_CLAIM_NEVER
#define RENAMED STATEMENT_CLAIM_RENAMED

static const struct {
	const char *name;
	enum statement_claim claim;
	bool control;
} kind_row[] = {
#define STATEMENT(name, claim, control) [STATEMENT_##name] = { #name, claim, control },
#include "schema/statements.def"
#undef STATEMENT
};

const char *statement_kind_name(enum statement_kind kind)
{
	return kind_row[kind].name;
}

int statement_kind_from_name(const char *text, enum statement_kind *out_kind, struct error *err)
{
	for (size_t i = 0; i < STATEMENT_KIND_COUNT; i++)
		if (strcmp(text, kind_row[i].name) == 0) {
			*out_kind = (enum statement_kind)i;
			return 0;
		}
	return error_set(err, ERROR_CORRUPT, "'%.100s' is no kind of statement", text);
}

enum statement_claim statement_kind_claim(enum statement_kind kind)
{
	return kind_row[kind].claim;
}

bool statement_kind_is_control(enum statement_kind kind)
{
	return kind_row[kind].control;
}

size_t statement_kind_max_bytes(enum statement_kind kind)
{
	return kind_row[kind].control ? CONTROL_PAYLOAD_MAX_BYTES : STATEMENT_PAYLOAD_MAX_BYTES;
}
