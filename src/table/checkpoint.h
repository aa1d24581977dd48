/* Private to table: writing checkpoints (PROTOCOL.md, "Checkpoints", "Last Checkpoint File").
 *
 * Memory is bounded however many files the table has: those of the checkpoint before are
 * streamed. */
#ifndef QUIRE_TABLE_CHECKPOINT_H
#define QUIRE_TABLE_CHECKPOINT_H

#include "quire/store.h"
#include "table/snapshot.h"

/* Whether the writer of a version is to write its checkpoint (delta.checkpointInterval). */
bool quire_checkpoint_is_due(const struct quire_snapshot *snapshot, int64_t version);

/* Writes the classic checkpoint of the snapshot's version, then _last_checkpoint. QUIRE_EXISTS
 * where another writer was first. */
int quire_checkpoint_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                           struct quire_error *error);

#endif
