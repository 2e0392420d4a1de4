/*
 * Leases: who may do a thing now, agreed upon through files alone.
 *
 * A lease is a file in a folder that all parties see, on this machine or on a
 * shared file system; nothing is asked of it but that link() and rename() are
 * atomic and that one party reads what another wrote before (close-to-open):
 * no flock, no clock that is set alike. The file says which process of which
 * host holds it, and a beat that the holder raises while it lives.
 *
 * A lease is taken over at once when its holder is a process of this host
 * (same boot, same process space) that is gone, told apart from a later one of
 * the same number by its start time; and from anybody when its file has not
 * changed for the time it promises (30 s, AKASHI_LEASE_SECONDS), measured by
 * the observer's own monotonic clock over several looks. So a holder that was
 * stopped may lose it: lease_beat, right before what must happen once, tells.
 * What remains possible: a holder that is stopped between that call and its
 * next step for longer than the promised time takes that step after another
 * took over. Such steps must therefore be harmless when done twice (a rename
 * of a name of one's own, a removal of what nobody needs).
 */
#ifndef REGISTRY_LEASE_H
#define REGISTRY_LEASE_H

#include "verify/verify.h"

#define LEASE_NAME_MAX 64 /* bytes of a lease's name: A-Z a-z 0-9 . _ - */
#define LEASE_LEVELS 3    /* a lease, who takes it over, who takes over from that one */

struct lease;

/* What one observer saw of a lease over several looks. Start with {0}. */
struct lease_sight {
	struct {
		struct digest file;
		int64_t last_ms, quiet_ms;
	} at[LEASE_LEVELS];
};

/*
 * Take the lease `name` in `folder`, waiting while somebody alive holds it; a
 * thread raises its beat until lease_release. `ctx` (clock, environment, cancelling)
 * must outlive it. ERROR_SYSTEM where the folder cannot be written, or when
 * cancelled; ERROR_USAGE for a name that is none.
 */
MUST_CHECK int lease_take(const char *folder, const char *name, const struct context *ctx,
			  struct lease **out_lease, struct error *err);

/*
 * The same without waiting: *out_lease is NULL when somebody holds it. A holder
 * on another host is found dead by calls over time that share one `sight` (NULL:
 * only dead processes of this host are taken over from).
 */
MUST_CHECK int lease_try(const char *folder, const char *name, const struct context *ctx,
			 struct lease_sight *sight, struct lease **out_lease, struct error *err);

/*
 * Take over what `name` left: as lease_try, and in doubt watch it. One that says this host's name
 * and another start of the machine (its power went, perhaps) is watched until it beats, and then
 * *out_lease is NULL, or until the promised time has passed; `anyone`: those of other hosts as
 * well.
 */
MUST_CHECK int lease_inherit(const char *folder, const char *name, bool anyone,
			     const struct context *ctx, struct lease **out_lease,
			     struct error *err);

/*
 * Was a lease of lease_begin taken from a holder that was only silent, or from one that took it
 * over itself and died? Then who began it may be stopped, and go on one day: what that one has open
 * must not be written to.
 */
bool lease_follows_silence(const struct lease *lease);

/*
 * Say that one more `kind` ("writer") lives here, under the name KIND-HEX16 that nobody
 * else ever has. Whoever takes that name by lease_try has made sure that it died.
 */
MUST_CHECK int lease_begin(const char *folder, const char *kind, const struct context *ctx,
			   struct lease **out_lease, struct error *err);

/* Borrowed while the lease lives. */
const char *lease_name(const struct lease *lease);

/*
 * Raise the beat and make sure that the lease is still ours: then nobody takes it over
 * within the promised time from the start of this call. ERROR_SYSTEM once it was lost.
 */
MUST_CHECK int lease_beat(struct lease *lease, struct error *err);

/*
 * Let lease_release leave its file, as if we had died: what was to be taken over was not, and
 * whoever takes it over next must know that it follows silence.
 */
void lease_abandon(struct lease *lease);

/* Give it back; nothing happens to one that was lost. */
void lease_release(struct lease **lease);

enum lease_standing {
	LEASE_LIVE,   /* a living process of this host, or a beat was seen */
	LEASE_DEAD,   /* its holder is gone */
	LEASE_UNKNOWN /* of another host, and nobody watched for long enough */
};

/*
 * Visit every lease of this kind ("writer") in `folder`, in no order; one that begins or ends
 * meanwhile may be left out. `patient`: watch those of other hosts until each has beaten
 * or has promised time enough passed; then none is LEASE_UNKNOWN (without a clock nobody watches).
 * A folder that is not there holds none. visit returns 0, or -1 with `err` set to end. `sight` is
 * what was seen of it: lease_try with that takes over from a dead one at once, and from none that
 * came back meanwhile. Who takes a lease away from a silent holder lets it know by that.
 */
typedef int lease_visitor(void *arg, const char *name, enum lease_standing standing,
			  struct lease_sight *sight, struct error *err);
MUST_CHECK int lease_each(const char *folder, const char *kind, bool patient,
			  const struct context *ctx, lease_visitor *visit, void *arg,
			  struct error *err);

#endif
