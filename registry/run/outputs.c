/* run_outputs: which checkpoints of a run are complete. */
#include "registry/run/outputs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/run/facts.h"

enum { DEPTH_MAX = 8, INDEX_MAX = 64 << 20, HEADER_MAX = 100 << 20 };

static const char tracker_name[] = "latest_checkpointed_iteration.txt";

void run_outputs_release(struct run_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		free(outputs->item[i].path);
	free(outputs->item);
	*outputs = (struct run_outputs){ .item = NULL };
}

/* ---- How it looks ---- */

struct walk {
	struct hash_stream *hash;
	size_t left;
};

static int entry_hash(struct walk *walk, const char *path, const struct stat *status,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;

	buffer_init(&line, 2 * PATH_MAX);
	if (buffer_printf(&line, err, "%s %" PRIu64 " %" PRIu64 " %lld.%ld\n", path,
			  (uint64_t)status->st_ino, (uint64_t)status->st_size,
			  (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec))
		return -1;
	hash_stream_add(walk->hash, buffer_view(&line));
	return 0;
}

static int name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_folder(struct walk *walk, const char *path, unsigned depth, struct error *err);

static int walk_entry(struct walk *walk, const char *path, unsigned depth, struct error *err)
{
	struct stat status;

	if (!walk->left || lstat(path, &status))
		return 0; /* gone meanwhile: the next look sees it */
	walk->left--;
	if (entry_hash(walk, path, &status, err))
		return -1;
	return S_ISDIR(status.st_mode) && depth < DEPTH_MAX
		       ? walk_folder(walk, path, depth + 1, err)
		       : 0;
}

static int walk_folder(struct walk *walk, const char *path, unsigned depth, struct error *err)
{
	struct dirent **entry = NULL;
	int count = scandir(path, &entry, NULL, name_order);
	int failed = 0;

	for (int i = 0; i < count; i++) {
		char inner[PATH_MAX];
		const char *name = entry[i]->d_name;

		if (!failed && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		    (size_t)snprintf(inner, sizeof(inner), "%s/%s", path, name) < sizeof(inner))
			failed = walk_entry(walk, inner, depth, err);
		free(entry[i]);
	}
	free(entry);
	return failed;
}

static int look_take(const char *path, struct digest *out_look, struct error *err)
{
	struct walk walk = { .left = RUN_OUTPUT_ENTRIES_MAX };
	struct stat status;
	char inner[PATH_MAX];
	int failed = 0;

	if (hash_stream_new(&walk.hash, err))
		return -1;
	/* The pattern may match a link to a folder. */
	if (stat(path, &status) == 0) {
		snprintf(inner, sizeof(inner), "%s", path);
		failed = entry_hash(&walk, inner, &status, err);
		if (!failed && S_ISDIR(status.st_mode))
			failed = walk_folder(&walk, path, 0, err);
	}
	*out_look = hash_stream_finish(walk.hash);
	hash_stream_free(&walk.hash);
	return failed;
}

/* ---- What says that it is complete ---- */

/* Is the safetensors file as long as its header says? */
static bool shard_whole(const char *path)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(json_free) struct json *header = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct json_members at = { 0 };
	struct error none = { 0 };
	uint64_t len = 0, end = 0;
	uint8_t *room;

	buffer_init(&bytes, HEADER_MAX);
	if (source_open_file(path, &source, &none) || source->size < 8 ||
	    buffer_extend(&bytes, 8, &room, &none) || source_read_at(source, 0, room, 8, &none))
		return false;
	for (int i = 7; i >= 0; i--)
		len = len << 8 | room[i];
	if (len > HEADER_MAX - 8 || len > source->size - 8)
		return false;
	bytes.len = 0;
	if (buffer_extend(&bytes, (size_t)len, &room, &none) ||
	    source_read_at(source, 8, room, (size_t)len, &none) ||
	    json_parse(buffer_view(&bytes), NULL, &header, &none))
		return false;
	while (json_next(header, &at)) {
		const struct json *offsets = json_member(at.value, "data_offsets");
		int64_t to = json_integer_of(json_at(offsets, 1));

		if (to > 0 && (uint64_t)to > end)
			end = (uint64_t)to;
	}
	return source->size >= 8 + len + end;
}

static bool index_whole(const char *folder, const char *path)
{
	CLEANUP(json_free) struct json *index = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct json_members at = { 0 };
	struct error none = { 0 };
	char last[NAME_MAX + 1] = "";
	size_t shards = 0;

	buffer_init(&bytes, INDEX_MAX);
	if (file_read(path, &bytes, &none) || json_parse(buffer_view(&bytes), NULL, &index, &none))
		return false;
	while (json_next(json_member(index, "weight_map"), &at)) {
		const char *shard = json_text(at.value);
		char full[PATH_MAX];

		if (!shard || strchr(shard, '/') || strlen(shard) > NAME_MAX)
			return false;
		/* Tensors of a shard mostly follow each other: each is looked at once, or few
		 * times. */
		if (strcmp(shard, last) == 0)
			continue;
		memcpy(last, shard, strlen(shard) + 1);
		if ((size_t)snprintf(full, sizeof(full), "%s/%s", folder, shard) >= sizeof(full) ||
		    !shard_whole(full))
			return false;
		shards++;
	}
	return shards > 0;
}

enum weights_said { WEIGHTS_NOTHING, WEIGHTS_PARTS, WEIGHTS_WHOLE };

static enum weights_said weights_look(const char *folder)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/model.safetensors.index.json", folder) >=
	    sizeof(path))
		return WEIGHTS_NOTHING;
	if (file_exists(path))
		return index_whole(folder, path) ? WEIGHTS_WHOLE : WEIGHTS_PARTS;
	snprintf(path, sizeof(path), "%.4000s/model.safetensors", folder);
	if (!file_exists(path))
		return WEIGHTS_NOTHING;
	return shard_whole(path) ? WEIGHTS_WHOLE : WEIGHTS_PARTS;
}

/* Megatron's file beside the folders: *out_step is the last one that is complete. */
static bool tracker_read(const char *path, uint64_t *out_step)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *text = NULL;
	struct error none = { 0 };
	char file[PATH_MAX];
	char *end;

	buffer_init(&bytes, 4096);
	if ((size_t)snprintf(file, sizeof(file), "%.*s%s", (int)(run_path_name(path) - path), path,
			     tracker_name) >= sizeof(file) ||
	    file_read(file, &bytes, &none) || buffer_to_text(&bytes, &text, &none) ||
	    !isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*out_step = strtoull(text, &end, 10);
	return errno == 0 && (!*end || isspace((unsigned char)*end));
}

/* By what it is known to be complete, or NULL. */
static const char *complete_how(const struct run_output *output, enum run_outputs_end end,
				bool unchanged, int64_t quiet_for_ms, int64_t quiet_ms)
{
	uint64_t step;

	if (end == RUN_OUTPUTS_ENDED)
		return "the run ended";
	unchanged = unchanged || end == RUN_OUTPUTS_BROKEN;
	if (output->step[0] && tracker_read(output->path, &step))
		return step >= output->order ? tracker_name : NULL;
	switch (weights_look(output->path)) {
	case WEIGHTS_PARTS:
		return NULL;
	case WEIGHTS_WHOLE:
		return unchanged ? "its weights are all there" : NULL;
	case WEIGHTS_NOTHING:
		break;
	}
	return unchanged && quiet_for_ms >= quiet_ms ? "nothing in it changed any more" : NULL;
}

/* ---- The list ---- */

static void step_of(struct run_output *output)
{
	struct checkpoint_name name;
	struct span number = { NULL, 0 };
	const char *last = run_path_name(output->path);

	if (!checkpoint_name_number(last, &number) || number.len > CHECKPOINT_DIGITS_MAX)
		number.len = 0;
	memcpy(output->step, number.len ? number.data : (const uint8_t *)"", number.len);
	output->step[number.len] = '\0';
	if (number.len && checkpoint_name_read(last, &name) && name.number.data)
		output->order = checkpoint_name_place(&name);
	else
		output->order = strtoull(output->step, NULL, 10);
}

/* A name that things have while they are written. */
static bool passing_name(const char *path)
{
	static const char *const ending[] = { ".tmp", ".partial", ".incomplete", ".part" };
	const char *name = run_path_name(path);

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (text_ends_with(name, ending[i]))
			return true;
	return name[0] == '.' || strncmp(name, "tmp", 3) == 0 || strcmp(name, tracker_name) == 0;
}

static struct run_output *output_find(struct run_outputs *outputs, const char *path)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (strcmp(outputs->item[i].path, path) == 0)
			return &outputs->item[i];
	return NULL;
}

static int output_add(struct run_outputs *outputs, const char *path, struct run_output **out_output,
		      struct error *err)
{
	struct run_output *output;

	if (outputs->count >= RUN_OUTPUTS_MAX)
		return error_set(err, ERROR_USAGE, "more than %d outputs", RUN_OUTPUTS_MAX);
	if (outputs->count == outputs->room) {
		size_t room = outputs->room ? 2 * outputs->room : 16;

		output = realloc(outputs->item, room * sizeof(*output));
		if (!output)
			return error_set(err, ERROR_SYSTEM, "out of memory for outputs");
		outputs->item = output;
		outputs->room = room;
	}
	output = &outputs->item[outputs->count];
	*output = (struct run_output){ .path = strdup(path), .state = RUN_OUTPUT_GROWING };
	if (!output->path)
		return error_set(err, ERROR_SYSTEM, "out of memory for outputs");
	outputs->count++;
	step_of(output);
	*out_output = output;
	return 0;
}

static int output_look(const struct context *ctx, const char *path, bool first,
		       enum run_outputs_end end, int64_t quiet_ms, struct run_outputs *outputs,
		       struct error *err)
{
	struct run_output *output = output_find(outputs, path);
	int64_t now = context_monotonic_ms(ctx);
	bool unchanged, known = output != NULL;
	struct digest look;

	if (output && output->state == RUN_OUTPUT_TAKEN)
		return 0;
	if (look_take(path, &look, err) || (!output && output_add(outputs, path, &output, err)))
		return -1;
	unchanged = known && digest_equal(&look, &output->look);
	if (!unchanged)
		output->since_ms = now;
	output->look = look;
	if (first)
		output->state = RUN_OUTPUT_OLD;
	else if (output->state == RUN_OUTPUT_OLD && !unchanged)
		output->state = RUN_OUTPUT_GROWING;
	if (output->state != RUN_OUTPUT_GROWING)
		return 0;
	output->how = complete_how(output, end, unchanged, now - output->since_ms, quiet_ms);
	if (output->how)
		output->state = RUN_OUTPUT_COMPLETE;
	return 0;
}

static int output_order(const void *left, const void *right)
{
	const struct run_output *a = left, *b = right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return strcmp(a->path, b->path);
}

int run_outputs_look(const struct context *ctx, const char *const *pattern, size_t pattern_count,
		     bool first, enum run_outputs_end end, int64_t quiet_ms,
		     struct run_outputs *outputs, struct error *err)
{
	int failed = 0;

	for (size_t p = 0; !failed && p < pattern_count; p++) {
		glob_t found = { .gl_pathc = 0 };

		if (glob(pattern[p], 0, NULL, &found) == 0)
			for (size_t i = 0; !failed && i < found.gl_pathc; i++)
				failed = passing_name(found.gl_pathv[i])
						 ? 0
						 : output_look(ctx, found.gl_pathv[i], first, end,
							       quiet_ms, outputs, err);
		globfree(&found);
	}
	if (outputs->count)
		qsort(outputs->item, outputs->count, sizeof(*outputs->item), output_order);
	return failed;
}
