/* line: a line of a corpus, counted; or what is wrong with it, and where. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/file.h"

/* ---- Workers ---- */

int corpus_worker_take(struct corpus *corpus, struct corpus_worker **out_worker, struct error *err)
{
	struct corpus_worker *worker;

	pthread_mutex_lock(&corpus->lock);
	worker = corpus->idle;
	if (worker)
		corpus->idle = worker->next;
	pthread_mutex_unlock(&corpus->lock);
	if (!worker) {
		worker = calloc(1, sizeof(*worker));
		if (!worker)
			return error_set(err, ERROR_SYSTEM, "out of memory to count a corpus");
		json_line_work_init(&worker->json, CORPUS_LINE_MAX);
		if (corpus->wish->tokenizer && tokenizer_work_new(&worker->tokens, err)) {
			free(worker);
			return -1;
		}
	}
	*out_worker = worker;
	return 0;
}

void corpus_worker_drop(struct corpus *corpus, struct corpus_worker *worker)
{
	counts_release(&worker->counts);
	pthread_mutex_lock(&corpus->lock);
	worker->next = corpus->idle;
	corpus->idle = worker;
	pthread_mutex_unlock(&corpus->lock);
}

int corpus_worker_done(struct corpus_file *file, struct corpus_worker *worker, struct error *err)
{
	int failed;

	pthread_mutex_lock(&file->lock);
	failed = counts_merge(&file->shard.counts, &worker->counts, err);
	pthread_mutex_unlock(&file->lock);
	corpus_worker_drop(file->corpus, worker);
	return failed ? error_prefix(err, "'%s'", file->shard.path) : 0;
}

/* ---- What is wrong ---- */

void corpus_place_note(struct corpus_file *file, uint64_t offset)
{
	struct corpus *corpus = file->corpus;

	pthread_mutex_lock(&corpus->lock);
	if (!corpus->broken_path) {
		corpus->broken_path = strdup(file->shard.path);
		corpus->broken_at = offset;
	}
	pthread_mutex_unlock(&corpus->lock);
}

/* A broken line ends the work, or is counted as such. */
static int line_broken(struct corpus_file *file, struct corpus_worker *worker,
		       const struct corpus_line *line, const struct error *why, struct error *err)
{
	char place[48];

	if (line->number)
		snprintf(place, sizeof(place), "line %" PRIu64, line->number);
	else
		snprintf(place, sizeof(place), "the line at byte %" PRIu64, line->offset);
	if (why->code != ERROR_SYSTEM && file->corpus->wish->lenient) {
		char text[sizeof(why->text) + sizeof(place) + 2];

		worker->counts.broken++;
		snprintf(text, sizeof(text), "%s: %s", place, why->text);
		pthread_mutex_lock(&file->lock);
		if (!file->shard.broken)
			file->shard.broken = strdup(text);
		pthread_mutex_unlock(&file->lock);
		return 0;
	}
	if (!line->number)
		corpus_place_note(file, line->offset);
	error_set(err, why->code, "%s", why->text);
	return line->number ? error_prefix(err, "'%s', %s", file->shard.path, place) : -1;
}

/* ---- Documents ---- */

static enum language language_of(const struct corpus_file *file, struct span source,
				 const struct script_sums *sums)
{
	const struct corpus_wish *wish = file->corpus->wish;
	char name[CORPUS_SOURCE_NAME_MAX + 1];

	if (file->language >= 0)
		return (enum language)file->language;
	if (source.len && source.len < sizeof(name) && wish->language_count) {
		memcpy(name, source.data, source.len);
		name[source.len] = '\0';
		for (size_t i = 0; i < wish->language_count; i++)
			if (name_matches(wish->language[i].pattern, name))
				return wish->language[i].language;
	}
	return script_language(sums);
}

static int text_count(struct corpus_file *file, struct corpus_worker *worker, struct span text,
		      struct span source, struct error *err)
{
	struct script_sums sums = { 0 };
	struct counts_sum sum = { .documents = 1, .bytes = text.len };

	script_add(&sums, text);
	sum.characters = sums.characters;
	if (worker->tokens &&
	    tokenizer_count(file->corpus->wish->tokenizer, worker->tokens, text, &sum.tokens, err))
		return -1;
	return counts_document(&worker->counts, language_of(file, source, &sums), source, &sum,
			       err);
}

static int json_count_line(struct corpus_file *file, struct corpus_worker *worker, struct span line,
			   struct error *err)
{
	const struct corpus_wish *wish = file->corpus->wish;
	struct json_line found;

	if (json_line_read(line, &file->corpus->json, &worker->json, &found, err))
		return -1;
	if (!found.has_text && wish->text_field)
		return error_set(err, ERROR_CORRUPT, "it has no '%s'", wish->text_field);
	if (!found.has_source && wish->source_field)
		return error_set(err, ERROR_CORRUPT, "it has no '%s'", wish->source_field);
	if (!found.has_text)
		worker->counts.textless++;
	return text_count(file, worker, found.has_text ? found.text : (struct span){ line.data, 0 },
			  found.has_source ? found.source : (struct span){ NULL, 0 }, err);
}

static int plain_count_line(struct corpus_file *file, struct corpus_worker *worker,
			    struct span line, struct error *err)
{
	const uint8_t *nul = memchr(line.data, 0, line.len);
	size_t at;

	if (nul)
		return error_set(err, ERROR_CORRUPT, "byte %zu: a NUL byte, which no text has",
				 (size_t)(nul - line.data) + 1);
	if (!script_utf8(line, &at))
		return error_set(err, ERROR_CORRUPT,
				 "byte %zu: this is no UTF-8 (another encoding?)", at + 1);
	return text_count(file, worker, line, (struct span){ NULL, 0 }, err);
}

static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] != ' ' && line.data[i] != '\t')
			return false;
	return true;
}

int corpus_line_count(struct corpus_file *file, struct corpus_worker *worker,
		      const struct corpus_line *line, struct error *err)
{
	struct span bytes = line->bytes;
	struct error why = { 0 };

	if (bytes.len && bytes.data[bytes.len - 1] == '\r')
		bytes.len--;
	if (is_blank(bytes))
		return 0;
	worker->counts.lines++;
	if (file->json ? json_count_line(file, worker, bytes, &why)
		       : plain_count_line(file, worker, bytes, &why))
		return line_broken(file, worker, line, &why, err);
	return 0;
}
