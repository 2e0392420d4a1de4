/* sentencepiece: a tokenizer.model (sentencepiece_model.proto) and what it makes of texts. */
#include "verify/tokenizer/sentencepiece.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/tokenizer/protobuf.h"
#include "verify/utf8.h"

static void segments_release(struct segments *segments)
{
	free(segments->segment);
}

int segments_add(struct segments *segments, struct span text, uint32_t id, struct error *err)
{
	void *array = segments->segment;

	if (array_room(&array, segments->count, &segments->cap, sizeof(*segments->segment), err))
		return -1;
	segments->segment = array;
	segments->segment[segments->count++] = (struct segment){ text, id };
	return 0;
}

/* ---- Texts ---- */

/* The ids of pieces: an unknown one becomes its bytes, or one id for a run of them. */
static int add_ids(const struct sentencepiece *sp, const struct segments *segments, struct ids *out,
		   struct error *err)
{
	bool after_unknown = false;

	for (size_t i = 0; i < segments->count; i++) {
		struct segment segment = segments->segment[i];
		enum piece_type type = sp->piece[segment.id].type;
		bool unknown = type == PIECE_UNKNOWN;

		if (type == PIECE_CONTROL)
			return error_set(err, ERROR_UNTRUSTED,
					 "the text has the control symbol %u, which "
					 "SentencePiece cannot encode",
					 segment.id);
		if (unknown && sp->byte_fallback) {
			for (size_t k = 0; k < segment.text.len; k++)
				if (ids_add(out, sp->byte_id[segment.text.data[k]], err))
					return -1;
		} else if (!(unknown && after_unknown) && ids_add(out, segment.id, err)) {
			return -1;
		}
		after_unknown = unknown;
	}
	return 0;
}

static int sentencepiece_encode(const struct tokenizer *tokenizer, struct span text,
				enum tokenizer_special special, struct ids *out, struct error *err)
{
	const struct sentencepiece *sp = (const struct sentencepiece *)tokenizer;
	CLEANUP(segments_release) struct segments segments = { 0 };
	CLEANUP(buffer_release) struct buffer normal;

	buffer_init(&normal, TOKENIZER_NORMAL_MAX);
	if (special == TOKENIZER_WITH_SPECIAL)
		return error_set(err, ERROR_UNTRUSTED,
				 "a tokenizer.model does not say which special tokens stand around "
				 "a text");
	if (sentencepiece_normalize(sp, text, &normal, err))
		return -1;
	if (!normal.len)
		return 0;
	if (sp->model == SENTENCEPIECE_BPE
		    ? sentencepiece_bpe(sp, buffer_view(&normal), &segments, err)
		    : sentencepiece_unigram(sp, buffer_view(&normal), &segments, err))
		return -1;
	return add_ids(sp, &segments, out, err);
}

static int sentencepiece_count(const struct tokenizer *tokenizer, struct tokenizer_work *work,
			       struct span text, uint64_t *out_count, struct error *err)
{
	const struct sentencepiece *sp = (const struct sentencepiece *)tokenizer;

	if (sp->model == SENTENCEPIECE_UNIGRAM) {
		work->normal.len = 0;
		return sentencepiece_normalize(sp, text, &work->normal, err) ||
				       sentencepiece_unigram_count(sp, buffer_view(&work->normal),
								   out_count, err)
			       ? -1
			       : 0;
	}
	work->ids.count = 0;
	if (text.len > TOKENIZER_TEXT_MAX)
		return error_set(err, ERROR_CORRUPT, "a text has %zu bytes, of %u allowed",
				 text.len, TOKENIZER_TEXT_MAX);
	if (sentencepiece_encode(tokenizer, text, TOKENIZER_PLAIN, &work->ids, err))
		return -1;
	*out_count = work->ids.count;
	return 0;
}

static void sentencepiece_close(struct tokenizer *tokenizer)
{
	struct sentencepiece *sp = (struct sentencepiece *)tokenizer;

	buffer_release(&sp->file);
	free(sp->piece);
	free(sp->score);
	trie_release(&sp->pieces);
	trie_release(&sp->reserved);
	trie_release(&sp->user_defined);
	charsmap_release(&sp->map);
	free(sp);
}

/* ---- The file ---- */

/* The byte of "<0x41>", or -1. */
static int byte_of(struct span text)
{
	char want[8];

	for (int byte = 0; byte < 256 && text.len == 6; byte++) {
		snprintf(want, sizeof(want), "<0x%02X>", (unsigned)byte);
		if (!memcmp(text.data, want, 6))
			return byte;
	}
	return -1;
}

static int check_piece(const struct piece *piece, struct error *err)
{
	if (!piece->text.len || piece->text.len > TOKENIZER_PIECE_MAX)
		return error_set(err, piece->text.len ? ERROR_UNTRUSTED : ERROR_CORRUPT,
				 "it has %zu bytes, of 1 to %u", piece->text.len,
				 TOKENIZER_PIECE_MAX);
	if (!utf8_text_ok(piece->text))
		return error_set(err, ERROR_CORRUPT, "it is no UTF-8, or has a NUL");
	if (!isfinite(piece->score))
		return error_set(err, ERROR_CORRUPT, "its score is no number");
	if (piece->type < PIECE_NORMAL || piece->type > PIECE_BYTE)
		return error_set(err, ERROR_UNTRUSTED, "it is of the unknown type %d",
				 (int)piece->type);
	return 0;
}

static float float_of(uint64_t bits)
{
	uint32_t word = (uint32_t)bits;
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

static int read_piece(struct sentencepiece *sp, struct span message, struct error *err)
{
	struct piece piece = { .type = PIECE_NORMAL };
	struct protobuf_field field;
	void *array = sp->piece;
	bool more;

	for (;;) {
		if (protobuf_next(&message, &field, &more, err))
			return -1;
		if (!more)
			break;
		if (field.number == 1) {
			if (protobuf_expect(&field, PROTOBUF_BYTES, "piece", err))
				return -1;
			piece.text = field.bytes;
		} else if (field.number == 2) {
			if (protobuf_expect(&field, PROTOBUF_FIXED32, "score", err))
				return -1;
			piece.score = float_of(field.value);
		} else if (field.number == 3) {
			if (protobuf_expect(&field, PROTOBUF_VARINT, "type", err))
				return -1;
			piece.type = field.value <= PIECE_BYTE ? (enum piece_type)field.value : 0;
		}
	}
	if (check_piece(&piece, err))
		return -1;
	if (sp->piece_count == TOKENIZER_PIECES_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are more than %u pieces",
				 TOKENIZER_PIECES_MAX);
	if (array_room(&array, sp->piece_count, &sp->piece_cap, sizeof(*sp->piece), err))
		return -1;
	sp->piece = array;
	sp->piece[sp->piece_count++] = piece;
	return 0;
}

static int set_model(struct sentencepiece *sp, uint64_t type, struct error *err)
{
	static const char *const refused[] = { "WORD", "CHAR" };

	if (type != SENTENCEPIECE_UNIGRAM && type != SENTENCEPIECE_BPE)
		return error_set(err, ERROR_UNTRUSTED,
				 "models of type %s (%llu) are not computed, only UNIGRAM and BPE",
				 type == 3 || type == 4 ? refused[type - 3] : "unknown",
				 (unsigned long long)type);
	sp->model = (enum sentencepiece_model)type;
	return 0;
}

/* What of TrainerSpec a text's tokens depend on. */
static int read_trainer(struct sentencepiece *sp, struct span message, struct error *err)
{
	struct protobuf_field field;
	bool more;

	for (;;) {
		if (protobuf_next(&message, &field, &more, err))
			return -1;
		if (!more)
			return 0;
		if (field.number != 3 && field.number != 24 && field.number != 35)
			continue;
		if (protobuf_expect(&field, PROTOBUF_VARINT, "an option", err))
			return -1;
		if (field.number == 3 && set_model(sp, field.value, err))
			return -1;
		if (field.number == 24)
			sp->whitespace_is_suffix = field.value != 0;
		if (field.number == 35)
			sp->byte_fallback = field.value != 0;
	}
}

static int read_normalizer(struct sentencepiece *sp, struct span message, struct error *err)
{
	struct protobuf_field field;
	bool more;

	for (;;) {
		if (protobuf_next(&message, &field, &more, err))
			return -1;
		if (!more)
			return 0;
		if (field.number < 2 || field.number > 5)
			continue;
		if (protobuf_expect(&field, field.number == 2 ? PROTOBUF_BYTES : PROTOBUF_VARINT,
				    "an option", err))
			return -1;
		if (field.number == 2) {
			charsmap_release(&sp->map);
			if (charsmap_open(field.bytes, &sp->map, err))
				return -1;
		}
		if (field.number == 3)
			sp->add_dummy_prefix = field.value != 0;
		if (field.number == 4)
			sp->remove_extra_whitespaces = field.value != 0;
		if (field.number == 5)
			sp->escape_whitespaces = field.value != 0;
	}
}

static int read_model(struct sentencepiece *sp, struct error *err)
{
	struct span message = buffer_view(&sp->file);
	struct protobuf_field field;
	bool more;

	for (;;) {
		if (protobuf_next(&message, &field, &more, err))
			return -1;
		if (!more)
			return 0;
		if (field.number < 1 || field.number > 3)
			continue;
		if (protobuf_expect(&field, PROTOBUF_BYTES, "a part", err))
			return -1;
		if (field.number == 1 && read_piece(sp, field.bytes, err))
			return error_prefix(err, "piece %zu", sp->piece_count);
		if (field.number == 2 && read_trainer(sp, field.bytes, err))
			return error_prefix(err, "trainer_spec");
		if (field.number == 3 && read_normalizer(sp, field.bytes, err))
			return error_prefix(err, "normalizer_spec");
	}
}

/* ---- What follows from the pieces ---- */

static bool is_reserved(enum piece_type type)
{
	return type == PIECE_UNKNOWN || type == PIECE_CONTROL || type == PIECE_BYTE;
}

static bool is_ordinary(enum piece_type type)
{
	return !is_reserved(type);
}

static bool is_user_defined(enum piece_type type)
{
	return type == PIECE_USER_DEFINED;
}

static int build(const struct sentencepiece *sp, bool (*wanted)(enum piece_type type),
		 struct trie *out_trie, struct error *err)
{
	struct trie_entry *entry = calloc(sp->piece_count + 1, sizeof(*entry));
	struct span twice = { NULL, 0 };
	size_t count = 0;
	int result;

	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < sp->piece_count; i++)
		if (wanted(sp->piece[i].type))
			entry[count++] = (struct trie_entry){ sp->piece[i].text, (uint32_t)i };
	result = trie_build(entry, count, out_trie, &twice, err);
	free(entry);
	if (!result && twice.data)
		return error_set(err, ERROR_CORRUPT, "the piece '%.*s' is there twice",
				 (int)twice.len, (const char *)twice.data);
	return result;
}

/* The 256 byte pieces, all or none. */
static int find_bytes(struct sentencepiece *sp, struct error *err)
{
	bool found[256] = { false };

	for (size_t i = 0; i < sp->piece_count; i++) {
		int byte;

		if (sp->piece[i].type != PIECE_BYTE)
			continue;
		byte = byte_of(sp->piece[i].text);
		if (byte < 0 || !sp->byte_fallback)
			return error_set(err, ERROR_CORRUPT, "piece %zu is a byte's, %s", i,
					 byte < 0 ? "and names none" : "without byte_fallback");
		found[byte] = true;
		sp->byte_id[byte] = (uint32_t)i;
	}
	for (unsigned byte = 0; byte < 256 && sp->byte_fallback; byte++)
		if (!found[byte])
			return error_set(err, ERROR_CORRUPT,
					 "byte_fallback, and there is no piece <0x%02X>", byte);
	return 0;
}

static int find_unknown(struct sentencepiece *sp, struct error *err)
{
	size_t count = 0;

	sp->least = FLT_MAX;
	sp->greatest = FLT_MIN;
	for (size_t i = 0; i < sp->piece_count; i++) {
		const struct piece *piece = &sp->piece[i];

		if (piece->type == PIECE_UNKNOWN) {
			sp->unknown = (uint32_t)i;
			count++;
		}
		sp->has_unused |= piece->type == PIECE_UNUSED;
		if (piece->type == PIECE_NORMAL && piece->score < sp->least)
			sp->least = piece->score;
		if (piece->type == PIECE_NORMAL && piece->score > sp->greatest)
			sp->greatest = piece->score;
	}
	if (count != 1)
		return error_set(err, ERROR_CORRUPT, "there are %zu unknown pieces, not one",
				 count);
	return 0;
}

static int prepare(struct sentencepiece *sp, struct error *err)
{
	if (find_unknown(sp, err) || find_bytes(sp, err) || sentencepiece_scores(sp, err))
		return -1;
	if (build(sp, is_ordinary, &sp->pieces, err) ||
	    build(sp, is_reserved, &sp->reserved, err) ||
	    build(sp, is_user_defined, &sp->user_defined, err))
		return -1;
	sp->head.vocab_size = (uint32_t)sp->piece_count;
	snprintf(sp->head.description, sizeof(sp->head.description),
		 "SentencePiece %s, %zu pieces%s",
		 sp->model == SENTENCEPIECE_BPE ? "BPE" : "Unigram", sp->piece_count,
		 sp->byte_fallback ? ", byte fallback" : "");
	return 0;
}

int sentencepiece_open(struct span file, const char *name, struct tokenizer **out_tokenizer,
		       struct error *err)
{
	static const struct tokenizer_type type = { sentencepiece_encode, sentencepiece_count,
						    sentencepiece_close };
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	struct sentencepiece *sp = calloc(1, sizeof(*sp));

	if (!sp)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	tokenizer = &sp->head;
	sp->head.type = &type;
	sp->model = SENTENCEPIECE_UNIGRAM;
	sp->add_dummy_prefix = sp->remove_extra_whitespaces = sp->escape_whitespaces = true;
	buffer_init(&sp->file, TOKENIZER_FILE_MAX);
	if (buffer_add(&sp->file, file, err) || read_model(sp, err) || prepare(sp, err))
		return error_prefix(err, "'%s'", name);
	*out_tokenizer = tokenizer;
	tokenizer = NULL;
	return 0;
}
