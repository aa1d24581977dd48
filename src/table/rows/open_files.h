/* Private to table: files of partitions that are written side by side, as many as the memory is
 * enough for. Each has at most one; rows go to it in the order in which they are added. */
#ifndef QUIRE_TABLE_OPEN_FILES_H
#define QUIRE_TABLE_OPEN_FILES_H

#include "base/context.h"
#include "data/gather.h"
#include "table/files/data_files.h"
#include "table/rows/row_partitions.h"

struct quire_open_file {
    size_t partition;
    struct quire_context context; /* of its writer: all that files may hold, or a share of it */
    struct quire_data_file file;  /* without a writer: the place is free */
    struct quire_column *rows;    /* that the writer has not got yet */
    int64_t given;                /* rows that it got */
    size_t handed;                /* bytes of those that it got last, and may be reading */
    int64_t seen;                 /* by all files when its last rows came */
};

struct quire_open_files {
    struct quire_data_files *files;
    const struct quire_row_partitions *partitions;
    struct quire_context writing;  /* of all writers */
    struct quire_open_file *items; /* places of them */
    size_t places, size, most;     /* most: files that may be open now */
    size_t each;                   /* bytes that a writer is expected to take */
    bool over;                     /* they took too much once */
    bool alone;                    /* those to come are written one after the other */
    size_t hand_bytes;             /* of rows that a writer gets at once */
    int64_t seen;                  /* bytes of rows, about */
    uint32_t *numbers;             /* a partition: the place of its file + 1; 0: none */
    size_t numbers_size;
};

/* files and partitions are borrowed until release, and the files' context is changed. hand_bytes:
 * where there can be but one file at a time. */
int quire_open_files_init(struct quire_open_files *open, struct quire_data_files *files,
                          const struct quire_row_partitions *partitions, size_t hand_bytes,
                          struct quire_error *error);
/* The file of a partition; NULL: it has none. */
struct quire_open_file *quire_open_files_find(const struct quire_open_files *open,
                                              size_t partition);
/* Opens one, for which there is a place, though there may be more than most then. */
int quire_open_files_begin(struct quire_open_files *open, size_t partition,
                           struct quire_open_file **file, struct quire_error *error);
/* Adds the rows of a view that are named (of source 0); row_bytes: of one, about. */
int quire_open_files_add(struct quire_open_files *open, struct quire_open_file *file,
                         const struct quire_view *view, const struct quire_row_ref *rows, size_t n,
                         size_t row_bytes, struct quire_error *error);
/* Adds all rows of a view. */
int quire_open_files_add_all(struct quire_open_files *open, struct quire_open_file *file,
                             const struct quire_view *view, struct quire_error *error);
int quire_open_files_end(struct quire_open_files *open, struct quire_open_file *file,
                         struct quire_error *error);
int quire_open_files_end_all(struct quire_open_files *open, struct quire_error *error);
/* Divides the memory anew. Files may be ended to that end. */
int quire_open_files_balance(struct quire_open_files *open, struct quire_error *error);
/* Bytes held beside what the writers charge. */
size_t quire_open_files_memory(const struct quire_open_files *open);
void quire_open_files_release(struct quire_open_files *open);

#endif
