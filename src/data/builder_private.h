/* The builder's state, shared by the files that fill values, nest and add columns. */
#ifndef QUIRE_DATA_BUILDER_PRIVATE_H
#define QUIRE_DATA_BUILDER_PRIVATE_H

#include "data/column.h"
#include "quire/batch.h"

#define QUIRE_BUILDER_OPERATION "build batch"

/* A nested value under construction. */
struct quire_builder_frame {
    struct quire_column *column; /* the list, struct or map */
    struct quire_column *target; /* the column that takes the value: column, or its dictionary */
    size_t next;                 /* field of the struct, or 0 (key) and 1 (value) of a map */
};

struct quire_builder {
    struct quire_field *root;
    struct quire_column *batch;
    size_t next;  /* the column that the next append fills */
    bool uneven;  /* whole columns were added and lengths differ */
    size_t depth; /* frames in use */
    struct quire_builder_frame frames[QUIRE_FIELD_DEPTH_MAX];
};

/* The column that the next value goes to; QUIRE_USAGE when there is none. */
int quire_builder_target(struct quire_builder *builder, struct quire_column **column,
                         struct quire_error *error);

/* Notes that target has its value and moves on. */
int quire_builder_advance(struct quire_builder *builder, struct quire_error *error);

/* Takes the row under construction back. `error` has been filled in, and gets row
 * and column. Returns code. */
int quire_builder_drop(struct quire_builder *builder, int code, struct quire_error *error);

/* As drop, for the code of a column's append that has no error yet. */
int quire_builder_drop_code(struct quire_builder *builder, int code, struct quire_error *error);

#endif
