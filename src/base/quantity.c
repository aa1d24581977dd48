/* Sizes and durations as people write them in options: "1.5 MiB", "250ms".
 *
 * The number is an unsigned decimal of at most 18 digits in all, so that the
 * product with a unit is exact in 128 bits. */
#include <string.h>

#include "base/digits.h"
#include "base/number.h"

#define QUANTITY_DIGITS_MAX 18

/* digits × 10^-decimals, and where the unit starts. */
struct quantity {
    uint64_t digits;
    int decimals;
    const char *unit;
    size_t unit_size;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_quantity(const char *text, size_t size, struct quantity *quantity)
{
    size_t i = 0;
    int count = 0;
    bool point = false;
    *quantity = (struct quantity){0};
    for (; i < size; i++) {
        if (text[i] == '.' && !point && count > 0) {
            point = true;
            continue;
        }
        if (!is_digit(text[i])) break;
        if (++count > QUANTITY_DIGITS_MAX) return false;
        quantity->digits = quantity->digits * 10 + (uint64_t)(text[i] - '0');
        quantity->decimals += point;
    }
    if (count == 0 || (point && quantity->decimals == 0)) return false;
    size_t number_end = i;
    while (i < size && text[i] == ' ')
        i++;
    if (i == size && i > number_end) return false;
    quantity->unit = text + i;
    quantity->unit_size = size - i;
    return true;
}

/* quantity × unit; false when it is not a whole number or passes int64. */
static bool multiply(const struct quantity *quantity, uint64_t unit, bool round, int64_t *result)
{
    quire_u128 product = (quire_u128)quantity->digits * unit;
    uint64_t divisor = quire_digits_power[quantity->decimals];
    if (!round && product % divisor != 0) return false;
    product /= divisor;
    if (product > INT64_MAX) return false;
    *result = (int64_t)product;
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool quire_number_parse_size(const char *text, size_t size, int64_t *bytes)
{
    static const char prefixes[] = "kmgtpe";
    struct quantity quantity;
    if (!parse_quantity(text, size, &quantity)) return false;
    const char *unit = quantity.unit;
    const char *end = unit + quantity.unit_size;
    unsigned shift = 0;
    const char *prefix = unit < end ? memchr(prefixes, lower(*unit), 6) : NULL;
    if (prefix != NULL) {
        shift = 10 * (unsigned)(prefix - prefixes + 1);
        unit++;
        if (end - unit == 2 && lower(*unit) == 'i') unit++;
    }
    if (unit < end && lower(*unit) == 'b') unit++;
    /* Parts of a prefixed unit are cut to whole bytes; parts of a byte are nonsense. */
    return unit == end && multiply(&quantity, UINT64_C(1) << shift, shift > 0, bytes);
}

bool quire_number_parse_duration(const char *text, size_t size, int64_t *milliseconds)
{
    static const struct {
        char name[3];
        uint32_t milliseconds;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    struct quantity quantity;
    if (!parse_quantity(text, size, &quantity)) return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strlen(units[i].name) == quantity.unit_size &&
            memcmp(units[i].name, quantity.unit, quantity.unit_size) == 0)
            return multiply(&quantity, units[i].milliseconds, false, milliseconds);
    }
    return false;
}
