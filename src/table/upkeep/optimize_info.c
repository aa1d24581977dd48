/* What commitInfo says of an optimize: names and forms are Spark's. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json_text.h"
#include "base/number.h"
#include "table/upkeep/optimize_private.h"

static void put_number(struct quire_json_writer *writer, const char *key, int64_t value)
{
    char text[QUIRE_INT_TEXT_MAX + 1];
    char *end = quire_number_format_i64(value, text);
    quire_json_writer_key(writer, key);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int quire_optimize_write_metrics(struct quire_optimize *optimize)
{
    static const char *const names[] = {"minFileSize", "p25FileSize", "p50FileSize", "p75FileSize",
                                        "maxFileSize"};
    const struct quire_table_optimize_result *result = &optimize->part;
    struct quire_json_writer writer = quire_json_writer_to(&optimize->metrics);
    int64_t *sizes = (int64_t *)(void *)optimize->sizes.data;
    size_t n = optimize->sizes.size / sizeof(*sizes);
    if (n > 0) qsort(sizes, n, sizeof(*sizes), ascending);
    quire_json_writer_begin_object(&writer);
    put_number(&writer, "numAddedFiles", result->files_added);
    put_number(&writer, "numAddedBytes", result->bytes_added);
    put_number(&writer, "numRemovedFiles", result->files_removed);
    put_number(&writer, "numRemovedBytes", result->bytes_removed);
    put_number(&writer, "numDeletionVectorsRemoved", result->vectors_removed);
    for (size_t i = 0; i < 5; i++)
        put_number(&writer, names[i], n > 0 ? sizes[(n - 1) * i / 4] : 0);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&writer);
    return code != 0 ? code : quire_buf_terminate(&optimize->metrics);
}

/* A list of texts within a text, as Spark writes parameters. */
static int put_list(struct quire_json_writer *writer, const char *key, const char *const *items,
                    size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_json_writer list = quire_json_writer_to(&text);
    quire_json_writer_begin_array(&list);
    for (size_t i = 0; i < size; i++)
        quire_json_writer_string(&list, items[i]);
    quire_json_writer_end_array(&list);
    int code = quire_json_writer_finish(&list);
    quire_json_writer_key(writer, key);
    quire_json_writer_string_sized(writer, (const char *)text.data, text.size);
    return code;
}

int quire_optimize_write_parameters(struct quire_optimize *optimize)
{
    const struct quire_table_optimize_options *options = optimize->options;
    struct quire_json_writer writer = quire_json_writer_to(&optimize->parameters);
    bool z = options->arrange == QUIRE_TABLE_ZORDER,
         hilbert = options->arrange == QUIRE_TABLE_HILBERT;
    quire_json_writer_begin_object(&writer);
    int code = put_list(&writer, "predicate", &options->where, options->where != NULL);
    if (code == 0)
        code = put_list(&writer, "zOrderBy", options->columns, z ? options->columns_size : 0);
    if (code == 0)
        code =
            put_list(&writer, "clusterBy", options->columns, hilbert ? options->columns_size : 0);
    put_number(&writer, "targetSize", optimize->target_bytes);
    quire_json_writer_key(&writer, "auto");
    quire_json_writer_bool(&writer, optimize->after != NULL);
    quire_json_writer_end_object(&writer);
    if (code == 0) code = quire_json_writer_finish(&writer);
    return code != 0 ? code : quire_buf_terminate(&optimize->parameters);
}
