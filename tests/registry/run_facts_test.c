/* What is known of a run: launchers and schedulers are understood, and secrets stay out. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/run/facts.h"
#include "registry/run/secrets.h"

/* An environment of pairs, NULL at its end. */
static const char *variable(void *user, const char *name)
{
	const char *const *pair = user;

	for (; pair && *pair; pair += 2)
		if (strcmp(pair[0], name) == 0)
			return pair[1];
	return NULL;
}

static int chance(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	memset(bytes, 0xab, len);
	return 0;
}

static struct run_facts gather(const char *const *environment, const char *root)
{
	struct context ctx = { .user = (void *)(uintptr_t)environment,
			       .environment = variable,
			       .random = chance };
	static const char *const command[] = { "torchrun", "train.py" };
	struct run_facts_request request = { .command = command, .command_count = 2, .root = root };
	struct run_facts facts;
	struct error err = { 0 };

	assert_done(run_facts_gather(&ctx, &request, &facts, &err), &err);
	return facts;
}

static const char *source_of(const struct run_facts *facts, const char *what)
{
	return json_text(json_member(json_member(facts->details, what), "source"));
}

static void the_number_of_nodes_is_what_the_launcher_says(void **state)
{
	static const struct {
		const char *environment[10];
		uint64_t nodes, gpus;
		bool gpus_known;
		const char *source;
	} told[] = {
		{ { NULL }, 1, 0, false, "alone" },
		{ { "SLURM_JOB_ID", "1", "SLURM_JOB_NUM_NODES", "12", "SLURM_GPUS_ON_NODE", "8",
		    NULL },
		  12,
		  96,
		  true,
		  "SLURM_JOB_NUM_NODES" },
		{ { "SLURM_JOB_NUM_NODES", "12", "SLURM_STEP_ID", "1", "SLURM_STEP_NUM_NODES", "2",
		    "SLURM_GPUS_ON_NODE", "8", NULL },
		  2,
		  16,
		  true,
		  "SLURM_STEP_NUM_NODES" },
		{ { "SLURM_JOB_NUM_NODES", "12", "SLURM_STEP_ID", "4294967290",
		    "SLURM_STEP_NUM_NODES", "1", NULL },
		  12,
		  0,
		  false,
		  "SLURM_JOB_NUM_NODES" },
		{ { "SLURM_NNODES", "3", "CUDA_VISIBLE_DEVICES", "0,1,2,3", NULL },
		  3,
		  12,
		  true,
		  "SLURM_NNODES" },
		{ { "OMPI_COMM_WORLD_SIZE", "17", "OMPI_COMM_WORLD_LOCAL_SIZE", "8", NULL },
		  3,
		  0,
		  false,
		  "OMPI_COMM_WORLD_SIZE" },
		{ { "WORLD_SIZE", "16", "LOCAL_WORLD_SIZE", "8", NULL },
		  2,
		  0,
		  false,
		  "WORLD_SIZE" },
		{ { "GROUP_WORLD_SIZE", "5", "WORLD_SIZE", "16", "LOCAL_WORLD_SIZE", "8", NULL },
		  5,
		  0,
		  false,
		  "GROUP_WORLD_SIZE" },
		{ { "SLURM_JOB_NUM_NODES", "many", "CUDA_VISIBLE_DEVICES", "", NULL },
		  1,
		  0,
		  true,
		  "alone" },
		{ { "SLURM_JOB_NUM_NODES", "99999999999999999999", "CUDA_VISIBLE_DEVICES",
		    "GPU-a,GPU-b", NULL },
		  1,
		  2,
		  true,
		  "alone" },
		{ { "WORLD_SIZE", "16", "LOCAL_WORLD_SIZE", "0", "CUDA_VISIBLE_DEVICES", "-1",
		    NULL },
		  1,
		  0,
		  true,
		  "alone" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct run_facts facts = gather(told[i].environment, "/nowhere");

		assert_int_equal(facts.nodes, told[i].nodes);
		assert_int_equal(facts.gpus_known, told[i].gpus_known);
		assert_int_equal(facts.gpus, told[i].gpus);
		assert_string_equal(source_of(&facts, "nodes"), told[i].source);
		run_facts_release(&facts);
	}
}

static void write_at(const char *root, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void files_of_the_machine_tell_of_cards_nodes_and_containers(void **state)
{
	char root[] = "/tmp/akashi-facts.XXXXXX", nodefile[64];
	const char *environment[] = { "PBS_JOBID", "9.pbs",        "PBS_NODEFILE",
				      nodefile,    "PBS_RUNCOUNT", "2",
				      NULL };
	struct error err = { 0 };
	struct run_facts facts;
	const struct json *gpus;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(nodefile, sizeof(nodefile), "%s/nodes", root);
	write_at(root, "nodes", "b\na\nb\na\n\nc");
	write_at(root, "proc/driver/nvidia/gpus/0000:01:00.0/information",
		 "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 1\n");
	write_at(root, "proc/driver/nvidia/gpus/0000:02:00.0/information", "broken");
	write_at(root, "proc/driver/nvidia/version", "NVRM version: 535.1\nGCC\n");
	write_at(root, "run/.containerenv", "engine=\"podman\"\nimage=\"localhost/x:1\"\n");
	facts = gather(environment, root);
	assert_int_equal(facts.nodes, 3);
	assert_int_equal(facts.gpus, 6);
	gpus = json_member(facts.details, "gpus");
	assert_int_equal(json_count(json_member(gpus, "models")), 1);
	assert_string_equal(json_text(json_at(json_member(gpus, "models"), 0)),
			    "NVIDIA H100 80GB HBM3");
	assert_string_equal(json_text(json_member(gpus, "driver")), "NVRM version: 535.1");
	assert_string_equal(
		json_text(json_member(json_member(facts.details, "container"), "image")),
		"localhost/x:1");
	assert_int_equal(
		json_integer_of(json_member(json_member(facts.details, "scheduler"), "restart")),
		1);
	run_facts_release(&facts);
	assert_done(folder_remove(root, &err), &err);
}

static void rank_0_or_nobody_speaks(void **state)
{
	const char *const told[][6] = {
		{ NULL },
		{ "RANK", "0", "SLURM_PROCID", "3", NULL },
		{ "RANK", "7", NULL },
		{ "SLURM_PROCID", "2", NULL },
		{ "RANK", "x", "PMI_RANK", "1", NULL },
	};
	const uint64_t rank[] = { 0, 0, 7, 2, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(rank) / sizeof(rank[0]); i++) {
		struct context ctx = { .user = (void *)(uintptr_t)told[i],
				       .environment = variable };
		const char *variable_name;

		assert_int_equal(run_rank(&ctx, &variable_name), rank[i]);
		assert_int_equal(variable_name != NULL, i > 0);
	}
}

static void home_and_user_are_not_told(void **state)
{
	static const char *const environment[] = { "HOME", "/users/taro", "USER", "taro", NULL };
	static const char *const text[][2] = {
		{ "/users/taro/x", "~/x" },
		{ "--a=/users/taro:/data/taro/b", "--a=~:/data/~user/b" },
		{ "/users/tarot/x", "/users/tarot/x" },
		{ "taro", "taro" },
		{ "/x/taro", "/x/~user" },
		{ "", "" },
	};
	struct context ctx = { .user = (void *)(uintptr_t)environment, .environment = variable };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		CLEANUP(text_free) char *out = NULL;
		struct error err = { 0 };

		assert_done(run_text_public(&ctx, text[i][0], &out, &err), &err);
		assert_string_equal(out, text[i][1]);
	}
}

static void secrets_are_told_from_what_looks_like_them(void **state)
{
	static const char *const secret[] = {
		"hf_abcdefghijklmnopqrstuvwxyzABCDEF",
		"https://me:hunter22@example.org/",
		"WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567",
		"api_key: \"a1b2c3d4e5f6g7h8i9\"",
		"--hf-token=a1b2c3d4e5f6g7h8i9",
		"x\n-----BEGIN OPENSSH PRIVATE KEY-----\n",
	};
	static const char *const plain[] = {
		"https://example.org:8080/a@b",
		"git@example.org:a/b.git",
		"MAX_TOKENS=4096000000000000000",
		"eos_token = <|endoftext|>a1b2c3d4e5f6",
		"pad_token=a1b2c3d4e5f6g7h8i9",
		"password = os.environ['PASSWORD']",
		"token = \"/etc/secrets/file0123456789\"",
		"https://me:$TOKEN@example.org/",
		"secret: see the other file please",
		"",
	};
	struct secret_found found;

	(void)state;
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
		if (!secrets_find(span_of(secret[i]), &found))
			fail_msg("passed: %s", secret[i]);
	assert_int_equal(found.line, 2);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (secrets_find(span_of(plain[i]), &found))
			fail_msg("%s: %s", plain[i], found.rule);
	assert_true(secrets_name("HF_TOKEN", 8));
	assert_false(secrets_name("NUM_TOKENS", 10));
	assert_false(secrets_name("PAD_TOKEN", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_of_nodes_is_what_the_launcher_says),
		cmocka_unit_test(files_of_the_machine_tell_of_cards_nodes_and_containers),
		cmocka_unit_test(rank_0_or_nobody_speaks),
		cmocka_unit_test(home_and_user_are_not_told),
		cmocka_unit_test(secrets_are_told_from_what_looks_like_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
