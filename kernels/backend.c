/* backend: open one of backends.def, and the memory that it holds. */
#include "kernels/admission.h"

#include <string.h>

static const struct backend_type *const backend_types[] = {
#define BACKEND(name) &backend_type_##name,
#include "kernels/backends.def"
#undef BACKEND
};

enum { BACKEND_COUNT = sizeof(backend_types) / sizeof(backend_types[0]) };

static int backend_open_type(const struct backend_type *type, const struct backend_options *options,
			     struct backend **out_backend, struct error *err)
{
	struct backend *backend;

	if (type->open(options, &backend, err))
		return -1;
	if (type == &backend_type_cpu ? backend_self_test(backend, err)
				      : backend_admit(backend, options->threads, err)) {
		/* what the device itself says names it already */
		if (!backend_failure(backend))
			error_prefix(err, "%s", backend->description);
		type->close(backend);
		return -1;
	}
	*out_backend = backend;
	return 0;
}

int backend_open(const char *name, const struct backend_options *options,
		 struct backend **out_backend, struct error *err)
{
	const struct backend_options none = { 0 };
	struct error last = { 0 };

	if (!options)
		options = &none;
	for (size_t i = 0; i < BACKEND_COUNT; i++) {
		struct error failure = { 0 };

		if (name && strcmp(name, backend_types[i]->name) != 0)
			continue;
		if (!backend_open_type(backend_types[i], options, out_backend, &failure))
			return 0;
		last = failure;
	}
	if (last.code == ERROR_NONE)
		return error_set(err, ERROR_ABSENT, "no backend '%s' in this build", name);
	if (err->code == ERROR_NONE)
		*err = last;
	return -1;
}

void backend_close(struct backend **backend)
{
	while (*backend) {
		struct backend *next = (*backend)->next;

		(*backend)->type->close(*backend);
		*backend = next;
	}
}

void backend_share(struct backend *backend, struct backend **other)
{
	while (backend->next)
		backend = backend->next;
	backend->next = *other;
	*other = NULL;
}

size_t backend_count(const struct backend *backend)
{
	size_t count = 0;

	for (; backend; backend = backend->next)
		count++;
	return count;
}

struct backend *backend_peer(struct backend *backend, size_t index)
{
	while (index--)
		backend = backend->next;
	return backend;
}

const char *backend_description(const struct backend *backend)
{
	return backend->description;
}

const char *backend_failure(const struct backend *backend)
{
	for (; backend; backend = backend->next)
		if (backend->failure.code != ERROR_NONE)
			return backend->failure.text;
	return NULL;
}

int backend_memory_new(struct backend *backend, size_t size_bytes,
		       struct backend_memory **out_memory, struct error *err)
{
	if (!size_bytes)
		return error_set(err, ERROR_USAGE, "memory of 0 bytes asked for");
	return backend->type->memory_new(backend, size_bytes, out_memory, err);
}

int backend_memory_wrap(struct backend *backend, struct span bytes,
			struct backend_memory **out_memory, struct error *err)
{
	if (!bytes.len)
		return error_set(err, ERROR_USAGE, "memory of 0 bytes asked for");
	return backend->type->memory_wrap(backend, bytes, out_memory, err);
}

void backend_memory_free(struct backend_memory **memory)
{
	if (*memory)
		(*memory)->backend->type->memory_free(*memory);
	*memory = NULL;
}

int backend_memory_left(struct backend *backend, uint64_t *out_bytes, struct error *err)
{
	*out_bytes = UINT64_MAX;
	return backend->type->memory_left ? backend->type->memory_left(backend, out_bytes, err) : 0;
}
