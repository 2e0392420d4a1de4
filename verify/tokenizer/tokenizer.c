/* tokenizer: which token ids a text has. */
#include "verify/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/manifest.h"
#include "verify/tokenizer/inner.h"
#include "verify/tree.h"
#include "verify/utf8.h"

int ids_add(struct ids *ids, uint32_t id, struct error *err)
{
	void *array = ids->id;

	if (array_room(&array, ids->count, &ids->cap, sizeof(*ids->id), err))
		return -1;
	ids->id = array;
	ids->id[ids->count++] = id;
	return 0;
}

void ids_release(struct ids *ids)
{
	free(ids->id);
	*ids = (struct ids){ 0 };
}

size_t utf8_len(struct span text)
{
	uint8_t byte = text.data[0];
	size_t len = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;

	return len < text.len ? len : text.len;
}

struct span span_from(struct span text, size_t len)
{
	return (struct span){ len ? text.data + len : text.data, text.len - len };
}

bool span_begins(struct span text, struct span prefix)
{
	return text.len >= prefix.len &&
	       (!prefix.len || !memcmp(text.data, prefix.data, prefix.len));
}

int tokenizer_open(struct span file, const char *name, struct tokenizer **out_tokenizer,
		   struct error *err)
{
	if (file.len > TOKENIZER_FILE_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' has %zu bytes, of %u allowed", name,
				 file.len, TOKENIZER_FILE_MAX);
	if (file.len && file.data[0] == '{')
		return tokenizer_json_open(file, name, out_tokenizer, err);
	if (!file.len || file.data[0] != '\n')
		return error_set(
			err, ERROR_UNTRUSTED,
			"'%s' is neither a SentencePiece model nor a tokenizer.json; other "
			"files (tiktoken's, vocab.txt) are not computed",
			name);
	return sentencepiece_open(file, name, out_tokenizer, err);
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

/* Are these the bytes that the manifest has for the name? */
static int signed_check(const struct manifest *manifest, const char *name, struct span bytes,
			struct error *err)
{
	const struct manifest_file *known = manifest_find(manifest, name);
	struct digest found = sha256(bytes);

	if (!known)
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' is not among the files that were signed", name);
	return digest_equal(&found, &known->sha256)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'%s' is not the file that was signed",
				   name);
}

int tokenizer_open_tree(const struct tree *tree, const struct manifest *manifest,
			struct tokenizer **out_tokenizer, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	const char *name = tokenizer_file_of(tree);

	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	if (!name)
		return error_set(err, ERROR_ABSENT,
				 "there is no tokenizer beside the weights (tokenizer.json, "
				 "tokenizer.model)");
	if (tree_open_file(tree, name, &source, err))
		return -1;
	if (source_read_all(source, &bytes, err))
		return error_prefix(err, "'%s'", name);
	if (manifest && signed_check(manifest, name, buffer_view(&bytes), err))
		return -1;
	return tokenizer_open(buffer_view(&bytes), name, out_tokenizer, err);
}

void tokenizer_close(struct tokenizer **tokenizer)
{
	if (*tokenizer)
		(*tokenizer)->type->close(*tokenizer);
	*tokenizer = NULL;
}

static int check_text(struct span text, size_t max, struct error *err)
{
	if (text.len > max)
		return error_set(err, ERROR_CORRUPT, "a text has %zu bytes, of %zu allowed",
				 text.len, max);
	for (size_t at = 0; at < text.len;) {
		uint32_t point;
		size_t len = utf8_point(span_from(text, at), &point);

		if (!len)
			return error_set(err, ERROR_CORRUPT, "a text is no UTF-8 at byte %zu", at);
		at += len;
	}
	return 0;
}

int tokenizer_encode(const struct tokenizer *tokenizer, struct span text,
		     enum tokenizer_special special, uint32_t **out_ids, size_t *out_count,
		     struct error *err)
{
	CLEANUP(ids_release) struct ids ids = { 0 };

	if (check_text(text, TOKENIZER_TEXT_MAX, err) ||
	    tokenizer->type->encode(tokenizer, text, special, &ids, err))
		return -1;
	if (!ids.id) {
		ids.id = calloc(1, sizeof(*ids.id));
		if (!ids.id)
			return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	*out_ids = ids.id;
	*out_count = ids.count;
	ids.id = NULL;
	return 0;
}

int tokenizer_work_new(struct tokenizer_work **out_work, struct error *err)
{
	struct tokenizer_work *work = calloc(1, sizeof(*work));

	if (!work)
		return error_set(err, ERROR_SYSTEM, "out of memory to count tokens");
	buffer_init(&work->normal, TOKENIZER_NORMAL_MAX);
	*out_work = work;
	return 0;
}

void tokenizer_work_free(struct tokenizer_work **work)
{
	if (*work) {
		ids_release(&(*work)->ids);
		buffer_release(&(*work)->normal);
	}
	free(*work);
	*work = NULL;
}

int tokenizer_count(const struct tokenizer *tokenizer, struct tokenizer_work *work,
		    struct span text, uint64_t *out_count, struct error *err)
{
	if (check_text(text, tokenizer->type->count ? TOKENIZER_COUNT_MAX : TOKENIZER_TEXT_MAX,
		       err))
		return -1;
	if (tokenizer->type->count)
		return tokenizer->type->count(tokenizer, work, text, out_count, err);
	work->ids.count = 0;
	if (tokenizer->type->encode(tokenizer, text, TOKENIZER_PLAIN, &work->ids, err))
		return -1;
	*out_count = work->ids.count;
	return 0;
}

uint32_t tokenizer_vocab_size(const struct tokenizer *tokenizer)
{
	return tokenizer->vocab_size;
}

const char *tokenizer_description(const struct tokenizer *tokenizer)
{
	return tokenizer->description;
}
