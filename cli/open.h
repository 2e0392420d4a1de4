/* What many commands begin with: the registry, and options that several share. */
#ifndef CLI_OPEN_H
#define CLI_OPEN_H

#include "cli/cli.h"

/* The rows of option tables that several commands have. */
#define OPTION_KEY                                                                                 \
	{                                                                                          \
		.name = "key", .argument = "NAME",                                                 \
		.help = "sign with this key of yours, or with one in a token (a pkcs11: URI); "    \
			"otherwise the registry's user.key"                                        \
	}
#define OPTION_TIMESTAMP                                                                           \
	{                                                                                          \
		.name = "timestamp-url", .argument = "URL",                                        \
		.help = "let this authority say when what is signed existed (RFC 3161; it is "     \
			"sent a digest of the signature, and nothing else); none: ask nobody; "    \
			"otherwise the registry's timestamp.url. When it does not answer, the "    \
			"statement stands without"                                                 \
	}
#define OPTION_DEVICE                                                                              \
	{                                                                                          \
		.name = "device", .argument = "DEVICE",                                            \
		.help = "what computes the forward pass, with the same bits: auto (an NVIDIA "     \
			"device that is admitted, else the CPU; what is done unless you say "      \
			"otherwise), cpu, cuda, cuda:N, or cuda:N,M for several; a device that "   \
			"was named is insisted on"                                                 \
	}
#define OPTION_HASH_ON                                                                             \
	{                                                                                          \
		.name = "hash-on", .argument = "WHERE", .choices = "host device",                  \
		.help = "where weights are hashed that a device computes with: on the host as "    \
			"they pass through (what is done unless you say otherwise), or in the "    \
			"device's memory"                                                          \
	}
#define OPTION_DRY_RUN                                                                             \
	{                                                                                          \
		.name = "dry-run", .letter = 'n',                                                  \
		.help = "say what would be written, and write nothing"                             \
	}
#define OPTION_DECLARED_FOR                                                                        \
	{                                                                                          \
		.name = "declared-for", .argument = "FROM/TO",                                     \
		.help = "this is made up afterwards, for what was in this time: two dates in "     \
			"Japan (2024-04-01/2025-03-31), months or years"                           \
	}
#define OPTION_STORE                                                                               \
	{                                                                                          \
		.name = "store", .argument = "HOW", .choices = "copy link reference",              \
		.help = "keep own copies of the files, hard links to them (you can still change "  \
			"them: damage is found, not prevented), or only their digests and paths; " \
			"otherwise the registry's store.default"                                   \
	}
#define OPTION_COMPRESSION                                                                         \
	{                                                                                          \
		.name = "compression", .argument = "HOW", .choices = "none fast full",             \
		.help = "how much work to make copies smaller, without loss: none, fast "          \
			"(what runs as fast as a disk), or full; otherwise the registry's "        \
			"store.compression, or full"                                               \
	}
#define OPTION_REHASH                                                                              \
	{                                                                                          \
		.name = "rehash",                                                                  \
		.help = "read every file, also those whose size, times and inode are what they "   \
			"were when the same path was registered"                                   \
	}
#define OPTION_EXCLUDE                                                                             \
	{                                                                                          \
		.name = "exclude", .argument = "PATTERN", .repeatable = true,                      \
		.help = "leave out files that match, as in .gitignore"                             \
	}

/* What --hash-on says. */
bool open_hash_on_device(const struct call *call);

/* The registry that --registry, AKASHI_REGISTRY or the working folder gives. */
MUST_CHECK int open_registry(const struct call *call, struct registry **out_registry,
			     struct error *err);

/*
 * The same where a command can do without: NULL when none was named and none
 * is found, or the one found is not to be trusted (which is said).
 */
MUST_CHECK int open_registry_if_any(const struct call *call, struct registry **out_registry,
				    struct error *err);

/*
 * The same where the registry vouches for files: one that was found and not
 * named must be this user's own (registry_is_own), else NULL, which is said.
 */
MUST_CHECK int open_registry_anchor(const struct call *call, struct registry **out_registry,
				    struct error *err);

/* --key, --store, --compression, --rehash and --dry-run as the registry takes them. */
MUST_CHECK int open_add_how(const struct call *call, const struct registry *registry,
			    struct add_how *out_how, struct error *err);

/* Names that were given for a repeatable option; the caller frees the array. */
MUST_CHECK int open_names(const struct call *call, const char *option, struct name **out_names,
			  size_t *out_count, struct error *err);
void names_free(struct name **names);

/* A public key that is named by a PEM file, as a key of this user, or by a pkcs11: URI. The caller
 * frees it. */
MUST_CHECK int open_public_key(const struct call *call, const char *named,
			       struct public_key **out_key, struct error *err);

/* Those that were given for a repeatable option. Released, also when this fails. */
struct public_keys {
	struct public_key **item;
	size_t count;
};
MUST_CHECK int open_public_keys(const struct call *call, const char *option,
				struct public_keys *out, struct error *err);
void public_keys_release(struct public_keys *keys);

/* The certificates in the PEM files that were given for a repeatable option. */
struct certificates {
	struct certificate_list list;
	struct span *der; /* of each; borrowed from the list */
};
MUST_CHECK int open_certificates(const struct call *call, const char *option,
				 struct certificates *out, struct error *err);
void certificates_release(struct certificates *certificates);

/* An array of borrowed texts. */
void texts_free(const char ***texts);

#endif
