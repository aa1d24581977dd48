/* Private to table: a file of the log, read row by row. */
#ifndef QUIRE_TABLE_LOG_READ_H
#define QUIRE_TABLE_LOG_READ_H

#include "quire/batch.h"
#include "table/log/action.h"

struct quire_log_reader {
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    struct quire_field *fields;
    struct quire_view *view;
    int64_t row;                      /* of batch, the next */
    int64_t place[QUIRE_LOG_COLUMNS]; /* of a column among those of the view; -1: not read */
};

/* Opens a commit (JSON) or a checkpoint (JSON or Parquet, by its name). columns are the actions
 * that are wanted, as bits of enum quire_log_column; the others come as null. */
int quire_log_reader_open(const char *url, unsigned columns, struct quire_log_reader *reader,
                          struct quire_error *error);
/* The same of a commit that is in memory, borrowed until close. */
int quire_log_reader_open_lines(const struct quire_buf *lines, unsigned columns,
                                struct quire_log_reader *reader, struct quire_error *error);
void quire_log_reader_close(struct quire_log_reader *reader);

/* The next row: *row is its number in reader->view, *column the action that it has (the first
 * that is not null, of those wanted); rows without one are passed over. At the end *column is
 * QUIRE_LOG_COLUMNS. What was read is valid until the next call. */
int quire_log_reader_next(struct quire_log_reader *reader, enum quire_log_column *column,
                          int64_t *row, struct quire_error *error);

/* Instead of rows: the next batch, in reader->batch and reader->view; at the end its release is
 * NULL. Its columns may be moved out. */
int quire_log_reader_batch(struct quire_log_reader *reader, struct quire_error *error);

/* The view of a column that is read, of the current batch. */
static inline const struct quire_view *quire_log_column_view(const struct quire_log_reader *reader,
                                                             enum quire_log_column column)
{
    return &reader->view->children[reader->place[column]];
}

#endif
