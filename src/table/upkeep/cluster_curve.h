/* Private to table: places in a space of several columns as places on one line, such that what is
 * near on the line is near in the space. */
#ifndef QUIRE_TABLE_CLUSTER_CURVE_H
#define QUIRE_TABLE_CLUSTER_CURVE_H

#include <stddef.h>
#include <stdint.h>

#define QUIRE_CLUSTER_COLUMNS_MAX 8
#define QUIRE_CLUSTER_BITS        16 /* of a column's place */

enum quire_cluster_curve { QUIRE_CURVE_Z, QUIRE_CURVE_HILBERT };

/* Writes 2 × n bytes, which order as places on the line do. places is overwritten. */
void quire_cluster_curve(enum quire_cluster_curve curve, uint16_t *places, size_t n, uint8_t *out);

#endif
