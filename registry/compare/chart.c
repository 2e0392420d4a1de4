/* compare: scores over training steps as one SVG page, a panel for each metric of each task. */
#include "registry/compare/inner.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/markup.h"
#include "registry/checkpoint_name.h"

#define VALUE_DRAWN_MAX 1e100

enum {
	PANEL_WIDTH = 420,
	PANEL_HEIGHT = 240,
	PANELS_ACROSS = 2,
	MARGIN_LEFT = 62,
	MARGIN_RIGHT = 16,
	MARGIN_TOP = 44,
	MARGIN_BOTTOM = 34,
	LEGEND_LINE = 18,
	TICKS = 4,
	LABEL_MAX = 56 /* bytes of a task's or model's name that are shown */
};

/* Okabe and Ito's colours, which most eyes tell apart; dashes for those that do not. */
static const struct {
	const char *colour, *dashes;
} style[] = {
	{ "#0072b2", "none" },    { "#d55e00", "7 3" },  { "#009e73", "2 3" },
	{ "#cc79a7", "9 3 2 3" }, { "#56b4e9", "12 4" }, { "#e69f00", "4 2 1 2" },
	{ "#000000", "1 2" },
};

/* Versions of one owner/name, in the order of their steps. */
struct chart {
	const struct comparison *comparison;
	struct buffer *out;
	size_t *order;     /* numbers of versions: by name, then by step */
	uint64_t *step;    /* of each version */
	size_t line_count; /* different owner/names */
	double x_low, x_high;
};

struct panel {
	const struct compare_row *row;
	double left, top;
	double y_low, y_high;
};

/* Text of strangers inside an element: no markup, no control characters. */
static int text_add(struct buffer *out, const char *text, struct error *err)
{
	char shown[4 * LABEL_MAX + 1];

	text_escape(shown, sizeof(shown), text);
	if (strlen(shown) > LABEL_MAX)
		memcpy(shown + LABEL_MAX - 2, "..", 3);
	return markup_entities(out, shown, err);
}

static double x_at(const struct chart *chart, const struct panel *panel, double step)
{
	double width = PANEL_WIDTH - MARGIN_LEFT - MARGIN_RIGHT;

	return panel->left + MARGIN_LEFT +
	       width * (step - chart->x_low) / (chart->x_high - chart->x_low);
}

static double y_at(const struct panel *panel, double value)
{
	double height = PANEL_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM;

	return panel->top + PANEL_HEIGHT - MARGIN_BOTTOM -
	       height * (value - panel->y_low) / (panel->y_high - panel->y_low);
}

/* 1, 2 or 5 times a power of ten, so that about TICKS of them span it. */
static double tick_of(double span)
{
	double raw = span / TICKS, power = pow(10, floor(log10(raw))), times = raw / power;

	return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

static double band_of(const struct compare_cell *cell)
{
	return isnan(cell->deviation) ? 0 : normal_band(cell->deviation);
}

/* What is too large for coordinates is a gap, as what was not run. */
static bool is_drawn(const struct compare_cell *cell)
{
	return cell->state == COMPARE_SCORED &&
	       fabs(cell->value) + band_of(cell) <= VALUE_DRAWN_MAX;
}

static void panel_scale(const struct chart *chart, struct panel *panel)
{
	double low = INFINITY, high = -INFINITY, room;

	for (size_t i = 0; i < chart->comparison->versions.count; i++) {
		const struct compare_cell *cell = &panel->row->cell[i];

		if (!is_drawn(cell))
			continue;
		low = fmin(low, cell->value - band_of(cell));
		high = fmax(high, cell->value + band_of(cell));
	}
	if (!isfinite(low) || !isfinite(high)) {
		low = 0;
		high = 1;
	}
	room = high > low ? 0.06 * (high - low) : fmax(fabs(high) * 0.1, 0.05);
	/* A span of a few last digits has no ticks between. */
	room = fmax(room, 1e-9 * fmax(fabs(low), fabs(high)));
	panel->y_low = low - room;
	panel->y_high = high + room;
}

static int y_axis(const struct chart *chart, const struct panel *panel, struct error *err)
{
	double tick = tick_of(panel->y_high - panel->y_low);

	for (double at = ceil(panel->y_low / tick) * tick; at <= panel->y_high; at += tick) {
		double y = y_at(panel, at);

		if (buffer_printf(
			    chart->out, err,
			    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
			    "y2=\"%.1f\"/><text class=\"y\" x=\"%.1f\" y=\"%.1f\">%.4g</text>\n",
			    panel->left + MARGIN_LEFT, panel->left + PANEL_WIDTH - MARGIN_RIGHT, y,
			    y, panel->left + MARGIN_LEFT - 6, y + 4,
			    fabs(at) < tick / 1e6 ? 0 : at))
			return -1;
	}
	return 0;
}

static int x_axis(const struct chart *chart, const struct panel *panel, struct error *err)
{
	double tick = fmax(1, tick_of(chart->x_high - chart->x_low));

	for (double at = ceil(chart->x_low / tick) * tick; at <= chart->x_high; at += tick)
		if (buffer_printf(chart->out, err,
				  "<text class=\"x\" x=\"%.1f\" y=\"%.1f\">%.0f</text>\n",
				  x_at(chart, panel, at),
				  panel->top + PANEL_HEIGHT - MARGIN_BOTTOM + 16, at))
			return -1;
	return 0;
}

static int title_add(const struct chart *chart, const struct panel *panel, struct error *err)
{
	const struct compare_row *row = panel->row;
	char key[DIGEST_HEX_SIZE];

	digest_to_hex(&row->signer, key);
	if (buffer_printf(chart->out, err, "<text class=\"title\" x=\"%.1f\" y=\"%.1f\">",
			  panel->left + MARGIN_LEFT, panel->top + 18) ||
	    text_add(chart->out, row->task, err) ||
	    buffer_printf(chart->out, err, "</text><text class=\"sub\" x=\"%.1f\" y=\"%.1f\">",
			  panel->left + MARGIN_LEFT, panel->top + 33) ||
	    text_add(chart->out, row->metric, err))
		return -1;
	if (row->filter[0] && strcmp(row->filter, "none") != 0 &&
	    (buffer_add_text(chart->out, ", ", err) || text_add(chart->out, row->filter, err)))
		return -1;
	return row->side == COMPARE_OWN
		       ? buffer_add_text(chart->out, "</text>\n", err)
		       : buffer_printf(chart->out, err, ", signed by %.12s (%s)</text>\n", key,
				       row->side == COMPARE_INDEPENDENT ? "not the publisher"
									: "not believed");
}

static bool same_line(const struct chart *chart, size_t a, size_t b)
{
	const struct version *version = chart->comparison->versions.item;

	return strcmp(version[a].name.owner, version[b].name.owner) == 0 &&
	       strcmp(version[a].name.name, version[b].name.name) == 0;
}

/* The band forwards along its upper edge and back along the lower one. */
static int band_add(const struct chart *chart, const struct panel *panel, const size_t *order,
		    size_t count, size_t line, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < 2 * count; i++) {
		size_t version = order[i < count ? i : 2 * count - 1 - i];
		const struct compare_cell *cell = &panel->row->cell[version];
		double band = i < count ? band_of(cell) : -band_of(cell);

		if (!is_drawn(cell))
			continue;
		if (!any && buffer_printf(chart->out, err,
					  "<polygon fill=\"%s\" fill-opacity=\"0.15\" points=\"",
					  style[line % (sizeof(style) / sizeof(style[0]))].colour))
			return -1;
		any = true;
		if (buffer_printf(chart->out, err, "%.1f,%.1f ",
				  x_at(chart, panel, (double)chart->step[version]),
				  y_at(panel, cell->value + band)))
			return -1;
	}
	return any ? buffer_add_text(chart->out, "\"/>\n", err) : 0;
}

static int points_add(const struct chart *chart, const struct panel *panel, const size_t *order,
		      size_t count, size_t line, struct error *err)
{
	const char *colour = style[line % (sizeof(style) / sizeof(style[0]))].colour;

	for (size_t i = 0; i < count; i++) {
		const struct compare_cell *cell = &panel->row->cell[order[i]];
		const struct version *version = &chart->comparison->versions.item[order[i]];

		if (!is_drawn(cell))
			continue;
		if (buffer_printf(chart->out, err,
				  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\"><title>"
				  "%s/%s@%s: %.6g</title></circle>\n",
				  x_at(chart, panel, (double)chart->step[order[i]]),
				  y_at(panel, cell->value), colour, version->name.owner,
				  version->name.name, version->name.version, cell->value))
			return -1;
	}
	return 0;
}

/* A line breaks where a version in between has no score: what was not run is not drawn over. */
static int line_add(const struct chart *chart, const struct panel *panel, const size_t *order,
		    size_t count, size_t line, struct error *err)
{
	size_t kind = line % (sizeof(style) / sizeof(style[0]));
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		const struct compare_cell *cell = &panel->row->cell[order[i]];

		if (is_drawn(cell) && !open &&
		    buffer_printf(chart->out, err,
				  "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" "
				  "stroke-dasharray=\"%s\" points=\"",
				  style[kind].colour, style[kind].dashes))
			return -1;
		if (is_drawn(cell) &&
		    buffer_printf(chart->out, err, "%.1f,%.1f ",
				  x_at(chart, panel, (double)chart->step[order[i]]),
				  y_at(panel, cell->value)))
			return -1;
		if (!is_drawn(cell) && open && buffer_add_text(chart->out, "\"/>\n", err))
			return -1;
		open = is_drawn(cell);
	}
	return open ? buffer_add_text(chart->out, "\"/>\n", err) : 0;
}

static int panel_add(const struct chart *chart, struct panel *panel, struct error *err)
{
	const size_t *order = chart->order;
	size_t left = chart->comparison->versions.count;

	panel_scale(chart, panel);
	if (title_add(chart, panel, err) || y_axis(chart, panel, err) || x_axis(chart, panel, err))
		return -1;
	for (size_t line = 0; left; line++) {
		size_t count = 1;

		while (count < left && same_line(chart, order[0], order[count]))
			count++;
		if (band_add(chart, panel, order, count, line, err) ||
		    line_add(chart, panel, order, count, line, err) ||
		    points_add(chart, panel, order, count, line, err))
			return -1;
		order += count;
		left -= count;
	}
	return 0;
}

static int legend_add(const struct chart *chart, double top, struct error *err)
{
	const struct versions *versions = &chart->comparison->versions;
	size_t line = 0;

	for (size_t i = 0; i < versions->count; i++) {
		const struct name *name = &versions->item[chart->order[i]].name;
		size_t kind = line % (sizeof(style) / sizeof(style[0]));
		double y = top + (double)line * LEGEND_LINE;

		if (i && same_line(chart, chart->order[i - 1], chart->order[i]))
			continue;
		if (buffer_printf(
			    chart->out, err,
			    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
			    "stroke-width=\"1.6\" stroke-dasharray=\"%s\"/><text class=\"sub\" "
			    "x=\"%d\" y=\"%.1f\">%s/%s</text>\n",
			    MARGIN_LEFT, MARGIN_LEFT + 34, y, y, style[kind].colour,
			    style[kind].dashes, MARGIN_LEFT + 42, y + 4, name->owner, name->name))
			return -1;
		line++;
	}
	return 0;
}

/* ---- Versions along the axis ---- */

/* qsort has no argument: what is sorted carries all that the order needs. */
struct place {
	const struct name *name;
	uint64_t step;
	size_t version;
};

static int place_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->name->owner, y->name->owner);

	if (!order)
		order = strcmp(x->name->name, y->name->name);
	if (!order && x->step != y->step)
		order = x->step < y->step ? -1 : 1;
	return order ? order : x->version < y->version ? -1 : x->version > y->version;
}

static int place_set(const struct version *version, size_t number, struct place *place,
		     struct error *err)
{
	struct checkpoint_name read;

	*place = (struct place){ .name = &version->name, .version = number };
	if (!checkpoint_name_read(version->name.version, &read) || read.moving)
		return error_set(err, ERROR_USAGE,
				 "'%s/%s@%s' names no training step, so it has no place on a chart "
				 "(step-100, iter_0000100 …)",
				 version->name.owner, version->name.name, version->name.version);
	place->step = checkpoint_name_place(&read);
	return 0;
}

static void places_free(struct place **places)
{
	free(*places);
}

static int chart_places(struct chart *chart, struct error *err)
{
	const struct versions *versions = &chart->comparison->versions;
	CLEANUP(places_free) struct place *place = calloc(versions->count, sizeof(*place));

	chart->order = calloc(versions->count, sizeof(*chart->order));
	chart->step = calloc(versions->count, sizeof(*chart->step));
	if (!place || !chart->order || !chart->step)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu versions", versions->count);
	chart->x_low = INFINITY;
	chart->x_high = -INFINITY;
	for (size_t i = 0; i < versions->count; i++) {
		if (place_set(&versions->item[i], i, &place[i], err))
			return -1;
		chart->step[i] = place[i].step;
		chart->x_low = fmin(chart->x_low, (double)place[i].step);
		chart->x_high = fmax(chart->x_high, (double)place[i].step);
	}
	qsort(place, versions->count, sizeof(*place), place_order);
	for (size_t i = 0; i < versions->count; i++) {
		chart->order[i] = place[i].version;
		chart->line_count += !i || !same_line(chart, chart->order[i - 1], chart->order[i]);
	}
	if (!(chart->x_high > chart->x_low)) {
		chart->x_low -= 1;
		chart->x_high += 1;
	}
	return 0;
}

static void chart_release(struct chart *chart)
{
	free(chart->order);
	free(chart->step);
}

static int page_begin(const struct chart *chart, int width, int height, struct error *err)
{
	return buffer_printf(
		chart->out, err,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">\n"
		"<title>Scores over training steps, with 95 %% intervals where standard errors "
		"were signed</title>\n"
		"<style>.grid{stroke:#ddd}.y{text-anchor:end;fill:#444}.x{text-anchor:middle;"
		"fill:#444}.title{font-weight:bold;font-size:13px}.sub{fill:#333}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		width, height, width, height);
}

int comparison_chart(const struct comparison *comparison, struct buffer *out, struct error *err)
{
	CLEANUP(chart_release) struct chart chart = { .comparison = comparison, .out = out };
	size_t across = comparison->row_count > 1 ? PANELS_ACROSS : 1;
	size_t lines = (comparison->row_count + across - 1) / across;
	int height, panels = (int)lines * PANEL_HEIGHT;

	if (comparison->row_count > CHART_PANELS_MAX)
		return error_set(err, ERROR_USAGE,
				 "%zu scores make more than %u panels: name some with --task and "
				 "--metric",
				 comparison->row_count, CHART_PANELS_MAX);
	if (chart_places(&chart, err))
		return -1;
	height = panels + ((int)chart.line_count + 1) * LEGEND_LINE;
	if (page_begin(&chart, PANEL_WIDTH * (int)across, height, err))
		return -1;
	for (size_t i = 0; i < comparison->row_count; i++) {
		struct panel panel = { .row = &comparison->row[i],
				       .left = (double)(i % across) * PANEL_WIDTH,
				       .top = (double)(i / across) * PANEL_HEIGHT };

		if (panel_add(&chart, &panel, err))
			return -1;
	}
	return legend_add(&chart, panels + LEGEND_LINE / 2.0, err)
		       ? -1
		       : buffer_add_text(out, "</svg>\n", err);
}
