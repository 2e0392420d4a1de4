/* card_text: what stands within a line. Source: GitHub Flavored Markdown Spec 0.29, chapter 6. */
#include <string.h>

#include "verify/card/text.h"
#include "verify/utf8.h"

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- Links ---- */

/* `[text](url "title")` at the front; how long it is, or 0. */
static size_t bracket_link(struct span text, struct card_link *out_link)
{
	size_t close = 1, url, end, depth = 0;

	while (close < text.len && text.data[close] != ']' && text.data[close] != '[')
		close += text.data[close] == '\\' && close + 1 < text.len ? 2 : 1;
	if (close + 1 >= text.len || text.data[close] != ']' || text.data[close + 1] != '(')
		return 0;
	url = close + 2;
	for (end = url; end < text.len && !is_white(text.data[end]) && text.data[end] != '[';
	     end++) {
		depth += text.data[end] == '(';
		if (text.data[end] == ')' && !depth--)
			break;
	}
	out_link->text = (struct span){ text.data + 1, close - 1 };
	out_link->url = (struct span){ text.data + url, end - url };
	while (end < text.len && text.data[end] != ')' && text.data[end] != '[')
		end++; /* a title */
	return end < text.len && text.data[end] == ')' ? end + 1 : 0;
}

/* `https://…` at the front, up to a blank or a mark that no address ends with; how long, or 0. */
static size_t bare_address(struct span text)
{
	struct span rest = text;
	size_t len, scheme;
	bool bracket;

	if (!prefix_take(&rest, "https://") && !prefix_take(&rest, "http://"))
		return 0;
	scheme = text.len - rest.len;
	for (len = scheme; len < text.len && text.data[len] > 0x20 && text.data[len] < 0x7f &&
			   !strchr("<>\"`|[]{}\\^", text.data[len]);)
		len++;
	bracket = memchr(text.data, '(', len) != NULL;
	while (len > scheme && strchr(bracket ? ".,;:!?'*_~" : ".,;:!?'*_~)", text.data[len - 1]))
		len--;
	return len > scheme ? len : 0;
}

bool card_link_next(struct span *rest, struct card_link *out_link)
{
	while (rest->len) {
		size_t len = 0;

		if (rest->data[0] == '[')
			len = bracket_link(*rest, out_link);
		else if (rest->data[0] == 'h' && (len = bare_address(*rest)))
			out_link->text = out_link->url = (struct span){ rest->data, len };
		rest->data += len ? len : 1;
		rest->len -= len ? len : 1;
		if (len)
			return true;
	}
	return false;
}

/* ---- Plain text ---- */

static int put(struct buffer *out, const uint8_t *bytes, size_t len, struct error *err)
{
	if (len == 1 && is_white(*bytes)) {
		if (!out->len || out->data[out->len - 1] == ' ')
			return 0;
		return buffer_add_text(out, " ", err);
	}
	return buffer_add(out, (struct span){ bytes, len }, err);
}

/* A tag or a comment at the front; how long it is, or 0. `*closed` false: no '>' is left at all. */
static size_t tag_len(struct span text, bool *closed)
{
	const uint8_t *end;
	uint8_t c = text.len > 1 ? text.data[1] : 0;

	if (!*closed || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!'))
		return 0;
	end = memchr(text.data, '>', text.len);
	*closed = end != NULL;
	return end ? (size_t)(end - text.data) + 1 : 0;
}

/* An entity at the front: what it stands for, and how long it is; 0: none that is known. */
static size_t entity_len(struct span text, const char **out_text)
{
	static const struct {
		const char *entity, *text;
	} known[] = { { "&amp;", "&" }, { "&lt;", "<" },   { "&gt;", ">" },    { "&quot;", "\"" },
		      { "&#39;", "'" }, { "&nbsp;", " " }, { "&times;", "x" }, { "&#124;", "|" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct span rest = text;

		if (!prefix_take(&rest, known[i].entity))
			continue;
		*out_text = known[i].text;
		return text.len - rest.len;
	}
	return 0;
}

/* One mark or character off the front of *rest. */
static int plain_step(struct span *rest, bool *closed, struct buffer *out, struct error *err)
{
	struct card_link link;
	const char *stands;
	uint8_t c = rest->data[0];
	size_t len = 1;

	if (c == '\\' && rest->len > 1 && rest->data[1] < 0x80 &&
	    strchr("\\`*_{}[]()#+-.!|<>~$&\"'", rest->data[1])) {
		len = 2;
		if (put(out, rest->data + 1, 1, err))
			return -1;
	} else if (c == '`' || c == '*' || (c == '~' && rest->len > 1 && rest->data[1] == '~')) {
		len = c == '~' ? 2 : 1;
	} else if (c == '!' && rest->len > 1 && rest->data[1] == '[') {
		len = 1;
	} else if (c == '[' && (len = bracket_link(*rest, &link))) {
		/* its text is read on, and the address skipped: [] and () are taken off together */
		struct span inner = link.text;

		while (inner.len)
			if (plain_step(&inner, closed, out, err))
				return -1;
	} else if (c == '<' && (len = tag_len(*rest, closed))) {
		if (put(out, (const uint8_t *)" ", 1, err))
			return -1;
	} else if (c == '&' && (len = entity_len(*rest, &stands))) {
		if (put(out, (const uint8_t *)stands, 1, err))
			return -1;
	} else {
		len = 1;
		if (put(out, rest->data, 1, err))
			return -1;
	}
	rest->data += len;
	rest->len -= len;
	return 0;
}

int card_plain(struct span text, struct buffer *out, struct error *err)
{
	bool closed = true;

	while (text.len)
		if (plain_step(&text, &closed, out, err))
			return -1;
	if (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	return 0;
}
