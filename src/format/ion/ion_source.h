/* The values of a whole input, in windows of whole top-level values. */
#ifndef QUIRE_FORMAT_ION_SOURCE_H
#define QUIRE_FORMAT_ION_SOURCE_H

#include "format/ion/ion_reader.h"
#include "format/ion/ion_unicode.h"
#include "quire/stream.h"

struct quire_ion_source {
    struct quire_in *in; /* the input as UTF-8 or binary; owned */
    struct quire_ion_reader reader;
    struct quire_buf window; /* from `start` on not yet read */
    size_t start, value_bytes_max;
    int64_t offset; /* of start in the (converted) input */
    bool began, ended;
};

/* in and catalog (which may be NULL) are borrowed. A value may take value_bytes_max
 * bytes. Zero, or what a failed open left, is fine to release. */
int quire_ion_source_open(struct quire_ion_source *source, struct quire_in *in,
                          const struct quire_ion_catalog *catalog, size_t value_bytes_max,
                          struct quire_error *error);
void quire_ion_source_release(struct quire_ion_source *source);

/* As quire_ion_next; QUIRE_ION_NONE at the end of the input. */
int quire_ion_source_next(struct quire_ion_source *source, struct quire_ion_value *value,
                          struct quire_error *error);

#endif
