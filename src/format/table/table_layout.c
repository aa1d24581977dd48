/* How wide each column is drawn.
 *
 * Columns of text are narrowed, to NARROWEST columns of the terminal, when all can
 * then be shown; numbers are not, because a number that is cut says something else.
 * When that is not enough, columns are hidden from the middle outwards, as those at
 * both ends are the ones looked for, and the others need not be so narrow. */
#include "format/table/table.h"

#define NARROWEST ((size_t)8)
#define NARROW    ((size_t)12)
/* A blank on both sides and a line. */
#define FRAME ((size_t)3)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t narrowest(const struct quire_table_column *column)
{
    return column->right ? column->widest : smaller(column->widest, NARROW);
}

/* The width that a column has when all are held to a cap. */
static size_t capped(const struct quire_table_column *column, size_t cap)
{
    return smaller(column->widest, column->right && cap >= NARROWEST ? column->widest : cap);
}

static size_t line_width(const struct quire_table_column *columns, size_t columns_size, size_t cap,
                         size_t mark_width)
{
    size_t width = 1;
    bool any_hidden = false;
    for (size_t i = 0; i < columns_size; i++) {
        any_hidden |= columns[i].hidden;
        if (!columns[i].hidden) width += capped(&columns[i], cap) + FRAME;
    }
    return width + (any_hidden ? mark_width + FRAME : 0);
}

/* Shows columns from both ends in turn while they fit in their narrowest form. */
static size_t hide_middle(struct quire_table_column *columns, size_t columns_size, size_t limit,
                          size_t mark_width)
{
    size_t width = 1 + FRAME + mark_width;
    size_t first = 0, last = columns_size;
    bool from_left = true;
    while (first < last) {
        size_t next = from_left ? first : last - 1;
        size_t more = narrowest(&columns[next]) + FRAME;
        if (width + more > limit && first > 0) break;
        width += more;
        if (from_left)
            first++;
        else
            last--;
        from_left = !from_left;
    }
    for (size_t i = first; i < last; i++)
        columns[i].hidden = true;
    return last - first;
}

size_t quire_table_fit(struct quire_table_column *columns, size_t columns_size, size_t limit,
                       size_t mark_width)
{
    size_t cap = NARROW, hidden = 0;
    for (size_t i = 0; i < columns_size; i++) {
        columns[i].hidden = false;
        if (columns[i].widest > cap) cap = columns[i].widest;
    }
    if (limit > 0) {
        if (line_width(columns, columns_size, NARROWEST, mark_width) > limit)
            hidden = hide_middle(columns, columns_size, limit, mark_width);
        while (cap > 1 && line_width(columns, columns_size, cap, mark_width) > limit)
            cap--;
    }
    for (size_t i = 0; i < columns_size; i++)
        columns[i].width = capped(&columns[i], cap);
    return hidden;
}
