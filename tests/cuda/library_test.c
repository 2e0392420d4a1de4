/* library: a driver is loaded as a shared library, and one that is too old is not used. */
#include "../support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/cuda/driver.h"

static const char *self;

/*
 * The loader reads LD_LIBRARY_PATH once: each driver wants a process of its own, which
 * is this program again with a word that says what to try.
 */
static int run_again(const char *drivers, const char *options, const char *word)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		setenv("LD_LIBRARY_PATH", drivers, 1);
		setenv("AKASHI_FAKE_CUDA", options, 1);
		execl(self, self, word, (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void every_function_is_found_in_the_library(void **state)
{
	(void)state;
	assert_int_equal(run_again(DRIVERS "/driver", "devices=2 name=Some_Device", "opens"), 0);
}

static void an_old_driver_is_named_by_what_it_lacks(void **state)
{
	(void)state;
	assert_int_equal(run_again(DRIVERS "/old_driver", "", "lacks"), 0);
}

/* In the process of its own; the exit status says which line failed. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "not so: %s (%s)\n", #condition, err.text);                \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

static int opens(void)
{
	struct cuda_driver driver;
	struct error err = { 0 };
	char name[32];
	int count;

	EXPECT(!cuda_driver_open(&driver, &err));
	EXPECT(driver.init(0) == CUDA_OK);
	EXPECT(driver.device_count(&count) == CUDA_OK && count == 2);
	EXPECT(driver.device_name(name, sizeof(name), 1) == CUDA_OK);
	EXPECT(!strcmp(name, "Some Device"));
	cuda_driver_close(&driver);
	return 0;
}

static int lacks(void)
{
	struct cuda_driver driver;
	struct error err = { 0 };

	EXPECT(cuda_driver_open(&driver, &err));
	EXPECT(strstr(err.text, "cuMemsetD2D8Async"));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_is_found_in_the_library),
		cmocka_unit_test(an_old_driver_is_named_by_what_it_lacks),
	};

	self = argv[0];
	if (argc > 1)
		return !strcmp(argv[1], "opens") ? opens() : lacks();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
