/* replay_compare: item by item, and the first that differs with both values. */
#include "verify/replay_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One probe under comparison. */
struct comparison {
	size_t probe;
	struct replay_report *report;
	bool differs;
};

static struct replay_difference *difference_note(struct comparison *comparison,
						 enum replay_item item, size_t index)
{
	struct replay_report *report = comparison->report;
	bool first = !report->differs;

	comparison->differs = true;
	report->differs = true;
	if (!first)
		return NULL;
	report->first.probe = comparison->probe;
	report->first.item = item;
	report->first.index = index;
	return &report->first;
}

/* Are the digests equal? */
static bool digest_compare(struct comparison *comparison, enum replay_item item, size_t index,
			   const struct digest *recorded, const struct digest *computed)
{
	struct replay_difference *difference;

	if (digest_equal(recorded, computed))
		return true;
	difference = difference_note(comparison, item, index);
	if (difference) {
		digest_to_hex(recorded, difference->recorded);
		digest_to_hex(computed, difference->computed);
	}
	return false;
}

static void boundaries_compare(struct comparison *comparison, uint32_t layers,
			       const struct probe_outputs *recorded,
			       const struct probe_outputs *computed, const bool *wanted)
{
	struct replay_report *report = comparison->report;

	for (uint32_t i = 0; i <= layers; i++) {
		if (wanted && !wanted[i])
			continue;
		report->boundaries_compared++;
		if (digest_compare(comparison, REPLAY_BOUNDARY, i, &recorded->boundary[i],
				   &computed->boundary[i]))
			continue;
		if (!report->boundary_differs || i < report->first_boundary) {
			report->first_boundary = i;
			report->first_boundary_probe = comparison->probe;
		}
		report->boundary_differs = true;
	}
}

static void tops_compare(struct comparison *comparison, size_t position,
			 const struct exact_top *recorded, const struct exact_top *computed)
{
	for (size_t k = 0; k < EXACT_TOP_COUNT; k++) {
		struct replay_difference *difference;

		if (recorded->id[k] == computed->id[k] &&
		    float_bits(recorded->logit[k]) == float_bits(computed->logit[k]))
			continue;
		difference = difference_note(comparison, REPLAY_TOP, position);
		if (difference) {
			top_text(recorded, k, difference->recorded);
			top_text(computed, k, difference->computed);
		}
		return;
	}
}

static void nll_compare(struct comparison *comparison, float recorded, float computed)
{
	struct replay_difference *difference;

	if (float_bits(recorded) == float_bits(computed))
		return;
	difference = difference_note(comparison, REPLAY_NLL, 0);
	if (difference) {
		snprintf(difference->recorded, sizeof(difference->recorded), "%08x",
			 float_bits(recorded));
		snprintf(difference->computed, sizeof(difference->computed), "%08x",
			 float_bits(computed));
	}
}

bool probe_compare(const struct outputs *recorded, size_t index,
		   const struct probe_outputs *computed, const bool *wanted,
		   struct replay_report *report)
{
	const struct probe_outputs *probe = &recorded->probe[index];
	struct comparison comparison = { index, report, false };
	bool whole = computed->tokens == probe->tokens;

	report->whole = report->whole && whole;
	if (whole)
		boundaries_compare(&comparison, recorded->layers, probe, computed, wanted);
	for (size_t i = 0; i < computed->tokens; i++) {
		report->positions_compared++;
		digest_compare(&comparison, recorded->logits ? REPLAY_LOGITS : REPLAY_HIDDEN, i,
			       &probe->position[i], &computed->position[i]);
	}
	for (size_t i = 0; recorded->logits && i < computed->tokens; i++)
		tops_compare(&comparison, i, &probe->top[i], &computed->top[i]);
	if (whole && recorded->logits)
		nll_compare(&comparison, probe->nll, computed->nll);
	report->probes_exact += !comparison.differs;
	return !comparison.differs;
}

void replay_list_release(struct replay_list *list)
{
	free(list->probe);
	*list = (struct replay_list){ 0 };
}

int share_compare(const struct outputs *recorded, const size_t *index,
		  const struct outputs *computed, const bool *wanted, struct replay_report *report,
		  struct replay_list *list, struct error *err)
{
	if (list) {
		list->probe = calloc(computed->count, sizeof(*list->probe));
		if (!list->probe)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu probes",
					 computed->count);
		list->count = computed->count;
	}
	for (size_t i = 0; i < computed->count; i++) {
		const struct probe_outputs *probe = &computed->probe[i];
		bool exact = probe_compare(recorded, index[i], probe, wanted, report);

		if (list)
			list->probe[i] = (struct replay_probe){ index[i], probe->identity,
								probe->tokens, exact };
	}
	report->probes_run = computed->count;
	return 0;
}

void replay_difference_text(const struct replay_difference *difference,
			    char out_text[REPLAY_TEXT_MAX])
{
	static const char *const form[] = {
		[REPLAY_HIDDEN] = "the last hidden state",
		[REPLAY_LOGITS] = "the logits",
		[REPLAY_TOP] = "the largest logits",
	};

	if (difference->item == REPLAY_NLL)
		snprintf(out_text, REPLAY_TEXT_MAX, "the negative log-likelihood");
	else if (difference->item == REPLAY_BOUNDARY && !difference->index)
		snprintf(out_text, REPLAY_TEXT_MAX, "boundary 0 (the embedding)");
	else if (difference->item == REPLAY_BOUNDARY)
		snprintf(out_text, REPLAY_TEXT_MAX, "boundary %zu (after layer %zu)",
			 difference->index, difference->index - 1);
	else
		snprintf(out_text, REPLAY_TEXT_MAX, "%s at position %zu", form[difference->item],
			 difference->index);
}

static int id_order(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

size_t ids_different(uint32_t *ids, size_t count)
{
	size_t different = 0;

	qsort(ids, count, sizeof(*ids), id_order);
	for (size_t i = 0; i < count; i++)
		different += !i || ids[i] != ids[i - 1];
	return different;
}
