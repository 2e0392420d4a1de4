/* Sorted digests against the index, both gone through once: the file and the packs that it does not
 * know are merged on the way. */
#include <stdlib.h>
#include <string.h>

#include "registry/heap.h"
#include "registry/pack/index_inner.h"

enum { LENGTHS_MAX = 4 }; /* that data of one digest is said to have: one, unless by damage */

/* Entries in order, of the file or of one pack that it does not know. */
struct row {
	const struct index_file *file; /* NULL: of a pack */
	struct pack_entry *owned;      /* the bucket of the file that is at hand */
	uint32_t bucket;               /* the next one */
	const struct pack_entry *at, *end;
};

struct meeting {
	const struct pack_wants *wants;
	struct pack_wanted wanted; /* the one that is being looked for */
	bool any;                  /* there is one */
	struct row *row;
	size_t rows;
	struct heap heap;     /* of the rows that are not at their end, the smallest first */
	struct digest digest; /* what was met last … */
	uint32_t len[LENGTHS_MAX];
	size_t lens; /* … and so many lengths of it; 0: nothing was */
};

static void meeting_release(struct meeting *m)
{
	for (size_t i = 0; i < m->rows; i++)
		free(m->row[i].owned);
	free(m->row);
	free(m->heap.item);
	m->row = NULL;
	m->heap = (struct heap){ .item = NULL };
	m->rows = m->lens = 0;
}

/* ---- Rows ---- */

static bool counts(const struct row *row, const struct pack_entry *entry)
{
	return entry->kind == PACK_DATA && !(row->file && row->file->gone[entry->pack]);
}

/* Have the first entry at hand that is data, not below `from`; none at the end. */
static int row_seek(struct row *row, const struct digest *from, struct error *err)
{
	for (;;) {
		size_t count;

		while (row->at < row->end &&
		       (!counts(row, row->at) ||
			memcmp(row->at->digest.byte, from->byte, DIGEST_SIZE) < 0))
			row->at++;
		if (row->at < row->end || !row->file || row->bucket == 1u << row->file->bits)
			return 0;
		if (row->bucket < index_file_bucket_of(row->file, from))
			row->bucket = index_file_bucket_of(row->file, from);
		free(row->owned);
		row->owned = NULL;
		row->at = row->end = NULL;
		if (index_file_bucket(row->file, row->bucket, &row->owned, &count, err))
			return -1;
		row->bucket++;
		row->at = row->owned;
		row->end = row->owned + count;
	}
}

static bool comes_before(const void *user, size_t x, size_t y)
{
	const struct meeting *m = user;

	return memcmp(m->row[x].at->digest.byte, m->row[y].at->digest.byte, DIGEST_SIZE) < 0;
}

/* Every row, at what is looked for. */
static int rows_open(struct meeting *m, const struct pack_index *index, struct error *err)
{
	m->row = calloc(index->unknown_count + 1, sizeof(*m->row));
	m->heap = (struct heap){ .item = calloc(index->unknown_count + 1, sizeof(*m->heap.item)),
				 .before = comes_before,
				 .user = m };
	if (!m->row || !m->heap.item)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	if (index->file && index->file->count)
		m->row[m->rows++] = (struct row){ .file = index->file };
	for (size_t i = 0; i < index->unknown_count; i++)
		if (index->unknown[i].count)
			m->row[m->rows++] = (struct row){
				.at = index->unknown[i].entry,
				.end = index->unknown[i].entry + index->unknown[i].count,
			};
	for (size_t i = 0; i < m->rows; i++) {
		if (row_seek(&m->row[i], &m->wanted.digest, err))
			return -1;
		if (m->row[i].at < m->row[i].end)
			m->heap.item[m->heap.count++] = i;
	}
	heap_order(&m->heap);
	return 0;
}

/* ---- Meeting ---- */

/* Let the row with the smallest entry go on to `from`. */
static int first_seek(struct meeting *m, const struct digest *from, struct error *err)
{
	struct row *row = &m->row[m->heap.item[0]];

	if (row_seek(row, from, err))
		return -1;
	if (row->at == row->end)
		m->heap.item[0] = m->heap.item[--m->heap.count];
	heap_sink(&m->heap, 0);
	return 0;
}

static void length_note(struct meeting *m, uint32_t len)
{
	for (size_t i = 0; i < m->lens; i++)
		if (m->len[i] == len)
			return;
	if (m->lens < LENGTHS_MAX)
		m->len[m->lens++] = len;
}

/* The lengths of the data that is looked for: several may be asked of one digest. */
static int wanted_meet(struct meeting *m, struct error *err)
{
	const struct digest *digest = &m->wanted.digest;

	if (m->lens && digest_equal(&m->digest, digest))
		return 0;
	m->lens = 0;
	m->digest = *digest;
	while (m->heap.count) {
		struct row *row = &m->row[m->heap.item[0]];
		int order = memcmp(row->at->digest.byte, digest->byte, DIGEST_SIZE);

		if (order > 0)
			break;
		if (!order)
			length_note(m, (row->at++)->raw_len);
		if (first_seek(m, digest, err))
			return -1;
	}
	return 0;
}

static int wanted_settle(struct meeting *m, struct error *err)
{
	const struct pack_wants *wants = m->wants;

	for (size_t i = 0; i < m->lens; i++)
		if (m->len[i] == m->wanted.len)
			return wants->next(wants->user, &m->wanted, &m->any, err);
	return wants->absent(wants->user, &m->wanted, err) ||
			       wants->next(wants->user, &m->wanted, &m->any, err)
		       ? -1
		       : 0;
}

/* Go on until nothing more is looked for. `bad` is set where the index cannot be read. */
static int meet_locked(struct meeting *m, const struct pack_index *index, struct error *bad,
		       struct error *err)
{
	if (rows_open(m, index, bad))
		return -1;
	while (m->any)
		if (wanted_meet(m, bad) || wanted_settle(m, err))
			return -1;
	return 0;
}

int pack_index_meet(struct pack_index *index, const struct pack_wants *wants, struct error *err)
{
	struct meeting m = { .wants = wants };

	if (wants->next(wants->user, &m.wanted, &m.any, err))
		return -1;
	for (int turn = 0;; turn++) {
		struct error bad = { 0 };
		int failed;

		pthread_rwlock_rdlock(&index->lock);
		failed = meet_locked(&m, index, &bad, err);
		pthread_rwlock_unlock(&index->lock);
		meeting_release(&m);
		if (!failed || !bad.code)
			return failed;
		if (bad.code != ERROR_CORRUPT || turn)
			return error_set(err, bad.code, "%s", bad.text);
		if (pack_index_file_replace(index, err))
			return -1;
	}
}
