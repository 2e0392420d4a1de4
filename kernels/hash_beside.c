/*
 * SHA-256's compression of one or two long streams beside sixteen others.
 *
 * A chain of sha256rnds2 leaves most of the vector units idle: each waits for
 * the one before. In between stand the rounds of sixteen messages in vectors
 * (hash_avx512.c). What is left of the long streams' work, their message
 * schedules, depends on no chain: it is made in vectors too, of sixteen blocks
 * at a time, one turn ahead, and put down as pairs of words that sha256rnds2
 * takes as they are.
 *
 * A turn is one block of each of the sixteen and sixteen blocks of the long
 * ones. sha256rnds2 has an old encoding only. The processor takes hundreds of
 * cycles for one that follows a write to the upper parts of registers 0 to 15,
 * so vectors must live in 16 to 31. No compiler can be told so; that is why
 * this is assembly. Apart from the registers it is what the two other files
 * say in C.
 */
#include "kernels/hash_beside.h"
#include "kernels/hash_rounds.h"

#ifdef __x86_64__

#include <string.h>

enum { BLOCK_SIZE = 64, QUARTERS = 4, PAIRS_SIZE = 32 * 128 };

const bool hash_beside_compiled = true;

static const uint32_t round_constant[64] __attribute__((aligned(64))) = { HASH_ROUND_CONSTANTS };

/* Bytes of each word turned round. */
static const uint8_t big_endian[64] __attribute__((aligned(64))) = {
	3,  2,  1,  0,  7, 6, 5,  4,  11, 10, 9, 8, 15, 14, 13, 12, 3,  2,  1,  0,  7, 6,
	5,  4,  11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1,  0,  7,  6,  5,  4,  11, 10, 9, 8,
	15, 14, 13, 12, 3, 2, 1,  0,  7,  6,  5, 4, 11, 10, 9,  8,  15, 14, 13, 12,
};

/* What the assembly below works on; it knows the places. */
struct work {
	uint32_t word[16][16];   /* 0: the last sixteen words of the sixteen's schedules */
	uint32_t ahead[16][16];  /* 1024: those of the long streams' next sixteen blocks */
	uint32_t state[8][16];   /* 2048: the sixteen's working variables, a to h */
	uint32_t before[8][16];  /* 2560: and as they were before the block */
	uint32_t chain[2][2][4]; /* 3072: the long streams': a, b, e, f and c, d, g, h */
	uint32_t unused[112];    /* so that no pair lies 4 KiB behind its twin */
	uint8_t pair[2]
		    [PAIRS_SIZE + 512]; /* of words with their constants: being used, being made */
	const uint8_t *row[16];         /* the blocks of a turn are taken from here */
	const uint8_t *ahead_row[16];
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct work, ahead) == 1024 && offsetof(struct work, state) == 2048 &&
		       offsetof(struct work, before) == 2560 &&
		       offsetof(struct work, chain) == 3072,
	       "as the assembly has it");

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Operands: a word of a schedule (`from` 0 or 1024), a constant, a pair of words. */
#define WORD(from, i) TEXT(from + (((i)&15) * 64)) "(%[work])"
#define CONSTANT(i) TEXT(0 + (i)*4) "(%[constant])%{1to16%}"
#define PAIR_MADE(i, half) TEXT(0 + ((i) >> 1) * 128 + (half)*64) "(%[made])"

/* Word i + 16 in the place of word i. */
#define SCHEDULE(from, i)                                                                                                                                                   \
	"vprord $7," WORD(                                                                                                                                                  \
		from,                                                                                                                                                       \
		i + 1) ",%%zmm28\n"                                                                                                                                         \
		       "vprord $18," WORD(                                                                                                                                  \
			       from,                                                                                                                                        \
			       i + 1) ",%%zmm29\n"                                                                                                                          \
				      "vpsrld $3," WORD(                                                                                                                    \
					      from,                                                                                                                         \
					      i + 1) ",%%zmm30\n"                                                                                                           \
						     "vmovdqa32 " WORD(                                                                                                     \
							     from,                                                                                                          \
							     i) ",%%zmm31\n"                                                                                                \
								"vpaddd " WORD(                                                                                             \
									from,                                                                                               \
									i + 9) ",%%zmm31,%%"                                                                                \
									       "zmm31\n"                                                                                    \
									       "vpternlogd "                                                                                \
									       "$0x96,%%zmm28,%%"                                                                           \
									       "zmm29,%%zmm30\n"                                                                            \
									       "vprord $17," WORD(                                                                          \
										       from,                                                                                \
										       i + 14) ","                                                                          \
											       "%"                                                                          \
											       "%"                                                                          \
											       "z"                                                                          \
											       "m"                                                                          \
											       "m"                                                                          \
											       "2"                                                                          \
											       "8"                                                                          \
											       "\n"                                                                         \
											       "v"                                                                          \
											       "p"                                                                          \
											       "r"                                                                          \
											       "o"                                                                          \
											       "r"                                                                          \
											       "d"                                                                          \
											       " "                                                                          \
											       "$"                                                                          \
											       "1"                                                                          \
											       "9"                                                                          \
											       "," WORD(                                                                    \
												       from,                                                                \
												       i + 14) ",%%zmm29\n"                                                 \
													       "vpaddd %%zmm30,%%zmm31,%%zmm31\n"                           \
													       "vpsrld $10," WORD(                                          \
														       from,                                                \
														       i + 14) ",%%zmm30\n"                                 \
															       "vpternlogd $0x96,%%zmm28,%%zmm29,%%zmm30\n" \
															       "vpaddd %%zmm30,%%zmm31,%%zmm31\n"           \
															       "vmovdqa32 %%zmm31," WORD(                   \
																       from,                                \
																       i) "\n"

/* Words i and i + 1 of the long streams' next blocks, with their constants, as pairs. */
#define PAIRS(i)                                                                                   \
	"vmovdqa32 " WORD(                                                                         \
		1024,                                                                              \
		i) ",%%zmm28\n"                                                                    \
		   "vmovdqa32 " WORD(                                                              \
			   1024,                                                                   \
			   i + 1) ",%%zmm29\n"                                                     \
				  "vpaddd " CONSTANT(                                              \
					  i) ",%%zmm28,%%zmm28\n"                                  \
					     "vpaddd " CONSTANT(                                   \
						     i +                                           \
						     1) ",%%zmm29,%%zmm29\n"                       \
							"vpunpckldq %%zmm29,%%zmm28,%%zmm30\n"     \
							"vpunpckhdq %%zmm29,%%zmm28,%%zmm31\n"     \
							"vmovdqa32 %%zmm30," PAIR_MADE(            \
								i,                                 \
								0) "\n"                            \
								   "vmovdqa32 %%zmm31," PAIR_MADE( \
									   i, 1) "\n"

/* Two rounds of a long stream: its registers, where its first pair lies. */
#define CHAIN(abef, cdgh, at)                                                                      \
	"movq " TEXT(0 + at) "(%[used]),%%xmm0\n"                                                  \
			     "sha256rnds2 %%xmm" #abef ",%%xmm" #cdgh "\n"
#define CHAIN_PAIR(abef, cdgh, at) CHAIN(abef, cdgh, at) CHAIN(cdgh, abef, at + 128)
#define CHAIN_BEGIN(abef, cdgh, abef_before, cdgh_before)                                          \
	"movdqa %%xmm" #abef ",%%xmm" #abef_before "\n"                                            \
	"movdqa %%xmm" #cdgh ",%%xmm" #cdgh_before "\n"
#define CHAIN_END(abef, cdgh, abef_before, cdgh_before)                                            \
	"paddd %%xmm" #abef_before ",%%xmm" #abef "\n"                                             \
	"paddd %%xmm" #cdgh_before ",%%xmm" #cdgh "\n"

/* What of the long streams stands beside a half (0, 1) of round i: of two of them, of one. */
#define BESIDE_TWO(i, half)                                                                        \
	CHAIN_PAIR(1, 2, ((((i)&7) * 4 + (half)*2) * 128 + ((i) >> 3) * 8))                        \
	CHAIN_PAIR(5, 6, ((((i)&7) * 4 + (half)*2) * 128 + ((i) >> 3) * 8 + 32))
#define BESIDE_ONE_AT(i, n) ((((i)&3) * 8 + (n)*2) * 128 + ((i) >> 3) * 64 + (((i) >> 2) & 1) * 8)
#define BESIDE_ONE(i, half)                                                                        \
	CHAIN_PAIR(1, 2, BESIDE_ONE_AT(i, (half)*2))                                               \
	CHAIN_PAIR(1, 2, BESIDE_ONE_AT(i, (half)*2 + 1))
#define BEGIN_ONE CHAIN_BEGIN(1, 2, 3, 4)
#define END_ONE CHAIN_END(1, 2, 3, 4)
#define BEGIN_TWO CHAIN_BEGIN(1, 2, 3, 4) CHAIN_BEGIN(5, 6, 7, 8)
#define END_TWO CHAIN_END(1, 2, 3, 4) CHAIN_END(5, 6, 7, 8)
#define NEXT_BLOCK_ONE END_ONE BEGIN_ONE
#define NEXT_BLOCK_TWO

/* Round i of the sixteen, two pairs of rounds of the long streams in it. */
#define ROUND(beside, i, a, b, c, d, e, f, g, h)                                                   \
	"vpaddd " WORD(0, i) ",%%zmm" #h ",%%zmm" #h "\n"                                          \
			     "vprord $6,%%zmm" #e ",%%zmm24\n"                                     \
			     "vprord $11,%%zmm" #e ",%%zmm25\n"                                    \
			     "vprord $25,%%zmm" #e ",%%zmm26\n" beside(i, 0) "vpaddd " CONSTANT(   \
				     i) ",%%zmm" #h ",%%zmm" #h "\n"                               \
					"vmovdqa32 %%zmm" #e ",%%zmm27\n"                          \
					"vpternlogd $0xca,%%zmm" #g ",%%zmm" #f ",%%zmm27\n"       \
					"vpternlogd $0x96,%%zmm24,%%zmm25,%%zmm26\n"               \
					"vpaddd %%zmm27,%%zmm" #h ",%%zmm" #h "\n"                 \
					"vprord $2,%%zmm" #a ",%%zmm24\n"                          \
					"vprord $13,%%zmm" #a ",%%zmm25\n"                         \
					"vpaddd %%zmm26,%%zmm" #h ",%%zmm" #h "\n"                 \
					"vprord $22,%%zmm" #a ",%%zmm26\n" beside(                 \
						i, 1) "vmovdqa32 %%zmm" #a ",%%zmm27\n"            \
						      "vpaddd %%zmm" #h ",%%zmm" #d ",%%zmm" #d    \
						      "\n"                                         \
						      "vpternlogd $0xe8,%%zmm" #c ",%%zmm" #b      \
						      ",%%zmm27\n"                                 \
						      "vpternlogd $0x96,%%zmm24,%%zmm25,%%zmm26\n" \
						      "vpaddd %%zmm27,%%zmm" #h ",%%zmm" #h "\n"   \
						      "vpaddd %%zmm26,%%zmm" #h ",%%zmm" #h "\n"

#define SCHEDULE_BOTH(i) SCHEDULE(0, i) SCHEDULE(1024, i)
#define SCHEDULE_NONE(i)

/* Rounds i to i + 3, the first of a variable's names turned by 0 or by 4. */
#define ROUNDS_0(beside, schedule, i)                                                              \
	PAIRS(i)                                                                                   \
	ROUND(beside, i, 16, 17, 18, 19, 20, 21, 22, 23)                                           \
	schedule(i) ROUND(beside, i + 1, 23, 16, 17, 18, 19, 20, 21, 22) schedule(i + 1)           \
		PAIRS(i + 2) ROUND(beside, i + 2, 22, 23, 16, 17, 18, 19, 20, 21) schedule(i + 2)  \
			ROUND(beside, i + 3, 21, 22, 23, 16, 17, 18, 19, 20) schedule(i + 3)
#define ROUNDS_4(beside, schedule, i)                                                              \
	PAIRS(i)                                                                                   \
	ROUND(beside, i, 20, 21, 22, 23, 16, 17, 18, 19)                                           \
	schedule(i) ROUND(beside, i + 1, 19, 20, 21, 22, 23, 16, 17, 18) schedule(i + 1)           \
		PAIRS(i + 2) ROUND(beside, i + 2, 18, 19, 20, 21, 22, 23, 16, 17) schedule(i + 2)  \
			ROUND(beside, i + 3, 17, 18, 19, 20, 21, 22, 23, 16) schedule(i + 3)

/* Sixteen rounds. */
#define QUARTER(count, schedule)                                                                   \
	BEGIN_##count ROUNDS_0(BESIDE_##count, schedule, 0) NEXT_BLOCK_##count ROUNDS_4(           \
		BESIDE_##count, schedule, 4) END_##count BEGIN_##count                             \
	ROUNDS_0(BESIDE_##count, schedule, 8) NEXT_BLOCK_##count                                   \
	ROUNDS_4(BESIDE_##count, schedule, 12) END_##count

#define EACH_VARIABLE(what)                                                                        \
	what(0, 16) what(1, 17) what(2, 18) what(3, 19) what(4, 20) what(5, 21) what(6, 22)        \
		what(7, 23)
#define VARIABLE_LOAD(i, reg) "vmovdqa32 2048+64*" #i "(%[work]),%%zmm" #reg "\n"
#define VARIABLE_STORE(i, reg) "vmovdqa32 %%zmm" #reg ",2048+64*" #i "(%[work])\n"
#define VARIABLE_ADD(i, reg)                                                                       \
	"vpaddd 2560+64*" #i "(%[work]),%%zmm" #reg ",%%zmm" #reg "\n"                             \
	"vmovdqa32 %%zmm" #reg ",2560+64*" #i "(%[work])\n"
#define CHAINS_LOAD                                                                                \
	"movdqa 3072(%[work]),%%xmm1\n"                                                            \
	"movdqa 3088(%[work]),%%xmm2\n"                                                            \
	"movdqa 3104(%[work]),%%xmm5\n"                                                            \
	"movdqa 3120(%[work]),%%xmm6\n"
#define CHAINS_STORE                                                                               \
	"movdqa %%xmm1,3072(%[work])\n"                                                            \
	"movdqa %%xmm2,3088(%[work])\n"                                                            \
	"movdqa %%xmm5,3104(%[work])\n"                                                            \
	"movdqa %%xmm6,3120(%[work])\n"

#ifdef __AVX512F__
#define VECTORS_USED                                                                               \
	"xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",  \
		"xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "memory"
#else /* then nobody else uses them */
#define VECTORS_USED "memory"
#endif

#define QUARTER_ASM(text)                                                                          \
	__asm__ volatile(                                                                          \
		EACH_VARIABLE(VARIABLE_LOAD) CHAINS_LOAD text EACH_VARIABLE(VARIABLE_STORE)        \
			CHAINS_STORE                                                               \
		:                                                                                  \
		: [work] "r"(work), [constant] "r"(constant), [used] "r"(used), [made] "r"(made)   \
		: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",          \
		  VECTORS_USED)

/* Sixteen rounds of the sixteen and as much of one or two long streams. */
static void quarter(struct work *work, const uint32_t *constant, const uint8_t *used, uint8_t *made,
		    size_t chains)
{
	if (chains == 1)
		QUARTER_ASM(QUARTER(ONE, SCHEDULE_BOTH));
	else
		QUARTER_ASM(QUARTER(TWO, SCHEDULE_BOTH));
}

/* The last sixteen, which end the block. */
static void quarter_last(struct work *work, const uint32_t *constant, const uint8_t *used,
			 uint8_t *made, size_t chains)
{
	if (chains == 1)
		QUARTER_ASM(QUARTER(ONE, SCHEDULE_NONE) EACH_VARIABLE(VARIABLE_ADD));
	else
		QUARTER_ASM(QUARTER(TWO, SCHEDULE_NONE) EACH_VARIABLE(VARIABLE_ADD));
}

/* Sixteen words of the long streams' first blocks. */
static void quarter_of_pairs(struct work *work, const uint32_t *constant, uint8_t *made)
{
#define MAKE(i) PAIRS(i) SCHEDULE(1024, i) SCHEDULE(1024, i + 1)
	__asm__ volatile(MAKE(0) MAKE(2) MAKE(4) MAKE(6) MAKE(8) MAKE(10) MAKE(12) MAKE(14)
			 :
			 : [work] "r"(work), [constant] "r"(constant), [made] "r"(made)
			 : VECTORS_USED);
#undef MAKE
}

/* Words 4j to 4j + 3 of sixteen blocks: word w of all of them into vector w. */
#define FOUR_OF_ROW(row, j, reg)                                                                   \
	"mov 8*" #row "(%[row]),%%rax\n"                                                           \
	"vmovdqu32 16*" #j "(%%rax,%[at]),%%xmm" #reg "\n"                                         \
	"mov 8*(" #row "+4)(%[row]),%%rax\n"                                                       \
	"vinserti32x4 $1,16*" #j "(%%rax,%[at]),%%zmm" #reg ",%%zmm" #reg "\n"                     \
	"mov 8*(" #row "+8)(%[row]),%%rax\n"                                                       \
	"vinserti32x4 $2,16*" #j "(%%rax,%[at]),%%zmm" #reg ",%%zmm" #reg "\n"                     \
	"mov 8*(" #row "+12)(%[row]),%%rax\n"                                                      \
	"vinserti32x4 $3,16*" #j "(%%rax,%[at]),%%zmm" #reg ",%%zmm" #reg "\n"                     \
	"vpshufb %[order],%%zmm" #reg ",%%zmm" #reg "\n"
#define FOUR_ROWS(j)                                                                               \
	FOUR_OF_ROW(0, j, 24) FOUR_OF_ROW(1, j, 25) FOUR_OF_ROW(2, j, 26) FOUR_OF_ROW(3, j, 27)
#define FOUR_WORDS(j)                                                                              \
	"vpunpckldq %%zmm25,%%zmm24,%%zmm28\n"                                                     \
	"vpunpckhdq %%zmm25,%%zmm24,%%zmm29\n"                                                     \
	"vpunpckldq %%zmm27,%%zmm26,%%zmm30\n"                                                     \
	"vpunpckhdq %%zmm27,%%zmm26,%%zmm31\n"                                                     \
	"vpunpcklqdq %%zmm30,%%zmm28,%%zmm24\n"                                                    \
	"vpunpckhqdq %%zmm30,%%zmm28,%%zmm25\n"                                                    \
	"vpunpcklqdq %%zmm31,%%zmm29,%%zmm26\n"                                                    \
	"vpunpckhqdq %%zmm31,%%zmm29,%%zmm27\n"                                                    \
	"vmovdqa32 %%zmm24,64*(4*" #j ")(%[word])\n"                                               \
	"vmovdqa32 %%zmm25,64*(4*" #j "+1)(%[word])\n"                                             \
	"vmovdqa32 %%zmm26,64*(4*" #j "+2)(%[word])\n"                                             \
	"vmovdqa32 %%zmm27,64*(4*" #j "+3)(%[word])\n"

/* The blocks `at` bytes behind row[0] to row[15]. */
static void load_words(uint32_t word[16][16], const uint8_t *const row[16], size_t at)
{
	__asm__ volatile(FOUR_ROWS(0) FOUR_WORDS(0) FOUR_ROWS(1) FOUR_WORDS(1) FOUR_ROWS(2)
				 FOUR_WORDS(2) FOUR_ROWS(3) FOUR_WORDS(3)
			 :
			 : [word] "r"(word), [row] "r"(row), [at] "r"(at), [order] "m"(big_endian)
			 : "rax", VECTORS_USED);
}

/* Between a state and a long stream's variables, in the order that sha256rnds2 has. */
static void chain_take(uint32_t chain[2][4], const uint32_t s[8])
{
	const uint32_t order[2][4] = { { s[5], s[4], s[1], s[0] }, { s[7], s[6], s[3], s[2] } };

	memcpy(chain, order, sizeof(order));
}

static void chain_give(const uint32_t chain[2][4], uint32_t s[8])
{
	const uint32_t state[8] = { chain[0][3], chain[0][2], chain[1][3], chain[1][2],
				    chain[0][1], chain[0][0], chain[1][1], chain[1][0] };

	memcpy(s, state, sizeof(state));
}

static void work_begin(struct work *work, const struct hash_beside *streams)
{
	for (size_t lane = 0; lane < 16; lane++) {
		size_t each = 16 / streams->chains;

		for (size_t i = 0; i < 8; i++)
			work->before[i][lane] = work->state[i][lane] = streams->state[lane][i];
		work->row[lane] = streams->data[lane];
		work->ahead_row[lane] = streams->chain_data[lane / each] + lane % each * BLOCK_SIZE;
	}
	memset(work->chain, 0, sizeof(work->chain));
	for (size_t i = 0; i < streams->chains; i++)
		chain_take(work->chain[i], streams->chain_state[i]);
	load_words(work->ahead, work->ahead_row, 0);
	for (size_t j = 0; j < QUARTERS; j++)
		quarter_of_pairs(work, round_constant + 16 * j, work->pair[0] + PAIRS_SIZE / 4 * j);
}

static void work_end(const struct work *work, const struct hash_beside *streams)
{
	for (size_t lane = 0; lane < 16; lane++)
		for (size_t i = 0; i < 8; i++)
			streams->state[lane][i] = work->before[i][lane];
	for (size_t i = 0; i < streams->chains; i++)
		chain_give(work->chain[i], streams->chain_state[i]);
}

/* Where quarter j finds the long streams' blocks among the pairs: of each pair of words, two
 * vectors have blocks 0, 1, 4, 5 ... and 2, 3, 6, 7 ... */
static size_t pairs_of(size_t chains, size_t j)
{
	return chains == 1 ? 16 * j : (j & 1) * 64 + (j >> 1) * 16;
}

void hash_beside_advance(const struct hash_beside *streams, size_t turns)
{
	size_t chains = streams->chains, each = 16 / chains * BLOCK_SIZE;
	struct work work;

	__asm__ volatile("vzeroupper" ::
				 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
				   "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
				   "xmm15");
	work_begin(&work, streams);
	for (size_t turn = 0; turn < turns; turn++) {
		const uint8_t *used = work.pair[turn & 1];
		uint8_t *made = work.pair[~turn & 1];
		size_t next = turn + 1 < turns ? turn + 1 : turn;

		load_words(work.ahead, work.ahead_row, next * each);
		load_words(work.word, work.row, turn * BLOCK_SIZE);
		for (size_t j = 0; j < QUARTERS; j++)
			(j < QUARTERS - 1 ? quarter : quarter_last)(
				&work, round_constant + 16 * j, used + pairs_of(chains, j),
				made + PAIRS_SIZE / 4 * j, chains);
	}
	work_end(&work, streams);
}

#else

#include <stdlib.h>

const bool hash_beside_compiled = false;

void hash_beside_advance(const struct hash_beside *streams, size_t turns)
{
	(void)streams;
	(void)turns;
	abort(); /* never admitted */
}

#endif
