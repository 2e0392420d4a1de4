/*
 * yaml: the part of YAML 1.2 that model cards and training configurations are written in, read
 * strictly, with the line of everything.
 *
 * Taken: block maps and lists, flow maps and lists, plain, quoted and block scalars, comments, one
 * document. Refused, with file and line: anchors and aliases (what a YAML bomb is made of), tags,
 * merge keys, directives, explicit and compound keys, a key that stands twice in one map, tabs that
 * indent, a second document. Scalars stay text: what they mean is for whoever asked.
 */
#ifndef VERIFY_YAML_H
#define VERIFY_YAML_H

#include "kernels/kernels.h"

#define YAML_MAX_BYTES (1u << 20)
#define YAML_MAX_DEPTH 16u /* maps and lists inside one another */
#define YAML_MAX_NODES 65536u
#define YAML_MAX_MEMBERS 4096u /* of one map */
#define YAML_MAX_KEY 1024u     /* bytes */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

/* A scalar that is not there (`key:` and nothing behind it) is an empty one that is not quoted. */
struct yaml_node {
	enum yaml_kind kind;
	bool quoted;        /* a scalar in quotes, or of a block: text whatever it looks like */
	unsigned line;      /* where it begins; of a member: where its key stands; from 1 */
	unsigned last_line; /* where it ends, what is in it included */
	struct span key;    /* of a member of a map */
	struct span text;   /* of a scalar; borrowed from the text or the document */
	uint32_t first, last, next; /* children, and who follows; 0: none */
	uint32_t count;             /* of children */
};

/* Start with {0}. */
struct yaml {
	struct yaml_node *node; /* [0] is the root */
	size_t count, room;
	uint8_t *decoded; /* scalars that do not stand in the text as they are */
	size_t decoded_len;
};

/*
 * Read one document. `text` is borrowed as long as *out; `line` is the number of its first line in
 * `file`, which messages name. ERROR_CORRUPT ("FILE, line N: …"): what is refused above, what is no
 * YAML or no UTF-8, a limit passed. An empty text is a scalar that is not there. The caller
 * releases *out, also after an error.
 */
MUST_CHECK int yaml_parse(struct span text, const char *file, unsigned line, struct yaml *out,
			  struct error *err);
void yaml_release(struct yaml *yaml);

/* All borrowed; NULL where there is none. `node` may be NULL. */
const struct yaml_node *yaml_root(const struct yaml *yaml);
const struct yaml_node *yaml_first(const struct yaml *yaml, const struct yaml_node *node);
const struct yaml_node *yaml_next(const struct yaml *yaml, const struct yaml_node *node);
const struct yaml_node *yaml_member(const struct yaml *yaml, const struct yaml_node *map,
				    const char *key);

/* True for a scalar that is not there, `~` or `null`; and for no node. */
bool yaml_is_null(const struct yaml_node *node);

#endif
