/*
 * fake_driver: the driver API of kernels/cuda/driver.h without a device.
 *
 * Kernels run through the shim (launch.h), device memory is malloced in exactly
 * the size that was asked for (so AddressSanitizer sees what goes beyond), and
 * new memory is full of NaNs. Streams and events are asynchronous as CUDA's
 * are: work is done when the schedule says so, at the latest when somebody waits
 * for it; from pinned memory a copy reads then, not when it was asked for.
 *
 * What a right program never does is reported and aborts: an address that is no
 * live memory of the device, a stream, event, module or function that does not
 * exist or belongs to another context, no current context, pinned memory freed
 * twice. What may happen to a right program (no memory, a lost device) is
 * returned as CUDA would, on request.
 */
#ifndef TESTS_CUDA_FAKE_DRIVER_H
#define TESTS_CUDA_FAKE_DRIVER_H

#include <stdbool.h>

#include "kernels/cuda/driver.h"
#include "launch.h"

/* When work is done that nobody waited for yet. */
enum fake_schedule {
	FAKE_LATE,   /* only what somebody waits for, and what that waits for */
	FAKE_EAGER,  /* at once */
	FAKE_RANDOM, /* drawn among what may be next, in all streams */
	FAKE_CLOCK,  /* as on a device whose copies and kernels take chosen times */
	FAKE_SCHEDULES
};

enum { FAKE_DEVICES_MAX = 8 };

struct fake_device {
	char name[48]; /* "" and 0: as most are */
	int major, minor, processors;
	size_t memory_bytes;
};

/* Things that go wrong. Counts are from 1 and over all devices; 0: never. */
struct fake_faults {
	int init_result;         /* of cuInit; 0: it succeeds */
	int module_result;       /* of cuModuleLoadData; 0: it succeeds */
	uint64_t memory_at;      /* this cuMemAlloc finds no memory */
	uint64_t host_memory_at; /* this cuMemHostAlloc finds none */
	uint64_t launch_at;      /* this launch ... */
	int launch_result;       /* ... returns this at once (701 if 0) */
	uint64_t failed_at;      /* this launch, when it runs, fails, and the device is lost */
	uint64_t lost_at;        /* from this call on (not counting names of errors) ... */
	int lost_result;         /* ... every call returns this (719 if 0) ... */
	bool lost_one;           /* ... on the device lost_device alone */
	int lost_device;
	uint64_t flip_at;        /* this launch gets one bit of what it wrote wrong ... */
	const char *flip_kernel; /* ... counted among launches of this kernel; NULL: of all */
	bool flip_always;        /* ... and so does every later one */
};

/* For FAKE_CLOCK. Times of 0 are none. */
struct fake_times {
	double to_device_bytes_per_s, to_host_bytes_per_s; /* 0: at once */
	double copy_s;                                     /* of each copy, besides */
	double launch_s;                                   /* of each kernel ... */
	/* ... or what this says: parameters as the kernel gets them */
	double (*kernel_s)(void *user, const struct shim_launch *launch);
	void *user;
	/* Only the clock runs: device memory is address space, nothing is copied or computed. */
	bool hollow;
};

struct fake_options {
	size_t devices; /* 0: one, of the default kind */
	struct fake_device device[FAKE_DEVICES_MAX];
	bool no_device;     /* really none */
	int driver_version; /* 0: 13000 */
	enum shim_order order;
	bool watched; /* every access is looked at (watch.h), where this build can */
	enum fake_schedule schedule;
	uint64_t seed;
	struct fake_faults faults;
	struct fake_times times;
};

/*
 * Begin anew: forget everything, with these options (NULL: one device, in order,
 * late). Without it, the first call begins with those that the environment names
 * (fake_options_parse of AKASHI_FAKE_CUDA).
 */
void fake_driver_start(const struct fake_options *options);

/* The order of threads and blocks in the streams that are created from now on, and whether they are
 * watched. */
void fake_driver_order(enum shim_order order, bool watched);

/* Whether this build has kernels that can be watched: not beside AddressSanitizer. */
bool fake_driver_can_watch(void);

/* End: aborts if memory, pinned memory, a stream, an event, a module or a context is still held. */
void fake_driver_stop(void);

/* The table, as cuda_driver_open would fill it. */
void fake_driver_fill(struct cuda_driver *out_driver);

/*
 * Options from text, "order=reversed schedule=random seed=7 devices=2": what
 * fake_options has, by the names in README.md; aborts with the word that it does
 * not know.
 */
void fake_options_parse(const char *text, struct fake_options *out_options);

/* How often this kernel was launched since the start; NULL: all of them. */
uint64_t fake_launches(const char *kernel);

enum fake_engine { FAKE_TO_DEVICE, FAKE_TO_HOST, FAKE_COMPUTE, FAKE_ENGINES };

/* What FAKE_CLOCK measured since the start. */
struct fake_report {
	double end_s; /* of the last thing that was done */
	double busy_s[FAKE_DEVICES_MAX][FAKE_ENGINES];
	uint64_t bytes[FAKE_DEVICES_MAX][FAKE_ENGINES]; /* copied; fills count for FAKE_COMPUTE */
	uint64_t launches[FAKE_DEVICES_MAX];
	uint64_t memory_peak_bytes[FAKE_DEVICES_MAX];
	uint64_t host_peak_bytes; /* pinned */
};

void fake_report(struct fake_report *out_report);

/*
 * The calling thread's time on the virtual clock: what it asks for is asked for
 * then, and waiting moves it to the end of what was waited for.
 */
double fake_clock_now(void);
/* The thread did something of its own (it read a file) that took so long. */
void fake_clock_spend(double seconds);
/* The thread waited for another one whose clock stood there. */
void fake_clock_reach(double at);

#endif
