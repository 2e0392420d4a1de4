/* Graphviz, spoken to in this one place. */
#include "cli/graphviz.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_THERE = 127, CHUNK = 1 << 16 };

/* All of `text` into a file in memory, to be read from its beginning. */
static int text_file(struct span text, int *out_fd, struct error *err)
{
	int fd = memfd_create("lineage", MFD_CLOEXEC);

	if (fd < 0)
		return error_system(err, errno, "cannot hold a drawing");
	*out_fd = fd;
	while (text.len) {
		ssize_t done = write(fd, text.data, text.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_system(err, errno, "cannot hold a drawing");
		text.data += done;
		text.len -= (size_t)done;
	}
	return lseek(fd, 0, SEEK_SET) ? error_system(err, errno, "cannot hold a drawing") : 0;
}

static int drawn_read(int fd, struct buffer *out, struct error *err)
{
	uint8_t chunk[CHUNK];
	off_t at = 0;

	for (;;) {
		ssize_t len = pread(fd, chunk, sizeof(chunk), at);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return error_system(err, errno, "cannot read what Graphviz drew");
		if (!len)
			return 0;
		if (buffer_add(out, (struct span){ chunk, (size_t)len }, err))
			return -1;
		at += len;
	}
}

static int dot_run(int in, int drawn, int *out_status, struct error *err)
{
	char program[] = "dot", format[] = "-Tsvg";
	char *const argument[] = { program, format, NULL };
	pid_t child = fork();

	if (child < 0)
		return error_system(err, errno, "cannot run Graphviz");
	if (child == 0) {
		if (dup2(in, STDIN_FILENO) >= 0 && dup2(drawn, STDOUT_FILENO) >= 0)
			execvp(argument[0], argument);
		_exit(NOT_THERE);
	}
	while (waitpid(child, out_status, 0) < 0)
		if (errno != EINTR)
			return error_system(err, errno, "cannot wait for Graphviz");
	return 0;
}

static int svg_make(int in, int drawn, struct buffer *out, struct error *err)
{
	int status;

	if (dot_run(in, drawn, &status, err))
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		return error_set(
			err, ERROR_SYSTEM,
			"an SVG is laid out by Graphviz, whose command 'dot' is not there: "
			"install graphviz, or ask for --format dot, mermaid or json");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return error_set(err, ERROR_SYSTEM,
				 "Graphviz failed (%s %d): ask for less with --depth, or for "
				 "--format dot",
				 WIFSIGNALED(status) ? "signal" : "exit status",
				 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return drawn_read(drawn, out, err);
}

int graphviz_svg(struct span text, struct buffer *out, struct error *err)
{
	int in = -1, drawn = memfd_create("drawn", MFD_CLOEXEC);
	int failed = drawn < 0 ? error_system(err, errno, "cannot hold a drawing")
			       : text_file(text, &in, err) || svg_make(in, drawn, out, err);

	if (in >= 0)
		close(in);
	if (drawn >= 0)
		close(drawn);
	return failed ? -1 : 0;
}
