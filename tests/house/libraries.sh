#!/bin/bash
# Each third-party library is spoken to in its one place, and never in a header that others include.
. tests/house/lib.sh

# includes ROOT HEADER-PATTERN PLACE-PATTERN: files outside their place that include such a header
includes() {
	local root=$1 header=$2 place=$3
	(cd "$root" && grep -rnE --include='*.[ch]' --include='*.cu' --include='*.cuh' \
		"^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($header)" $ROOMS) |
		grep -vE "^($place):" || true
}

check() {
	includes "$1" 'openssl/' 'kernels/hash[a-z0-9_]*\.c|verify/(signature|x509|timestamp|sct)\.c|registry/sign/[a-z0-9_]*\.c'
	includes "$1" 'jansson' 'verify/json(/[a-z_]*)?\.c'
	includes "$1" 'sqlite3' 'registry/sqlite\.c'
	includes "$1" 'git2' 'registry/git(\.c|/[a-z_]*\.c|/inner\.h)' # the inner header is that room's own: see below
	(cd "$1" && grep -rlE --include='*.[ch]' '"registry/git/(work_)?inner\.h"' $ROOMS) | grep -vE '^registry/git(\.c|/[a-z_]*\.c|/work_inner\.h)$' || true
	includes "$1" 'curl/' 'registry/http\.c'
	includes "$1" 'microhttpd' 'registry/serve\.c'
	includes "$1" '(p11-kit/)?pkcs11' 'registry/sign/pkcs11/[a-z0-9_]*\.c'
	includes "$1" '(zstd|zdict)' 'registry/codec/zstd[a-z_]*\.c|registry/corpus/unpack\.c'
	includes "$1" 'zlib' 'registry/corpus/unpack\.c'
	includes "$1" 'isa-l' 'registry/corpus/unpack\.c'
	includes "$1" 'archive' 'registry/bundle\.c'
	includes "$1" 'pcre2' 'verify/tokenizer/[a-z_]*\.c'
	includes "$1" 'cuda|cublas|nvrtc' 'kernels/cuda/[a-z0-9_/]*\.(c|cu|cuh|h)'
}

rule "each library stays in its one place"
breaks "OpenSSL elsewhere" registry/planted.c '#include <openssl/evp.h>'
breaks "OpenSSL in a header" verify/signature.h '#include <openssl/evp.h>'
breaks "jansson elsewhere" registry/planted.c '#include <jansson.h>'
breaks "SQLite elsewhere" registry/store/planted.c '# include <sqlite3.h>'
breaks "libgit2 elsewhere" cli/planted.c '#include <git2.h>'
breaks "libgit2 in a header" registry/git.h '#include <git2.h>'
breaks "libgit2 by another's inner header" registry/planted.c '#include "registry/git/inner.h"'
breaks "libgit2 elsewhere, deeper" registry/import/planted.c '#include <git2/repository.h>'
breaks "libcurl elsewhere" registry/planted.c '#include <curl/curl.h>'
breaks "libmicrohttpd elsewhere" cli/planted.c '#include <microhttpd.h>'
breaks "PKCS#11 elsewhere" registry/planted.c '#include <p11-kit/pkcs11.h>'
breaks "zlib elsewhere" registry/corpus/planted.c '#include <zlib.h>'
breaks "ISA-L elsewhere" registry/corpus/planted.c '#include <isa-l/igzip_lib.h>'
breaks "zstd elsewhere" registry/planted.c '#include <zstd.h>'
breaks "libarchive elsewhere" registry/planted.c '#include <archive.h>'
breaks "PCRE2 elsewhere" verify/planted.c '#include "pcre2.h"'
breaks "CUDA elsewhere" kernels/planted.c '#include <cuda_runtime.h>'
