/* Bounds from statistics, with what parquet.thrift says of them: ColumnOrder, NaN and zeros;
 * and with the defects of writers that are known (PARQUET-251, PARQUET-686, PARQUET-1246). */
#include <math.h>

#include "format/parquet/read/statistics_order.h"

/* Whether min_value and max_value follow the order of the type. */
static bool has_order(const struct quire_parquet_input *file, size_t leaf)
{
    const struct quire_column_order_list *orders = &file->metadata.column_orders;
    if (leaf >= orders->size) return false;
    int order = quire_thrift_union_member(orders->items[leaf].present);
    return order == QUIRE_ORDER_TYPE || order == QUIRE_ORDER_IEEE_754_TOTAL;
}

/* The deprecated min and max were compared as signed numbers and signed bytes whatever the
 * type, so that only numbers with a sign can be relied on. */
static bool may_use_deprecated(const struct quire_parquet_input *file,
                               const struct quire_schema_element *element, enum quire_order order)
{
    switch (element->type) {
    case QUIRE_PARQUET_INT32:
    case QUIRE_PARQUET_INT64: return order == QUIRE_ORDER_SIGNED;
    case QUIRE_PARQUET_BOOLEAN: return true;
    case QUIRE_PARQUET_FLOAT:
    case QUIRE_PARQUET_DOUBLE:
        /* Before parquet-cpp 1.3.0 a NaN could become either. */
        return !quire_created_by_before(&file->created_by, "parquet-cpp", 1, 3, 0);
    default: return false;
    }
}

/* A zero is stored with either sign where both are there, and NaN may be in no bound. */
static void finish_bounds(struct quire_bounds *bounds, bool nans_counted, int64_t nans)
{
    if (bounds->order != QUIRE_ORDER_FLOAT) return;
    bounds->nans = !nans_counted || nans != 0;
}

void quire_parquet_chunk_bounds(const struct quire_parquet_input *file, size_t leaf,
                                const struct quire_column_metadata *metadata, int64_t rows,
                                struct quire_bounds *bounds)
{
    const struct quire_schema_element *element = quire_parquet_leaf_element(&file->schema, leaf);
    const struct quire_parquet_statistics *statistics = metadata->statistics;
    *bounds =
        (struct quire_bounds){.order = quire_parquet_order_of(element), .rows = rows, .nulls = -1};
    if (file->schema.leaves[leaf].def_max == 0) bounds->nulls = 0;
    if (statistics == NULL) {
        finish_bounds(bounds, false, 0);
        return;
    }
    if ((statistics->present & QUIRE_STATISTICS_HAS_NULL_COUNT) != 0 &&
        statistics->null_count >= 0 && statistics->null_count <= rows)
        bounds->nulls = statistics->null_count;
    const struct quire_thrift_binary *min = NULL, *max = NULL;
    if (has_order(file, leaf)) {
        min = &statistics->min_value;
        max = &statistics->max_value;
    }
    if ((min == NULL || (min->data == NULL && max->data == NULL)) &&
        may_use_deprecated(file, element, bounds->order)) {
        min = &statistics->min;
        max = &statistics->max;
    }
    if (min != NULL) {
        bounds->has_min = quire_parquet_order_bound(element, bounds->order, min, &bounds->min);
        bounds->has_max = quire_parquet_order_bound(element, bounds->order, max, &bounds->max);
    }
    /* A NaN as one bound makes the other one doubtful too. */
    if (bounds->order == QUIRE_ORDER_FLOAT && bounds->has_min != bounds->has_max)
        bounds->has_min = bounds->has_max = false;
    finish_bounds(bounds, (statistics->present & QUIRE_STATISTICS_HAS_NAN_COUNT) != 0,
                  statistics->nan_count);
}

void quire_parquet_page_bounds(const struct quire_parquet_input *file, size_t leaf,
                               const struct quire_column_index *index, size_t page, int64_t rows,
                               struct quire_bounds *bounds)
{
    const struct quire_schema_element *element = quire_parquet_leaf_element(&file->schema, leaf);
    *bounds =
        (struct quire_bounds){.order = quire_parquet_order_of(element), .rows = rows, .nulls = -1};
    if (file->schema.leaves[leaf].def_max == 0) bounds->nulls = 0;
    if (index->null_pages.items[page]) {
        bounds->nulls = rows;
        return;
    }
    if (index->null_counts.size > page && index->null_counts.items[page] >= 0 &&
        index->null_counts.items[page] < rows)
        bounds->nulls = index->null_counts.items[page];
    if (has_order(file, leaf)) {
        bounds->has_min = quire_parquet_order_bound(element, bounds->order,
                                                    &index->min_values.items[page], &bounds->min);
        bounds->has_max = quire_parquet_order_bound(element, bounds->order,
                                                    &index->max_values.items[page], &bounds->max);
    }
    if (bounds->order == QUIRE_ORDER_FLOAT && bounds->has_min != bounds->has_max)
        bounds->has_min = bounds->has_max = false;
    bool counted = index->nan_counts.size > page;
    finish_bounds(bounds, counted, counted ? index->nan_counts.items[page] : 0);
}
