/* Whatever the text is: refused, or a note whose text lies inside it. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span note = { data, size }, text;
	struct error err = { 0 };
	struct tree_head head;

	if (note_text(note, &text, &err))
		return 0;
	if (text.len >= size || text.data[text.len - 1] != '\n')
		abort();
	if (!tree_head_parse(text, &head, &err) && !head.origin[0])
		abort();
	return 0;
}
