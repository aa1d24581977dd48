/* Timestamps (spec.md, Timestamps; binary.md, 0x6). */
#ifndef QUIRE_FORMAT_ION_TIMESTAMP_H
#define QUIRE_FORMAT_ION_TIMESTAMP_H

#include "base/buf.h"
#include "format/ion/ion_value.h"

/* Is it a date and time that exists, of years 1 to 9999 in local time and in UTC? */
bool quire_ion_timestamp_valid(const struct quire_ion_timestamp *timestamp);

/* The same instant with its fields moved by minutes, for between local time and UTC.
 * False when it leaves the years 1 to 9999. */
bool quire_ion_timestamp_shift(struct quire_ion_timestamp *timestamp, int minutes);

/* Appends its text. 0 or QUIRE_MEMORY. */
int quire_ion_timestamp_print(const struct quire_ion_timestamp *timestamp, struct quire_buf *out);

#endif
