/* Private to checking: the log of a table, as its files are listed. */
#ifndef QUIRE_TABLE_FSCK_LOG_H
#define QUIRE_TABLE_FSCK_LOG_H

#include "base/buf.h"
#include "quire/table_upkeep.h"
#include "table/table_place.h"

#define QUIRE_FSCK_OPERATION "fsck"

/* Begins zeroed. */
struct quire_fsck_log {
    int64_t newest;        /* commit; -1: none */
    int64_t checksum;      /* version of the newest checksum; -1: none */
    struct quire_buf gaps; /* int64_t: versions between others that have no commit */
};

/* Gaps are told up to QUIRE_FSCK_GAPS_MAX. */
#define QUIRE_FSCK_GAPS_MAX 10000

int quire_fsck_log_list(const struct quire_table_place *place, struct quire_fsck_log *log,
                        struct quire_error *error);
void quire_fsck_log_release(struct quire_fsck_log *log);

#endif
