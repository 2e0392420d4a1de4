/* unpack: gzip (RFC 1952) by zlib, zstd (RFC 8878) by libzstd. */
#include "registry/corpus/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct unpack {
	enum packing packing;
	z_stream zlib;
	bool zlib_begun;
	ZSTD_DCtx *zstd;
	bool within; /* a member or frame is under way */
	bool any;    /* there was one */
	uint8_t out[UNPACK_STEP_BYTES];
};

int unpack_new(enum packing packing, struct unpack **out_unpack, struct error *err)
{
	CLEANUP(unpack_free) struct unpack *unpack = calloc(1, sizeof(*unpack));

	if (!unpack)
		return error_set(err, ERROR_SYSTEM, "out of memory to unpack a file");
	unpack->packing = packing;
	if (packing == PACKING_GZIP) {
		if (inflateInit2(&unpack->zlib, 16 + MAX_WBITS) != Z_OK)
			return error_set(err, ERROR_SYSTEM, "out of memory to unpack a gzip file");
		unpack->zlib_begun = true;
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

void unpack_free(struct unpack **unpack)
{
	if (!*unpack)
		return;
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

static int gzip_step(struct unpack *unpack, struct span *rest, size_t *out_len, struct error *err)
{
	z_stream *zlib = &unpack->zlib;
	int status;

	*out_len = 0;
	if (!unpack->within) {
		if (unpack->any && is_padding(*rest)) {
			rest->len = 0;
			return 0;
		}
		if (inflateReset(zlib) != Z_OK)
			return error_set(err, ERROR_SYSTEM, "zlib cannot begin again");
		unpack->within = unpack->any = true;
	}
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
