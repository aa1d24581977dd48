/* The statistics of chunks put together as for a file of our own; those that readers must not rely
 * on (chunk_bounds.c says which) count as missing. */
#include "format/parquet/read/footer_stats.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/statistics_order.h"
#include "format/parquet/write/file_statistics.h"

static void free_statistics(struct quire_file_statistics **statistics)
{
    quire_file_statistics_free(*statistics);
}

/* Days and nanoseconds, which are instants to those who write them. */
static void settle_int96(struct quire_parquet_input *file)
{
    for (size_t i = 0; i < file->schema.leaves_size; i++) {
        if (quire_parquet_leaf_element(&file->schema, i)->type != QUIRE_PARQUET_INT96) continue;
        struct quire_field *field; /* of the file's schema, which nobody else has */
        memcpy(&field, &file->schema.leaves[i].node->field, sizeof(field));
        if (field->kind != QUIRE_KIND_TIMESTAMP) continue;
        field->unit = QUIRE_MICRO;
        field->zone = "UTC";
        field->utc = true;
        field->format = "tsu:UTC";
    }
}

static int add_chunk(struct quire_parquet_input *file, size_t row_group, size_t leaf,
                     struct quire_file_statistics *statistics, struct quire_error *error)
{
    struct quire_parquet_chunk chunk;
    struct quire_bounds bounds;
    QUIRE_TRY(quire_parquet_input_chunk(file, row_group, leaf, &chunk, error));
    struct quire_column_metadata metadata = *chunk.metadata;
    struct quire_parquet_statistics told;
    quire_parquet_chunk_bounds(file, leaf, chunk.metadata,
                               file->metadata.row_groups.items[row_group].num_rows, &bounds);
    if (metadata.statistics != NULL) {
        told = *metadata.statistics;
        if (!bounds.has_min || !bounds.has_max) told.min_value.data = told.max_value.data = NULL;
        /* Not counted, or counted wrongly. */
        if (bounds.nulls < 0 && file->schema.leaves[leaf].rep_max == 0)
            told.present &= ~(uint32_t)QUIRE_STATISTICS_HAS_NULL_COUNT;
        metadata.statistics = &told;
    }
    return quire_file_statistics_add(statistics, leaf, &metadata, error);
}

int quire_parquet_footer_stats(struct quire_in *in, quire_take_footer *take, void *user,
                               struct quire_error *error)
{
    /* Nanoseconds are what the file's own schema has. */
    static const struct quire_parquet_read_options plain = {.batch_rows = 1,
                                                            .int96_unit = QUIRE_PARQUET_INT96_NS};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {.in = NULL};
    QUIRE_CLEANUP(free_statistics) struct quire_file_statistics *statistics = NULL;
    QUIRE_TRY(quire_parquet_input_open(in, &plain, &file, error));
    settle_int96(&file);
    QUIRE_TRY(quire_file_statistics_new(&file.schema, &statistics, error));
    struct quire_file_stats stats = {.bytes = file.size, .columns_size = file.schema.leaves_size};
    for (size_t i = 0; i < file.metadata.row_groups.size; i++) {
        stats.rows += file.metadata.row_groups.items[i].num_rows;
        for (size_t leaf = 0; leaf < file.schema.leaves_size; leaf++)
            QUIRE_TRY(add_chunk(&file, i, leaf, statistics, error));
    }
    stats.columns = quire_file_statistics_columns(statistics);
    return take(user, file.schema.root->field, &stats, error);
}
