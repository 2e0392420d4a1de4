/* decimal: text to binary64, strictly and in the locale "C". */
#include "verify/decimal.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/json.h"

#define DECIMAL_SHOWN 40 /* characters of a refused text that a message repeats */

int decimal_parse(const char *text, double *out_number, struct error *err)
{
	locale_t plain;
	char *end = NULL;
	double number;

	/* strtod knows more than decimals: names, hexadecimal digits, leading space. */
	if (!*text || text[strspn(text, "0123456789+-.eE")])
		return error_set(err, ERROR_CORRUPT, "'%.*s' is no decimal", DECIMAL_SHOWN, text);
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!plain)
		return error_set(err, ERROR_SYSTEM, "the locale 'C' cannot be had");
	number = strtod_l(text, &end, plain);
	freelocale(plain);
	if (end == text || *end || !isfinite(number))
		return error_set(err, ERROR_CORRUPT, "'%.*s' is no decimal", DECIMAL_SHOWN, text);
	*out_number = number;
	return 0;
}

int decimal_of_json(const struct json *value, double *out_number, struct error *err)
{
	switch (json_kind(value)) {
	case JSON_KIND_INTEGER:
		*out_number = (double)json_integer_of(value);
		return 0;
	case JSON_KIND_NUMBER:
		return decimal_parse(json_number_text(value), out_number, err);
	case JSON_KIND_STRING:
		return decimal_parse(json_text(value), out_number, err);
	default:
		return error_set(err, ERROR_CORRUPT, "there is no number where one belongs");
	}
}
