#include "registry/standing.h"

#include <stdio.h>

#include "registry/evidence.h"
#include "registry/log.h"

/* Kinds that the policy's lists of names and kinds decide about; the others have rules of their
 * own.
 */
static bool judged(enum statement_kind kind)
{
	return kind != STATEMENT_policy && kind != STATEMENT_key && kind != STATEMENT_claim &&
	       kind != STATEMENT_revocation;
}

static void name_of(const struct statement_draft *draft, char out_text[NAME_TEXT_MAX])
{
	struct error ignored = { 0 };
	struct name name;

	out_text[0] = '\0';
	if (!name_parse(draft->subject, &name, &ignored))
		name_to_text(&name, out_text);
	else if (text_ends_with(draft->subject, "@"))
		snprintf(out_text, NAME_TEXT_MAX, "%s", draft->subject);
}

static void tell(const struct registry *registry, const struct policy_chain *chain,
		 const struct statement_draft *draft, const struct statement_made *made)
{
	struct signing by = { made->key, made->log_index };
	char name[NAME_TEXT_MAX];
	struct error why = { 0 };
	uint64_t index;

	name_of(draft, name);
	if (policy_chain_accepts(chain, &by, 1, draft->kind, name, &index, &why) &&
	    why.code == ERROR_UNTRUSTED)
		context_notice(registry->ctx,
			       "the %s '%s' was logged at %llu, and does not count there: %s",
			       statement_kind_name(draft->kind), draft->subject,
			       (unsigned long long)made->log_index, why.text);
}

void registry_standing_tell(struct registry *registry, const struct statement_draft *draft,
			    const struct statement_made *made, size_t count)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct error ignored = { 0 };
	bool any = false;

	for (size_t i = 0; i < count; i++)
		any = any || (!made[i].existed && judged(draft[i].kind));
	if (!any || registry_evidence(registry, &evidence, &ignored) ||
	    registry_trust(registry, evidence, &trust, &ignored))
		return;
	for (size_t i = 0; i < count; i++)
		if (!made[i].existed && judged(draft[i].kind))
			tell(registry, &trust.anchor[0].chain, &draft[i], &made[i]);
}

int registry_standing_ask(struct registry *registry, const struct digest *key,
			  enum statement_kind kind, const char *subject, struct error *err)
{
	const struct statement_draft draft = { .kind = kind, .subject = subject };
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct signing by = { .key = *key };
	char name[NAME_TEXT_MAX];
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;

	if (registry_log(registry, &log, err) || log_head(log, &head, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	by.index = head.size;
	name_of(&draft, name);
	return policy_chain_accepts_one(&trust.anchor[0].chain, &by, kind, name, err);
}
