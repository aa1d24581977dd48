/* Private to runlog: rows that wait, put at the end of the file where they belong. */
#ifndef QUIRE_RUNLOG_WRITE_REJECTS_PUT_H
#define QUIRE_RUNLOG_WRITE_REJECTS_PUT_H

#include "quire/file.h"

struct quire_rejects_put {
    const char *url;     /* of the file */
    const char *pending; /* of what waits, in the form of quire_rejects_open */
    const char *id;      /* of the write: what its rows have there as "write" */
    const struct quire_write_options *options; /* durability and context */
    const uint8_t *keep; /* a byte a row that waits; those of 0 are left out */
    int64_t count;       /* of them; what comes behind them is no row */
    bool again;          /* a write that was killed may have put some there */
};

/* QUIRE_CONFLICT where what waits was changed. Where it fails the file is as it was. */
int quire_rejects_put(const struct quire_rejects_put *put, struct quire_error *error);
/* What is told while nothing is written yet: a file that cannot be appended to. */
int quire_rejects_put_probe(const char *url, const struct quire_write_options *options,
                            struct quire_error *error);

#endif
