/* git_refs: HEAD, branches and tags as gitrepository-layout(5) lays them down. */
#include "registry/git/refs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REF_FILE_MAX 4096u
#define PACKED_REFS_MAX (64u << 20)
#define SYMBOLIC_DEPTH_MAX 5
#define TAG_DEPTH_MAX 8
#define TAGS_MAX 10000u

void git_folders_release(struct git_folders *folders)
{
	free(folders->git);
	free(folders->common);
	*folders = (struct git_folders){ 0 };
}

void git_head_release(struct git_head *head)
{
	free(head->branch);
	head->branch = NULL;
}

/* The first line of a small file, malloced. */
static int line_read(const char *folder, const char *name, char **out_line, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	char *line;

	buffer_init(&text, REF_FILE_MAX);
	if (path_join(folder, name, &path, err) || file_read(path, &text, err) ||
	    buffer_to_text(&text, &line, err))
		return -1;
	line[strcspn(line, "\r\n")] = '\0';
	*out_line = line;
	return 0;
}

int git_folders_of(const char *git_folder, struct git_folders *out_folders, struct error *err)
{
	CLEANUP(git_folders_release) struct git_folders folders = { 0 };
	CLEANUP(text_free) char *common = NULL;
	struct error none = { 0 };

	folders.git = strdup(git_folder);
	if (!folders.git)
		return error_system(err, ENOMEM, "cannot read '%s'", git_folder);
	while (strlen(folders.git) > 1 && folders.git[strlen(folders.git) - 1] == '/')
		folders.git[strlen(folders.git) - 1] = '\0';
	if (line_read(folders.git, "commondir", &common, &none)) {
		if (none.code != ERROR_ABSENT)
			return error_set(err, none.code, "%s", none.text);
		folders.common = strdup(folders.git);
	} else if (common[0] == '/') {
		folders.common = strdup(common);
	} else if (path_join(folders.git, common, &folders.common, err)) {
		return -1;
	}
	if (!folders.common)
		return error_system(err, ENOMEM, "cannot read '%s'", git_folder);
	*out_folders = folders;
	folders = (struct git_folders){ 0 };
	return 0;
}

static bool hex_ok(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* A ref's name goes into a path: nothing that leads out of the repository. */
static bool ref_name_ok(const char *name)
{
	return strncmp(name, "refs/", 5) == 0 && !strstr(name, "..") && !strstr(name, "//") &&
	       name[strlen(name) - 1] != '/';
}

static int packed_read(const struct git_folders *folders, char **out_text, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, PACKED_REFS_MAX);
	if (path_join(folders->common, "packed-refs", &path, err))
		return -1;
	if (file_exists(path) && file_read(path, &text, err))
		return -1;
	return buffer_to_text(&text, out_text, err);
}

/* The commit that packed-refs gives a ref; false when it has none. */
static bool packed_find(char *packed, const char *name, size_t hex_len, char *out_commit)
{
	size_t name_len = strlen(name);

	for (char *at = packed; *at;) {
		size_t len = strcspn(at, "\n");

		if (len == hex_len + 1 + name_len && at[hex_len] == ' ' &&
		    memcmp(at + hex_len + 1, name, name_len) == 0) {
			memcpy(out_commit, at, hex_len);
			out_commit[hex_len] = '\0';
			return hex_ok(out_commit, hex_len);
		}
		at += len + (at[len] == '\n');
	}
	return false;
}

/* Follow one ref to a commit, through the refs it names. */
static int ref_resolve(const struct git_folders *folders, const char *name, size_t hex_len,
		       char *out_commit, struct error *err)
{
	CLEANUP(text_free) char *packed = NULL;
	char at[REF_FILE_MAX];

	snprintf(at, sizeof(at), "%s", name);
	for (size_t depth = 0; depth < SYMBOLIC_DEPTH_MAX; depth++) {
		CLEANUP(text_free) char *line = NULL;
		struct error none = { 0 };

		if (!ref_name_ok(at))
			return error_set(err, ERROR_CORRUPT, "HEAD leads to '%s', which is no ref",
					 at);
		if (line_read(folders->common, at, &line, &none)) {
			if (none.code != ERROR_ABSENT)
				return error_set(err, none.code, "%s", none.text);
			break;
		}
		if (hex_ok(line, hex_len)) {
			memcpy(out_commit, line, hex_len + 1);
			return 0;
		}
		if (strncmp(line, "ref: ", 5) != 0)
			return error_set(err, ERROR_CORRUPT, "the ref '%s' holds no commit", at);
		snprintf(at, sizeof(at), "%s", line + 5);
	}
	if (packed_read(folders, &packed, err))
		return -1;
	if (!packed_find(packed, at, hex_len, out_commit))
		return error_set(err, ERROR_ABSENT, "the branch '%s' has no commit yet", at);
	return 0;
}

int git_refs_head(const struct git_folders *folders, size_t hex_len, struct git_head *out_head,
		  struct error *err)
{
	CLEANUP(text_free) char *line = NULL;
	CLEANUP(git_head_release) struct git_head head = { .commit = "" };

	if (line_read(folders->git, "HEAD", &line, err))
		return -1;
	if (hex_ok(line, hex_len)) {
		memcpy(head.commit, line, hex_len + 1);
	} else if (strncmp(line, "ref: ", 5) == 0) {
		if (ref_resolve(folders, line + 5, hex_len, head.commit, err))
			return -1;
		if (strncmp(line + 5, "refs/heads/", 11) == 0) {
			head.branch = strdup(line + 16);
			if (!head.branch)
				return error_system(err, ENOMEM, "cannot read HEAD");
		}
	} else {
		return error_set(err, ERROR_CORRUPT,
				 "HEAD of '%s' names neither a branch nor a commit", folders->git);
	}
	*out_head = head;
	head.branch = NULL;
	return 0;
}

/* Names that were found, to be sorted. */
struct names {
	char *name[TAGS_MAX];
	size_t count;
};

static void names_free(struct names **names)
{
	for (size_t i = 0; *names && i < (*names)->count; i++)
		free((*names)->name[i]);
	free(*names);
}

static int name_keep(struct names *names, const char *name, size_t len, struct error *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->name[i]) == len && memcmp(names->name[i], name, len) == 0)
			return 0;
	if (names->count == TAGS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u tags point at one commit",
				 TAGS_MAX);
	names->name[names->count] = strndup(name, len);
	if (!names->name[names->count])
		return error_system(err, ENOMEM, "cannot list tags");
	names->count++;
	return 0;
}

/* Loose tags: refs/tags/ and the folders in it. */
static int loose_tags(const struct git_folders *folders, const char *below, const char *commit,
		      size_t depth, struct names *names, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	DIR *entries;
	int failed = 0;

	if (path_join(folders->common, below, &folder, err))
		return -1;
	entries = depth < TAG_DEPTH_MAX ? opendir(folder) : NULL;
	if (!entries)
		return 0;
	for (struct dirent *entry; folder_next(entries, folder, &entry, &failed, err);) {
		CLEANUP(text_free) char *name = NULL, *line = NULL;
		struct error none = { 0 };

		if (entry->d_name[0] == '.')
			continue;
		failed = path_join(below, entry->d_name, &name, err);
		if (failed)
			break;
		if (entry->d_type == DT_DIR)
			failed = loose_tags(folders, name, commit, depth + 1, names, err);
		else if (line_read(folders->common, name, &line, &none) == 0 &&
			 strcmp(line, commit) == 0)
			failed = name_keep(names, name + 10, strlen(name + 10), err);
	}
	closedir(entries);
	return failed;
}

/* Packed tags: "HEX refs/tags/NAME", and "^HEX" behind an annotated one. */
static int packed_tags(char *packed, const char *commit, struct names *names, struct error *err)
{
	size_t hex_len = strlen(commit);
	const char *tag = NULL;
	size_t tag_len = 0;

	for (char *at = packed; *at;) {
		size_t len = strcspn(at, "\n");
		bool peeled = at[0] == '^';
		const char *hex = at + peeled;
		bool ours = len >= hex_len + peeled && memcmp(hex, commit, hex_len) == 0;

		if (!peeled) {
			tag = len > hex_len + 11 && memcmp(at + hex_len, " refs/tags/", 11) == 0
				      ? at + hex_len + 11
				      : NULL;
			tag_len = tag ? len - hex_len - 11 : 0;
		}
		if (ours && tag && name_keep(names, tag, tag_len, err))
			return -1;
		at += len + (at[len] == '\n');
	}
	return 0;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int git_refs_tags(const struct git_folders *folders, const char *commit, struct json *array,
		  struct error *err)
{
	CLEANUP(names_free) struct names *names = calloc(1, sizeof(*names));
	CLEANUP(text_free) char *packed = NULL;

	if (!names)
		return error_system(err, ENOMEM, "cannot list tags");
	if (loose_tags(folders, "refs/tags", commit, 0, names, err) ||
	    packed_read(folders, &packed, err) || packed_tags(packed, commit, names, err))
		return -1;
	qsort(names->name, names->count, sizeof(*names->name), name_order);
	for (size_t i = 0; i < names->count; i++)
		if (json_add_text(array, names->name[i], err))
			return -1;
	return 0;
}
