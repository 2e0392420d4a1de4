/* fake: what the files of the fake driver share. */
#ifndef TESTS_CUDA_FAKE_H
#define TESTS_CUDA_FAKE_H

#include "fake_driver.h"
#include "watch.h"

/* CUresult, by the numbers of cuda.h. */
enum {
	RESULT_INVALID_VALUE = 1,
	RESULT_NOT_INITIALIZED = 3,
	RESULT_DEINITIALIZED = 4,
	RESULT_INVALID_DEVICE = 101,
	RESULT_INVALID_IMAGE = 200,
	RESULT_INVALID_CONTEXT = 201,
	RESULT_INVALID_HANDLE = 400,
	RESULT_NOT_FOUND = 500,
	RESULT_LAUNCH_OUT_OF_RESOURCES = 701,
	RESULT_LAUNCH_FAILED = 719
};

struct CUctx_st {
	int device;
	uint32_t retained;
};

/* A point in a stream that others can wait for. */
struct moment {
	uint32_t holders;
	bool done;
	double at_s;
	struct CUstream_st *stream;
};

enum work_kind { WORK_COPY, WORK_FILL, WORK_KERNEL, WORK_RECORD, WORK_WAIT };

/* Something asked of a stream. */
struct work {
	struct work *next;
	enum work_kind kind;
	uint64_t number; /* counts up over all streams */
	double asked_s;
	/* copies and fills: rows of bytes */
	char *to;
	const char *from;
	size_t to_pitch, from_pitch, width, height;
	enum fake_engine engine;
	unsigned char byte;
	void *payload; /* captured bytes, or parameters; freed with the work */
	struct shim_launch launch;
	struct moment *moment;
};

struct CUstream_st {
	struct CUstream_st *next;
	int device;
	bool live;
	enum shim_order order;
	bool watched;
	struct work *first, *last;
	double reached_s;
};

struct CUevent_st {
	struct CUevent_st *next;
	int device;
	bool live, timed;
	struct moment *moment; /* of the last record */
};

enum { FAKE_MODULE_KERNELS = 64 };

struct CUfunc_st {
	const struct shim_kernel *kernel;
	struct CUmod_st *module;
};

struct CUmod_st {
	struct CUmod_st *next;
	int device;
	bool live;
	struct CUfunc_st function[FAKE_MODULE_KERNELS];
	size_t functions;
};

/* A live piece of device memory (device >= 0), or of pinned memory (device -1). */
struct block_of_memory {
	struct block_of_memory *next;
	struct watch_memory run;
	int device;
};

struct fake {
	struct fake_options options;
	bool started, initialised;
	struct CUctx_st context[FAKE_DEVICES_MAX];
	struct CUstream_st *streams;
	struct CUevent_st *events;
	struct CUmod_st *modules;
	struct block_of_memory *memory;
	size_t used_bytes[FAKE_DEVICES_MAX], host_used_bytes;
	uint64_t calls, allocations, host_allocations, launches_asked, flips_seen, works,
		launches_run;
	uint64_t random;
	bool flip_due;
	bool lost[FAKE_DEVICES_MAX];
	double engine_free_s[FAKE_DEVICES_MAX][FAKE_ENGINES];
	struct fake_report report;
	uint64_t launches[256]; /* by place in kernels.def */
};

extern struct fake fake;

__attribute__((noreturn, format(printf, 1, 2))) void fake_complain(const char *fmt, ...);
uint64_t fake_random(void);

/* The device of the calling thread's context; complains when there is none. */
int fake_device_current(const char *call);

/* ---- fake_memory.c ---- */

/* Complains unless all rows lie in one live memory of this device. */
void fake_memory_check(const char *call, int device, cuda_address address, size_t pitch,
		       size_t width, size_t height);
/* Pinned memory that holds all of this. */
bool fake_memory_pinned(const void *bytes, size_t size_bytes);
/* The device's memory at an address, for watched kernels; `device` points to its number. */
struct watch_memory *fake_memory_at(void *device, const void *address);
/* Give everything back, whoever holds it. */
void fake_memory_forget(void);

/* ---- fake_work.c ---- */

/* Take over `work` (a copy is made) into the stream; the schedule decides what is done now. */
void fake_work_add(struct CUstream_st *stream, const struct work *work);
/* Do what must be done for this stream to be empty; for everything on a device (-1: anywhere). */
void fake_work_wait_stream(struct CUstream_st *stream);
void fake_work_wait_device(int device);
void fake_work_wait_moment(struct moment *moment);
/* Is it done by now? If not, time goes on a little. */
bool fake_work_poll(struct moment *moment);
struct moment *moment_hold(struct moment *moment);
void moment_drop(struct moment *moment);
struct CUstream_st *fake_stream_check(const char *call, cuda_stream stream);

#define FAKE_LOCK __attribute__((cleanup(fake_unlock), unused)) int fake_locked = fake_lock()
int fake_lock(void);
void fake_unlock(int *locked);

/* Count the call; 0, or what it must return (not initialised, lost). device -1: none in particular.
 */
int fake_enter(int device);

/* 0, or what every call to this device returns since it was lost. */
int fake_result(int device);

/* All functions of the table, by member; in the library (libcuda.so.1) by the driver's names. */
#ifdef FAKE_LIBRARY
#define FAKE_DECLARE(member, name, parameters)                                                     \
	int fake_##member parameters __asm__(name) __attribute__((visibility("default")));
#else
#define FAKE_DECLARE(member, name, parameters) int fake_##member parameters;
#endif
CUDA_DRIVER_FUNCTIONS(FAKE_DECLARE)
#undef FAKE_DECLARE

#endif
