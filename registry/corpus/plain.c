/*
 * plain: the lines of a file that comes in pieces, in any order, from several threads.
 *
 * The lines inside a piece are counted at once. What stands before its first end of
 * a line and behind its last is kept until the neighbours are there.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/file.h"

/* A line that two pieces make together. */
struct seam {
	struct buffer bytes;
	uint64_t offset;
	bool whole;
};

static void seam_release(struct seam *seam)
{
	buffer_release(&seam->bytes);
}

static void run_release(struct corpus_run *run)
{
	buffer_release(&run->head);
	buffer_release(&run->tail);
}

void corpus_plain_release(struct corpus_file *file)
{
	for (size_t i = 0; i < file->run_count; i++)
		run_release(&file->run[i]);
	free(file->run);
}

/* Append, or say that the line is too long. `offset`: where it begins, or is known to be. */
static int line_extend(struct corpus_file *file, struct buffer *line, struct span bytes,
		       uint64_t offset, struct error *err)
{
	if (bytes.len <= CORPUS_LINE_MAX - line->len)
		return buffer_add(line, bytes, err);
	corpus_place_note(file, offset);
	return error_set(err, ERROR_CORRUPT, "it has more than %u MiB: is it a line of text?",
			 CORPUS_LINE_MAX >> 20);
}

/* ---- Runs ---- */

/* Put `right` behind `left`, whose end it begins at; *seam is the line that becomes whole. */
static int runs_join(struct corpus_file *file, struct corpus_run *left, struct corpus_run *right,
		     struct seam *seam, struct error *err)
{
	struct buffer *open = left->line_ends ? &left->tail : &left->head;
	uint64_t begin = left->end - open->len;

	if (line_extend(file, open, buffer_view(&right->head), begin, err))
		return -1;
	if (right->line_ends) {
		struct buffer spent = left->tail;

		if (left->line_ends) {
			seam->bytes = spent;
			seam->offset = begin;
			seam->whole = true;
			spent = (struct buffer){ 0 };
		}
		buffer_release(&spent);
		left->tail = right->tail;
		buffer_init(&right->tail, CORPUS_LINE_MAX);
		left->line_ends = true;
	}
	left->end = right->end;
	run_release(right);
	return 0;
}

/* Make a run of a piece; [*out_middle] are the whole lines in it. */
static int run_make(struct corpus_file *file, uint64_t offset, struct span bytes,
		    struct corpus_run *out_run, struct span *out_middle, struct error *err)
{
	const uint8_t *first = memchr(bytes.data, '\n', bytes.len);
	const uint8_t *last = memrchr(bytes.data, '\n', bytes.len);
	size_t head = first ? (size_t)(first - bytes.data) + 1 : 0;
	size_t tail = last ? (size_t)(last - bytes.data) + 1 : 0;
	struct corpus_run run = { .begin = offset, .end = offset + bytes.len };

	buffer_init(&run.head, CORPUS_LINE_MAX);
	buffer_init(&run.tail, CORPUS_LINE_MAX);
	if (!offset)
		head = 0;
	run.line_ends = first || !offset;
	*out_middle = (struct span){ bytes.data + head, tail - head };
	if (!run.line_ends)
		head = tail = bytes.len;
	if (line_extend(file, &run.head, (struct span){ bytes.data, head }, offset, err) ||
	    line_extend(file, &run.tail, (struct span){ bytes.data + tail, bytes.len - tail },
			offset + tail, err)) {
		run_release(&run);
		return -1;
	}
	*out_run = run;
	return 0;
}

/* Where the run that begins at `offset` stands, or would stand. */
static size_t run_place(const struct corpus_file *file, uint64_t offset)
{
	size_t i = 0;

	while (i < file->run_count && file->run[i].begin < offset)
		i++;
	return i;
}

static int run_insert(struct corpus_file *file, const struct corpus_run *run, size_t place,
		      struct error *err)
{
	if (file->run_count == file->run_cap) {
		size_t cap = file->run_cap ? 2 * file->run_cap : 8;
		struct corpus_run *grown = realloc(file->run, cap * sizeof(*grown));

		if (!grown)
			return error_set(err, ERROR_SYSTEM, "out of memory for a file's lines");
		file->run = grown;
		file->run_cap = cap;
	}
	memmove(&file->run[place + 1], &file->run[place],
		(file->run_count - place) * sizeof(*file->run));
	file->run[place] = *run;
	file->run_count++;
	return 0;
}

/* Join runs `left` and the one behind it, if they touch. */
static int run_close(struct corpus_file *file, size_t left, struct seam *seam, struct error *err)
{
	if (left + 1 >= file->run_count || file->run[left].end != file->run[left + 1].begin)
		return 0;
	if (runs_join(file, &file->run[left], &file->run[left + 1], seam, err))
		return -1;
	file->run_count--;
	memmove(&file->run[left + 1], &file->run[left + 2],
		(file->run_count - left - 1) * sizeof(*file->run));
	return 0;
}

/* The lock is held. Takes the run over, also when it fails. */
static int run_add(struct corpus_file *file, struct corpus_run *run, struct seam seam[2],
		   struct error *err)
{
	size_t place = run_place(file, run->begin);

	if (run_insert(file, run, place, err)) {
		run_release(run);
		return -1;
	}
	if (run_close(file, place, &seam[0], err))
		return -1;
	return place ? run_close(file, place - 1, &seam[1], err) : 0;
}

/* ---- Lines ---- */

/* All lines of `bytes`, which ends with the end of one. */
static int lines_count(struct corpus_file *file, struct corpus_worker *worker, uint64_t offset,
		       struct span bytes, struct error *err)
{
	const uint8_t *at = bytes.data, *end = at + bytes.len;

	while (at < end) {
		const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
		struct corpus_line line = { .offset = offset + (uint64_t)(at - bytes.data) };

		if (!stop)
			stop = end;
		line.bytes = (struct span){ at, (size_t)(stop - at) };
		if (corpus_line_count(file, worker, &line, err))
			return -1;
		at = stop + 1;
	}
	return 0;
}

int corpus_plain_piece(struct corpus_file *file, uint64_t offset, struct span bytes,
		       struct error *err)
{
	struct seam seam[2] = { { .whole = false } };
	struct corpus_worker *worker = NULL;
	struct corpus_run run;
	struct span middle;
	int failed;

	if (run_make(file, offset, bytes, &run, &middle, err))
		return -1;
	pthread_mutex_lock(&file->lock);
	failed = run_add(file, &run, seam, err);
	pthread_mutex_unlock(&file->lock);
	if (!failed)
		failed = corpus_worker_take(file->corpus, &worker, err);
	if (!failed)
		failed = lines_count(file, worker, offset + (uint64_t)(middle.data - bytes.data),
				     middle, err);
	for (size_t i = 0; i < 2; i++) {
		if (!failed && seam[i].whole)
			failed = lines_count(file, worker, seam[i].offset,
					     buffer_view(&seam[i].bytes), err);
		seam_release(&seam[i]);
	}
	if (failed) {
		if (worker)
			corpus_worker_drop(file->corpus, worker);
		return -1;
	}
	return corpus_worker_done(file, worker, err);
}

/* The last line may lack its end. */
int corpus_plain_end(struct corpus_file *file, struct error *err)
{
	struct corpus_worker *worker;
	struct corpus_run *run = file->run;

	if (!file->size)
		return 0;
	if (file->run_count != 1 || run->begin || run->end != file->size)
		return error_set(err, ERROR_SYSTEM, "'%s' was not given whole", file->shard.path);
	if (corpus_worker_take(file->corpus, &worker, err))
		return -1;
	if (lines_count(file, worker, run->end - run->tail.len, buffer_view(&run->tail), err)) {
		corpus_worker_drop(file->corpus, worker);
		return -1;
	}
	return corpus_worker_done(file, worker, err);
}
