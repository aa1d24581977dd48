/* Rows are held as they come until a share of the budget is taken; what fits is written file by
 * file in the end. More rows go on to open files, partition by partition, as many of these as there
 * is memory for (open_files.h). Those of other partitions are put aside, and read back and written
 * in the end, so that each partition has one file and no input is too mixed. Two exceptions: when
 * rows come in the order of more partitions than can be open, the files that are open are ended for
 * the next one; and when much has been put aside, all files are written, and more rows make others.
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
#define HELD_OPEN  ((size_t)1 << 20)
/* Rows that are worth moving by themselves. */
#define MANY_ROWS 1024
/* Rows that are taken over between two looks at the memory. */
#define SLICE_ROWS 256
/* What is moved at once: a share of what is held. */
#define MOVED_SHARE 8
/* Bytes put aside after which files are written. */
#define SPILL_MOST ((int64_t)4 << 30)

/* Rows that tell an order: a share of what is held. */
#define LEADER_SHARE 4

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
                   rows->numbers.capacity + quire_row_order_memory(&rows->order) +
                   rows->segments.capacity + quire_row_spill_memory(&rows->spill) +
                   quire_row_partitions_memory(rows->partitions) +
                   quire_open_files_memory(&rows->open);
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
    rows->spill.url = files->options->url;
    rows->held_max = rows->context->budget.max / HELD_SHARE;
    if (rows->held_max == 0 || rows->held_max > HELD_MOST) rows->held_max = HELD_MOST;
    if (rows->held_max < HELD_LEAST) rows->held_max = HELD_LEAST;
    QUIRE_TRY(
        quire_open_files_init(&rows->open, files, partitions, rows->held_max / MOVED_SHARE, error));
    rows->leaders_only = rows->open.places == 1;
    QUIRE_TRY(quire_column_new(files->fields, &rows->held, error));
    QUIRE_TRY(quire_column_new(files->fields, &rows->moved, error));
    QUIRE_TRY(quire_view_new(files->fields, &rows->saved, error));
    return quire_view_new(files->fields, &rows->view, error);
}

/* --- Files ----------------------------------------------------------------------------------- */

/* Writes what was put aside of a partition to its file. */
static int feed_segments(struct quire_parted_rows *rows, struct quire_open_file *file,
                         struct quire_error *error)
{
    struct quire_buf *list = segments_of(rows, file->partition);
    const struct quire_row_segment *segments =
        (const struct quire_row_segment *)(const void *)list->data;
    for (size_t i = 0; i < list->size / sizeof(*segments); i++) {
        QUIRE_TRY(quire_row_spill_get(&rows->spill, &segments[i], rows->saved, error));
        QUIRE_TRY(quire_open_files_add_all(&rows->open, file, rows->saved, error));
    }
    quire_buf_release(list);
    return 0;
}

/* The open file of a partition, which it gets if it has none. */
static int open_file(struct quire_parted_rows *rows, size_t partition,
                     struct quire_open_file **file, struct quire_error *error)
{
    *file = quire_open_files_find(&rows->open, partition);
    if (*file != NULL) return 0;
    QUIRE_TRY(quire_open_files_begin(&rows->open, partition, file, error));
    return feed_segments(rows, *file, error);
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

static int order_rows(struct quire_parted_rows *rows, const uint32_t *numbers, size_t first,
                      size_t n, struct quire_error *error)
{
    if (make_lists(rows) != 0 ||
        quire_row_order_find(&rows->order, numbers, first, n, partitions_size(rows)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int order_held(struct quire_parted_rows *rows, struct quire_error *error)
{
    size_t n = (size_t)rows->held->length;
    QUIRE_TRY(order_rows(rows, (const uint32_t *)(const void *)rows->numbers.data, 0, n, error));
    if (n > 0) rows->row_bytes = quire_column_size(rows->held) / n + 1;
    quire_view_column(rows->view, rows->held);
    return 0;
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

/* Puts the rows of a partition that has no open file aside. */
static int put_rows_aside(struct quire_parted_rows *rows, const struct quire_view *view,
                          size_t partition, struct quire_error *error)
{
    const struct quire_row_ref *order = NULL;
    size_t n = quire_row_order_of(&rows->order, partition, &order);
    size_t most = rows->held_max / MOVED_SHARE / (rows->row_bytes + 1) + 1;
    for (size_t start = 0; start < n; start += most) {
        size_t size = n - start < most ? n - start : most;
        int code = quire_column_gather(rows->moved, &view, 1, order + start, size);
        if (code != 0)
            return quire_fail(error, code, OPERATION, "the rows of a partition do not fit");
        QUIRE_TRY(put_aside(rows, partition, error));
    }
    return 0;
}

static int add_to_file(struct quire_parted_rows *rows, const struct quire_view *view,
                       struct quire_open_file *file, struct quire_error *error)
{
    const struct quire_row_ref *order = NULL;
    size_t n = quire_row_order_of(&rows->order, file->partition, &order);
    if (n == 0) return 0;
    return quire_open_files_add(&rows->open, file, view, order, n, rows->row_bytes, error);
}

static void drop_held(struct quire_parted_rows *rows)
{
    quire_column_clear(rows->held);
    quire_buf_clear(&rows->numbers);
    rows->held_as_came = false;
    rows->came = 0;
}

/* The partition that most rows in order are of, or none; few rows have none. */
static size_t find_leader(const struct quire_parted_rows *rows, size_t n)
{
    if (n * rows->row_bytes < rows->held_max / LEADER_SHARE) return QUIRE_NO_PARTITION;
    return quire_row_order_leader(&rows->order, n);
}

/* The partition of most rows in order among those that have no open file, or none. */
static size_t find_largest(const struct quire_parted_rows *rows)
{
    size_t largest = QUIRE_NO_PARTITION, most = 0;
    for (size_t i = 0; i < rows->order.partitions; i++) {
        size_t n = quire_row_order_of(&rows->order, i, NULL);
        if (n <= most || quire_open_files_find(&rows->open, i) != NULL) continue;
        largest = i;
        most = n;
    }
    return largest;
}

/* Opens files for the rows that are in order. Those that are open make room for the one that most
 * rows are of: they come partition by partition then. */
static int open_files(struct quire_parted_rows *rows, size_t n, struct quire_error *error)
{
    struct quire_open_files *open = &rows->open;
    struct quire_open_file *file = NULL;
    size_t leader = find_leader(rows, n);
    if (leader != QUIRE_NO_PARTITION && open->size >= open->most &&
        quire_open_files_find(open, leader) == NULL) {
        QUIRE_TRY(quire_open_files_end_all(open, error));
        rows->leaders_only = true;
    }
    if (leader != QUIRE_NO_PARTITION) QUIRE_TRY(open_file(rows, leader, &file, error));
    while (!rows->leaders_only && open->size < open->most) {
        size_t partition = find_largest(rows);
        if (partition == QUIRE_NO_PARTITION) break;
        QUIRE_TRY(open_file(rows, partition, &file, error));
    }
    return 0;
}

/* Writes the file of what was put aside, or is held, of a partition that has no open file. */
static int write_file(struct quire_parted_rows *rows, size_t partition, struct quire_error *error)
{
    struct quire_open_file *file = NULL;
    bool held = rows->held->length > 0 && quire_row_order_of(&rows->order, partition, NULL) > 0;
    if (!held && segments_of(rows, partition)->size == 0) return 0;
    QUIRE_TRY(open_file(rows, partition, &file, error));
    if (held) QUIRE_TRY(add_to_file(rows, rows->view, file, error));
    charge(rows);
    return quire_open_files_end(&rows->open, file, error);
}

/* Ends the files that are open, and writes the others one after the other. Where rows are held they
 * are in order, and all there are. */
static int write_files(struct quire_parted_rows *rows, struct quire_error *error)
{
    QUIRE_TRY(quire_open_files_end_all(&rows->open, error));
    rows->open.alone = true;
    for (size_t i = 0; i < partitions_size(rows); i++)
        QUIRE_TRY(write_file(rows, i, error));
    rows->open.alone = false;
    drop_held(rows);
    return quire_row_spill_clear(&rows->spill, error);
}

/* Nothing is held. */
static int write_if_due(struct quire_parted_rows *rows, struct quire_error *error)
{
    return quire_row_spill_size(&rows->spill) >= SPILL_MOST ? write_files(rows, error) : 0;
}

/* Moves the rows in order, of n that came, to where they wait. */
static int move_all(struct quire_parted_rows *rows, const struct quire_view *view, size_t n,
                    struct quire_error *error)
{
    QUIRE_TRY(quire_context_check(rows->context, error));
    QUIRE_TRY(open_files(rows, n, error));
    for (size_t i = 0; i < partitions_size(rows); i++) {
        struct quire_open_file *file = quire_open_files_find(&rows->open, i);
        QUIRE_TRY(file != NULL ? add_to_file(rows, view, file, error)
                               : put_rows_aside(rows, view, i, error));
    }
    return quire_open_files_balance(&rows->open, error);
}

/* Makes room for more rows. */
static int drain(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (rows->held->length == 0) return 0;
    QUIRE_TRY(order_held(rows, error));
    QUIRE_TRY(move_all(rows, rows->view, rows->came, error));
    drop_held(rows);
    return write_if_due(rows, error);
}

/* Whether every row goes to an open file. */
static bool all_open(const struct quire_parted_rows *rows)
{
    return rows->open.size > 0 && rows->open.size == partitions_size(rows);
}

static size_t held_size(const struct quire_parted_rows *rows)
{
    return quire_column_size(rows->held) + rows->numbers.size * 3;
}

/* What is held goes on at once where it need not be put aside. */
static size_t held_most(const struct quire_parted_rows *rows)
{
    return all_open(rows) && rows->held_max > HELD_OPEN ? HELD_OPEN : rows->held_max;
}

/* --- The face ------------------------------------------------------------------------------- */

static void note_came(struct quire_parted_rows *rows, int64_t n)
{
    if (rows->held->length == 0) rows->came = 0;
    rows->came += (size_t)n;
}

static int hold_slice(struct quire_parted_rows *rows, const struct quire_view *view, int64_t start,
                      int64_t count, const uint32_t *numbers, struct quire_error *error)
{
    rows->held_as_came = true;
    note_came(rows, count);
    int code = quire_column_append_view(rows->held, view, start, count);
    if (code == QUIRE_LIMIT && rows->held->length > 0) { /* long texts */
        QUIRE_TRY(drain(rows, error));
        rows->held_as_came = true;
        rows->came = (size_t)count;
        code = quire_column_append_view(rows->held, view, start, count);
    }
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a batch do not fit");
    if (quire_buf_append(&rows->numbers, numbers, (size_t)count * sizeof(*numbers)) != 0)
        return quire_fail_memory(error, OPERATION);
    return held_size(rows) >= held_most(rows) ? drain(rows, error) : 0;
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
    QUIRE_TRY(order_rows(rows, numbers, (size_t)first, (size_t)n, error));
    QUIRE_TRY(move_all(rows, view, (size_t)n, error));
    return write_if_due(rows, error);
}

/* Holds those of n rows whose partitions have no open file. They take the place of the order. */
static int hold_others(struct quire_parted_rows *rows, const struct quire_view *view, int64_t first,
                       int64_t n, const uint32_t *numbers, struct quire_error *error)
{
    struct quire_row_ref *others = quire_row_order_refs(&rows->order);
    size_t size = 0;
    if (quire_buf_reserve(&rows->numbers, (size_t)n * sizeof(*numbers)) != 0)
        return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < n; i++) {
        if (quire_open_files_find(&rows->open, numbers[i]) != NULL) continue;
        others[size++] = (struct quire_row_ref){0, (uint32_t)(first + i)};
        (void)quire_buf_append(&rows->numbers, &numbers[i], sizeof(*numbers)); /* has room */
    }
    if (size == 0) return 0;
    int code = quire_column_gather(rows->held, &view, 1, others, size);
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a batch do not fit");
    return held_size(rows) >= rows->held_max ? drain(rows, error) : 0;
}

/* Moves the rows that have open files to them. What is held goes before where it may have rows of
 * these, or get a file. */
static int move_open(struct quire_parted_rows *rows, const struct quire_view *view, int64_t first,
                     int64_t n, const uint32_t *numbers, struct quire_error *error)
{
    if (rows->held_as_came || rows->open.size < rows->open.most) QUIRE_TRY(drain(rows, error));
    note_came(rows, n);
    QUIRE_TRY(quire_context_check(rows->context, error));
    QUIRE_TRY(order_rows(rows, numbers, (size_t)first, (size_t)n, error));
    for (size_t i = 0; i < rows->open.places; i++) {
        struct quire_open_file *file = &rows->open.items[i];
        if (file->file.writer != NULL) QUIRE_TRY(add_to_file(rows, view, file, error));
    }
    QUIRE_TRY(hold_others(rows, view, first, n, numbers, error));
    return quire_open_files_balance(&rows->open, error);
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
    if (rows->open.size > 0 && n >= MANY_ROWS && !rows->leaders_only)
        QUIRE_TRY(move_open(rows, view, first, n, numbers, error));
    else if (are_many(rows, (size_t)n))
        QUIRE_TRY(move_many(rows, view, first, n, numbers, error));
    else
        QUIRE_TRY(hold_all(rows, view, first, n, numbers, error));
    charge(rows);
    return 0;
}

/* Where rows went on, those that are held do too, which leaves the memory to encoders. */
int quire_parted_rows_finish(struct quire_parted_rows *rows, struct quire_error *error)
{
    if (quire_row_spill_size(&rows->spill) > 0 || rows->open.size > 0) {
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
    rows->leaders_only = rows->open.places == 1;
    return 0;
}

void quire_parted_rows_close(struct quire_parted_rows *rows)
{
    if (rows->files == NULL) return;
    quire_open_files_release(&rows->open);
    quire_budget_return(&rows->context->budget, rows->charged);
    for (size_t i = 0; i < rows->segments.size / sizeof(struct quire_buf); i++)
        quire_buf_release(segments_of(rows, i));
    quire_buf_release(&rows->segments);
    quire_row_spill_release(&rows->spill);
    quire_buf_release(&rows->numbers);
    quire_row_order_release(&rows->order);
    quire_column_free(rows->held);
    quire_column_free(rows->moved);
    quire_view_free(rows->view);
    quire_view_free(rows->saved);
}
