/* Which record of its file a row is, for what is set apart: rows that break rules and records that
 * could not be read have one count. */
#ifndef QUIRE_CLI_RECORD_NUMBERS_H
#define QUIRE_CLI_RECORD_NUMBERS_H

#include "quire/file.h"

/* Zeroed memory but for the first four, which are borrowed. */
struct quire_cli_record_numbers {
    struct quire_rejects *rejects;
    const struct quire_record_counts *counts; /* of the rows that are read */
    char *const *names;                       /* of the files */
    bool filtered;                            /* rows were left out: which is which is not known */
    int64_t file, rows;                       /* what counts said at the last record set apart */
    int64_t before;                           /* records of the file set apart before those */
    int64_t *records;                         /* those since */
    size_t records_size, records_capacity;
};

void quire_cli_record_numbers_release(struct quire_cli_record_numbers *numbers);

/* For struct quire_record_policy: a record that could not be read. */
int quire_cli_reject_record(void *numbers, const struct quire_reject *reject,
                            struct quire_error *error);
/* For struct quire_quality_options: a row of the batch delivered last, numbered among all that
 * were delivered. */
int quire_cli_reject_row(void *numbers, const struct quire_reject *reject,
                         struct quire_error *error);

#endif
