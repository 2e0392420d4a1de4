/* A plain model card from signed facts, for models that bring none. */
#include "registry/card.h"

static int card_git(const struct json *git, struct buffer *out, struct error *err)
{
	const char *commit = json_text(json_member(git, "commit"));
	const char *remote = json_text(json_member(git, "remote"));
	const char *dirty = json_text(json_member(git, "dirty"));

	if (!commit)
		return 0;
	return buffer_printf(out, err, "- Code: commit `%s`%s%s (%s)\n", commit,
			     remote ? " of " : "", remote ? remote : "",
			     dirty ? dirty : "not said");
}

static int card_references(const char *what, const struct json *list, struct buffer *out,
			   struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const char *name = json_text(json_member(json_at(list, i), "name"));

		if (commitment_is(json_at(list, i)) &&
		    buffer_printf(out, err, "- %s: not disclosed (committed to)\n", what))
			return -1;
		if (name && buffer_printf(out, err, "- %s: `%s`\n", what, name))
			return -1;
	}
	return 0;
}

int card_write(const struct believed *checkpoint, const char *release_name, const char *pin,
	       struct buffer *out, struct error *err)
{
	const struct json *predicate = checkpoint->statement.predicate;
	const char *architecture = json_text(json_member(predicate, "architecture"));
	char checkpoint_name[NAME_TEXT_MAX];
	uint64_t parameters;

	name_to_text(&checkpoint->statement.name, checkpoint_name);
	if (json_maybe_size(predicate, "parameters", 0, &parameters, err) ||
	    buffer_printf(out, err, "---\ntags:\n- akashi\n---\n# %s\n\n", release_name) ||
	    buffer_printf(out, err, "- Checkpoint: `%s`\n", checkpoint_name))
		return -1;
	if (architecture && buffer_printf(out, err, "- Architecture: `%s`\n", architecture))
		return -1;
	if (parameters &&
	    buffer_printf(out, err, "- Parameters: %llu\n", (unsigned long long)parameters))
		return -1;
	if (card_git(json_member(predicate, "git"), out, err) ||
	    card_references("Data", json_member(predicate, "data"), out, err) ||
	    card_references("Parent", json_member(predicate, "parents"), out, err))
		return -1;
	return buffer_printf(out, err,
			     "\n## Verification\n\nCompare this line with one that you got from "
			     "somewhere else, and pin that one:\n\n```\nakashi trust pin '%s'\n"
			     "akashi verify .\n```\n",
			     pin);
}
