/* Whole numbers in any form that JSON has for them: 5, 5.0, 50e-1. They are never doubles, which
 * have no place for 64 bits. */
#include "runlog/model/model.h"

#define EXPONENT_MAX 100000

/* Behind the digits: "e", a sign, digits. What is beyond is as good as the bound. */
static int64_t read_exponent(const char *text)
{
    int64_t value = 0;
    if (*text != 'e' && *text != 'E') return 0;
    bool negative = *++text == '-';
    if (*text == '-' || *text == '+') text++;
    for (; *text != '\0'; text++)
        if (value < EXPONENT_MAX) value = value * 10 + (*text - '0');
    return negative ? -value : value;
}

/* value * 10 + digit */
static bool push_digit(int64_t *value, int digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, digit, value);
}

bool quire_model_whole(const char *text, int64_t *value)
{
    bool negative = *text == '-', fraction = false;
    int64_t result = 0, places = 0; /* of the digits, those that are left of the point */
    const char *at = text + negative;
    for (; *at == '.' || (*at >= '0' && *at <= '9'); at++) {
        fraction = fraction || *at == '.';
        places += !fraction;
    }
    places += read_exponent(at);
    for (at = text + negative; *at == '.' || (*at >= '0' && *at <= '9'); at++) {
        if (*at == '.') continue;
        if (places <= 0 && *at != '0') return false;
        if (places-- > 0 && !push_digit(&result, *at - '0')) return false;
    }
    for (; places > 0 && result != 0; places--)
        if (!push_digit(&result, 0)) return false;
    *value = negative ? -result : result;
    return true;
}
