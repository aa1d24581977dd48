/* Records that are set apart are told of before the batch that has the others of their part of the
 * file, and rows are asked about while their batch is the last: only the records of one part are
 * kept. */
#include "record_numbers.h"

#include "cli.h"

void quire_cli_record_numbers_release(struct quire_cli_record_numbers *numbers)
{
    quire_free(numbers->records);
    numbers->records = NULL;
}

/* Another file, or another part of it: what was kept is only counted any more. */
static void go_on(struct quire_cli_record_numbers *numbers)
{
    const struct quire_record_counts *counts = numbers->counts;
    bool same_file = numbers->file == counts->file;
    if (same_file && numbers->rows == counts->rows) return;
    numbers->before = same_file ? numbers->before + (int64_t)numbers->records_size : 0;
    numbers->records_size = 0;
    numbers->file = counts->file;
    numbers->rows = counts->rows;
}

int quire_cli_reject_record(void *user, const struct quire_reject *reject,
                            struct quire_error *error)
{
    struct quire_cli_record_numbers *numbers = user;
    go_on(numbers);
    if (numbers->records_size == numbers->records_capacity) {
        size_t capacity = numbers->records_capacity * 2 + 64;
        int64_t *grown = quire_realloc(numbers->records, capacity * sizeof(*grown));
        if (grown == NULL) return quire_cli_fail_memory(error);
        numbers->records = grown;
        numbers->records_capacity = capacity;
    }
    numbers->records[numbers->records_size++] = reject->error->row;
    return quire_rejects_take(numbers->rejects, reject, error);
}

/* The record that the row with this number among those of its file is. */
static int64_t record_of(const struct quire_cli_record_numbers *numbers, int64_t row)
{
    if (numbers->file != numbers->counts->file) return row; /* none of this file was set apart */
    int64_t record = row + numbers->before;
    for (size_t i = 0; i < numbers->records_size && numbers->records[i] <= record; i++)
        record++;
    return record;
}

int quire_cli_reject_row(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    const struct quire_cli_record_numbers *numbers = user;
    struct quire_error told = *reject->error;
    struct quire_reject record = *reject;
    record.error = &told;
    told.row = numbers->filtered ? QUIRE_NOWHERE
                                 : record_of(numbers, told.row - numbers->counts->file_first);
    if (!numbers->filtered)
        snprintf(told.path, sizeof(told.path), "%s", numbers->names[numbers->counts->file]);
    return quire_rejects_take(numbers->rejects, &record, error);
}
