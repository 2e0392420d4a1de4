/* card_sources: options of commands and scripts, sums of data lists, YAML, arguments in logs. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/sources.h"
#include "registry/corpus/listing.h"

enum {
	VALUE_MAX = 512, /* bytes of an option's value; a longer one is left out */
	ARGUMENT_DEPTH_MAX = 16,
	WEIGHTS_LEAST = 1000000 /* smaller sums are shares, and no tokens */
};

/* ---- $((A + B)): integers, + - * /, brackets ---- */

struct sum {
	const char *at;
	unsigned depth;
	bool failed;
};

static int64_t sum_take(struct sum *sum);

static void sum_blanks(struct sum *sum)
{
	while (*sum->at == ' ')
		sum->at++;
}

static int64_t factor_take(struct sum *sum)
{
	int64_t value = 0;
	char *end;

	sum_blanks(sum);
	if (*sum->at == '(' && sum->depth < ARGUMENT_DEPTH_MAX) {
		sum->at++;
		sum->depth++;
		value = sum_take(sum);
		sum->depth--;
		sum_blanks(sum);
		if (*sum->at++ != ')') {
			sum->at--;
			sum->failed = true;
		}
		return value;
	}
	if (!isdigit((unsigned char)*sum->at) || strspn(sum->at, "0123456789") > 18) {
		sum->failed = true;
		return 0;
	}
	value = strtoll(sum->at, &end, 10);
	sum->at = end;
	return value;
}

static int64_t product_take(struct sum *sum)
{
	int64_t value = factor_take(sum);

	for (sum_blanks(sum); !sum->failed && (*sum->at == '*' || *sum->at == '/');
	     sum_blanks(sum)) {
		bool times = *sum->at++ == '*';
		int64_t other = factor_take(sum);

		if (times ? __builtin_mul_overflow(value, other, &value) : other == 0)
			sum->failed = true;
		else if (!times)
			value /= other;
	}
	return value;
}

static int64_t sum_take(struct sum *sum)
{
	int64_t value = product_take(sum);

	for (sum_blanks(sum); !sum->failed && (*sum->at == '+' || *sum->at == '-');
	     sum_blanks(sum)) {
		bool plus = *sum->at++ == '+';
		int64_t other = product_take(sum);

		sum->failed |= plus ? __builtin_add_overflow(value, other, &value)
				    : __builtin_sub_overflow(value, other, &value);
	}
	return value;
}

/* "$((2000 + 290812))" into digits; anything else stays as it is. */
static void sum_resolve(char value[VALUE_MAX])
{
	struct sum sum = { .at = value + 3 };
	int64_t result;

	if (strncmp(value, "$((", 3) != 0)
		return;
	result = sum_take(&sum);
	sum_blanks(&sum);
	if (!sum.failed && strcmp(sum.at, "))") == 0)
		snprintf(value, VALUE_MAX, "%" PRId64, result);
}

/* ---- Options ---- */

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] == '-' && word[2];
}

/* The words from list[at] on that make one value: one, or those of "$((…))". Returns how many. */
static size_t value_words(const struct order_list *list, size_t at, char value[VALUE_MAX])
{
	size_t words = 0, len = 0;
	bool sum = at < list->count && strncmp(list->word[at].text, "$((", 3) == 0;

	value[0] = '\0';
	while (at + words < list->count) {
		const char *word = list->word[at + words].text;
		size_t more = strlen(word);

		if (!words && is_option(word))
			break;
		if (len + more + 2 > VALUE_MAX) {
			value[0] = '\0';
			return words + 1;
		}
		len += (size_t)snprintf(value + len, VALUE_MAX - len, "%s%s", len ? " " : "", word);
		words++;
		if (!sum || text_ends_with(word, "))"))
			break;
	}
	sum_resolve(value);
	return words;
}

/* Is the option at `at` of the command given again in it? Then the last one stands, as programs
 * read them. A script may have several commands, so nothing is said of its options. */
static bool is_given_again(const struct order_list *list, size_t at)
{
	const char *name = list->word[at].text;
	size_t len = strcspn(name, "=");

	for (size_t i = at + 1; !list->word[at].file && i < list->count; i++) {
		const char *other = list->word[i].text;

		if (!list->word[i].file && strncmp(name, other, len) == 0 &&
		    (other[len] == '\0' || other[len] == '='))
			return true;
	}
	return false;
}

static int options_take(struct card_sources *sources, const struct order_list *list,
			struct error *err)
{
	for (size_t i = 0; i < list->count;) {
		const char *word = list->word[i].text, *equals = strchr(word, '=');
		char value[VALUE_MAX], where[ORDER_PLACE_SIZE];
		CLEANUP(text_free) char *name = NULL;
		size_t at = i;

		order_word_place(&list->word[i++], where);
		if (!is_option(word) || is_given_again(list, at))
			continue;
		name = equals ? strndup(word, (size_t)(equals - word)) : strdup(word);
		if (!name)
			return error_set(err, ERROR_SYSTEM, "out of memory for an option");
		if (equals)
			snprintf(value, sizeof(value), "%s",
				 strlen(equals + 1) < VALUE_MAX ? equals + 1 : "");
		else
			i += value_words(list, i, value);
		if (card_source_option(sources, CARD_SOURCE_SCRIPT, name, value[0] ? value : "true",
				       where, err))
			return -1;
	}
	return 0;
}

static bool is_known(const struct card_sources *sources, enum card_meaning meaning)
{
	for (size_t i = 0; i < sources->count; i++)
		if (sources->fact[i].meaning == meaning &&
		    sources->fact[i].source == CARD_SOURCE_SCRIPT &&
		    !sources->fact[i].only_confirms)
			return true;
	return false;
}

/* NUM_LAYERS=24, where no option says it. */
static int variables_take(struct card_sources *sources, const struct order_words *words,
			  size_t before, struct error *err)
{
	struct card_sources options = { .fact = sources->fact, .count = before };

	for (size_t i = 0; i < words->variable_count; i++) {
		const struct order_variable *variable = &words->variable[i];
		char value[VALUE_MAX], where[ORDER_PLACE_SIZE];
		enum card_meaning meaning;

		if (card_meaning_of_key(span_of(variable->name), &meaning, err))
			return -1;
		if (!meaning || !variable->list.count || is_known(&options, meaning) ||
		    value_words(&variable->list, 0, value) != variable->list.count || !value[0])
			continue;
		order_word_place(&variable->list.word[0], where);
		if (card_source_option(sources, CARD_SOURCE_SCRIPT, variable->name, value, where,
				       err))
			return -1;
		options.fact = sources->fact;
	}
	return 0;
}

int card_source_words(struct card_sources *sources, const struct order_words *words,
		      struct error *err)
{
	if (options_take(sources, &words->list, err))
		return -1;
	for (size_t i = 0; i < words->variable_count; i++)
		if (options_take(sources, &words->variable[i].list, err))
			return -1;
	return variables_take(sources, words, sources->count, err);
}

/* ---- What a scheduler is asked for: #SBATCH --nodes=64 ---- */

static int directive_take(struct card_sources *sources, const char *file, unsigned line, char *rest,
			  struct error *err)
{
	char where[256];
	char *value = strpbrk(rest, "= \t");
	const char *name = rest, *digits;

	if (!value)
		return 0;
	*value++ = '\0';
	value += strspn(value, " \t=");
	value[strcspn(value, " \t\r#")] = '\0';
	snprintf(where, sizeof(where), "%.120s, line %u", file, line);
	if (strcmp(name, "-N") == 0)
		name = "--nodes";
	if (strcmp(name, "--gres") == 0 || strcmp(name, "--gpus-per-node") == 0) {
		digits = strrchr(value, ':'); /* gpu:h100:8 */
		if (strcmp(name, "--gres") == 0 && strncmp(value, "gpu", 3) != 0)
			return 0;
		name = "--gpus-per-node";
		value += digits ? digits + 1 - value : 0;
	}
	return card_source_option(sources, CARD_SOURCE_SCRIPT, name, value, where, err);
}

static int directives_take(struct card_sources *sources, const char *file, struct span text,
			   struct error *err)
{
	static const char mark[] = "#SBATCH ";
	unsigned number = 0;

	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;
		char line[VALUE_MAX];

		number++;
		if (len > sizeof(mark) && len < sizeof(line) &&
		    !memcmp(text.data, mark, sizeof(mark) - 1)) {
			size_t begin = sizeof(mark) - 1;

			while (begin < len && text.data[begin] == ' ')
				begin++;
			memcpy(line, text.data + begin, len - begin);
			line[len - begin] = '\0';
			if (directive_take(sources, file, number, line, err))
				return -1;
		}
		len += end != NULL;
		text.data += len;
		text.len -= len;
	}
	return 0;
}

/* ---- Sums of lists ---- */

static int count_add(struct card_sources *sources, struct card_fact fact, uint64_t count,
		     struct error *err)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	fact.value = digits;
	return card_source_add(sources, &fact, err);
}

static int languages_add(struct card_sources *sources, struct card_fact fact,
			 const struct counts *counts, struct error *err)
{
	struct card_fact language = fact;

	language.meaning = CARD_MEANING_language;
	language.name = "path";
	for (enum language i = 0; i < LANGUAGE_COUNT; i++) {
		if (!counts->language[i].tokens)
			continue;
		fact.of = language_name(i);
		language.value = fact.of;
		if (count_add(sources, fact, counts->language[i].tokens, err) ||
		    card_source_add(sources, &language, err))
			return -1;
	}
	return 0;
}

/* The line on which the first entry of a list stands: of a number and a path that it names. */
static unsigned list_line(struct span text, const struct counts *counts)
{
	const char *name = counts->source_count ? counts->source[0].name : "";
	const char *last = strrchr(name, '/');
	const uint8_t *at;
	unsigned line = 1;

	name = last ? last + 1 : name;
	at = name[0] ? memmem(text.data, text.len, name, strlen(name)) : NULL;
	for (const uint8_t *c = text.data; at && c < at; c++)
		line += *c == '\n';
	return line;
}

static int listed_add(struct card_sources *sources, enum card_source source, const char *what,
		      const char *file, struct span text, const struct counts *counts,
		      uint64_t entries, struct error *err)
{
	char where[256], name[64];
	struct card_fact fact = {
		.meaning = CARD_MEANING_tokens, .source = source, .name = name, .where = where
	};

	if (!entries || counts->all.tokens < WEIGHTS_LEAST)
		return 0;
	snprintf(where, sizeof(where), "%.120s, line %u", file, list_line(text, counts));
	snprintf(name, sizeof(name), "sum of %" PRIu64 " %s", entries, what);
	if (count_add(sources, fact, counts->all.tokens, err) ||
	    languages_add(sources, fact, counts, err))
		return -1;
	fact.name = what;
	for (size_t i = 0; i < counts->source_count; i++) {
		fact.of = counts->source[i].name;
		if (count_add(sources, fact, counts->source[i].sum.tokens, err))
			return -1;
	}
	return 0;
}

int card_source_table(struct card_sources *sources, const char *file, struct span text,
		      struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .lines = 0 };
	uint64_t entries;

	if (listing_read(LISTING_TSV, text, &counts, &entries, err))
		return error_prefix(err, "%s", file);
	if (!entries)
		return error_set(
			err, ERROR_CORRUPT,
			"%s, line 1: a table of tokens begins with 'filename' and 'tokens'", file);
	return listed_add(sources, CARD_SOURCE_DATA, "rows", file, text, &counts, entries, err);
}

/* A list that cannot be added up says nothing of tokens. */
static int weights_take(struct card_sources *sources, const char *file, struct span text,
			struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .lines = 0 };
	struct error why = { 0 };
	uint64_t entries;

	if (listing_read(LISTING_SCRIPT, text, &counts, &entries, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	return listed_add(sources, CARD_SOURCE_SCRIPT, "weights", file, text, &counts, entries,
			  err);
}

int card_source_script(struct card_sources *sources, const char *file, struct span text,
		       struct error *err)
{
	return order_words_script(&sources->words, file, text, err) ||
			       directives_take(sources, file, text, err) ||
			       weights_take(sources, file, text, err)
		       ? -1
		       : 0;
}

/* ---- YAML ---- */

static int yaml_take(struct card_sources *sources, const char *file, const struct yaml *yaml,
		     const struct yaml_node *node, struct error *err)
{
	for (const struct yaml_node *child = yaml_first(yaml, node); child;
	     child = yaml_next(yaml, child)) {
		char name[128], value[VALUE_MAX], where[256];

		if (child->kind != YAML_SCALAR) {
			if (yaml_take(sources, file, yaml, child, err))
				return -1;
			continue;
		}
		if (!child->key.len || child->key.len >= sizeof(name) || yaml_is_null(child) ||
		    child->text.len >= sizeof(value))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)child->key.len,
			 (const char *)child->key.data);
		snprintf(value, sizeof(value), "%.*s", (int)child->text.len,
			 (const char *)child->text.data);
		snprintf(where, sizeof(where), "%.120s, line %u", file, child->line);
		if (card_source_option(sources, CARD_SOURCE_SCRIPT, name, value, where, err))
			return -1;
	}
	return 0;
}

int card_source_yaml(struct card_sources *sources, const char *file, struct span text,
		     struct error *err)
{
	CLEANUP(yaml_release) struct yaml yaml = { .node = NULL };

	return yaml_parse(text, file, 1, &yaml, err) ||
			       yaml_take(sources, file, &yaml, yaml_root(&yaml), err)
		       ? -1
		       : 0;
}

/* ---- Logs ---- */

static bool holds(struct span line, const char *word)
{
	return line.len && memmem(line.data, line.len, word, strlen(word)) != NULL;
}

/* "  adam_beta1 ........ 0.9", whatever a launcher put in front of it. */
static int argument_take(struct card_sources *sources, const char *file, unsigned number,
			 struct span line, struct error *err)
{
	char name[128], value[VALUE_MAX], where[256];
	const uint8_t *dots = line.len ? memmem(line.data, line.len, " ..", 3) : NULL;
	size_t begin, end, at;

	if (!dots)
		return 0;
	end = (size_t)(dots - line.data);
	for (begin = end; begin && line.data[begin - 1] != ' '; begin--)
		;
	for (at = end + 1; at < line.len && line.data[at] == '.'; at++)
		;
	if (at >= line.len || line.data[at] != ' ' || end - begin >= sizeof(name))
		return 0;
	while (at < line.len && line.data[at] == ' ')
		at++;
	while (line.len > at && strchr(" \r", line.data[line.len - 1]))
		line.len--;
	if (line.len - at >= sizeof(value) || line.len == at || memchr(line.data, '\0', line.len))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(end - begin), (const char *)line.data + begin);
	snprintf(value, sizeof(value), "%.*s", (int)(line.len - at), (const char *)line.data + at);
	snprintf(where, sizeof(where), "%.120s, line %u", file, number);
	return card_source_option(sources, CARD_SOURCE_LOG, name, value, where, err);
}

int card_source_log(struct card_sources *sources, const char *file, struct span text,
		    struct error *err)
{
	bool within = false, found = false;
	unsigned number = 0;

	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		struct span line = { text.data, end ? (size_t)(end - text.data) : text.len };

		number++;
		if (!within && holds(line, "--- arguments ---"))
			within = found = true;
		else if (within && holds(line, "--- end of arguments ---"))
			within = false;
		else if (within && text_is_utf8(line) &&
			 argument_take(sources, file, number, line, err))
			return -1;
		text.data += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
	}
	return found ? 0
		     : error_set(err, ERROR_ABSENT,
				 "%s: no block of arguments as Megatron prints it is in it", file);
}
