/* hook_refs: tags that name runs and models, moved and deleted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/hook/say.h"

bool hook_tag_name(const char *ref, struct name *out_name, bool *out_model)
{
	char text[NAME_TEXT_MAX];
	struct error ignored = { 0 };
	const char *at, *slash;

	*out_model = strncmp(ref, "refs/tags/model/", 16) == 0;
	if (!*out_model && strncmp(ref, "refs/tags/run/", 14) != 0)
		return false;
	at = ref + (*out_model ? 16 : 14);
	slash = strrchr(at, '/');
	if (!slash || strlen(at) >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s@%s", (int)(slash - at), at, slash + 1);
	return name_parse(text, out_name, &ignored) == 0 && !out_name->alias;
}

/* A name of an object as git writes it, 40 or 64 digits. */
static bool object_name(const char *text, size_t len)
{
	return (len == 40 || len == 64) && strspn(text, "0123456789abcdef") >= len;
}

int hook_ref_line_parse(struct span text, struct hook_ref_line *out_line, struct error *err)
{
	const char *at = (const char *)text.data;
	const char *first = memchr(at, ' ', text.len);
	const char *second =
		first ? memchr(first + 1, ' ', text.len - (size_t)(first + 1 - at)) : NULL;
	size_t one, two, rest;

	if (!second || memchr(at, '\0', text.len))
		return error_set(err, ERROR_CORRUPT, "no line of git's: OLD NEW REF");
	one = (size_t)(first - at);
	two = (size_t)(second - first) - 1;
	rest = text.len - (size_t)(second + 1 - at);
	if (!object_name(at, one) || !object_name(first + 1, two) || !rest ||
	    rest >= sizeof(out_line->ref))
		return error_set(err, ERROR_CORRUPT, "no line of git's: OLD NEW REF");
	memset(out_line, 0, sizeof(*out_line));
	memcpy(out_line->before, at, one);
	memcpy(out_line->after, first + 1, two);
	memcpy(out_line->ref, second + 1, rest);
	return 0;
}

static bool is_none(const char *object)
{
	return strspn(object, "0") == strlen(object);
}

/* Where it is remembered what a ref was: by the digest of its name, which may hold anything. */
static int memory_path(const struct git_work *work, const char *ref, char **out_path,
		       struct error *err)
{
	struct digest digest = sha256(span_of(ref));
	char hex[DIGEST_HEX_SIZE], name[DIGEST_HEX_SIZE + 8];

	digest_to_hex(&digest, hex);
	snprintf(name, sizeof(name), "moving/%s", hex);
	return git_work_path(work, name, out_path, err);
}

int hook_ref_prepared(const struct git_work *work, const struct hook_ref_line *line,
		      struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *folder = NULL;
	char now[GIT_HEX_SIZE];
	struct error none = { 0 };
	struct name name;
	bool model;

	if (!hook_tag_name(line->ref, &name, &model))
		return 0;
	if (memory_path(work, line->ref, &path, err) || git_work_path(work, "moving", &folder, err))
		return -1;
	if (git_work_ref(work, line->ref, now, &none)) {
		(void)unlink(path); /* of another time */
		return 0;
	}
	return folder_make(folder, err) || file_write(path, span_of(now), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* What the ref was before: what git says, else what is remembered; "" where it was not. */
static bool before_of(const struct hook_ref_line *line, const char *path, char out_before[65])
{
	CLEANUP(buffer_release) struct buffer text;
	struct error none = { 0 };

	buffer_init(&text, 64);
	memset(out_before, 0, 65);
	if (!is_none(line->before))
		memcpy(out_before, line->before, sizeof(line->before));
	else if (file_read(path, &text, &none) == 0 &&
		 object_name((const char *)text.data, text.len))
		memcpy(out_before, text.data, text.len);
	return out_before[0] != '\0';
}

static int move_say(const struct context *ctx, struct git_work *work, const struct name *name,
		    const char *before, const struct hook_ref_line *line, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(text_free) char *outbox = NULL;
	char about[NAME_TEXT_MAX], family[NAME_TEXT_MAX], said[1200];
	struct outbox_draft draft = { .kind = STATEMENT_move, .about = about };
	struct name only = *name;

	only.version[0] = '\0';
	name_to_text(name, about);
	name_to_text(&only, family);
	snprintf(said, sizeof(said), "%s %s %s\n", before, line->after, line->ref);
	draft.digest = sha256(span_of(said));
	buffer_init(&text, OUTBOX_ITEM_MAX);
	if (json_object_new(&predicate, err) || json_set_text(predicate, "name", family, err) ||
	    json_set_text(predicate, "version", name->version, err) ||
	    json_set_text(predicate, "ref", line->ref, err) ||
	    json_set_text(predicate, "old", before, err) ||
	    (!is_none(line->after) && json_set_text(predicate, "new", line->after, err)))
		return -1;
	draft.predicate = predicate;
	return outbox_draft_build(&draft, &text, err) ||
			       git_work_path(work, "outbox", &outbox, err) ||
			       outbox_put(ctx, outbox, buffer_view(&text), err)
		       ? -1
		       : 0;
}

int hook_ref_committed(const struct context *ctx, struct git_work *work,
		       const struct hook_ref_line *line, bool *out_moved, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	char before[65], now[GIT_HEX_SIZE];
	struct error none = { 0 };
	struct name name;
	bool model;

	*out_moved = false;
	if (!hook_tag_name(line->ref, &name, &model))
		return 0;
	if (memory_path(work, line->ref, &path, err))
		return -1;
	/* Made, not moved. */
	if (!before_of(line, path, before))
		return 0;
	/* Git tells of packed refs first: a tag that is still there was not deleted. */
	if (is_none(line->after) && git_work_ref(work, line->ref, now, &none) == 0)
		return 0;
	(void)unlink(path);
	if (strcmp(before, line->after) == 0)
		return 0;
	*out_moved = true;
	return move_say(ctx, work, &name, before, line, err);
}
