/* restore: files cut into the parts that are read at once, and what is said of a damaged one. */
#include "registry/restore/inner.h"

#include <errno.h>
#include <stdlib.h>

static int parts_room(size_t count, struct restore_part **out_part, struct error *err)
{
	*out_part = calloc(count + 1, sizeof(**out_part));
	return *out_part ? 0 : error_system(err, ENOMEM, "cannot list %zu pieces", count);
}

static int whole_parts(const struct manifest *manifest, const struct restore_file *file,
		       bool by_piece, struct restore_part **out_part, size_t *out_count,
		       struct error *err)
{
	const struct manifest_file *whole = file->whole;
	struct restore_part *part;
	struct piece *piece;
	size_t pieces, count = 0;

	if (pieces_cut(whole->size, manifest->tensor + whole->first_tensor, whole->tensor_count,
		       &piece, &pieces, err))
		return error_prefix(err, "'%s'", whole->path);
	if (parts_room(pieces, &part, err)) {
		free(piece);
		return -1;
	}
	for (size_t i = 0; i < pieces; i++) {
		struct restore_part *last = count ? &part[count - 1] : NULL;

		if (!by_piece && last && last->len + piece[i].len <= PIECE_SIZE_BYTES) {
			last->len += piece[i].len;
			last->record = RESTORE_NO_RECORD;
			continue;
		}
		part[count++] = (struct restore_part){ .from = piece[i].offset,
						       .to = piece[i].offset,
						       .len = piece[i].len,
						       .record = whole->first_piece + i };
	}
	free(piece);
	*out_part = part;
	*out_count = count;
	return 0;
}

static int stretch_parts(const struct restore_file *file, struct restore_part **out_part,
			 size_t *out_count, struct error *err)
{
	struct restore_part *part;
	size_t count = 0;

	for (size_t i = 0; i < file->stretch_count; i++)
		count += (size_t)pieces_in_region(file->stretch[i].length);
	if (parts_room(count, &part, err))
		return -1;
	*out_part = part;
	*out_count = count;
	for (size_t i = 0; i < file->stretch_count; i++) {
		const struct restore_stretch *stretch = &file->stretch[i];

		for (uint64_t at = 0; at < stretch->length; at += PIECE_SIZE_BYTES) {
			uint64_t rest = stretch->length - at;

			*part++ = (struct restore_part){
				.from = stretch->from + at,
				.to = stretch->to + at,
				.len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES,
				.stretch = (uint32_t)i,
				.record = stretch->first_record + (size_t)(at / PIECE_SIZE_BYTES),
			};
		}
	}
	return 0;
}

int restore_parts(const struct manifest *manifest, const struct restore_file *file, bool by_piece,
		  struct restore_part **out_part, size_t *out_count, struct error *err)
{
	return file->whole ? whole_parts(manifest, file, by_piece, out_part, out_count, err)
			   : stretch_parts(file, out_part, out_count, err);
}

const struct manifest_file *restore_part_file(const struct restore_file *file,
					      const struct restore_part *part)
{
	return file->whole ? file->whole : file->stretch[part->stretch].file;
}

/* The tensor that a part lies in, or NULL. */
static const struct tensor *tensor_at(const struct manifest *manifest,
				      const struct manifest_file *stored, uint64_t offset)
{
	for (size_t i = 0; i < stored->tensor_count; i++) {
		const struct tensor *tensor = &manifest->tensor[stored->first_tensor + i];

		if (offset >= tensor->offset && offset - tensor->offset < tensor->length)
			return tensor;
	}
	return NULL;
}

int restore_part_damaged(const struct manifest *manifest, const struct restore_file *file,
			 const struct restore_part *part, const struct error *cause,
			 struct error *err)
{
	const struct manifest_file *stored = restore_part_file(file, part);
	const struct tensor *tensor = tensor_at(manifest, stored, part->from);

	return error_set(
		err, ERROR_CORRUPT,
		"'%s' is damaged in the store: its bytes %llu to %llu%s%s%s %s%s", stored->path,
		(unsigned long long)part->from, (unsigned long long)(part->from + part->len),
		tensor ? ", of tensor '" : "", tensor ? tensor->name : "", tensor ? "'," : "",
		cause ? "cannot be read: " : "are not those that were registered",
		cause ? cause->text : "");
}
