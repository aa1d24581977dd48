/* Scalars as Ion text, appended to a buffer. All return 0 or QUIRE_MEMORY. */
#ifndef QUIRE_FORMAT_ION_TEXT_PUT_H
#define QUIRE_FORMAT_ION_TEXT_PUT_H

#include "base/buf.h"
#include "format/ion/ion_value.h"

/* Room for an escape and a quote behind what stands for itself. */
int quire_ion_put_string(struct quire_buf *out, const uint8_t *text, size_t size);
/* In quotes only where it must be. */
int quire_ion_put_symbol(struct quire_buf *out, const char *text, size_t size);
int quire_ion_put_blob(struct quire_buf *out, const uint8_t *bytes, size_t size);
int quire_ion_put_clob(struct quire_buf *out, const uint8_t *bytes, size_t size);
int quire_ion_put_number(struct quire_buf *out, const struct quire_ion_number *number);
int quire_ion_put_decimal(struct quire_buf *out, const struct quire_ion_decimal *decimal);

/* Into QUIRE_ION_FLOAT_TEXT_MAX reserved bytes; return the end. */
#define QUIRE_ION_FLOAT_TEXT_MAX 48
char *quire_ion_format_f64(double value, char *out);
char *quire_ion_format_f32(float value, char *out);

#endif
