/* charsmap: SentencePiece's precompiled character map. */
#include "verify/tokenizer/charsmap.h"

#include <string.h>

#include "verify/tokenizer.h"

int charsmap_open(struct span bytes, struct charsmap *out_map, struct error *err)
{
	struct charsmap map = { 0 };
	struct reader reader;
	uint32_t len;

	buffer_init(&map.bytes, TOKENIZER_FILE_MAX);
	if (buffer_add(&map.bytes, bytes, err))
		return -1;
	if (bytes.len) {
		reader = reader_over(buffer_view(&map.bytes));
		len = reader_u32le(&reader);
		map.units = reader_take(&reader, len);
		map.texts = reader.rest;
		if (reader.failed || !len || len % 4 || !map.texts.len) {
			buffer_release(&map.bytes);
			return error_set(err, ERROR_CORRUPT,
					 "the character map's trie does not fit into it");
		}
	}
	*out_map = map;
	return 0;
}

void charsmap_release(struct charsmap *map)
{
	buffer_release(&map->bytes);
	*map = (struct charsmap){ 0 };
}

/* False when there is no such unit. */
static bool unit_at(const struct charsmap *map, uint32_t index, uint32_t *out_unit)
{
	struct reader reader;

	if (index >= map->units.len / 4)
		return false;
	reader = reader_over((struct span){ map->units.data + 4 * (size_t)index, 4 });
	*out_unit = reader_u32le(&reader);
	return true;
}

static uint32_t unit_offset(uint32_t unit)
{
	return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}

static int too_long(struct error *err)
{
	return error_set(err, ERROR_UNTRUSTED,
			 "a rule of the tokenizer's character map is about more than %u bytes",
			 TOKENIZER_PIECE_MAX);
}

/* The replacement at `offset`, up to its NUL. */
static int text_at(const struct charsmap *map, uint32_t offset, struct span *out_text,
		   struct error *err)
{
	const uint8_t *end;
	size_t rest;

	if (offset >= map->texts.len)
		return error_set(err, ERROR_CORRUPT,
				 "the tokenizer's character map leads out of itself");
	rest = map->texts.len - offset;
	*out_text = (struct span){ map->texts.data + offset, rest };
	end = memchr(out_text->data, 0,
		     rest > TOKENIZER_PIECE_MAX ? TOKENIZER_PIECE_MAX + 1 : rest);
	if (end)
		out_text->len = (size_t)(end - out_text->data);
	/* A long one that comes to nothing would be gone through at every character. */
	return out_text->len > TOKENIZER_PIECE_MAX ? too_long(err) : 0;
}

int charsmap_look(const struct charsmap *map, struct span text, enum charsmap_choice choice,
		  size_t *out_len, struct span *out_text, struct error *err)
{
	uint32_t at = 0, unit, value = 0;
	size_t longest = 0;

	*out_len = 0;
	if (!map->units.len || !text.len)
		return 0;
	if (!unit_at(map, at, &unit))
		goto out_of_itself;
	at ^= unit_offset(unit);
	for (size_t i = 0; i < text.len && text.data[i]; i++) {
		at ^= text.data[i];
		if (!unit_at(map, at, &unit))
			goto out_of_itself;
		if ((unit & 0x800000ff) != text.data[i])
			break;
		/* A trie that runs in a circle would walk the rest of the text at every character.
		 */
		if (i == TOKENIZER_PIECE_MAX)
			return too_long(err);
		at ^= unit_offset(unit);
		if (!(unit >> 8 & 1))
			continue;
		if (!unit_at(map, at, &value))
			goto out_of_itself;
		longest = i + 1;
		if (choice == CHARSMAP_SHORTEST)
			break;
	}
	if (longest && text_at(map, value & 0x7fffffff, out_text, err))
		return -1;
	*out_len = longest;
	return 0;

out_of_itself:
	return error_set(err, ERROR_CORRUPT, "the tokenizer's character map leads out of itself");
}
