/* A block of binary records on their short way into columns. */
#ifndef QUIRE_FORMAT_ION_DIRECT_BLOCK_H
#define QUIRE_FORMAT_ION_DIRECT_BLOCK_H

#include "format/ion/ion_direct_value.h"

#define QUIRE_ION_RECORDS_MAX 256

struct quire_ion_records {
    int64_t rows; /* records that have gone this way so far, from the first on */
    bool absent;  /* a field may be missing: then it is null */
    /* Where the next field of a record is, and the record's end. */
    const uint8_t *at[QUIRE_ION_RECORDS_MAX], *end[QUIRE_ION_RECORDS_MAX];
};

/* Takes the next field of each of the block's records, if it is the lane's, as the rows from
 * `first` on, and returns before how many records one stands that is none for this way.
 * There are eight bytes before the first record. */
int64_t quire_ion_lane_take(const struct quire_ion_lane *lane, struct quire_ion_records *block,
                            int64_t first);

#endif
