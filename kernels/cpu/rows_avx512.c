/* rows_avx512: the loops of rows.h for registers of 512 bits. */
#ifdef __x86_64__
#include "kernels/cpu/rows.h"

const struct cpu_rows cpu_rows_avx512 = CPU_ROWS;
#else
typedef int rows_avx512_is_empty_here; /* ISO C wants a declaration */
#endif
