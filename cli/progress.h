/* One line on a terminal's stderr that says how far the work is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;                  /* stderr is a terminal and nobody asked for quiet */
	bool drawn;                  /* a line stands there now */
	uint64_t last_ms;            /* when it was drawn */
	uint64_t begin_ms;           /* when this kind of work began */
	char what[48];               /* which kind of work */
	uint64_t last_done;          /* going backwards means that work of this kind began anew */
	_Atomic uint64_t read_bytes; /* of files, since this kind of work began */
};

/* Draw at most ten times a second. */
void progress_update(struct progress *progress, const char *what, const char *unit, uint64_t done,
		     uint64_t total);

/* So many bytes more were read; from any thread. Draws nothing. */
void progress_read(struct progress *progress, uint64_t bytes);

/* Take the line away, before anything else is printed and at the end. */
void progress_clear(struct progress *progress);

#endif
