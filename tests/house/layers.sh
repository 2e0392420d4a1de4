#!/bin/bash
# A folder includes its own headers and the front doors of the folders below it, nothing else.
. tests/house/lib.sh

check() {
	local root=$1 room below="|schema/[a-z]*\\.def" # what is said is data, and lies below everybody
	for room in $ROOMS; do
		(cd "$root" && perl -e '
			my $known = shift;
			for my $file (@ARGV) {
				open my $in, "<", $file or die "$file: $!";
				while (<$in>) {
					next unless /^\s*#\s*include\s*(?:"([^"]*)"|<((?:\.\.|kernels|verify|registry|cli|tests|schema)\/[^>]*)>)/;
					my $header = $1 // $2;
					print "$file:$.: $header\n" unless $header =~ /^(?:$known)$/;
				}
			}' "$room/[A-Za-z0-9_/.-]*$below" $(sources . "$room") $(find "$room" -name '*.def'))
		below="$below|$room/$room\\.h"
		[ "$room" != registry ] || below="$below|registry/akashi\\.h"
	done
}

rule "every folder knows only the front doors below it"
breaks "an upward include" kernels/planted.c '#include "verify/verify.h"'
breaks "a neighbour's inner header" cli/planted.c '#include "registry/log.h"'
breaks "an inner header two floors down, from a sub-folder" registry/store/planted.c '#include "kernels/hash.h"'
breaks "an include without its folder" verify/arch/planted.c '#include "arena.h"'
breaks "an include that climbs out" verify/planted.h '#  include <../registry/log.h>'
breaks "an include in a list" registry/planted.def '#include "cli/cli.h"'
breaks "a test's header in the house" kernels/cuda/planted.cu '#include "tests/support.h"'
