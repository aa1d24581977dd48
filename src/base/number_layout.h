/* Private to base: where point, zeros and exponent of a shortest float text go. */
#ifndef QUIRE_BASE_NUMBER_LAYOUT_H
#define QUIRE_BASE_NUMBER_LAYOUT_H

#include <stdint.h>

/* digits × 10^exponent (1..17 digits, not zero) in the notation that
 * quire_number_format_f64 describes; out needs QUIRE_FLOAT_TEXT_MAX. */
char *quire_number_layout(uint64_t digits, int exponent, char *out);

#endif
