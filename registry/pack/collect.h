/* Collection of packs (registry/store/packs.c): garbage out of them, and what lies loose into them.
 */
#ifndef REGISTRY_PACK_COLLECT_H
#define REGISTRY_PACK_COLLECT_H

#include "registry/pack/quarantine.h"
#include "registry/packs.h"
#include "registry/store_collect.h"

/*
 * See store_collect. Nothing that a statement needs is ever without a whole record in a pack
 * that can be read: a pack with garbage first goes into quarantine, where it is still read, and
 * what is needed of it is then written into another; it is deleted when no writer lives that may
 * have counted on it, and what was needed by then lies elsewhere. A crash at any point leaves
 * what the next collection finishes.
 */
MUST_CHECK int packs_collect(struct store *store, const struct context *ctx,
			     const struct store_collect_request *request,
			     struct store_collected *collected, struct error *err);

/* See store_type. */
bool packs_untidy(struct store *store);
MUST_CHECK int packs_tidy(struct store *store, const struct context *ctx, struct error *err);

/* See store_type.removal_begin. */
MUST_CHECK int packs_removal_begin(struct store *store, const struct context *ctx,
				   struct lease **out_lease, size_t *out_writers,
				   struct error *err);

/* --- for registry/pack/collect*.c only --- */

/* A pack, and what collect_measure finds in it. */
struct collect_pack {
	struct digest name;
	bool quarantined;
	uint64_t size;                    /* that it takes up on the disk */
	int64_t changed;                  /* when it was written, seconds since 1970 */
	bool moved;                       /* to quarantine, by this collection */
	uint64_t records, bytes, garbage; /* all records with their heads; those nobody needs */
	bool leads;                       /* some of those are worth nothing without others */
	bool broken; /* a record no longer gives its data, which a repair put beside it */
};

/* Bytes of a pack that were read ahead; none of a pack without a name. */
struct record_window {
	struct digest pack;
	uint64_t at;
	struct buffer bytes;
};

struct packs_swept; /* registry/packs/swept.h */

/* One collection. */
struct collecting {
	struct packs_store *self;
	const struct context *ctx;
	const struct store_collect_request *request;
	struct store_collected *collected;
	struct live_set *objects;  /* that are needed */
	struct live_set *records;  /* data, recipes and dictionaries that they are made of */
	struct collect_pack *pack; /* when it was marked last */
	size_t packs;
	struct digest_list removed;  /* objects that were removed on purpose, in order */
	bool foreign;                /* atomic: there are records of codecs that are not known */
	struct packs_swept *swept;   /* what is noted of this collection, or NULL */
	struct record_window window; /* for what is read in the order in which it lies */
	struct pack_writer *writer;
	uint64_t unsealed;         /* records that were copied and not flushed yet */
	struct digest_list mended; /* pieces that a repair put beside damaged records, in order */
};

/* The packs that there are, in the folder and in quarantine: fills in packs. */
MUST_CHECK int collect_packs_list(struct collecting *c, struct error *err);

/* Is one of them, as measured, worth writing anew? */
bool collect_packs_worth(const struct collecting *c);

/* The objects that were removed on purpose: fills in `removed`. */
MUST_CHECK int collect_removed_list(struct collecting *c, struct error *err);

/* Find out what is needed now: fills in objects, records and packs. */
MUST_CHECK int collect_mark(struct collecting *c, struct error *err);

/* Then, how much of each pack that is not. */
MUST_CHECK int collect_measure(struct collecting *c, struct error *err);

/* Was it written within the grace? */
bool collect_is_young(const struct collecting *c, const struct collect_pack *pack);

/* Is it, by the last mark? */
bool collect_needs(const struct collecting *c, const struct pack_entry *entry);

/* What a repair put beside damaged records (registry/pack/mended.h): fills in `mended`. */
MUST_CHECK int collect_mended_load(struct collecting *c, struct error *err);

/* Is there a good copy of this data beside the packs? */
bool collect_is_mended(const struct collecting *c, const struct digest *digest);

/* Does the record at `entry` no longer give its data, which a repair put beside it? */
bool collect_is_broken(const struct collecting *c, struct pack_handle *handle,
		       const struct pack_entry *entry);

/* Write such data into the pack, as `kind`, unless a pack that stays has a record of it. */
MUST_CHECK int collect_mended_put(struct collecting *c, const struct digest *digest,
				  enum pack_kind kind, struct error *err);

/*
 * After damaged packs were written anew and that was flushed: the notes of what is whole in packs
 * again, or needed by nothing and in none, go. What is left of `mended` stays beside them.
 */
MUST_CHECK int collect_mended_settle(struct collecting *c, struct error *err);

/* The entries of a pack, wherever it lies; the caller frees *out_entry. */
MUST_CHECK int collect_entries(struct collecting *c, const struct digest *pack,
			       struct pack_handle **out_handle, struct pack_entry **out_entry,
			       size_t *out_count, struct error *err);

/* What a pack takes up on the disk, and when it was written (seconds since 1970). */
MUST_CHECK int collect_pack_size(struct collecting *c, const struct digest *pack,
				 uint64_t *out_size, int64_t *out_changed, struct error *err);

/* Copy a needed record, as it is stored, into the pack that is being written. */
MUST_CHECK int collect_copy(struct collecting *c, struct pack_handle *handle,
			    const struct pack_entry *entry, struct error *err);
MUST_CHECK int collect_flush(struct collecting *c, struct error *err);

/* Put some data into the pack that is being written, as `kind`, unless a pack that stays has it. */
MUST_CHECK int collect_data_put(struct collecting *c, const struct digest *digest,
				enum pack_kind kind, struct span bytes, struct error *err);

/* Pack the loose objects that are needed, and remove those that are not. */
MUST_CHECK int collect_loose(struct collecting *c, struct error *err);

/* Small objects that lie loose, needed or not; and are so many worth packing? */
MUST_CHECK int collect_loose_count(struct collecting *c, uint64_t *out_count, struct error *err);
bool collect_loose_are_many(const struct collecting *c, uint64_t count);

/*
 * What a collection finds is noted (registry/packs/swept.h): begun before it marks, then the packs
 * that were measured and stay, what lies loose and is not needed, and written at the end.
 */
MUST_CHECK int collect_note_begin(struct collecting *c, struct error *err);
MUST_CHECK int collect_note_packs(struct collecting *c, struct error *err);
void collect_note_loose(struct collecting *c, uint64_t bytes, int64_t changed);
void collect_note_end(struct collecting *c);
void collect_note_free(struct packs_swept **swept);

/*
 * Is there nothing to throw away, write anew or pack, by what the last one noted? Then the figures
 * are filled in from there. A note that cannot be used is none.
 */
MUST_CHECK int collect_is_idle(struct collecting *c, bool *out_idle, struct error *err);

/* Forget which objects were removed, once no recipe could bring them back. */
MUST_CHECK int collect_markers(struct collecting *c, struct error *err);

#endif
