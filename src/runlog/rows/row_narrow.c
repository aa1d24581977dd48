/* Numbers of 64 bits for columns that have fewer. Whole numbers are kept as they are or refused: a
 * count that is cut would be another one. Of others a table with float32 keeps seven digits, which
 * is what its own writers put there. */
#include "runlog/rows/row_narrow.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

#define HINT                                                                           \
    "--widen-types makes the table's numbers ones of 64 bits; only readers with type " \
    "widening can read it then: not deltalake, nor Spark with a Delta Lake before 4.0"

void quire_row_widths_of(const struct ArrowSchema *table, struct quire_row_widths *widths)
{
    *widths = (struct quire_row_widths){.formats = {0}};
    for (int64_t i = 0; i < table->n_children; i++) {
        const struct ArrowSchema *column = table->children[i];
        if (column->format[0] == '\0' || column->format[1] != '\0') continue;
        for (size_t field = 0; field < quire_model_row.fields_size; field++) {
            if (strcmp(quire_model_row.fields[field].name, column->name) != 0) continue;
            bool narrow = strchr("csif", column->format[0]) != NULL;
            widths->formats[field] = narrow ? column->format[0] : 0;
        }
    }
}

static int refuse(const struct quire_model_place *place, const struct quire_model_field *field,
                  const char *value, const char *type, struct quire_error *error)
{
    const struct quire_model_place at = {
        .parent = place, .key = field->name, .key_size = strlen(field->name)};
    int code = quire_model_fail(&at, error,
                                "the column of the table is of the type %s, which %s "
                                "does not fit",
                                type, value);
    quire_error_hint(error, "%s", HINT);
    return code;
}

static int narrow_count(void *at, char format, const struct quire_model_field *field,
                        const struct quire_model_place *place, struct quire_error *error)
{
    int64_t value, most = format == 'c' ? INT8_MAX : format == 's' ? INT16_MAX : INT32_MAX;
    char shown[24];
    memcpy(&value, at, sizeof(value));
    if (value == QUIRE_RUNLOG_UNKNOWN || value <= most) return 0;
    snprintf(shown, sizeof(shown), "%" PRId64, value);
    return refuse(place, field, shown,
                  format == 'c'   ? "int8"
                  : format == 's' ? "int16"
                                  : "int32",
                  error);
}

static int narrow_number(void *at, const struct quire_model_field *field,
                         const struct quire_model_place *place, struct quire_error *error)
{
    double value;
    char shown[32];
    memcpy(&value, at, sizeof(value));
    double rounded = (double)(float)value;
    if (isinf(rounded) && !isinf(value)) {
        snprintf(shown, sizeof(shown), "%g", value);
        return refuse(place, field, shown, "float32", error);
    }
    memcpy(at, &rounded, sizeof(rounded));
    return 0;
}

static int check_times(const struct quire_runlog_row *row, uint8_t times,
                       const struct quire_model_place *place, struct quire_error *error)
{
    const int64_t values[QUIRE_RUNLOG_TIMES] = {row->end_time, row->run_ended_at, row->start_time,
                                                row->run_started_at};
    char names[64] = "";
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES; i++) {
        size_t size = strlen(names);
        if ((times >> i & 1) == 0) continue;
        if (values[i] != QUIRE_RUNLOG_UNKNOWN) return 0;
        snprintf(names + size, sizeof(names) - size, "%s%s", size > 0 ? ", " : "",
                 quire_runlog_times[i]);
    }
    if (times == 0) return 0;
    int code = quire_model_fail(place, error,
                                "no report would count it: the table keeps no created_at, and it "
                                "has none of the times that the table keeps: %s",
                                names);
    quire_error_hint(error,
                     "enable-schema-evolution gives a table that lacks created_at the column");
    return code;
}

int quire_row_narrow(struct quire_runlog_row *row, const struct quire_row_widths *widths,
                     const struct quire_model_place *place, struct quire_error *error)
{
    QUIRE_TRY(check_times(row, widths->times, place, error));
    for (size_t i = 0; i < quire_model_row.fields_size; i++) {
        const struct quire_model_field *field = &quire_model_row.fields[i];
        char format = widths->formats[i];
        void *at = (char *)row + field->offset;
        if (field->kind == QUIRE_MODEL_COUNT && format != 0 && format != 'f')
            QUIRE_TRY(narrow_count(at, format, field, place, error));
        bool real = field->kind == QUIRE_MODEL_NUMBER || field->kind == QUIRE_MODEL_RATE;
        if (real && format == 'f') QUIRE_TRY(narrow_number(at, field, place, error));
    }
    return 0;
}
