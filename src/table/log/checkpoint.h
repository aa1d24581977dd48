/* Private to table: writing checkpoints (PROTOCOL.md, "Checkpoints", "Last Checkpoint File").
 *
 * Memory is bounded however many files the table has: those of the checkpoint before are
 * streamed. */
#ifndef QUIRE_TABLE_CHECKPOINT_H
#define QUIRE_TABLE_CHECKPOINT_H

#include "data/select.h"
#include "quire/file.h"
#include "quire/store.h"
#include "table/log/snapshot.h"

/* Whether the writer of a version is to write its checkpoint (delta.checkpointInterval). */
bool quire_checkpoint_is_due(const struct quire_snapshot *snapshot, int64_t version);

/* Writes the checkpoint of the snapshot's version, then _last_checkpoint: a classic one, or one of
 * version 2 with sidecars where the table asks for it (delta.checkpointPolicy). QUIRE_EXISTS where
 * another writer was first. */
int quire_checkpoint_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                           struct quire_error *error);

/* As it is written; private to it. */
struct quire_checkpoint_file {
    struct quire_snapshot *snapshot;
    enum quire_durability durability;
    const char *schema_text;
    bool state;                 /* it begins with the table's state */
    const char *const *columns; /* those of the schema that the file has; NULL: all */
    size_t columns_size;
    struct ArrowSchema schema;
    struct quire_field *fields; /* of the schema */
    struct quire_builder *builder;
    struct quire_select *select;
    struct quire_writer *writer;
    int64_t rows;
};
int quire_checkpoint_file_open(struct quire_checkpoint_file *file, const char *name,
                               struct quire_error *error);
/* After each row that was built. */
int quire_checkpoint_file_row(struct quire_checkpoint_file *file, struct quire_error *error);
/* Many rows that are adds (quire_take_adds). Takes *adds on success. */
int quire_checkpoint_file_adds(struct quire_checkpoint_file *file, struct ArrowArray *adds,
                               struct quire_error *error);
int quire_checkpoint_file_commit(struct quire_checkpoint_file *file, int64_t *bytes,
                                 struct quire_error *error);
void quire_checkpoint_file_release(struct quire_checkpoint_file *file);

/* Rows of the state: all but files. */
int quire_checkpoint_file_state(struct quire_checkpoint_file *file, struct quire_error *error);
/* Tombstones of before are not kept. */
int64_t quire_checkpoint_oldest_ms(const struct quire_snapshot *snapshot);

/* Rows and files of a checkpoint that stands. */
struct quire_checkpoint_totals {
    int64_t rows, files, bytes;
};
/* PROTOCOL.md, "V2 Spec". */
int quire_checkpoint_v2_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                              struct quire_checkpoint_totals *totals, struct quire_error *error);

#endif
