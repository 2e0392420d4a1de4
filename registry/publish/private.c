/* What does not leave the house: the projection that is published instead. */
#include "registry/publish/inner.h"

#include <stdlib.h>
#include <string.h>

#include "registry/run/secrets.h"
#include "registry/statement.h"

#define BLANKS " \t"

/* Cut the config's list up in place, behind the request's globs. */
static void globs_read(struct publishing *p)
{
	size_t count = p->request->private.glob_count;
	char *rest = NULL;

	for (size_t i = 0; i < count; i++)
		p->private_glob[i] = p->request->private.glob[i];
	for (char *word = strtok_r(p->private_text, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest))
		p->private_glob[count++] = word;
	p->private.glob = p->private_glob;
	p->private.glob_count = count;
}

int publish_private_read(struct publishing *p, struct error *err)
{
	const char *text = settings_get(&p->registry->settings, SETTING_PUBLISH_PRIVATE, "");

	p->private = p->request->private;
	p->private_text = strdup(text);
	p->private_glob = calloc(p->request->private.glob_count + strlen(text) / 2 + 2,
				 sizeof(*p->private_glob));
	if (!p->private_text || !p->private_glob)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is private");
	globs_read(p);
	return 0;
}

/* Was it asked for on the command line, so that it must hide something? */
static bool asked(const struct publish_private *private)
{
	return private->glob_count || private->run || private->git || private->diff;
}

/* The projected checkpoint as it would be said, in the place of the one that was opened. */
static int draft_take(struct publishing *p, struct error *err)
{
	const struct projection *projection = &p->projection;
	const struct digest manifest = p->checkpoint.statement.digest;
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement said = { 0 };
	char now[STATEMENT_TIME_SIZE];

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	statement_time(p->ctx, now);
	if (json_clone(projection->predicate, &predicate, err) ||
	    json_set_text(predicate, "origin", p->registry->origin, err) ||
	    json_set_text(predicate, "declared", now, err) ||
	    statement_build(STATEMENT_checkpoint, projection->text, &manifest, predicate, &payload,
			    err) ||
	    statement_parse(buffer_view(&payload), &said, err))
		return -1;
	believed_release(&p->checkpoint);
	p->checkpoint = (struct believed){ .statement = said };
	return 0;
}

int publish_project(struct publishing *p, struct error *err)
{
	const struct statement *checkpoint = &p->checkpoint.statement;

	if (!projection_hides(&p->private, checkpoint))
		return asked(&p->request->private)
			       ? error_set(err, ERROR_USAGE,
					   "nothing that '%s' says is private by these options: "
					   "'akashi show %s' says what it names",
					   p->name, p->name)
			       : 0;
	if (!p->request->as)
		return error_set(err, ERROR_USAGE,
				 "'%s' names what is private: --as NAME@VERSION gives what leaves "
				 "a name of its own",
				 p->name);
	if (projection_make(p->registry, &p->private, &p->checkpoint, &p->release,
			    !p->request->dry_run, &p->projection, err))
		return -1;
	p->projected = true;
	if (projection_check_text(&p->projection, span_of(p->release_text), "--as", err))
		return -1;
	return draft_take(p, err);
}

int publish_say_projected(struct publishing *p, struct error *err)
{
	const struct projection *projection = &p->projection;
	struct statement_draft draft = { .kind = STATEMENT_checkpoint,
					 .subject = projection->text,
					 .digest = p->checkpoint.statement.digest,
					 .predicate = projection->predicate };
	struct statement_made made;

	return projection_keep(p->registry, projection, err) ||
			       registry_publish_statements(p->registry, p->key, &draft, 1, &made,
							   err)
		       ? -1
		       : 0;
}

int publish_scan_text(struct publishing *p, struct span text, const char *where, struct error *err)
{
	return secrets_scan(text, where, err) ||
			       (p->projected &&
				projection_check_text(&p->projection, text, where, err))
		       ? -1
		       : 0;
}

int publish_scan_visit(void *user, const struct statement *said, struct span text,
		       const char *where, struct error *err)
{
	struct publishing *p = user;

	return (said && projection_check(&p->private, said, where, err)) ||
			       publish_scan_text(p, text, where, err)
		       ? -1
		       : 0;
}

int publish_report_private(const struct publishing *p, struct json *report, struct error *err)
{
	struct json *list, *item;

	if (!p->projected)
		return 0;
	if (json_set_array(report, "private", &list, err))
		return -1;
	for (size_t i = 0; i < p->projection.hidden.count; i++) {
		const struct opening *opening = &p->projection.hidden.item[i];
		const char *name = opening_name(opening);

		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "what", opening->what, err) ||
		    (name && json_set_text(item, "name", name, err)) ||
		    (!p->request->dry_run &&
		     json_set_digest(item, "commitment", &opening->commitment, err)))
			return -1;
	}
	return 0;
}
