/* tokenizer: which token ids a text has. */
#include "verify/tokenizer.h"

#include <stdlib.h>

#include "verify/tree.h"

struct tokenizer {
	uint32_t vocab_size;
};

int tokenizer_open(struct span file, const char *name, struct tokenizer **out_tokenizer,
		   struct error *err)
{
	(void)out_tokenizer;
	if (file.len > TOKENIZER_FILE_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' has %zu bytes, of %u allowed", name,
				 file.len, TOKENIZER_FILE_MAX);
	return error_set(err, ERROR_UNTRUSTED, "'%s' is a tokenizer that is not computed", name);
}

const char *tokenizer_file_of(const struct tree *tree)
{
	static const char *const name[] = { "tokenizer.json", "tokenizer.model",
					    "tokenizer.model.v3" };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		const struct tree_file *file = tree_find(tree, name[i]);

		if (file)
			return file->name;
	}
	return NULL;
}

int tokenizer_open_tree(const struct tree *tree, struct tokenizer **out_tokenizer,
			struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	const char *name = tokenizer_file_of(tree);

	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	if (!name)
		return error_set(err, ERROR_ABSENT,
				 "there is neither tokenizer.json nor tokenizer.model in '%s'",
				 tree_path(tree));
	if (tree_open_file(tree, name, &source, err))
		return -1;
	if (source_read_all(source, &bytes, err))
		return error_prefix(err, "'%s'", name);
	return tokenizer_open(buffer_view(&bytes), name, out_tokenizer, err);
}

void tokenizer_close(struct tokenizer **tokenizer)
{
	free(*tokenizer);
	*tokenizer = NULL;
}

int tokenizer_encode(const struct tokenizer *tokenizer, struct span text,
		     enum tokenizer_special special, uint32_t **out_ids, size_t *out_count,
		     struct error *err)
{
	(void)tokenizer;
	(void)text;
	(void)special;
	(void)out_ids;
	(void)out_count;
	return error_set(err, ERROR_UNTRUSTED, "this tokenizer is not computed");
}

uint32_t tokenizer_vocab_size(const struct tokenizer *tokenizer)
{
	return tokenizer->vocab_size;
}

const char *tokenizer_description(const struct tokenizer *tokenizer)
{
	(void)tokenizer;
	return "not computed";
}
