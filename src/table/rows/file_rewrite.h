/* Private to table: rows taken out of the files of a table, or changed there.
 *
 * First the files are found that have rows that are meant: those that file_filter.h rules out are
 * not read, those of which it tells that all rows are meant neither; of the others only the columns
 * that matter. Then each is replaced by a copy without those rows, or, with deletion
 * vectors, named anew with a vector that takes them. A file without such rows stays as it is. */
#ifndef QUIRE_TABLE_FILE_REWRITE_H
#define QUIRE_TABLE_FILE_REWRITE_H

#include "table/files/vector_writer.h"
#include "table/rows/change_data.h"
#include "table/rows/row_matcher.h"
#include "table/rows/row_picker.h"
#include "table/rows/row_writer.h"
#include "table/schema/table_columns.h"

/* What becomes of rows that are meant, where they do not go. */
struct quire_row_changer {
    int (*bind)(void *user, const struct ArrowSchema *schema, struct quire_error *error);
    /* Takes the rows, of all of the table's columns. */
    int (*change)(void *user, struct ArrowArray *rows, struct ArrowArray *changed,
                  struct quire_error *error);
    void *user;
};

struct quire_file_rewrite_options {
    const struct quire_row_matcher *matcher;
    const struct quire_row_changer *changer; /* NULL: the rows go */
    /* No row is meant for which this is not true; NULL: any may be. */
    const char *where;
    bool where_is_all;                  /* and all rows are for which it is */
    bool vectors;                       /* rows go by deletion vectors */
    struct quire_row_tracking tracking; /* of rows that are copied */
    bool finds_ids; /* the matcher is shown those too, behind its columns, when rows are found */
    bool uncounted; /* files that go whole need not tell how many rows they have */
    struct quire_context *context;
};

/* A file that has rows that are meant. */
struct quire_found_file {
    struct quire_add add;                /* the arena's */
    int64_t rows;                        /* that it has, less those of its vector; -1: not known */
    int64_t matched;                     /* of them; as rows where all are */
    bool whole;                          /* all are */
    struct quire_deletion_vector vector; /* the new one, unless whole */
};

struct quire_file_rewrite_totals {
    int64_t matched, copied; /* rows */
    int64_t files_removed, bytes_removed;
    int64_t files_scanned;
    int64_t vectors_added, vectors_replaced; /* files that had none before, that had one */
};

/* Begins zeroed but for the first two. */
struct quire_file_rewrite {
    struct quire_transaction *transaction;
    struct quire_file_rewrite_options options;
    struct quire_table_columns columns;
    struct quire_arena arena;
    struct quire_buf found; /* struct quire_found_file */
    struct quire_vector_writer vectors;
    struct quire_file_rewrite_totals totals;
    struct quire_buf mask; /* of the current batch */
    bool bound;            /* the matcher is, to what is read now */
};

/* Finds the files, and writes the vectors of those that get one. */
int quire_file_rewrite_find(struct quire_file_rewrite *rewrite, struct quire_error *error);

/* Whether a file was found of which some rows stay. */
bool quire_file_rewrite_is_partial(const struct quire_file_rewrite *rewrite);

/* Removes the files found, and adds what takes their place: rows go to the writer. Rows that are
 * meant are told to changes too (NULL: nobody), as `gone`; what they were changed to, as
 * "update_postimage". */
int quire_file_rewrite_apply(struct quire_file_rewrite *rewrite, struct quire_row_writer *writer,
                             struct quire_change_data *changes, const char *gone,
                             struct quire_error *error);

/* Leaves vectors that it wrote if the transaction may stand, else deletes them. */
void quire_file_rewrite_close(struct quire_file_rewrite *rewrite);

/* The number of rows that the mask has, of a batch that the matcher is bound to. */
int quire_file_rewrite_match(struct quire_file_rewrite *rewrite, struct ArrowArrayStream *stream,
                             const struct ArrowArray *batch, int64_t *matched,
                             struct quire_error *error);

#endif
