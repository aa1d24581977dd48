/* Private to table: what a table asks of those who look after it: who arrange its rows anew, and
 * who delete files that it does not need (PROTOCOL.md, "Requirements for Writers"). */
#ifndef QUIRE_TABLE_FEATURES_UPKEEP_H
#define QUIRE_TABLE_FEATURES_UPKEEP_H

#include "table/log/snapshot.h"

/* The value of a property that is true or false. */
bool quire_snapshot_is_set(const struct quire_snapshot *snapshot, const char *property);
bool quire_snapshot_has_feature(const struct quire_snapshot *snapshot, const char *feature);

#endif
