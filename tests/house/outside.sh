#!/bin/bash
# Only cli/ prints, exits, reads the environment or the clock; the rest is told by its context.
. tests/house/lib.sh

check() {
	calls "$1" 'printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|putc|perror|isatty|exit|_exit|_Exit|quick_exit|getenv|secure_getenv|setenv|putenv|setlocale|time|gettimeofday|clock_gettime|clock|localtime|localtime_r|system|popen|fork|execv|execve|execvp|execl|execlp' \
		$(sources "$1" kernels verify registry)
}

rule "only cli/ prints, exits, reads the environment or the clock"
breaks "printing" kernels/planted.c 'static void f(void) { printf("here\n"); }'
breaks "printing to a stream" verify/format/planted.c '	if (x) fprintf (stderr, "here\n");'
breaks "leaving" registry/store/planted.c 'void f(void) { exit(1); }'
breaks "reading the environment" registry/planted.c 'char *f(void) { return getenv("HOME"); }'
breaks "reading the clock" verify/planted.c 'long f(void) { return time(NULL); }'
