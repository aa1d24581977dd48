#include "format/parquet/read/row_ranges.h"

#include "base/alloc.h"

void quire_row_ranges_release(struct quire_row_ranges *ranges)
{
    quire_buf_release(&ranges->rows);
}

int quire_row_ranges_add(struct quire_row_ranges *ranges, int64_t start, int64_t end)
{
    size_t size = quire_row_ranges_size(ranges);
    if (start >= end) return 0;
    struct quire_row_range *runs = (struct quire_row_range *)(void *)ranges->rows.data;
    if (size > 0 && runs[size - 1].end == start) {
        runs[size - 1].end = end;
        return 0;
    }
    const struct quire_row_range run = {start, end};
    return quire_buf_append(&ranges->rows, &run, sizeof(run));
}

int quire_row_ranges_intersect(struct quire_row_ranges *ranges,
                               const struct quire_row_ranges *other)
{
    struct quire_row_ranges both = {0};
    size_t i = 0, k = 0;
    while (i < quire_row_ranges_size(ranges) && k < quire_row_ranges_size(other)) {
        const struct quire_row_range *a = quire_row_ranges_at(ranges, i);
        const struct quire_row_range *b = quire_row_ranges_at(other, k);
        int64_t start = a->start > b->start ? a->start : b->start;
        int64_t end = a->end < b->end ? a->end : b->end;
        int code = quire_row_ranges_add(&both, start, end);
        if (code != 0) {
            quire_row_ranges_release(&both);
            return code;
        }
        if (a->end < b->end)
            i++;
        else
            k++;
    }
    quire_row_ranges_release(ranges);
    *ranges = both;
    return 0;
}

int64_t quire_row_ranges_count(const struct quire_row_ranges *ranges)
{
    int64_t rows = 0;
    for (size_t i = 0; i < quire_row_ranges_size(ranges); i++)
        rows += quire_row_ranges_at(ranges, i)->end - quire_row_ranges_at(ranges, i)->start;
    return rows;
}
