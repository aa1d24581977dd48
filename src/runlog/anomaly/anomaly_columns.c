#include "runlog/anomaly/anomaly_columns.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"

#define OPERATION "anomalies"

static const char *const column_names[QUIRE_ANOMALY_COLUMNS] = {
    "duration_secs", "validation_rate", "rows_processed", "run_id",
    "phase",         "step_name",       "created_at",
};

static bool is_of_kind(enum quire_anomaly_column column, const struct quire_field *field)
{
    if (column == QUIRE_ANOMALY_COLUMN_CREATED) return field->kind == QUIRE_KIND_TIMESTAMP;
    if (column >= QUIRE_ANOMALY_COLUMN_RUN) return quire_kind_is_string(field->kind);
    return quire_kind_is_integer(field->kind) || field->kind == QUIRE_KIND_FLOAT64 ||
           field->kind == QUIRE_KIND_FLOAT32;
}

static int find_columns(struct quire_anomaly_columns *columns, struct quire_error *error)
{
    for (size_t i = 0; i < QUIRE_ANOMALY_COLUMNS; i++) {
        int64_t at = quire_field_child(columns->field, column_names[i], strlen(column_names[i]));
        if (at < 0) continue;
        if (!is_of_kind((enum quire_anomaly_column)i, &columns->field->children[at]))
            return quire_fail(error, QUIRE_INPUT, OPERATION,
                              "the column %s has another type than that of a run log",
                              column_names[i]);
        columns->columns[i] = &columns->view->children[at];
    }
    return 0;
}

/* Those that rows of a report go by (report_query.c), with a zone or without one. */
static void find_times(struct quire_anomaly_columns *columns)
{
    const struct quire_view *created = columns->columns[QUIRE_ANOMALY_COLUMN_CREATED];
    if (created != NULL) columns->times[columns->times_size++] = created;
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES; i++) {
        const char *name = quire_runlog_times[i];
        int64_t at = quire_field_child(columns->field, name, strlen(name));
        if (at >= 0 && columns->field->children[at].kind == QUIRE_KIND_TIMESTAMP)
            columns->times[columns->times_size++] = &columns->view->children[at];
    }
}

int quire_anomaly_columns_open(const struct ArrowSchema *schema,
                               struct quire_anomaly_columns *columns, struct quire_error *error)
{
    QUIRE_TRY(quire_field_open(schema, &columns->field, error));
    QUIRE_TRY(quire_view_new(columns->field, &columns->view, error));
    QUIRE_TRY(find_columns(columns, error));
    find_times(columns);
    return 0;
}

void quire_anomaly_columns_release(struct quire_anomaly_columns *columns)
{
    quire_view_free(columns->view);
    quire_field_close(columns->field);
}

/* --- Values --------------------------------------------------------------------------------- */

bool quire_anomaly_number(const struct quire_anomaly_columns *columns,
                          enum quire_anomaly_column column, int64_t row, double *value)
{
    const struct quire_view *view = columns->columns[column];
    if (view == NULL || quire_view_is_null(view, row)) return false;
    if (view->field->kind == QUIRE_KIND_FLOAT64)
        *value = *(const double *)quire_view_fixed(view, row);
    else if (view->field->kind == QUIRE_KIND_FLOAT32)
        *value = (double)*(const float *)quire_view_fixed(view, row);
    else
        *value = (double)quire_view_i64(view, row);
    return !isnan(*value);
}

struct quire_bytes quire_anomaly_text(const struct quire_anomaly_columns *columns,
                                      enum quire_anomaly_column column, int64_t row)
{
    const struct quire_view *view = columns->columns[column];
    if (view == NULL || quire_view_is_null(view, row)) return (struct quire_bytes){NULL, 0};
    return quire_view_bytes(view, row);
}

const struct quire_view *quire_anomaly_time(const struct quire_anomaly_columns *columns,
                                            int64_t row)
{
    for (size_t i = 0; i < columns->times_size; i++)
        if (!quire_view_is_null(columns->times[i], row)) return columns->times[i];
    return NULL;
}
