/* Arrow's format strings (CDataInterface.rst, "Data type description"). */
#ifndef QUIRE_DATA_FIELD_FORMAT_H
#define QUIRE_DATA_FIELD_FORMAT_H

#include "data/field.h"

/* Decimal scales beyond this have no use; text has room for them
 * (QUIRE_DECIMAL_SCALE_MAX). */
#define QUIRE_FIELD_SCALE_MAX 127

/* Whether a zone's name, in any case, stands for UTC. */
bool quire_field_zone_is_utc(const char *zone);

/* Sets kind, width, unit, precision, scale and zone (borrowed from format) of a
 * field. False when format is not one of a known type. */
bool quire_field_parse_format(const char *format, struct quire_field *field);

/* Digits that a decimal of so many bytes can hold (9, 18, 38, 76); 0 for other widths. */
int32_t quire_field_decimal_digits(int32_t width);

/* The type ids of a union's format: how many, or -1 when they are malformed.
 * ids (may be NULL) needs room for 128. */
int quire_field_union_ids(const char *format, int32_t *ids);

#endif
