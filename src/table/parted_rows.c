/* Rows are held as they come until a share of the budget is taken; then they are put aside,
 * partition by partition, and at the end each partition's rows are read back and written. So there
 * is one encoder at a time, each partition has one file, and no input is too mixed. Two exceptions:
 * while most rows are of one partition, as when the input is in its order, these go to its file at
 * once; and when much has been put aside, the files of it are written, and more rows make others.
 */
#include "table/rows/parted_rows.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"

#define OPERATION "write table"

/* Rows held: a share of the budget. */
#define HELD_SHARE 16
#define HELD_LEAST ((size_t)128 << 10)
#define HELD_MOST  ((size_t)32 << 20)
/* Rows that are taken over between two looks at the memory. */
#define SLICE_ROWS 256
/* What is moved at once: a share of what is held. */
#define MOVED_SHARE 8
#define MOVED_ROWS  65536
/* What the file that is written may hold: a share of the budget. */
#define WRITING_SHARE 4
/* Bytes put aside after which files are written. */
#define SPILL_MOST ((int64_t)4 << 30)

#define NO_LEADER SIZE_MAX

static size_t partitions_size(const struct quire_parted_rows *rows)
{
    return quire_row_partitions_size(rows->partitions);
}

/* Of a partition that was there when rows were last put in order. */
static struct quire_buf *segments_of(const struct quire_parted_rows *rows, size_t partition)
{
    return (struct quire_buf *)(void *)rows->segments.data + partition;
}

static void charge(struct quire_parted_rows *rows)
{
    size_t bytes = quire_column_memory(rows->held) + quire_column_memory(rows->moved) +
                   rows->numbers.capacity + rows->order.capacity + rows->ends.capacity +
                   rows->segments.capacity + quire_row_spill_memory(&rows->spill) +
                   quire_row_partitions_memory(rows->partitions);
    for (size_t i = 0; i < rows->segments.size / sizeof(struct quire_buf); i++)
        bytes += segments_of(rows, i)->capacity;
    quire_budget_return(&rows->context->budget, rows->charged);
    quire_budget_force(&rows->context->budget, bytes);
    rows->charged = bytes;
}

int quire_parted_rows_open(struct quire_parted_rows *rows, struct quire_data_files *files,
                           const struct quire_row_partitions *partitions, struct quire_error *error)
{
    rows->files = files;
    rows->partitions = partitions;
    rows->context = files->context;
    quire_context_share(rows->context, WRITING_SHARE, &rows->writing);
    files->context = &rows->writing;
    rows->spill.url = files->options->url;
    rows->leader = NO_LEADER;
    rows->held_max = rows->context->budget.max / HELD_SHARE;
    if (rows->held_max == 0 || rows->held_max > HELD_MOST) rows->held_max = HELD_MOST;
    if (rows->held_max < HELD_LEAST) rows->held_max = HELD_LEAST;
    QUIRE_TRY(quire_column_new(files->fields, &rows->held, error));
    QUIRE_TRY(quire_column_new(files->fields, &rows->moved, error));
    QUIRE_TRY(quire_view_new(files->fields, &rows->saved, error));
    return quire_view_new(files->fields, &rows->view, error);
}

/* --- The file that is written ---------------------------------------------------------------- */

/* Hands what was moved to the file. */
static int feed(struct quire_parted_rows *rows, struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    if (rows->moved->length == 0) return 0;
    QUIRE_TRY(quire_column_finish(rows->moved, &batch, error));
    int code = quire_writer_write(rows->file.writer, &batch, error);
    /* Rows of a file are not those that came. */
    if (code != 0 && error != NULL) error->row = QUIRE_NOWHERE;
    return code;
}

/* Writes what was put aside of a partition to its file. */
static int feed_segments(struct quire_parted_rows *rows, size_t partition,
                         struct quire_error *error)
{
    struct quire_buf *list = segments_of(rows, partition);
    const struct quire_row_segment *segments =
        (const struct quire_row_segment *)(const void *)list->data;
    size_t bytes = 0;
    for (size_t i = 0; i < list->size / sizeof(*segments); i++) {
        QUIRE_TRY(quire_row_spill_get(&rows->spill, &segments[i], rows->saved, error));
        int code = quire_column_append_view(rows->moved, rows->saved, 0, rows->saved->length);
        if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a file do not fit");
        bytes += segments[i].size;
        if (rows->moved->length < MOVED_ROWS && bytes < rows->held_max / MOVED_SHARE) continue;
        QUIRE_TRY(feed(rows, error));
        bytes = 0;
    }
    quire_buf_release(list);
    return feed(rows, error);
}

static int end_leader(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (rows->leader == NO_LEADER) return 0;
    const struct quire_row_partition *partition =
        quire_row_partitions_at(rows->partitions, rows->leader);
    rows->leader = NO_LEADER;
    return quire_data_file_end(rows->files, &partition->values, &rows->file, error);
}

static int begin_leader(struct quire_parted_rows *rows, size_t partition, struct quire_error *error)
{
    if (rows->leader == partition) return 0;
    QUIRE_TRY(end_leader(rows, error));
    const struct quire_row_partition *named = quire_row_partitions_at(rows->partitions, partition);
    QUIRE_TRY(quire_data_file_begin(rows->files, &named->folder, &rows->file, error));
    rows->leader = partition;
    return feed_segments(rows, partition, error);
}

/* --- Rows by partition ----------------------------------------------------------------------- */

/* A list of segments for each partition that has come. */
static int make_lists(struct quire_parted_rows *rows)
{
    static const struct quire_buf none = {0};
    size_t size = rows->segments.size / sizeof(none);
    for (; size < partitions_size(rows); size++)
        QUIRE_TRY(quire_buf_append(&rows->segments, &none, sizeof(none)));
    return 0;
}

/* Finds the order of n rows from first on by partition, by counting. */
static int order_rows(struct quire_parted_rows *rows, const uint32_t *numbers, size_t first,
                      size_t n)
{
    size_t size = partitions_size(rows), start = 0;
    QUIRE_TRY(make_lists(rows));
    QUIRE_TRY(quire_buf_reserve(&rows->ends, (size + 1) * sizeof(size_t)));
    QUIRE_TRY(quire_buf_reserve(&rows->order, (n + 1) * sizeof(struct quire_row_ref)));
    size_t *ends = (size_t *)(void *)rows->ends.data;
    struct quire_row_ref *order = (struct quire_row_ref *)(void *)rows->order.data;
    memset(ends, 0, size * sizeof(*ends));
    for (size_t i = 0; i < n; i++)
        ends[numbers[i]]++;
    for (size_t i = 0; i < size; i++) {
        size_t count = ends[i];
        ends[i] = start;
        start += count;
    }
    for (size_t i = 0; i < n; i++)
        order[ends[numbers[i]]++] = (struct quire_row_ref){0, (uint32_t)(first + i)};
    return 0;
}

static int order_held(struct quire_parted_rows *rows, struct quire_error *error)
{
    size_t n = (size_t)rows->held->length;
    if (order_rows(rows, (const uint32_t *)(const void *)rows->numbers.data, 0, n) != 0)
        return quire_fail_memory(error, OPERATION);
    if (n > 0) rows->row_bytes = quire_column_memory(rows->held) / n + 1;
    quire_view_column(rows->view, rows->held);
    return 0;
}

/* Where rows of a partition begin and end in their order. */
static size_t rows_of(const struct quire_parted_rows *rows, size_t partition,
                      const struct quire_row_ref **order)
{
    const size_t *ends = (const size_t *)(const void *)rows->ends.data;
    size_t start = partition > 0 ? ends[partition - 1] : 0;
    *order = (const struct quire_row_ref *)(const void *)rows->order.data + start;
    return ends[partition] - start;
}

static int put_aside(struct quire_parted_rows *rows, size_t partition, struct quire_error *error)
{
    struct quire_row_segment segment;
    QUIRE_TRY(quire_row_spill_put(&rows->spill, rows->moved, &segment, error));
    quire_column_clear(rows->moved);
    if (quire_buf_append(segments_of(rows, partition), &segment, sizeof(segment)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Moves the rows of a partition to its file, or puts them aside. */
static int move_rows(struct quire_parted_rows *rows, const struct quire_view *view,
                     size_t partition, struct quire_error *error)
{
    const struct quire_row_ref *order = NULL;
    size_t n = rows_of(rows, partition, &order);
    size_t most = rows->held_max / MOVED_SHARE / (rows->row_bytes + 1) + 1;
    for (size_t start = 0; start < n; start += most) {
        size_t size = n - start < most ? n - start : most;
        int code = quire_column_gather(rows->moved, &view, 1, order + start, size);
        if (code != 0)
            return quire_fail(error, code, OPERATION, "the rows of a partition do not fit");
        QUIRE_TRY(rows->leader == partition ? feed(rows, error)
                                            : put_aside(rows, partition, error));
    }
    return 0;
}

static void drop_held(struct quire_parted_rows *rows)
{
    quire_column_clear(rows->held);
    quire_buf_clear(&rows->numbers);
}

/* The partition that three quarters of n rows in order are of, or none. */
static size_t find_leader(const struct quire_parted_rows *rows, size_t n)
{
    const struct quire_row_ref *order = NULL;
    for (size_t i = 0; i < partitions_size(rows); i++)
        if (rows_of(rows, i, &order) >= n / 4 * 3 + 1) return i;
    return NO_LEADER;
}

/* Writes the file of what was put aside and is held of a partition. */
static int write_file(struct quire_parted_rows *rows, size_t partition, struct quire_error *error)
{
    const struct quire_row_ref *order = NULL;
    bool held = rows->held->length > 0 && rows_of(rows, partition, &order) > 0;
    if (!held && rows->leader != partition && segments_of(rows, partition)->size == 0) return 0;
    QUIRE_TRY(begin_leader(rows, partition, error));
    if (held) QUIRE_TRY(move_rows(rows, rows->view, partition, error));
    charge(rows);
    return end_leader(rows, error);
}

/* Writes all files. The rows that are held are in order. */
static int write_files(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (rows->leader != NO_LEADER) QUIRE_TRY(write_file(rows, rows->leader, error));
    for (size_t i = 0; i < partitions_size(rows); i++)
        QUIRE_TRY(write_file(rows, i, error));
    drop_held(rows);
    return quire_row_spill_clear(&rows->spill, error);
}

/* Nothing is held. */
static int write_if_due(struct quire_parted_rows *rows, struct quire_error *error)
{
    return quire_row_spill_size(&rows->spill) >= SPILL_MOST ? write_files(rows, error) : 0;
}

/* Moves n rows in order to where they wait. */
static int move_all(struct quire_parted_rows *rows, const struct quire_view *view, size_t n,
                    struct quire_error *error)
{
    size_t leader = find_leader(rows, n);
    QUIRE_TRY(quire_context_check(rows->context, error));
    size_t before = rows->leader;
    if (before != NO_LEADER) QUIRE_TRY(move_rows(rows, view, before, error));
    if (leader != NO_LEADER) QUIRE_TRY(begin_leader(rows, leader, error));
    for (size_t i = 0; i < partitions_size(rows); i++)
        if (i != before) QUIRE_TRY(move_rows(rows, view, i, error));
    return 0;
}

/* Makes room for more rows. */
static int drain(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (rows->held->length == 0) return 0;
    QUIRE_TRY(order_held(rows, error));
    QUIRE_TRY(move_all(rows, rows->view, (size_t)rows->held->length, error));
    drop_held(rows);
    return write_if_due(rows, error);
}

/* --- The face ------------------------------------------------------------------------------- */

static int hold_slice(struct quire_parted_rows *rows, const struct quire_view *view, int64_t start,
                      int64_t count, const uint32_t *numbers, struct quire_error *error)
{
    int code = quire_column_append_view(rows->held, view, start, count);
    if (code == QUIRE_LIMIT && rows->held->length > 0) { /* long texts */
        QUIRE_TRY(drain(rows, error));
        code = quire_column_append_view(rows->held, view, start, count);
    }
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a batch do not fit");
    if (quire_buf_append(&rows->numbers, numbers, (size_t)count * sizeof(*numbers)) != 0)
        return quire_fail_memory(error, OPERATION);
    size_t bytes = quire_column_memory(rows->held) + rows->numbers.capacity * 3;
    return bytes >= rows->held_max ? drain(rows, error) : 0;
}

/* Whether rows need not be held before they are moved: it is known by now that not all can be, and
 * they are as many as would be. */
static bool are_many(const struct quire_parted_rows *rows, size_t n)
{
    return rows->row_bytes > 0 && n > rows->held_max / 2 / rows->row_bytes;
}

static int move_many(struct quire_parted_rows *rows, const struct quire_view *view, int64_t first,
                     int64_t n, const uint32_t *numbers, struct quire_error *error)
{
    QUIRE_TRY(drain(rows, error));
    if (order_rows(rows, numbers, (size_t)first, (size_t)n) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(move_all(rows, view, (size_t)n, error));
    return write_if_due(rows, error);
}

static int hold_all(struct quire_parted_rows *rows, const struct quire_view *view, int64_t first,
                    int64_t n, const uint32_t *numbers, struct quire_error *error)
{
    for (int64_t done = 0; done < n; done += SLICE_ROWS) {
        int64_t count = n - done < SLICE_ROWS ? n - done : SLICE_ROWS;
        QUIRE_TRY(hold_slice(rows, view, first + done, count, numbers + done, error));
    }
    return 0;
}

int quire_parted_rows_add(struct quire_parted_rows *rows, const struct quire_view *view,
                          int64_t first, int64_t n, const uint32_t *numbers,
                          struct quire_error *error)
{
    QUIRE_TRY(are_many(rows, (size_t)n) ? move_many(rows, view, first, n, numbers, error)
                                        : hold_all(rows, view, first, n, numbers, error));
    charge(rows);
    return 0;
}

/* Where rows were put aside, those that are held are too, which leaves the memory to encoders. */
int quire_parted_rows_finish(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (quire_row_spill_size(&rows->spill) > 0) {
        QUIRE_TRY(drain(rows, error));
        quire_column_free(rows->held);
        rows->held = NULL;
        QUIRE_TRY(quire_column_new(rows->files->fields, &rows->held, error));
        charge(rows);
    } else {
        QUIRE_TRY(order_held(rows, error));
    }
    QUIRE_TRY(write_files(rows, error));
    rows->row_bytes = 0; /* all can be held again */
    return 0;
}

void quire_parted_rows_close(struct quire_parted_rows *rows)
{
    if (rows->files == NULL) return;
    quire_data_file_release(&rows->file);
    quire_budget_return(&rows->context->budget, rows->charged);
    for (size_t i = 0; i < rows->segments.size / sizeof(struct quire_buf); i++)
        quire_buf_release(segments_of(rows, i));
    quire_buf_release(&rows->segments);
    quire_row_spill_release(&rows->spill);
    quire_buf_release(&rows->numbers);
    quire_buf_release(&rows->order);
    quire_buf_release(&rows->ends);
    quire_column_free(rows->held);
    quire_column_free(rows->moved);
    quire_view_free(rows->view);
    quire_view_free(rows->saved);
}
