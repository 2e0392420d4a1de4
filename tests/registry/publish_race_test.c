/*
 * Many who want one name at the same moment, each for a statement of its own, through all that
 * makes a statement: one has it, and everybody else is told so. No envelope or entry is lost.
 *
 * publish_race_test [TRIES]: 6 processes of 8 threads each, every one of which opens the registry
 * and the key for itself; each tries once unless given, 21 times, 1,008 in all, where AKASHI_LONG
 * is set.
 */
#include "tests/registry/house.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 6, THREADS = 8 };

static unsigned tries = 1;

/* One who wants the name. */
struct contender {
	struct house *house;
	unsigned number;
	pthread_barrier_t *start;
	unsigned has_it;  /* how often it was given the name */
	struct error err; /* what was not foreseen */
};

static int claim(const struct contender *contender, unsigned number, struct registry *registry,
		 struct signing_key *key, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_checkpoint,
					 .subject =
						 contender->number % 2 ? "Lab/M@V1" : "lab/m@v1" };
	struct statement_made made;
	char text[64];

	snprintf(text, sizeof(text), "manifest %u of contender %u", number, contender->number);
	draft.digest = sha256(span_of(text));
	if (json_object_new(&predicate, err) ||
	    json_set_text(predicate, "name", contender->number % 2 ? "Lab/M" : "lab/m", err) ||
	    json_set_text(predicate, "version", contender->number % 2 ? "V1" : "v1", err) ||
	    json_set_digest(predicate, "manifest", &draft.digest, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, &made, err);
}

static void *contend(void *arg)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct contender *contender = arg;
	bool ready;

	ready = !registry_open(&contender->house->ctx, contender->house->registry->folder,
			       &registry, &contender->err) &&
		!signing_key_open(&contender->house->ctx, "tester", &key, &contender->err);
	pthread_barrier_wait(contender->start);
	if (!ready)
		return NULL;
	for (unsigned i = 0; i < tries && !contender->err.code; i++) {
		struct error err = { 0 };

		if (!claim(contender, i, registry, key, &err))
			contender->has_it++;
		else if (err.code != ERROR_USAGE || !strstr(err.text, "exists already"))
			contender->err = err;
	}
	return NULL;
}

/* All threads of one process; its exit status is how many of them have the name. */
static int contend_all(struct house *house, unsigned process, int gate)
{
	struct contender contender[THREADS];
	pthread_barrier_t start;
	pthread_t thread[THREADS];
	int have = 0;
	char byte;

	pthread_barrier_init(&start, NULL, THREADS + 1);
	for (unsigned t = 0; t < THREADS; t++) {
		contender[t] = (struct contender){ .house = house,
						   .number = process * THREADS + t,
						   .start = &start };
		if (pthread_create(&thread[t], NULL, contend, &contender[t]))
			return 100;
	}
	(void)!read(gate, &byte, 1); /* ends for all processes at once */
	pthread_barrier_wait(&start);
	for (unsigned t = 0; t < THREADS; t++) {
		pthread_join(thread[t], NULL);
		have += (int)contender[t].has_it;
		if (contender[t].err.code) {
			fprintf(stderr, "contender %u: %s\n", contender[t].number,
				contender[t].err.text);
			have = 100;
			break;
		}
	}
	return have;
}

static int claim_count(void *arg, const struct index_claim *found, struct error *err)
{
	unsigned *claims = arg;

	(void)found;
	(void)err;
	++*claims;
	return 0;
}

static void of_all_who_want_one_name_one_has_it(void **state)
{
	pid_t child[PROCESSES];
	struct error err = { 0 };
	struct house house;
	unsigned claims = 0;
	struct index *index;
	int gate[2], have = 0;

	(void)state;
	house_open(&house);
	assert_int_equal(pipe(gate), 0);
	for (unsigned p = 0; p < PROCESSES; p++) {
		child[p] = fork();
		assert_true(child[p] >= 0);
		if (child[p])
			continue;
		close(gate[1]);
		_exit(contend_all(&house, p, gate[0]));
	}
	close(gate[1]);
	for (unsigned p = 0; p < PROCESSES; p++) {
		int status;

		assert_int_equal(waitpid(child[p], &status, 0), child[p]);
		assert_true(WIFEXITED(status));
		have += WEXITSTATUS(status);
	}
	close(gate[0]);
	assert_int_equal(have, 1);
	house_reopen(&house);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_claims(index, NULL, NULL, claim_count, &claims, &err), &err);
	assert_int_equal(claims, 1);
	house_audit(&house, 1); /* nobody keeps a model here: its manifest is missed */
	house_close(&house);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_all_who_want_one_name_one_has_it),
	};

	if (getenv("AKASHI_LONG"))
		tries = 21;
	if (argc > 1)
		tries = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
