/* DATE_FORMAT, and patterns as TO_DATE and TO_TIMESTAMP read by them: the letters of Spark's
 * datetime patterns that say a date, a time of day and an offset in English. A letter's run is one
 * field; text in single quotes and what is no letter stand for themselves. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "expr/expr_pattern.h"

#define FORMAT_MAX 256 /* bytes of a time's text */

static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};
static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};

const char *const quire_pattern_months[12] = {"January",   "February", "March",    "April",
                                              "May",       "June",     "July",     "August",
                                              "September", "October",  "November", "December"};
const char *const quire_pattern_weekdays[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                               "Friday", "Saturday", "Sunday"};

/* --- Patterns ------------------------------------------------------------------------------ */

bool quire_pattern_is_letter(uint8_t c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

bool quire_pattern_take(const struct quire_bytes *pattern, size_t *at,
                        struct quire_pattern_piece *piece)
{
    const uint8_t *from = pattern->data + *at;
    size_t left = pattern->size - *at, n = 1;
    *piece = (struct quire_pattern_piece){.letter = 0, .size = 1, .text = {(char)*from}};
    if (quire_pattern_is_letter(*from)) {
        while (n < left && from[n] == *from)
            n++;
        piece->letter = (char)*from;
        piece->size = n;
    } else if (*from == '\'') {
        const uint8_t *end = memchr(from + 1, '\'', left - 1);
        if (end == NULL || end - from > QUIRE_PATTERN_RUN_MAX) return false;
        n = (size_t)(end - from) + 1;
        piece->size = n > 2 ? n - 2 : 1; /* '' is a quote */
        if (n > 2) memcpy(piece->text, from + 1, n - 2);
    }
    *at += n;
    return true;
}

/* --- To text ------------------------------------------------------------------------------- */

struct moment {
    int64_t days, micros; /* of the day */
};

/* How a field is written: a number to at least `digits`, or a name. */
struct field {
    int64_t value;
    size_t digits;
    const char *name;
    size_t name_size;
};

static bool hour_field(char letter, int64_t hour, int64_t *value)
{
    switch (letter) {
    case 'H': *value = hour; return true;
    case 'k': *value = hour == 0 ? 24 : hour; return true;
    case 'K': *value = hour % 12; return true;
    case 'h': *value = hour % 12 == 0 ? 12 : hour % 12; return true;
    default: return false;
    }
}

static bool name_field(const char *name, size_t run, struct field *field)
{
    field->name = name;
    field->name_size = run == 4 ? strlen(name) : 3;
    return run <= 4;
}

/* False where a run is not known, or longer than it may be. */
static bool make_field(const struct quire_pattern_piece *piece, const struct moment *moment,
                       struct field *field)
{
    const struct civil_date civil = civil_from_days(moment->days);
    int64_t seconds = moment->micros / 1000000;
    size_t run = piece->size;
    *field = (struct field){.digits = run};
    switch (piece->letter) {
    case 'y': field->value = run == 2 ? civil.year % 100 : civil.year; return run <= 6;
    case 'Q': field->value = (civil.month + 2) / 3; return run <= 2;
    case 'M':
        if (run > 2) return name_field(quire_pattern_months[civil.month - 1], run, field);
        field->value = civil.month;
        return true;
    case 'E':
        return name_field(quire_pattern_weekdays[quire_expr_weekday(moment->days)],
                          run < 3 ? 3 : run, field);
    case 'd': field->value = civil.day; return run <= 2;
    case 'D': field->value = moment->days - civil_to_days(civil.year, 1, 1) + 1; return run <= 3;
    case 'm': field->value = seconds / 60 % 60; return run <= 2;
    case 's': field->value = seconds % 60; return run <= 2;
    case 'S':
        field->value = moment->micros % 1000000;
        for (size_t i = run; i < 6; i++)
            field->value /= 10;
        return run <= 6;
    case 'a':
        field->name = seconds < 12 * 3600 ? "AM" : "PM";
        field->name_size = 2;
        return run == 1;
    case 'X': return name_field("Z", 4, field) && run <= 5;
    default: return hour_field(piece->letter, seconds / 3600, &field->value) && run <= 2;
    }
}

/* False when the pattern is not known or the text too long. */
static bool format_moment(const struct quire_bytes *pattern, const struct moment *moment, char *out,
                          size_t *size)
{
    *size = 0;
    for (size_t at = 0; at < pattern->size;) {
        struct quire_pattern_piece piece;
        struct field field = {.name = piece.text};
        if (!quire_pattern_take(pattern, &at, &piece)) return false;
        if (piece.letter == 0)
            field.name_size = piece.size;
        else if (!make_field(&piece, moment, &field))
            return false;
        if (*size + QUIRE_PATTERN_RUN_MAX + 1 >= FORMAT_MAX) return false;
        if (field.name != NULL) {
            memcpy(out + *size, field.name, field.name_size);
            *size += field.name_size;
        } else {
            bool far = piece.letter == 'y' && piece.size == 4 && field.value > 9999;
            *size +=
                (size_t)snprintf(out + *size, QUIRE_PATTERN_RUN_MAX, far ? "+%0*lld" : "%0*lld",
                                 (int)field.digits, (long long)field.value);
        }
    }
    return true;
}

static int bind_format(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    call->type = string;
    QUIRE_TRY(quire_expr_as_time(arena, &call->args[0], &instant, error));
    return quire_expr_cast_to(arena, &call->args[1], &string, error);
}

static int format_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    int64_t scale = quire_time_unit_scale(args[0].type.unit), of_day;
    for (size_t i = 0; i < eval->rows; i++) {
        char text[FORMAT_MAX];
        size_t size;
        struct moment moment;
        if (out->null[i]) continue;
        moment.days = quire_expr_split_time(&args[0], i, &of_day);
        moment.micros = scale > 1000000 ? of_day / (scale / 1000000) : of_day * (1000000 / scale);
        if (!format_moment(&args[1].bytes[i], &moment, text, &size)) {
            QUIRE_TRY(quire_eval_fail_row(
                eval, call, out, i, "a pattern that is not made of y M d D E Q H h K k m s S a X"));
            continue;
        }
        char *copy = quire_arena_strndup(&eval->arena, text, size);
        if (copy == NULL) return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
        out->bytes[i] = (struct quire_bytes){(const uint8_t *)copy, size};
    }
    return 0;
}

const struct quire_expr_function quire_expr_pattern_functions[] = {
    {"date_format", 2, 2, bind_format, format_kernel, NULL, 0},
    {"to_date", 1, 2, quire_pattern_bind_read, quire_pattern_read_kernel, NULL, 0},
    {"to_timestamp", 1, 2, quire_pattern_bind_read, quire_pattern_read_kernel, NULL, 1},
    {.name = NULL},
};
