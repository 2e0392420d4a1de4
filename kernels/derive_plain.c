/* The arithmetic of derived weights for any processor: what is right. */
#include "kernels/derive_loops.h"

DERIVE_WAY(plain, "plain");
