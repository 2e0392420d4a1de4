/* What forward.c and forward/run.c share. Inside verify/ only. */
#ifndef VERIFY_FORWARD_INNER_H
#define VERIFY_FORWARD_INNER_H

#include "verify/forward.h"
#include "verify/plan.h"

struct forward {
	struct plan plan;
	bool uses[SLOT_COUNT]; /* slots that some operation touches */
	bool hash_there;       /* forward_hash */
	uint8_t *experts_used; /* bit layer * experts + id: read by a pass; NULL: no experts */
	uint8_t *experts_kept; /* those that count, whatever becomes of passes since then */
};

/* Tokens whose logits are held at once: one block of the head. */
#define HEAD_BLOCK_ROWS ((size_t)240)

/* The same on a device, whose digests are many short chains side by side. */
#define HEAD_BLOCK_ROWS_DEVICE ((size_t)960)

/* Tokens whose logits are brought to the host at once. */
#define HOST_ROWS ((size_t)32)

/* ERROR_SYSTEM; forward->experts_used stays NULL where no layer has experts. */
MUST_CHECK int forward_experts_open(struct forward *forward, struct error *err);

/* What one layer's experts cost for `rows` tokens. All 0 where it has none. */
struct experts_cost {
	double products;       /* multiply-adds */
	uint64_t read_bytes;   /* at most */
	uint64_t memory_bytes; /* at most, beside the slots */
};

/* Of one pass of `rows` tokens through the layer; all 0 where it has no experts. */
struct experts_cost layer_experts_cost(const struct plan *plan, uint32_t layer, size_t rows);

/* Tokens of all sequences together. */
size_t sequences_rows(const struct sequences *sequences);

/* Rows of the head's block for these sequences. */
size_t head_block_rows(const struct sequences *sequences);

#endif
