/* Records of jobs: any bytes are read or refused, each line on its own. */
#include <stdlib.h>
#include <string.h>

#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(void *arg, const char *path, size_t line, const char *why)
{
	(void)path;
	*(size_t *)arg += line + strlen(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { NULL, "spool", "sacct", "jobcomp", "pbs", "csv" };
	size_t complaints = 0;
	struct job_reading reading = { .path = "x",
				       .zone_known = true,
				       .zone_s = 9 * 3600,
				       .complain = complain,
				       .arg = &complaints };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct jobs jobs = { .count = 0 };
		struct error err = { 0 };

		if (jobs_read(&reading, (struct span){ data, size }, formats[i], &jobs, &err) == 0)
			for (size_t k = 0; k < jobs.count; k++)
				if (!memchr(jobs.item[k].job, '\0', JOB_TEXT_SIZE) ||
				    (jobs.item[k].scheduler[0] && !jobs.item[k].job[0]))
					abort();
		jobs_release(&jobs);
	}
	return 0;
}
