#!/bin/bash
# A buffer that is released at the end of its block is initialised before the block can be left:
# otherwise whatever lay on the stack is freed. Compilers do not warn, and tests seldom go there.
. tests/house/lib.sh

check() {
	(cd "$1" && perl -e '
		for my $file (@ARGV) {
			open my $in, "<", $file or die "$file: $!";
			local $/;
			my $text = <$in>;
			while ($text =~ /CLEANUP\(buffer_release\)\s*struct buffer ([^;={}]+);/g) {
				my ($names, $rest) = ($1, substr $text, $+[0]);
				my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
				for my $name (split /\s*,\s*/, $names) {
					$name =~ s/\[.*//;
					my ($before) = $rest =~ /\A(.*?)buffer_init\(&\Q$name\E\b/s;
					$before = $rest unless defined $before;
					print "$file:$line: \x27$name\x27 is released, and the block can be left before it is initialised\n"
						if $before =~ /\b(?:return|continue|break|goto)\b|\n}/;
				}
			}
		}' $(sources . $ROOMS tests | grep '\.c$'))
}

rule "what is released was initialised"
breaks "a return too early" verify/planted.c 'int f(int a)' '{' '	CLEANUP(buffer_release) struct buffer text;' '	if (a)' '		return -1;' '	buffer_init(&text, 1);' '	return 0;' '}'
breaks "a continue too early" cli/planted.c 'void g(void)' '{' '	for (;;) {' '		CLEANUP(buffer_release) struct buffer one, two;' '		buffer_init(&one, 1);' '		if (one.len)' '			continue;' '		buffer_init(&two, 1);' '	}' '}'
breaks "no initialisation at all" registry/planted.c 'void h(void)' '{' '	CLEANUP(buffer_release) struct buffer text;' '}'
