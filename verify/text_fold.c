/* Spellings that people take for one. */
#include "verify/text_fold.h"

#include "verify/tokenizer/unicode.h"
#include "verify/utf8.h"

int text_fold(struct span text, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer normal;
	bool blank = false;
	size_t len;

	buffer_init(&normal, text.len * 20 + 64); /* one character becomes 18 at most */
	if (unicode_normalize(UNICODE_NFKC, text, &normal, err))
		return -1;
	for (struct span rest = buffer_view(&normal); rest.len;
	     rest = (struct span){ rest.data + len, rest.len - len }) {
		uint32_t point;

		len = utf8_point(rest, &point);
		if (!len)
			return error_set(err, ERROR_CORRUPT, "text that is not UTF-8");
		if (unicode_is_space(point)) {
			if (!blank && unicode_add(out, ' ', err))
				return -1;
			blank = true;
			continue;
		}
		blank = false;
		if (unicode_add(out, unicode_lower_of(point), err))
			return -1;
	}
	return 0;
}

bool text_is_prose(struct span text, size_t *out_line)
{
	size_t len;

	*out_line = 1;
	for (; text.len; text = (struct span){ text.data + len, text.len - len }) {
		uint32_t point;

		len = utf8_point(text, &point);
		if (!len || (point < 0x20 && point != '\n' && point != '\t') ||
		    (point >= 0x7f && point < 0xa0))
			return false;
		*out_line += point == '\n';
	}
	return true;
}
