/* cases: what is recorded, small and odd, and every way that a kernel can go. */
#ifndef TESTS_PTX_CASES_H
#define TESTS_PTX_CASES_H

#include "twins.h"

void cases_linear(struct twins *twins);
void cases_rows(struct twins *twins);
void cases_maps(struct twins *twins);
void cases_attention(struct twins *twins);
void cases_experts(struct twins *twins);
void cases_logits(struct twins *twins);
void cases_digest(struct twins *twins);

#endif
