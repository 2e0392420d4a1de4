/* json: a tokenizer.json, and what it makes of texts. */
#include "verify/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/parts.h"

#define SPECIAL_MAX 64u /* tokens in front of a text, or behind it */

struct tokenizer_json {
	struct tokenizer head;
	struct normalizer *normalizer;
	struct pre_tokenizer *pre_tokenizer;
	struct added_tokens *added;
	struct json_model *model;
	struct ids front, back; /* special tokens around a text */
};

static int json_encode(const struct tokenizer *tokenizer, struct span text,
		       enum tokenizer_special special, struct ids *out, struct error *err)
{
	const struct tokenizer_json *tj = (const struct tokenizer_json *)tokenizer;
	CLEANUP(parts_release) struct parts parts;
	bool around = special == TOKENIZER_WITH_SPECIAL;

	parts_init(&parts);
	for (size_t i = 0; around && i < tj->front.count; i++)
		if (ids_add(out, tj->front.id[i], err))
			return -1;
	if (added_tokens_cut(tj->added, tj->normalizer, text, &parts, err) ||
	    pre_tokenizer_apply(tj->pre_tokenizer, &parts, err))
		return -1;
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.part[i].token != PART_TEXT
			    ? ids_add(out, parts.part[i].token, err)
			    : tj->model->type->encode(tj->model, parts_text(&parts, i), out, err))
			return -1;
	}
	for (size_t i = 0; around && i < tj->back.count; i++)
		if (ids_add(out, tj->back.id[i], err))
			return -1;
	return 0;
}

static void json_close(struct tokenizer *tokenizer)
{
	struct tokenizer_json *tj = (struct tokenizer_json *)tokenizer;

	normalizer_free(&tj->normalizer);
	pre_tokenizer_free(&tj->pre_tokenizer);
	added_tokens_free(&tj->added);
	if (tj->model)
		tj->model->type->free(tj->model);
	ids_release(&tj->front);
	ids_release(&tj->back);
	free(tj);
}

/* ---- Special tokens ("post_processor") ---- */

static int add_special(struct ids *ids, const struct json *id, struct error *err)
{
	int64_t value = json_integer_of(id);

	if (json_kind(id) != JSON_KIND_INTEGER || value < 0 || value >= PART_TEXT)
		return error_set(err, ERROR_CORRUPT, "a special token has no id");
	if (ids->count == SPECIAL_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are more than %u special tokens",
				 SPECIAL_MAX);
	return ids_add(ids, (uint32_t)value, err);
}

/* {"SpecialToken": {"id": NAME}}: NAME stands for ids in "special_tokens". */
static int add_template_token(struct ids *ids, const struct json *piece,
			      const struct json *special_tokens, struct error *err)
{
	const struct json *token, *list;
	const char *name;

	if (json_need_string(piece, "id", &name, err))
		return -1;
	token = json_member(special_tokens, name);
	if (!token)
		return error_set(err, ERROR_CORRUPT, "there is no special token '%s'", name);
	if (json_need_array(token, "ids", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (add_special(ids, json_at(list, i), err))
			return -1;
	return 0;
}

static int read_template(struct tokenizer_json *tj, const struct json *json, struct error *err)
{
	static const char *const known[] = { "type", "single", "pair", "special_tokens", NULL };
	const struct json *single, *special_tokens;
	struct ids *ids = &tj->front;

	if (members_known(json, "TemplateProcessing", known, err) ||
	    json_need_array(json, "single", &single, err) ||
	    json_need_object(json, "special_tokens", &special_tokens, err))
		return -1;
	for (size_t i = 0; i < json_count(single); i++) {
		const struct json *piece = json_at(single, i);
		const struct json *sequence = json_member(piece, "Sequence");
		const struct json *special = json_member(piece, "SpecialToken");
		const char *name = json_text(json_member(sequence, "id"));

		if (special && !sequence) {
			if (add_template_token(ids, special, special_tokens, err))
				return -1;
		} else if (name && !strcmp(name, "A") && ids == &tj->front) {
			ids = &tj->back;
		} else {
			return error_set(err, ERROR_UNTRUSTED,
					 "a template of other pieces than special tokens and one "
					 "text is not computed");
		}
	}
	return ids == &tj->back ? 0
				: error_set(err, ERROR_UNTRUSTED,
					    "a template without the text is not computed");
}

/* ["[CLS]", 101] */
static int add_pair(struct ids *ids, const struct json *json, const char *key, struct error *err)
{
	const struct json *pair;

	return json_need_array(json, key, &pair, err) || add_special(ids, json_at(pair, 1), err)
		       ? -1
		       : 0;
}

static int read_processor(struct tokenizer_json *tj, const struct json *json, bool inner,
			  struct error *err)
{
	const struct json *list;
	const char *type;

	if (json_need_string(json, "type", &type, err))
		return -1;
	if (!strcmp(type, "ByteLevel"))
		return 0; /* offsets only */
	if (!strcmp(type, "Sequence") && !inner) {
		if (json_need_array(json, "processors", &list, err))
			return -1;
		for (size_t i = 0; i < json_count(list); i++)
			if (read_processor(tj, json_at(list, i), true, err))
				return -1;
		return 0;
	}
	if (tj->front.count || tj->back.count)
		return error_set(err, ERROR_UNTRUSTED,
				 "two post_processors that add tokens are not computed");
	if (!strcmp(type, "TemplateProcessing"))
		return read_template(tj, json, err);
	if (!strcmp(type, "BertProcessing") || !strcmp(type, "RobertaProcessing"))
		return add_pair(&tj->front, json, "cls", err) ||
				       add_pair(&tj->back, json, "sep", err)
			       ? -1
			       : 0;
	return error_set(err, ERROR_UNTRUSTED, "the post_processor '%s' is not computed", type);
}

/* ---- The file ---- */

static int read_model(struct tokenizer_json *tj, const struct json *json, struct error *err)
{
	const char *type;

	if (json_maybe_string(json, "type", &type, err))
		return -1;
	if (!type)
		return error_set(err, ERROR_UNTRUSTED,
				 "the model does not say its type: write the file anew with a "
				 "current version of tokenizers");
	if (!strcmp(type, "BPE"))
		return bpe_read(json, &tj->model, err);
	if (!strcmp(type, "Unigram"))
		return unigram_read(json, &tj->model, err);
	if (!strcmp(type, "WordPiece"))
		return wordpiece_read(json, &tj->model, err);
	return error_set(err, ERROR_UNTRUSTED,
			 "models of type %s are not computed, only BPE, Unigram and WordPiece",
			 type);
}

static int check_top(const struct json *json, struct error *err)
{
	/* Truncation and padding are the caller's: transformers switches them off, too. */
	static const char *const known[] = {
		"version",       "truncation",     "padding", "added_tokens", "normalizer",
		"pre_tokenizer", "post_processor", "decoder", "model",        NULL
	};
	const char *version;

	if (members_known(json, "the file", known, err) ||
	    json_maybe_string(json, "version", &version, err))
		return -1;
	if (version && strcmp(version, "1.0") != 0)
		return error_set(err, ERROR_UNTRUSTED, "version '%s' is not known, only 1.0",
				 version);
	return 0;
}

static int read_file(struct tokenizer_json *tj, const struct json *json, struct error *err)
{
	const struct json *model, *added, *processor = json_member(json, "post_processor");
	uint32_t limit;

	if (check_top(json, err) || json_need_object(json, "model", &model, err) ||
	    json_maybe_array(json, "added_tokens", &added, err))
		return -1;
	if (read_model(tj, model, err))
		return error_prefix(err, "model");
	if (normalizer_read(json_member(json, "normalizer"), &tj->normalizer, err) ||
	    pre_tokenizer_read(json_member(json, "pre_tokenizer"), &tj->pre_tokenizer, err) ||
	    added_tokens_read(added, tj->model, tj->normalizer, &tj->added, err))
		return -1;
	if (json_kind(processor) != JSON_KIND_NULL && read_processor(tj, processor, false, err))
		return error_prefix(err, "post_processor");
	limit = added_tokens_limit(tj->added);
	tj->head.vocab_size = tj->model->limit > limit ? tj->model->limit : limit;
	snprintf(tj->head.description, sizeof(tj->head.description), "tokenizer.json %s",
		 tj->model->description);
	return 0;
}

int tokenizer_json_open(struct span file, const char *name, struct tokenizer **out_tokenizer,
			struct error *err)
{
	static const struct tokenizer_type type = { json_encode, NULL, json_close };
	static const struct json_limits limits = { .max_bytes = TOKENIZER_FILE_MAX,
						   .max_containers = TOKENIZER_PIECES_MAX };
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	CLEANUP(json_free) struct json *json = NULL;
	struct tokenizer_json *tj;

	if (json_parse(file, &limits, &json, err))
		return error_prefix(err, "'%s'", name);
	tj = calloc(1, sizeof(*tj));
	if (!tj)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	tokenizer = &tj->head;
	tj->head.type = &type;
	if (read_file(tj, json, err))
		return error_prefix(err, "'%s'", name);
	*out_tokenizer = tokenizer;
	tokenizer = NULL;
	return 0;
}
