/* unpack: gzip (RFC 1952) by ISA-L, which is several times as fast, or zlib; zstd (RFC 8878) by
 * libzstd. */
#include "registry/corpus/unpack.h"

#ifdef AKASHI_ISAL
#include <isa-l/igzip_lib.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define GZIP_FLAGS_AT 3u /* in the header of a member */

struct unpack {
	enum packing packing;
#ifdef AKASHI_ISAL
	struct inflate_state *isal; /* NULL: zlib does it */
	size_t head;                /* bytes of the member that were taken, up to its flags */
#endif
	z_stream zlib;
	bool zlib_begun;
	ZSTD_DCtx *zstd;
	bool within; /* a member or frame is under way */
	bool any;    /* there was one */
	uint8_t out[UNPACK_STEP_BYTES];
};

static int gzip_new(struct unpack *unpack, bool plain, struct error *err)
{
#ifdef AKASHI_ISAL
	if (!plain) {
		unpack->isal = malloc(sizeof(*unpack->isal));
		return unpack->isal ? 0
				    : error_set(err, ERROR_SYSTEM,
						"out of memory to unpack a gzip file");
	}
#else
	(void)plain;
#endif
	if (inflateInit2(&unpack->zlib, 16 + MAX_WBITS) != Z_OK)
		return error_set(err, ERROR_SYSTEM, "out of memory to unpack a gzip file");
	unpack->zlib_begun = true;
	return 0;
}

static int unpack_make(enum packing packing, bool plain, struct unpack **out_unpack,
		       struct error *err)
{
	CLEANUP(unpack_free) struct unpack *unpack = calloc(1, sizeof(*unpack));

	if (!unpack)
		return error_set(err, ERROR_SYSTEM, "out of memory to unpack a file");
	unpack->packing = packing;
	if (packing == PACKING_GZIP) {
		if (gzip_new(unpack, plain, err))
			return -1;
	} else if (packing == PACKING_ZSTD) {
		unpack->zstd = ZSTD_createDCtx();
		if (!unpack->zstd ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(unpack->zstd, ZSTD_d_windowLogMax,
							UNPACK_WINDOW_LOG_MAX)))
			return error_set(err, ERROR_SYSTEM, "out of memory to unpack a zstd file");
	} else {
		return error_set(err, ERROR_USAGE, "nothing to unpack");
	}
	*out_unpack = unpack;
	unpack = NULL; /* handed over */
	return 0;
}

int unpack_new(enum packing packing, struct unpack **out_unpack, struct error *err)
{
	return unpack_make(packing, false, out_unpack, err);
}

int unpack_new_zlib(struct unpack **out_unpack, struct error *err)
{
	return unpack_make(PACKING_GZIP, true, out_unpack, err);
}

void unpack_free(struct unpack **unpack)
{
	if (!*unpack)
		return;
#ifdef AKASHI_ISAL
	free((*unpack)->isal);
#endif
	if ((*unpack)->zlib_begun)
		inflateEnd(&(*unpack)->zlib);
	ZSTD_freeDCtx((*unpack)->zstd);
	free(*unpack);
	*unpack = NULL;
}

/* Zero bytes behind the last member are what tapes and some tools leave. */
static bool is_padding(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i])
			return false;
	return true;
}

#ifdef AKASHI_ISAL
static const char *isal_text(int status)
{
	switch (status) {
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
		return "incorrect header";
	case ISAL_INCORRECT_CHECKSUM:
		return "incorrect checksum or length";
	case ISAL_NEED_DICT:
		return "it needs a dictionary";
	default:
		return "invalid block, code or distance";
	}
}

static int isal_step(struct unpack *unpack, struct span *rest, size_t *out_len, struct error *err)
{
	struct inflate_state *isal = unpack->isal;
	const uint8_t *begin = rest->data;
	int status;

	/* Flags that are kept for later must be refused (RFC 1952, 2.3.1.2); it does not look. */
	if (unpack->head <= GZIP_FLAGS_AT && rest->len > GZIP_FLAGS_AT - unpack->head &&
	    (begin[GZIP_FLAGS_AT - unpack->head] & 0xe0))
		return error_set(err, ERROR_CORRUPT,
				 "no gzip file, or a damaged one (unknown header flags)");

	isal->next_in = (uint8_t *)(uintptr_t)rest->data; /* it does not write there */
	isal->avail_in = (uint32_t)rest->len;
	isal->next_out = unpack->out;
	isal->avail_out = UNPACK_STEP_BYTES;
	status = isal_inflate(isal);
	rest->data = isal->next_in;
	rest->len = isal->avail_in;
	if (unpack->head <= GZIP_FLAGS_AT)
		unpack->head += (size_t)(rest->data - begin);
	*out_len = UNPACK_STEP_BYTES - isal->avail_out;
	if (isal->block_state == ISAL_BLOCK_FINISH)
		unpack->within = false;
	if (status == ISAL_DECOMP_OK || status == ISAL_END_INPUT)
		return 0;
	return error_set(err, ERROR_CORRUPT, "no gzip file, or a damaged one (%s)",
			 isal_text(status));
}
#endif

static int zlib_step(struct unpack *unpack, struct span *rest, size_t *out_len, struct error *err)
{
	z_stream *zlib = &unpack->zlib;
	int status;

	zlib->next_in = (Bytef *)(uintptr_t)rest->data; /* zlib does not write there */
	zlib->avail_in = (uInt)rest->len;
	zlib->next_out = unpack->out;
	zlib->avail_out = UNPACK_STEP_BYTES;
	status = inflate(zlib, Z_NO_FLUSH);
	rest->data = zlib->next_in;
	rest->len = zlib->avail_in;
	*out_len = UNPACK_STEP_BYTES - zlib->avail_out;
	if (status == Z_STREAM_END)
		unpack->within = false;
	if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
		return 0;
	if (status == Z_MEM_ERROR)
		return error_set(err, ERROR_SYSTEM, "out of memory to unpack a gzip file");
	return error_set(err, ERROR_CORRUPT, "no gzip file, or a damaged one (%s)",
			 zlib->msg ? zlib->msg : "it needs a dictionary");
}

static int member_begin(struct unpack *unpack, struct error *err)
{
	unpack->within = unpack->any = true;
#ifdef AKASHI_ISAL
	if (unpack->isal) {
		isal_inflate_init(unpack->isal);
		unpack->head = 0;
		unpack->isal->crc_flag = ISAL_GZIP;
		return 0;
	}
#endif
	return inflateReset(&unpack->zlib) == Z_OK
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "zlib cannot begin again");
}

static int gzip_step(struct unpack *unpack, struct span *rest, size_t *out_len, struct error *err)
{
	*out_len = 0;
	if (!unpack->within) {
		if (unpack->any && is_padding(*rest)) {
			rest->len = 0;
			return 0;
		}
		if (member_begin(unpack, err))
			return -1;
	}
#ifdef AKASHI_ISAL
	if (unpack->isal)
		return isal_step(unpack, rest, out_len, err);
#endif
	return zlib_step(unpack, rest, out_len, err);
}

static int zstd_step(struct unpack *unpack, struct span *rest, size_t *out_len, struct error *err)
{
	ZSTD_inBuffer in = { rest->data, rest->len, 0 };
	ZSTD_outBuffer out = { unpack->out, UNPACK_STEP_BYTES, 0 };
	size_t status = ZSTD_decompressStream(unpack->zstd, &out, &in);

	if (ZSTD_isError(status)) {
		if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
			return error_set(err, ERROR_UNTRUSTED,
					 "it wants a window of more than 8 MiB (zstd --long, or "
					 "--ultra): pack it again without");
		return error_set(err, ERROR_CORRUPT, "no zstd file, or a damaged one (%s)",
				 ZSTD_getErrorName(status));
	}
	unpack->any = true;
	unpack->within = status != 0;
	rest->data += in.pos;
	rest->len -= in.pos;
	*out_len = out.pos;
	return 0;
}

int unpack_add(struct unpack *unpack, struct span bytes, unpack_visit visit, void *user,
	       struct error *err)
{
	size_t len = UNPACK_STEP_BYTES;

	/* A full step may have left something behind that needs no more input. */
	while (bytes.len || (len == UNPACK_STEP_BYTES && unpack->within)) {
		if ((unpack->packing == PACKING_GZIP ? gzip_step : zstd_step)(unpack, &bytes, &len,
									      err))
			return -1;
		if (len && visit(user, (struct span){ unpack->out, len }, err))
			return -1;
	}
	return 0;
}

int unpack_end(const struct unpack *unpack, struct error *err)
{
	if (unpack->within || !unpack->any)
		return error_set(err, ERROR_CORRUPT, "the %s file is cut off: its end is missing",
				 unpack->packing == PACKING_GZIP ? "gzip" : "zstd");
	return 0;
}
