/* TO_DATE and TO_TIMESTAMP: text read by a pattern, all of it. */
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "expr/expr_pattern.h"

static const struct quire_expr_type date = {.id = QUIRE_EXPR_DATE};
static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};
static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};

/* What was read; -1 is not given. */
struct parts {
    int64_t year, month, day, day_of_year, hour, half_hour, minute, second, micros;
    int half; /* 0 AM, 1 PM */
    int64_t offset_s;
};

static bool take_number(const struct quire_bytes *text, size_t *at, size_t least, size_t most,
                        int64_t *value)
{
    size_t from = *at;
    for (*value = 0; *at < text->size && *at - from < most; (*at)++) {
        uint8_t c = text->data[*at];
        if (c < '0' || c > '9') break;
        *value = *value * 10 + (c - '0');
    }
    return *at - from >= least;
}

/* One of the names, or its first three letters; its number. */
static bool take_name(const struct quire_bytes *text, size_t *at, const char *const *names, int n,
                      bool whole, int64_t *number)
{
    for (int i = 0; i < n; i++) {
        size_t size = whole ? strlen(names[i]) : 3;
        if (text->size - *at < size || memcmp(text->data + *at, names[i], size) != 0) continue;
        *at += size;
        *number = i;
        return true;
    }
    return false;
}

/* Z, or +hh, +hhmm, +hh:mm. */
static bool take_offset(const struct quire_bytes *text, size_t *at, int64_t *offset_s)
{
    int64_t hours, minutes = 0;
    if (*at == text->size) return false;
    uint8_t sign = text->data[(*at)++];
    if (sign == 'Z') return true;
    if ((sign != '+' && sign != '-') || !take_number(text, at, 2, 2, &hours)) return false;
    if (*at < text->size && text->data[*at] == ':') (*at)++;
    if (*at < text->size && text->data[*at] >= '0' && text->data[*at] <= '9' &&
        !take_number(text, at, 2, 2, &minutes))
        return false;
    *offset_s = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
    return hours <= 18 && minutes < 60;
}

static bool take_half(const struct quire_bytes *text, size_t *at, int *half)
{
    static const char *const halves[] = {"AM", "PM"};
    for (*half = 0; *half < 2; (*half)++) {
        if (text->size - *at < 2 || memcmp(text->data + *at, halves[*half], 2) != 0) continue;
        *at += 2;
        return true;
    }
    return false;
}

static bool take_year(const struct quire_bytes *text, size_t *at, size_t run, bool alone,
                      int64_t *year)
{
    if (run == 2) {
        if (!take_number(text, at, 2, 2, year)) return false;
        *year += 2000;
        return true;
    }
    return take_number(text, at, run > 4 ? run : run == 1 ? 1 : 4, alone ? 6 : 4, year);
}

/* alone: no other number follows, so that one letter may take two digits. */
static bool take_field(const struct quire_pattern_piece *piece, const struct quire_bytes *text,
                       size_t *at, bool alone, struct parts *parts)
{
    size_t run = piece->size, most = run == 1 && alone ? 2 : run;
    int64_t number;
    switch (piece->letter) {
    case 'y': return run <= 6 && take_year(text, at, run, alone, &parts->year);
    case 'M':
        if (run < 3) return take_number(text, at, run, most, &parts->month);
        if (run > 4 || !take_name(text, at, quire_pattern_months, 12, run == 4, &number))
            return false;
        parts->month = number + 1;
        return true;
    case 'E': return run <= 4 && take_name(text, at, quire_pattern_weekdays, 7, run == 4, &number);
    case 'd': return run <= 2 && take_number(text, at, run, most, &parts->day);
    case 'D': return run <= 3 && take_number(text, at, run, alone ? 3 : run, &parts->day_of_year);
    case 'H': return run <= 2 && take_number(text, at, run, most, &parts->hour);
    case 'h': return run <= 2 && take_number(text, at, run, most, &parts->half_hour);
    case 'm': return run <= 2 && take_number(text, at, run, most, &parts->minute);
    case 's': return run <= 2 && take_number(text, at, run, most, &parts->second);
    case 'S':
        if (run > 6 || !take_number(text, at, run, run, &parts->micros)) return false;
        for (; run < 6; run++)
            parts->micros *= 10;
        return true;
    case 'a': return run == 1 && take_half(text, at, &parts->half);
    case 'X': return run <= 5 && take_offset(text, at, &parts->offset_s);
    default: return false;
    }
}

static bool in_range(const struct parts *parts)
{
    return (parts->month == -1 || (parts->month >= 1 && parts->month <= 12)) && parts->hour < 24 &&
           parts->minute < 60 && parts->second < 60 &&
           (parts->half_hour == -1 || (parts->half_hour >= 1 && parts->half_hour <= 12));
}

static bool join_parts(const struct parts *parts, int64_t *days, int64_t *micros)
{
    int64_t year = parts->year < 0 ? 1970 : parts->year;
    int64_t month = parts->month < 0 ? 1 : parts->month, day = parts->day < 0 ? 1 : parts->day;
    int64_t hour = parts->hour < 0 ? 0 : parts->hour;
    if (!in_range(parts)) return false;
    if (parts->half_hour >= 0) hour = parts->half_hour % 12 + (parts->half == 1 ? 12 : 0);
    if (parts->day_of_year >= 0) {
        *days = civil_to_days(year, 1, 1) + parts->day_of_year - 1;
        if (parts->day_of_year < 1 || civil_from_days(*days).year != year) return false;
    } else {
        if (!civil_exists(year, (uint32_t)month, (uint32_t)day)) return false;
        *days = civil_to_days(year, (uint32_t)month, (uint32_t)day);
    }
    *micros = ((hour * 60 + parts->minute) * 60 + parts->second - parts->offset_s) * 1000000 +
              parts->micros;
    return true;
}

/* Whether another letter follows at once, whose digits a field must not take. */
static bool is_alone(const struct quire_bytes *pattern, size_t at)
{
    return at == pattern->size || !quire_pattern_is_letter(pattern->data[at]);
}

static bool parse_moment(const struct quire_bytes *pattern, const struct quire_bytes *text,
                         int64_t *days, int64_t *micros)
{
    struct parts parts = {.year = -1,
                          .month = -1,
                          .day = -1,
                          .day_of_year = -1,
                          .hour = -1,
                          .half_hour = -1,
                          .minute = 0};
    size_t to = 0;
    for (size_t at = 0; at < pattern->size;) {
        struct quire_pattern_piece piece;
        if (!quire_pattern_take(pattern, &at, &piece)) return false;
        if (piece.letter != 0) {
            if (!take_field(&piece, text, &to, is_alone(pattern, at), &parts)) return false;
        } else {
            if (text->size - to < piece.size ||
                memcmp(text->data + to, piece.text, piece.size) != 0)
                return false;
            to += piece.size;
        }
    }
    return to == text->size && join_parts(&parts, days, micros);
}

/* Of one argument they are casts; text is read by the pattern where there is one. detail: whether
 * it is a timestamp. */
int quire_pattern_bind_read(struct quire_arena *arena, struct quire_expr_node *call,
                            struct quire_error *error)
{
    bool timed = call->function->detail != 0;
    enum quire_expr_type_id id = call->args[0]->type.id;
    bool read = call->args_size == 2 && (id == QUIRE_EXPR_STRING || id == QUIRE_EXPR_NULL);
    call->type = timed ? instant : date;
    if (call->args_size == 2) QUIRE_TRY(quire_expr_cast_to(arena, &call->args[1], &string, error));
    if (read) return quire_expr_cast_to(arena, &call->args[0], &string, error);
    QUIRE_TRY(timed ? quire_expr_as_time(arena, &call->args[0], &instant, error)
                    : quire_expr_cast_to(arena, &call->args[0], &date, error));
    call->type = call->args[0]->type;
    return 0;
}

int quire_pattern_read_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                              const struct quire_vector *args, struct quire_vector *out)
{
    if (args[0].type.id != QUIRE_EXPR_STRING) {
        memcpy(out->integers, args[0].integers, eval->rows * sizeof(int64_t));
        return 0;
    }
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        int64_t days, micros;
        if (out->null[i]) continue;
        if (!parse_moment(&args[1].bytes[i], text, &days, &micros))
            QUIRE_TRY(quire_eval_fail_row(
                eval, call, out, i, "\"%.*s\" is not of that pattern",
                text->size > 0 ? quire_expr_shown((const char *)text->data, text->size) : 0,
                text->size > 0 ? (const char *)text->data : ""));
        else
            out->integers[i] =
                out->type.id == QUIRE_EXPR_DATE ? days : days * QUIRE_EXPR_DAY_S * 1000000 + micros;
    }
    return 0;
}
