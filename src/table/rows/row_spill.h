/* Private to table: rows put aside in a temporary without a name, in segments that are read back
 * in any order. */
#ifndef QUIRE_TABLE_ROW_SPILL_H
#define QUIRE_TABLE_ROW_SPILL_H

#include "data/column_bytes.h"

struct quire_row_segment {
    int64_t at;
    size_t size;
};

/* Zero-initialised but for url, of the table, with '/' at its end: where it is a folder of this
 * machine the temporary is in it, or in the folder that it will be made in. */
struct quire_row_spill {
    const char *url;
    bool open;
    int descriptor;
    int64_t size;             /* written */
    struct quire_buf waiting; /* segments behind that */
    struct quire_buf read;
};

/* Puts the rows of a column aside, which keeps them. */
int quire_row_spill_put(struct quire_row_spill *spill, const struct quire_column *rows,
                        struct quire_row_segment *segment, struct quire_error *error);
/* Sets a view of the column's field to a segment, until the next get. */
int quire_row_spill_get(struct quire_row_spill *spill, const struct quire_row_segment *segment,
                        struct quire_view *rows, struct quire_error *error);
int64_t quire_row_spill_size(const struct quire_row_spill *spill);
/* Forgets all segments, and gives their room back. */
int quire_row_spill_clear(struct quire_row_spill *spill, struct quire_error *error);
/* Bytes held in memory. */
size_t quire_row_spill_memory(const struct quire_row_spill *spill);
void quire_row_spill_release(struct quire_row_spill *spill);

#endif
