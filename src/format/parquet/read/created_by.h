/* Who wrote a file (FileMetaData.created_by), as far as known defects of writers ask. */
#ifndef QUIRE_PARQUET_CREATED_BY_H
#define QUIRE_PARQUET_CREATED_BY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quire_created_by {
    char application[32]; /* lower case; "" when not known */
    uint32_t version[3];
    bool versioned;
};

/* "parquet-mr version 1.8.0-rc1 (build …)". What does not read so leaves the application, or
 * all, unknown. */
void quire_created_by_parse(const uint8_t *text, size_t size, struct quire_created_by *created_by);

bool quire_created_by_is(const struct quire_created_by *created_by, const char *application);
/* By this application in a version before the one given; a version that is not known is. */
bool quire_created_by_before(const struct quire_created_by *created_by, const char *application,
                             uint32_t major, uint32_t minor, uint32_t patch);

#endif
