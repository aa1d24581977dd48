/* Numbers that are text, compared by value: signs, then whole digits, then the fraction. A text
 * with an exponent is written out first; one that is no number comes after all numbers. */
#include <string.h>

#include "base/number.h"
#include "sql/values/sql_value.h"

struct number {
    bool is_number, negative;
    const char *whole, *fraction;
    size_t whole_size, fraction_size;
    char written[QUIRE_FIXED_TEXT_MAX];
};

#define FRACTION_DIGITS 20

static bool split(struct number *number, const char *text, size_t size)
{
    size_t at = 0;
    number->negative = size > 0 && text[0] == '-';
    at += size > 0 && (text[0] == '-' || text[0] == '+');
    size_t start = at;
    while (at < size && text[at] >= '0' && text[at] <= '9')
        at++;
    number->whole = text + start;
    number->whole_size = at - start;
    bool any = at > start;
    if (at < size && text[at] == '.') {
        start = ++at;
        while (at < size && text[at] >= '0' && text[at] <= '9')
            at++;
        number->fraction = text + start;
        number->fraction_size = at - start;
        any = any || at > start;
    }
    while (number->whole_size > 0 && number->whole[0] == '0') {
        number->whole++;
        number->whole_size--;
    }
    while (number->fraction_size > 0 && number->fraction[number->fraction_size - 1] == '0')
        number->fraction_size--;
    if (number->whole_size == 0 && number->fraction_size == 0) number->negative = false;
    return any && at == size;
}

static void read_number(struct number *number, const char *text, size_t size)
{
    double value;
    number->fraction = "";
    number->fraction_size = 0;
    number->is_number = split(number, text, size);
    if (number->is_number || !quire_number_parse_f64(text, size, &value) || value - value != 0)
        return;
    char *end = quire_number_format_fixed(value, FRACTION_DIGITS, number->written);
    number->fraction_size = 0;
    number->is_number = split(number, number->written, (size_t)(end - number->written));
}

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

int quire_sql_number_compare(void *unused, int a_size, const void *a_text, int b_size,
                             const void *b_text)
{
    struct number a, b;
    (void)unused;
    read_number(&a, a_text, (size_t)a_size);
    read_number(&b, b_text, (size_t)b_size);
    if (a.is_number != b.is_number) return a.is_number ? -1 : 1;
    if (!a.is_number) return compare_bytes(a_text, (size_t)a_size, b_text, (size_t)b_size);
    if (a.negative != b.negative) return a.negative ? -1 : 1;
    int order = a.whole_size != b.whole_size ? (a.whole_size < b.whole_size ? -1 : 1)
                                             : memcmp(a.whole, b.whole, a.whole_size);
    if (order == 0) order = compare_bytes(a.fraction, a.fraction_size, b.fraction, b.fraction_size);
    return a.negative ? -order : order;
}
