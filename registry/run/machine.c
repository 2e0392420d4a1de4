/* run_machine: scheduler, nodes, GPUs, container and host, from variables and small files. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "registry/run/facts.h"

#define COUNT_MAX NODE_TIME_NODES_MAX /* what a count of nodes or GPUs may be */
#define WORD_MAX 255                  /* characters of a short text in a statement */
#define NODEFILE_MAX (1u << 20)
#define NODE_LIST_MAX 8192

/* What stands in a variable: not empty. */
static const char *variable(const struct context *ctx, const char *name)
{
	const char *value = context_environment(ctx, name);

	return value && value[0] ? value : NULL;
}

/* A number from 0 to COUNT_MAX, which may end in something like "(x4)". */
static bool count_read(const char *text, uint64_t *out_count)
{
	uint64_t count = 0;

	if (!text || !isdigit((unsigned char)text[0]))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		count = count * 10 + (uint64_t)(*text - '0');
		if (count > COUNT_MAX)
			return false;
	}
	*out_count = count;
	return *text == '\0' || *text == '(' || *text == ',';
}

static bool count_of(const struct context *ctx, const char *name, uint64_t *out_count)
{
	return count_read(variable(ctx, name), out_count);
}

/* A text of others as one word of a statement: UTF-8, of bounded length. */
static int word_set(struct json *object, const char *key, const char *text, size_t max,
		    struct error *err)
{
	CLEANUP(text_free) char *word = malloc(max + 1);

	if (!text || !text[0])
		return 0;
	if (!word)
		return error_set(err, ERROR_SYSTEM, "out of memory for a run");
	text_escape(word, max + 1, text);
	return json_set_text(object, key, word, err);
}

static int public_set(const struct context *ctx, struct json *object, const char *key,
		      const char *text, size_t max, struct error *err)
{
	CLEANUP(text_free) char *plain = NULL;

	return run_text_public(ctx, text, &plain, err) || word_set(object, key, plain, max, err)
		       ? -1
		       : 0;
}

bool run_small_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t got = 0;

	while (fd >= 0 && len < size - 1 && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	text[fd >= 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return fd >= 0 && got >= 0 && strlen(text) == len;
}

/* ---- Ranks ---- */

uint64_t run_rank(const struct context *ctx, const char **out_variable)
{
	/* A launcher inside another speaks of the processes we are one of. */
	static const char *const name[] = { "RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
					    "SLURM_PROCID" };
	uint64_t rank;

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (count_of(ctx, name[i], &rank)) {
			*out_variable = name[i];
			return rank;
		}
	*out_variable = NULL;
	return 0;
}

/* ---- Scheduler and launcher ---- */

static int slurm_set(const struct context *ctx, struct json *details, struct error *err)
{
	struct json *slurm;
	uint64_t restart = 0;

	(void)!count_of(ctx, "SLURM_RESTART_COUNT", &restart);
	return json_set_object(details, "scheduler", &slurm, err) ||
			       json_set_text(slurm, "kind", "slurm", err) ||
			       word_set(slurm, "cluster", variable(ctx, "SLURM_CLUSTER_NAME"),
					WORD_MAX, err) ||
			       word_set(slurm, "job", variable(ctx, "SLURM_JOB_ID"), WORD_MAX,
					err) ||
			       word_set(slurm, "arrayJob", variable(ctx, "SLURM_ARRAY_JOB_ID"),
					WORD_MAX, err) ||
			       word_set(slurm, "arrayTask", variable(ctx, "SLURM_ARRAY_TASK_ID"),
					WORD_MAX, err) ||
			       word_set(slurm, "partition", variable(ctx, "SLURM_JOB_PARTITION"),
					WORD_MAX, err) ||
			       word_set(slurm, "nodes", variable(ctx, "SLURM_JOB_NODELIST"),
					NODE_LIST_MAX, err) ||
			       json_set_size(slurm, "restart", restart, err)
		       ? -1
		       : 0;
}

static int pbs_set(const struct context *ctx, struct json *details, struct error *err)
{
	struct json *pbs;
	uint64_t restart = 0;

	/* PBS Professional and OpenPBS count runs from 1, and say so only then. */
	if (count_of(ctx, "PBS_RUNCOUNT", &restart) && restart)
		restart--;
	return json_set_object(details, "scheduler", &pbs, err) ||
			       json_set_text(pbs, "kind", "pbs", err) ||
			       word_set(pbs, "job", variable(ctx, "PBS_JOBID"), WORD_MAX, err) ||
			       word_set(pbs, "arrayTask", variable(ctx, "PBS_ARRAY_INDEX"),
					WORD_MAX, err) ||
			       word_set(pbs, "partition", variable(ctx, "PBS_QUEUE"), WORD_MAX,
					err) ||
			       json_set_size(pbs, "restart", restart, err)
		       ? -1
		       : 0;
}

static int scheduler_set(const struct context *ctx, struct json *details, struct error *err)
{
	if (variable(ctx, "SLURM_JOB_ID"))
		return slurm_set(ctx, details, err);
	return variable(ctx, "PBS_JOBID") ? pbs_set(ctx, details, err) : 0;
}

static int launcher_set(const struct context *ctx, struct json *details, struct error *err)
{
	static const struct {
		const char *kind, *mark, *size, *restart, *run;
	} known[] = {
		{ "torchrun", "TORCHELASTIC_RUN_ID", "WORLD_SIZE", "TORCHELASTIC_RESTART_COUNT",
		  "TORCHELASTIC_RUN_ID" },
		{ "openmpi", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", NULL, NULL },
		{ "mpi", "PMI_SIZE", "PMI_SIZE", NULL, NULL },
		{ "slurm", "SLURM_STEP_ID", "SLURM_NTASKS", "SLURM_RESTART_COUNT", NULL },
	};
	struct json *launcher;
	uint64_t count;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!variable(ctx, known[i].mark))
			continue;
		if (json_set_object(details, "launcher", &launcher, err) ||
		    json_set_text(launcher, "kind", known[i].kind, err) ||
		    (count_of(ctx, known[i].size, &count) &&
		     json_set_size(launcher, "worldSize", count, err)) ||
		    (known[i].restart && count_of(ctx, known[i].restart, &count) &&
		     json_set_size(launcher, "restart", count, err)))
			return -1;
		return known[i].run ? word_set(launcher, "run", variable(ctx, known[i].run),
					       WORD_MAX, err)
				    : 0;
	}
	return 0;
}

/* ---- Nodes ---- */

static int line_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Distinct lines of the file that PBS_NODEFILE names: one a slot. */
static bool nodefile_count(const char *path, uint64_t *out_count)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *text = NULL;
	struct error none = { 0 };
	size_t count = 0, room = 1;
	const char **line;

	buffer_init(&bytes, NODEFILE_MAX);
	if (!path || file_read(path, &bytes, &none) || buffer_to_text(&bytes, &text, &none))
		return false;
	for (const char *at = text; *at; at++)
		room += *at == '\n';
	line = calloc(room, sizeof(*line));
	for (char *at = text; line && at && *at;) {
		char *end = strchr(at, '\n');

		if (end)
			*end++ = '\0';
		if (*at)
			line[count++] = at;
		at = end;
	}
	if (!line || !count) {
		free(line);
		return false;
	}
	qsort(line, count, sizeof(*line), line_order);
	*out_count = 1;
	for (size_t i = 1; i < count; i++)
		*out_count += strcmp(line[i], line[i - 1]) != 0;
	free(line);
	return true;
}

/* `all` processes, `here` of them on each node. */
static bool nodes_divide(const struct context *ctx, const char *all, const char *here,
			 uint64_t *out_count)
{
	uint64_t total, local;

	if (!count_of(ctx, all, &total) || !count_of(ctx, here, &local) || !local || !total)
		return false;
	*out_count = (total + local - 1) / local;
	return true;
}

/*
 * The nodes of the step of a Slurm job that we are in: two steps of one job do not each take all of
 * it. The shells of sbatch and salloc are steps of one node, with numbers from 2^32 - 16 on, that
 * stand for the whole job.
 */
static bool step_nodes(const struct context *ctx, uint64_t *out_nodes)
{
	const char *step = variable(ctx, "SLURM_STEP_ID");
	char *end = NULL;
	unsigned long number =
		step && step[0] >= '0' && step[0] <= '9' ? strtoul(step, &end, 10) : ULONG_MAX;

	return end && !*end && number < 0xfffffff0ul && count_of(ctx, RUN_STEP_NODES, out_nodes);
}

static int nodes_set(const struct context *ctx, struct json *details, uint64_t *out_nodes,
		     struct error *err)
{
	const char *source = "alone";
	struct json *nodes;

	*out_nodes = 1;
	if (step_nodes(ctx, out_nodes))
		source = RUN_STEP_NODES;
	else if (count_of(ctx, "SLURM_JOB_NUM_NODES", out_nodes))
		source = "SLURM_JOB_NUM_NODES";
	else if (count_of(ctx, "SLURM_NNODES", out_nodes))
		source = "SLURM_NNODES";
	else if (nodefile_count(variable(ctx, "PBS_NODEFILE"), out_nodes))
		source = "PBS_NODEFILE";
	else if (count_of(ctx, "PBS_NUM_NODES", out_nodes))
		source = "PBS_NUM_NODES";
	else if (nodes_divide(ctx, "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", out_nodes))
		source = "OMPI_COMM_WORLD_SIZE";
	else if (count_of(ctx, "GROUP_WORLD_SIZE", out_nodes))
		source = "GROUP_WORLD_SIZE";
	else if (nodes_divide(ctx, "WORLD_SIZE", "LOCAL_WORLD_SIZE", out_nodes))
		source = "WORLD_SIZE";
	if (!*out_nodes) {
		*out_nodes = 1;
		source = "alone";
	}
	return json_set_object(details, "nodes", &nodes, err) ||
			       json_set_size(nodes, "count", *out_nodes, err) ||
			       json_set_text(nodes, "source", source, err)
		       ? -1
		       : 0;
}

/* ---- GPUs ---- */

/* "0,1,2", "GPU-uuid,MIG-uuid"; what hides them all is none. */
static uint64_t devices_listed(const char *text)
{
	uint64_t count = 1;

	if (!text[0] || text[0] == '-' || strcmp(text, "NoDevFiles") == 0 ||
	    strcmp(text, "none") == 0 || strcmp(text, "void") == 0)
		return 0;
	for (; *text; text++)
		count += *text == ',';
	return count;
}

/* The driver's folder of cards; their models into `models`. */
static int cards_look(const char *root, struct json *models, uint64_t *out_count, struct error *err)
{
	char folder[512], path[1024], text[4096], plain[WORD_MAX + 1];
	struct dirent *entry;
	int failed = 0;
	DIR *list;

	*out_count = 0;
	snprintf(folder, sizeof(folder), "%s/proc/driver/nvidia/gpus", root);
	list = opendir(folder);
	while (list && !failed && (entry = readdir(list)) && *out_count < 1024) {
		char *model;

		if (entry->d_name[0] == '.')
			continue;
		++*out_count;
		snprintf(path, sizeof(path), "%s/%.255s/information", folder, entry->d_name);
		if (!run_small_file(path, text, sizeof(text)) || !(model = strstr(text, "Model:")))
			continue;
		model += strlen("Model:");
		model += strspn(model, " \t");
		model[strcspn(model, "\n")] = '\0';
		text_escape(plain, sizeof(plain), model);
		failed = json_count(models) < 16 ? json_add_text(models, plain, err) : 0;
	}
	if (list)
		closedir(list);
	return failed;
}

static int driver_set(const char *root, struct json *gpus, struct error *err)
{
	char path[512], text[1024];

	snprintf(path, sizeof(path), "%s/proc/driver/nvidia/version", root);
	if (!run_small_file(path, text, sizeof(text)))
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return word_set(gpus, "driver", text, WORD_MAX, err);
}

static int gpus_set(const struct context *ctx, const char *root, struct json *details,
		    struct run_machine *machine, struct error *err)
{
	CLEANUP(json_free) struct json *models = NULL;
	const char *visible = context_environment(ctx, "CUDA_VISIBLE_DEVICES");
	const char *source = NULL;
	uint64_t each = 0, cards;
	struct json *gpus;

	if (json_array_new(&models, err) || cards_look(root, models, &cards, err))
		return -1;
	if (count_of(ctx, "SLURM_GPUS_ON_NODE", &each)) {
		source = "SLURM_GPUS_ON_NODE";
	} else if (visible) {
		source = "CUDA_VISIBLE_DEVICES";
		each = devices_listed(visible);
	} else if (cards) {
		source = "/proc/driver/nvidia/gpus";
		each = cards;
	}
	machine->gpus_known = source && each * machine->nodes <= COUNT_MAX;
	machine->gpus = machine->gpus_known ? each * machine->nodes : 0;
	if (!machine->gpus_known)
		return 0;
	return json_set_object(details, "gpus", &gpus, err) ||
			       json_set_size(gpus, "count", machine->gpus, err) ||
			       json_set_size(gpus, "perNode", each, err) ||
			       json_set_text(gpus, "source", source, err) ||
			       (json_count(models) &&
				json_set_take(gpus, "models", &models, err)) ||
			       driver_set(root, gpus, err)
		       ? -1
		       : 0;
}

/* ---- Container and host ---- */

static int container_told(const struct context *ctx, struct json *details, const char *kind,
			  const char *image, const char *source, struct error *err)
{
	struct json *container;

	return json_set_object(details, "container", &container, err) ||
			       json_set_text(container, "kind", kind, err) ||
			       (image &&
				public_set(ctx, container, "image", image, 4 * WORD_MAX, err)) ||
			       json_set_text(container, "source", source, err)
		       ? -1
		       : 0;
}

/* podman writes image="…" into the file that marks its containers. */
static int podman_told(const struct context *ctx, const char *path, struct json *details,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *text = NULL;
	struct error none = { 0 };
	char *image = NULL;

	buffer_init(&bytes, 1u << 16);
	if (file_read(path, &bytes, &none) == 0 && buffer_to_text(&bytes, &text, &none) == 0) {
		image = strstr(text, "\nimage=\"");
		if (!image && strncmp(text, "image=\"", 7) == 0)
			image = text - 1;
	}
	if (image) {
		image += strlen("\nimage=\"");
		image[strcspn(image, "\"\n")] = '\0';
	}
	return container_told(ctx, details, "podman", image && image[0] ? image : NULL,
			      "/run/.containerenv", err);
}

static int container_set(const struct context *ctx, const char *root, struct json *details,
			 struct error *err)
{
	static const struct {
		const char *kind, *variable;
	} known[] = {
		{ "apptainer", "APPTAINER_CONTAINER" },
		{ "apptainer", "APPTAINER_NAME" },
		{ "singularity", "SINGULARITY_CONTAINER" },
		{ "singularity", "SINGULARITY_NAME" },
		{ "enroot", "ENROOT_ROOTFS" },
	};
	const char *marked = variable(ctx, "container");
	char path[512];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *image = variable(ctx, known[i].variable);

		if (image)
			return container_told(ctx, details, known[i].kind, image, known[i].variable,
					      err);
	}
	snprintf(path, sizeof(path), "%s/run/.containerenv", root);
	if (file_exists(path))
		return podman_told(ctx, path, details, err);
	snprintf(path, sizeof(path), "%s/.dockerenv", root);
	if (file_exists(path))
		return container_told(ctx, details, "docker", NULL, "/.dockerenv", err);
	if (!marked)
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(marked, known[i].kind) == 0)
			return container_told(ctx, details, known[i].kind, NULL, "container", err);
	return container_told(ctx, details, "container", NULL, "container", err);
}

static int host_set(struct json *details, struct error *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES);
	long page = sysconf(_SC_PAGESIZE);
	struct utsname system;
	struct json *host;

	/* Not its name: that is often a person's. */
	if (uname(&system))
		return 0;
	return json_set_object(details, "host", &host, err) ||
			       word_set(host, "system", system.sysname, WORD_MAX, err) ||
			       word_set(host, "release", system.release, WORD_MAX, err) ||
			       word_set(host, "machine", system.machine, WORD_MAX, err) ||
			       (cores > 0 && json_set_size(host, "cores", (uint64_t)cores, err)) ||
			       (pages > 0 && page > 0 &&
				json_set_size(host, "memory", (uint64_t)pages * (uint64_t)page,
					      err))
		       ? -1
		       : 0;
}

int run_machine_set(const struct context *ctx, const char *root, struct json *details,
		    struct run_machine *out_machine, struct error *err)
{
	struct run_machine machine = { .nodes = 1 };

	if (scheduler_set(ctx, details, err) || launcher_set(ctx, details, err) ||
	    nodes_set(ctx, details, &machine.nodes, err) ||
	    gpus_set(ctx, root, details, &machine, err) || container_set(ctx, root, details, err) ||
	    host_set(details, err))
		return -1;
	*out_machine = machine;
	return 0;
}
