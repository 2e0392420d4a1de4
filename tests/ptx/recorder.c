/* recorder: between the backend and the fake driver. */
#include "recorder.h"

#include <string.h>

#include "../cuda/fake.h"

static FILE *record;
static struct cuda_driver fake_table;

static void put_hex(const char *key, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	fprintf(record, "\"%s\": \"", key);
	for (size_t i = 0; i < len; i++)
		fprintf(record, "%02x", at[i]);
	fputs("\"}\n", record);
}

/* The device's bytes, which the fake one has in the host's memory. */
static void put_bytes(const char *what, cuda_address address, size_t len)
{
	fprintf(record, "{\"%s\": %llu, ", what, address);
	put_hex("bytes", (const void *)(uintptr_t)address, len);
}

/* Everything asked for is done when a call returns, since the schedule is FAKE_EAGER. */
static void put_rows(const char *what, cuda_address address, size_t pitch, size_t width,
		     size_t height)
{
	for (size_t row = 0; record && width && row < height; row++)
		put_bytes(what, address + row * pitch, width);
}

static int record_memory_new(cuda_address *out_memory, size_t size_bytes)
{
	int result = fake_table.memory_new(out_memory, size_bytes);

	if (record && !result)
		fprintf(record, "{\"new\": %llu, \"size\": %zu}\n", *out_memory, size_bytes);
	return result;
}

static int record_memory_free(cuda_address memory)
{
	if (record)
		fprintf(record, "{\"free\": %llu}\n", memory);
	return fake_table.memory_free(memory);
}

static int record_copy_to_device(cuda_address to, const void *from, size_t size_bytes,
				 cuda_stream stream)
{
	int result = fake_table.copy_to_device(to, from, size_bytes, stream);

	if (!result)
		put_rows("put", to, 0, size_bytes, 1);
	return result;
}

static int record_copy_to_host(void *to, cuda_address from, size_t size_bytes, cuda_stream stream)
{
	int result = fake_table.copy_to_host(to, from, size_bytes, stream);

	if (!result)
		put_rows("expect", from, 0, size_bytes, 1);
	return result;
}

static int record_copy_2d(const struct cuda_copy_2d *copy, cuda_stream stream)
{
	int result = fake_table.copy_2d(copy, stream);
	size_t from_pitch = copy->from_pitch_bytes ? copy->from_pitch_bytes : copy->width_bytes;
	size_t to_pitch = copy->to_pitch_bytes ? copy->to_pitch_bytes : copy->width_bytes;
	cuda_address from = copy->from_device + copy->from_y * from_pitch + copy->from_x_bytes;
	cuda_address to = copy->to_device + copy->to_y * to_pitch + copy->to_x_bytes;

	if (result || !record)
		return result;
	if (copy->from_kind != CUDA_MEMORY_DEVICE)
		put_rows("put", to, to_pitch, copy->width_bytes, copy->height);
	else if (copy->to_kind != CUDA_MEMORY_DEVICE)
		put_rows("expect", from, from_pitch, copy->width_bytes, copy->height);
	else
		for (size_t row = 0; row < copy->height; row++)
			fprintf(record, "{\"copy\": %llu, \"from\": %llu, \"size\": %zu}\n",
				to + row * to_pitch, from + row * from_pitch, copy->width_bytes);
	return result;
}

static int record_fill(cuda_address to, unsigned char byte, size_t size_bytes, cuda_stream stream)
{
	int result = fake_table.fill(to, byte, size_bytes, stream);

	if (!result)
		put_rows("put", to, 0, size_bytes, 1);
	return result;
}

static int record_fill_2d(cuda_address to, size_t pitch_bytes, unsigned char byte,
			  size_t width_bytes, size_t height, cuda_stream stream)
{
	int result = fake_table.fill_2d(to, pitch_bytes, byte, width_bytes, height, stream);

	if (!result)
		put_rows("put", to, pitch_bytes, width_bytes, height);
	return result;
}

static int record_launch(cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
			 unsigned block_x, unsigned block_y, unsigned block_z,
			 unsigned shared_bytes, cuda_stream stream, void **parameters, void **extra)
{
	const struct shim_kernel *kernel = function->kernel;

	if (record) {
		fprintf(record,
			"{\"launch\": \"%s\", \"file\": \"%s\", \"grid\": [%u, %u, %u], "
			"\"block\": [%u, %u, %u], ",
			kernel->name, kernel->file, grid_x, grid_y, grid_z, block_x, block_y,
			block_z);
		put_hex("parameters", parameters[0], kernel->params_bytes);
	}
	return fake_table.launch(function, grid_x, grid_y, grid_z, block_x, block_y, block_z,
				 shared_bytes, stream, parameters, extra);
}

void recorder_start(FILE *out)
{
	record = out;
}

void recorder_case(const char *name)
{
	if (record)
		fprintf(record, "{\"case\": \"%s\"}\n", name);
}

void recorder_hold(void)
{
	for (struct block_of_memory *m = fake.memory; m; m = m->next)
		if (m->device >= 0)
			put_rows("hold", (cuda_address)(uintptr_t)m->run.bytes, 0,
				 m->run.size_bytes, 1);
}

int __wrap_cuda_driver_open(struct cuda_driver *out_driver, struct error *err);

int __wrap_cuda_driver_open(struct cuda_driver *out_driver, struct error *err)
{
	(void)err;
	fake_driver_fill(&fake_table);
	*out_driver = fake_table;
	out_driver->memory_new = record_memory_new;
	out_driver->memory_free = record_memory_free;
	out_driver->copy_to_device = record_copy_to_device;
	out_driver->copy_to_host = record_copy_to_host;
	out_driver->copy_2d = record_copy_2d;
	out_driver->fill = record_fill;
	out_driver->fill_2d = record_fill_2d;
	out_driver->launch = record_launch;
	return 0;
}
