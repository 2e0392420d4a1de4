/* croissant_files: the files and the records of a dataset's description. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/croissant_inner.h"

/* ---- Kinds of files ---- */

/* "jsonl.gz" of "a/b.jsonl.gz"; at most two endings, of letters and digits. */
static bool ending_of(const char *path, bool packed, char out_ending[ENDING_MAX])
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *dot = strrchr(base, '.');

	for (const char *at = dot; packed && at && at-- > base;)
		if (*at == '.') {
			dot = at;
			break;
		}
	if (!dot || dot == base || !dot[1] || strlen(dot + 1) >= ENDING_MAX ||
	    strspn(dot + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.") !=
		    strlen(dot + 1))
		return false;
	memcpy(out_ending, dot + 1, strlen(dot + 1) + 1);
	return true;
}

void describing_groups(struct describing *describing)
{
	const struct corpus_shard *shard = NULL;
	size_t count = describing->corpus ? corpus_shards(describing->corpus, &shard) : 0;

	for (size_t i = 0; i < count; i++) {
		char ending[ENDING_MAX];
		size_t at = 0;

		if (!shard[i].counted ||
		    !ending_of(shard[i].path, shard[i].packing != NULL, ending))
			continue;
		while (at < describing->group_count &&
		       strcmp(describing->group[at].ending, ending) != 0)
			at++;
		if (at == GROUPS_MAX)
			continue;
		if (at == describing->group_count) {
			struct group *group = &describing->group[describing->group_count++];

			memcpy(group->ending, ending, sizeof(ending));
			group->format = shard[i].format;
			group->packing = shard[i].packing;
		}
		describing->group[at].files++;
		describing->group[at].documents += shard[i].counts.all.documents;
		describing->group[at].textless += shard[i].counts.textless;
	}
}

static const char *media_type(const char *format)
{
	if (strcmp(format, "jsonl") == 0)
		return "application/jsonlines";
	return strcmp(format, "text") == 0 ? "text/plain" : "application/octet-stream";
}

static int encoding_set(struct json *object, const char *format, const char *packing,
			struct error *err)
{
	struct json *list;

	if (!packing)
		return json_set_text(object, "encodingFormat", media_type(format), err);
	return json_set_array(object, "encodingFormat", &list, err) ||
			       json_add_text(list, media_type(format), err) ||
			       json_add_text(list,
					     strcmp(packing, "gzip") == 0 ? "application/gzip"
									  : "application/zstd",
					     err)
		       ? -1
		       : 0;
}

/* ---- distribution ---- */

/* A path as an id: what no IRI holds is written as %XX. */
static int id_set(struct json *object, const char *path, struct error *err)
{
	CLEANUP(buffer_release) struct buffer id;

	buffer_init(&id, 4096 * 3);
	for (const char *c = path; *c; c++)
		if (((unsigned char)*c <= ' ' || strchr("%\"<>\\^`{|}#?", *c) || *c == 127)
			    ? buffer_printf(&id, err, "%%%02X", (unsigned)(unsigned char)*c)
			    : buffer_add(&id, (struct span){ (const uint8_t *)c, 1 }, err))
			return -1;
	return json_set_span(object, "@id", buffer_view(&id), err);
}

static int compare_path(const void *path, const void *shard)
{
	return strcmp(path, ((const struct corpus_shard *)shard)->path);
}

static int file_add(const struct describing *describing, struct json *list,
		    const struct manifest_file *file, struct error *err)
{
	const struct corpus_shard *shard = NULL, *all;
	size_t count = describing->corpus ? corpus_shards(describing->corpus, &all) : 0;
	char hex[DIGEST_HEX_SIZE], size[32];
	struct json *object;

	if (count)
		shard = bsearch(file->path, all, count, sizeof(*all), compare_path);
	snprintf(size, sizeof(size), "%" PRIu64 " B", file->size);
	digest_to_hex(&file->sha256, hex);
	if (json_add_object(list, &object, err) ||
	    json_set_text(object, "@type", "cr:FileObject", err) ||
	    id_set(object, file->path, err) || json_set_text(object, "name", file->path, err) ||
	    json_set_text(object, "contentUrl", file->path, err) ||
	    json_set_text(object, "contentSize", size, err) ||
	    json_set_text(object, "sha256", hex, err))
		return -1;
	if (text_ends_with(file->path, ".parquet"))
		return json_set_text(object, "encodingFormat", "application/x-parquet", err);
	return encoding_set(object, shard && shard->counted ? shard->format : "bytes",
			    shard && shard->counted ? shard->packing : NULL, err);
}

int describing_files(const struct describing *describing, struct json *root, struct error *err)
{
	struct json *list, *object, *patterns;

	if (json_set_array(root, "distribution", &list, err))
		return -1;
	for (size_t i = 0; i < describing->manifest->file_count; i++)
		if (file_add(describing, list, &describing->manifest->file[i], err))
			return -1;
	for (size_t i = 0; i < describing->group_count; i++) {
		const struct group *group = &describing->group[i];
		char id[ENDING_MAX + 16], pattern[ENDING_MAX + 8];

		snprintf(id, sizeof(id), "files-%s", group->ending);
		snprintf(pattern, sizeof(pattern), "**/*.%s", group->ending);
		if (json_add_object(list, &object, err) ||
		    json_set_text(object, "@type", "cr:FileSet", err) ||
		    json_set_text(object, "@id", id, err) ||
		    json_set_text(object, "name", id, err) ||
		    encoding_set(object, group->format, group->packing, err) ||
		    json_set_array(object, "includes", &patterns, err) ||
		    json_add_text(patterns, pattern + 3, err) ||
		    json_add_text(patterns, pattern, err))
			return -1;
	}
	return 0;
}

/* ---- recordSet ---- */

static int field_add(struct json *list, const char *set, const char *files, const char *member,
		     const char *what, struct error *err)
{
	struct json *object, *source, *of, *extract;
	CLEANUP(buffer_release) struct buffer id;

	buffer_init(&id, 4096);
	return json_add_object(list, &object, err) ||
			       json_set_text(object, "@type", "cr:Field", err) ||
			       buffer_printf(&id, err, "%s/%s", set, what) ||
			       json_set_span(object, "@id", buffer_view(&id), err) ||
			       json_set_text(object, "name", what, err) ||
			       json_set_text(object, "dataType", "sc:Text", err) ||
			       json_set_object(object, "source", &source, err) ||
			       json_set_object(source, "fileSet", &of, err) ||
			       json_set_text(of, "@id", files, err) ||
			       json_set_object(source, "extract", &extract, err) ||
			       json_set_text(extract, "column", member, err)
		       ? -1
		       : 0;
}

/* Documents of jsonl files. Of zstd readers of Croissant know nothing. */
int describing_records(const struct describing *describing, struct json *root, struct error *err)
{
	const char *text = json_text(json_member(describing->counts_head, "textField"));
	const char *source = json_text(json_member(describing->counts_head, "sourceField"));
	struct json *list = NULL, *object, *fields;

	for (size_t i = 0; i < describing->group_count; i++) {
		const struct group *group = &describing->group[i];
		char id[ENDING_MAX + 16], files[ENDING_MAX + 16];

		if (strcmp(group->format, "jsonl") != 0 || !text || !group->documents ||
		    group->documents == group->textless ||
		    (group->packing && strcmp(group->packing, "gzip") != 0))
			continue;
		snprintf(id, sizeof(id), "documents-%s", group->ending);
		snprintf(files, sizeof(files), "files-%s", group->ending);
		if ((!list && json_set_array(root, "recordSet", &list, err)) ||
		    json_add_object(list, &object, err) ||
		    json_set_text(object, "@type", "cr:RecordSet", err) ||
		    json_set_text(object, "@id", id, err) ||
		    json_set_text(object, "name", id, err) ||
		    json_set_array(object, "field", &fields, err) ||
		    field_add(fields, id, files, text, "text", err) ||
		    (source && field_add(fields, id, files, source, "source", err)))
			return -1;
	}
	return 0;
}
