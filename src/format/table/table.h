/* The drawn table, between its files: cells become text (table_cell.c), columns get
 * widths that fit (table_layout.c), lines are drawn (table_draw.c), and table.c
 * is the encoder around them. */
#ifndef QUIRE_FORMAT_TABLE_H
#define QUIRE_FORMAT_TABLE_H

#include "base/alloc.h"
#include "base/buf.h"
#include "data/view.h"
#include "quire/format.h"

enum quire_table_style { QUIRE_TABLE_UNICODE, QUIRE_TABLE_ASCII, QUIRE_TABLE_MARKDOWN };

struct quire_table_options {
    int32_t style;
    int64_t width;
    int64_t cell_width;
    int64_t sample_rows;
    char *null_text;
    int32_t binary; /* 1: hex */
    bool types;
    bool count;
};

/* Where a cell's text goes and how it is spelled; shared by all cells of a table. */
struct quire_table_cells {
    const char *null_text;
    const char *mark; /* at the end of what was cut */
    size_t mark_width;
    bool binary_hex;
    bool escape_bar;          /* '|' gets a backslash before it */
    struct quire_buf raw;     /* scratch */
    struct quire_buf escaped; /* scratch */
};

struct quire_table_column {
    struct quire_buf name, type; /* as shown */
    size_t widest;               /* of name, type and sampled cells */
    size_t width;                /* as drawn */
    bool right;                  /* numbers */
    bool hidden;
};

/* Appends the value's text, escaped and cut to limit columns. QUIRE_UNSUPPORTED for
 * unions and run-end encoded values, QUIRE_MEMORY. */
int quire_table_cell(struct quire_table_cells *cells, const struct quire_view *view, int64_t row,
                     size_t limit, struct quire_buf *out, struct quire_error *error);

/* Appends text (not zero-terminated, of any bytes) in the same way. 0 or QUIRE_MEMORY. */
int quire_table_text(struct quire_table_cells *cells, const void *text, size_t size, size_t limit,
                     struct quire_buf *out);

/* Appends text that is escaped already, cut to limit columns; *width is what it then
 * takes. 0 or QUIRE_MEMORY. */
int quire_table_cut(const struct quire_table_cells *cells, const uint8_t *text, size_t size,
                    size_t limit, struct quire_buf *out, size_t *width);

/* Sets width and hidden of each column so that a line takes at most `limit` columns of
 * a terminal (0: no bound): wide texts are narrowed, then columns hidden from the
 * middle. The first column is always shown. Returns how many are hidden. */
size_t quire_table_fit(struct quire_table_column *columns, size_t columns_size, size_t limit,
                       size_t mark_width);

/* What lines are drawn of. */
struct quire_table_drawing {
    enum quire_table_style style;
    bool types;
    const struct quire_table_cells *cells;
    const struct quire_table_column *columns;
    size_t columns_size;
};

/* Each appends whole lines. texts has a text for each column, hidden ones too. */
int quire_table_draw_head(const struct quire_table_drawing *drawing, struct quire_buf *out);
int quire_table_draw_row(const struct quire_table_drawing *drawing, const struct quire_bytes *texts,
                         struct quire_buf *out);
int quire_table_draw_foot(const struct quire_table_drawing *drawing, struct quire_buf *out);

#endif
