/* argument: what a word on a command line stands for. */
#include "registry/argument.h"

#include <string.h>

#include "registry/index.h"
#include "registry/statement.h"

#define PREFIX_MIN 8
#define PAYLOAD_MAX (1u << 20)

static bool looks_like_digest(const char *text)
{
	const char *hex = strncmp(text, "sha256:", 7) == 0 ? text + 7 : text;
	size_t len = strlen(hex);

	return len >= PREFIX_MIN && len <= 2 * DIGEST_SIZE &&
	       strspn(hex, "0123456789abcdef") == len;
}

static bool looks_like_path(const char *text)
{
	return text[0] == '/' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
	       strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0;
}

enum argument_kind argument_kind(const char *word, const char **out_text)
{
	*out_text = word;
	if (strncmp(word, "name:", 5) == 0) {
		*out_text = word + 5;
		return ARGUMENT_NAME;
	}
	if (looks_like_path(word) || file_exists(word))
		return ARGUMENT_PATH;
	return looks_like_digest(word) ? ARGUMENT_DIGEST : ARGUMENT_NAME;
}

/* What the statement itself says it is about. */
static int name_of(struct registry *registry, const struct digest *identity, struct name *out_name,
		   struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { .json = NULL };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, PAYLOAD_MAX);
	if (registry_payload(registry, identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	*out_name = statement.name;
	return 0;
}

static int parse_any(const char *text, struct name *out_name, struct error *err)
{
	return strpbrk(text, "@:") ? name_parse(text, out_name, err)
				   : name_parse_family(text, out_name, err);
}

int argument_resolve(struct registry *registry, const char *word, struct name *out_name,
		     struct digest *out_statement, struct error *err)
{
	const char *text;
	enum argument_kind kind = argument_kind(word, &text);
	struct index *index;
	struct name asked, name = { .owner = "" };
	struct digest statement;
	bool is_statement = true;

	if (kind == ARGUMENT_PATH)
		return error_set(
			err, ERROR_USAGE,
			"'%s' is a path, and a registered name is wanted (name:%s forces one)",
			word, word);
	if (registry_index(registry, &index, err))
		return -1;
	if (kind == ARGUMENT_DIGEST) {
		if (index_find_prefix(index, text, &statement, &is_statement, err))
			return -1;
		if (!is_statement)
			return error_set(err, ERROR_USAGE, "'%s' is an object, not a statement",
					 word);
		if (name_of(registry, &statement, &name, err))
			return -1;
	} else if (parse_any(text, &asked, err) ||
		   index_resolve(index, &asked, &name, &statement, err)) {
		return -1;
	}
	*out_name = name;
	*out_statement = statement;
	return 0;
}
