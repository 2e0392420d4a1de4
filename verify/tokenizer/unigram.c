/*
 * unigram: the segmentation with the greatest sum of scores as `tokenizers`
 * finds it (models/unigram): sums in binary64, of equal sums the one found first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/trie.h"

#define UNKNOWN_PENALTY 10.0
#define NOWHERE UINT32_MAX

struct unigram {
	struct json_model head;
	struct trie vocab;
	double *score; /* by id */
	double least;
	uint32_t unknown_id; /* TRIE_NONE: none */
	bool byte_fallback;
	uint32_t byte_id[256]; /* TRIE_NONE where the vocabulary has none */
};

/* ---- Texts ---- */

/* The best way to reach a byte of the text. */
struct best {
	double score;
	uint32_t start; /* of its last piece; NOWHERE: none is known */
	uint32_t id;
};

static void best_release(struct best **best)
{
	free(*best);
}

static void offer(struct best *best, double score, uint32_t start, uint32_t id)
{
	if (best->start == NOWHERE || score > best->score)
		*best = (struct best){ .score = score, .start = start, .id = id };
}

static int extend(const struct unigram *unigram, struct span text, uint32_t start,
		  struct best *best, struct error *err)
{
	size_t width = utf8_len(span_from(text, start));
	uint32_t node = TRIE_ROOT;
	bool single = false;

	for (size_t end = start; end < text.len;) {
		uint32_t id;

		node = trie_step(&unigram->vocab, node, text.data[end++]);
		if (node == TRIE_NONE)
			break;
		id = unigram->vocab.node[node].value;
		if (id == TRIE_NONE)
			continue;
		offer(&best[end], unigram->score[id] + best[start].score, start, id);
		single |= end - start == width;
	}
	if (single)
		return 0;
	if (unigram->unknown_id == TRIE_NONE)
		return error_set(err, ERROR_UNTRUSTED,
				 "a character has no token, and there is no unk_id");
	offer(&best[start + width], unigram->least - UNKNOWN_PENALTY + best[start].score, start,
	      unigram->unknown_id);
	return 0;
}

/* A stretch of text that is no entry: its bytes if all have tokens, else the unknown token. */
static int add_stretch(const struct unigram *unigram, struct span text, struct ids *out,
		       struct error *err)
{
	uint32_t id = trie_find(&unigram->vocab, text);
	bool bytes = id == TRIE_NONE && unigram->byte_fallback;

	for (size_t i = 0; i < text.len && bytes; i++)
		bytes = unigram->byte_id[text.data[i]] != TRIE_NONE;
	if (!bytes)
		return ids_add(out, id == TRIE_NONE ? unigram->unknown_id : id, err);
	for (size_t i = 0; i < text.len; i++)
		if (ids_add(out, unigram->byte_id[text.data[i]], err))
			return -1;
	return 0;
}

/* Walk the best path from its end, and turn it round; each step then names its end. */
static void turn_round(struct best *best, size_t len)
{
	uint32_t end = (uint32_t)len, next = NOWHERE;

	while (end) {
		uint32_t start = best[end].start;

		best[end].start = next; /* where the piece behind ends */
		next = end;
		end = start;
	}
	best[0].start = next;
}

static int add_path(const struct unigram *unigram, struct span text, const struct best *best,
		    struct ids *out, struct error *err)
{
	uint32_t at = 0, end = best[0].start;

	while (end != NOWHERE) {
		uint32_t next = best[end].start;

		/* A run of unknown pieces is one. */
		while (best[end].id == unigram->unknown_id && next != NOWHERE &&
		       best[next].id == unigram->unknown_id) {
			end = next;
			next = best[end].start;
		}
		if (add_stretch(unigram, (struct span){ text.data + at, end - at }, out, err))
			return -1;
		at = end;
		end = next;
	}
	return 0;
}

static int unigram_encode(const struct json_model *model, struct span text, struct ids *out,
			  struct error *err)
{
	const struct unigram *unigram = (const struct unigram *)model;
	CLEANUP(best_release) struct best *best = malloc((text.len + 1) * sizeof(*best));

	if (!best)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i <= text.len; i++)
		best[i] = (struct best){ .start = NOWHERE, .id = TRIE_NONE };
	for (size_t at = 0; at < text.len; at += utf8_len(span_from(text, at)))
		if (extend(unigram, text, (uint32_t)at, best, err))
			return -1;
	turn_round(best, text.len);
	return add_path(unigram, text, best, out, err);
}

static uint32_t unigram_find(const struct json_model *model, struct span token)
{
	return trie_find(&((const struct unigram *)model)->vocab, token);
}

static void unigram_free(struct json_model *model)
{
	struct unigram *unigram = (struct unigram *)model;

	trie_release(&unigram->vocab);
	free(unigram->score);
	free(unigram);
}

/* ---- The file ---- */

/*
 * A number as the reference's JSON reader (serde_json) makes it: the digits as one
 * integer, rounded, times or divided by a power of ten. That is not always the
 * nearest binary64, and ties between paths depend on it.
 */
static int score_of_text(const char *text, double *out_score, struct error *err)
{
	bool negative = *text == '-', full = false;
	uint64_t digits = 0;
	long exponent = 0, written = 0;
	bool minus;
	double value;

	text += negative;
	for (bool fraction = false; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text == '.') {
			fraction = true;
			continue;
		}
		full |= digits > (UINT64_MAX - digit) / 10;
		if (!full)
			digits = 10 * digits + digit;
		exponent += (!full && fraction ? -1 : 0) + (full && !fraction ? 1 : 0);
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		minus = *text == '-';
		text += minus || *text == '+';
		for (; *text >= '0' && *text <= '9' && written < 100000; text++)
			written = 10 * written + (*text - '0');
		exponent += minus ? -written : written;
	}
	value = (double)digits;
	for (; exponent < -308 && value != 0.0; exponent += 308)
		value /= 1e308;
	if (exponent > 308 && value != 0.0)
		return error_set(err, ERROR_CORRUPT, "a score is too great");
	if (value != 0.0) {
		char power[24];

		snprintf(power, sizeof(power), "1e%ld", exponent < 0 ? -exponent : exponent);
		value = exponent < 0 ? value / strtod(power, NULL) : value * strtod(power, NULL);
	}
	if (!isfinite(value))
		return error_set(err, ERROR_CORRUPT, "a score is too great");
	*out_score = negative ? -value : value;
	return 0;
}

static int read_entry(struct unigram *unigram, const struct json *json, struct trie_entry *entry,
		      struct error *err)
{
	const char *token = json_text(json_at(json, 0));
	const struct json *score = json_at(json, 1);
	uint32_t id = unigram->head.count;

	if (!token || json_count(json) != 2)
		return error_set(err, ERROR_CORRUPT, "it is no pair of a token and a score");
	if (strlen(token) > TOKENIZER_PIECE_MAX)
		return error_set(err, ERROR_UNTRUSTED, "it has %zu bytes, of %u allowed",
				 strlen(token), TOKENIZER_PIECE_MAX);
	if (json_kind(score) == JSON_KIND_INTEGER)
		unigram->score[id] = (double)json_integer_of(score);
	else if (!json_number_text(score))
		return error_set(err, ERROR_CORRUPT, "its score is no number");
	else if (score_of_text(json_number_text(score), &unigram->score[id], err))
		return -1;
	if (unigram->score[id] < unigram->least)
		unigram->least = unigram->score[id];
	entry[unigram->head.count++] = (struct trie_entry){ span_of(token), id };
	return 0;
}

static int read_vocabulary(struct unigram *unigram, const struct json *json, struct error *err)
{
	const struct json *vocab;
	struct trie_entry *entry;
	size_t count;
	int result = 0;

	if (json_need_array(json, "vocab", &vocab, err))
		return -1;
	count = json_count(vocab);
	if (count > TOKENIZER_PIECES_MAX)
		return error_set(err, ERROR_UNTRUSTED, "the vocabulary has more than %u entries",
				 TOKENIZER_PIECES_MAX);
	unigram->score = calloc(count + 1, sizeof(*unigram->score));
	entry = calloc(count + 1, sizeof(*entry));
	if (!unigram->score || !entry) {
		free(entry);
		return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	for (size_t i = 0; i < count && !result; i++)
		if (read_entry(unigram, json_at(vocab, i), entry, err))
			result = error_prefix(err, "entry %zu", i);
	if (!result)
		result = trie_build(entry, count, &unigram->vocab, NULL, err);
	free(entry);
	unigram->head.limit = unigram->head.count;
	return result;
}

static int read_options(struct unigram *unigram, const struct json *json, struct error *err)
{
	static const char *const known[] = { "type", "unk_id", "vocab", "byte_fallback", NULL };
	int64_t unknown;

	if (members_known(json, "the Unigram model", known, err) ||
	    json_maybe_bool(json, "byte_fallback", false, &unigram->byte_fallback, err) ||
	    json_maybe_integer(json, "unk_id", -1, &unknown, err))
		return -1;
	if (unknown < -1 || unknown >= unigram->head.count)
		return error_set(err, ERROR_CORRUPT, "unk_id is no entry of the vocabulary");
	unigram->unknown_id = unknown < 0 ? TRIE_NONE : (uint32_t)unknown;
	for (unsigned byte = 0; byte < 256; byte++) {
		char name[8];

		snprintf(name, sizeof(name), "<0x%02X>", byte);
		unigram->byte_id[byte] = trie_find(&unigram->vocab, span_of(name));
	}
	return 0;
}

int unigram_read(const struct json *json, struct json_model **out_model, struct error *err)
{
	static const struct json_model_type type = { unigram_encode, unigram_find, unigram_free };
	struct unigram *unigram = calloc(1, sizeof(*unigram));

	if (!unigram)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	unigram->head.type = &type;
	unigram->least = INFINITY;
	if (read_vocabulary(unigram, json, err) || read_options(unigram, json, err)) {
		unigram_free(&unigram->head);
		return -1;
	}
	snprintf(unigram->head.description, sizeof(unigram->head.description), "Unigram, %u tokens",
		 unigram->head.count);
	*out_model = &unigram->head;
	return 0;
}
