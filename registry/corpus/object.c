/* object: the object of counts: a line about the counting, and one for each file. */
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/file.h"

/* ---- Writing ---- */

static int languages_set(struct json *object, const struct corpus_wish *wish, struct error *err)
{
	struct json *list, *item;

	if (json_set_text(object, "method", SCRIPT_METHOD, err))
		return -1;
	if (!wish->language_count)
		return 0;
	if (json_set_array(object, "given", &list, err))
		return -1;
	for (size_t i = 0; i < wish->language_count; i++)
		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "pattern", wish->language[i].pattern, err) ||
		    json_set_text(item, "language", language_name(wish->language[i].language), err))
			return -1;
	return 0;
}

static int tokenizer_set(struct json *head, const struct corpus_wish *wish, struct error *err)
{
	struct json *object;

	return json_set_object(head, "tokenizer", &object, err) ||
			       json_set_digest(object, "file", &wish->tokenizer_digest, err) ||
			       json_set_text(object, "description",
					     tokenizer_description(wish->tokenizer), err)
		       ? -1
		       : 0;
}

/* How it was counted. */
static int head_write(const struct corpus *corpus, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *head = NULL;
	const struct corpus_wish *wish = corpus->wish;
	struct json *languages;

	if (json_object_new(&head, err) || json_set_text(head, "schema", COUNTS_SCHEMA, err) ||
	    json_set_span(head, "textField", corpus->json.text, err) ||
	    json_set_bool(head, "textRequired", wish->text_field != NULL, err) ||
	    json_set_bool(head, "lenient", wish->lenient, err) ||
	    (wish->source_field && json_set_text(head, "sourceField", wish->source_field, err)) ||
	    (wish->tokenizer && tokenizer_set(head, wish, err)) ||
	    json_set_object(head, "languages", &languages, err) ||
	    languages_set(languages, wish, err) || json_write_canonical(head, out, err))
		return -1;
	return buffer_add_text(out, "\n", err);
}

static int shard_write(const struct corpus_shard *shard, bool tokens, struct buffer *out,
		       struct error *err)
{
	CLEANUP(json_free) struct json *line = NULL;

	if (json_object_new(&line, err) || json_set_text(line, "path", shard->path, err) ||
	    json_set_text(line, "format", shard->format, err) ||
	    (shard->packing && json_set_text(line, "packing", shard->packing, err)) ||
	    json_set_bool(line, "counted", shard->counted, err) ||
	    json_set_size(line, "size", shard->size, err) ||
	    (shard->counted && counts_set(line, &shard->counts, tokens, err)) ||
	    (shard->basis && (json_set_text(line, "basis", shard->basis, err) ||
			      counts_set(line, &shard->counts, true, err))) ||
	    (shard->data_size && json_set_size(line, "dataSize", shard->data_size, err)) ||
	    (shard->broken && json_set_text(line, "firstBroken", shard->broken, err)) ||
	    json_write_canonical(line, out, err))
		return -1;
	return buffer_add_text(out, "\n", err);
}

int corpus_write(struct corpus *corpus, struct buffer *out, struct error *err)
{
	const struct corpus_shard *shard;
	size_t count = corpus_shards(corpus, &shard);

	if (head_write(corpus, out, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (shard_write(&shard[i], corpus->wish->tokenizer != NULL, out, err))
			return error_prefix(err, "'%s'", shard[i].path);
	return 0;
}

/* ---- Reading ---- */

bool corpus_counts_alike(const struct corpus *corpus, struct span counts)
{
	CLEANUP(buffer_release) struct buffer head;
	struct error ignored = { 0 };

	buffer_init(&head, COUNTS_MAX_BYTES);
	return head_write(corpus, &head, &ignored) == 0 && counts.len >= head.len &&
	       memcmp(counts.data, head.data, head.len) == 0;
}

/* Names that live longer than a line. */
static const char *name_known(const char *name)
{
	static const char *const known[] = { "jsonl",   "text",  "parquet",        "bytes",
					     "gzip",    "zstd",  "megatron-index", "token-list",
					     "weights", "index", "declared" };

	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], name) == 0)
			return known[i];
	return NULL;
}

static int shard_read(const struct json *line, struct corpus_shard *out_shard, struct error *err)
{
	const char *path, *format, *packing, *broken, *basis;
	struct corpus_shard shard = { .path = NULL };

	if (json_need_string(line, "path", &path, err) ||
	    json_need_string(line, "format", &format, err) ||
	    json_maybe_string(line, "packing", &packing, err) ||
	    json_maybe_string(line, "firstBroken", &broken, err) ||
	    json_need_bool(line, "counted", &shard.counted, err) ||
	    json_maybe_string(line, "basis", &basis, err) ||
	    json_need_size(line, "size", &shard.size, err) ||
	    json_maybe_size(line, "dataSize", 0, &shard.data_size, err) ||
	    ((shard.counted || basis) && counts_get(line, &shard.counts, err)))
		return -1;
	shard.basis = name_known(basis);
	shard.format = name_known(format);
	shard.packing = name_known(packing);
	shard.path = strdup(path);
	shard.broken = broken ? strdup(broken) : NULL;
	if (!shard.format || !shard.path || (broken && !shard.broken) ||
	    (packing && !shard.packing) || (basis && !shard.basis)) {
		corpus_shard_release(&shard);
		return error_set(err, ERROR_CORRUPT, "the counts of '%s' cannot be used", path);
	}
	*out_shard = shard;
	return 0;
}

/* Take the front line off; false when no newline is left. */
static bool front_take(struct span *rest, struct span *out_line)
{
	const uint8_t *stop = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;

	if (!stop)
		return false;
	*out_line = (struct span){ rest->data, (size_t)(stop - rest->data) };
	rest->data = stop + 1;
	rest->len -= out_line->len + 1;
	return true;
}

int corpus_known(struct corpus *corpus, struct span counts,
		 bool (*wanted)(void *user, const char *path), void *user, struct error *err)
{
	struct span line;

	if (!front_take(&counts, &line)) /* how it was counted */
		return error_set(err, ERROR_CORRUPT, "no object of counts");
	while (front_take(&counts, &line)) {
		CLEANUP(json_free) struct json *object = NULL;
		struct corpus_shard shard;

		if (json_parse(line, NULL, &object, err) || shard_read(object, &shard, err))
			return -1;
		if (!wanted(user, shard.path)) {
			corpus_shard_release(&shard);
			continue;
		}
		if (corpus_shard_take(corpus, &shard, err)) {
			corpus_shard_release(&shard);
			return -1;
		}
	}
	return 0;
}
