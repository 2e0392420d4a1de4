/* fake_options: what the environment asks of the fake driver. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const order_name[SHIM_ORDERS] = { "in-order", "reversed", "random" };
static const char *const schedule_name[FAKE_SCHEDULES] = { "late", "eager", "random", "clock" };

static uint64_t number(const char *word, const char *value)
{
	char *end;
	unsigned long long n = strtoull(value, &end, 10);

	if (*value < '0' || *value > '9' || *end)
		fake_complain("AKASHI_FAKE_CUDA: '%s' wants a number", word);
	return n;
}

static size_t one_of(const char *word, const char *value, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], value))
			return i;
	fake_complain("AKASHI_FAKE_CUDA: '%s' has an unknown value", word);
}

/* "8.6" */
static void capability(struct fake_options *options, const char *word, const char *value)
{
	const char *dot = strchr(value, '.');
	char major[8];

	if (!dot || (size_t)(dot - value) >= sizeof(major))
		fake_complain("AKASHI_FAKE_CUDA: '%s' wants two numbers", word);
	snprintf(major, sizeof(major), "%.*s", (int)(dot - value), value);
	for (size_t d = 0; d < FAKE_DEVICES_MAX; d++) {
		options->device[d].major = (int)number(word, major);
		options->device[d].minor = (int)number(word, dot + 1);
	}
}

static int set_fault(struct fake_faults *faults, const char *word, const char *value)
{
	struct {
		const char *name;
		uint64_t *place;
	} const counts[] = {
		{ "memory_at", &faults->memory_at }, { "host_memory_at", &faults->host_memory_at },
		{ "launch_at", &faults->launch_at }, { "lost_at", &faults->lost_at },
		{ "flip_at", &faults->flip_at },     { "failed_at", &faults->failed_at },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (!strcmp(word, counts[i].name)) {
			*counts[i].place = number(word, value);
			return 0;
		}
	if (!strcmp(word, "init_result"))
		faults->init_result = (int)number(word, value);
	else if (!strcmp(word, "module_result"))
		faults->module_result = (int)number(word, value);
	else if (!strcmp(word, "launch_result"))
		faults->launch_result = (int)number(word, value);
	else if (!strcmp(word, "lost_result"))
		faults->lost_result = (int)number(word, value);
	else if (!strcmp(word, "lost_device")) {
		faults->lost_device = (int)number(word, value);
		faults->lost_one = true;
	} else if (!strcmp(word, "flip_kernel")) {
		if (!shim_kernel_find(value, false))
			fake_complain("AKASHI_FAKE_CUDA: there is no kernel '%s'", value);
		faults->flip_kernel = shim_kernel_find(value, false)->name;
	} else if (!strcmp(word, "flip_always"))
		faults->flip_always = number(word, value) != 0;
	else
		return -1;
	return 0;
}

static void set(struct fake_options *options, const char *word, const char *value)
{
	if (!strcmp(word, "devices")) {
		options->devices = number(word, value);
		options->no_device = !options->devices;
		if (options->devices > FAKE_DEVICES_MAX)
			fake_complain("AKASHI_FAKE_CUDA: more than %d devices", FAKE_DEVICES_MAX);
	} else if (!strcmp(word, "name")) {
		for (size_t d = 0; d < FAKE_DEVICES_MAX; d++) {
			char *name = options->device[d].name;

			snprintf(name, sizeof(options->device[d].name), "%s", value);
			while ((name = strchr(name, '_')))
				*name = ' ';
		}
	} else if (!strcmp(word, "capability"))
		capability(options, word, value);
	else if (!strcmp(word, "memory")) {
		for (size_t d = 0; d < FAKE_DEVICES_MAX; d++)
			options->device[d].memory_bytes = number(word, value);
	} else if (!strcmp(word, "processors")) {
		for (size_t d = 0; d < FAKE_DEVICES_MAX; d++)
			options->device[d].processors = (int)number(word, value);
	} else if (!strcmp(word, "driver"))
		options->driver_version = (int)number(word, value);
	else if (!strcmp(word, "order"))
		options->order = (enum shim_order)one_of(word, value, order_name, SHIM_ORDERS);
	else if (!strcmp(word, "watched"))
		options->watched = number(word, value) != 0;
	else if (!strcmp(word, "schedule"))
		options->schedule =
			(enum fake_schedule)one_of(word, value, schedule_name, FAKE_SCHEDULES);
	else if (!strcmp(word, "seed"))
		options->seed = number(word, value);
	else if (set_fault(&options->faults, word, value))
		fake_complain("AKASHI_FAKE_CUDA: '%s' is not known", word);
}

void fake_options_parse(const char *text, struct fake_options *out_options)
{
	char *copy = strdup(text), *at = copy, *word;

	if (!copy)
		fake_complain("no memory for options");
	*out_options = (struct fake_options){ 0 };
	while ((word = strsep(&at, " "))) {
		char *value = strchr(word, '=');

		if (!*word)
			continue;
		if (!value)
			fake_complain("AKASHI_FAKE_CUDA: '%s' has no value", word);
		*value = '\0';
		set(out_options, word, value + 1);
	}
	free(copy);
}
