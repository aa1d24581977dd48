#include "runlog/rows/rate_digits.h"

#include <math.h>

#include "base/number.h"

uint64_t quire_rate_digits(double number, int *exponent)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    const char *end = quire_number_format_f64(fabs(number), text);
    uint64_t digits = 0;
    int64_t power = 0;
    bool fraction = false;
    *exponent = 0;
    for (const char *at = text; at < end; at++) {
        if (*at == 'e') {
            if (quire_number_parse_i64(at + 1, (size_t)(end - at - 1), &power, NULL))
                *exponent += (int)power;
            break;
        }
        if (*at == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (uint64_t)(*at - '0');
        *exponent -= fraction;
    }
    return digits;
}

double quire_rate_unit(double number)
{
    int exponent = 0;
    uint64_t digits = quire_rate_digits(number, &exponent);
    while (digits != 0 && digits % 10 == 0 && exponent < 0) {
        digits /= 10;
        exponent++;
    }
    return digits == 0 || exponent >= 0 ? 1 : pow(10, exponent);
}
