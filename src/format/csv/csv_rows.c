/* Records as rows of equally many fields.
 *
 * Where every record has the right number of fields, the index is its own layout.
 * Only else is each record looked at: empty lines and comments fall out, short
 * ones are padded with empty fields, wrong ones are refused. */
#include "base/fail.h"
#include "format/csv/csv_parse.h"

static const uint32_t *entries_of(const struct quire_csv_index *index)
{
    return (const uint32_t *)(const void *)index->ends.data;
}

/* True when every record of the index has `fields` fields. */
static bool is_regular(const struct quire_csv_parsing *parsing)
{
    const struct quire_csv_index *index = &parsing->scratch->index;
    const uint32_t *entries = entries_of(index);
    size_t fields = parsing->reader->fields, rows = index->records;
    if (parsing->reader->marks.comment >= 0 || index->size != rows * fields) return false;
    if (rows == 0) return true;
    size_t wrong = 0;
    for (size_t row = 1; row < rows; row++)
        wrong += parsing->chunk->bytes[entries[row * fields]] != '\n';
    uint32_t last = entries[rows * fields];
    return wrong == 0 && (last == parsing->chunk->size || parsing->chunk->bytes[last] == '\n');
}

static int push(struct quire_buf *buf, uint32_t value)
{
    return quire_buf_append(buf, &value, sizeof(value));
}

int quire_csv_fail_count(const struct quire_csv_parsing *parsing, size_t fields, size_t record,
                         size_t start, struct quire_error *error)
{
    size_t expected = parsing->reader->fields;
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "a record has %zu field%s, not %zu", fields,
               fields == 1 ? "" : "s", expected);
    quire_error_at(error, (int64_t)record, NULL, (int64_t)start);
    quire_error_hint(error, fields < expected
                                ? "ragged=pad fills up with nulls"
                                : "is the delimiter right, and is a field that holds it quoted? "
                                  "--rejects sets such records apart");
    return QUIRE_INPUT;
}

static int refuse_count(struct quire_csv_parsing *parsing, uint32_t start, uint32_t end,
                        size_t fields, size_t rows)
{
    const struct quire_csv_reader *reader = parsing->reader;
    size_t record = parsing->layout.records_size;
    if (reader->policy.on_bad == QUIRE_ON_BAD_REJECT) {
        struct quire_csv_refusal refusal = {
            .record = (uint32_t)record,
            .start = start,
            .size = end - start,
            .source = UINT32_MAX,
            .fields = (uint32_t)fields,
        };
        return quire_buf_append(&parsing->scratch->refusals, &refusal, sizeof(refusal));
    }
    parsing->limit = rows;
    parsing->code = quire_csv_fail_count(parsing, fields, record, start, parsing->error);
    return QUIRE_CSV_STOP;
}

/* Adds a row that begins at start, with `fields` fields that end at ends[0..). */
static int add_row(struct quire_csv_parsing *parsing, uint32_t start, const uint32_t *ends,
                   size_t fields)
{
    struct quire_csv_scratch *scratch = parsing->scratch;
    QUIRE_TRY(push(&scratch->records, (uint32_t)parsing->layout.records_size));
    QUIRE_TRY(push(&scratch->ends, start - 1));
    QUIRE_TRY(quire_buf_append(&scratch->ends, ends, fields * sizeof(*ends)));
    if (fields == parsing->reader->fields) return 0;
    size_t first = fields > 1 ? ends[fields - 2] + 1 : start;
    uint32_t end = (uint32_t)quire_csv_trim_cr(&parsing->reader->marks, parsing->chunk->bytes,
                                               first, ends[fields - 1]);
    memcpy(quire_buf_end(&scratch->ends) - sizeof(end), &end, sizeof(end));
    for (size_t i = fields; i < parsing->reader->fields; i++)
        QUIRE_TRY(push(&scratch->ends, ++end));
    return 0;
}

/* One record; `fields` of them end at ends[0..). */
static int lay_out_record(struct quire_csv_parsing *parsing, uint32_t start, const uint32_t *ends,
                          size_t fields, size_t *rows)
{
    const struct quire_csv_reader *reader = parsing->reader;
    const uint8_t *bytes = parsing->chunk->bytes;
    uint32_t end = ends[fields - 1];
    if (end > start && bytes[start] == reader->marks.comment) return 0;
    bool empty = fields == 1 && quire_csv_trim_cr(&reader->marks, bytes, start, end) == start;
    if (empty && reader->fields > 1) return 0;
    bool padded = fields < reader->fields && reader->options.ragged == QUIRE_CSV_RAGGED_PAD;
    int code;
    if (fields == reader->fields || padded) {
        code = add_row(parsing, start, ends, fields);
        (*rows)++;
    } else {
        code = refuse_count(parsing, start, end, fields, *rows);
    }
    parsing->layout.records_size++;
    return code;
}

int quire_csv_lay_out(struct quire_csv_parsing *parsing)
{
    struct quire_csv_scratch *scratch = parsing->scratch;
    const uint32_t *entries = entries_of(&scratch->index);
    struct quire_csv_layout *layout = &parsing->layout;
    quire_buf_clear(&scratch->refusals);
    *layout = (struct quire_csv_layout){entries, parsing->reader->fields, scratch->index.records,
                                        NULL, scratch->index.records};
    parsing->limit = layout->rows;
    if (is_regular(parsing)) return 0;
    quire_buf_clear(&scratch->ends);
    quire_buf_clear(&scratch->records);
    size_t rows = 0, first = 1;
    layout->records_size = 0;
    int code = 0;
    for (size_t i = 1; i <= scratch->index.size && code == 0; i++) {
        if (entries[i] < parsing->chunk->size && parsing->chunk->bytes[entries[i]] != '\n')
            continue;
        code =
            lay_out_record(parsing, entries[first - 1] + 1, entries + first, i - first + 1, &rows);
        first = i + 1;
    }
    if (code < 0) return code;
    layout->ends = (const uint32_t *)(const void *)scratch->ends.data;
    layout->stride = parsing->reader->fields + 1;
    layout->rows = rows;
    layout->records = (const uint32_t *)(const void *)scratch->records.data;
    parsing->limit = rows;
    return 0;
}

int quire_csv_drop_refused(struct quire_csv_parsing *parsing)
{
    struct quire_csv_scratch *scratch = parsing->scratch;
    const struct quire_csv_layout old = parsing->layout;
    const uint32_t *verdicts = (const uint32_t *)(const void *)scratch->verdicts.data;
    struct quire_buf ends = {0}, records = {0};
    size_t fields = parsing->reader->fields, rows = 0;
    int code = 0;
    for (size_t row = 0; row < old.rows && code == 0; row++) {
        if (verdicts[row] != 0) continue;
        code = push(&records, (uint32_t)quire_csv_record_of(parsing, row));
        if (code == 0)
            code = quire_buf_append(&ends, old.ends + row * old.stride,
                                    (fields + 1) * sizeof(*old.ends));
        rows++;
    }
    quire_buf_release(&scratch->ends);
    quire_buf_release(&scratch->records);
    scratch->ends = ends;
    scratch->records = records;
    parsing->layout.ends = (const uint32_t *)(const void *)ends.data;
    parsing->layout.stride = fields + 1;
    parsing->layout.rows = rows;
    parsing->layout.records = (const uint32_t *)(const void *)records.data;
    parsing->limit = rows;
    return code;
}
