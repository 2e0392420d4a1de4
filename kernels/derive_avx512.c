/* The arithmetic of derived weights as the compiler makes AVX-512 of it. */
#include "kernels/derive_loops.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__FMA__)
DERIVE_WAY(avx512, "avx-512");
#else
const struct derive_type derive_avx512 = { .name = "avx-512" };
#endif
