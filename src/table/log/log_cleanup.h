/* Private to table: deleting what a log has from before the time that it is kept for (PROTOCOL.md,
 * "Metadata Cleanup"). */
#ifndef QUIRE_TABLE_LOG_CLEANUP_H
#define QUIRE_TABLE_LOG_CLEANUP_H

#include "table/log/snapshot.h"

/* After a checkpoint. Nothing is deleted where delta.enableExpiredLogCleanup is false, and nothing
 * that versions need which are younger than delta.logRetentionDuration (30 days), counted from
 * midnight UTC: the newest checkpoint before them stays, with its commit. */
int quire_log_cleanup(const struct quire_snapshot *snapshot, struct quire_error *error);

#endif
