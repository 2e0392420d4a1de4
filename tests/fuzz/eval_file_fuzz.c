/* What an evaluation harness wrote, as anyone may hand it in: items, and the results beside them.
 */
#include "verify/eval_file.h"
#include "verify/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void results_try(struct span text)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct eval_run run;
	struct eval_task task;
	struct error err = { 0 };

	if (json_parse(text, NULL, &file, &err))
		return;
	(void)!eval_run_read(file, &run, &err);
	err = (struct error){ 0 };
	(void)!eval_task_read(file, "t", &task, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { data, size };
	struct eval_task task = { .name = "t", .output_type = "multiple_choice", .delimiter = " " };

	for (int kind = EVAL_CHOICE; kind <= EVAL_OTHER; kind++) {
		struct eval_file file;
		struct error err = { 0 };

		task.kind = (enum eval_kind)kind;
		if (!eval_file_scan(text, &task, &file, &err))
			eval_file_release(&file);
	}
	results_try(text);
	return 0;
}
