/* Marks of weights in the index, and the checkpoints that have one. */
#include <string.h>

#include "registry/index/inner.h"

static int mark_take(struct index *index, const char *mark, const char *manifest, struct error *err)
{
	struct query *query;

	if (index_prepare(index, "INSERT OR IGNORE INTO likeness(mark, manifest) VALUES (?, ?)",
			  &query, err))
		return -1;
	query_bind_text(query, 1, mark);
	query_bind_text(query, 2, manifest);
	return query_run(query, err);
}

int index_take_likeness(struct index *index, const struct digest *manifest,
			const struct likeness *likeness, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	if (!likeness->shapes[0])
		return 0;
	digest_to_hex(manifest, hex);
	for (size_t i = 0; i < likeness->count; i++)
		if (mark_take(index, likeness->mark[i], hex, err))
			return -1;
	return mark_take(index, likeness->shapes, hex, err);
}

int index_like(struct index *index, const char *mark, const char *family, uint64_t count,
	       index_visit visit, void *arg, struct error *err)
{
	static const char ask[] =
		"SELECT s.identity, s.signer, s.kind, s.subject, s.digest, s.declared, s.log_index "
		"FROM likeness AS l JOIN statement AS s ON s.digest = l.manifest WHERE l.mark = ? "
		"AND "
		"s.kind = 'checkpoint' AND s.folded <> ? LIMIT ?";
	CLEANUP(query_free) struct query *query = NULL;
	char folded[FOLDED_SIZE];

	name_fold(family, folded);
	if (query_new(index->database, ask, &query, err))
		return -1;
	query_bind_text(query, 1, mark);
	query_bind_text(query, 2, folded);
	query_bind_u64(query, 3, count);
	return index_rows_visit(query, visit, arg, err);
}
