/* Texts in the form that columns have are compared by their bytes, which is nearly always; only
 * others are parsed. */
#include "sql/values/sql_time.h"

#include <string.h>

#include "base/civil.h"

#define NANOS        INT64_C(1000000000)
#define DATE_SIZE    10 /* "2024-05-01" */
#define SECONDS_SIZE 19 /* "2024-05-01 12:00:00" */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool quire_sql_time_parse(const char *text, size_t size, struct quire_time_parts *parts)
{
    char whole[] = "0000-01-01";
    if (size != 4 && size != 7) return quire_time_parse(text, size, parts);
    memcpy(whole, text, size);
    return quire_time_parse(whole, DATE_SIZE, parts);
}

struct quire_sql_instant quire_sql_instant(const struct quire_time_parts *parts)
{
    int64_t offset = parts->has_offset ? parts->offset_s : 0;
    return (struct quire_sql_instant){parts->days * CIVIL_DAY_S + parts->nanos / NANOS - offset,
                                      parts->nanos % NANOS};
}

bool quire_sql_instant_value(struct quire_sql_instant instant, enum quire_time_unit unit,
                             int64_t *value, bool *exact)
{
    int64_t scale = quire_time_unit_scale(unit), part = NANOS / scale, whole;
    *exact = instant.nanos % part == 0;
    return !__builtin_mul_overflow(instant.seconds, scale, &whole) &&
           !__builtin_add_overflow(whole, instant.nanos / part, value);
}

char *quire_sql_time_format(int64_t value, enum quire_time_unit unit, char *out)
{
    char *end = quire_time_format_timestamp(value, unit, ' ', false, 0, out);
    if (unit == QUIRE_SECOND) return end;
    while (end[-1] == '0')
        end--;
    return end[-1] == '.' ? end - 1 : end;
}

/* As columns have it, so that bytes order as time does. */
static bool is_plain(const char *text, int size)
{
    if (size < DATE_SIZE || !is_digit(text[0]) || text[4] != '-' || text[7] != '-') return false;
    if (size < SECONDS_SIZE) return false;
    if (text[DATE_SIZE] != ' ' || text[13] != ':' || text[16] != ':') return false;
    if (size == SECONDS_SIZE) return true;
    if (text[SECONDS_SIZE] != '.' || text[size - 1] == '0') return false;
    for (int i = SECONDS_SIZE + 1; i < size; i++)
        if (!is_digit(text[i])) return false;
    return size > SECONDS_SIZE + 1;
}

static bool is_date(const char *text, int size)
{
    return size == DATE_SIZE && is_digit(text[0]) && text[4] == '-' && text[7] == '-';
}

static int compare_bytes(const char *a, int a_size, const char *b, int b_size)
{
    int order = memcmp(a, b, (size_t)(a_size < b_size ? a_size : b_size));
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare_instants(struct quire_sql_instant a, struct quire_sql_instant b)
{
    if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

int quire_sql_time_compare(void *unused, int a_size, const void *a_bytes, int b_size,
                           const void *b_bytes)
{
    const char *a = a_bytes, *b = b_bytes;
    struct quire_time_parts a_parts, b_parts;
    (void)unused;
    if ((is_plain(a, a_size) && is_plain(b, b_size)) || (is_date(a, a_size) && is_date(b, b_size)))
        return compare_bytes(a, a_size, b, b_size);
    bool a_is = quire_sql_time_parse(a, (size_t)a_size, &a_parts);
    bool b_is = quire_sql_time_parse(b, (size_t)b_size, &b_parts);
    if (a_is && b_is)
        return compare_instants(quire_sql_instant(&a_parts), quire_sql_instant(&b_parts));
    if (a_is != b_is) return a_is ? -1 : 1;
    return compare_bytes(a, a_size, b, b_size);
}
