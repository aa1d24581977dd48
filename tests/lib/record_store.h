/* "record://<URL or path>": the store within, and a line of text per operation:
 *
 *     upload_begin out.csv
 *     upload_part out.csv 4096
 *     read_at out.csv 0+65536
 *     upload_commit out.csv NOT_FOUND        (the code, when it failed) */
#ifndef QUIRE_TESTS_RECORD_STORE_H
#define QUIRE_TESTS_RECORD_STORE_H

#include "quire/store.h"

extern const struct quire_store_ops record_store;

/* The lines since the last clear; valid until the next operation. */
const char *record_store_text(void);
void record_store_clear(void);

#endif
