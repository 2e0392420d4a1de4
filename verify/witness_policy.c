/* C2SP tlog-policy: read strictly, and what a quorum of it means. */
#include "verify/witness_policy.h"

#include <stdlib.h>
#include <string.h>

#include "verify/cosignature.h"
#include "verify/utf8.h"

/* The words of one line; each is ended by a NUL in the policy's own copy of the text. */
struct words {
	char *word[3 + 2 * WITNESSES_MAX];
	size_t count;
};

/* Where the reading stands. */
struct parsing {
	struct witness_policy *policy;
	bool grouped[2 * WITNESSES_MAX]; /* members that some group has */
	bool has_quorum;
};

/* Only tab, newline, and what is no control character of ASCII. */
static bool bytes_ok(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] < 0x20 && text.data[i] != '\t' && text.data[i] != '\n') ||
		    text.data[i] == 0x7f)
			return false;
	return true;
}

static int words_split(char *line, struct words *out_words, struct error *err)
{
	out_words->count = 0;
	for (char *at = line + strspn(line, " \t"); *at;) {
		size_t len = strcspn(at, " \t");
		bool last = !at[len];

		if (out_words->count == sizeof(out_words->word) / sizeof(out_words->word[0]))
			return error_set(err, ERROR_CORRUPT, "more than %zu words",
					 out_words->count);
		out_words->word[out_words->count++] = at;
		at[len] = '\0';
		at += len + (last ? 0 : 1);
		at += strspn(at, " \t");
	}
	return 0;
}

/* What a name stands for: a witness, or WITNESSES_MAX + a group; -1 when it stands for nothing. */
static int member_find(const struct witness_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->witness_count; i++)
		if (strcmp(policy->witness[i].name, name) == 0)
			return (int)i;
	for (size_t i = 0; i < policy->group_count; i++)
		if (strcmp(policy->group[i].name, name) == 0)
			return (int)(WITNESSES_MAX + i);
	return -1;
}

static int name_new(const struct witness_policy *policy, const char *name, struct error *err)
{
	if (strcmp(name, "none") == 0)
		return error_set(err, ERROR_CORRUPT, "'none' cannot be defined");
	if (member_find(policy, name) >= 0)
		return error_set(err, ERROR_CORRUPT, "'%s' is defined twice", name);
	return 0;
}

static int room_check(size_t count, const char *what, struct error *err)
{
	if (count < WITNESSES_MAX)
		return 0;
	return error_set(err, ERROR_CORRUPT, "more than %d %s", WITNESSES_MAX, what);
}

/* One key, one role: two names for a key would let one party count twice. */
static int key_new(const struct witness_policy *policy, const struct note_key *key,
		   struct error *err)
{
	for (size_t i = 0; i < policy->witness_count; i++)
		if (memcmp(policy->witness[i].key.key, key->key, ED25519_KEY_SIZE) == 0)
			return error_set(err, ERROR_CORRUPT, "the key of '%s' is that of '%s' too",
					 key->name, policy->witness[i].key.name);
	for (size_t i = 0; i < policy->log_count; i++)
		if (memcmp(policy->log[i].key.key, key->key, ED25519_KEY_SIZE) == 0)
			return error_set(err, ERROR_CORRUPT,
					 "the key of '%s' is that of the log '%s' too", key->name,
					 policy->log[i].key.name);
	return 0;
}

static int log_take(struct parsing *parsing, const struct words *words, struct error *err)
{
	struct witness_policy *policy = parsing->policy;
	struct witness_log *log;

	if (words->count < 2 || words->count > 3)
		return error_set(err, ERROR_CORRUPT, "a log is 'log VKEY [URL]'");
	if (room_check(policy->log_count, "logs", err))
		return -1;
	log = &policy->log[policy->log_count];
	if (note_key_parse(span_of(words->word[1]), &log->key, err) ||
	    key_new(policy, &log->key, err))
		return -1;
	log->url = words->count == 3 ? words->word[2] : NULL;
	policy->log_count++;
	return 0;
}

static int witness_take(struct parsing *parsing, const struct words *words, struct error *err)
{
	struct witness_policy *policy = parsing->policy;
	struct witness *witness;

	if (words->count < 3 || words->count > 4)
		return error_set(err, ERROR_CORRUPT, "a witness is 'witness NAME VKEY [URL]'");
	if (room_check(policy->witness_count, "witnesses", err))
		return -1;
	witness = &policy->witness[policy->witness_count];
	if (name_new(policy, words->word[1], err) ||
	    cosigner_parse(span_of(words->word[2]), &witness->key, err) ||
	    key_new(policy, &witness->key, err))
		return -1;
	witness->name = words->word[1];
	witness->url = words->count == 4 ? words->word[3] : NULL;
	policy->witness_count++;
	return 0;
}

/* any, all, or a number from 1 to how many members there are. */
static int needed_read(const char *word, size_t members, size_t *out_needed, struct error *err)
{
	uint64_t number = 0;

	if (strcmp(word, "any") == 0)
		number = 1;
	else if (strcmp(word, "all") == 0)
		number = members;
	else if (!decimal_read(span_of(word), &number) || !number || number > members)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is not any, all, or a number from 1 to %zu", word, members);
	*out_needed = (size_t)number;
	return 0;
}

static int group_take(struct parsing *parsing, const struct words *words, struct error *err)
{
	struct witness_policy *policy = parsing->policy;
	struct witness_group *group;

	if (words->count < 4)
		return error_set(err, ERROR_CORRUPT, "a group is 'group NAME any|all|K MEMBER…'");
	if (room_check(policy->group_count, "groups", err))
		return -1;
	group = &policy->group[policy->group_count];
	if (name_new(policy, words->word[1], err) ||
	    needed_read(words->word[2], words->count - 3, &group->needed, err))
		return -1;
	for (size_t i = 3; i < words->count; i++) {
		int member = member_find(policy, words->word[i]);

		if (member < 0)
			return error_set(err, ERROR_CORRUPT, "'%s' is not defined before it",
					 words->word[i]);
		if (parsing->grouped[member])
			return error_set(err, ERROR_CORRUPT,
					 "'%s' is in a group already, and would count twice",
					 words->word[i]);
		parsing->grouped[member] = true;
		group->member[group->member_count++] = (uint8_t)member;
	}
	group->name = words->word[1];
	policy->group_count++;
	return 0;
}

static int quorum_take(struct parsing *parsing, const struct words *words, struct error *err)
{
	struct witness_policy *policy = parsing->policy;

	if (words->count != 2)
		return error_set(err, ERROR_CORRUPT, "a quorum is 'quorum NAME' or 'quorum none'");
	if (parsing->has_quorum)
		return error_set(err, ERROR_CORRUPT, "a second quorum");
	parsing->has_quorum = true;
	if (strcmp(words->word[1], "none") == 0)
		return 0;
	policy->quorum = member_find(policy, words->word[1]);
	if (policy->quorum < 0)
		return error_set(err, ERROR_CORRUPT, "'%s' is not defined before it",
				 words->word[1]);
	return 0;
}

static int line_parse(struct parsing *parsing, char *line, struct error *err)
{
	static const struct {
		const char *word;
		int (*take)(struct parsing *parsing, const struct words *words, struct error *err);
	} kind[] = { { "log", log_take },
		     { "witness", witness_take },
		     { "group", group_take },
		     { "quorum", quorum_take } };
	struct words words;

	if (line[strspn(line, " \t")] == '#')
		return 0;
	if (words_split(line, &words, err))
		return -1;
	if (!words.count)
		return 0;
	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++)
		if (strcmp(words.word[0], kind[i].word) == 0)
			return kind[i].take(parsing, &words, err);
	return error_set(err, ERROR_CORRUPT, "'%s' is not log, witness, group or quorum",
			 words.word[0]);
}

static int lines_parse(struct parsing *parsing, struct error *err)
{
	size_t number = 0;

	for (char *at = parsing->policy->text; *at;) {
		char *line = at, *end = strchr(at, '\n');

		number++;
		if (!end)
			return error_set(err, ERROR_CORRUPT,
					 "line %zu of a witness policy is not ended by a newline",
					 number);
		*end = '\0';
		at = end + 1;
		if (line_parse(parsing, line, err))
			return error_prefix(err, "line %zu of a witness policy", number);
	}
	if (!parsing->has_quorum)
		return error_set(err, ERROR_CORRUPT, "a witness policy without its quorum");
	return 0;
}

int witness_policy_parse(struct span text, struct witness_policy **out_policy, struct error *err)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	struct parsing parsing = { 0 };

	if (text.len > WITNESS_POLICY_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "a witness policy of %zu bytes, more than the allowed %u",
				 text.len, WITNESS_POLICY_MAX_BYTES);
	if (!bytes_ok(text))
		return error_set(err, ERROR_CORRUPT, "a witness policy with control characters");
	policy = calloc(1, sizeof(*policy));
	if (policy)
		policy->text = strndup(text.len ? (const char *)text.data : "", text.len);
	if (!policy || !policy->text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a witness policy");
	policy->quorum = WITNESS_QUORUM_NONE;
	parsing.policy = policy;
	if (lines_parse(&parsing, err))
		return -1;
	*out_policy = policy;
	policy = NULL; /* handed over */
	return 0;
}

void witness_policy_free(struct witness_policy **policy)
{
	if (!*policy)
		return;
	free((*policy)->text);
	free(*policy);
	*policy = NULL;
}

/* Groups have earlier members only, so one walk in their order settles all of them. */
bool witness_policy_met(const struct witness_policy *policy, const bool *cosigned)
{
	bool met[2 * WITNESSES_MAX] = { false };

	if (policy->quorum == WITNESS_QUORUM_NONE)
		return true;
	memcpy(met, cosigned, policy->witness_count * sizeof(*cosigned));
	for (size_t g = 0; g < policy->group_count; g++) {
		const struct witness_group *group = &policy->group[g];
		size_t count = 0;

		for (size_t i = 0; i < group->member_count; i++)
			count += met[group->member[i]];
		met[WITNESSES_MAX + g] = count >= group->needed;
	}
	return met[policy->quorum];
}

static int size_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* The sum of the `take` smallest costs among the group's members. */
static size_t cheapest(const struct witness_group *group, const size_t *cost, size_t take)
{
	size_t sorted[2 * WITNESSES_MAX], sum = 0;

	for (size_t i = 0; i < group->member_count; i++)
		sorted[i] = cost[group->member[i]];
	qsort(sorted, group->member_count, sizeof(sorted[0]), size_compare);
	for (size_t i = 0; i < take; i++)
		sum += sorted[i];
	return sum;
}

/*
 * Names stand in one group at most, so members share no witness and each is costed alone. A group
 * that needs k of m must have, in both of two quorums, at least 2k − m members; every other member
 * can serve the one or the other without anybody signing twice.
 */
struct witness_quorum witness_policy_quorum(const struct witness_policy *policy)
{
	size_t fewest[2 * WITNESSES_MAX] = { 0 }, twice[2 * WITNESSES_MAX] = { 0 };
	struct witness_quorum quorum = { 0 };

	if (policy->quorum == WITNESS_QUORUM_NONE)
		return quorum;
	for (size_t i = 0; i < policy->witness_count; i++) {
		fewest[i] = twice[i] = 1;
		quorum.witnesses += witness_policy_counts(policy, i);
	}
	for (size_t g = 0; g < policy->group_count; g++) {
		const struct witness_group *group = &policy->group[g];
		size_t both = 2 * group->needed > group->member_count
				      ? 2 * group->needed - group->member_count
				      : 0;

		fewest[WITNESSES_MAX + g] = cheapest(group, fewest, group->needed);
		twice[WITNESSES_MAX + g] = cheapest(group, twice, both);
	}
	quorum.needed = fewest[policy->quorum];
	quorum.colluders = twice[policy->quorum];
	return quorum;
}

bool witness_policy_counts(const struct witness_policy *policy, size_t witness)
{
	bool reached[2 * WITNESSES_MAX] = { false };

	if (policy->quorum == WITNESS_QUORUM_NONE)
		return false;
	reached[policy->quorum] = true;
	for (size_t g = policy->group_count; g--;)
		for (size_t i = 0; reached[WITNESSES_MAX + g] && i < policy->group[g].member_count;
		     i++)
			reached[policy->group[g].member[i]] = true;
	return reached[witness];
}
