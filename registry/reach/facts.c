/*
 * What one statement needs, as it is remembered.
 *
 * A byte of flags; with LEAD the digest and stamp of the object that was read for it; with CLAIM
 * two bytes of length, what is claimed, and the statement that it is claimed for. Then, for each
 * object, a byte (the role, NEEDED, SIZED), its digest and, with SIZED, eight bytes of size.
 * Numbers are big-endian.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "registry/reach/inner.h"
#include "registry/statement/inner.h"
#include "verify/verify.h"

enum {
	FACT_LEAD = 1,
	FACT_CLAIM = 2,
	FACT_ALL = FACT_LEAD | FACT_CLAIM,
	NEED_ROLE = 7, /* a mask */
	NEED_NEEDED = 8,
	NEED_SIZED = 16,
	NEED_ALL = NEED_ROLE | NEED_NEEDED | NEED_SIZED,
};

/* ---- Reading ---- */

static int refuse(struct error *err)
{
	return error_set(err, ERROR_CORRUPT,
			 "what is remembered of a statement is not well-formed");
}

int reach_facts_parse(struct span bytes, struct reach_facts *out_facts, struct error *err)
{
	struct reader r = reader_over(bytes);
	unsigned flags = reader_u8(&r);

	*out_facts =
		(struct reach_facts){ .has_lead = flags & FACT_LEAD, .claims = flags & FACT_CLAIM };
	if (out_facts->has_lead) {
		struct span stamp;

		out_facts->lead = reader_digest(&r);
		stamp = reader_take(&r, sizeof(out_facts->stamp.byte));
		if (!r.failed)
			memcpy(out_facts->stamp.byte, stamp.data, stamp.len);
	}
	if (out_facts->claims) {
		out_facts->claim = reader_take(&r, reader_u16be(&r));
		out_facts->claimed = reader_digest(&r);
	}
	if (r.failed || flags & ~(unsigned)FACT_ALL)
		return refuse(err);
	out_facts->needs = r.rest;
	return 0;
}

int reach_facts_next(struct span *needs, struct reach_object *out_object, bool *out_any,
		     struct error *err)
{
	struct reader r = reader_over(*needs);
	unsigned what;

	*out_any = needs->len > 0;
	if (!*out_any)
		return 0;
	what = reader_u8(&r);
	*out_object = (struct reach_object){ .role = (enum reach_role)(what & NEED_ROLE),
					     .size = REACH_SIZE_UNKNOWN,
					     .needed = what & NEED_NEEDED };
	out_object->digest = reader_digest(&r);
	if (what & NEED_SIZED) {
		out_object->size = 0;
		for (int i = 0; i < 8; i++)
			out_object->size = out_object->size << 8 | reader_u8(&r);
	}
	if (r.failed || what & ~(unsigned)NEED_ALL || out_object->role > REACH_MENTION)
		return refuse(err);
	*needs = r.rest;
	return 0;
}

int reached_visit_facts(const struct digest *identity, struct span facts, bool released,
			const struct reach_request *request, struct error *err)
{
	struct reach_object object;
	struct reach_facts parsed;
	bool any;

	if (reach_facts_parse(facts, &parsed, err))
		return -1;
	for (;;) {
		if (reach_facts_next(&parsed.needs, &object, &any, err))
			return -1;
		if (!any)
			return 0;
		object.statement = *identity;
		if (object.role == REACH_FILE) {
			object.needed = !released;
			object.released = released;
		}
		if (request->visit(request->arg, &object, err))
			return -1;
	}
}

/* Is the object that was read for it where and as it was? */
static bool lead_stands(struct registry *registry, const struct reach_facts *facts)
{
	struct remembered_stamp stamp;
	struct error ignored = { 0 };
	bool fresh;

	return !facts->has_lead ||
	       (remembered_stamp_object(registry, &facts->lead, &stamp, &fresh, &ignored) == 0 &&
		remembered_stamp_equal(&stamp, &facts->stamp));
}

static bool stamp_take(struct registry *registry, struct reached *reached)
{
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	reached->stamped = statement_path(registry, &reached->identity, &reached->signer, &path,
					  &ignored) == 0 &&
			   remembered_stamp_take(registry, path, &reached->stamp, &reached->fresh,
						 &ignored) == 0;
	return reached->stamped;
}

void reached_recall(struct registry *registry, const struct remembered *remembered,
		    struct reached *reached)
{
	const struct remembered_item *item =
		remembered_statement(remembered, &reached->identity, &reached->signer);
	bool sure = item && item->len && item->sure;
	struct reach_facts facts;
	struct error ignored = { 0 };

	if (!sure && (!stamp_take(registry, reached) || !item || !item->len ||
		      !remembered_stamp_equal(&item->stamp, &reached->stamp)))
		return;
	if (remembered_facts(remembered, item, &reached->facts, &ignored) == 0 &&
	    reach_facts_parse(buffer_view(&reached->facts), &facts, &ignored) == 0 &&
	    (sure || lead_stands(registry, &facts)))
		reached->known = true;
	else
		reached->facts.len = 0;
	if (!reached->known && sure)
		(void)stamp_take(registry, reached);
}

/* ---- Making ---- */

/* A reach_visit: one need more. */
static int need_note(void *arg, const struct reach_object *object, struct error *err)
{
	struct buffer *out = arg;
	bool sized = object->size != REACH_SIZE_UNKNOWN;
	uint8_t what = (uint8_t)((unsigned)object->role | (object->needed ? NEED_NEEDED : 0u) |
				 (sized ? NEED_SIZED : 0u));
	uint8_t size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (uint8_t)(object->size >> (56 - 8 * i));
	return buffer_add(out, (struct span){ &what, 1 }, err) ||
			       buffer_add(out, digest_view(&object->digest), err) ||
			       (sized && buffer_add(out, (struct span){ size, sizeof(size) }, err))
		       ? -1
		       : 0;
}

/* The object that was read for it. */
static bool lead_of(const struct reached *reached, struct digest *out_lead)
{
	const struct json *list = json_member(reached->statement.predicate, "boundaries");
	struct error none = { 0 };

	if (reached->manifest) {
		*out_lead = reached->statement.digest;
		return true;
	}
	return reached->statement.kind == STATEMENT_record && list &&
	       json_need_digest(list, "object", out_lead, &none) == 0;
}

/* As the log compares it: no case; an alias with its serial. */
static int claim_note(const struct statement *claim, struct buffer *out, struct error *err)
{
	char what[2 * NAME_TEXT_MAX];
	struct digest statement;
	uint64_t serial;
	size_t len;

	name_to_text(&claim->name, what);
	if (json_need_digest(claim->predicate, "statement", &statement, err) ||
	    json_maybe_size(claim->predicate, "serial", 0, &serial, err))
		return -1;
	for (char *at = what; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	len = strlen(what);
	if (claim->name.alias)
		snprintf(what + len, sizeof(what) - len, "#%llu", (unsigned long long)serial);
	return buffer_add_u16be(out, (uint16_t)strlen(what), err) ||
			       buffer_add_text(out, what, err) ||
			       buffer_add(out, digest_view(&statement), err)
		       ? -1
		       : 0;
}

static int facts_make(struct registry *registry, struct reached *reached, struct error *err)
{
	const struct reach_request request = { .visit = need_note, .arg = &reached->facts };
	bool claims = reached->statement.kind == STATEMENT_claim, lead, fresh = false;
	struct remembered_stamp stamp;
	struct digest digest;
	uint8_t flags;

	lead = lead_of(reached, &digest);
	flags = (uint8_t)((lead ? FACT_LEAD : 0) | (claims ? FACT_CLAIM : 0));
	if (buffer_add(&reached->facts, (struct span){ &flags, 1 }, err))
		return -1;
	if (lead &&
	    (remembered_stamp_object(registry, &digest, &stamp, &fresh, err) ||
	     buffer_add(&reached->facts, digest_view(&digest), err) ||
	     buffer_add(&reached->facts, (struct span){ stamp.byte, sizeof(stamp.byte) }, err)))
		return -1;
	reached->fresh |= fresh;
	return (claims && claim_note(&reached->statement, &reached->facts, err)) ||
			       reached_visit(reached, false, &request, err)
		       ? -1
		       : 0;
}

void reached_note(struct registry *registry, struct reached *reached)
{
	struct error why = { 0 };

	reached->facts.len = 0;
	if (reached->stamped && reached->read && !reached->why.code &&
	    facts_make(registry, reached, &why))
		reached->facts.len = 0;
}
