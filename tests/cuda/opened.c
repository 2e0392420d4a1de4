/* opened: what the tests of the fake driver begin and end with. */
#include "opened.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void opened_start(struct opened *o, const struct fake_options *options)
{
	int device;

	fake_driver_start(options);
	fake_driver_fill(&o->driver);
	DONE(o->driver.init(0));
	DONE(o->driver.device_get(&device, 0));
	DONE(o->driver.context_retain(&o->context, device));
	DONE(o->driver.context_set(o->context));
	DONE(o->driver.stream_new(&o->stream, CUDA_STREAM_NON_BLOCKING));
	DONE(o->driver.stream_new(&o->other, CUDA_STREAM_NON_BLOCKING));
	DONE(o->driver.module_load(&o->module, "fake:map"));
	DONE(o->driver.module_function(&o->add, o->module, "add"));
}

void opened_stop(struct opened *o)
{
	DONE(o->driver.context_set(o->context));
	DONE(o->driver.stream_free(o->stream));
	DONE(o->driver.stream_free(o->other));
	DONE(o->driver.module_unload(o->module));
	DONE(o->driver.context_release(0));
	fake_driver_stop();
}

int opened_double(struct opened *o, cuda_stream stream, cuda_address x, cuda_address y, size_t n)
{
	struct add_params params = { .numbers = { .shape = { 1, (uint32_t)n, 1, 0 },
						  .a = (const float *)(uintptr_t)x,
						  .b = (const float *)(uintptr_t)x,
						  .y = (float *)(uintptr_t)y,
						  .a_stride = n,
						  .b_stride = n,
						  .y_stride = n } };
	void *parameters[] = { &params };

	return o->driver.launch(o->add, 2, 1, 1, MAP_THREADS, 1, 1, 0, stream, parameters, NULL);
}

void check_stopped(void (*call)(struct opened *o), const struct fake_options *options,
		   const char *words)
{
	char text[2048] = "";
	int ends[2], status;
	size_t len = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct opened o;

		dup2(ends[1], STDERR_FILENO);
		opened_start(&o, options);
		call(&o);
		_exit(0);
	}
	close(ends[1]);
	while (len + 1 < sizeof(text) &&
	       (got = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !strstr(text, words))
		fail_msg("it should have stopped with '%s' and ended with %d: %s", words, status,
			 text);
}
