/* graph: what a version came from and what came of it, drawn. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/graphviz.h"
#include "cli/lineage_wish.h"
#include "cli/open.h"
#include "cli/output.h"

#define DRAWING_MAX (256u << 20)

enum { LAID_OUT_MAX = 3000 }; /* nodes of an SVG: Graphviz needs minutes for more */

enum drawing { DRAWING_SVG, DRAWING_DOT, DRAWING_MERMAID, DRAWING_JSON };

/* From its last dot on; "": it has none. */
static const char *ending_of(const char *file)
{
	const char *dot = file ? strrchr(path_last_part(file), '.') : NULL;

	return dot ? dot : "";
}

/* What --format says, else what the file is called, else an SVG. ERROR_USAGE: the file is called as
 * what does not come out. */
static int drawing_of(const struct call *call, enum drawing *out_drawing, struct error *err)
{
	static const struct {
		const char *ending, *format; /* format NULL: a picture that nobody makes here */
		enum drawing drawing;
	} known[] = {
		{ ".svg", "svg", DRAWING_SVG },        { ".dot", "dot", DRAWING_DOT },
		{ ".gv", "dot", DRAWING_DOT },         { ".mmd", "mermaid", DRAWING_MERMAID },
		{ ".md", "mermaid", DRAWING_MERMAID }, { ".json", "json", DRAWING_JSON },
		{ ".png", NULL, DRAWING_SVG },         { ".jpg", NULL, DRAWING_SVG },
		{ ".jpeg", NULL, DRAWING_SVG },        { ".gif", NULL, DRAWING_SVG },
		{ ".webp", NULL, DRAWING_SVG },        { ".pdf", NULL, DRAWING_SVG },
		{ ".ps", NULL, DRAWING_SVG },          { ".eps", NULL, DRAWING_SVG },
	};
	const char *format = call->json ? "json" : call_value(call, "format");
	const char *file = call_value(call, "output"), *ending = ending_of(file);
	bool fits = !*ending || format;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bool ends = strcasecmp(ending, known[i].ending) == 0;
		bool is = format && known[i].format && strcmp(format, known[i].format) == 0;

		if (format ? is : ends && known[i].format)
			*out_drawing = known[i].drawing;
		if (ends)
			fits = known[i].format && (is || !format);
	}
	if (fits)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%s' is not called as %s%s: .svg, .dot or .gv (Graphviz), .mmd or .md "
			 "(Mermaid), .json",
			 file, format ? "what is made with --format " : "any drawing that is made",
			 format ? format : "");
}

static int json_draw(const struct lineage *lineage, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	return json_object_new(&object, err) ||
			       json_set_text(object, "schema", "akashi/graph/1", err) ||
			       lineage_to_json(lineage, object, err) ||
			       json_write_pretty(object, out, err)
		       ? -1
		       : 0;
}

static int svg_draw(const struct lineage *lineage, const struct lineage_folded *folded,
		    struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, DRAWING_MAX);
	if (folded->group_count > LAID_OUT_MAX)
		return error_set(
			err, ERROR_USAGE,
			"%zu nodes are too many to lay out (%d at most): ask for less with "
			"--depth, --ancestors or --descendants, or for --format dot",
			folded->group_count, LAID_OUT_MAX);
	return lineage_to_dot(lineage, folded, &text, err) ||
			       graphviz_svg(buffer_view(&text), out, err)
		       ? -1
		       : 0;
}

static int draw(const struct call *call, const struct lineage *lineage, enum drawing drawing,
		struct buffer *out, struct error *err)
{
	CLEANUP(lineage_folded_release) struct lineage_folded folded = { .group_of = NULL };

	if (drawing == DRAWING_JSON)
		return json_draw(lineage, out, err);
	if (lineage_fold(lineage, call_has(call, "all"), &folded, err))
		return -1;
	if (drawing == DRAWING_SVG)
		return svg_draw(lineage, &folded, out, err);
	return drawing == DRAWING_DOT ? lineage_to_dot(lineage, &folded, out, err)
				      : lineage_to_mermaid(lineage, &folded, out, err);
}

static int graph_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(lineage_release) struct lineage lineage = { .node = NULL };
	CLEANUP(buffer_release) struct buffer drawn;
	const char *file = call_value(call, "output");
	enum drawing drawing = DRAWING_SVG;
	struct lineage_wish wish;

	buffer_init(&drawn, DRAWING_MAX);
	if (lineage_wish_read(call, &wish, err) || drawing_of(call, &drawing, err))
		return -1;
	if (call_has(call, "both") || (!wish.ancestors && !wish.descendants))
		wish.ancestors = wish.descendants = true;
	wish.whole = call_has(call, "whole");
	wish.remarks = call_has(call, "all");
	if (open_registry(call, &registry, err) ||
	    lineage_wish_walk(call, registry, &wish, &lineage, err) ||
	    draw(call, &lineage, drawing, &drawn, err))
		return -1;
	lineage_cycles_tell(call, &lineage);
	if (file)
		return file_write(file, buffer_view(&drawn), 0644, FILE_REPLACE, err);
	fwrite(drawn.data, 1, drawn.len, stdout);
	return 0;
}

static const struct option graph_options[] = {
	{ .name = "format",
	  .argument = "FORMAT",
	  .choices = "svg dot mermaid json",
	  .help = "svg (laid out by Graphviz, which must be installed), dot (its language), "
		  "mermaid, "
		  "or json; otherwise what FILE's ending says, which has to fit, or svg" },
	OPTION_ANCESTORS,
	OPTION_DESCENDANTS,
	{ .name = "both", .help = "both, which is what is drawn otherwise" },
	{ .name = "whole", .help = "whatever is connected with it in any way" },
	OPTION_DEPTH,
	OPTION_FOLD_ALL,
	{ .name = "output",
	  .letter = 'o',
	  .argument = "FILE",
	  .help = "write it there; otherwise to standard output" },
	{ .name = NULL },
};

static const struct example graph_examples[] = {
	{ "akashi graph llm-x/chat@v1 -o chat.svg", "a drawing for people" },
	{ "akashi graph llm-x/corpus@v1 --descendants --format mermaid",
	  "what came of a corpus, for a README" },
	{ NULL, NULL },
};

const struct command command_graph = {
	.name = "graph",
	.summary = "draw what a version was made from and what was made from it",
	.synopsis = "NAME@VERSION|DIGEST [--format FORMAT] [--ancestors|--descendants]",
	.description =
		"Datasets, runs, checkpoints, merges and fine-tunes, evaluations and releases, "
		"from "
		"left to right. Each edge says whose word it is: dashed where it is declared by a "
		"key and no more, solid where somebody made the step again with the same outcome "
		"(re-executed), dotted with a bar where the outcome was another one "
		"(contradicted). "
		"What is retracted, withheld, not here, or signed by a key that the policy does "
		"not "
		"accept says so.\n\n"
		"Checkpoints of one run that differ in nothing but their step are drawn as one. "
		"--json and --format json have every statement by itself. It is a drawing of what "
		"the registry's statements say; akashi verify checks them.",
	.options = graph_options,
	.examples = graph_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = graph_run,
};
