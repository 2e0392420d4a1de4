/*
 * SIGKILL at any moment of adding: what was acknowledged is there, and audit and reindex hold.
 *
 * kill_test [ROUNDS]: 20 unless given, 150 where AKASHI_LONG is set. In each round two
 * processes add at once and are killed after a random time.
 */
#include "tests/registry/house.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAME_ROOM = 64, WORKERS = 2 };

static unsigned rounds = 20;

/* The registry as a process of its own opens it, adds one checkpoint and says so. */
static void child_add(const struct house *house, const char *model, const char *name, int says)
{
	struct add_checkpoint checkpoint = { .path = model };
	struct registry *registry = NULL;
	struct add_how how = { 0 };
	struct add_result result;
	struct error err = { 0 };

	if (name_parse(name, &checkpoint.name, &err) ||
	    registry_open(&house->ctx, house->registry->folder, &registry, &err) ||
	    registry_add_checkpoints(registry, &how, &checkpoint, 1, &result, &err))
		dprintf(says, "failed: %s\n", err.text);
	else
		dprintf(says, "%s\n", name);
	_exit(0);
}

static pid_t child_start(const struct house *house, const char *model, const char *name,
			 int *out_says)
{
	int pipe_of[2];
	pid_t child;

	assert_int_equal(pipe(pipe_of), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		close(pipe_of[0]);
		child_add(house, model, name, pipe_of[1]);
	}
	close(pipe_of[1]);
	*out_says = pipe_of[0];
	return child;
}

/* What the child said before it died: true when it acknowledged `name`. */
static bool child_said(int says, const char *name)
{
	char text[1200];
	ssize_t len = read(says, text, sizeof(text) - 1);

	close(says);
	if (len <= 0)
		return false;
	text[len] = '\0';
	if (strncmp(text, "failed: ", 8) == 0)
		fail_msg("%s: %s", name, text);
	return strncmp(text, name, strlen(name)) == 0;
}

static void wait_us(uint64_t us)
{
	struct timespec time = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };

	nanosleep(&time, NULL);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* An acknowledged name: found, believed, its files there. */
static void acknowledged_check(struct house *house, const char *text)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct expectation expected = { .kind = STATEMENT_checkpoint, .name = text };
	struct name name = house_name(text), found;
	struct digest identity;
	struct index *index;
	struct error err = { 0 };

	assert_done(registry_index(house->registry, &index, &err), &err);
	assert_done(index_resolve(index, &name, &found, &identity, &err), &err);
	assert_done(registry_evidence(house->registry, &evidence, &err), &err);
	assert_done(registry_trust(house->registry, evidence, &trust, &err), &err);
	assert_done(believe_statement(&trust, evidence, &identity, &expected, &believed, &err),
		    &err);
}

static void nothing_acknowledged_is_lost_to_sigkill(void **state)
{
	char(*name)[NAME_ROOM] = calloc((size_t)rounds * WORKERS, NAME_ROOM);
	bool *said = calloc((size_t)rounds * WORKERS, sizeof(*said));
	uint64_t seed = 4711, usual_us, started;
	unsigned acknowledged = 0, killed = 0;
	struct house house;
	struct error err = { 0 };
	char *model[WORKERS];

	(void)state;
	assert_non_null(name);
	assert_non_null(said);
	house_open(&house);
	for (unsigned w = 0; w < WORKERS; w++) {
		char folder[16];

		snprintf(folder, sizeof(folder), "model-%u", w);
		model[w] = house_path(&house, folder);
		house_model(model[w], (float)w);
	}
	started = now_us();
	house_add(&house, "model-0", "llm-x/base@before");
	usual_us = now_us() - started;

	for (unsigned round = 0; round < rounds; round++) {
		pid_t child[WORKERS];
		int says[WORKERS];

		for (unsigned w = 0; w < WORKERS; w++) {
			char *mine = name[round * WORKERS + w];

			/* Now and then both want the same name for the same content. */
			snprintf(mine, NAME_ROOM, "llm-x/base@%u-%u", round, round % 5 ? w : 0);
			child[w] = child_start(&house, model[round % 5 ? w : 0], mine, &says[w]);
		}
		for (unsigned w = 0; w < WORKERS; w++) {
			int status;

			wait_us(test_random(&seed) % (usual_us + usual_us / 2 + 1000));
			kill(child[w], SIGKILL);
			assert_int_equal(waitpid(child[w], &status, 0), child[w]);
			killed += WIFSIGNALED(status);
		}
		for (unsigned w = 0; w < WORKERS; w++) {
			said[round * WORKERS + w] = child_said(says[w], name[round * WORKERS + w]);
			acknowledged += said[round * WORKERS + w];
		}
		if (round % 8 == 0)
			house_audit(&house, 0); /* as it lies there, before anything mends it */
	}
	print_message("%u of %u killed, %u acknowledged\n", killed, rounds * WORKERS, acknowledged);
	assert_true(killed > 0);

	house_audit(&house, 0);
	house_reopen(&house);
	assert_done(registry_reindex(house.registry, &err), &err);
	for (unsigned i = 0; i < rounds * WORKERS; i++)
		if (said[i])
			acknowledged_check(&house, name[i]);
	house_add(&house, "model-0", "llm-x/base@after");
	house_audit(&house, 0);
	for (unsigned w = 0; w < WORKERS; w++)
		free(model[w]);
	free(name);
	free(said);
	house_close(&house);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost_to_sigkill),
	};

	if (getenv("AKASHI_LONG"))
		rounds = 150;
	if (argc > 1)
		rounds = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
