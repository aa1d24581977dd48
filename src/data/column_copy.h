/* Rows of a batch appended to a column of the same type. */
#ifndef QUIRE_DATA_COLUMN_COPY_H
#define QUIRE_DATA_COLUMN_COPY_H

#include "data/column.h"
#include "data/view.h"

/* True when rows of one type are rows of the other as they stand: kinds and their
 * parameters are equal all the way down; names and nullability may differ.
 * Different layouts of lists and strings are not the same; dictionaries are when
 * their values are, whatever their indices. */
bool quire_field_same_layout(const struct quire_field *a, const struct quire_field *b);

/* True when rows can be copied unseen: the same layout, and no null can come to a
 * field that is not nullable, at any depth. */
bool quire_field_copies_to(const struct quire_field *from, const struct quire_field *to);

/* Appends `count` rows from `start`. The fields must be of the same layout.
 * QUIRE_MEMORY, QUIRE_LIMIT (offsets or dictionary full) or QUIRE_INPUT (a
 * dictionary index that points nowhere); on failure nothing is appended. */
int quire_column_append_view(struct quire_column *column, const struct quire_view *view,
                             int64_t start, int64_t count);

/* Makes the entries of a view's dictionaries those that an empty column begins with, used or
 * not, so that they keep their order; larger dictionaries than some thousand entries, and
 * those of nested values, are left alone. QUIRE_MEMORY or QUIRE_LIMIT. */
int quire_column_begin_dictionaries(struct quire_column *column, const struct quire_view *view);

#endif
