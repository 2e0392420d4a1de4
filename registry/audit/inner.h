/* What the parts of an audit share. Private to registry/audit*.c. */
#ifndef REGISTRY_AUDIT_INNER_H
#define REGISTRY_AUDIT_INNER_H

#include "registry/audit.h"
#include "registry/log.h"
#include "registry/reach/inner.h"
#include "registry/seen.h"
#include "verify/verify.h"

struct audit {
	struct registry *registry; /* borrowed */
	struct log *log;           /* borrowed */
	const struct audit_request *request;
	struct audit_report report;
	struct seen idents;        /* "IDENTITY.KEY" */
	struct seen claims;        /* what is claimed, without case */
	struct evidence *evidence; /* opened for the first object that is missing */
	struct trust trust;
	bool trusted; /* there is a policy to believe anything by */
};

/* Write a finding down. */
MUST_CHECK int audit_find(struct audit *audit, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* The statement of an entry is not kept as it was logged, because of `cause`. */
MUST_CHECK int audit_lost(struct audit *audit, uint64_t index, const struct digest *identity,
			  const struct public_key *key, const char *cause, struct error *err);

/* One entry, and the body that is kept of it, as they were read on any core. */
struct judged {
	struct span bytes; /* of the entry, borrowed */
	struct entry entry;
	struct error unread; /* why it is no entry */
	bool looked;         /* the body was looked at, which is what follows */
	struct digest identity;
	struct envelope envelope;
	struct statement statement;
	struct error missing;          /* the body is not here */
	struct error damaged;          /* it cannot be read, or its signature does not hold */
	struct error unbuilt;          /* no entry can be made from it */
	bool another;                  /* it is another statement */
	bool as_logged;                /* it gives exactly the entry that was logged */
	struct digest leaf;            /* of the entry */
	struct digest signer;          /* the key of the entry's SHA-256 */
	bool known;                    /* remembered as audited: nothing was read but `leaf` */
	struct remembered_stamp stamp; /* of the body's file, before it was read */
	bool stamped, fresh;
	struct buffer facts; /* what it needs (registry/reach/facts.c); empty: not known */
};

void judged_init(struct judged *judged, struct span bytes);
void judged_release(struct judged *judged);

/*
 * Read the entry judged->bytes and, where it names its statement, the body: signatures included.
 * Any thread.
 */
void judged_read(const struct audit *audit, struct judged *judged);

/* Take it from what is remembered, if it is there, and its file is as it was. Any thread. */
void judged_recall(const struct audit *audit, struct judged *judged);

/* Look at the body of the statement `identity`, which the entry was found to stand for. */
void judged_look(const struct audit *audit, struct judged *judged, const struct digest *identity);

/*
 * Judge these entries of the log, from `first` on. They are read on all cores; findings are
 * written down in order; -1 is for what kept us from judging.
 */
MUST_CHECK int audit_entries(struct audit *audit, uint64_t first, const struct span *entry,
			     size_t count, struct error *err);

/*
 * Read every entry once, in order, hand them to audit_entries, rederive every tile of
 * the tree of `size` from the entries, and compare them with what is served.
 * *out_root is what the entries give.
 */
MUST_CHECK int audit_tiles(struct audit *audit, uint64_t size, struct digest *out_root,
			   struct error *err);

/* log.db must have the statement and key `ident` at this index. */
MUST_CHECK int audit_sequence(struct audit *audit, uint64_t index, const char *ident,
			      struct error *err);

/* log.db must give the name to the claim at this index. */
MUST_CHECK int audit_name(struct audit *audit, uint64_t index, const char *claim,
			  const struct digest *statement, struct error *err);

/*
 * A statement entry without a body: withheld, or a finding that says what `cause` says. Either way
 * its claim is judged as ever.
 */
MUST_CHECK int audit_bodiless(struct audit *audit, uint64_t index, const struct entry *entry,
			      const struct digest *identity, const struct error *cause,
			      struct error *err);

/*
 * Which statement a P-384 entry without a body is of, by the sequence: *out_known when it says so.
 */
MUST_CHECK int audit_unnamed(struct audit *audit, uint64_t index, const struct entry *entry,
			     struct digest *out_identity, bool *out_known, struct error *err);

/* Are all objects that the facts name there? What is not is for audit_kept to tell. */
MUST_CHECK int audit_kept_facts(struct audit *audit, struct span facts, bool *out_all,
				struct error *err);

/* The objects that a statement names must be there (audit_request.objects reads them as well). */
MUST_CHECK int audit_kept(struct audit *audit, uint64_t index, const struct digest *identity,
			  const struct statement *statement, struct error *err);

#endif
