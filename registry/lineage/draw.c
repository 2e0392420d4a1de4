/* A folded lineage in the languages of Graphviz and Mermaid. */
#include "registry/lineage/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_KEY = 8, LABEL_MAX = 4096 };

/* How a language writes what is drawn. */
struct tongue {
	int (*text)(struct buffer *out, const char *text, struct error *err);
	const char *line; /* a line break in a label */
};

/* ---- Text of strangers ---- */

/* `text` without control characters, each byte of `odd` replaced by what stands in its place. */
static int text_replaced(struct buffer *out, const char *text, const char *odd,
			 const char *const *instead, struct error *err)
{
	size_t size = 4 * strlen(text) + 1;
	CLEANUP(text_free) char *plain = malloc(size);
	int failed = 0;

	if (!plain)
		return error_set(err, ERROR_SYSTEM, "out of memory for a label");
	text_escape(plain, size, text);
	for (const char *c = plain; *c && !failed; c++) {
		const char *found = strchr(odd, *c);

		failed = found ? buffer_add_text(out, instead[found - odd], err)
			       : buffer_add(out, (struct span){ (const uint8_t *)c, 1 }, err);
	}
	return failed;
}

static int dot_text(struct buffer *out, const char *text, struct error *err)
{
	static const char *const instead[] = { "\\\"", "\\\\", "&amp;", "&lt;", "&gt;" };

	return text_replaced(out, text, "\"\\&<>", instead, err);
}

static int mermaid_text(struct buffer *out, const char *text, struct error *err)
{
	static const char *const instead[] = { "#quot;", "#35;", "#amp;", "#lt;",  "#gt;",
					       "#96;",   "#92;", "#123;", "#125;", "#59;" };

	return text_replaced(out, text, "\"#&<>`\\{};", instead, err);
}

static const struct tongue dot = { dot_text, "\\n" };
static const struct tongue mermaid = { mermaid_text, "<br/>" };

/* ---- Labels ---- */

/* The first digits of a digest. */
static void short_of(const struct digest *digest, char out_text[SHORT_KEY + 1])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	snprintf(out_text, SHORT_KEY + 1, "%.*s", SHORT_KEY, hex);
}

/* What is out of the ordinary about a node, one word each. */
static int marks_add(const struct tongue *tongue, const struct lineage_node *node,
		     struct buffer *out, struct error *err)
{
	const struct {
		bool holds;
		const char *word;
	} mark[] = {
		{ !node->signer_count, "not here" },
		{ node->withheld, "withheld" },
		{ node->retraction != LINEAGE_NONE, "RETRACTED" },
		{ node->supersession != LINEAGE_NONE, "superseded" },
		{ node->signer_count && !node->counts, "signer not accepted" },
		{ node->undisclosed != 0, "names what is not disclosed" },
		{ node->cycle != 0, "in a CYCLE" },
		{ node->more, "more beyond" },
	};

	for (size_t i = 0; i < sizeof(mark) / sizeof(mark[0]); i++)
		if (mark[i].holds && (buffer_add_text(out, tongue->line, err) ||
				      buffer_add_text(out, mark[i].word, err)))
			return -1;
	return 0;
}

static int node_label(const struct tongue *tongue, const struct lineage *lineage,
		      const struct lineage_group *group, struct buffer *out, struct error *err)
{
	const struct lineage_node *node = &lineage->node[group->last];
	CLEANUP(buffer_release) struct buffer name;
	CLEANUP(text_free) char *text = NULL;
	char key[SHORT_KEY + 1];

	buffer_init(&name, LABEL_MAX);
	if (lineage_group_name(lineage, group, &name, err) || buffer_to_text(&name, &text, err) ||
	    tongue->text(out, text, err) || buffer_add_text(out, tongue->line, err) ||
	    buffer_add_text(out, *node->kind ? node->kind : "statement", err))
		return -1;
	short_of(&node->signer, key);
	if (node->signer_count && buffer_printf(out, err, ", entry %llu, key %s",
						(unsigned long long)node->log_index, key))
		return -1;
	return group->count > 1 ? 0 : marks_add(tongue, node, out, err);
}

/* "parent, declared by 0123abcd". */
static int bond_label(const struct lineage *lineage, const struct lineage_bond *bond,
		      struct buffer *out, struct error *err)
{
	const struct lineage_edge *edge = &lineage->edge[bond->edge];
	const struct lineage_said *proved;
	enum derivation_proof proof = lineage_edge_proof(lineage, edge, &proved);
	struct lineage_word word = lineage_edge_word(lineage, edge);
	char key[SHORT_KEY + 1];

	short_of(proved ? &proved->signer : word.signer, key);
	if (buffer_add_text(out, edge->relation, err) ||
	    (bond->count > 1 && buffer_printf(out, err, " (%u)", bond->count)))
		return -1;
	return buffer_printf(out, err, ", %s by %s%s", derivation_proof_name(proof), key,
			     edge->cyclic ? ", in a CYCLE" : "");
}

/* ---- Graphviz ---- */

static const char *dot_shape(const char *kind)
{
	static const char *const shape[][2] = {
		{ "dataset", "cylinder" }, { "run", "cds" },           { "checkpoint", "box" },
		{ "release", "folder" },   { "eval", "note" },         { "card", "note" },
		{ "record", "note" },      { "verification", "note" },
	};

	for (size_t i = 0; i < sizeof(shape) / sizeof(shape[0]); i++)
		if (strcmp(shape[i][0], kind) == 0)
			return shape[i][1];
	return "ellipse";
}

static const char *dot_style(enum derivation_proof proof)
{
	static const char *const style[] = {
		[DERIVATION_DECLARED] = "style=dashed, color=\"#555555\"",
		[DERIVATION_REEXECUTED] = "style=bold, color=\"#00693e\"",
		[DERIVATION_CONTRADICTED] = ("style=dotted, penwidth=2, color=\"#b00020\", "
					     "fontcolor=\"#b00020\", arrowhead=teenormal"),
	};

	return style[proof];
}

static int dot_node(const struct lineage *lineage, const struct lineage_folded *folded, size_t at,
		    struct buffer *out, struct error *err)
{
	const struct lineage_group *group = &folded->group[at];
	const struct lineage_node *node = &lineage->node[group->last];
	bool odd = node->retraction != LINEAGE_NONE || node->cycle;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&node->identity, hex);
	return buffer_printf(out, err, "\tg%zu [label=\"", at) ||
			       node_label(&dot, lineage, group, out, err) ||
			       buffer_printf(
				       out, err, "\", shape=%s, tooltip=\"sha256:%s\"%s%s%s];\n",
				       dot_shape(node->kind), hex,
				       group->first < lineage->beginnings ? ", penwidth=2.5" : "",
				       node->signer_count && !node->withheld ? ""
									     : ", style=dashed",
				       odd ? ", color=\"#b00020\", peripheries=2" : "")
		       ? -1
		       : 0;
}

static int dot_bond(const struct lineage *lineage, const struct lineage_bond *bond,
		    struct buffer *out, struct error *err)
{
	const struct lineage_edge *edge = &lineage->edge[bond->edge];
	struct lineage_word word = lineage_edge_word(lineage, edge);
	const struct lineage_said *proved;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(word.statement, hex);
	return buffer_printf(out, err, "\tg%u -> g%u [label=\"", bond->from, bond->to) ||
			       bond_label(lineage, bond, out, err) ||
			       buffer_printf(out, err,
					     "\", tooltip=\"sha256:%s, entry %llu\", %s%s];\n", hex,
					     (unsigned long long)word.log_index,
					     dot_style(lineage_edge_proof(lineage, edge, &proved)),
					     edge->cyclic ? ", constraint=false" : "")
		       ? -1
		       : 0;
}

static int dot_legend(struct buffer *out, struct error *err)
{
	static const enum derivation_proof proof[] = { DERIVATION_DECLARED, DERIVATION_REEXECUTED,
						       DERIVATION_CONTRADICTED };
	static const char *const says[] = { "declared: only said by that key",
					    "re-executed: made again, with the same outcome",
					    "contradicted: made again, with another outcome" };

	if (buffer_add_text(out,
			    "\tsubgraph cluster_legend {\n\t\tlabel=\"legend\";\n\t\t"
			    "color=\"#999999\";\n\t\tnode [shape=point];\n",
			    err))
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (buffer_printf(out, err, "\t\tl%zu -> m%zu [label=\"%s\", minlen=1, %s];\n", i,
				  i, says[i], dot_style(proof[i])))
			return -1;
	return buffer_add_text(out, "\t}\n", err);
}

int lineage_to_dot(const struct lineage *lineage, const struct lineage_folded *folded,
		   struct buffer *out, struct error *err)
{
	if (buffer_add_text(out,
			    "digraph lineage {\n\trankdir=LR;\n\tcharset=\"UTF-8\";\n"
			    "\tnode [fontname=\"sans-serif\", fontsize=11, margin=\"0.2,0.08\"];\n"
			    "\tedge [fontname=\"sans-serif\", fontsize=9];\n",
			    err))
		return -1;
	for (size_t i = 0; i < folded->group_count; i++)
		if (dot_node(lineage, folded, i, out, err))
			return -1;
	for (size_t i = 0; i < folded->bond_count; i++)
		if (dot_bond(lineage, &folded->bond[i], out, err))
			return -1;
	return dot_legend(out, err) || buffer_add_text(out, "}\n", err) ? -1 : 0;
}

/* ---- Mermaid ---- */

static int mermaid_node(const struct lineage *lineage, const struct lineage_folded *folded,
			size_t at, struct buffer *out, struct error *err)
{
	const struct lineage_group *group = &folded->group[at];
	const char *kind = lineage->node[group->last].kind;
	const char *const *mark;
	static const char *const box[] = { "[\"", "\"]" }, *const drum[] = { "[(\"", "\")]" },
				 *const slant[] = { "[/\"", "\"/]" },
				 *const round[] = { "(\"", "\")" };

	mark = strcmp(kind, "dataset") == 0      ? drum
	       : strcmp(kind, "run") == 0        ? slant
	       : strcmp(kind, "checkpoint") == 0 ? box
						 : round;
	return buffer_printf(out, err, "\tg%zu%s", at, mark[0]) ||
			       node_label(&mermaid, lineage, group, out, err) ||
			       buffer_printf(out, err, "%s\n", mark[1])
		       ? -1
		       : 0;
}

/* Dots: declared; a thick line: re-executed; a cross at its end: contradicted. */
static int mermaid_bond(const struct lineage *lineage, const struct lineage_bond *bond,
			struct buffer *out, struct error *err)
{
	static const char *const mark[] = { [DERIVATION_DECLARED] = "-.->",
					    [DERIVATION_REEXECUTED] = "==>",
					    [DERIVATION_CONTRADICTED] = "--x" };
	const struct lineage_said *proved;

	return buffer_printf(
		       out, err, "\tg%u %s|\"", bond->from,
		       mark[lineage_edge_proof(lineage, &lineage->edge[bond->edge], &proved)]) ||
			       bond_label(lineage, bond, out, err) ||
			       buffer_printf(out, err, "\"| g%u\n", bond->to)
		       ? -1
		       : 0;
}

int lineage_to_mermaid(const struct lineage *lineage, const struct lineage_folded *folded,
		       struct buffer *out, struct error *err)
{
	if (buffer_add_text(out, "flowchart LR\n", err))
		return -1;
	for (size_t i = 0; i < folded->group_count; i++)
		if (mermaid_node(lineage, folded, i, out, err))
			return -1;
	for (size_t i = 0; i < folded->bond_count; i++)
		if (mermaid_bond(lineage, &folded->bond[i], out, err))
			return -1;
	return buffer_add_text(
		out,
		"\tsubgraph legend\n"
		"\t\tl0(( )) -.->|\"declared: only said by that key\"| m0(( ))\n"
		"\t\tl1(( )) ==>|\"re-executed: made again, with the same outcome\"| "
		"m1(( ))\n"
		"\t\tl2(( )) --x|\"contradicted: made again, with another outcome\"| "
		"m2(( ))\n\tend\n",
		err);
}
