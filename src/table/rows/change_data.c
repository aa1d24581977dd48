#include "table/rows/change_data.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/partition_value.h"
#include "table/rows/batch_columns.h"
#include "table/schema/delta_schema.h"
#include "table/schema/table_columns.h"

#define OPERATION "write changes"

struct quire_change_data {
    struct quire_transaction *transaction;
    struct quire_table_columns columns; /* the table's, and the type behind */
    struct ArrowSchema before, after;   /* the table's columns as they were and as they are */
    bool differ;
    struct quire_data_writer *files;
};

bool quire_change_data_is_on(const struct quire_snapshot *snapshot)
{
    const char *on = quire_snapshot_property(snapshot, "delta.enableChangeDataFeed");
    return on != NULL && strcmp(on, "true") == 0;
}

static int open_changes(struct quire_change_data *changes,
                        const struct quire_row_writer_options *options, struct quire_error *error)
{
    const struct quire_snapshot *base = changes->transaction->base;
    const struct quire_metadata_action *next =
        quire_transaction_next_metadata(changes->transaction);
    QUIRE_TRY(quire_table_columns_of(next, quire_transaction_next_protocol(changes->transaction),
                                     &changes->columns, error));
    QUIRE_TRY(quire_snapshot_schema(base, QUIRE_DELTA_LOGICAL, true, &changes->before, error));
    QUIRE_TRY(quire_schema_copy(&changes->columns.logical, &changes->after, error));
    changes->differ = !quire_schema_equal(&changes->before, &changes->after, NULL);
    QUIRE_TRY(quire_table_columns_widen(&changes->columns, QUIRE_CHANGE_TYPE, error));
    const struct quire_data_writer_options writing = {
        .url = base->place.url,
        .schema = &changes->columns.physical,
        .partitions = &changes->columns.names,
        .compression = quire_row_compression(next, options->compression),
        .durability = changes->transaction->options.durability,
        .context = options->context,
        .changes = true,
    };
    return quire_data_writer_open(&writing, &changes->files, error);
}

int quire_change_data_open(struct quire_transaction *transaction,
                           const struct quire_row_writer_options *options,
                           struct quire_change_data **changes, struct quire_error *error)
{
    struct quire_change_data *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->transaction = transaction;
    int code = open_changes(made, options, error);
    if (code == 0)
        *changes = made;
    else
        quire_change_data_close(made);
    return code;
}

static int widen_rows(const struct quire_change_data *changes, const char *type,
                      struct ArrowArray *rows, struct ArrowArray *widened,
                      struct quire_error *error)
{
    const struct ArrowSchema *column = changes->columns.physical.children[rows->n_children];
    const struct quire_bytes text = {(const uint8_t *)type, strlen(type)};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray value = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray made = {.release = NULL};
    QUIRE_TRY(quire_batch_columns_new(rows->length, rows->n_children + 1, &made, error));
    QUIRE_TRY(quire_partition_value(column, &text, &value, error));
    QUIRE_TRY(quire_partition_repeat(column, &value, rows->length, made.children[rows->n_children],
                                     error));
    for (int64_t i = 0; i < rows->n_children; i++) {
        *made.children[i] = *rows->children[i];
        rows->children[i]->release = NULL;
    }
    *widened = made;
    made.release = NULL;
    return 0;
}

static int write_rows(struct quire_change_data *changes, const char *type, struct ArrowArray *rows,
                      struct quire_error *error)
{
    struct ArrowArray widened = {.release = NULL};
    int code = rows->length > 0 ? widen_rows(changes, type, rows, &widened, error) : 0;
    quire_array_release(rows);
    if (code != 0 || widened.release == NULL) return code;
    return quire_data_writer_write(changes->files, &widened, error);
}

int quire_change_data_write(struct quire_change_data *changes, const char *type,
                            struct ArrowArray *rows, struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    struct ArrowArray cast = {.release = NULL};
    if (!changes->differ) return write_rows(changes, type, rows, error);
    int code = quire_cast(&changes->before, rows, &changes->after, &exact, &cast, error);
    quire_array_release(rows);
    return code != 0 ? code : write_rows(changes, type, &cast, error);
}

int quire_change_data_put(struct quire_change_data *changes, const char *type,
                          struct ArrowArray *rows, struct quire_error *error)
{
    return write_rows(changes, type, rows, error);
}

int quire_change_data_finish(struct quire_change_data *changes, int64_t *files,
                             struct quire_error *error)
{
    struct quire_data_totals totals = {0, 0, 0};
    QUIRE_TRY(
        quire_data_writer_finish(changes->files, &changes->transaction->lines, &totals, error));
    *files = totals.files;
    return 0;
}

void quire_change_data_close(struct quire_change_data *changes)
{
    if (changes == NULL) return;
    if (changes->transaction->may_stand && changes->files != NULL)
        quire_data_writer_keep(changes->files);
    quire_data_writer_close(changes->files);
    quire_table_columns_close(&changes->columns);
    quire_schema_release(&changes->before);
    quire_schema_release(&changes->after);
    quire_free(changes);
}
