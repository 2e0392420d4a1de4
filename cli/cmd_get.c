/* get: files and tensors out of the registry. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* What was restored, told as it is done. */
struct telling {
	const struct call *call;
	struct json *items; /* borrowed; NULL: text */
	char name[NAME_TEXT_MAX];
	uint64_t files, bytes, there, kept, cloned;
};

static void say_version(const struct telling *telling)
{
	char size[SIZE_TEXT_MAX];

	if (!telling->files || telling->call->quiet)
		return;
	size_to_text(telling->bytes, size);
	output_line(stdout, "%s%s: %" PRIu64 " %s, %s", telling->name,
		    call_has(telling->call, "dry-run") ? " would be restored" : "", telling->files,
		    telling->files == 1 ? "file" : "files", size);
	if (telling->there)
		output_line(stdout, "  %" PRIu64 " of them %s there before", telling->there,
			    telling->there == 1 ? "was" : "were");
	if (telling->cloned)
		output_line(stdout, "  %" PRIu64 " of them %s blocks with the store",
			    telling->cloned, telling->cloned == 1 ? "shares" : "share");
	if (telling->kept) {
		size_to_text(telling->kept, size);
		output_line(stdout, "  %s of an interrupted run were kept", size);
	}
}

static int file_json(struct telling *telling, const struct got_file *file, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct json *item;

	if (path_join(file->folder, file->path, &path, err) ||
	    json_add_object(telling->items, &item, err) ||
	    json_set_text(item, "name", telling->name, err) ||
	    json_set_text(item, "path", path, err) ||
	    json_set_size(item, "size", file->size, err) ||
	    json_set_bool(item, "there", file->there, err) ||
	    json_set_bool(item, "cloned", file->cloned, err) ||
	    json_set_size(item, "kept", file->kept, err))
		return -1;
	return file->sha256 ? json_set_digest(item, "sha256", file->sha256, err)
			    : json_set_size(item, "tensors", file->tensors, err);
}

/* A get_visit. */
static int file_got(void *arg, const struct got_file *file, struct error *err)
{
	struct telling *telling = arg;
	char name[NAME_TEXT_MAX];

	name_to_text(file->name, name);
	if (strcmp(name, telling->name) != 0) {
		say_version(telling);
		*telling = (struct telling){ .call = telling->call, .items = telling->items };
		memcpy(telling->name, name, sizeof(name));
	}
	telling->files++;
	telling->bytes += file->size;
	telling->there += file->there;
	telling->cloned += file->cloned;
	telling->kept += file->kept;
	if (telling->items)
		return file_json(telling, file, err);
	if (call_has(telling->call, "dry-run") && !telling->call->quiet)
		output_line(stdout, "%-6s %s/%s", file->there ? "there" : "write", file->folder,
			    file->path);
	return 0;
}

static int bytes_to_stdout(void *user, struct span bytes, struct error *err)
{
	(void)user;
	if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len)
		return error_system(err, errno, "cannot write to standard output");
	return 0;
}

/* Is this word another version of the family that `first` is of? */
static bool same_family(const char *first, const char *word)
{
	const char *text, *other;
	size_t len;

	(void)argument_kind(first, &text);
	if (argument_kind(word, &other) != ARGUMENT_NAME)
		return false;
	len = strcspn(text, "@");
	return text[len] == '@' && strncasecmp(text, other, len + 1) == 0;
}

static int get_files(struct call *call, struct registry *registry,
		     const struct get_request *request, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct telling telling = { .call = call };

	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/got/1", err) ||
			   json_set_bool(object, "dryRun", request->dry_run, err) ||
			   json_set_array(object, "items", &telling.items, err)))
		return -1;
	if (registry_get(call->ctx, registry, request, file_got, &telling, err))
		return -1;
	if (object)
		return output_json(object, err);
	say_version(&telling);
	return 0;
}

static int get_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(versions_release) struct versions versions = { .item = NULL };
	CLEANUP(texts_free) const char **tensor = NULL;
	size_t names = 1, last = call->operand_count - 1;
	struct get_request request = { .versions = &versions,
				       .out = call->operand[last],
				       .replace = call_has(call, "force"),
				       .dry_run = call_has(call, "dry-run") };

	while (names < last && same_family(call->operand[0], call->operand[names]))
		names++;
	request.series = names > 1 || versions_is_pattern(call->operand[0]);
	request.path = call->operand + names;
	request.path_count = last - names;
	if (call_values(call, "tensor", &tensor, &request.tensor_count, err))
		return -1;
	request.tensor = tensor;
	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    versions_expand(registry, call->operand, names, &versions, err))
		return -1;
	if (strcmp(request.out, "-") != 0)
		return get_files(call, registry, &request, err);
	if (call->json || request.dry_run)
		return error_set(err, ERROR_USAGE,
				 "--json and --dry-run do not go with writing to a pipe");
	return registry_get_stream(call->ctx, registry, &request, bytes_to_stdout, NULL, err);
}

static const struct option get_options[] = {
	{ .name = "tensor",
	  .argument = "GLOB",
	  .repeatable = true,
	  .help = "pick these tensors (of the files that PATH names; otherwise of all) and write "
		  "one safetensors file with them; * matches any text" },
	{ .name = "force", .letter = 'f', .help = "replace other files that lie in OUT" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example get_examples[] = {
	{ "akashi get llm-x/base@step-500 out/", "the whole checkpoint, as it was" },
	{ "akashi get llm-x/base@step-500 config.json 'tokenizer*' out/", "some of its files" },
	{ "akashi get llm-x/base@step-500 --tensor 'model.layers.3.*' layer3.safetensors",
	  "one layer of it" },
	{ "akashi get 'llm-x/base@step-{100..2000..100}' --tensor lm_head.weight heads/",
	  "one tensor out of a whole series: heads/step-100.safetensors and so on" },
	{ "akashi get llm-x/base@step-500 config.json - | jq .", "one file to a pipe" },
	{ NULL, NULL },
};

const struct command command_get = {
	.name = "get",
	.summary = "restore files or tensors of a checkpoint or dataset",
	.synopsis = "NAME@VERSION... [PATH]... [--tensor GLOB]... OUT",
	.description =
		"Writes the files of a registered checkpoint, dataset or release below the folder "
		"OUT, each as OUT/PATH; PATH chooses some of them: a file, a folder, or a shell's "
		"wildcards, where * matches '/' too. With --tensor, OUT is a safetensors file "
		"with exactly the tensors that match. OUT '-' writes one file to standard "
		"output.\n\n"
		"Braces ({100..2000..100}, {a,b}) and wildcards in the version, or several names, "
		"take the same out of a series: files go to OUT/VERSION/PATH, tensors to "
		"OUT/VERSION.safetensors.\n\n"
		"Every byte is held against the signed manifest before a file gets its name, and "
		"what the store has damaged is named by file and tensor; the other files are "
		"still restored. An interrupted get goes on where it was: unfinished files lie "
		"in OUT/.cache/akashi. Files that are there already, byte for byte, are kept; "
		"other files are replaced with --force only. Blocks are shared with the store "
		"where it holds whole files and the file system can.",
	.options = get_options,
	.examples = get_examples,
	.exit_notes = "1: bytes in the store are not those that were registered.",
	.operands_min = 2,
	.operands_max = SIZE_MAX,
	.run = get_run,
};
