/* draw: which probes, how much of each, and what that reaches. */
#include "verify/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/replay_compare.h"

#define DRAW_DOMAIN "akashi/replay/1"

void draw_release(struct draw *draw)
{
	free(draw->index);
	free(draw->share);
	free(draw->ids);
	free(draw->rows);
}

static int index_order(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The first places of a Fisher-Yates shuffle. */
void draw_indices(const char *domain, const char *seed, size_t *index, size_t total, size_t count)
{
	struct seeded seeded = seeded_start(domain, span_of(seed));

	for (size_t i = 0; i < count; i++) {
		size_t other = i + seeded_below(&seeded, (uint32_t)(total - i));
		size_t kept = index[i];

		index[i] = index[other];
		index[other] = kept;
	}
	qsort(index, count, sizeof(*index), index_order);
}

int draw_seed(const struct context *ctx, const char *said, char *out_seed, size_t size,
	      struct error *err)
{
	struct digest chance;
	char hex[DIGEST_HEX_SIZE];

	if (said && strlen(said) >= size)
		return error_set(err, ERROR_USAGE, "a seed has at most %zu characters", size - 1);
	if (said) {
		snprintf(out_seed, size, "%s", said);
		return 0;
	}
	if (context_random(ctx, chance.byte, sizeof(chance.byte), err))
		return error_prefix(err, "cannot draw by chance");
	digest_to_hex(&chance, hex);
	snprintf(out_seed, size, "%s", hex);
	return 0;
}

int draw_settle(const struct context *ctx, size_t probes, struct replay_request *request,
		char out_seed[DRAW_SEED_SIZE], struct error *err)
{
	bool draws = request->probes && request->probes < probes;

	out_seed[0] = '\0';
	request->own = draws && !request->seed;
	if (draws && draw_seed(ctx, request->seed, out_seed, DRAW_SEED_SIZE, err))
		return -1;
	request->seed = draws ? out_seed : NULL;
	return 0;
}

static size_t share_tokens(const struct forward *forward, const struct probe *probe,
			   const struct replay_request *request)
{
	if (!request->positions || request->positions >= probe->count ||
	    model_config_needs_whole_probes(forward_config(forward)))
		return probe->count;
	return request->positions;
}

int draw_make(const struct forward *forward, const struct probes *probes,
	      const struct replay_request *request, const char *seed, struct draw *draw,
	      struct error *err)
{
	bool all = !request->probes || request->probes >= probes->count;

	draw->count = all ? probes->count : request->probes;
	draw->index = calloc(probes->count, sizeof(*draw->index));
	draw->share = calloc(draw->count, sizeof(*draw->share));
	if (!draw->index || !draw->share)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu probes", probes->count);
	for (size_t i = 0; i < probes->count; i++)
		draw->index[i] = i;
	if (!all && seed)
		draw_indices(DRAW_DOMAIN, seed, draw->index, probes->count, draw->count);
	for (size_t i = 0; i < draw->count; i++) {
		const struct probe *probe = &probes->probe[draw->index[i]];

		draw->share[i] =
			(struct probe_share){ probe, share_tokens(forward, probe, request) };
	}
	return shares_sequences(draw->share, draw->count, &draw->sequences, &draw->ids, &draw->rows,
				err);
}

void draw_coverage(const struct forward *forward, struct draw *draw,
		   struct replay_coverage *coverage)
{
	const struct model_config *config = forward_config(forward);
	struct forward_cost cost = forward_estimate(forward, &draw->sequences);

	*coverage = (struct replay_coverage){ .context = config->context,
					      .vocab = config->vocab,
					      .layers = config->layers,
					      .layers_run = config->layers,
					      .unread = forward_unread_count(forward),
					      .read_bytes = cost.read_bytes,
					      .flop = cost.flop };
	for (size_t i = 0; i < draw->count; i++) {
		size_t tokens = draw->share[i].tokens;

		coverage->tokens += tokens;
		coverage->positions = tokens > coverage->positions ? tokens : coverage->positions;
	}
	coverage->window_reached = coverage->positions > config->window;
	coverage->embedding_rows = (uint32_t)ids_different(draw->ids, coverage->tokens);
}
