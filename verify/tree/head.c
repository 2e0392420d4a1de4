/* The body of a C2SP tlog checkpoint: origin, size and root of a log. */
#include <string.h>

#include "verify/note.h"
#include "verify/utf8.h"

int tree_head_read(struct span text, struct tree_head *out_head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer root;
	struct error why = { 0 };
	struct tree_head head = { 0 };
	struct span origin, size, hash, extension;

	buffer_init(&root, DIGEST_SIZE);
	if (!line_take(&text, &origin) || !line_take(&text, &size) || !line_take(&text, &hash) ||
	    !note_name_ok(origin) || !decimal_read(size, &head.size) ||
	    base64_decode(&root, hash, &why) || root.len != DIGEST_SIZE)
		return error_set(err, why.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT,
				 why.code == ERROR_SYSTEM
					 ? "out of memory for a log's checkpoint"
					 : "a log's checkpoint without its origin, size and root");
	while (line_take(&text, &extension))
		if (!extension.len)
			return error_set(err, ERROR_CORRUPT, "a log's checkpoint with empty lines");
	memcpy(head.origin, origin.data, origin.len);
	memcpy(head.root.byte, root.data, DIGEST_SIZE);
	*out_head = head;
	return 0;
}

int tree_head_parse(struct span text, struct tree_head *out_head, struct error *err)
{
	struct digest empty = merkle_empty();
	struct tree_head head;

	if (tree_head_read(text, &head, err))
		return -1;
	if (!head.size && !digest_equal(&head.root, &empty))
		return error_set(err, ERROR_CORRUPT,
				 "an empty log whose root is not that of nothing");
	*out_head = head;
	return 0;
}

int tree_head_build(const struct tree_head *head, struct buffer *out, struct error *err)
{
	if (!note_name_ok(span_of(head->origin)))
		return error_set(err, ERROR_USAGE, "'%s' cannot be a log's origin", head->origin);
	if (buffer_printf(out, err, "%s\n%llu\n", head->origin, (unsigned long long)head->size) ||
	    base64_encode(out, digest_view(&head->root), err))
		return -1;
	return buffer_add_text(out, "\n", err);
}

int tree_head_open(struct span note, const struct note_key *key, struct tree_head *out_head,
		   struct error *err)
{
	struct tree_head head;
	struct span text;

	if (note_open(note, key, &text, err) || tree_head_parse(text, &head, err))
		return -1;
	if (strcmp(head.origin, key->name) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the key of '%s' signed a checkpoint of another log, '%s'",
				 key->name, head.origin);
	*out_head = head;
	return 0;
}
