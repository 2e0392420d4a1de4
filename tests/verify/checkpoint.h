/* Make small checkpoints in a test's folder. */
#ifndef TESTS_VERIFY_CHECKPOINT_H
#define TESTS_VERIFY_CHECKPOINT_H

#include "tests/support.h"
#include "verify/verify.h"

/* Write a file below `folder`; folders on the way are made. */
void put_file(const char *folder, const char *name, struct span bytes);
void put_text(const char *folder, const char *name, const char *text);

/* The u64 length, `header` as it is, and `data_len` bytes of a repeatable pattern. */
void put_safetensors(const char *folder, const char *name, const char *header, size_t data_len);

/* A tensor of a made file: BF16, `rows` x `cols`, its values drawn from `seed`. */
struct made_tensor {
	const char *name;
	uint64_t rows, cols;
	uint64_t seed;
};

/* A well-formed safetensors file with these tensors. */
void put_tensors(const char *folder, const char *name, const struct made_tensor *tensor,
		 size_t count);

/* Change bytes of a file in place, or cut it off. */
void flip_bits(const char *folder, const char *name, uint64_t offset, uint8_t bits);
void truncate_file(const char *folder, const char *name, uint64_t size);

/* Give a file a time in the past, so that a change within the clock's tick shows. */
void make_old(const char *folder, const char *name);

/* folder/name, to be freed. */
char *path_of(const char *folder, const char *name);

/* Open a tree, build a manifest; a failure fails the test. */
struct tree *tree_at(const char *folder);
struct manifest *manifest_at(const char *folder);

/* The words are part of the error's text; the error is clean afterwards. */
void assert_says(struct error *err, const char *words);

/* A symbolic link in a folder. */
void put_link(const char *folder, const char *name, const char *target);

/* A tree's names are these: "a b c". */
void assert_lists(const struct tree *tree, const char *names);

#endif
