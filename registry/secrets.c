/*
 * Find credentials in text before it leaves the house.
 *
 * A table of fixed prefixes with the alphabet and least length of what follows,
 * as the services document their token formats; words that merely begin alike
 * are too short to match.
 */
#include "registry/secrets.h"

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

int secrets_scan(struct span text, const char *where, struct error *err)
{
	size_t line = 1;

	for (size_t at = 0; at < text.len; at++) {
		struct span rest = { text.data + at, text.len - at };

		if (text.data[at] == '\n')
			line++;
		if (at && letter_or_digit(text.data[at - 1]))
			continue;
		for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
			if (pattern_fits(&patterns[i], rest))
				return error_set(
					err, ERROR_UNTRUSTED,
					"'%s' holds what looks like %s in line %zu: take it "
					"out, or nothing is published",
					where, patterns[i].what, line);
	}
	return 0;
}
