/*
 * devices: which backend computes, and what takes its place when it cannot.
 * Whatever computes gives the same bits; so a choice changes no result.
 */
#ifndef KERNELS_DEVICES_H
#define KERNELS_DEVICES_H

#include "kernels/exact.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DEVICE_DECLINED_MAX 1024 /* as struct error has room for */

/* What passes run on. Start with {0}. */
struct device_in_use {
	struct backend *backend; /* owned; another one after device_replace, device_doubt */
	struct threads *threads; /* borrowed */
	bool insisted;           /* devices were named: nothing takes their place */
	/*
	 * Why no device, or not the first one, computes: one sentence; empty where
	 * nothing was declined. `refused`: it is there and was not used, or failed,
	 * which people want to hear; else this machine or this program has none.
	 */
	char declined[DEVICE_DECLINED_MAX];
	bool refused;
};

/* ERROR_USAGE unless `wish` is a word that device_open takes; NULL is one. */
MUST_CHECK int device_wish_check(const char *wish, struct error *err);

/*
 * Open what `wish` names: "auto" (or NULL: the first CUDA device that is admitted,
 * else the CPU), "cpu", "cuda" (the first device), "cuda:1", or "cuda:0,1" (several that
 * share the work). ERROR_USAGE: another word. Of what was named by itself:
 * ERROR_ABSENT: there is none such here; ERROR_SYSTEM: it is there and cannot be used.
 */
MUST_CHECK int device_open(const char *wish, struct threads *threads,
			   struct device_in_use *out_device, struct error *err);

/* Close and set all to 0. Its memory must have been freed before. */
void device_close(struct device_in_use *device);

/*
 * After work on the backend failed with `cause`: true if that was the device's
 * failure, nobody insisted on the device, and the CPU now stands in its place. Then `cause` is
 * cleared, and all of the work is to be done again.
 */
bool device_replace(struct device_in_use *device, struct error *cause);

/* Does the CPU compute? */
bool device_is_cpu(const struct device_in_use *device);

/*
 * After results of the backend's differ from what was to be found: true if it is a device,
 * nobody insisted on it, and the CPU now stands in its place; `out_doubted` is the device's
 * description. All of the work is then to be done again; if the CPU finds nothing, device_accuse.
 */
bool device_doubt(struct device_in_use *device, char out_doubted[BACKEND_DESCRIPTION_MAX]);

/* Let the sentence be that the doubted device's results are not the CPU's: `difference` is the
 * device's alone. */
void device_accuse(struct device_in_use *device, const char *doubted, const char *difference);

/* One that `akashi version --devices` lists. */
struct device_entry {
	char name[16];                             /* what --device takes: "cuda:0", "cpu" */
	char description[BACKEND_DESCRIPTION_MAX]; /* "cuda:0 (NVIDIA H100 PCIe)" */
	struct backend_facts facts;
	struct error refused; /* why it is not used; ERROR_NONE: it is admitted */
};

/*
 * Try all devices: each is opened and admitted as if it were to compute, one after another.
 * `visit` is told of each; a kind of which this machine has none is one entry that is named
 * after the kind ("cuda") and whose `refused` says why. Stops with -1 where `visit` does.
 */
MUST_CHECK int devices_visit(struct threads *threads,
			     int (*visit)(void *user, const struct device_entry *entry,
					  struct error *err),
			     void *user, struct error *err);

/* The operations of which a device that is not the CPU must give a sample, by index; NULL after the
 * last. */
const char *device_sample_name(size_t index);

#ifdef __cplusplus
}
#endif
#endif
