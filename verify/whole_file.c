/* whole_file: everything that one read of a file gives. */
#include "verify/whole_file.h"

#include <stdlib.h>

enum { STEP_SIZE_BYTES = 262144 };

/* What the reading of one file works with. */
struct pass {
	struct source *source;
	const struct whole_file_reader *reader;
	struct hash_stream *whole, *piece;
	uint8_t *step;
};

static void pass_release(struct pass *pass)
{
	hash_stream_free(&pass->whole);
	hash_stream_free(&pass->piece);
	free(pass->step);
}

void whole_file_release(struct whole_file *file)
{
	tensor_table_release(&file->table);
	free(file->record);
	*file = (struct whole_file){ 0 };
}

int whole_file_cut(struct source *source, struct whole_file *file, struct piece **out_piece,
		   struct error *err)
{
	if (format_open(source, &file->table, err) ||
	    pieces_cut(source->size, file->table.tensor, file->table.count, out_piece,
		       &file->piece_count, err))
		return -1;
	file->size = source->size;
	file->record = calloc(file->piece_count + 1, sizeof(*file->record));
	return file->record ? 0
			    : error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces",
					file->piece_count);
}

static int read_piece(struct pass *pass, const struct piece *piece, struct piece_record *record,
		      struct error *err)
{
	struct hash_stream *const streams[2] = { pass->whole, pass->piece };
	struct locator_stream locator = { 0 };

	for (uint32_t at = 0; at < piece->len; at += STEP_SIZE_BYTES) {
		uint32_t rest = piece->len - at;
		struct span bytes = { pass->step, rest < STEP_SIZE_BYTES ? rest : STEP_SIZE_BYTES };
		struct span twice[2] = { bytes, bytes };

		if (source_read_at(pass->source, piece->offset + at, pass->step, bytes.len, err))
			return -1;
		hash_streams_add(streams, twice, 2);
		locator_add(&locator, bytes);
		if (pass->reader && pass->reader->bytes(pass->reader->user, bytes, err))
			return -1;
	}
	record->digest = hash_stream_finish(pass->piece);
	record->locator = locator.locator;
	return 0;
}

static int read_pieces(struct pass *pass, const struct tensor *tensor, size_t count,
		       struct whole_file *file, struct error *err)
{
	struct piece *piece;

	if (pieces_cut(file->size, tensor, count, &piece, &file->piece_count, err))
		return -1;
	file->record = calloc(file->piece_count + 1, sizeof(*file->record));
	for (size_t i = 0; file->record && i < file->piece_count; i++) {
		if (read_piece(pass, &piece[i], &file->record[i], err)) {
			free(piece);
			return -1;
		}
	}
	free(piece);
	if (!file->record)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces",
				 file->piece_count);
	file->sha256 = hash_stream_finish(pass->whole);
	return 0;
}

int whole_file_read_as(struct source *source, const struct tensor *tensor, size_t count,
		       const struct whole_file_reader *reader, struct whole_file *out_file,
		       struct error *err)
{
	CLEANUP(whole_file_release) struct whole_file file = { .size = source->size };
	CLEANUP(pass_release)
	struct pass pass = { .source = source,
			     .reader = reader,
			     .step = aligned_alloc(64, STEP_SIZE_BYTES) };

	if (!pass.step)
		return error_set(err, ERROR_SYSTEM, "out of memory to read '%s'", source->name);
	if (hash_stream_new(&pass.whole, err) || hash_stream_new(&pass.piece, err) ||
	    read_pieces(&pass, tensor, count, &file, err) || source_unchanged(source, err))
		return -1;
	*out_file = file;
	file = (struct whole_file){ 0 };
	return 0;
}

static int digest_steps(struct pass *pass, struct error *err)
{
	for (uint64_t at = 0; at < pass->source->size; at += STEP_SIZE_BYTES) {
		uint64_t rest = pass->source->size - at;
		struct span bytes = { pass->step,
				      rest < STEP_SIZE_BYTES ? (size_t)rest : STEP_SIZE_BYTES };

		if (source_read_at(pass->source, at, pass->step, bytes.len, err))
			return -1;
		hash_stream_add(pass->whole, bytes);
		if (pass->reader && pass->reader->bytes(pass->reader->user, bytes, err))
			return -1;
	}
	return source_unchanged(pass->source, err);
}

int whole_file_digest(struct source *source, const struct whole_file_reader *reader,
		      struct digest *out_digest, struct error *err)
{
	CLEANUP(pass_release)
	struct pass pass = { .source = source,
			     .reader = reader,
			     .step = aligned_alloc(64, STEP_SIZE_BYTES) };

	if (!pass.step)
		return error_set(err, ERROR_SYSTEM, "out of memory to read '%s'", source->name);
	if (hash_stream_new(&pass.whole, err) || digest_steps(&pass, err))
		return -1;
	*out_digest = hash_stream_finish(pass.whole);
	return 0;
}
