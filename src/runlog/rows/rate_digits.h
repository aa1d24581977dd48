/* Private to runlog: numbers as the decimals that they were written as, which a double's shortest
 * text is. */
#ifndef QUIRE_RUNLOG_RATE_DIGITS_H
#define QUIRE_RUNLOG_RATE_DIGITS_H

#include <stdint.h>

/* A number, without its sign, is the digits * 10^exponent. */
uint64_t quire_rate_digits(double number, int *exponent);

/* What the last digit of a number stands for: 1 of whole ones, 0.01 of 2.25. */
double quire_rate_unit(double number);

#endif
