/*
 * Find credentials in text before it leaves the house.
 *
 * A table of fixed prefixes with the alphabet and least length of what follows,
 * as the services document their token formats; words that merely begin alike
 * are too short to match.
 */
#include "registry/run/secrets.h"

#include <string.h>

struct pattern {
	const char *prefix;
	const char *what;
	size_t least;     /* characters that must follow */
	const char *more; /* allowed beside letters and digits */
};

static const struct pattern patterns[] = {
	{ "AKIA", "an AWS access key", 16, "" },
	{ "ASIA", "an AWS session key", 16, "" },
	{ "hf_", "a Hugging Face token", 30, "" },
	{ "ghp_", "a GitHub token", 36, "" },
	{ "gho_", "a GitHub token", 36, "" },
	{ "ghs_", "a GitHub token", 36, "" },
	{ "github_pat_", "a GitHub token", 40, "_" },
	{ "glpat-", "a GitLab token", 20, "-_" },
	{ "xoxb-", "a Slack token", 20, "-" },
	{ "xoxp-", "a Slack token", 20, "-" },
	{ "sk-ant-", "an API key", 40, "-_" },
	{ "sk-proj-", "an API key", 40, "-_" },
	{ "pypi-AgEIcHlwaS5vcmc", "a PyPI token", 20, "-_" },
	{ "AIza", "a Google API key", 35, "-_" },
	{ "WANDB_API_KEY=", "a Weights & Biases key", 40, "" },
	{ "-----BEGIN PRIVATE KEY", "a private key", 5, "-" },
	{ "-----BEGIN ENCRYPTED PRIVATE KEY", "a private key", 5, "-" },
	{ "-----BEGIN RSA PRIVATE KEY", "a private key", 5, "-" },
	{ "-----BEGIN EC PRIVATE KEY", "a private key", 5, "-" },
	{ "-----BEGIN OPENSSH PRIVATE KEY", "a private key", 5, "-" },
};

static bool letter_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool pattern_fits(const struct pattern *pattern, struct span rest)
{
	size_t len = strlen(pattern->prefix), follow = 0;

	if (rest.len < len + pattern->least || memcmp(rest.data, pattern->prefix, len) != 0)
		return false;
	while (follow < pattern->least) {
		uint8_t c = rest.data[len + follow];

		if (!letter_or_digit(c) && (!c || !strchr(pattern->more, c)))
			return false;
		follow++;
	}
	return true;
}

/* What stands at `at`, or NULL. */
static const char *token_at(struct span text, size_t at)
{
	struct span rest = { text.data + at, text.len - at };

	if (at && letter_or_digit(text.data[at - 1]))
		return NULL;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (patterns[i].prefix[0] == (char)rest.data[0] && pattern_fits(&patterns[i], rest))
			return patterns[i].what;
	return NULL;
}

int secrets_scan(struct span text, const char *where, struct error *err)
{
	size_t line = 1;

	for (size_t at = 0; at < text.len; at++) {
		const char *what = token_at(text, at);

		if (text.data[at] == '\n')
			line++;
		if (what)
			return error_set(err, ERROR_UNTRUSTED,
					 "'%s' holds what looks like %s in line %zu: take it "
					 "out, or nothing is published",
					 where, what, line);
	}
	return 0;
}

/* ---- What has no form of its own ---- */

#define RANDOM_LEAST 16   /* characters of a value that is one */
#define PASSWORD_LEAST 4  /* of what stands in a URL */
#define AUTHORITY_MAX 512 /* bytes of a URL that are looked at */

static bool name_character(uint8_t c)
{
	return letter_or_digit(c) || c == '_' || c == '-';
}

bool secrets_name(const char *name, size_t len)
{
	static const char *const ending[] = { "TOKEN",        "SECRET",     "PASSWORD",
					      "PASSWD",       "PASSPHRASE", "API_KEY",
					      "APIKEY",       "ACCESS_KEY", "SECRET_KEY",
					      "PRIVATE_KEY",  "CREDENTIAL", "CREDENTIALS",
					      "ACCESS_KEY_ID" };
	/* Words of a tokenizer, whose values are no secrets. */
	static const char *const harmless[] = {
		"PAD_TOKEN", "EOS_TOKEN", "BOS_TOKEN",  "UNK_TOKEN",
		"SEP_TOKEN", "CLS_TOKEN", "MASK_TOKEN", "EOD_TOKEN"
	};
	char upper[64];
	size_t from = len > sizeof(upper) - 1 ? len - (sizeof(upper) - 1) : 0, count = len - from;

	for (size_t i = 0; i < count; i++) {
		char c = name[from + i];

		upper[i] = c == '-' ? '_' : (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	upper[count] = '\0';
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (text_ends_with(upper, harmless[i]))
			return false;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (text_ends_with(upper, ending[i]))
			return true;
	return false;
}

/* "://USER:PASSWORD@" at `at`? Where the password is a variable or a word in <> it is none. */
static bool url_password_at(struct span text, size_t at)
{
	size_t from = at + 3, end, colon = 0;

	if (text.len - at < 8 || memcmp(text.data + at, "://", 3) != 0)
		return false;
	for (end = from; end < text.len && end - from < AUTHORITY_MAX; end++) {
		uint8_t c = text.data[end];

		if (c == '@')
			break;
		if (c == ':' && !colon)
			colon = end;
		if (c <= ' ' || c == '/' || c == '"' || c == '\'' || c == '<' || c == '>')
			return false;
	}
	return end < text.len && end - from < AUTHORITY_MAX && colon &&
	       end - colon > PASSWORD_LEAST && text.data[colon + 1] != '$' &&
	       text.data[colon + 1] != '{';
}

/* Letters and digits in one, and long: what nobody types. */
static bool random_value(struct span value)
{
	size_t len = 0, digits = 0, letters = 0;

	for (; len < value.len; len++) {
		uint8_t c = value.data[len];

		if (!letter_or_digit(c) && !strchr("+/_=-.~", c ? c : ' '))
			break;
		digits += c >= '0' && c <= '9';
		letters += letter_or_digit(c) && !(c >= '0' && c <= '9');
		if (c == '/' && len == 0)
			return false; /* a path */
	}
	return len >= RANDOM_LEAST && digits >= 2 && letters >= 2;
}

/* `at` is "=" or ":" behind a name: does the name say secret, and the value look like one? */
static bool assignment_at(struct span text, size_t at)
{
	size_t begin = at, end = at, from = at + 1;

	while (end && (text.data[end - 1] == ' ' || text.data[end - 1] == '"' ||
		       text.data[end - 1] == '\''))
		end--;
	begin = end;
	while (begin && end - begin < 64 && name_character(text.data[begin - 1]))
		begin--;
	if (begin == end || !secrets_name((const char *)text.data + begin, end - begin))
		return false;
	while (from < text.len &&
	       (text.data[from] == ' ' || text.data[from] == '"' || text.data[from] == '\''))
		from++;
	return random_value((struct span){ text.data + from, text.len - from });
}

bool secrets_find(struct span text, struct secret_found *out_found)
{
	size_t line = 1;

	for (size_t at = 0; at < text.len; at++) {
		uint8_t c = text.data[at];
		const char *rule = token_at(text, at);

		if (c == '\n')
			line++;
		if (!rule && c == ':' && url_password_at(text, at))
			rule = "a URL with a password";
		if (!rule && (c == '=' || c == ':') && assignment_at(text, at))
			rule = "the value of something called a secret";
		if (rule) {
			*out_found = (struct secret_found){ rule, line };
			return true;
		}
	}
	return false;
}
