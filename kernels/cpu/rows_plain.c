/* rows_plain: the loops of rows.h for registers of any width: the definition. */
#include "kernels/cpu/rows.h"

const struct cpu_rows cpu_rows_plain = CPU_ROWS;
