/* packed: the lines of a file that is unpacked as its pieces come, in order. */
#include <string.h>

#include "registry/corpus/file.h"

void corpus_packed_release(struct corpus_file *file)
{
	unpack_free(&file->unpack);
	buffer_release(&file->carry);
	if (file->worker)
		corpus_worker_drop(file->corpus, file->worker);
	file->worker = NULL;
}

static int line_end(struct corpus_file *file, struct span bytes, struct error *err)
{
	struct corpus_line line = { .bytes = bytes, .number = ++file->line };

	return corpus_line_count(file, file->worker, &line, err);
}

static int carry_add(struct corpus_file *file, struct span bytes, struct error *err)
{
	if (bytes.len > CORPUS_LINE_MAX - file->carry.len)
		return error_set(err, ERROR_CORRUPT,
				 "'%s', line %llu: it has more than %u MiB: is it a line of text?",
				 file->shard.path, (unsigned long long)file->line + 1,
				 CORPUS_LINE_MAX >> 20);
	return buffer_add(&file->carry, bytes, err);
}

static int step_take(void *user, struct span bytes, struct error *err)
{
	struct corpus_file *file = user;
	const uint8_t *at = bytes.data, *end = at + bytes.len;

	while (at < end) {
		const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
		struct span line = { at, (size_t)((stop ? stop : end) - at) };

		if (file->carry.len || !stop) {
			if (carry_add(file, line, err))
				return -1;
			line = buffer_view(&file->carry);
		}
		if (!stop)
			return 0;
		if (line_end(file, line, err))
			return -1;
		file->carry.len = 0;
		at = stop + 1;
	}
	return 0;
}

int corpus_packed_piece(struct corpus_file *file, struct span bytes, struct error *err)
{
	if (!file->worker && corpus_worker_take(file->corpus, &file->worker, err))
		return -1;
	if (unpack_add(file->unpack, bytes, step_take, file, err)) {
		/* What is said of a line names the file already. */
		return err->text[0] == '\''
			       ? -1
			       : error_prefix(err, "'%s', behind line %llu", file->shard.path,
					      (unsigned long long)file->line);
	}
	return 0;
}

int corpus_packed_end(struct corpus_file *file, struct error *err)
{
	struct corpus_worker *worker = file->worker;

	if (unpack_end(file->unpack, err))
		return error_prefix(err, "'%s', behind line %llu", file->shard.path,
				    (unsigned long long)file->line);
	if (file->carry.len && line_end(file, buffer_view(&file->carry), err))
		return -1;
	file->worker = NULL;
	return worker ? corpus_worker_done(file, worker, err) : 0;
}
