/* What forward.c and forward_run.c share. Inside verify/ only. */
#ifndef VERIFY_FORWARD_INNER_H
#define VERIFY_FORWARD_INNER_H

#include "verify/forward.h"
#include "verify/plan.h"

struct forward {
	struct plan plan;
	bool uses[SLOT_COUNT]; /* slots that some operation touches */
};

/* Tokens whose logits are held at once: one block of the head. */
#define HEAD_BLOCK_ROWS ((size_t)240)

/* Tokens whose logits are brought to the host at once. */
#define HOST_ROWS ((size_t)32)

size_t sequences_rows(const struct sequences *sequences);

/* Rows of the head's block for these sequences. */
size_t head_block_rows(const struct sequences *sequences);

#endif
