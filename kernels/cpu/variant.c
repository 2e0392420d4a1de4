/* variant: which registers the arithmetic runs on; the bits do not depend on it. */
#include "kernels/cpu/cpu.h"

#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

static bool always_usable(void)
{
	return true;
}

#ifdef __x86_64__
/* clang 14 cannot be asked for "f16c". */
static bool f16c_usable(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static bool avx2_usable(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && f16c_usable();
}

static bool avx512_usable(void)
{
	return avx2_usable() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl");
}
#endif

static const struct cpu_variant variants[] = {
#ifdef __x86_64__
	{ "avx512", avx512_usable, &cpu_rows_avx512, &cpu_tiles_avx512 },
	{ "avx2", avx2_usable, &cpu_rows_avx2, &cpu_tiles_avx2 },
#endif
	{ "plain", always_usable, &cpu_rows_plain, &cpu_tiles_plain },
};

const char *const cpu_variant_names[] = {
#ifdef __x86_64__
	"avx512",
	"avx2",
#endif
	"plain",
	NULL,
};

const struct cpu_variant *cpu_variant_find(const char *name)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if ((!name || strcmp(name, variants[i].name) == 0) && variants[i].usable())
			return &variants[i];
	return NULL;
}
