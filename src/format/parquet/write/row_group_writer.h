/* The columns of row groups, written by the threads of a pool.
 *
 * Rows are given in rounds. In a round every leaf is worked on once, by one thread, from
 * the first row to the last; the leaves that took longest before are begun first. While a
 * round runs the caller may do something else, for instance write the chunks that the
 * round before has finished: they stay as they are until the end of the next one that
 * closes a row group.
 *
 * Where there are fewer leaves than threads, several whole row groups can be given in one
 * round, each in a lane of its own. */
#ifndef QUIRE_PARQUET_ROW_GROUP_WRITER_H
#define QUIRE_PARQUET_ROW_GROUP_WRITER_H

#include "base/context.h"
#include "format/parquet/write/chunk_writer.h"

/* Some rows of a batch. */
struct quire_row_slice {
    const struct quire_view *view;
    int64_t start, rows;
    int64_t first_row; /* number in the file, from 0, of the view's first row */
};

#define QUIRE_ROW_GROUP_LANES_MAX 16

/* The rows of a row group. */
struct quire_row_group_slices {
    const struct quire_row_slice *slices;
    size_t size;
};

struct quire_row_group_writer;

/* leaves: the options of each, copied; what they and schema point to is borrowed. */
int quire_row_group_writer_new(const struct quire_parquet_schema *schema,
                               const struct quire_chunk_options *leaves,
                               struct quire_context *context,
                               struct quire_row_group_writer **writer, struct quire_error *error);
/* Waits for what runs. NULL is fine. */
void quire_row_group_writer_free(struct quire_row_group_writer *writer);

/* Starts a round: these rows (borrowed until it has been waited for), and with close the
 * end of the row group. No round may run. */
void quire_row_group_writer_start(struct quire_row_group_writer *writer,
                                  const struct quire_row_slice *slices, size_t slices_size,
                                  bool close);
/* Row groups that a round may write side by side: at least 1. */
size_t quire_row_group_writer_lanes(const struct quire_row_group_writer *writer);
/* Starts a round of n whole row groups. None may be begun. */
void quire_row_group_writer_start_groups(struct quire_row_group_writer *writer,
                                         const struct quire_row_group_slices *groups, size_t n);
/* Waits for the round, if one runs. The failure is that of the first row that has one; its
 * row is that of the file, from 1. After it the writer can only be freed. */
int quire_row_group_writer_wait(struct quire_row_group_writer *writer, struct quire_error *error);

/* The chunks of a row group that was closed last, one for each leaf; lane: which of those
 * that were given together. */
struct quire_written_chunk *quire_row_group_writer_chunks(struct quire_row_group_writer *writer,
                                                          size_t lane);
/* They are no longer needed: gives their memory back. */
void quire_row_group_writer_drop(struct quire_row_group_writer *writer,
                                 struct quire_written_chunk *chunks);

/* As of the last round waited for: bytes that the row group would have in the file if it
 * ended now, about; and heap bytes held by all columns. */
size_t quire_row_group_writer_size(const struct quire_row_group_writer *writer);
size_t quire_row_group_writer_memory(const struct quire_row_group_writer *writer);

#endif
