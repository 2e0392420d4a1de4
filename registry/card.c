/* card: a model card made of facts, new or in the place of what was generated before. */
#include "registry/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/card/inner.h"

/* The generated parts of each template, in order. */
static const struct part {
	const char *name;
	card_section *write;
} hugging_face[] = {
	{ "summary", card_summary },
	{ "specs", card_specs },
	{ "data", card_data },
	{ "training", card_training },
	{ "compute", card_compute },
	{ "evaluation", card_evaluation },
	{ "lineage", card_lineage },
	{ "verification", card_verification },
}, hub[] = {
	{ "hub-model", card_hub_model },
	{ "hub-dataset", card_hub_dataset },
	{ "hub-training", card_hub_training },
	{ "hub-environment", card_hub_environment },
};

static const struct part *parts_of(enum card_template template, size_t *out_count)
{
	*out_count = template == CARD_HUB ? sizeof(hub) / sizeof(hub[0])
					  : sizeof(hugging_face) / sizeof(hugging_face[0]);
	return template == CARD_HUB ? hub : hugging_face;
}

/* What the part says between its markers; nothing where nothing is known. */
static int part_inner(const struct card_writer *w, const struct part *part, struct buffer *text,
		      struct error *err)
{
	struct card_writer inner = { w->wish, w->facts, text };

	return part->write(&inner, err);
}

/* A part that is new, with its markers and an empty line before them; empty ones are left out. */
static int part_new(const struct card_writer *w, const struct part *part, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, CARD_MAX_BYTES);
	if (part_inner(w, part, &text, err))
		return -1;
	if (!text.len)
		return 0;
	return buffer_printf(w->out, err, "\n<!-- akashi:begin %s -->\n", part->name) ||
			       buffer_add(w->out, buffer_view(&text), err) ||
			       buffer_printf(w->out, err, "<!-- akashi:end %s -->\n", part->name)
		       ? -1
		       : 0;
}

static int wish_check(const struct card_wish *wish, struct error *err)
{
	const char *schema = fact_text(wish->facts, "schema");

	return schema && strcmp(schema, "akashi/facts/1") == 0 && fact_text(wish->facts, "name") &&
			       fact_text(wish->facts, "origin")
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "these are no facts about a model");
}

int card_write(const struct card_wish *wish, struct buffer *out, struct error *err)
{
	struct card_writer w = { wish, wish->facts, out };
	const char *title = wish->title ? wish->title : fact_text(wish->facts, "name");
	const struct part *part;
	size_t count;

	if (wish_check(wish, err))
		return -1;
	part = parts_of(wish->template, &count);
	if ((wish->template != CARD_HUB && card_front_write(&w, err)) ||
	    buffer_add_text(out, "# ", err) || markdown_text(out, title, err) ||
	    buffer_add_text(out, "\n", err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (part_new(&w, &part[i], err))
			return -1;
	return wish->template == CARD_HUB
		       ? buffer_printf(out, err, "\n# %s\n\n%s\n", card_word(&w, WORD_COMMENTS),
				       card_word(&w, WORD_COMMENTS_HINT))
		       : 0;
}

/* ---- In the place of what was generated before ---- */

/* A line of its own that says not to write a part. */
static bool is_omitted(struct span old, const char *name)
{
	char line[128];
	size_t len = (size_t)snprintf(line, sizeof(line), "<!-- akashi:omit %s -->", name);

	for (size_t at = 0; at + len <= old.len;) {
		const uint8_t *stop = memchr(old.data + at, '\n', old.len - at);
		size_t end = stop ? (size_t)(stop - old.data) : old.len;

		if (end - at >= len && memcmp(old.data + at, line, len) == 0 &&
		    (end - at == len || (end - at == len + 1 && old.data[at + len] == '\r')))
			return true;
		at = end + 1;
	}
	return false;
}

/* Not the template that this card was written in: both would be there side by side. */
static int template_check(const struct card_wish *wish, const struct card_text *old,
			  const char *file, struct error *err)
{
	enum card_template other = wish->template == CARD_HUB ? CARD_HUGGING_FACE : CARD_HUB;
	size_t count;
	const struct part *part = parts_of(other, &count);

	for (size_t i = 0; i < count; i++)
		if (card_part_find(old, part[i].name))
			return error_set(err, ERROR_USAGE,
					 "%s, line %u: it was written with --template %s", file,
					 card_part_find(old, part[i].name)->line,
					 other == CARD_HUB ? "hub" : "hf");
	return 0;
}

/* Whatever stands up to byte `end` stays. */
static int copy_to(const struct card_writer *w, struct span old, size_t *at, size_t end,
		   struct error *err)
{
	size_t from = *at;

	*at = end;
	return buffer_add(w->out, (struct span){ old.data + from, end - from }, err);
}

/* New parts that belong right behind the place that was reached, up to one that stands there. */
static int parts_between(const struct card_writer *w, const struct card_text *old,
			 const struct part *part, size_t count, size_t *next, uint32_t *written,
			 struct error *err)
{
	for (; *next < count && !card_part_find(old, part[*next].name); ++*next) {
		size_t before = w->out->len;

		if (!is_omitted(old->bytes, part[*next].name) && part_new(w, &part[*next], err))
			return -1;
		if (w->out->len > before)
			*written |= UINT32_C(1) << *next;
	}
	return 0;
}

static size_t index_of(const struct part *part, size_t count, struct span name)
{
	size_t i = 0;

	while (i < count &&
	       (strlen(part[i].name) != name.len || memcmp(part[i].name, name.data, name.len) != 0))
		i++;
	return i;
}

/* Parts that have markers are written anew where they are; others follow the one before them. */
static int body_update(const struct card_writer *w, const struct card_text *old, uint32_t *written,
		       struct error *err)
{
	size_t count, at = old->body;
	const struct part *part = parts_of(w->wish->template, &count);

	for (size_t i = 0; i < old->part_count; i++) {
		const struct card_part *there = &old->part[i];
		size_t which = index_of(part, count, there->name), next = which + 1;

		if (which == count)
			continue; /* somebody else's markers */
		if (copy_to(w, old->bytes, &at, there->inner, err) ||
		    part_inner(w, &part[which], w->out, err))
			return -1;
		at = there->inner_end;
		if (copy_to(w, old->bytes, &at, there->end, err) ||
		    parts_between(w, old, part, count, &next, written, err))
			return -1;
	}
	if (copy_to(w, old->bytes, &at, old->bytes.len, err))
		return -1;
	/* Those before the first that stands there, or all: at the end. */
	if (w->out->len && w->out->data[w->out->len - 1] != '\n' &&
	    buffer_add_text(w->out, "\n", err))
		return -1;
	return parts_between(w, old, part, count, &(size_t){ 0 }, written, err);
}

/* A comment or code that does not end hides what is written behind it, also from the next update.
 */
static int parts_visible(const struct card_wish *wish, struct span made, const char *file,
			 uint32_t written, struct error *err)
{
	CLEANUP(card_text_release) struct card_text card = { .has_front = false };
	struct error why = { 0 };
	size_t count;
	const struct part *part = parts_of(wish->template, &count);

	if (card_text_parse(made, file, &card, &why))
		written = why.code == ERROR_SYSTEM ? 0 : 1;
	else
		for (size_t i = 0; i < count; i++)
			if (card_part_find(&card, part[i].name))
				written &= ~(UINT32_C(1) << i);
	if (why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	if (written)
		return error_set(err, ERROR_CORRUPT,
				 "'%s': a comment or code in it does not end, and would hide what "
				 "is generated",
				 file);
	return 0;
}

int card_update(const struct card_wish *wish, struct span old, const char *file, struct buffer *out,
		struct error *err)
{
	CLEANUP(card_text_release) struct card_text card = { .has_front = false };
	struct card_writer w = { wish, wish->facts, out };
	size_t before = out->len;
	uint32_t written = 0;

	if (wish_check(wish, err) || card_text_parse(old, file, &card, err) ||
	    template_check(wish, &card, file, err))
		return -1;
	if (wish->template == CARD_HUB ? buffer_add(out, (struct span){ old.data, card.body }, err)
				       : card_front_update(&w, &card, file, err))
		return -1;
	if (body_update(&w, &card, &written, err))
		return -1;
	return parts_visible(wish, (struct span){ out->data + before, out->len - before }, file,
			     written, err);
}

/* ---- Files ---- */

/* The template that the card was written in; CARD_HUGGING_FACE where it is of none. */
static enum card_template template_of(const struct card_text *old)
{
	for (size_t i = 0; i < sizeof(hub) / sizeof(hub[0]); i++)
		if (card_part_find(old, hub[i].name))
			return CARD_HUB;
	return CARD_HUGGING_FACE;
}

/* The language that most headings and labels of ours in it are of; CARD_ENGLISH where none is. */
static enum card_language language_of(const struct card_text *old)
{
	size_t count[2] = { 0, 0 };
	enum card_language language;

	for (size_t i = 0, p = 0; i < old->count && p < old->part_count; i++) {
		const struct card_line *line = &old->line[i];

		while (p < old->part_count && old->part[p].last_line <= line->line)
			p++;
		if (p == old->part_count || line->line <= old->part[p].line)
			continue;
		if ((line->kind == CARD_HEADING || line->kind == CARD_ROW) &&
		    card_word_language(line->kind == CARD_ROW && line->cells ? old->cell[line->cell]
									     : line->text,
				       &language))
			count[language]++;
	}
	return count[CARD_JAPANESE] > count[CARD_ENGLISH] ? CARD_JAPANESE : CARD_ENGLISH;
}

/* Front matter, a part that was generated, or a line that says to leave one out. */
static bool is_card(const struct card_text *card)
{
	size_t count[2];
	const struct part *parts[2] = { parts_of(CARD_HUGGING_FACE, &count[0]),
					parts_of(CARD_HUB, &count[1]) };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < count[k]; i++)
			if (card_part_find(card, parts[k][i].name) ||
			    is_omitted(card->bytes, parts[k][i].name))
				return true;
	return card->has_front;
}

static bool is_blank(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!strchr(" \t\r\n", text.data[i]))
			return false;
	return true;
}

/* Make the card over what the file holds. */
static int file_update(struct card_wish *wish, const char *path, struct buffer *out,
		       struct error *err)
{
	CLEANUP(card_text_release) struct card_text card = { .has_front = false };
	CLEANUP(buffer_release) struct buffer old;

	buffer_init(&old, CARD_MAX_BYTES);
	if (file_read(path, &old, err))
		return -1;
	if (is_blank(buffer_view(&old)))
		return card_write(wish, out, err);
	if (card_text_parse(buffer_view(&old), path, &card, err))
		return -1;
	if (!wish->force && !is_card(&card))
		return error_set(
			err, ERROR_USAGE,
			"'%s' is there and is no card: it has no front matter, and nothing "
			"in it was generated; --force makes a card of it",
			path);
	if (wish->template == CARD_AS_BEFORE)
		wish->template = template_of(&card);
	if (wish->language == CARD_LANGUAGE_AS_BEFORE)
		wish->language = language_of(&card);
	return card_update(wish, buffer_view(&old), path, out, err);
}

int card_to_file(const struct card_wish *wish, const char *path, struct card_written *out_written,
		 struct error *err)
{
	CLEANUP(text_free) char *real = realpath(path, NULL);
	CLEANUP(buffer_release) struct buffer text;
	struct card_written written = { .updated = real != NULL };
	struct card_wish made = *wish;
	struct stat about;
	unsigned mode = 0644;

	buffer_init(&text, CARD_MAX_BYTES);
	if (real && stat(real, &about) == 0)
		mode = about.st_mode & 0777;
	if (real ? file_update(&made, real, &text, err) : card_write(&made, &text, err))
		return -1;
	/* A link stays one: what it leads to is replaced, at once. */
	if (file_write(real ? real : path, buffer_view(&text), mode, FILE_REPLACE, err))
		return -1;
	written.bytes = text.len;
	written.sha256 = sha256(buffer_view(&text));
	*out_written = written;
	return 0;
}
