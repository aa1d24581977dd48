/* Private to sql: the value at a place among others, for medians and percentiles. */
#ifndef QUIRE_SQL_QUICKSELECT_H
#define QUIRE_SQL_QUICKSELECT_H

#include <stddef.h>

/* Of some numbers that are none of them NaN, which it puts in another order: the one at a place,
 * were they sorted; where that lies between two, as far between them. No memory is taken. */
double quire_sql_place(double *items, size_t size, double place);

#endif
