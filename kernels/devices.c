/* devices: open what somebody wishes to compute on, or what stands in for it. */
#include "kernels/devices.h"

#include <stdio.h>
#include <string.h>

#include "kernels/admission.h"

/* Devices of one kind in a list, and ordinals that are looked at. */
enum { ORDINALS_MAX = 64 };

static int open_cpu(struct device_in_use *device, struct error *err)
{
	const struct backend_options options = { .threads = device->threads };

	return backend_open("cpu", &options, &device->backend, err);
}

static int open_cuda(struct device_in_use *device, uint32_t ordinal, struct backend **out_backend,
		     struct error *err)
{
	const struct backend_options options = { .threads = device->threads, .ordinal = ordinal };

	return backend_open("cuda", &options, out_backend, err);
}

/* Keep the first reason why a device does not compute. */
static void decline(struct device_in_use *device, const struct error *why, bool refused)
{
	if (device->declined[0] && (device->refused || !refused))
		return;
	snprintf(device->declined, sizeof(device->declined), "%s", why->text);
	device->refused = refused;
}

static int open_auto(struct device_in_use *device, struct error *err)
{
	for (uint32_t ordinal = 0; ordinal < ORDINALS_MAX; ordinal++) {
		struct error failure = { 0 };
		struct backend_facts facts;

		if (!open_cuda(device, ordinal, &device->backend, &failure))
			return 0;
		if (failure.code == ERROR_ABSENT) {
			/* none at all, or all of them were refused */
			if (!ordinal)
				decline(device, &failure, false);
			break;
		}
		decline(device, &failure, true);
		if (!backend_type_cuda.facts(ordinal, &facts))
			break; /* it is the driver that refuses, and will for all of them */
	}
	return open_cpu(device, err);
}

/* Ordinals that a wish names, in order. */
struct wish {
	bool automatic, cpu;
	uint32_t ordinal[ORDINALS_MAX];
	size_t count;
};

/* "0,1" */
static int list_parse(const char *text, const char *list, struct wish *wish, struct error *err)
{
	bool seen[ORDINALS_MAX] = { false };

	for (;;) {
		size_t digits = strspn(list, "0123456789");
		uint32_t ordinal = 0;

		for (size_t i = 0; i < digits && ordinal < ORDINALS_MAX; i++)
			ordinal = ordinal * 10 + (uint32_t)(list[i] - '0');
		list += digits;
		if (!digits || (*list && *list != ','))
			return error_set(err, ERROR_USAGE,
					 "'%s' is no device: auto, cpu, cuda, cuda:N or cuda:N,M",
					 text);
		if (ordinal >= ORDINALS_MAX || seen[ordinal])
			return error_set(err, ERROR_USAGE,
					 ordinal < ORDINALS_MAX
						 ? "'%s' names a device twice"
						 : "'%s' names a device beyond number 63",
					 text);
		seen[ordinal] = true;
		wish->ordinal[wish->count++] = ordinal;
		if (!*list++)
			return 0;
	}
}

static int wish_parse(const char *text, struct wish *out_wish, struct error *err)
{
	struct wish wish = { .automatic = !text || strcmp(text, "auto") == 0 };

	if (wish.automatic || strcmp(text, "cpu") == 0)
		wish.cpu = !wish.automatic;
	else if (strcmp(text, "cuda") == 0)
		wish.count = 1;
	else if (list_parse(text, strncmp(text, "cuda:", 5) == 0 ? text + 5 : "", &wish, err))
		return -1;
	*out_wish = wish;
	return 0;
}

int device_wish_check(const char *wish, struct error *err)
{
	struct wish parsed;

	return wish_parse(wish, &parsed, err);
}

/* The first one owns the others. */
static int open_named(struct device_in_use *device, const struct wish *wish, struct error *err)
{
	for (size_t i = 0; i < wish->count; i++) {
		struct backend *backend;

		if (open_cuda(device, wish->ordinal[i], &backend, err))
			return -1;
		if (device->backend)
			backend_share(device->backend, &backend);
		else
			device->backend = backend;
	}
	return 0;
}

int device_open(const char *wish, struct threads *threads, struct device_in_use *out_device,
		struct error *err)
{
	CLEANUP(device_close) struct device_in_use device = { .threads = threads };
	struct wish parsed;

	if (wish_parse(wish, &parsed, err))
		return -1;
	device.insisted = !parsed.automatic;
	if (parsed.automatic ? open_auto(&device, err)
	    : parsed.cpu     ? open_cpu(&device, err)
			     : open_named(&device, &parsed, err))
		return -1;
	*out_device = device;
	device = (struct device_in_use){ 0 }; /* handed over */
	return 0;
}

void device_close(struct device_in_use *device)
{
	backend_close(&device->backend);
	*device = (struct device_in_use){ 0 };
}

bool device_replace(struct device_in_use *device, struct error *cause)
{
	const char *why = backend_failure(device->backend);
	struct error failed = { .code = ERROR_SYSTEM }, err = { 0 };
	struct backend *device_backend = device->backend;

	if (device->insisted || !why || cause->code != ERROR_SYSTEM)
		return false;
	if (open_cpu(device, &err)) {
		device->backend = device_backend;
		return false;
	}
	snprintf(failed.text, sizeof(failed.text), "%s", why);
	device->declined[0] = '\0'; /* what failed in the end says more than what was passed over */
	decline(device, &failed, true);
	backend_close(&device_backend);
	*cause = (struct error){ 0 };
	return true;
}

bool device_is_cpu(const struct device_in_use *device)
{
	return strcmp(device->backend->type->name, "cpu") == 0;
}

bool device_doubt(struct device_in_use *device, char out_doubted[BACKEND_DESCRIPTION_MAX])
{
	struct backend *device_backend = device->backend;
	struct error err = { 0 };

	if (device->insisted || device_is_cpu(device))
		return false;
	if (open_cpu(device, &err)) {
		device->backend = device_backend;
		return false;
	}
	snprintf(out_doubted, BACKEND_DESCRIPTION_MAX, "%s", device_backend->description);
	backend_close(&device_backend);
	return true;
}

void device_accuse(struct device_in_use *device, const char *doubted, const char *difference)
{
	struct error wrong = { 0 };

	error_set(&wrong, ERROR_SYSTEM, "%s: its results differ from the CPU's: %s", doubted,
		  difference);
	device->declined[0] = '\0';
	decline(device, &wrong, true);
}

/* Open it as if it were to compute; false: there is none such. */
static bool entry_try(const struct backend_type *type, const struct backend_options *options,
		      struct device_entry *entry)
{
	struct backend *backend = NULL;

	if (!backend_open(type->name, options, &backend, &entry->refused))
		snprintf(entry->description, sizeof(entry->description), "%s",
			 backend->description);
	backend_close(&backend);
	return entry->refused.code != ERROR_ABSENT;
}

/* The CPU's variants; the first one that is admitted is what "cpu" means. */
static int visit_variants(const struct backend_type *type, struct threads *threads,
			  int (*visit)(void *user, const struct device_entry *entry,
				       struct error *err),
			  void *user, struct error *err)
{
	for (const char *const *variant = type->variants; *variant; variant++) {
		const struct backend_options options = { .threads = threads, .variant = *variant };
		struct device_entry entry = { .name = "" };

		snprintf(entry.name, sizeof(entry.name), "%s", type->name);
		if (entry_try(type, &options, &entry) && visit(user, &entry, err))
			return -1;
	}
	return 0;
}

static int visit_ordinals(const struct backend_type *type, struct threads *threads,
			  int (*visit)(void *user, const struct device_entry *entry,
				       struct error *err),
			  void *user, struct error *err)
{
	for (uint32_t ordinal = 0; ordinal < ORDINALS_MAX; ordinal++) {
		const struct backend_options options = { .threads = threads, .ordinal = ordinal };
		struct device_entry entry = { .name = "" };
		bool there = entry_try(type, &options, &entry), known;

		if (!there && ordinal)
			return 0;
		/* else it is the driver that refuses, and will for all of them */
		known = there && type->facts(ordinal, &entry.facts);
		if (known)
			snprintf(entry.name, sizeof(entry.name), "%s:%u", type->name, ordinal);
		else
			snprintf(entry.name, sizeof(entry.name), "%s", type->name);
		if (visit(user, &entry, err))
			return -1;
		if (!known)
			return 0;
	}
	return 0;
}

int devices_visit(struct threads *threads,
		  int (*visit)(void *user, const struct device_entry *entry, struct error *err),
		  void *user, struct error *err)
{
	static const struct backend_type *const types[] = {
#define BACKEND(name) &backend_type_##name,
#include "kernels/backends.def"
#undef BACKEND
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i]->variants ? visit_variants(types[i], threads, visit, user, err)
				       : visit_ordinals(types[i], threads, visit, user, err))
			return -1;
	return 0;
}

const char *device_sample_name(size_t index)
{
	return index < admission_sample_count ? admission_samples[index].operation : NULL;
}
