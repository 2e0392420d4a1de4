/* Every file of a registry that a backup has, in the order that makes the copy whole. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/backup/inner.h"
#include "registry/elsewhere.h"
#include "registry/pack/file.h"
#include "registry/pack/quarantine.h"

/* Visit one file, `what`, at the same path here and there. */
static int item_visit(const struct backup_walk *walk, enum backup_what what, const char *path,
		      const struct digest *name, struct error *err)
{
	struct backup_item item = {
		.what = what, .root = walk->registry->folder, .from = path, .path = path
	};

	if (name)
		item.name = *name;
	return walk->visit(walk->arg, &item, err);
}

/* ---- Tiles ---- */

static int tile_visit(void *arg, const char *tile, struct error *err)
{
	const struct backup_walk *walk = *(const struct backup_walk *const *)arg;
	char path[BLOB_PATH_MAX + 8];

	snprintf(path, sizeof(path), "log/%s", tile);
	return item_visit(walk, BACKUP_TILE, path, NULL, err);
}

/* ---- Objects ---- */

/* The digest at the beginning of a name, and what stands behind it. */
static const char *digest_read(const char *name, struct digest *out_digest)
{
	struct error ignored = { 0 };
	size_t len = 2 * DIGEST_SIZE;

	if (strlen(name) < len ||
	    digest_from_hex((struct span){ (const uint8_t *)name, len }, out_digest, &ignored))
		return NULL;
	return name + len;
}

/* The bytes of an object that is kept by reference, from where they lie. */
static int reference_visit(const struct backup_walk *walk, const char *path,
			   const struct digest *digest, struct error *err)
{
	CLEANUP(text_free) char *marker = NULL, *where = NULL;
	char ref[BACKUP_PATH_MAX];
	struct backup_item item = { .what = BACKUP_OBJECT, .path = path, .name = *digest };
	struct error cause = { 0 };
	uint64_t size;

	snprintf(ref, sizeof(ref), "%s.ref", path);
	if (path_join(walk->registry->folder, ref, &marker, err))
		return -1;
	if (elsewhere_find(marker, &size, &where, &cause))
		return walk->amiss(walk->arg, cause.text, err);
	if (!walk->references)
		return walk->elsewhere(walk->arg, size, err);
	item.from = where;
	return walk->visit(walk->arg, &item, err);
}

/* The objects of the folder HH; `markers`: the references instead. */
static int objects_visit(const struct backup_walk *walk, unsigned first, bool markers,
			 struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };
	struct digest digest, last = { { 0 } };
	char folder[16], path[BACKUP_PATH_MAX];
	bool own = false;

	snprintf(folder, sizeof(folder), "objects/%02x", first);
	if (backup_names_list(walk->registry->folder, folder, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *rest = digest_read(names.name[i], &digest);
		bool ref = rest && strcmp(rest, ".ref") == 0;

		if (!rest || digest.byte[0] != first || (*rest && !ref))
			continue;
		snprintf(path, sizeof(path), "%s/%.64s%s", folder, names.name[i],
			 markers && ref ? ".ref" : "");
		if (!ref) { /* "HEX" comes before "HEX.ref" */
			own = true;
			last = digest;
			if (!markers && item_visit(walk, BACKUP_OBJECT, path, &digest, err))
				return -1;
			continue;
		}
		if (own && digest_equal(&last, &digest))
			continue;
		if (markers ? !walk->references && item_visit(walk, BACKUP_FILE, path, NULL, err)
			    : reference_visit(walk, path, &digest, err))
			return -1;
	}
	return 0;
}

static int objects_walk(const struct backup_walk *walk, bool markers, struct error *err)
{
	for (unsigned first = 0; first < 256; first++)
		if (objects_visit(walk, first, markers, err))
			return -1;
	return 0;
}

/* ---- Packs ---- */

struct pack_place {
	struct digest name;
	bool quarantined;
};

static int pack_order(const void *a, const void *b)
{
	const struct pack_place *x = a, *y = b;
	int order = memcmp(&x->name, &y->name, sizeof(x->name));

	return order ? order : x->quarantined - y->quarantined;
}

static int packs_gather(const struct backup_walk *walk, const char *below, bool quarantined,
			struct pack_place **packs, size_t *count, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };
	struct pack_place *more;

	if (backup_names_list(walk->registry->folder, below, &names, err))
		return -1;
	more = reallocarray(*packs, *count + names.count + 1, sizeof(*more));
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for packs");
	*packs = more;
	for (size_t i = 0; i < names.count; i++) {
		struct pack_place place = { .quarantined = quarantined };

		if (pack_name_parse(names.name[i], &place.name))
			more[(*count)++] = place;
	}
	return 0;
}

/* Those in quarantine may have what lies nowhere else; here all are alike again. */
static int packs_walk(const struct backup_walk *walk, struct error *err)
{
	struct pack_place *packs = NULL;
	size_t count = 0;
	int failed = packs_gather(walk, "packs", false, &packs, &count, err) ||
		     packs_gather(walk, "packs/" QUARANTINE_FOLDER, true, &packs, &count, err);

	if (count)
		qsort(packs, count, sizeof(*packs), pack_order);
	for (size_t i = 0; i < count && !failed; i++) {
		char name[PACK_NAME_ROOM], path[BACKUP_PATH_MAX], from[BACKUP_PATH_MAX];
		struct backup_item item = { .what = BACKUP_PACK,
					    .root = walk->registry->folder,
					    .from = from,
					    .path = path,
					    .name = packs[i].name };

		if (i && digest_equal(&packs[i].name, &packs[i - 1].name))
			continue;
		pack_name_text(&packs[i].name, name);
		snprintf(path, sizeof(path), "packs/%s", name);
		snprintf(from, sizeof(from), "packs/%s%s",
			 packs[i].quarantined ? QUARANTINE_FOLDER "/" : "", name);
		failed = walk->visit(walk->arg, &item, err);
	}
	free(packs);
	return failed ? -1 : 0;
}

/* ---- Statements ---- */

/* "HEX.KEY.json" or "HEX.KEY.tsr": 32 bytes each, and not a text, for there may be many. */
struct statement_file {
	struct digest identity, key;
	bool answer;
};

struct statement_files {
	struct statement_file *item;
	size_t count;
};

static void statement_files_release(struct statement_files *files)
{
	free(files->item);
}

static int statement_file_order(const void *a, const void *b)
{
	const struct statement_file *x = a, *y = b;
	int order = memcmp(&x->identity, &y->identity, sizeof(x->identity));

	if (!order)
		order = memcmp(&x->key, &y->key, sizeof(x->key));
	return order ? order : x->answer - y->answer;
}

static bool statement_file_read(const char *name, struct statement_file *out)
{
	const char *rest = digest_read(name, &out->identity);

	if (!rest || *rest != '.')
		return false;
	rest = digest_read(rest + 1, &out->key);
	out->answer = rest && strcmp(rest, ".tsr") == 0;
	return rest && (out->answer || strcmp(rest, ".json") == 0);
}

static int statements_gather(const struct backup_walk *walk, struct statement_files *files,
			     struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct statement_file one;
	struct dirent *entry;
	size_t room = 0;
	int failed = 0;
	DIR *handle;

	if (path_join(walk->registry->folder, "statements", &path, err))
		return -1;
	handle = opendir(path);
	if (!handle)
		return error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(handle, path, &entry, &failed, err)) {
		if (!statement_file_read(entry->d_name, &one))
			continue;
		if (files->count == room) {
			struct statement_file *more;

			room = room ? 2 * room : 256;
			more = reallocarray(files->item, room, sizeof(*more));
			if (!more) {
				closedir(handle);
				return error_set(err, ERROR_SYSTEM, "out of memory for statements");
			}
			files->item = more;
		}
		files->item[files->count++] = one;
	}
	closedir(handle);
	if (failed)
		return -1;
	if (files->count)
		qsort(files->item, files->count, sizeof(*files->item), statement_file_order);
	return 0;
}

static int statements_walk(const struct backup_walk *walk, const struct statement_files *files,
			   struct error *err)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct statement_file *file = &files->item[i];
		char identity[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], path[BACKUP_PATH_MAX];

		digest_to_hex(&file->identity, identity);
		digest_to_hex(&file->key, key);
		snprintf(path, sizeof(path), "statements/%s.%s.%s", identity, key,
			 file->answer ? "tsr" : "json");
		if (item_visit(walk, file->answer ? BACKUP_ANSWER : BACKUP_STATEMENT, path,
			       &file->identity, err))
			return -1;
	}
	return 0;
}

/* ---- What changes ---- */

/* The files of one folder whose place a backup has. */
static int folder_walk(const struct backup_walk *walk, const char *below, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };
	char front[] = BACKUP_STATES "/1/" BACKUP_FILES "/";

	if (backup_names_list(walk->registry->folder, below, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		char path[BACKUP_PATH_MAX], whole[BACKUP_PATH_MAX + sizeof(front)],
			place[BACKUP_PATH_MAX];
		struct error no = { 0 };
		int len = snprintf(path, sizeof(path), "%s/%s", below, names.name[i]);

		snprintf(whole, sizeof(whole), "%s%s", front, path);
		if (len < 0 || (size_t)len >= sizeof(path) || backup_place(whole, 1, place, &no))
			continue;
		if (!walk->with_keys && backup_place_is_key(path))
			continue;
		if (item_visit(walk, BACKUP_FILE, path, NULL, err))
			return -1;
	}
	return 0;
}

static int openings_walk(const struct backup_walk *walk, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names owners = { .count = 0 };

	if (backup_names_list(walk->registry->folder, "openings", &owners, err))
		return -1;
	for (size_t i = 0; i < owners.count; i++) {
		CLEANUP(text_free) char *below = NULL, *whole = NULL;

		if (path_join("openings", owners.name[i], &below, err) ||
		    path_join(walk->registry->folder, below, &whole, err) ||
		    (file_is_folder(whole) && folder_walk(walk, below, err)))
			return -1;
	}
	return 0;
}

static int files_walk(const struct backup_walk *walk, struct error *err)
{
	CLEANUP(text_free) char *evidence = NULL;

	return path_join(walk->registry->folder, "log-evidence.txt", &evidence, err) ||
			       item_visit(walk, BACKUP_FILE, "config", NULL, err) ||
			       (file_exists(evidence) &&
				item_visit(walk, BACKUP_FILE, "log-evidence.txt", NULL, err)) ||
			       folder_walk(walk, "keys", err) || openings_walk(walk, err) ||
			       folder_walk(walk, "packs/removed", err) ||
			       folder_walk(walk, "packs/mended", err) ||
			       objects_walk(walk, true, err)
		       ? -1
		       : 0;
}

/* ---- What is left out ---- */

static bool is_known(const char *name)
{
	static const char *const known[] = {
		"objects",     "packs",        "statements",       "log",
		"keys",        "openings",     "config",           "log.db",
		"log.db-wal",  "log.db-shm",   "lock.db",          "known",
		"remembered",  "index.db",     "log.lock",         "publish.lock",
		"log.waiting", "log.restored", "log-evidence.txt", REGISTRY_COLLECTING
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return strncmp(name, "lock.db-", 8) == 0 || strncmp(name, "index.db", 8) == 0 ||
	       strncmp(name, REGISTRY_COLLECTING, strlen(REGISTRY_COLLECTING)) == 0;
}

static int strangers_tell(const struct backup_walk *walk, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };

	if (backup_names_list(walk->registry->folder, "", &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (!is_known(names.name[i]))
			context_notice(walk->registry->ctx,
				       "left out: '%s' in the registry's folder is no part of it",
				       names.name[i]);
	return 0;
}

int backup_walk(const struct backup_walk *walk, struct error *err)
{
	CLEANUP(statement_files_release) struct statement_files files = { .count = 0 };

	return strangers_tell(walk, err) || statements_gather(walk, &files, err) ||
			       log_tiles_each(walk->log.last.size, walk->log.shown.size, tile_visit,
					      &walk, err) ||
			       objects_walk(walk, false, err) || packs_walk(walk, err) ||
			       statements_walk(walk, &files, err) || files_walk(walk, err)
		       ? -1
		       : 0;
}
