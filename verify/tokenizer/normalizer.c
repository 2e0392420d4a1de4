/* normalizer: what changes a text before it is cut (`tokenizers`, normalizers/). */
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/charsmap.h"
#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/unicode.h"
#include "verify/utf8.h"

/* Together they bound how often a text is gone through. */
#define SEQUENCE_MAX 16u /* normalizers in a sequence */
#define DEPTH_MAX 2u     /* sequences in one another */

struct normalizer {
	const struct normalizer_type *type;
	struct normalizer **child; /* of a sequence */
	size_t child_count;
	struct pattern *pattern; /* Replace */
	struct buffer content;   /* Replace, Prepend */
	struct charsmap map;     /* Precompiled */
	enum unicode_form form;
	bool left, right;                              /* Strip */
	bool clean, chinese, strip_accents, lowercase; /* BertNormalizer */
};

struct normalizer_type {
	const char *name;
	const char *const known[6]; /* members beside "type" */
	int (*read)(struct normalizer *normalizer, const struct json *json, unsigned depth,
		    struct error *err); /* optional */
	int (*apply)(const struct normalizer *normalizer, struct span text, struct buffer *out,
		     bool *at_start, struct error *err);
};

static int read_at_depth(const struct json *json, unsigned depth,
			 struct normalizer **out_normalizer, struct error *err);

void normalizer_free(struct normalizer **normalizer)
{
	struct normalizer *old = *normalizer;

	if (!old)
		return;
	for (size_t i = 0; i < old->child_count; i++)
		normalizer_free(&old->child[i]);
	free(old->child);
	pattern_free(&old->pattern);
	buffer_release(&old->content);
	charsmap_release(&old->map);
	free(old);
	*normalizer = NULL;
}

/* ---- Character by character ---- */

/* What becomes of a character: it stays, falls away, or is written otherwise. */
typedef int (*character_fn)(const struct normalizer *normalizer, uint32_t point,
			    struct span spelled, struct buffer *out, struct error *err);

/* A character that falls away in front moves the text's beginning. */
static int each_character(const struct normalizer *normalizer, struct span text,
			  character_fn change, struct buffer *out, bool *at_start,
			  struct error *err)
{
	size_t begin = out->len;

	for (size_t at = 0; at < text.len;) {
		uint32_t point = 0;
		size_t len = utf8_point(span_from(text, at), &point);

		if (!len)
			return error_set(err, ERROR_CORRUPT, "a text is no UTF-8");
		if (change(normalizer, point, (struct span){ text.data + at, len }, out, err))
			return -1;
		at += len;
		if (out->len == begin)
			*at_start = false;
	}
	return 0;
}

static int lower(const struct normalizer *normalizer, uint32_t point, struct span spelled,
		 struct buffer *out, struct error *err)
{
	(void)normalizer;
	(void)spelled;
	if (point == 0x130)
		return buffer_add_text(out, "i\xcc\x87", err);
	return unicode_add(out, unicode_lower_of(point), err);
}

static int apply_lowercase(const struct normalizer *normalizer, struct span text,
			   struct buffer *out, bool *at_start, struct error *err)
{
	return each_character(normalizer, text, lower, out, at_start, err);
}

static int drop_mark(const struct normalizer *normalizer, uint32_t point, struct span spelled,
		     struct buffer *out, struct error *err)
{
	(void)normalizer;
	return unicode_is_mark(point) ? 0 : buffer_add(out, spelled, err);
}

static int apply_strip_accents(const struct normalizer *normalizer, struct span text,
			       struct buffer *out, bool *at_start, struct error *err)
{
	return each_character(normalizer, text, drop_mark, out, at_start, err);
}

static int nmt(const struct normalizer *normalizer, uint32_t point, struct span spelled,
	       struct buffer *out, struct error *err)
{
	static const uint32_t space[] = { 0x9,    0xa,    0xc,    0xd,    0x1680,
					  0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd };

	(void)normalizer;
	if ((point >= 1 && point <= 8) || point == 0xb || (point >= 0xe && point <= 0x1f) ||
	    point == 0x7f || point == 0x8f || point == 0x9f)
		return 0;
	for (size_t i = 0; i < sizeof(space) / sizeof(space[0]); i++)
		if (space[i] == point)
			return buffer_add_text(out, " ", err);
	if (point >= 0x200b && point <= 0x200f)
		return buffer_add_text(out, " ", err);
	return buffer_add(out, spelled, err);
}

static int apply_nmt(const struct normalizer *normalizer, struct span text, struct buffer *out,
		     bool *at_start, struct error *err)
{
	return each_character(normalizer, text, nmt, out, at_start, err);
}

/* ---- BertNormalizer ---- */

static bool is_chinese(uint32_t p)
{
	return (p >= 0x4e00 && p <= 0x9fff) || (p >= 0x3400 && p <= 0x4dbf) ||
	       (p >= 0x20000 && p <= 0x2a6df) || (p >= 0x2a700 && p <= 0x2b73f) ||
	       (p >= 0x2b740 && p <= 0x2b81f) || (p >= 0x2b920 && p <= 0x2ceaf) ||
	       (p >= 0xf900 && p <= 0xfaff) || (p >= 0x2f800 && p <= 0x2fa1f);
}

static int clean(const struct normalizer *normalizer, uint32_t point, struct span spelled,
		 struct buffer *out, struct error *err)
{
	if (normalizer->clean) {
		if (unicode_is_other(point))
			return 0;
		if (unicode_is_space(point))
			return buffer_add_text(out, " ", err);
	}
	if (!normalizer->chinese || !is_chinese(point))
		return buffer_add(out, spelled, err);
	return buffer_add_text(out, " ", err) || buffer_add(out, spelled, err) ||
			       buffer_add_text(out, " ", err)
		       ? -1
		       : 0;
}

static int drop_nonspacing(const struct normalizer *normalizer, uint32_t point, struct span spelled,
			   struct buffer *out, struct error *err)
{
	(void)spelled;
	if (normalizer->strip_accents && unicode_is_nonspacing(point))
		return 0;
	return normalizer->lowercase ? lower(normalizer, point, spelled, out, err)
				     : buffer_add(out, spelled, err);
}

static int apply_bert(const struct normalizer *normalizer, struct span text, struct buffer *out,
		      bool *at_start, struct error *err)
{
	CLEANUP(buffer_release) struct buffer cleaned;
	CLEANUP(buffer_release) struct buffer apart;

	buffer_init(&cleaned, TOKENIZER_NORMAL_MAX);
	buffer_init(&apart, TOKENIZER_NORMAL_MAX);
	if (each_character(normalizer, text, clean, &cleaned, at_start, err))
		return -1;
	if (normalizer->strip_accents &&
	    unicode_normalize(UNICODE_NFD, buffer_view(&cleaned), &apart, err))
		return -1;
	return each_character(normalizer,
			      buffer_view(normalizer->strip_accents ? &apart : &cleaned),
			      drop_nonspacing, out, at_start, err);
}

static int read_bert(struct normalizer *normalizer, const struct json *json, unsigned depth,
		     struct error *err)
{
	(void)depth;
	return json_need_bool(json, "clean_text", &normalizer->clean, err) ||
			       json_need_bool(json, "handle_chinese_chars", &normalizer->chinese,
					      err) ||
			       json_need_bool(json, "lowercase", &normalizer->lowercase, err) ||
			       json_maybe_bool(json, "strip_accents", normalizer->lowercase,
					       &normalizer->strip_accents, err)
		       ? -1
		       : 0;
}

/* ---- The others ---- */

static int apply_form(const struct normalizer *normalizer, struct span text, struct buffer *out,
		      bool *at_start, struct error *err)
{
	enum unicode_form form =
		normalizer->type->name[2] == 'K'
			? (normalizer->type->name[3] == 'C' ? UNICODE_NFKC : UNICODE_NFKD)
			: (normalizer->type->name[2] == 'C' ? UNICODE_NFC : UNICODE_NFD);

	(void)at_start;
	return unicode_normalize(form, text, out, err);
}

static int apply_strip(const struct normalizer *normalizer, struct span text, struct buffer *out,
		       bool *at_start, struct error *err)
{
	size_t end = text.len;

	while (normalizer->right && end) {
		size_t last = end - 1;
		uint32_t point = 0;

		while (last && (text.data[last] & 0xc0) == 0x80)
			last--;
		if (!utf8_point(span_from(text, last), &point) || !unicode_is_space(point))
			break;
		end = last;
	}
	text.len = end;
	while (normalizer->left && text.len) {
		uint32_t point = 0;
		size_t len = utf8_point(text, &point);

		if (!len || !unicode_is_space(point))
			break;
		*at_start = false;
		text = span_from(text, len);
	}
	return buffer_add(out, text, err);
}

static int read_strip(struct normalizer *normalizer, const struct json *json, unsigned depth,
		      struct error *err)
{
	(void)depth;
	return json_need_bool(json, "strip_left", &normalizer->left, err) ||
			       json_need_bool(json, "strip_right", &normalizer->right, err)
		       ? -1
		       : 0;
}

static int apply_prepend(const struct normalizer *normalizer, struct span text, struct buffer *out,
			 bool *at_start, struct error *err)
{
	(void)at_start;
	if (text.len && buffer_add(out, buffer_view(&normalizer->content), err))
		return -1;
	return buffer_add(out, text, err);
}

static int read_prepend(struct normalizer *normalizer, const struct json *json, unsigned depth,
			struct error *err)
{
	struct span text;

	(void)depth;
	return member_text(json, "prepend", &text, err) ||
			       buffer_add(&normalizer->content, text, err)
		       ? -1
		       : 0;
}

static int apply_replace(const struct normalizer *normalizer, struct span text, struct buffer *out,
			 bool *at_start, struct error *err)
{
	CLEANUP(matches_release) struct matches matches = { 0 };
	size_t begin = out->len;

	if (pattern_cut(normalizer->pattern, text, &matches, err))
		return -1;
	for (size_t i = 0; i < matches.count; i++) {
		struct match match = matches.match[i];
		struct span stretch = { text.data + match.start, match.end - match.start };

		if (match.is_match)
			stretch = buffer_view(&normalizer->content);
		if (buffer_add(out, stretch, err))
			return -1;
		if (match.is_match && match.end && out->len == begin)
			*at_start = false;
	}
	return 0;
}

static int read_replace(struct normalizer *normalizer, const struct json *json, unsigned depth,
			struct error *err)
{
	const struct json *pattern;
	struct span text;

	(void)depth;
	return json_need_object(json, "pattern", &pattern, err) ||
			       pattern_read(pattern, &normalizer->pattern, err) ||
			       member_text(json, "content", &text, err) ||
			       buffer_add(&normalizer->content, text, err)
		       ? -1
		       : 0;
}

/* The first rule that fits, for a grapheme cluster of less than 6 bytes as a whole. */
static int map_cluster(const struct normalizer *normalizer, struct span cluster, struct buffer *out,
		       struct error *err)
{
	struct span text;
	size_t len = 0;

	if (cluster.len < 6 &&
	    charsmap_look(&normalizer->map, cluster, CHARSMAP_SHORTEST, &len, &text, err))
		return -1;
	if (len)
		return buffer_add(out, text, err);
	while (cluster.len) {
		struct span character = { cluster.data, utf8_len(cluster) };

		if (charsmap_look(&normalizer->map, character, CHARSMAP_SHORTEST, &len, &text,
				  err) ||
		    buffer_add(out, len ? text : character, err))
			return -1;
		cluster = span_from(cluster, character.len);
	}
	return 0;
}

static int apply_precompiled(const struct normalizer *normalizer, struct span text,
			     struct buffer *out, bool *at_start, struct error *err)
{
	(void)at_start;
	for (size_t at = 0; at < text.len;) {
		size_t len = unicode_grapheme_len(text, at);

		if (map_cluster(normalizer, (struct span){ text.data + at, len }, out, err))
			return -1;
		at += len;
	}
	return 0;
}

static int read_precompiled(struct normalizer *normalizer, const struct json *json, unsigned depth,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	(void)depth;
	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	if (json_need_base64(json, "precompiled_charsmap", &bytes, err))
		return -1;
	if (!bytes.len)
		return error_set(err, ERROR_UNTRUSTED, "'precompiled_charsmap' is empty");
	return charsmap_open(buffer_view(&bytes), &normalizer->map, err);
}

static int apply_byte_level(const struct normalizer *normalizer, struct span text,
			    struct buffer *out, bool *at_start, struct error *err)
{
	(void)normalizer;
	(void)at_start;
	return byte_level_add(out, text, err);
}

static int apply_sequence(const struct normalizer *normalizer, struct span text, struct buffer *out,
			  bool *at_start, struct error *err)
{
	CLEANUP(buffer_release) struct buffer before;
	CLEANUP(buffer_release) struct buffer after;

	buffer_init(&before, TOKENIZER_NORMAL_MAX);
	buffer_init(&after, TOKENIZER_NORMAL_MAX);
	if (buffer_add(&before, text, err))
		return -1;
	for (size_t i = 0; i < normalizer->child_count; i++) {
		struct buffer swap;

		after.len = 0;
		if (normalizer_apply(normalizer->child[i], buffer_view(&before), &after, at_start,
				     err))
			return -1;
		swap = before;
		before = after;
		after = swap;
	}
	return buffer_add(out, buffer_view(&before), err);
}

static int read_sequence(struct normalizer *normalizer, const struct json *json, unsigned depth,
			 struct error *err)
{
	const struct json *list;

	if (json_need_array(json, "normalizers", &list, err))
		return -1;
	if (json_count(list) > SEQUENCE_MAX || depth >= DEPTH_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are too many normalizers");
	normalizer->child = calloc(json_count(list) + 1, sizeof(struct normalizer *));
	if (!normalizer->child)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < json_count(list); i++) {
		if (read_at_depth(json_at(list, i), depth + 1, &normalizer->child[i], err))
			return -1;
		normalizer->child_count++;
	}
	return 0;
}

static const struct normalizer_type types[] = {
	{ "Sequence", { "normalizers" }, read_sequence, apply_sequence },
	{ "NFC", { NULL }, NULL, apply_form },
	{ "NFD", { NULL }, NULL, apply_form },
	{ "NFKC", { NULL }, NULL, apply_form },
	{ "NFKD", { NULL }, NULL, apply_form },
	{ "Lowercase", { NULL }, NULL, apply_lowercase },
	{ "StripAccents", { NULL }, NULL, apply_strip_accents },
	{ "Nmt", { NULL }, NULL, apply_nmt },
	{ "ByteLevel", { NULL }, NULL, apply_byte_level },
	{ "Strip", { "strip_left", "strip_right" }, read_strip, apply_strip },
	{ "Prepend", { "prepend" }, read_prepend, apply_prepend },
	{ "Replace", { "pattern", "content" }, read_replace, apply_replace },
	{ "Precompiled", { "precompiled_charsmap" }, read_precompiled, apply_precompiled },
	{ "BertNormalizer",
	  { "clean_text", "handle_chinese_chars", "strip_accents", "lowercase" },
	  read_bert,
	  apply_bert },
};

static int read_at_depth(const struct json *json, unsigned depth,
			 struct normalizer **out_normalizer, struct error *err)
{
	CLEANUP(normalizer_free) struct normalizer *normalizer = calloc(1, sizeof(*normalizer));
	const char *name;
	const char *known[8] = { "type" };

	if (!normalizer)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	buffer_init(&normalizer->content, TOKENIZER_PIECE_MAX);
	if (json_need_string(json, "type", &name, err))
		return error_prefix(err, "a normalizer");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name))
			normalizer->type = &types[i];
	if (!normalizer->type)
		return error_set(err, ERROR_UNTRUSTED, "the normalizer '%s' is not computed", name);
	memcpy(known + 1, normalizer->type->known, sizeof(normalizer->type->known));
	if (members_known(json, name, known, err))
		return -1;
	if (normalizer->type->read && normalizer->type->read(normalizer, json, depth, err))
		return error_prefix(err, "the normalizer '%s'", name);
	*out_normalizer = normalizer;
	normalizer = NULL;
	return 0;
}

int normalizer_read(const struct json *json, struct normalizer **out_normalizer, struct error *err)
{
	if (json_kind(json) == JSON_KIND_NULL) {
		*out_normalizer = NULL;
		return 0;
	}
	return read_at_depth(json, 0, out_normalizer, err);
}

int normalizer_apply(const struct normalizer *normalizer, struct span text, struct buffer *out,
		     bool *at_start, struct error *err)
{
	if (!normalizer)
		return buffer_add(out, text, err);
	return normalizer->type->apply(normalizer, text, out, at_start, err);
}
