/* pre_tokenizer: what cuts a text before its parts get tokens (`tokenizers`, pre_tokenizers/). */
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/unicode.h"
#include "verify/utf8.h"

#define SEQUENCE_MAX 32u /* pre-tokenizers in a sequence */
#define GPT2_PATTERN                                                                               \
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/* What is done with matches and what lies between (SplitDelimiterBehavior). */
enum behavior { REMOVED, ISOLATED, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT, CONTIGUOUS };

struct pre_tokenizer {
	const struct pre_tokenizer_type *type;
	struct pre_tokenizer **child; /* of a sequence */
	size_t child_count;
	struct pattern *pattern; /* Split, ByteLevel, Metaspace */
	enum behavior behavior;
	bool invert;
	struct buffer replacement; /* Metaspace */
	enum { PREPEND_ALWAYS, PREPEND_FIRST, PREPEND_NEVER } prepend;
	bool add_prefix_space, cuts;
};

struct pre_tokenizer_type {
	const char *name;
	const char *const known[6]; /* members beside "type" */
	int (*read)(struct pre_tokenizer *pre, const struct json *json, struct error *err);
	/* What becomes of one part. */
	int (*apply)(const struct pre_tokenizer *pre, struct span text, bool at_start,
		     struct parts *out, struct error *err);
};

static int read_one(const struct json *json, bool inner, struct pre_tokenizer **out_pre,
		    struct error *err);

void pre_tokenizer_free(struct pre_tokenizer **pre)
{
	struct pre_tokenizer *old = *pre;

	if (!old)
		return;
	for (size_t i = 0; i < old->child_count; i++)
		pre_tokenizer_free(&old->child[i]);
	free(old->child);
	pattern_free(&old->pattern);
	buffer_release(&old->replacement);
	free(old);
	*pre = NULL;
}

/* ---- Cutting ---- */

/* Does the next stretch join the one that begins a part? */
static bool joins(enum behavior behavior, bool first, bool next)
{
	return (behavior == MERGED_WITH_PREVIOUS && !first && next) ||
	       (behavior == MERGED_WITH_NEXT && first && !next);
}

/* Add the parts that `behavior` makes of matches and of what lies between. */
static int add_stretches(struct span text, bool at_start, const struct matches *matches,
			 enum behavior behavior, bool invert, struct parts *out, struct error *err)
{
	const struct match *match = matches->match;

	for (size_t i = 0; i < matches->count;) {
		size_t start = match[i].start;
		bool first = match[i++].is_match != invert;

		if (behavior == REMOVED && first)
			continue;
		if (behavior == CONTIGUOUS)
			while (i < matches->count && (match[i].is_match != invert) == first)
				i++;
		if (i < matches->count && joins(behavior, first, match[i].is_match != invert))
			i++;
		if (parts_add(out, (struct span){ text.data + start, match[i - 1].end - start },
			      PART_TEXT, at_start && !start, err))
			return -1;
	}
	return 0;
}

/* Cut at each character of a class: each is a match of its own. */
static int cut_characters(struct span text, bool (*is_in)(uint32_t point), struct matches *out,
			  struct error *err)
{
	size_t last = 0;

	for (size_t at = 0; at < text.len;) {
		uint32_t point = 0;
		size_t len = utf8_point(span_from(text, at), &point);

		if (!len)
			return error_set(err, ERROR_CORRUPT, "a text is no UTF-8");
		if (is_in(point)) {
			if ((last < at && matches_add(out, last, at, false, err)) ||
			    matches_add(out, at, at + len, true, err))
				return -1;
			last = at + len;
		}
		at += len;
	}
	return last < text.len ? matches_add(out, last, text.len, false, err) : 0;
}

static int cut_class(struct span text, bool at_start, bool (*is_in)(uint32_t point),
		     enum behavior behavior, struct parts *out, struct error *err)
{
	CLEANUP(matches_release) struct matches matches = { 0 };

	return cut_characters(text, is_in, &matches, err) ||
			       add_stretches(text, at_start, &matches, behavior, false, out, err)
		       ? -1
		       : 0;
}

static int cut_pattern(const struct pre_tokenizer *pre, struct span text, bool at_start,
		       struct parts *out, struct error *err)
{
	CLEANUP(matches_release) struct matches matches = { 0 };

	return pattern_cut(pre->pattern, text, &matches, err) ||
			       add_stretches(text, at_start, &matches, pre->behavior, pre->invert,
					     out, err)
		       ? -1
		       : 0;
}

/* ---- Each kind ---- */

static int apply_space(const struct pre_tokenizer *pre, struct span text, bool at_start,
		       struct parts *out, struct error *err)
{
	(void)pre;
	return cut_class(text, at_start, unicode_is_space, REMOVED, out, err);
}

static int apply_digits(const struct pre_tokenizer *pre, struct span text, bool at_start,
			struct parts *out, struct error *err)
{
	return cut_class(text, at_start, unicode_is_numeric, pre->behavior, out, err);
}

static int read_digits(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	bool individual;

	if (json_need_bool(json, "individual_digits", &individual, err))
		return -1;
	pre->behavior = individual ? ISOLATED : CONTIGUOUS;
	return 0;
}

static int apply_punctuation(const struct pre_tokenizer *pre, struct span text, bool at_start,
			     struct parts *out, struct error *err)
{
	return cut_class(text, at_start, unicode_is_punctuation, pre->behavior, out, err);
}

static int read_behavior(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	static const char *const names[] = { "Removed", "Isolated", "MergedWithPrevious",
					     "MergedWithNext", "Contiguous" };
	const char *name;

	pre->behavior = ISOLATED;
	if (json_maybe_string(json, "behavior", &name, err))
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && name; i++) {
		if (!strcmp(names[i], name)) {
			pre->behavior = (enum behavior)i;
			return 0;
		}
	}
	return name ? error_set(err, ERROR_UNTRUSTED, "the behavior '%s' is not computed", name)
		    : 0;
}

static int apply_bert(const struct pre_tokenizer *pre, struct span text, bool at_start,
		      struct parts *out, struct error *err)
{
	CLEANUP(parts_release) struct parts words;

	(void)pre;
	parts_init(&words);
	if (cut_class(text, at_start, unicode_is_space, REMOVED, &words, err))
		return -1;
	for (size_t i = 0; i < words.count; i++)
		if (cut_class(parts_text(&words, i), words.part[i].at_start, unicode_is_punctuation,
			      ISOLATED, out, err))
			return -1;
	return 0;
}

/* 0: white space, 1: \w, 2: neither */
static int word_kind(uint32_t point)
{
	return unicode_is_word(point) ? 1 : unicode_is_space(point) ? 0 : 2;
}

/* \w+|[^\w\s]+ */
static int apply_whitespace(const struct pre_tokenizer *pre, struct span text, bool at_start,
			    struct parts *out, struct error *err)
{
	size_t begin = 0;
	int last = -1;

	(void)pre;
	for (size_t at = 0; at < text.len;) {
		uint32_t point = 0;
		size_t len = utf8_point(span_from(text, at), &point);
		int kind = word_kind(point);

		if (!len)
			return error_set(err, ERROR_CORRUPT, "a text is no UTF-8");
		if (kind != last) {
			if (last > 0 &&
			    parts_add(out, (struct span){ text.data + begin, at - begin },
				      PART_TEXT, at_start && !begin, err))
				return -1;
			begin = at;
			last = kind;
		}
		at += len;
	}
	return last > 0 ? parts_add(out, span_from(text, begin), PART_TEXT, at_start && !begin, err)
			: 0;
}

static int read_split(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	const struct json *pattern;
	const char *behavior;

	return json_need_object(json, "pattern", &pattern, err) ||
			       pattern_read(pattern, &pre->pattern, err) ||
			       json_need_string(json, "behavior", &behavior, err) ||
			       read_behavior(pre, json, err) ||
			       json_need_bool(json, "invert", &pre->invert, err)
		       ? -1
		       : 0;
}

int byte_level_add(struct buffer *out, struct span bytes, struct error *err)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint32_t byte = bytes.data[i], point = byte;

		/* Bytes that are no visible character of Latin-1 are numbered from U+0100 on. */
		if (byte <= 0x20)
			point = 0x100 + byte;
		else if (byte >= 0x7f && byte <= 0xa0)
			point = 0x121 + (byte - 0x7f);
		else if (byte == 0xad)
			point = 0x143;
		if (unicode_add(out, point, err))
			return -1;
	}
	return 0;
}

static int apply_byte_level(const struct pre_tokenizer *pre, struct span text, bool at_start,
			    struct parts *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer spaced;
	CLEANUP(buffer_release) struct buffer spelled;
	CLEANUP(matches_release) struct matches matches = { 0 };

	buffer_init(&spaced, TOKENIZER_NORMAL_MAX);
	buffer_init(&spelled, 2 * TOKENIZER_NORMAL_MAX);
	if ((pre->add_prefix_space && !span_begins(text, span_of(" ")) &&
	     buffer_add_text(&spaced, " ", err)) ||
	    buffer_add(&spaced, text, err))
		return -1;
	if (pre->pattern ? pattern_cut(pre->pattern, buffer_view(&spaced), &matches, err)
			 : matches_add(&matches, 0, spaced.len, false, err))
		return -1;
	for (size_t i = 0; i < matches.count; i++) {
		struct match match = matches.match[i];

		spelled.len = 0;
		if (byte_level_add(
			    &spelled,
			    (struct span){ spaced.data + match.start, match.end - match.start },
			    err) ||
		    parts_add(out, buffer_view(&spelled), PART_TEXT, at_start && !match.start, err))
			return -1;
	}
	return 0;
}

static int read_byte_level(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	bool uses_pattern;

	if (json_need_bool(json, "add_prefix_space", &pre->add_prefix_space, err) ||
	    json_maybe_bool(json, "use_regex", true, &uses_pattern, err))
		return -1;
	return uses_pattern ? pattern_new(GPT2_PATTERN, &pre->pattern, err) : 0;
}

static int apply_metaspace(const struct pre_tokenizer *pre, struct span text, bool at_start,
			   struct parts *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer marked;
	struct span mark = buffer_view(&pre->replacement);
	bool begins = span_begins(text, mark) || span_begins(text, span_of(" "));

	buffer_init(&marked, TOKENIZER_NORMAL_MAX);
	if (!begins && pre->prepend != PREPEND_NEVER &&
	    (pre->prepend == PREPEND_ALWAYS || at_start) && buffer_add(&marked, mark, err))
		return -1;
	for (size_t i = 0; i < text.len; i++)
		if (buffer_add(&marked,
			       text.data[i] == ' ' ? mark : (struct span){ text.data + i, 1 }, err))
			return -1;
	if (!pre->cuts)
		return parts_add(out, buffer_view(&marked), PART_TEXT, at_start, err);
	return cut_pattern(pre, buffer_view(&marked), at_start, out, err);
}

static int read_metaspace(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	static const char *const names[] = { "always", "first", "never" };
	const char *text, *scheme;
	bool prefix;
	size_t which = 0;

	if (json_need_string(json, "replacement", &text, err) ||
	    json_maybe_string(json, "prepend_scheme", &scheme, err) ||
	    json_maybe_bool(json, "add_prefix_space", true, &prefix, err) ||
	    json_maybe_bool(json, "split", true, &pre->cuts, err))
		return -1;
	if (!*text || utf8_len(span_of(text)) != strlen(text))
		return error_set(err, ERROR_CORRUPT, "'replacement' is not one character");
	while (scheme && which < 3 && strcmp(scheme, names[which]) != 0)
		which++;
	if (which == 3)
		return error_set(err, ERROR_UNTRUSTED, "the prepend_scheme '%s' is not computed",
				 scheme);
	if (!prefix && which != PREPEND_NEVER)
		return error_set(err, ERROR_CORRUPT,
				 "add_prefix_space and prepend_scheme contradict each other");
	pre->prepend = which == 0 ? PREPEND_ALWAYS : which == 1 ? PREPEND_FIRST : PREPEND_NEVER;
	pre->behavior = MERGED_WITH_NEXT;
	return buffer_add_text(&pre->replacement, text, err) ||
			       pattern_literal(span_of(text), &pre->pattern, err)
		       ? -1
		       : 0;
}

static int read_sequence(struct pre_tokenizer *pre, const struct json *json, struct error *err)
{
	const struct json *list;

	if (json_need_array(json, "pretokenizers", &list, err))
		return -1;
	if (json_count(list) > SEQUENCE_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are too many pre_tokenizers");
	pre->child = calloc(json_count(list) + 1, sizeof(struct pre_tokenizer *));
	if (!pre->child)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < json_count(list); i++) {
		if (read_one(json_at(list, i), true, &pre->child[i], err))
			return -1;
		pre->child_count++;
		/* Where its part begins in the text as it was is not followed any further. */
		if (i && pre->child[i]->type->apply == apply_metaspace &&
		    pre->child[i]->prepend == PREPEND_FIRST)
			return error_set(err, ERROR_UNTRUSTED,
					 "a Metaspace with prepend_scheme 'first' behind another "
					 "pre_tokenizer is not computed");
	}
	return 0;
}

static const struct pre_tokenizer_type types[] = {
	{ "Sequence", { "pretokenizers" }, read_sequence, NULL },
	{ "ByteLevel",
	  { "add_prefix_space", "trim_offsets", "use_regex" },
	  read_byte_level,
	  apply_byte_level },
	{ "Metaspace",
	  { "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep" },
	  read_metaspace,
	  apply_metaspace },
	{ "Split", { "pattern", "behavior", "invert" }, read_split, cut_pattern },
	{ "Digits", { "individual_digits" }, read_digits, apply_digits },
	{ "Punctuation", { "behavior" }, read_behavior, apply_punctuation },
	{ "Whitespace", { NULL }, NULL, apply_whitespace },
	{ "WhitespaceSplit", { NULL }, NULL, apply_space },
	{ "BertPreTokenizer", { NULL }, NULL, apply_bert },
};

static int read_one(const struct json *json, bool inner, struct pre_tokenizer **out_pre,
		    struct error *err)
{
	CLEANUP(pre_tokenizer_free) struct pre_tokenizer *pre = calloc(1, sizeof(*pre));
	const char *name;
	const char *known[8] = { "type" };

	if (!pre)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	buffer_init(&pre->replacement, 4);
	if (json_need_string(json, "type", &name, err))
		return error_prefix(err, "a pre_tokenizer");
	for (size_t i = inner ? 1 : 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name))
			pre->type = &types[i];
	if (!pre->type)
		return error_set(err, ERROR_UNTRUSTED, "the pre_tokenizer '%s'%s is not computed",
				 name, inner ? " in a Sequence" : "");
	memcpy(known + 1, pre->type->known, sizeof(pre->type->known));
	if (members_known(json, name, known, err))
		return -1;
	if (pre->type->read && pre->type->read(pre, json, err))
		return error_prefix(err, "the pre_tokenizer '%s'", name);
	*out_pre = pre;
	pre = NULL;
	return 0;
}

int pre_tokenizer_read(const struct json *json, struct pre_tokenizer **out_pre_tokenizer,
		       struct error *err)
{
	if (json_kind(json) == JSON_KIND_NULL) {
		*out_pre_tokenizer = NULL;
		return 0;
	}
	return read_one(json, false, out_pre_tokenizer, err);
}

int pre_tokenizer_apply(const struct pre_tokenizer *pre, struct parts *parts, struct error *err)
{
	CLEANUP(parts_release) struct parts cut;
	struct parts swap;

	parts_init(&cut);
	if (!pre)
		return 0;
	if (!pre->type->apply) {
		for (size_t i = 0; i < pre->child_count; i++)
			if (pre_tokenizer_apply(pre->child[i], parts, err))
				return -1;
		return 0;
	}
	for (size_t i = 0; i < parts->count; i++) {
		struct part part = parts->part[i];

		if (part.token != PART_TEXT
			    ? parts_add(&cut, parts_text(parts, i), part.token, false, err)
			    : pre->type->apply(pre, parts_text(parts, i), part.at_start, &cut, err))
			return -1;
	}
	swap = *parts;
	*parts = cut;
	cut = swap;
	return 0;
}
