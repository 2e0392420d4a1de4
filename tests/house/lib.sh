# What every rule of the house begins with. Sourced by them: define `check`, then call `rule` and `breaks`.
#
#   check ROOT     prints one line for each violation in the tree ROOT, nothing when there is none
#   rule TEXT      the tree itself must keep the rule
#   breaks WHAT FILE LINE...   with these lines added to FILE in a copy, the rule must be seen broken
#
# A rule that cannot fail proves nothing, so each script plants violations and expects to be told.
set -euo pipefail

SOURCE=$(pwd)
SCRATCH=$(mktemp -d)
COPY=$SCRATCH/tree
trap 'rm -rf "$SCRATCH"' EXIT

# The folders that hold code, in the order in which they may know each other.
ROOMS="kernels verify registry cli"

say() { printf '%s\n' "$*"; }

skip() {
	say "skipped: $*"
	exit 77
}

# sources ROOT FOLDER...: the C and CUDA files there, but for vectors that a tool wrote
sources() {
	local root=$1
	shift
	(cd "$root" && for folder in "$@"; do
		[ ! -d "$folder" ] || find "$folder" -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh'
	done | grep -v '_vectors\.h$' | LC_ALL=C sort)
}

# calls ROOT NAMES FILE...: where one of the |-separated functions is called, comments and strings apart
calls() {
	local root=$1 names=$2
	shift 2
	(cd "$root" && [ $# = 0 ] || perl -e '
		my $names = shift;
		for my $file (@ARGV) {
			open my $in, "<", $file or die "$file: $!";
			local $/;
			my ($text, $line) = (<$in>, 0);
			$text =~ s{("(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27)|/\*.*?\*/|//[^\n]*}
				{ my $kept = defined $1 ? "\"\"" : $&; $kept =~ s/[^\n]//g unless defined $1; $kept }gsex;
			for (split /\n/, $text) {
				$line++;
				print "$file:$line: $_\n" if /(?:^|[^A-Za-z0-9_>.])(?:$names)\s*\(/;
			}
		}' "$names" "$@")
}

rule() {
	local found
	found=$(check "$SOURCE")
	if [ -n "$found" ]; then
		say "$found"
		say "broken: $1"
		exit 1
	fi
	say "kept: $1"
}

copy_once() {
	[ ! -d "$COPY" ] || return 0
	mkdir "$COPY"
	(cd "$SOURCE" && tar cf - --exclude=tests/data --exclude='build*' --exclude=.git .) | tar xf - -C "$COPY"
}

# expect_broken WHAT PATTERN: the copy now breaks the rule, and a line that matches says so
expect_broken() {
	local found
	found=$(check "$COPY")
	if ! grep -qF -- "$2" <<<"$found"; then
		say "not noticed: $1"
		exit 1
	fi
	say "noticed: $1"
}

breaks() {
	local what=$1 file=$2
	shift 2
	copy_once
	mkdir -p "$(dirname "$COPY/$file")"
	printf '%s\n' "$@" >>"$COPY/$file"
	expect_broken "$what" "$file"
	if [ -e "$SOURCE/$file" ]; then
		cp "$SOURCE/$file" "$COPY/$file"
	else
		rm "$COPY/$file"
	fi
}
