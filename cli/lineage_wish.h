/* What graph and why have in common: which way, how far, from where. */
#ifndef CLI_LINEAGE_WISH_H
#define CLI_LINEAGE_WISH_H

#include "cli/cli.h"

#define OPTION_ANCESTORS                                                                           \
	{                                                                                          \
		.name = "ancestors", .help = "what it was made from, all the way"                  \
	}
#define OPTION_DESCENDANTS                                                                         \
	{                                                                                          \
		.name = "descendants", .help = "what was made from it, all the way"                \
	}
#define OPTION_DEPTH                                                                               \
	{                                                                                          \
		.name = "depth", .argument = "N",                                                  \
		.help = "no further than N steps; otherwise all the way"                           \
	}
#define OPTION_FOLD_ALL                                                                            \
	{                                                                                          \
		.name = "all", .help = "each checkpoint and evaluation by itself; otherwise "      \
				       "those that are alike "                                     \
				       "are told as one"                                           \
	}

/* The options as a walk takes them. */
MUST_CHECK int lineage_wish_read(const struct call *call, struct lineage_wish *out_wish,
				 struct error *err);

/* Walk from the operand. The caller releases *out_lineage. */
MUST_CHECK int lineage_wish_walk(const struct call *call, struct registry *registry,
				 const struct lineage_wish *wish, struct lineage *out_lineage,
				 struct error *err);

/* Tell on standard error what cycles there are. */
void lineage_cycles_tell(const struct call *call, const struct lineage *lineage);

#endif
