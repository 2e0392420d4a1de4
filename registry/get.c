/* get: what is asked for, turned into files that are restored. */
#include "registry/get.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/prune.h"
#include "registry/restore.h"
#include "registry/store.h"
#include "registry/withhold.h"

#define TENSORS_SUFFIX ".safetensors"

/* One version, and what is wanted of it. */
struct plan {
	const struct get_request *request;
	const struct version *version;
	struct contents contents;
	struct restore restore;
	char *folder; /* owned where it is not the request's */
};

static void plan_release(struct plan *plan)
{
	restore_release(&plan->restore);
	contents_release(&plan->contents);
	free(plan->folder);
	*plan = (struct plan){ .request = NULL };
}

/* What a version's place in a series is called. */
static int place_name(const struct plan *plan, const char *before, const char *behind,
		      char **out_path, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&plan->version->statement, hex);
	return asprintf(out_path, "%s%s%s",
			plan->version->name.version[0] ? plan->version->name.version : hex, before,
			behind) < 0
		       ? error_system(err, ENOMEM, "cannot name a file")
		       : 0;
}

static bool path_wanted(const char *wanted, const char *path)
{
	size_t len = strlen(wanted);

	while (len && wanted[len - 1] == '/')
		len--;
	return (len && strncmp(wanted, path, len) == 0 && (!path[len] || path[len] == '/')) ||
	       fnmatch(wanted, path, 0) == 0;
}

/* Which files: into wanted[file_count]; each word must ask for one. */
static int files_choose(const struct plan *plan, bool *wanted, struct error *err)
{
	const struct manifest *manifest = plan->contents.manifest;
	const struct get_request *request = plan->request;

	for (size_t i = 0; i < manifest->file_count; i++)
		wanted[i] = !request->path_count;
	for (size_t k = 0; k < request->path_count; k++) {
		bool found = false;

		for (size_t i = 0; i < manifest->file_count; i++) {
			if (!path_wanted(request->path[k], manifest->file[i].path))
				continue;
			wanted[i] = found = true;
		}
		if (!found)
			return error_set(err, ERROR_ABSENT, "no file matches '%s'",
					 request->path[k]);
	}
	return 0;
}

static int files_plan(struct plan *plan, const bool *wanted, struct error *err)
{
	const struct manifest *manifest = plan->contents.manifest;

	for (size_t i = 0; i < manifest->file_count; i++) {
		CLEANUP(text_free) char *path = NULL;
		struct restore_file *file;

		if (!wanted[i])
			continue;
		if (plan->request->series &&
		    place_name(plan, "/", manifest->file[i].path, &path, err))
			return -1;
		file = restore_add(&plan->restore, path ? path : manifest->file[i].path, err);
		if (!file)
			return -1;
		file->size = manifest->file[i].size;
		file->whole = &manifest->file[i];
	}
	return 0;
}

/* Tensors that were picked; `user` is the index of the file. */
struct picked {
	struct safetensors_entry *entry;
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	const struct safetensors_entry *x = a, *y = b;
	int order = strcmp(x->tensor->name, y->tensor->name);

	return order ? order : (x->user > y->user) - (x->user < y->user);
}

static bool same_tensor(const struct manifest *manifest, const struct tensor *a,
			const struct tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank &&
	       memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0 &&
	       digest_equal(&manifest->tensor_root[a - manifest->tensor],
			    &manifest->tensor_root[b - manifest->tensor]);
}

/* A name that several files have is one tensor where it is the same in all. */
static int drop_doubles(const struct manifest *manifest, struct picked *picked, struct error *err)
{
	size_t kept = 0;

	qsort(picked->entry, picked->count, sizeof(*picked->entry), compare_names);
	for (size_t i = 0; i < picked->count; i++) {
		const struct safetensors_entry *last = kept ? &picked->entry[kept - 1] : NULL;
		const struct safetensors_entry *next = &picked->entry[i];

		if (!last || strcmp(last->tensor->name, next->tensor->name) != 0) {
			picked->entry[kept++] = *next;
			continue;
		}
		if (!same_tensor(manifest, last->tensor, next->tensor))
			return error_set(err, ERROR_USAGE,
					 "'%s' is one tensor in '%s' and another in '%s': name the "
					 "file to take it from as well",
					 next->tensor->name, manifest->file[last->user].path,
					 manifest->file[next->user].path);
	}
	picked->count = kept;
	return 0;
}

/* Every tensor of the files that a glob matches; each glob must match one. */
static int tensors_pick(const struct plan *plan, const bool *wanted, bool *used,
			struct picked *picked, struct error *err)
{
	const struct manifest *manifest = plan->contents.manifest;
	const struct get_request *request = plan->request;

	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = 0; wanted[i] && k < file->tensor_count; k++) {
			const struct tensor *tensor = &manifest->tensor[file->first_tensor + k];
			bool matches = false;

			for (size_t g = 0; g < request->tensor_count; g++) {
				if (fnmatch(request->tensor[g], tensor->name, 0) != 0)
					continue;
				matches = used[g] = true;
			}
			if (matches)
				picked->entry[picked->count++] =
					(struct safetensors_entry){ tensor, 0, i };
		}
	}
	for (size_t g = 0; g < request->tensor_count; g++)
		if (!used[g])
			return error_set(err, ERROR_ABSENT, "no tensor matches '%s'",
					 request->tensor[g]);
	return drop_doubles(manifest, picked, err);
}

/* The file that the picked tensors make. */
static int tensors_file(struct plan *plan, const char *path, struct picked *picked,
			struct error *err)
{
	const struct manifest *manifest = plan->contents.manifest;
	struct restore_file *file = restore_add(&plan->restore, path, err);

	if (!file ||
	    safetensors_head_write(picked->entry, picked->count, &file->head, &file->size, err))
		return -1;
	file->stretch = calloc(picked->count + 1, sizeof(*file->stretch));
	if (!file->stretch)
		return error_system(err, ENOMEM, "cannot list tensors");
	file->stretch_count = picked->count;
	for (size_t i = 0; i < picked->count; i++) {
		const struct safetensors_entry *entry = &picked->entry[i];

		file->stretch[i] = (struct restore_stretch){
			.file = &manifest->file[entry->user],
			.from = entry->tensor->offset,
			.length = entry->tensor->length,
			.to = entry->offset,
			.first_record = manifest->tensor_piece[entry->tensor - manifest->tensor],
		};
	}
	return 0;
}

static int tensors_plan(struct plan *plan, const bool *wanted, struct error *err)
{
	const struct get_request *request = plan->request;
	const char *slash = strrchr(request->out, '/');
	const char *path = slash ? slash + 1 : request->out;
	CLEANUP(text_free) char *place = NULL;
	struct picked picked = { calloc(plan->contents.manifest->tensor_count + 1,
					sizeof(struct safetensors_entry)),
				 0 };
	bool *used = calloc(request->tensor_count + 1, sizeof(*used));
	int failed = -1;

	if (!picked.entry || !used)
		(void)error_system(err, ENOMEM, "cannot list tensors");
	else if (request->series && place_name(plan, TENSORS_SUFFIX, "", &place, err))
		failed = -1;
	else
		failed = tensors_pick(plan, wanted, used, &picked, err) ||
					 tensors_file(plan, place ? place : path, &picked, err)
				 ? -1
				 : 0;
	free(picked.entry);
	free(used);
	return failed;
}

/* The folder below which everything goes: OUT, or the one that the file OUT lies in. */
static int folder_choose(struct plan *plan, struct error *err)
{
	const char *out = plan->request->out;
	const char *slash = strrchr(out, '/');

	plan->restore.folder = out;
	if (!plan->request->tensor_count || plan->request->series)
		return 0;
	if (file_is_folder(out) || (slash && !slash[1]))
		return error_set(err, ERROR_USAGE,
				 "'%s' is a folder: name the file that the tensors go to", out);
	plan->folder = !slash         ? strdup(".")
		       : slash == out ? strdup("/")
				      : strndup(out, (size_t)(slash - out));
	if (!plan->folder)
		return error_system(err, ENOMEM, "cannot name a folder");
	plan->restore.folder = plan->folder;
	return 0;
}

static int plan_make(struct plan *plan, struct error *err)
{
	bool *wanted = calloc(plan->contents.manifest->file_count + 1, sizeof(*wanted));
	int failed;

	if (!wanted)
		return error_system(err, ENOMEM, "cannot list files");
	failed = files_choose(plan, wanted, err) ||
				 (plan->request->tensor_count ? tensors_plan(plan, wanted, err)
							      : files_plan(plan, wanted, err))
			 ? -1
			 : 0;
	free(wanted);
	return failed;
}

/* What is wanted of one version, and what lies there; nothing is read but the manifest. */
static int plan_open(struct registry *registry, const struct get_request *request, size_t index,
		     struct plan *plan, struct error *err)
{
	char text[NAME_TEXT_MAX];

	*plan = (struct plan){
		.request = request,
		.version = &request->versions->item[index],
		.restore = { .contents = &plan->contents, .replace = request->replace },
	};
	name_to_text(&plan->version->name, text);
	return contents_of_statement(registry, &plan->version->statement, &plan->contents, err) ||
			       folder_choose(plan, err) || plan_make(plan, err)
		       ? error_prefix(err, "%s", text)
		       : 0;
}

static int file_present(const struct plan *plan, const struct manifest_file *file,
			struct error *err)
{
	struct registry *registry = plan->contents.registry;
	bool there;

	if (store_has(registry->store, &file->sha256, &there, err))
		return -1;
	if (there)
		return 0;
	(void)error_set(err, ERROR_ABSENT, "'%s' is not in the store", file->path);
	registry_explain_object(registry, &file->sha256, err);
	if (err->code == ERROR_UNTRUSTED)
		return error_prefix(err, "'%s'", file->path);
	return registry_released_explain(registry, &plan->version->statement, err);
}

/* Is all that is to be written in the store? What is damaged there shows when it is read. */
static int plan_present(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->restore.count; i++) {
		const struct restore_file *file = &plan->restore.file[i];

		if (file->state != RESTORE_NEEDED && file->state != RESTORE_OTHER)
			continue;
		if (file->whole && file_present(plan, file->whole, err))
			return -1;
		for (size_t k = 0; k < file->stretch_count; k++)
			if ((!k || file->stretch[k].file != file->stretch[k - 1].file) &&
			    file_present(plan, file->stretch[k].file, err))
				return -1;
	}
	return 0;
}

static int plan_visit(const struct plan *plan, get_visit visit, void *arg, struct error *err)
{
	for (size_t i = 0; i < plan->restore.count; i++) {
		const struct restore_file *file = &plan->restore.file[i];
		struct got_file got = {
			.name = &plan->version->name,
			.folder = plan->restore.folder,
			.path = file->path,
			.size = file->size,
			.sha256 = file->whole ? &file->whole->sha256 : NULL,
			.tensors = file->stretch_count,
			.there = file->state == RESTORE_THERE,
			.cloned = file->cloned,
			.kept = file->kept,
		};

		if (visit(arg, &got, err))
			return -1;
	}
	return 0;
}

/* Look, compare, and restore what is not there. */
static int plan_do(const struct context *ctx, struct plan *plan, get_visit visit, void *arg,
		   struct error *err)
{
	struct restore *restore = &plan->restore;

	if (contents_pieces(&plan->contents, err) || restore_compare(ctx, restore, err) ||
	    restore_may(restore, err) || plan_present(plan, err) ||
	    (!plan->request->dry_run && restore_needed(restore) &&
	     restore_run(ctx, restore, err))) {
		/* Its bytes may have been released since they were found here. */
		(void)registry_released_explain(plan->contents.registry, &plan->version->statement,
						err);
		return contents_explain(&plan->contents, err);
	}
	if (!plan->request->dry_run)
		restore_tidy(ctx, restore);
	return plan_visit(plan, visit, arg, err);
}

int registry_get(const struct context *ctx, struct registry *registry,
		 const struct get_request *request, get_visit visit, void *arg, struct error *err)
{
	size_t count = request->versions->count;
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		CLEANUP(plan_release) struct plan plan;

		if (plan_open(registry, request, i, &plan, err) ||
		    restore_look(&plan.restore, err) || restore_may(&plan.restore, err) ||
		    plan_present(&plan, err))
			return -1;
		bytes += restore_bytes(&plan.restore);
		if (i + 1 == count && !request->dry_run && bytes &&
		    restore_room(&plan.restore, bytes, err))
			return -1;
		if (count == 1)
			return plan_do(ctx, &plan, visit, arg, err);
	}
	for (size_t i = 0; i < count; i++) {
		CLEANUP(plan_release) struct plan plan;

		if (plan_open(registry, request, i, &plan, err) ||
		    restore_look(&plan.restore, err) || plan_do(ctx, &plan, visit, arg, err))
			return -1;
	}
	return 0;
}

int registry_get_stream(const struct context *ctx, struct registry *registry,
			const struct get_request *request,
			int (*write)(void *user, struct span bytes, struct error *err), void *user,
			struct error *err)
{
	CLEANUP(plan_release) struct plan plan = { .request = NULL };

	if (request->versions->count != 1)
		return error_set(err, ERROR_USAGE, "one version can be written to a pipe, not %zu",
				 request->versions->count);
	if (plan_open(registry, request, 0, &plan, err) || contents_pieces(&plan.contents, err))
		return -1;
	if (plan.restore.count != 1)
		return error_set(err, ERROR_USAGE, "one file can be written to a pipe, not %zu",
				 plan.restore.count);
	if (restore_stream(ctx, &plan.restore, &plan.restore.file[0], write, user, err))
		return contents_explain(&plan.contents, err);
	return 0;
}
