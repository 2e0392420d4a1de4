/* evals_check: does what results say of their model agree with the checkpoint? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/contents.h"
#include "registry/evals/inner.h"

enum { PAYLOAD_MAX = 1 << 20, DAY_S = 86400 };

/* One file against its checkpoint. */
struct checking {
	struct evals_binder *binder;
	const struct evals_file *file;
	struct evals_item *item;
	const struct json *said;     /* modelSaid, or NULL */
	struct statement checkpoint; /* as registered */
	struct contents contents;    /* its manifest, once it was asked for */
	size_t grave;
};

static void checking_release(struct checking *c)
{
	statement_release(&c->checkpoint);
	contents_release(&c->contents);
}

/* Note that `what` is one thing in the results and another in what is registered. */
static int differ(struct checking *c, const char *what, const char *results, const char *registered,
		  bool grave, struct error *err)
{
	struct json *entry;

	c->grave += grave;
	return (!c->item->contradictions && json_array_new(&c->item->contradictions, err)) ||
			       json_add_object(c->item->contradictions, &entry, err) ||
			       json_set_text(entry, "what", what, err) ||
			       json_set_text(entry, "results", results, err) ||
			       json_set_text(entry, "registered", registered, err)
		       ? -1
		       : 0;
}

static int manifest_need(struct checking *c, struct error *err)
{
	return c->contents.manifest ? 0
				    : contents_of_statement(c->binder->registry,
							    &c->file->statement, &c->contents, err);
}

/* ---- Which model ---- */

/* The weights in the folder that the results name are another checkpoint's. */
static int weights_check(struct checking *c, struct error *err)
{
	const struct evals_folder *folder;
	char name[NAME_TEXT_MAX];

	if (evals_folder_look(c->binder, c->file->pretrained, &folder, err))
		return -1;
	if (!folder || digests_have(&folder->statement, &c->file->statement))
		return 0;
	if (!folder->statement.count) /* edited since, or sharded otherwise: it is told */
		return differ(c, "folder", c->file->pretrained,
			      "the weights there now are of no registered checkpoint", false, err);
	return evals_name_of(c->binder, &folder->statement.item[0], name, err) ||
			       differ(c, "weights", c->file->pretrained, name, true, err)
		       ? -1
		       : 0;
}

/* Another step than the version's, where both are told in so many words. */
static int step_check(struct checking *c, struct error *err)
{
	const char *text[] = { c->file->revision, c->file->pretrained };
	struct checkpoint_name version, read;

	if (strcmp(c->item->how, "weights") == 0 ||
	    !checkpoint_name_read(c->checkpoint.name.version, &version) || version.whole ||
	    !version.has_step)
		return 0;
	for (size_t i = 0; i < 2; i++)
		if (*text[i] && checkpoint_name_of_path(text[i], &read) && !read.whole &&
		    read.has_step && read.step != version.step)
			return differ(c, "model", text[i], c->checkpoint.subject, true, err);
	return 0;
}

/* The results name a repository under which another family is registered. */
static int family_check(struct checking *c, struct error *err)
{
	const struct evals_folder *folder;
	struct error absent = { 0 };
	struct name named, found;
	struct digest statement;
	char family[NAME_TEXT_MAX];

	if (evals_folder_look(c->binder, c->file->pretrained, &folder, err))
		return -1;
	if (folder || name_parse_family(c->file->pretrained, &named, &absent))
		return 0;
	if (strcasecmp(named.owner, c->checkpoint.name.owner) == 0 &&
	    strcasecmp(named.name, c->checkpoint.name.name) == 0)
		return 0;
	/* Several versions are as good as one here; another kind of error means that there is none.
	 */
	if (index_resolve(c->binder->index, &named, &found, &statement, &absent) &&
	    absent.code != ERROR_USAGE)
		return absent.code == ERROR_SYSTEM ? error_set(err, absent.code, "%s", absent.text)
						   : 0;
	found = c->checkpoint.name;
	found.version[0] = '\0';
	name_to_text(&found, family);
	return differ(c, "model", c->file->pretrained, family, true, err);
}

static bool is_commit(const char *text)
{
	return text && strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

/* The commit of the repository, where the version is called by one. */
static int sha_check(struct checking *c, struct error *err)
{
	const char *sha = json_text(json_member(c->said, "sha"));
	const char *version = c->checkpoint.name.version;

	return is_commit(sha) && is_commit(version) && strcmp(sha, version) != 0
		       ? differ(c, "sha", sha, version, true, err)
		       : 0;
}

/* Other weights on top of these, or fewer bits of them. */
static int adapter_check(struct checking *c, struct error *err)
{
	static const char *const key[] = { "peft",     "delta",     "load_in_8bit", "load_in_4bit",
					   "autogptq", "gptqmodel", "gguf_file" };
	char value[SCORES_TEXT_MAX + 1], text[SCORES_TEXT_MAX + 32];

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (evals_argument(c->file->json, key[i], value)) {
			snprintf(text, sizeof(text), "%s=%s", key[i], value);
			if (differ(c, "adapter", text, "the weights alone", true, err))
				return -1;
		}
	return 0;
}

/* ---- How many parameters, in which format ---- */

/* What transformers keeps beside parameters, and safetensors files may hold. */
static bool is_buffer(const struct tensor *tensor)
{
	static const char *const end[] = { ".attention.bias", ".attn.bias", "masked_bias",
					   "inv_freq" };

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (text_ends_with(tensor->name, end[i]))
			return true;
	return tensor->dtype == DTYPE_BOOL;
}

/* Elements of a head that an embedding may be tied to. */
static uint64_t head_elements(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->tensor_count; i++)
		if (text_ends_with(manifest->tensor[i].name, "lm_head.weight") ||
		    text_ends_with(manifest->tensor[i].name, "embed_out.weight"))
			return tensor_elements(&manifest->tensor[i]);
	return 0;
}

static int parameters_check(struct checking *c, struct error *err)
{
	int64_t said = scores_count(json_member(c->said, "parameters"));
	uint64_t stored, parameters, buffers = 0;
	char one[32], other[32];

	if (said <= 0)
		return 0;
	if (json_maybe_size(c->checkpoint.predicate, "parameters", 0, &stored, err))
		return -1;
	if (!stored || stored == (uint64_t)said)
		return 0;
	if (manifest_need(c, err))
		return -1;
	for (size_t i = 0; i < c->contents.manifest->tensor_count; i++)
		if (is_buffer(&c->contents.manifest->tensor[i]))
			buffers += tensor_elements(&c->contents.manifest->tensor[i]);
	parameters = stored - buffers;
	if (parameters == (uint64_t)said ||
	    parameters - head_elements(c->contents.manifest) == (uint64_t)said)
		return 0;
	snprintf(one, sizeof(one), "%" PRId64, said);
	snprintf(other, sizeof(other), "%" PRIu64, parameters);
	return differ(c, "parameters", one, other, true, err);
}

/* "torch.bfloat16", "bf16" as safetensors names it; NULL: another. */
static const char *dtype_of(const char *text)
{
	static const char *const known[][2] = {
		{ "float32", "F32" }, { "float16", "F16" }, { "bfloat16", "BF16" },
		{ "float64", "F64" }, { "fp32", "F32" },    { "fp16", "F16" },
		{ "bf16", "BF16" },
	};

	if (strncmp(text, "torch.", 6) == 0)
		text += 6;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i][0]) == 0)
			return known[i][1];
	return NULL;
}

/* What config.json says, or NULL. */
static int config_dtype(struct checking *c, char out_text[SCORES_NUMBER_MAX], struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *config = NULL;
	struct error absent = { 0 };
	const char *dtype;

	buffer_init(&text, CONFIG_MAX_BYTES);
	out_text[0] = '\0';
	if (tree_open_file(c->contents.tree, "config.json", &source, &absent) ||
	    source_read_all(source, &text, &absent) ||
	    json_parse(buffer_view(&text), NULL, &config, &absent))
		return absent.code == ERROR_SYSTEM ? error_set(err, absent.code, "%s", absent.text)
						   : 0;
	dtype = json_text(json_member(config, "dtype"));
	if (!dtype)
		dtype = json_text(json_member(config, "torch_dtype"));
	snprintf(out_text, SCORES_NUMBER_MAX, "%.32s", dtype ? dtype : "");
	return 0;
}

/* A format that nobody asked for, and that is neither the weights' nor their config's. */
static int dtype_check(struct checking *c, struct error *err)
{
	const char *said = json_text(json_member(c->said, "dtype"));
	const char *ran = said ? dtype_of(said) : NULL, *stated;
	char asked[SCORES_TEXT_MAX + 1], config[SCORES_NUMBER_MAX];
	size_t counted = 0;
	const struct manifest *manifest;

	if (!ran || !json_text(json_member(c->said, "source")) ||
	    (evals_argument(c->file->json, "dtype", asked) && strcmp(asked, "auto") != 0))
		return 0;
	if (manifest_need(c, err) || config_dtype(c, config, err))
		return -1;
	manifest = c->contents.manifest;
	stated = dtype_of(config);
	for (size_t i = 0; i < manifest->tensor_count; i++)
		counted += strcmp(dtype_name(manifest->tensor[i].dtype), ran) == 0;
	if (!manifest->tensor_count || counted || (stated && strcmp(stated, ran) == 0))
		return 0;
	return differ(c, "dtype", said, stated ? config : dtype_name(manifest->tensor[0].dtype),
		      true, err);
}

/* ---- When ---- */

/* When the run that made the checkpoint began; false: that is not known. */
static bool run_began(struct checking *c, char out_time[TIME_TEXT_SIZE])
{
	CLEANUP(statement_release) struct statement run = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct reference reference;
	struct error none = { 0 };
	const char *began;

	buffer_init(&payload, PAYLOAD_MAX);
	if (reference_need(c->checkpoint.predicate, "run", &reference, &none) ||
	    registry_payload(c->binder->registry, &reference.statement, &payload, &none) ||
	    statement_parse(buffer_view(&payload), &run, &none))
		return false;
	began = json_text(json_member(run.predicate, "began"));
	snprintf(out_time, TIME_TEXT_SIZE, "%.31s", began ? began : "");
	return began != NULL;
}

static int date_check(struct checking *c, struct error *err)
{
	const char *evaluated = json_text(json_member(c->file->predicate, "evaluated"));
	const char *declared = json_text(json_member(c->checkpoint.predicate, "declared"));
	int64_t now_s = context_now(c->binder->registry->ctx), when_s, then_s;
	char text[TIME_TEXT_SIZE];
	struct error none = { 0 };

	if (!evaluated || time_parse(evaluated, &when_s, &none))
		return 0;
	time_format(now_s, text);
	if (when_s > now_s + DAY_S)
		return differ(c, "date", evaluated, text, true, err);
	if (run_began(c, text) && time_parse(text, &then_s, &none) == 0 && when_s < then_s)
		return differ(c, "run", evaluated, text, true, err);
	/* Usual, and worth knowing: nobody vouched for the weights then. */
	if (declared && time_parse(declared, &then_s, &none) == 0 && when_s < then_s)
		return differ(c, "registered-later", evaluated, declared, false, err);
	return 0;
}

bool evals_is_usual(const char *what)
{
	return strcmp(what, "registered-later") == 0 || strcmp(what, "folder") == 0;
}

/* ---- In itself ---- */

static bool same(const struct json *a, const struct json *b, const char *key)
{
	const char *one = json_text(json_member(a, key)), *other = json_text(json_member(b, key));

	return one && other && strcmp(one, other) == 0;
}

/* One metric of one task, told twice. Scores of a task stand together. */
static int twice_check(struct checking *c, struct error *err)
{
	const struct json *scores = json_member(c->file->predicate, "scores");

	for (size_t i = 0; i < json_count(scores); i++)
		for (size_t k = i + 1; k < json_count(scores); k++) {
			const struct json *a = json_at(scores, i), *b = json_at(scores, k);
			const char *one = json_text(json_member(a, "value"));
			const char *other = json_text(json_member(b, "value"));

			if (!same(a, b, "task"))
				break;
			if (same(a, b, "metric") && same(a, b, "filter"))
				return differ(c, "counted-twice", json_text(json_member(a, "task")),
					      one && other && strcmp(one, other) == 0
						      ? "the same value"
						      : "two values",
					      true, err);
		}
	return 0;
}

int evals_check(struct evals_binder *binder, const struct evals_file *file, struct evals_item *item,
		size_t *out_grave, struct error *err)
{
	CLEANUP(checking_release)
	struct checking c = { .binder = binder,
			      .file = file,
			      .item = item,
			      .said = json_member(file->predicate, "modelSaid") };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, PAYLOAD_MAX);
	if (registry_payload(binder->registry, &file->statement, &payload, err) ||
	    statement_parse(buffer_view(&payload), &c.checkpoint, err) || weights_check(&c, err) ||
	    step_check(&c, err) || family_check(&c, err) || sha_check(&c, err) ||
	    adapter_check(&c, err) || parameters_check(&c, err) || dtype_check(&c, err) ||
	    date_check(&c, err) || twice_check(&c, err))
		return -1;
	*out_grave = c.grave;
	return 0;
}
