/* Projections: each private part of a checkpoint's predicate becomes a commitment of its own. */
#include "registry/projection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void projection_release(struct projection *projection)
{
	json_free(&projection->predicate);
	openings_release(&projection->hidden);
	openings_release(&projection->kept);
	if (projection->locked)
		file_lock_release(&projection->lock);
	*projection = (struct projection){ 0 };
}

/* A rule covers a version by its whole name or by its family. */
static bool rule_covers(const struct publish_private *rule, const char *text)
{
	char family[NAME_TEXT_MAX];
	struct error ignored = { 0 };
	struct name name;

	if (name_parse(text, &name, &ignored))
		return false;
	name.version[0] = '\0';
	name.alias = false;
	name_to_text(&name, family);
	for (size_t i = 0; i < rule->glob_count; i++)
		if (name_matches_any_case(rule->glob[i], text) ||
		    name_matches_any_case(rule->glob[i], family))
			return true;
	return false;
}

static bool reference_hidden(const struct publish_private *rule, const struct json *reference)
{
	const char *name = json_text(json_member(reference, "name"));

	return name && rule_covers(rule, name);
}

static bool list_hidden(const struct publish_private *rule, const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (reference_hidden(rule, json_at(list, i)))
			return true;
	return false;
}

/* A run's own statement tells of its repositories and their diffs. */
static bool run_hidden(const struct publish_private *rule, const struct json *run)
{
	return run && (rule->run || rule->git || rule->diff || reference_hidden(rule, run));
}

bool projection_hides(const struct publish_private *rule, const struct statement *checkpoint)
{
	const struct json *predicate = checkpoint->predicate;
	const struct json *git = json_member(predicate, "git");

	return rule_covers(rule, checkpoint->subject) ||
	       list_hidden(rule, json_member(predicate, "data")) ||
	       list_hidden(rule, json_member(predicate, "parents")) ||
	       run_hidden(rule, json_member(predicate, "run")) || (git && rule->git) ||
	       (json_member(git, "diff") && rule->diff);
}

/* A commitment to `value`, with its opening in the projection's list. */
static int hide(struct registry *registry, struct projection *projection, const char *what,
		const struct json *value, struct json **out_commitment, struct error *err)
{
	CLEANUP(opening_release) struct opening opening = { 0 }, copy = { 0 };
	const struct opening *before;
	uint8_t salt[COMMITMENT_SALT_BYTES];

	if (openings_made(&projection->kept, what, value, &before, err) ||
	    (!before && context_random(registry->ctx, salt, sizeof(salt), err)))
		return -1;
	if (opening_make(before ? before->salt : salt, what, projection->text, value, &opening,
			 err) ||
	    commitment_to_json(&opening.commitment, out_commitment, err))
		return -1;
	if (!before && (opening_from_json(opening.json, &copy, err) ||
			openings_add(&projection->kept, &copy, err)))
		return -1;
	return openings_add(&projection->hidden, &opening, err);
}

static int hide_under(struct registry *registry, struct projection *projection, const char *key,
		      const char *what, const struct json *value, struct json *object,
		      struct error *err)
{
	CLEANUP(json_free) struct json *commitment = NULL;

	return hide(registry, projection, what, value, &commitment, err) ||
			       json_set_take(object, key, &commitment, err)
		       ? -1
		       : 0;
}

/* A list of references, the private ones hidden, in the order that it had. */
static int project_list(struct registry *registry, struct projection *projection, const char *key,
			const char *what, const struct json *list, struct error *err)
{
	struct json *out;

	if (json_set_array(projection->predicate, key, &out, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *reference = json_at(list, i);
		CLEANUP(json_free) struct json *commitment = NULL;

		if (!reference_hidden(projection->rule, reference)) {
			if (json_add_clone(out, reference, err))
				return -1;
			continue;
		}
		if (hide(registry, projection, what, reference, &commitment, err) ||
		    json_add_take(out, &commitment, err))
			return -1;
	}
	return 0;
}

static int project_git(struct registry *registry, struct projection *projection,
		       const struct json *git, struct error *err)
{
	struct json_members at = { 0 };
	struct json *out;

	if (!git)
		return 0;
	if (projection->rule->git)
		return hide_under(registry, projection, "git", "git", git, projection->predicate,
				  err);
	if (json_set_object(projection->predicate, "git", &out, err))
		return -1;
	while (json_next(git, &at)) {
		bool hidden = projection->rule->diff && strcmp(at.key, "diff") == 0;

		if (hidden ? hide_under(registry, projection, at.key, "git diff", at.value, out,
					err)
			   : json_set_clone(out, at.key, at.value, err))
			return -1;
	}
	return 0;
}

static int project_run(struct registry *registry, struct projection *projection,
		       const struct json *run, struct error *err)
{
	if (!run)
		return 0;
	return run_hidden(projection->rule, run)
		       ? hide_under(registry, projection, "run", "run", run, projection->predicate,
				    err)
		       : json_set_clone(projection->predicate, "run", run, err);
}

/*
 * Always a commitment: the identity of the internal statement is a digest over what is hidden, so
 * whoever sees it bare could try guesses of the rest.
 */
static int project_self(struct registry *registry, struct projection *projection,
			const struct believed *checkpoint, struct error *err)
{
	CLEANUP(json_free) struct json *self = NULL;
	struct reference reference = { .name = checkpoint->statement.name,
				       .statement = checkpoint->identity,
				       .has_manifest = true,
				       .manifest = checkpoint->statement.digest };

	return reference_to_json(&reference, &self, err) ||
			       hide_under(registry, projection, "projects", "checkpoint", self,
					  projection->predicate, err)
		       ? -1
		       : 0;
}

static int predicate_project(struct registry *registry, struct projection *projection,
			     const struct believed *checkpoint, struct error *err)
{
	static const char *const same[] = { "manifest",   "bytes",        "files",
					    "parameters", "architecture", "license" };
	const struct json *predicate = checkpoint->statement.predicate;
	char family[NAME_TEXT_MAX];
	struct name name = projection->name;

	name.version[0] = '\0';
	name_to_text(&name, family);
	if (json_object_new(&projection->predicate, err) ||
	    json_set_text(projection->predicate, "name", family, err) ||
	    json_set_text(projection->predicate, "version", projection->name.version, err))
		return -1;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const struct json *value = json_member(predicate, same[i]);

		if (value && json_set_clone(projection->predicate, same[i], value, err))
			return -1;
	}
	return project_git(registry, projection, json_member(predicate, "git"), err) ||
			       project_run(registry, projection, json_member(predicate, "run"),
					   err) ||
			       project_list(registry, projection, "data", "dataset",
					    json_member(predicate, "data"), err) ||
			       project_list(registry, projection, "parents", "parent",
					    json_member(predicate, "parents"), err) ||
			       project_self(registry, projection, checkpoint, err)
		       ? -1
		       : 0;
}

int projection_make(struct registry *registry, const struct publish_private *rule,
		    const struct believed *checkpoint, const struct name *name, bool keep,
		    struct projection *out_projection, struct error *err)
{
	CLEANUP(projection_release) struct projection projection = { .rule = rule, .name = *name };
	struct error absent = { 0 };

	name_to_text(name, projection.text);
	if (json_member(checkpoint->statement.predicate, "projects"))
		return error_set(err, ERROR_USAGE,
				 "'%s' is a projection already: publish it as it is",
				 checkpoint->statement.subject);
	if (keep && openings_lock(registry, &projection.lock, err))
		return -1;
	projection.locked = keep;
	if (openings_read(registry, name, &projection.kept, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (predicate_project(registry, &projection, checkpoint, err))
		return error_prefix(err, "'%s'", projection.text);
	*out_projection = projection;
	projection = (struct projection){ 0 }; /* handed over */
	return 0;
}

int projection_keep(struct registry *registry, const struct projection *projection,
		    struct error *err)
{
	return openings_write(registry, &projection->name, &projection->kept, err);
}

/* Any text of a value that is a hidden name. */
static const char *names_hidden(const struct publish_private *rule, const struct json *value)
{
	struct json_members at = { 0 };
	const char *found = NULL;

	if (json_text(value))
		return rule_covers(rule, json_text(value)) ? json_text(value) : NULL;
	while (!found && json_next(value, &at))
		found = names_hidden(rule, at.value);
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && !found && i < json_count(value);
	     i++)
		found = names_hidden(rule, json_at(value, i));
	return found;
}

int projection_check(const struct publish_private *rule, const struct statement *said,
		     const char *where, struct error *err)
{
	const char *name = names_hidden(rule, said->json);
	const struct json *git = json_member(said->predicate, "git");

	if (name)
		return error_set(
			err, ERROR_UNTRUSTED,
			"the %s statement about '%s' would leave and names '%s', which is "
			"private: make it private too, or publish a projection of it first",
			statement_kind_name(said->kind), where, name);
	if ((rule->git && git && !commitment_is(git)) ||
	    (rule->diff && json_text(json_member(git, "diff"))))
		return error_set(err, ERROR_UNTRUSTED,
				 "the %s statement about '%s' would leave and has git facts that "
				 "are private: make it private too",
				 statement_kind_name(said->kind), where);
	return 0;
}

static bool holds(struct span text, const char *needle)
{
	return text.len && memmem(text.data, text.len, needle, strlen(needle)) != NULL;
}

/* What must not stand in a text: a name, by its family where the family is private as well. */
static bool tells_name(const struct projection *projection, struct span text, const char *full)
{
	char family[NAME_TEXT_MAX];
	struct error ignored = { 0 };
	struct name name;

	if (name_parse(full, &name, &ignored))
		return false;
	if (rule_covers(projection->rule, full) &&
	    (strcmp(name.owner, projection->name.owner) != 0 ||
	     strcmp(name.name, projection->name.name) != 0)) {
		snprintf(family, sizeof(family), "%.96s/%.96s", name.owner, name.name);
		return holds(text, family);
	}
	return holds(text, full);
}

int projection_check_text(const struct projection *projection, struct span text, const char *where,
			  struct error *err)
{
	for (size_t i = 0; i < projection->hidden.count; i++) {
		const struct json *value = projection->hidden.item[i].value;
		const char *name = opening_name(&projection->hidden.item[i]);
		const char *digest = json_text(json_member(value, "statement"));

		if (!digest)
			digest = json_text(value);
		if ((name && tells_name(projection, text, name)) ||
		    (digest && strlen(digest) > 7 && holds(text, digest + 7)))
			return error_set(err, ERROR_UNTRUSTED,
					 "'%s' would leave and tells of '%s', which is private: "
					 "take it out, or nothing is published",
					 where, name ? name : digest);
	}
	return 0;
}
