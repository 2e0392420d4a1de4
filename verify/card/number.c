/* card_number: numbers as cards write them. Integers all the way: nothing is lost in between. */
#include "verify/card/number.h"

#include <string.h>

#include "verify/utf8.h"

#define MANTISSA_MAX 1000000000000000000u /* times ten still fits */
#define EXPONENT_MAX 400

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t byte_at(struct span text, size_t at)
{
	return at < text.len ? text.data[at] : 0;
}

/* Zeros that no longer fit go into the exponent; false: another digit does not fit. */
static bool digit_add(struct card_number *number, uint8_t c)
{
	if (number->mantissa >= MANTISSA_MAX || number->exponent > 0) {
		number->exponent += number->exponent >= 0;
		return c == '0' && number->exponent > 0 && number->exponent < EXPONENT_MAX;
	}
	number->mantissa = 10 * number->mantissa + (uint64_t)(c - '0');
	return true;
}

/* A comma with exactly three digits behind it. */
static bool is_group(struct span text, size_t at)
{
	return byte_at(text, at) == ',' && is_digit(byte_at(text, at + 1)) &&
	       is_digit(byte_at(text, at + 2)) && is_digit(byte_at(text, at + 3)) &&
	       !is_digit(byte_at(text, at + 4));
}

/* Digits, groups and a point; 0: none, or too many. */
static size_t digits_take(struct span text, struct card_number *number)
{
	size_t at = 0;

	number->whole = true;
	while (is_digit(byte_at(text, at)) || (at && at <= 26 && is_group(text, at))) {
		if (text.data[at] != ',' && !digit_add(number, text.data[at]))
			return 0;
		at++;
	}
	if (byte_at(text, at) != '.' || !is_digit(byte_at(text, at + 1)))
		return at;
	number->whole = false;
	for (at++; is_digit(byte_at(text, at)); at++, number->exponent--)
		if (!digit_add(number, text.data[at]))
			return 0;
	return at;
}

/* Sign and digits of an exponent; 0: none. */
static size_t exponent_take(struct span text, int *out_exponent)
{
	size_t at = 0;
	bool negative = byte_at(text, 0) == '-';
	int exponent = 0;

	at += negative || byte_at(text, 0) == '+';
	if (!is_digit(byte_at(text, at)))
		return 0;
	for (; is_digit(byte_at(text, at)); at++) {
		exponent = 10 * exponent + (text.data[at] - '0');
		if (exponent > EXPONENT_MAX)
			return 0;
	}
	*out_exponent = negative ? -exponent : exponent;
	return at;
}

/* "e-5", "×10^23", "x 10^{23}"; 0: none. */
static size_t power_take(struct span text, int *out_exponent)
{
	struct span rest = text;
	size_t len;
	bool brace;

	if (prefix_take(&rest, "e")) {
		len = exponent_take(rest, out_exponent);
		return len ? len + 1 : 0;
	}
	while (prefix_take(&rest, " "))
		;
	if (!prefix_take(&rest, "\xc3\x97") && !prefix_take(&rest, "x") && !prefix_take(&rest, "*"))
		return 0;
	while (prefix_take(&rest, " "))
		;
	if (!prefix_take(&rest, "10^"))
		return 0;
	brace = prefix_take(&rest, "{");
	len = exponent_take(rest, out_exponent);
	if (!len)
		return 0;
	rest.data += len;
	rest.len -= len;
	if (brace)
		prefix_take(&rest, "}");
	return (size_t)(rest.data - text.data);
}

/* A unit of count behind a number, with a blank in front or none. */
static const struct unit {
	const char *text;
	int exponent;
	bool word;     /* no letter or digit may follow */
	bool japanese; /* and another number with a smaller one may follow at once */
} units[] = {
	{ "thousand", 3, true, false },
	{ "million", 6, true, false },
	{ "billion", 9, true, false },
	{ "trillion", 12, true, false },
	{ "k", 3, true, false },
	{ "m", 6, true, false },
	{ "b", 9, true, false },
	{ "t", 12, true, false },
	{ "\xe5\x85\x86", 12, false, true }, /* 10^12 */
	{ "\xe5\x84\x84", 8, false, true },  /* 10^8 */
	{ "\xe4\xb8\x87", 4, false, true },  /* 10^4 */
	{ "\xe5\x8d\x83", 3, false, true },  /* 10^3 */
};

static bool is_word_byte(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const struct unit *unit_take(struct span text, size_t *out_len)
{
	struct span rest = text;
	bool blank = prefix_take(&rest, " ");

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct span behind = rest;

		if (!prefix_take(&behind, units[i].text) ||
		    (units[i].word && is_word_byte(byte_at(behind, 0))) ||
		    (blank && !units[i].text[1])) /* "1 b" counts nothing */
			continue;
		*out_len = (size_t)(behind.data - text.data);
		return &units[i];
	}
	return NULL;
}

static bool times_ten(uint64_t *number, int places)
{
	for (; places > 0; places--)
		if (__builtin_mul_overflow(*number, 10, number))
			return false;
	return true;
}

/* Add `more`, whose last digit stands at a lower place. */
static bool number_join(struct card_number *number, const struct card_number *more)
{
	int places = number->exponent - more->exponent;

	if (places <= 0 || places > 19 || !times_ten(&number->mantissa, places) ||
	    __builtin_add_overflow(number->mantissa, more->mantissa, &number->mantissa))
		return false;
	number->exponent = more->exponent;
	return true;
}

/* Units behind a number, one after the other where Japanese writes so. */
static size_t units_take(struct span text, struct card_number *number)
{
	size_t at = 0, len;
	const struct unit *unit = unit_take(text, &len);
	int above = 100;

	if (!unit)
		return 0;
	number->exponent += unit->exponent;
	number->whole = false;
	number->kilo = unit->text[0] == 'k';
	for (at = len; unit->japanese && unit->exponent < above;) {
		struct card_number more = { .mantissa = 0 };
		struct span rest = { text.data + at, text.len - at };
		size_t digits = digits_take(rest, &more);

		above = unit->exponent;
		if (!digits)
			break;
		rest.data += digits;
		rest.len -= digits;
		len = 0;
		unit = unit_take(rest, &len);
		if (unit)
			more.exponent += unit->exponent;
		if ((unit && unit->exponent >= above) || !number_join(number, &more))
			break;
		at += digits + len;
		if (!unit)
			break;
	}
	return at;
}

size_t card_number_take(struct span text, struct card_number *out_number)
{
	struct card_number number = { .mantissa = 0 };
	struct span rest = text;
	size_t len;
	int power = 0;

	number.negative = prefix_take(&rest, "-") || prefix_take(&rest, "\xe2\x88\x92");
	len = digits_take(rest, &number);
	if (!len)
		return 0;
	rest.data += len;
	rest.len -= len;
	len = power_take(rest, &power);
	if (len)
		number.whole = false;
	else
		len = units_take(rest, &number);
	number.exponent += power;
	rest.data += len;
	rest.len -= len;
	number.percent = prefix_take(&rest, "%") || prefix_take(&rest, " %");
	number.whole &= !number.percent;
	*out_number = number;
	return (size_t)(rest.data - text.data);
}

bool card_number_read(struct span text, struct card_number *out_number)
{
	size_t len;

	while (prefix_take(&text, " ") || prefix_take(&text, "+"))
		;
	len = card_number_take(text, out_number);
	if (!len)
		return false;
	text.data += len;
	text.len -= len;
	while (prefix_take(&text, " "))
		;
	return !text.len;
}

/* ---- Comparing ---- */

static struct card_number without_zeros(struct card_number number)
{
	if (number.percent)
		number.exponent -= 2;
	number.percent = false;
	if (!number.mantissa) {
		number.exponent = 0;
		number.negative = false;
	}
	while (number.mantissa && number.mantissa % 10 == 0) {
		number.mantissa /= 10;
		number.exponent++;
	}
	return number;
}

bool card_number_equal(const struct card_number *a, const struct card_number *b)
{
	struct card_number x = without_zeros(*a), y = without_zeros(*b);

	return x.negative == y.negative && x.mantissa == y.mantissa && x.exponent == y.exponent;
}

bool card_number_rounds(const struct card_number *fact, const struct card_number *written,
			bool about)
{
	struct card_number exact = without_zeros(*fact), said = *written;
	unsigned __int128 unit = 1, rest;
	uint64_t whole = exact.mantissa;
	int places;

	if (said.percent)
		said.exponent -= 2;
	while (about && said.whole && said.mantissa && said.mantissa % 10 == 0) {
		said.mantissa /= 10;
		said.exponent++;
	}
	if (exact.negative != said.negative && exact.mantissa && said.mantissa)
		return false;
	places = exact.exponent - said.exponent;
	if (places >= 0)
		return times_ten(&whole, whole ? places : 0) && whole == said.mantissa;
	if (places < -20)
		return !said.mantissa;
	for (; places; places++)
		unit *= 10;
	rest = exact.mantissa % unit;
	whole = (uint64_t)(exact.mantissa / unit);
	return (whole == said.mantissa && 2 * rest <= unit) ||
	       (whole + 1 == said.mantissa && 2 * rest >= unit);
}
