/* Conditions as text of the library's own expressions, by which a Delta table passes over data
 * files. A condition that has no exact form there is left out, which keeps more files. */
#include <string.h>

#include "base/number.h"
#include "sql/vtab/vtab_source.h"

#define NUMBER_BYTES 64

static int append_text(struct quire_buf *out, const uint8_t *bytes, size_t size)
{
    int code = quire_buf_push(out, '\'');
    for (size_t i = 0; i < size && code == 0; i++) {
        if (bytes[i] == '\'' || bytes[i] == '\\') code = quire_buf_push(out, bytes[i]);
        if (code == 0) code = quire_buf_push(out, bytes[i]);
    }
    return code == 0 ? quire_buf_push(out, '\'') : code;
}

static int64_t integer_of(const struct quire_condition *condition)
{
    int64_t value = 0;
    int32_t small;
    if (condition->value_size == sizeof(value)) {
        memcpy(&value, condition->value, sizeof(value));
    } else if (condition->value_size == sizeof(small)) {
        memcpy(&small, condition->value, sizeof(small));
        value = small;
    } else if (condition->value_size == 2) {
        int16_t two;
        memcpy(&two, condition->value, sizeof(two));
        value = two;
    } else {
        value = *(const int8_t *)condition->value;
    }
    return value;
}

/* False where the value has no exact form. */
static bool literal(const struct quire_field *field, const struct quire_condition *condition,
                    struct quire_buf *out, int *code)
{
    char text[NUMBER_BYTES + QUIRE_TIME_TEXT_MAX], *end;
    double real;
    switch (field->kind) {
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64: {
        int64_t value = integer_of(condition);
        if (value == INT64_MIN) return false;
        end = quire_number_format_i64(value, text);
        *code = quire_buf_append(out, text, (size_t)(end - text));
        return true;
    }
    case QUIRE_KIND_FLOAT64:
        memcpy(&real, condition->value, sizeof(real));
        if (real - real != 0) return false; /* infinities */
        end = quire_number_format_f64(real, text);
        *end++ = 'D';
        *code = quire_buf_append(out, text, (size_t)(end - text));
        return true;
    case QUIRE_KIND_DATE32:
        end = quire_time_format_date(integer_of(condition), text);
        *code = quire_buf_printf(out, "DATE '%.*s'", (int)(end - text), text);
        return true;
    case QUIRE_KIND_TIMESTAMP:
        if (field->unit == QUIRE_NANO) return false;
        end = quire_time_format_timestamp(integer_of(condition), field->unit, ' ', false, 0, text);
        *code = quire_buf_printf(out,
                                 field->zone != NULL ? "TIMESTAMP '%.*sZ'" : "TIMESTAMP_NTZ '%.*s'",
                                 (int)(end - text), text);
        return true;
    case QUIRE_KIND_STRING:
        if (memchr(condition->value, '\0', condition->value_size) != NULL) return false;
        *code = append_text(out, condition->value, condition->value_size);
        return true;
    default: return false;
    }
}

static int append_condition(const struct quire_field *field,
                            const struct quire_condition *condition, struct quire_buf *out)
{
    static const char *const signs[] = {[QUIRE_COMPARE_EQ] = " = ",
                                        [QUIRE_COMPARE_LT] = " < ",
                                        [QUIRE_COMPARE_LE] = " <= ",
                                        [QUIRE_COMPARE_GT] = " > ",
                                        [QUIRE_COMPARE_GE] = " >= ",
                                        [QUIRE_COMPARE_IS_NULL] = " IS NULL",
                                        [QUIRE_COMPARE_NOT_NULL] = " IS NOT NULL"};
    bool null =
        condition->compare == QUIRE_COMPARE_IS_NULL || condition->compare == QUIRE_COMPARE_NOT_NULL;
    size_t before = out->size;
    int code = out->size > 0 ? quire_buf_append_text(out, " AND ") : 0;
    if (code == 0) code = quire_buf_append_name(out, condition->column);
    if (code == 0) code = quire_buf_append_text(out, signs[condition->compare]);
    if (code == 0 && !null && !literal(field, condition, out, &code)) out->size = before;
    return code;
}

int quire_sql_where(const struct quire_field *field, const struct quire_condition *conditions,
                    size_t conditions_size, struct quire_buf *out)
{
    for (size_t i = 0; i < conditions_size; i++) {
        const char *name = conditions[i].column;
        int64_t child = quire_field_child(field, name, strlen(name));
        if (child < 0) continue;
        int code = append_condition(&field->children[child], &conditions[i], out);
        if (code != 0) return code;
    }
    return 0;
}
