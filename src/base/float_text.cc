/* Dragonbox and fast_float behind C functions.
 *
 * Both are headers. Nothing here may need the C++ runtime: no exceptions, no
 * allocation, no static objects with constructors; the library links as C. */
#include "base/float_text.h"

#include <dragonbox/dragonbox.h>
#include <fast_float/fast_float.h>

template <typename Float> static inline quire_float_digits shortest(Float value)
{
    namespace policy = jkj::dragonbox::policy;
    auto decimal = jkj::dragonbox::to_decimal(value, policy::sign::ignore,
                                              policy::trailing_zero::remove, policy::cache::full);
    return {decimal.significand, decimal.exponent};
}

template <typename Float>
static inline bool parse(const char *first, const char *last, Float *value)
{
    Float result;
    auto answer = fast_float::from_chars(first, last, result);
    /* Out of range is an answer too: newer versions report what older ones only return. */
    if (answer.ptr != last || answer.ec == std::errc::invalid_argument) return false;
    /* "nan(chars)" is C, not a number as people write it. */
    if (last[-1] == ')') return false;
    *value = result;
    return true;
}

quire_float_digits quire_float_shortest64(double value)
{
    return shortest(value);
}

quire_float_digits quire_float_shortest32(float value)
{
    return shortest(value);
}

bool quire_float_parse64(const char *first, const char *last, double *value)
{
    return parse(first, last, value);
}

bool quire_float_parse32(const char *first, const char *last, float *value)
{
    return parse(first, last, value);
}
