/*
 * Many writers of one log: threads and processes that append at once, claim the same names, and are
 * killed at any moment. No entry is lost, no index given twice.
 *
 * log_writers_test [KILLS]: 100 processes are killed unless given, 500 where AKASHI_LONG is set.
 */
#include "tests/registry/house.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/log/inner.h"
#include "tests/registry/log_check.h"

#define ORIGIN "example.org/log"

enum { TEXT_ROOM = 48, WRITERS = 4, THREADS = 8 };

static unsigned kills = 100;

struct site {
	char *folder;
	struct context ctx;
	struct log *log;
};

static void site_open(struct site *site)
{
	struct error err = { 0 };

	site->folder = test_folder();
	site->ctx = test_context();
	assert_done(log_create(&site->ctx, site->folder, ORIGIN, 0600, &err), &err);
	assert_done(log_open(&site->ctx, site->folder, ORIGIN, &site->log, &err), &err);
}

static void site_close(struct site *site)
{
	log_close(&site->log);
	test_folder_remove(&site->folder);
}

/* Run `body` in a process of its own, with the log open there. */
static pid_t child_start(const struct site *site, void (*body)(struct log *log, unsigned number),
			 unsigned number)
{
	struct log *log = NULL;
	struct error err = { 0 };
	pid_t child = fork();

	assert_true(child >= 0);
	if (child)
		return child;
	if (log_open(&site->ctx, site->folder, ORIGIN, &log, &err)) {
		fprintf(stderr, "writer %u: %s\n", number, err.text);
		_exit(1);
	}
	body(log, number);
	log_close(&log);
	_exit(0);
}

static void child_wait(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The proof of an entry that was acknowledged holds for the very bytes that were appended. */
static void proof_verify(struct log *log, uint64_t index, const char *text)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };
	struct log_trust own = log_own_trust(log);
	struct checkpoint checkpoint;
	struct proof proof;

	buffer_init(&bytes, PROOF_MAX_BYTES);
	assert_done(log_prove(log, index, &bytes, &err), &err);
	assert_done(proof_parse(buffer_view(&bytes), &proof, &err), &err);
	assert_int_equal(proof.index, index);
	assert_done(proof_check(&proof, span_of(text), &own, &checkpoint, &err), &err);
}

/* ---- Threads and processes ---- */

struct worker {
	const struct site *site; /* where it opens a log of its own */
	struct log *log;
	unsigned number, first, count, step;
	unsigned refused;
	struct error err;
};

/* Append entries first, first + step … one by one; each is known to several workers. */
static void *append_shared(void *arg)
{
	struct worker *worker = arg;

	for (unsigned i = 0; i < worker->count && !worker->err.code; i++) {
		char text[TEXT_ROOM];
		struct log_item item;
		uint64_t index;

		snprintf(text, sizeof(text), "shared %u",
			 (worker->first + i * worker->step) % worker->count);
		item = (struct log_item){ .entry = span_of(text), .ident = text };
		if (log_append(worker->log, &item, 1, &index, &worker->err))
			break;
	}
	return NULL;
}

static void workers_run(struct worker *worker, size_t count, void *(*body)(void *))
{
	pthread_t thread[64];

	for (size_t t = 0; t < count; t++)
		assert_int_equal(pthread_create(&thread[t], NULL, body, &worker[t]), 0);
	for (size_t t = 0; t < count; t++) {
		pthread_join(thread[t], NULL);
		if (worker[t].err.code)
			fail_msg("%s", worker[t].err.text);
	}
}

enum { SHARED = 60 };

static void share(struct log *log, unsigned number)
{
	struct worker worker[THREADS] = { 0 };

	for (unsigned t = 0; t < THREADS; t++)
		worker[t] = (struct worker){
			.log = log, .first = number * 7 + t * 11, .count = SHARED, .step = 7
		};
	workers_run(worker, THREADS, append_shared);
}

static void threads_and_processes_append_each_entry_once(void **state)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };
	pid_t child[WRITERS];
	struct site site;

	(void)state;
	site_open(&site);
	for (unsigned w = 0; w < WRITERS; w++)
		child[w] = child_start(&site, share, w);
	share(site.log, WRITERS);
	for (unsigned w = 0; w < WRITERS; w++)
		child_wait(child[w]);
	assert_done(log_head(site.log, &head, &err), &err);
	assert_int_equal(head.size, SHARED);
	assert_done(log_check(site.log, &err), &err);
	site_close(&site);
}

enum { NAMES = 1000, CONTENDERS = 4, SLICES = 16 };

/* Claim every name of a slice for one's own statement; some other contender may have it. */
static void *claim_slice(void *arg)
{
	struct worker *worker = arg;

	for (unsigned n = worker->first; n < NAMES; n += worker->step) {
		char text[TEXT_ROOM], claim[TEXT_ROOM], statement[TEXT_ROOM];
		struct log_item item;
		struct error err = { 0 };
		uint64_t index;

		snprintf(text, sizeof(text), "%u claims %u", worker->number, n);
		snprintf(claim, sizeof(claim),
			 worker->number % 2 ? "llm-x/Base@v%u" : "llm-x/base@v%u", n);
		snprintf(statement, sizeof(statement), "%u", worker->number);
		item = (struct log_item){ .entry = span_of(text),
					  .ident = text,
					  .claim = claim,
					  .statement = statement };
		if (log_append(worker->log, &item, 1, &index, &err) == 0)
			continue;
		if (err.code != ERROR_USAGE || !strstr(err.text, "is taken")) {
			worker->err = err;
			return NULL;
		}
		worker->refused++;
	}
	return NULL;
}

static void of_a_thousand_races_for_a_name_each_leaves_one_claim(void **state)
{
	struct worker worker[CONTENDERS * SLICES] = { 0 };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };
	unsigned refused = 0;
	struct site site;

	(void)state;
	site_open(&site);
	for (unsigned t = 0; t < CONTENDERS * SLICES; t++)
		worker[t] = (struct worker){
			.log = site.log, .number = t / SLICES, .first = t % SLICES, .step = SLICES
		};
	workers_run(worker, CONTENDERS * SLICES, claim_slice);
	for (unsigned t = 0; t < CONTENDERS * SLICES; t++)
		refused += worker[t].refused;
	assert_int_equal(refused, (CONTENDERS - 1) * NAMES);
	assert_done(log_head(site.log, &head, &err), &err);
	assert_int_equal(head.size, NAMES); /* whose claim was refused has no entry either */
	assert_done(log_check(site.log, &err), &err);
	site_close(&site);
}

static void append_one(struct log *log, const char *text)
{
	struct log_item item = { .entry = span_of(text), .ident = text };
	struct error err = { 0 };
	uint64_t index;

	assert_done(log_append(log, &item, 1, &index, &err), &err);
}

/* Append through a handle of one's own. */
static void *append_apart(void *arg)
{
	struct worker *worker = arg;

	if (log_open(&worker->site->ctx, worker->site->folder, ORIGIN, &worker->log, &worker->err))
		return NULL;
	append_shared(worker);
	log_close(&worker->log);
	return NULL;
}

static void two_open_logs_in_one_process_are_two_writers(void **state)
{
	struct worker worker[THREADS] = { 0 };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };
	struct site site;

	(void)state;
	site_open(&site);
	for (unsigned t = 0; t < THREADS; t++)
		worker[t] =
			(struct worker){ .site = &site, .first = 3 * t, .count = 24, .step = 5 };
	workers_run(worker, THREADS, append_apart);
	assert_done(log_head(site.log, &head, &err), &err);
	assert_int_equal(head.size, 24);
	assert_done(log_check(site.log, &err), &err);
	site_close(&site);
}

/* One step of a writer that passes log.lock by, as on a file system where locks are not shared. */
static int sequence_unlocked(struct log *log, struct log_state *state, const char *text,
			     struct error *err)
{
	struct log_item item = { .entry = span_of(text), .ident = text };
	const struct log_items group = { &item, 1 };
	struct error refused = { 0 };
	uint64_t index;

	if (log_sequence_begin(log, state, err) == 0 &&
	    log_sequence_group(log, &group, &index, &refused, err) == 0 && !refused.code &&
	    log_sequence_commit(log, state, err) == 0)
		return 0;
	log_sequence_abandon(log);
	return -1;
}

static void two_writers_that_pass_the_lock_by_cannot_fork(void **state)
{
	struct log_state one = { 0 }, two = { 0 };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *other = NULL;
	struct error err = { 0 };
	struct site site;

	(void)state;
	site_open(&site);
	append_one(site.log, "first");
	assert_done(log_open(&site.ctx, site.folder, ORIGIN, &other, &err), &err);
	assert_done(log_settle(site.log, &one, &err), &err);
	assert_done(log_settle(other, &two, &err), &err);

	/* Both believe that theirs is entry 1: one of them gets it. */
	assert_done(sequence_unlocked(other, &two, "two", &err), &err);
	assert_int_equal(sequence_unlocked(site.log, &one, "one", &err), -1);
	err = (struct error){ 0 };

	/* Both go on to sign: lock.db lets one of them. */
	one.sequenced = two.sequenced;
	assert_done(log_advance(other, &two, &err), &err);
	assert_fails(log_advance(site.log, &one, &err), &err, ERROR_SYSTEM);
	assert_done(log_head(site.log, &head, &err), &err);
	assert_true(span_equal(buffer_view(&head.note), buffer_view(&two.head.note)));

	log_state_release(&one);
	log_state_release(&two);
	log_close(&other);
	append_one(site.log, "one");
	assert_done(log_check(site.log, &err), &err);
	site_close(&site);
}

/* ---- What waits ---- */

static char *waiting_folder(const struct site *site)
{
	struct error err = { 0 };
	char *path;

	assert_done(path_join(site->folder, "log.waiting", &path, &err), &err);
	return path;
}

static void whoever_leads_takes_along_what_others_wait_for(void **state)
{
	struct log_item item[] = {
		{ .entry = span_of("waits"), .ident = "waits" },
		{ .entry = span_of("clashes"),
		  .ident = "clashes",
		  .claim = "llm-x/base@v1",
		  .statement = "1" },
		{ .entry = span_of("too"), .ident = "too" },
	};
	const struct log_items group[] = { { &item[0], 1 }, { &item[1], 1 }, { &item[2], 1 } };
	CLEANUP(log_waiting_close) struct log_waiting *waiting = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct error err = { 0 };
	struct site site;
	uint64_t index;

	(void)state;
	site_open(&site);
	folder = waiting_folder(&site);
	item[1].statement = "2";
	assert_done(log_append(site.log, &item[1], 1, &index, &err), &err);
	item[1].statement = "1";
	item[1].ident = "clashes with it";
	assert_done(log_waiting_open(folder, &waiting, &err), &err);
	assert_done(log_waiting_post(waiting, group, 3, &err), &err);
	append_one(site.log, "leads");
	assert_done(log_find(site.log, "leads", &index, &err), &err);
	assert_int_equal(index, 1);
	assert_done(log_find(site.log, "waits", &index, &err), &err);
	assert_int_equal(index, 2);
	assert_done(log_find(site.log, "too", &index, &err), &err);
	assert_int_equal(index, 3);
	assert_fails(log_find(site.log, "clashes with it", &index, &err), &err, ERROR_ABSENT);

	item[0].ident = "withdrawn";
	assert_done(log_waiting_post(waiting, group, 1, &err), &err);
	log_waiting_withdraw(waiting);
	append_one(site.log, "leads again");
	assert_fails(log_find(site.log, "withdrawn", &index, &err), &err, ERROR_ABSENT);
	site_close(&site);
}

static void post_and_die(struct log *log, unsigned number)
{
	struct log_item item = { .entry = span_of("dead"), .ident = "dead" };
	const struct log_items group = { &item, 1 };
	CLEANUP(text_free) char *folder = NULL;
	struct log_waiting *waiting = NULL;
	struct error err = { 0 };

	(void)number;
	if (log_path(log, "log.waiting", &folder, &err) ||
	    log_waiting_open(folder, &waiting, &err) || log_waiting_post(waiting, &group, 1, &err))
		_exit(1);
	_exit(0); /* without a word: the file stays */
}

static void what_the_dead_waited_for_is_not_appended_later(void **state)
{
	CLEANUP(text_free) char *folder = NULL, *path = NULL;
	struct error err = { 0 };
	struct site site;
	uint64_t index;
	char name[32];
	pid_t child;

	(void)state;
	site_open(&site);
	folder = waiting_folder(&site);
	child = child_start(&site, post_and_die, 0);
	child_wait(child);
	snprintf(name, sizeof(name), "%ld-0", (long)child);
	assert_done(path_join(folder, name, &path, &err), &err);
	assert_true(file_exists(path));
	append_one(site.log, "alive");
	assert_fails(log_find(site.log, "dead", &index, &err), &err, ERROR_ABSENT);
	assert_false(file_exists(path));
	site_close(&site);
}

static void a_torn_word_of_who_waits_is_passed_over(void **state)
{
	struct log_item item = { .entry = span_of("torn"), .ident = "torn" };
	const struct log_items group = { &item, 1 };
	CLEANUP(log_waiting_close) struct log_waiting *waiting = NULL;
	CLEANUP(text_free) char *folder = NULL, *path = NULL;
	struct error err = { 0 };
	struct site site;
	uint64_t index;
	char name[32];

	(void)state;
	site_open(&site);
	folder = waiting_folder(&site);
	assert_done(log_waiting_open(folder, &waiting, &err), &err);
	assert_done(log_waiting_post(waiting, &group, 1, &err), &err);
	snprintf(name, sizeof(name), "%ld-0", (long)getpid());
	assert_done(path_join(folder, name, &path, &err), &err);
	house_flip(path, 40);
	append_one(site.log, "leads");
	assert_fails(log_find(site.log, "torn", &index, &err), &err, ERROR_ABSENT);
	house_flip(path, 40);
	append_one(site.log, "leads again");
	assert_done(log_find(site.log, "torn", &index, &err), &err);
	site_close(&site);
}

/* ---- Killed at any moment ---- */

/* What a writer says of an entry once log_append returned. */
struct said {
	char text[TEXT_ROOM];
	uint64_t index;
};

struct stream {
	struct log *log;
	unsigned writer, thread;
	int says;
};

static void *append_and_say(void *arg)
{
	const struct stream *stream = arg;

	for (unsigned n = 0;; n++) {
		struct said said = { 0 };
		struct log_item item;
		struct error err = { 0 };

		snprintf(said.text, sizeof(said.text), "%u-%u-%u", stream->writer, stream->thread,
			 n);
		item = (struct log_item){ .entry = span_of(said.text), .ident = said.text };
		if (log_append(stream->log, &item, 1, &said.index, &err)) {
			fprintf(stderr, "writer %u: %s\n", stream->writer, err.text);
			_exit(1);
		}
		if (write(stream->says, &said, sizeof(said)) != (ssize_t)sizeof(said))
			_exit(1);
	}
	return NULL;
}

static int says_file; /* opened before the fork, O_APPEND: one write is one line */

static void append_until_killed(struct log *log, unsigned number)
{
	struct stream stream[THREADS];
	pthread_t thread[THREADS];

	for (unsigned t = 0; t < THREADS; t++) {
		stream[t] = (struct stream){ log, number, t, says_file };
		if (pthread_create(&thread[t], NULL, append_and_say, &stream[t]))
			_exit(1);
	}
	pthread_join(thread[0], NULL);
}

static void wait_us(uint64_t us)
{
	struct timespec time = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };

	nanosleep(&time, NULL);
}

/* However slow the machine is: wait until somebody was told of another entry. */
static void wait_for_a_word(void)
{
	off_t before = lseek(says_file, 0, SEEK_END);

	while (lseek(says_file, 0, SEEK_END) == before)
		wait_us(500);
}

/* Everything that was acknowledged is there, under the index that was told, and proven. */
static unsigned said_check(struct log *log)
{
	unsigned count = 0;
	struct said said;

	assert_int_equal(lseek(says_file, 0, SEEK_SET), 0);
	while (read(says_file, &said, sizeof(said)) == (ssize_t)sizeof(said)) {
		struct error err = { 0 };
		uint64_t index;

		assert_done(log_find(log, said.text, &index, &err), &err);
		assert_int_equal(index, said.index);
		proof_verify(log, index, said.text);
		count++;
	}
	return count;
}

static void nothing_acknowledged_is_lost_when_writers_are_killed_under_load(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	uint64_t seed = 2718281828;
	pid_t child[WRITERS];
	struct error err = { 0 };
	unsigned killed, said;
	struct site site;

	(void)state;
	site_open(&site);
	assert_done(path_join(site.folder, "said", &path, &err), &err);
	says_file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(says_file >= 0);
	for (unsigned w = 0; w < WRITERS; w++)
		child[w] = child_start(&site, append_until_killed, w);
	for (killed = 0; killed < kills; killed++) {
		unsigned w = (unsigned)(test_random(&seed) % WRITERS);
		int status;

		if (killed % 3 == 0)
			wait_for_a_word();
		wait_us(test_random(&seed) % 40000);
		kill(child[w], SIGKILL);
		assert_int_equal(waitpid(child[w], &status, 0), child[w]);
		assert_true(WIFSIGNALED(status)); /* none gave up by itself */
		child[w] = child_start(&site, append_until_killed, WRITERS + killed);
		if (killed % 50 == 49)
			assert_done(log_check(site.log, &err), &err);
	}
	for (unsigned w = 0; w < WRITERS; w++) {
		int status;

		kill(child[w], SIGKILL);
		assert_int_equal(waitpid(child[w], &status, 0), child[w]);
	}
	assert_done(log_check(site.log, &err), &err);
	said = said_check(site.log);
	print_message("%u writers of %u threads killed, %u entries acknowledged\n", killed, THREADS,
		      said);
	assert_true(said > killed / 4);
	append_one(site.log, "after");
	close(says_file);
	site_close(&site);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_processes_append_each_entry_once),
		cmocka_unit_test(of_a_thousand_races_for_a_name_each_leaves_one_claim),
		cmocka_unit_test(two_open_logs_in_one_process_are_two_writers),
		cmocka_unit_test(two_writers_that_pass_the_lock_by_cannot_fork),
		cmocka_unit_test(whoever_leads_takes_along_what_others_wait_for),
		cmocka_unit_test(what_the_dead_waited_for_is_not_appended_later),
		cmocka_unit_test(a_torn_word_of_who_waits_is_passed_over),
		cmocka_unit_test(nothing_acknowledged_is_lost_when_writers_are_killed_under_load),
	};

	if (getenv("AKASHI_LONG"))
		kills = 500;
	if (argc > 1)
		kills = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
