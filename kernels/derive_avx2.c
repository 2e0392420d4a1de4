/* The arithmetic of derived weights as the compiler makes AVX2 of it. */
#include "kernels/derive_loops.h"

#if defined(__AVX2__) && defined(__FMA__)
DERIVE_WAY(avx2, "avx2");
#else
const struct derive_type derive_avx2 = { .name = "avx2" };
#endif
