#!/bin/bash
# Functions that cannot be used safely are not used at all, in tests neither.
. tests/house/lib.sh

check() {
	calls "$1" 'strcpy|stpcpy|strcat|strncpy|strncat|sprintf|vsprintf|atoi|atol|atoll|atof|strtok|gets|alloca|__builtin_alloca|tmpnam|tempnam|mktemp|scanf|sscanf|fscanf|longjmp' \
		$(sources "$1" $ROOMS tests)
}

rule "no banned call"
breaks "strcpy" kernels/planted.c 'void f(char *a, const char *b) { strcpy(a, b); }'
breaks "sprintf" cli/planted.c '	sprintf (text, "%s", name);'
breaks "atoi in a test" tests/kernels/planted.c 'int f(const char *a) { return atoi(a); }'
breaks "alloca, deep down" registry/store/planted.c '	char *room = alloca(len);'
breaks "a call after a string with a comment mark" verify/planted.c 'const char *a = "/*"; void f(void) { strcat(x, y); }'
