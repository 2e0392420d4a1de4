/* One entry of a watched log: what it is, whether it counts, and what it says for what follows. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor/inner.h"

/* What is known of an entry while it is judged. */
struct judged {
	uint64_t index;
	struct entry entry;
	struct statement statement; /* of a control entry, or of a body that is served */
	bool readable;              /* there is a statement, and it is what was logged */
	struct digest leaf;
	char name[NAME_TEXT_MAX];
};

static void judged_release(struct judged *judged)
{
	entry_release(&judged->entry);
	statement_release(&judged->statement);
}

/* A finding about the entry itself: kind and index tell it apart. */
PRINTF_LIKE(6, 7)
static int entry_find(struct monitor_log *log, const struct judged *judged, const char *kind,
		      enum finding_grade grade, struct error *err, const char *fmt, ...)
{
	char text[700], what[32];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(what, sizeof(what), "%llu", (unsigned long long)judged->index);
	return monitor_find(log, kind, grade, judged->index, what, NULL, err, "entry %llu: %s",
			    (unsigned long long)judged->index, text);
}

/* ---- Policies over time ---- */

static bool pinned(const struct monitor_log *log, const struct digest *identity, bool *out_any)
{
	const struct pins *pins = log->request->pins;

	*out_any = false;
	for (size_t i = 0; pins && i < pins->count; i++) {
		if (strcmp(pins->pin[i].log.name, log->origin) != 0)
			continue;
		*out_any = true;
		if (digest_equal(&pins->pin[i].policy, identity))
			return true;
	}
	return false;
}

static void waiting_drop(struct monitor_log *log, size_t place)
{
	statement_release(&log->waiting[place].statement);
	log->waiting[place] = log->waiting[--log->waiting_count];
}

/* The place where this policy waits for signatures, made when it is new. */
static int waiting_place(struct monitor_log *log, const struct judged *judged, size_t *out_place,
			 struct error *err)
{
	struct waiting_policy *waiting;

	for (size_t i = 0; i < log->waiting_count; i++)
		if (digest_equal(&log->waiting[i].identity, &judged->entry.identity)) {
			*out_place = i;
			return 0;
		}
	if (log->waiting_count == log->waiting_cap) {
		size_t cap = log->waiting_cap ? 2 * log->waiting_cap : 4;
		struct waiting_policy *grown = realloc(log->waiting, cap * sizeof(*grown));

		if (!grown)
			return error_set(err, ERROR_SYSTEM, "out of memory for a policy");
		log->waiting = grown;
		log->waiting_cap = cap;
	}
	waiting = &log->waiting[log->waiting_count];
	*waiting = (struct waiting_policy){ .identity = judged->entry.identity };
	if (statement_parse(buffer_view(&judged->entry.payload), &waiting->statement, err))
		return -1;
	*out_place = log->waiting_count++;
	return 0;
}

static bool in_chain(const struct monitor_log *log, const struct digest *identity)
{
	for (size_t i = 0; i < log->chain.count; i++)
		if (digest_equal(&log->chain.version[i].identity, identity))
			return true;
	return false;
}

/* A policy counts from the signature that completes it; until then it waits. */
static int policy_take(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	const struct digest *identity = &judged->entry.identity;
	struct waiting_policy *waiting;
	struct error why = { 0 };
	bool any_pinned, mine = pinned(log, identity, &any_pinned);
	size_t place;
	int failed;

	if (in_chain(log, identity) || (!log->chain.count && any_pinned && !mine))
		return 0;
	if (waiting_place(log, judged, &place, err))
		return -1;
	waiting = &log->waiting[place];
	if (waiting->count < POLICY_KEYS_MAX)
		waiting->by[waiting->count++] =
			(struct signing){ *public_key_id(judged->entry.key), judged->index };
	failed = log->chain.count ? policy_chain_extend(&log->chain, &waiting->statement, identity,
							waiting->by, waiting->count, &why)
				  : policy_chain_start(&log->chain, &waiting->statement, identity,
						       waiting->by, waiting->count, &why);
	if (failed && why.code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", why.text);
	if (!failed || why.code != ERROR_UNTRUSTED)
		waiting_drop(log, place);
	if (failed && why.code != ERROR_UNTRUSTED)
		return entry_find(log, judged, "policy", FINDING_FAILS, err,
				  "a policy that does not follow from those before: %s", why.text);
	return 0;
}

static int revocation_take(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	struct error why = { 0 };

	if (!policy_chain_revoke(&log->chain, &judged->statement, &judged->entry.identity,
				 public_key_id(judged->entry.key), &judged->index, &why))
		return 0;
	if (why.code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", why.text);
	return entry_find(log, judged, "policy", FINDING_FAILS, err,
			  "a revocation that counts for nothing: %s", why.text);
}

/* By the policy in force at its index. */
static int policy_judge(struct monitor_log *log, const struct judged *judged,
			enum statement_kind kind, struct error *err)
{
	struct signing by = { *public_key_id(judged->entry.key), judged->index };
	struct error why = { 0 };

	if (!log->chain.count ||
	    !policy_chain_accepts_one(&log->chain, &by, kind, judged->name, &why) ||
	    why.code == ERROR_ABSENT)
		return 0;
	if (why.code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", why.text);
	return entry_find(log, judged, "policy", FINDING_FAILS, err,
			  "a %s statement%s%s that counts for nothing: %s",
			  statement_kind_name(kind), judged->name[0] ? " about " : "", judged->name,
			  why.text);
}

/* ---- Claims ---- */

/* What tells (what was signed, key) apart. */
static struct digest ident_of(struct span digest, const struct digest *key)
{
	struct span part[] = { digest, digest_view(key) };

	return sha256_parts(part, 2);
}

/* "NAME" or "NAME#SERIAL" in lower case; and with what it stands for behind it. */
static int claim_texts(const struct statement *claim, char **out_name, char **out_whole,
		       struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	struct error none = { 0 };
	uint64_t serial;

	*out_whole = NULL;
	if (json_maybe_size(claim->predicate, "serial", 0, &serial, &none))
		serial = 0;
	if (state_claim_key(&claim->name, serial, out_name, err))
		return -1;
	digest_to_hex(&claim->digest, hex);
	if (asprintf(out_whole, "%s %s", *out_name, hex) >= 0)
		return 0;
	*out_whole = NULL;
	return error_set(err, ERROR_SYSTEM, "out of memory for a name");
}

static int claim_of_nothing(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&judged->statement.digest, hex);
	return entry_find(log, judged, "claim", FINDING_FAILS, err,
			  "%s is claimed for statement %.16s..., which its key had not logged",
			  judged->statement.subject, hex);
}

static int unnamed_judge(struct monitor_log *log, const struct judged *judged, struct error *err);

static int claim_judge(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	CLEANUP(text_free) char *name = NULL, *whole = NULL;
	const struct statement *claim = &judged->statement;
	const struct digest *key = public_key_id(judged->entry.key);
	struct digest ident = ident_of(digest_view(&claim->digest), key);
	char hex[DIGEST_HEX_SIZE];
	uint64_t first, same;

	if (claim_texts(claim, &name, &whole, err) ||
	    seen_add(&log->claims, whole, judged->index, &same, err) ||
	    seen_add(&log->claims, name, judged->index, &first, err))
		return -1;
	digest_to_hex(&claim->digest, hex);
	if (first != judged->index && same == judged->index &&
	    entry_find(log, judged, "two-digests", FINDING_FAILS, err,
		       "%s is claimed for statement %.16s..., and entry %llu claimed it for "
		       "another: the first counts",
		       claim->subject, hex, (unsigned long long)first))
		return -1;
	if (public_key_type(judged->entry.key) != KEY_ECDSA_P256)
		return unnamed_judge(log, judged, err);
	return memory_find(&log->memory, &ident) >= judged->index
		       ? claim_of_nothing(log, judged, err)
		       : 0;
}

/* ---- States ---- */

/* The checkpoint in it, which dates it, is over the very entries that it speaks of. */
static int date_check(const struct monitor_log *log, const struct state_said *said,
		      struct error *err)
{
	struct tree_head head;
	struct span text;

	if (!said->checkpoint)
		return 0;
	if (note_text(span_of(said->checkpoint), &text, err) || tree_head_parse(text, &head, err))
		return error_prefix(err, "the checkpoint in the state that is signed");
	if (head.size == said->size && strcmp(head.origin, log->origin) == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "the state that is signed over %llu entries is dated by a checkpoint over "
			 "%llu entries of '%.200s'",
			 (unsigned long long)said->size, (unsigned long long)head.size,
			 head.origin);
}

static int state_judge(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	CLEANUP(state_tree_free) struct state_tree *tree = NULL;
	struct error why = { 0 };
	struct state_said said;
	struct digest root;

	if (state_said_parse(&judged->statement, &said, &why))
		return entry_find(log, judged, "state-root", FINDING_FAILS, err, "%s", why.text);
	if (said.size > judged->index)
		return entry_find(log, judged, "state-root", FINDING_FAILS, err,
				  "a state over %llu entries, of which some came after it",
				  (unsigned long long)said.size);
	if (state_tree_at(log->state, said.size, said.kind, said.kind_count, &tree, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", why.text);
		return entry_find(log, judged, "state-root", FINDING_UNDECIDED, err, "%s",
				  why.text);
	}
	root = state_tree_root(tree);
	if (digest_equal(&root, &said.root) && state_tree_count(tree) == said.count)
		return date_check(log, &said, &why) ? entry_find(log, judged, "state-root",
								 FINDING_FAILS, err, "%s", why.text)
						    : 0;
	return entry_find(log, judged, "state-root", FINDING_FAILS, err,
			  "the state that is signed over %llu entries is not what these entries "
			  "say",
			  (unsigned long long)said.size);
}

/* ---- Bodies ---- */

/* Without a body the key can still be judged, and nothing else. */
static int key_judge(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	const struct digest *id = public_key_id(judged->entry.key);
	const struct policy_key *key = policy_chain_key(&log->chain, id);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(id, hex);
	if (!log->chain.count || !policy_chain_at(&log->chain, judged->index))
		return 0;
	if (!key)
		return entry_find(log, judged, "policy", FINDING_FAILS, err,
				  "signed by the key %s, which no policy lists", hex);
	if (judged->index < key->first || judged->index > policy_chain_last(&log->chain, id))
		return entry_find(log, judged, "policy", FINDING_FAILS, err,
				  "signed by the key %s, which does not count there", hex);
	return 0;
}

/* What kept us from reading a body: nothing is there, it is of a later version, or it is not it. */
static int body_find(struct monitor_log *log, const struct judged *judged,
		     const struct digest *identity, bool absent, const struct error *why,
		     struct error *err)
{
	if (why->code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", why->text);
	if (absent) /* later entries may say that it is withheld */
		return monitor_pend(log, PENDING_MISSING, judged->index, digest_view(identity),
				    err);
	if (why->code == ERROR_UNTRUSTED)
		return entry_find(log, judged, "unknown-kind", FINDING_UNDECIDED, err, "%s",
				  why->text);
	return entry_find(log, judged, "body", FINDING_FAILS, err,
			  "what is served as its body is not it: %s", why->text);
}

static int origin_judge(struct monitor_log *log, const struct judged *judged,
			const struct statement *statement, struct error *err)
{
	return strcmp(statement->origin, log->origin) == 0
		       ? 0
		       : entry_find(log, judged, "origin", FINDING_FAILS, err,
				    "a statement of the log '%.200s'", statement->origin);
}

static int statement_judge(struct monitor_log *log, struct judged *judged, struct error *err)
{
	struct signed_digest digest;
	struct error why = { 0 };
	bool absent;

	/* By a certificate (akashi sign --log): no statement of this log, and no key of its policy.
	 */
	if (judged->entry.certificate.len) {
		log->detached++;
		return 0;
	}
	if (!judged->entry.has_identity)
		return monitor_pend(log, PENDING_UNNAMED, judged->index,
				    (struct span){ judged->entry.digest, judged->entry.digest_len },
				    err) ||
				       key_judge(log, judged, err)
			       ? -1
			       : 0;
	if (!monitor_body(log, &judged->entry.identity, judged->entry.key, &judged->statement,
			  &digest, &absent, &why)) {
		judged->readable = true;
		return origin_judge(log, judged, &judged->statement, err);
	}
	return body_find(log, judged, &judged->entry.identity, absent, &why, err) ||
			       key_judge(log, judged, err)
		       ? -1
		       : 0;
}

/* A claim by a P-384 key: what it names is read, and led to the entry before it. */
static int unnamed_judge(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	struct judged body = { .index = judged->index, .entry.key = judged->entry.key };
	struct signed_digest digest;
	struct digest ident;
	struct error why = { 0 };
	bool absent;

	if (log->silent) /* it was judged before */
		return 0;
	if (monitor_body(log, &judged->statement.digest, judged->entry.key, &statement, &digest,
			 &absent, &why))
		return body_find(log, judged, &judged->statement.digest, absent, &why, err);
	ident = ident_of((struct span){ digest.byte, digest.len },
			 public_key_id(judged->entry.key));
	body.index = memory_find(&log->memory, &ident);
	if (body.index >= judged->index)
		return claim_of_nothing(log, judged, err);
	if (monitor_pend(log, PENDING_NAMED, body.index, (struct span){ digest.byte, 0 }, err))
		return -1;
	if (statement.name.owner[0])
		name_to_text(&statement.name, body.name);
	return origin_judge(log, &body, &statement, err) ||
			       policy_judge(log, &body, statement.kind, err)
		       ? -1
		       : 0;
}

/* ---- The whole ---- */

static int watches_meet(struct monitor_log *log, const struct judged *judged, struct error *err)
{
	char key[DIGEST_HEX_SIZE], leaf[DIGEST_HEX_SIZE], identity[DIGEST_HEX_SIZE] = "",
							  subject[DIGEST_HEX_SIZE] = "";

	digest_to_hex(public_key_id(judged->entry.key), key);
	digest_to_hex(&judged->leaf, leaf);
	if (judged->entry.has_identity)
		digest_to_hex(&judged->entry.identity, identity);
	if (judged->readable)
		digest_to_hex(&judged->statement.digest, subject);
	for (size_t i = 0; i < log->request->watch_count; i++) {
		const struct watch *watch = &log->request->watch[i];
		size_t len = strlen(watch->text);
		char what[600];
		bool met = false;

		if (watch->what == WATCH_NAME)
			met = judged->name[0] && name_matches_any_case(watch->text, judged->name);
		else if (watch->what == WATCH_KEY)
			met = strncmp(key, watch->text, len) == 0 ||
			      (judged->readable && strncmp(subject, watch->text, len) == 0);
		else
			met = strncmp(identity, watch->text, len) == 0 ||
			      strncmp(subject, watch->text, len) == 0 ||
			      strncmp(leaf, watch->text, len) == 0;
		if (!met)
			continue;
		snprintf(what, sizeof(what), "%llu %d %.500s", (unsigned long long)judged->index,
			 (int)watch->what, watch->text);
		if (monitor_find(log, "watched", FINDING_NOTICED, judged->index, what, NULL, err,
				 "entry %llu: a %s%s%s, signed by the key %.16s...",
				 (unsigned long long)judged->index,
				 judged->readable ? statement_kind_name(judged->statement.kind)
						  : "statement that cannot be read",
				 judged->name[0] ? " about " : "", judged->name, key))
			return -1;
	}
	return 0;
}

/* What a control statement says, for itself and for what follows. */
static int control_judge(struct monitor_log *log, struct judged *judged, struct error *err)
{
	struct error why = { 0 };

	if (statement_parse(buffer_view(&judged->entry.payload), &judged->statement, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", why.text);
		return entry_find(log, judged,
				  why.code == ERROR_UNTRUSTED ? "unknown-kind" : "malformed",
				  why.code == ERROR_UNTRUSTED ? FINDING_UNDECIDED : FINDING_FAILS,
				  err, "%s", why.text);
	}
	if (strcmp(judged->statement.origin, log->origin) != 0)
		return entry_find(log, judged, "origin", FINDING_FAILS, err,
				  "a statement of the log '%.200s'", judged->statement.origin);
	if (!statement_kind_is_control(judged->statement.kind))
		return entry_find(log, judged, "malformed", FINDING_FAILS, err,
				  "a %s statement logged whole",
				  statement_kind_name(judged->statement.kind));
	judged->readable = true;
	if (judged->statement.kind == STATEMENT_policy)
		return policy_take(log, judged, err);
	if (judged->statement.kind == STATEMENT_revocation)
		return revocation_take(log, judged, err);
	if (judged->statement.kind == STATEMENT_tombstone)
		return monitor_tombstone(
			log, &judged->statement, &judged->entry.identity,
			&(struct signing){ *public_key_id(judged->entry.key), judged->index }, err);
	if (judged->statement.kind == STATEMENT_state)
		return log->silent ? 0 : state_judge(log, judged, err);
	return judged->statement.kind == STATEMENT_claim ? claim_judge(log, judged, err) : 0;
}

/* Policies and revocations are judged as they are taken. A claim is judged as what it claims. */
static int acceptance_judge(struct monitor_log *log, struct judged *judged, struct error *err)
{
	enum statement_kind kind = judged->statement.kind;
	struct error none = { 0 };
	const char *claimed;

	if (!judged->readable || kind == STATEMENT_policy || kind == STATEMENT_revocation)
		return 0;
	if (kind == STATEMENT_claim &&
	    (json_need_string(judged->statement.predicate, "kind", &claimed, &none) ||
	     statement_kind_from_name(claimed, &kind, &none)))
		return entry_find(log, judged, "malformed", FINDING_FAILS, err, "%s", none.text);
	return policy_judge(log, judged, kind, err);
}

static int entry_read(struct monitor_log *log, struct judged *judged, struct span bytes,
		      bool *out_there, struct error *err)
{
	struct error why = { 0 };

	*out_there = false;
	if (entry_parse(bytes, &judged->entry, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", why.text);
		return entry_find(log, judged, "unknown-entry", FINDING_UNDECIDED, err, "%s",
				  why.text);
	}
	if (entry_signature_check(&judged->entry, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, ERROR_SYSTEM, "%s", why.text)
						: entry_find(log, judged, "signature",
							     FINDING_FAILS, err, "%s", why.text);
	*out_there = true;
	return 0;
}

/* Remember the entry before it is judged: a claim may not name itself. */
static int entry_remember(struct monitor_log *log, const struct judged *judged, struct span bytes,
			  bool there, struct error *err)
{
	struct digest ident = judged->leaf;
	uint64_t first;

	if (there)
		ident = ident_of((struct span){ judged->entry.digest, judged->entry.digest_len },
				 public_key_id(judged->entry.key));
	if (memory_add(&log->memory, judged->index, bytes, &ident, there && judged->entry.control,
		       &first, err))
		return -1;
	if (there && first != judged->index)
		return entry_find(log, judged, "duplicate", FINDING_FAILS, err,
				  "entry %llu has the same statement by the same key",
				  (unsigned long long)first);
	return 0;
}

int monitor_entry(struct monitor_log *log, uint64_t index, struct span bytes, struct error *err)
{
	CLEANUP(judged_release) struct judged judged = { .index = index };
	bool there;

	judged.leaf = merkle_leaf(bytes);
	if (entry_read(log, &judged, bytes, &there, err) ||
	    entry_remember(log, &judged, bytes, there, err))
		return -1;
	if (!there)
		return 0;
	if (judged.entry.control ? control_judge(log, &judged, err)
				 : statement_judge(log, &judged, err))
		return -1;
	if (judged.readable && judged.statement.name.owner[0])
		name_to_text(&judged.statement.name, judged.name);
	if (acceptance_judge(log, &judged, err) || watches_meet(log, &judged, err))
		return -1;
	return judged.entry.control && judged.readable
		       ? state_take(log->state, index, &judged.statement, &judged.entry.identity,
				    public_key_id(judged.entry.key), err)
		       : 0;
}

int monitor_entry_again(struct monitor_log *log, uint64_t index, struct span bytes,
			struct error *err)
{
	CLEANUP(judged_release) struct judged judged = { .index = index };
	int failed;

	log->silent = true;
	judged.leaf = merkle_leaf(bytes);
	failed = entry_parse(bytes, &judged.entry, err) || control_judge(log, &judged, err) ||
		 (judged.readable &&
		  state_take(log->state, index, &judged.statement, &judged.entry.identity,
			     public_key_id(judged.entry.key), err));
	log->silent = false;
	return failed ? -1 : 0;
}
