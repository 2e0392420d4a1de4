/* Graphviz: its program `dot`, run where it is installed. */
#ifndef CLI_GRAPHVIZ_H
#define CLI_GRAPHVIZ_H

#include "cli/cli.h"

/*
 * Let `dot` lay out a text in its language, and append the SVG. It runs as a process of its own,
 * since what it is given may be odd and large, and no library of it is linked. ERROR_SYSTEM: it is
 * not installed, or failed.
 */
MUST_CHECK int graphviz_svg(struct span text, struct buffer *out, struct error *err);

#endif
