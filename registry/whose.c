/* whose: statements against the registry's own policy, and against who signed the checkpoint. */
#include "registry/whose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"

static const struct policy_key *listed(const struct believed *believed, const struct digest *key)
{
	return believed->anchor ? policy_chain_key(&believed->anchor->chain, key) : NULL;
}

/* Empty: it is listed for names of several owners, or for those of any. */
static void key_owner(const struct policy_key *key, char out_owner[NAME_PART_MAX + 1])
{
	out_owner[0] = '\0';
	for (size_t i = 0; key && i < key->name_count; i++) {
		const char *slash = strchr(key->name[i], '/');
		char owner[NAME_PART_MAX + 1];

		if (!slash || slash - key->name[i] > NAME_PART_MAX) {
			out_owner[0] = '\0';
			return;
		}
		snprintf(owner, sizeof(owner), "%.*s", (int)(slash - key->name[i]), key->name[i]);
		if (!name_part_ok(owner) || (i && strcmp(owner, out_owner) != 0)) {
			out_owner[0] = '\0';
			return;
		}
		snprintf(out_owner, NAME_PART_MAX + 1, "%s", owner);
	}
}

void believed_owner(const struct believed *believed, char out_owner[NAME_PART_MAX + 1])
{
	key_owner(listed(believed, &believed->key), out_owner);
}

static bool same_texts(char *const *one, size_t count, char *const *other, size_t other_count)
{
	if (count != other_count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(one[i], other[i]) != 0)
			return false;
	return true;
}

/* Did one key take the place of the other, for the same names and kinds? */
static bool succeeds(const struct policy_key *one, const struct policy_key *other)
{
	return one && other && (one->last < other->first || other->last < one->first) &&
	       same_texts(one->name, one->name_count, other->name, other->name_count) &&
	       same_texts(one->kind, one->kind_count, other->kind, other->kind_count);
}

static bool same_people(const struct policy_key *one, const struct policy_key *other)
{
	char owner[NAME_PART_MAX + 1], other_owner[NAME_PART_MAX + 1];

	key_owner(one, owner);
	key_owner(other, other_owner);
	return (owner[0] && strcmp(owner, other_owner) == 0) || succeeds(one, other);
}

bool believed_independent(const struct believed *own, const struct believed *other)
{
	for (size_t i = 0; i < own->signer_count; i++)
		for (size_t k = 0; k < other->signer_count; k++)
			if (digest_equal(&own->signer[i].key, &other->signer[k].key) ||
			    same_people(listed(own, &own->signer[i].key),
					listed(other, &other->signer[k].key)))
				return false;
	return true;
}

/* ---- Asked again and again ---- */

struct whose {
	struct evidence *evidence;
	struct trust trust;
	struct believed checkpoint; /* nobody's: it is not believed, */
	struct digest_list claimed; /* and these keys say that they signed it */
};

void whose_close(struct whose **whose)
{
	if (!*whose)
		return;
	believed_release(&(*whose)->checkpoint);
	digest_list_release(&(*whose)->claimed);
	trust_release(&(*whose)->trust);
	evidence_close(&(*whose)->evidence);
	free(*whose);
	*whose = NULL;
}

int whose_open(struct registry *registry, struct whose **out_whose, struct error *err)
{
	CLEANUP(whose_close) struct whose *whose = calloc(1, sizeof(*whose));
	struct error why = { 0 };

	if (!whose)
		return error_set(err, ERROR_SYSTEM, "out of memory for who said what");
	if (registry_evidence(registry, &whose->evidence, err))
		return -1;
	if (registry_trust(registry, whose->evidence, &whose->trust, &why) &&
	    why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	*out_whose = whose;
	whose = NULL; /* handed over */
	return 0;
}

int whose_about(struct whose *whose, const struct digest *checkpoint, struct error *err)
{
	struct error why = { 0 };

	believed_release(&whose->checkpoint);
	whose->checkpoint = (struct believed){ 0 };
	digest_list_release(&whose->claimed);
	whose->claimed = (struct digest_list){ 0 };
	if (believe_statement(&whose->trust, whose->evidence, checkpoint, NULL, &whose->checkpoint,
			      &why) == 0)
		return 0;
	return why.code == ERROR_SYSTEM
		       ? error_set(err, why.code, "%s", why.text)
		       : evidence_signers(whose->evidence, checkpoint, &whose->claimed, err);
}

/* Of a checkpoint that is not believed: is it none of the keys that it bears, and not their people?
 */
static bool is_elses(const struct whose *whose, const struct believed *said)
{
	for (size_t i = 0; i < whose->claimed.count; i++)
		for (size_t k = 0; k < said->signer_count; k++)
			if (digest_equal(&whose->claimed.item[i], &said->signer[k].key) ||
			    same_people(listed(said, &whose->claimed.item[i]),
					listed(said, &said->signer[k].key)))
				return false;
	return true;
}

int whose_ask(struct whose *whose, const struct digest *statement, struct whose_said *out_said,
	      struct error *err)
{
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct whose_said said = { .believed = false };
	struct error why = { 0 };

	if (believe_statement(&whose->trust, whose->evidence, statement, NULL, &believed, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		said.why = why;
	} else {
		said.believed = true;
		said.signer = believed.key;
		said.independent = whose->checkpoint.signer_count
					   ? believed_independent(&whose->checkpoint, &believed)
					   : is_elses(whose, &believed);
	}
	*out_said = said;
	return 0;
}
