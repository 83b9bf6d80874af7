/* rescue.h - a table out of the cache that falls back on the file it is a copy of.
 *
 * The columns of a cached table are loaded when they are first used, so damage is found late, in
 * the middle of a script. Then the source is read after all, once, and what is missing comes from
 * there: a cache never makes a run fail. The source must be the file it was (identity.h); one that
 * has changed since is an error, for its answers would not belong to those loaded before.
 */
#ifndef BINDING_RESCUE_H
#define BINDING_RESCUE_H

#include "base/identity.h"
#include "binding/host.h"
#include "io/csv.h"

/* *out has the items of `cached`, loaded through it. path, identity and options are copied. `entry`
 * in the folder host->cache is removed at the first load that fails, and host->cache_damaged
 * counted up; the host outlives the table. */
bilan_status rescue_table(bilan *b, struct table **out, struct table *cached, struct host *host,
                          const char *entry, const char *path, const struct identity *identity,
                          const struct csv_options *options);

#endif
