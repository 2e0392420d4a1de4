/* One zstd frame (RFC 8878), for texts and whatever else has a pattern. */
#define ZSTD_STATIC_LINKING_ONLY /* for literalCompressionMode */
#include <zstd.h>
#include <zstd_errors.h>

#include "registry/codec/zstd.h"
#include "registry/codec_inner.h"

#include <stdlib.h>
#include <string.h>

enum { LEVEL_QUICK = 1, LEVEL_SMALL = 2, LEVEL_USUAL = 3, LEVEL_SYMBOLS = -131072 };

struct zstd_work {
	ZSTD_CCtx *packer;
	ZSTD_DCtx *unpacker;
	/* The dictionary that was used last, and what zstd made of it. */
	struct buffer dictionary;
	ZSTD_CDict *to_pack;
	int to_pack_level;
	ZSTD_DDict *to_unpack;
};

int zstd_work_new(struct zstd_work **out_work, struct error *err)
{
	struct zstd_work *work = calloc(1, sizeof(*work));

	if (!work)
		return error_set(err, ERROR_SYSTEM, "out of memory for compression");
	buffer_init(&work->dictionary, SIZE_MAX);
	*out_work = work;
	return 0;
}

static void dictionary_forget(struct zstd_work *work)
{
	ZSTD_freeCDict(work->to_pack);
	ZSTD_freeDDict(work->to_unpack);
	work->to_pack = NULL;
	work->to_unpack = NULL;
	work->dictionary.len = 0;
}

void zstd_work_free(struct zstd_work **work)
{
	if (!*work)
		return;
	dictionary_forget(*work);
	buffer_release(&(*work)->dictionary);
	ZSTD_freeCCtx((*work)->packer);
	ZSTD_freeDCtx((*work)->unpacker);
	free(*work);
	*work = NULL;
}

static int dictionary_set(struct zstd_work *work, struct span dictionary, struct error *err)
{
	if (span_equal(buffer_view(&work->dictionary), dictionary))
		return 0;
	dictionary_forget(work);
	return buffer_add(&work->dictionary, dictionary, err);
}

static int packer_set(struct zstd_work *work, enum zstd_way way, struct span dictionary,
		      struct error *err)
{
	int level = way == ZSTD_WAY_USUAL   ? LEVEL_USUAL
		    : way == ZSTD_WAY_SMALL ? LEVEL_SMALL
					    : LEVEL_QUICK;

	if (!work->packer && !(work->packer = ZSTD_createCCtx()))
		return error_set(err, ERROR_SYSTEM, "out of memory for zstd");
	ZSTD_CCtx_reset(work->packer, ZSTD_reset_session_and_parameters);
	ZSTD_CCtx_setParameter(work->packer, ZSTD_c_compressionLevel, level);
	if (way == ZSTD_WAY_SYMBOLS) {
		/* A libzstd that does not know the second keeps to the first alone, and stays
		 * right. */
		ZSTD_CCtx_setParameter(work->packer, ZSTD_c_compressionLevel, LEVEL_SYMBOLS);
		ZSTD_CCtx_setParameter(work->packer, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
	}
	if (!dictionary.len)
		return 0;
	if (dictionary_set(work, dictionary, err))
		return -1;
	if (work->to_pack && work->to_pack_level != level) {
		ZSTD_freeCDict(work->to_pack);
		work->to_pack = NULL;
	}
	work->to_pack_level = level;
	if (!work->to_pack)
		work->to_pack =
			ZSTD_createCDict(work->dictionary.data, work->dictionary.len, level);
	if (!work->to_pack || ZSTD_isError(ZSTD_CCtx_refCDict(work->packer, work->to_pack)))
		return error_set(err, ERROR_SYSTEM, "zstd takes no dictionary of %zu bytes",
				 dictionary.len);
	return 0;
}

/* With what packer_set set. */
static int packer_run(struct zstd_work *work, struct span raw, uint8_t *room, size_t cap,
		      size_t *out_len, struct error *err)
{
	size_t len = ZSTD_compress2(work->packer, room, cap, raw.data, raw.len);
	if (ZSTD_isError(len) && ZSTD_getErrorCode(len) != ZSTD_error_dstSize_tooSmall)
		return error_set(err, ERROR_SYSTEM, "zstd: %s", ZSTD_getErrorName(len));
	*out_len = ZSTD_isError(len) ? 0 : len;
	return 0;
}

int zstd_pack(struct zstd_work *work, enum zstd_way way, struct span dictionary, struct span raw,
	      uint8_t *room, size_t cap, size_t *out_len, struct error *err)
{
	return packer_set(work, way, dictionary, err) ||
			       packer_run(work, raw, room, cap, out_len, err)
		       ? -1
		       : 0;
}

int zstd_pack_beside(struct zstd_work *work, enum zstd_way way, struct span beside, struct span raw,
		     uint8_t *room, size_t cap, size_t *out_len, struct error *err)
{
	if (packer_set(work, way, (struct span){ NULL, 0 }, err))
		return -1;
	if (ZSTD_isError(ZSTD_CCtx_refPrefix(work->packer, beside.data, beside.len)))
		return error_set(err, ERROR_SYSTEM, "zstd takes no %zu bytes to look in",
				 beside.len);
	return packer_run(work, raw, room, cap, out_len, err);
}

static int unpacker_have(struct zstd_work *work, struct error *err)
{
	if (!work->unpacker && !(work->unpacker = ZSTD_createDCtx()))
		return error_set(err, ERROR_SYSTEM, "out of memory for zstd");
	return 0;
}

/* Exactly raw_len bytes came out. */
static int unpacked_check(size_t len, size_t raw_len, struct error *err)
{
	if (ZSTD_isError(len))
		return error_set(err, ERROR_CORRUPT, "stored bytes are no zstd frame: %s",
				 ZSTD_getErrorName(len));
	if (len != raw_len)
		return error_set(err, ERROR_CORRUPT, "a zstd frame holds %zu bytes of %zu", len,
				 raw_len);
	return 0;
}

int zstd_unpack(struct zstd_work *work, struct span dictionary, struct span stored, uint8_t *out,
		size_t raw_len, struct error *err)
{
	size_t len;

	if (unpacker_have(work, err))
		return -1;
	if (dictionary.len) {
		if (dictionary_set(work, dictionary, err))
			return -1;
		if (!work->to_unpack)
			work->to_unpack =
				ZSTD_createDDict(work->dictionary.data, work->dictionary.len);
		if (!work->to_unpack)
			return error_set(err, ERROR_CORRUPT, "what is given is no zstd dictionary");
		len = ZSTD_decompress_usingDDict(work->unpacker, out, raw_len, stored.data,
						 stored.len, work->to_unpack);
	} else {
		len = ZSTD_decompressDCtx(work->unpacker, out, raw_len, stored.data, stored.len);
	}
	return unpacked_check(len, raw_len, err);
}

int zstd_unpack_beside(struct zstd_work *work, struct span beside, struct span stored, uint8_t *out,
		       size_t raw_len, struct error *err)
{
	if (unpacker_have(work, err))
		return -1;
	ZSTD_DCtx_reset(work->unpacker, ZSTD_reset_session_and_parameters);
	if (ZSTD_isError(ZSTD_DCtx_refPrefix(work->unpacker, beside.data, beside.len)))
		return error_set(err, ERROR_SYSTEM, "out of memory for zstd");
	return unpacked_check(
		ZSTD_decompressDCtx(work->unpacker, out, raw_len, stored.data, stored.len), raw_len,
		err);
}

static int zstd_decode(struct codec_work *work, struct span base, struct span dictionary,
		       struct span stored, uint8_t *out, size_t raw_len, struct error *err)
{
	(void)base;
	(void)dictionary;
	return zstd_unpack(work->zstd, (struct span){ NULL, 0 }, stored, out, raw_len, err);
}

const struct codec codec_zstd = { .name = "zstd", .number = 1, .decode = zstd_decode };
