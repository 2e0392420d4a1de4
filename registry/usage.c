/* usage: what registered versions take up, by themselves and together with others. */
#include "registry/usage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/contents.h"
#include "registry/index.h"
#include "registry/packs/part_table.h"
#include "registry/store.h"
#include "registry/versions.h"

/* A version that may need a part: every one that is registered. */
struct holder {
	struct name name;
	struct digest statement;
	const char *kind;
	size_t row; /* in the usage, or NO_ROW: it is not asked about */
};

#define NO_ROW SIZE_MAX

/* What one walk over the store counts: parts whose digest leaves `rest` modulo `modulus`. */
struct walk {
	const struct context *ctx;
	struct registry *registry;
	struct holder *holder;
	size_t holder_count;
	struct usage *usage;
	struct part_table table;
	uint32_t modulus, rest;
	bool first; /* none came to its end yet: this one counts files and bytes too */
	bool full;

	/* Of this walk, by row. */
	uint64_t *stored;
	size_t at; /* the holder that is looked at */
};

void usage_release(struct usage *usage)
{
	free(usage->item);
	*usage = (struct usage){ .item = NULL };
}

static int holder_add(struct walk *walk, const struct holder *holder, struct error *err)
{
	struct holder *more = walk->holder;

	/* A power of two of them is full. */
	if ((walk->holder_count & (walk->holder_count - 1)) == 0)
		more = reallocarray(more, walk->holder_count ? 2 * walk->holder_count : 1,
				    sizeof(*more));
	if (!more)
		return error_system(err, ENOMEM, "cannot list versions");
	walk->holder = more;
	more[walk->holder_count++] = *holder;
	return 0;
}

static int claim_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	static const char *const kind[] = { "checkpoint", "dataset", "release" };
	struct holder holder = { .name = { .owner = "" }, .row = NO_ROW };
	char text[NAME_TEXT_MAX];

	for (size_t i = 0; i < 3; i++)
		if (strcmp(claim->kind, kind[i]) == 0)
			holder.kind = kind[i];
	if (claim->alias || !holder.kind)
		return 0;
	snprintf(text, sizeof(text), "%s@%s", claim->name, claim->version);
	if (name_parse(text, &holder.name, err) ||
	    digest_from_hex(span_of(claim->statement), &holder.statement, err))
		return -1;
	return holder_add(arg, &holder, err);
}

/* Mark the holders of a word; the index finds near names for one that is not there. */
static int word_choose(struct walk *walk, const char *word, struct error *err)
{
	CLEANUP(versions_release) struct versions versions = { .item = NULL };
	struct error ignored = { 0 };
	struct name family;
	bool found = false;

	if (!strchr(word, '@') && !name_parse_family(word, &family, &ignored)) {
		for (size_t i = 0; i < walk->holder_count; i++) {
			struct holder *holder = &walk->holder[i];

			if (strcasecmp(holder->name.owner, family.owner) != 0 ||
			    strcasecmp(holder->name.name, family.name) != 0)
				continue;
			holder->row = 0;
			found = true;
		}
		if (found)
			return 0;
	}
	if (versions_expand(walk->registry, &word, 1, &versions, err))
		return -1;
	for (size_t k = 0; k < versions.count; k++) {
		found = false;
		for (size_t i = 0; i < walk->holder_count; i++) {
			if (!digest_equal(&walk->holder[i].statement, &versions.item[k].statement))
				continue;
			walk->holder[i].row = 0;
			found = true;
		}
		if (!found)
			return error_set(err, ERROR_USAGE, "'%s' is nothing that has files", word);
	}
	return 0;
}

static int name_order(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int order = strcmp(x->name.owner, y->name.owner);

	order = order ? order : strcmp(x->name.name, y->name.name);
	return order ? order : strverscmp(x->name.version, y->name.version);
}

/* Everything that is registered, and a row for each that is asked about. */
static int holders_find(struct walk *walk, const char *const *word, size_t count, struct error *err)
{
	struct usage *usage = walk->usage;
	struct index *index;

	if (registry_index(walk->registry, &index, err) ||
	    index_claims(index, NULL, NULL, claim_seen, walk, err))
		return -1;
	if (walk->holder_count)
		qsort(walk->holder, walk->holder_count, sizeof(*walk->holder), name_order);
	for (size_t i = 0; i < walk->holder_count && !count; i++)
		walk->holder[i].row = 0;
	for (size_t i = 0; i < count; i++)
		if (word_choose(walk, word[i], err))
			return -1;
	usage->item = calloc(walk->holder_count + 1, sizeof(*usage->item));
	walk->stored = calloc(walk->holder_count + 1, sizeof(*walk->stored));
	if (!usage->item || !walk->stored)
		return error_system(err, ENOMEM, "cannot list versions");
	for (size_t i = 0; i < walk->holder_count; i++) {
		struct holder *holder = &walk->holder[i];

		if (holder->row == NO_ROW)
			continue;
		holder->row = usage->count;
		usage->item[usage->count++] = (struct usage_row){ .name = holder->name,
								  .kind = holder->kind,
								  .statement = holder->statement };
	}
	return 0;
}

/* A store_visit_part: somebody needs this part. */
static int part_seen(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		     struct error *err)
{
	struct walk *walk = arg;
	size_t row = walk->holder[walk->at].row;
	uint32_t hash, who = (uint32_t)walk->at + 1;
	struct part_entry *entry;

	(void)raw_len;
	memcpy(&hash, digest->byte + DIGEST_SIZE - sizeof(hash), sizeof(hash));
	if (walk->full || !stored_len || hash % walk->modulus != walk->rest)
		return 0;
	entry = part_table_find(&walk->table, digest, row != NO_ROW, &walk->full, err);
	if (!entry)
		return row == NO_ROW || walk->full ? 0 : -1;
	if (!entry->first) {
		entry->first = who;
		entry->stored = stored_len;
	}
	if (entry->first != who)
		entry->shared = 1;
	if (entry->last != who && row != NO_ROW)
		walk->stored[row] += entry->stored;
	entry->last = who & 0x7fffffff;
	return 0;
}

static int file_seen(struct walk *walk, const struct manifest_file *file, struct usage_row *row,
		     struct error *err)
{
	struct error absent = { 0 };

	if (row && walk->first) {
		row->files++;
		row->bytes += file->size;
	}
	if (store_parts(walk->registry->store, &file->sha256, row != NULL, part_seen, walk,
			&absent) == 0)
		return 0;
	if (absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (row && walk->first)
		row->missing += file->size;
	return 0;
}

/* All parts of one version. */
static int holder_walk(struct walk *walk, size_t at, struct error *err)
{
	CLEANUP(contents_release) struct contents contents = { .tree = NULL };
	const struct holder *holder = &walk->holder[at];
	struct usage_row *row = holder->row == NO_ROW ? NULL : &walk->usage->item[holder->row];
	struct error absent = { 0 };

	walk->at = at;
	if (context_check_cancelled(walk->ctx, err))
		return -1;
	if (contents_of_statement(walk->registry, &holder->statement, &contents, &absent)) {
		if (absent.code != ERROR_ABSENT)
			return error_set(err, absent.code, "%s", absent.text);
		if (row)
			row->unknown = true;
		return 0;
	}
	for (size_t i = 0; i < contents.manifest->file_count && !walk->full; i++)
		if (file_seen(walk, &contents.manifest->file[i], row, err))
			return -1;
	return 0;
}

/* ---- What the others have in common with those that are asked about ---- */

static bool is_release(const struct holder *holder)
{
	return strcmp(holder->kind, "release") == 0;
}

/* The files of all versions but those that are asked about, each once. */
struct others {
	struct walk *walk;
	struct digest *asked; /* their statements, sorted */
	size_t asked_count;
	struct digest done; /* the file that was walked last */
	bool any;
	uint64_t files;
};

static int other_file_seen(void *arg, const char *sha256, const char *statement, struct error *err)
{
	struct others *others = arg;
	struct walk *walk = others->walk;
	struct error absent = { 0 };
	struct digest file, identity;

	if (digest_from_hex(span_of(sha256), &file, err) ||
	    digest_from_hex(span_of(statement), &identity, err))
		return -1;
	if (walk->full || (others->any && digest_equal(&file, &others->done)) ||
	    (others->asked_count && bsearch(&identity, others->asked, others->asked_count,
					    sizeof(identity), digest_order)))
		return 0;
	others->done = file;
	others->any = true;
	context_progress(walk->ctx, "comparing", "files", others->files++, 0);
	if ((others->files & 1023) == 0 && context_check_cancelled(walk->ctx, err))
		return -1;
	if (store_parts(walk->registry->store, &file, false, part_seen, walk, &absent) == 0 ||
	    absent.code == ERROR_ABSENT)
		return 0;
	return error_set(err, absent.code, "%s", absent.text);
}

/*
 * Of the others only the parts that they share are wanted, and which files they have is in the
 * index: no manifest is read, and no part looked up. Releases, which it does not tell the files
 * of, are walked.
 */
static int others_walk(struct walk *walk, struct error *err)
{
	struct others others = { .walk = walk };
	size_t other = walk->holder_count;
	struct index *index;
	int failed = 0;

	others.asked = calloc(walk->usage->count + 1, sizeof(*others.asked));
	if (!others.asked)
		return error_system(err, ENOMEM, "cannot list versions");
	for (size_t i = 0; i < walk->holder_count && !failed && !walk->full; i++) {
		const struct holder *holder = &walk->holder[i];

		if (holder->row != NO_ROW)
			others.asked[others.asked_count++] = holder->statement;
		else if (is_release(holder))
			failed = holder_walk(walk, i, err);
		else
			other = i;
	}
	if (others.asked_count)
		qsort(others.asked, others.asked_count, sizeof(*others.asked), digest_order);
	if (!failed && !walk->full && other < walk->holder_count) {
		walk->at = other; /* one of them stands for all */
		failed = registry_index(walk->registry, &index, err) ||
			 index_files(index, other_file_seen, &others, err);
	}
	free(others.asked);
	return failed ? -1 : 0;
}

/* Those that are asked about first, so that of the others only what they share is looked up. */
static int walk_all(struct walk *walk, struct error *err)
{
	part_table_clear(&walk->table);
	memset(walk->stored, 0, (walk->usage->count + 1) * sizeof(*walk->stored));
	walk->full = false;
	for (size_t i = 0; i < walk->usage->count && walk->first; i++) {
		struct usage_row *row = &walk->usage->item[i];

		row->files = row->bytes = row->missing = 0;
	}
	for (size_t i = 0; i < walk->holder_count && !walk->full; i++) {
		if (walk->holder[i].row == NO_ROW)
			continue;
		context_progress(walk->ctx, "measuring", "versions", i, walk->holder_count);
		if (holder_walk(walk, i, err))
			return -1;
	}
	return walk->full ? 0 : others_walk(walk, err);
}

static void walk_count(struct walk *walk)
{
	struct usage *usage = walk->usage;

	for (size_t i = 0; i < usage->count; i++)
		usage->item[i].stored += walk->stored[i];
	for (size_t i = 0; i < walk->table.cells; i++) {
		const struct part_entry *entry = &walk->table.cell[i];

		if (!entry->first)
			continue;
		usage->stored += entry->stored;
		if (!entry->shared)
			usage->item[walk->holder[entry->first - 1].row].own += entry->stored;
	}
}

/* Walk for one class of parts; where they are too many, for each half of it. */
static int walk_class(struct walk *walk, uint32_t modulus, uint32_t rest, struct error *err)
{
	walk->modulus = modulus;
	walk->rest = rest;
	if (walk_all(walk, err))
		return -1;
	if (!walk->full) {
		walk_count(walk);
		walk->first = false;
		return 0;
	}
	if (modulus >= UINT32_C(1) << 20)
		return error_set(err, ERROR_SYSTEM, "the store has too many parts to be measured");
	return walk_class(walk, 2 * modulus, rest, err) ||
			       walk_class(walk, 2 * modulus, rest + modulus, err)
		       ? -1
		       : 0;
}

int registry_usage(const struct context *ctx, struct registry *registry, const char *const *word,
		   size_t count, size_t parts_max, struct usage *out_usage, struct error *err)
{
	CLEANUP(usage_release) struct usage usage = { .item = NULL };
	struct walk walk = { .ctx = ctx, .registry = registry, .usage = &usage, .first = true };
	int failed;

	part_table_init(&walk.table, parts_max ? parts_max : PART_TABLE_MAX);
	failed = holders_find(&walk, word, count, err) || walk_class(&walk, 1, 0, err) ? -1 : 0;
	part_table_release(&walk.table);
	free(walk.holder);
	free(walk.stored);
	if (failed)
		return -1;
	for (size_t i = 0; i < usage.count; i++) {
		usage.bytes += usage.item[i].bytes;
		usage.missing += usage.item[i].missing;
	}
	*out_usage = usage;
	usage = (struct usage){ .item = NULL }; /* handed over */
	return 0;
}
