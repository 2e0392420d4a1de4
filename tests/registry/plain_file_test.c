/* Only plain files are opened, and nothing is waited for. */
#include "registry/plain_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support.h"

/* A socket of that name in `folder`. */
static void socket_make(const char *folder, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_true(snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", folder, name) <
		    (int)sizeof(at.sun_path));
	assert_return_code(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
}

static void a_plain_file_is_opened_and_nothing_else_is_waited_for(void **state)
{
	static const char *const others[] = { "pipe", "link", "folder", "socket" };
	char *path = test_folder(), byte;
	int fd, folder = open(path, O_RDONLY | O_DIRECTORY);
	struct error err = { 0 };

	(void)state;
	assert_true(folder >= 0);
	fd = openat(folder, "plain", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_return_code(mkfifoat(folder, "pipe", 0600), 0);
	assert_return_code(symlinkat("plain", folder, "link"), 0);
	assert_return_code(mkdirat(folder, "folder", 0700), 0);
	socket_make(path, "socket");
	fd = plain_file_open(folder, "plain", &err);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, 0), 1);
	close(fd);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		err = (struct error){ 0 };
		assert_int_equal(plain_file_open(folder, others[i], &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
	}
	err = (struct error){ 0 };
	assert_int_equal(plain_file_open(folder, "none", &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	close(folder);
	test_folder_remove(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_file_is_opened_and_nothing_else_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
