/* Show a judge what we read: for each file one line of JSON, its table of tensors or the error. */
#include <stdio.h>

#include "verify/verify.h"

static void print_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_tensor(const struct tensor *tensor)
{
	printf("{\"name\":");
	print_text(tensor->name);
	printf(",\"dtype\":\"%s\",\"shape\":[", dtype_name(tensor->dtype));
	for (uint32_t i = 0; i < tensor->rank; i++)
		printf("%s%llu", i ? "," : "", (unsigned long long)tensor->shape[i]);
	printf("],\"offset\":%llu,\"length\":%llu}", (unsigned long long)tensor->offset,
	       (unsigned long long)tensor->length);
}

static void print_table(const struct tensor_table *table)
{
	printf("{\"format\":\"%s\",\"what\":", table->format);
	print_text(table->what);
	printf(",\"metadata\":{");
	for (size_t i = 0; i < table->metadata_count; i++) {
		printf("%s", i ? "," : "");
		print_text(table->metadata[i].key);
		putchar(':');
		print_text(table->metadata[i].value);
	}
	printf("},\"tensors\":[");
	for (size_t i = 0; i < table->count; i++) {
		printf("%s", i ? "," : "");
		print_tensor(&table->tensor[i]);
	}
	printf("]}\n");
}

static void print_file(const char *path)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	struct error err = { 0 };

	if (source_open_file(path, &source, &err) || format_open(source, &table, &err)) {
		printf("{\"error\":");
		print_text(err.text);
		printf("}\n");
		return;
	}
	print_table(&table);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print_file(argv[i]);
	return ferror(stdout) ? 1 : 0;
}
