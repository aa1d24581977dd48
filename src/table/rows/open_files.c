/* All writers together have a share of the budget. While there is enough of it, each may take all
 * of it for its row group; when it gets scarce, those that hold more than their equal part end
 * their row groups. Files that got no rows for long while they hold much are ended then, and should
 * all of that not do, so is the largest, and fewer may be open from then on. */
#include "table/rows/open_files.h"

#include "base/fail.h"
#include "data/column_copy.h"

#define OPERATION "write table"

/* The share of the budget that writers have: one alone, or some side by side. */
#define ONE_SHARE  4
#define SOME_SHARE 2
/* What an open file takes for each leaf: at least, and until it is known. */
#define LEAF_LEAST ((size_t)224 << 10)
#define LEAF_BYTES ((size_t)512 << 10)
/* It is known behind so many rows, which are some pages. */
#define KNOWN_ROWS 65536
#define FILES_MOST 32
/* The share of what writers have that is rows on their way to them. */
#define HAND_SHARE 8
#define HAND_LEAST ((size_t)256 << 10)
#define HAND_ROWS  65536

static size_t count_leaves(const struct quire_field *field)
{
    size_t leaves = field->children_size == 0;
    for (size_t i = 0; i < field->children_size; i++)
        leaves += count_leaves(&field->children[i]);
    return leaves;
}

/* Files that have room side by side where a leaf takes so much. */
static size_t count_places(const struct quire_open_files *open, size_t leaf_bytes)
{
    size_t share = open->files->context->budget.max / SOME_SHARE;
    size_t each = count_leaves(open->files->fields) * leaf_bytes + 2 * HAND_LEAST;
    size_t places = share > 0 ? share / each : FILES_MOST;
    return places < 1 ? 1 : places > FILES_MOST ? FILES_MOST : places;
}

int quire_open_files_init(struct quire_open_files *open, struct quire_data_files *files,
                          const struct quire_row_partitions *partitions, size_t hand_bytes,
                          struct quire_error *error)
{
    open->files = files;
    open->partitions = partitions;
    open->places = count_places(open, LEAF_LEAST);
    open->most = count_places(open, LEAF_BYTES);
    open->each = count_leaves(files->fields) * LEAF_BYTES;
    open->hand_bytes = hand_bytes;
    bool some = open->places > 1;
    quire_context_share(files->context, some ? SOME_SHARE : ONE_SHARE, &open->writing);
    if (some) {
        open->hand_bytes = open->writing.budget.max / HAND_SHARE / open->places;
        if (open->hand_bytes < HAND_LEAST) open->hand_bytes = HAND_LEAST;
    }
    open->items = quire_alloc_zero(open->places, sizeof(*open->items));
    return open->items != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

/* --- Which is whose -------------------------------------------------------------------------- */

struct quire_open_file *quire_open_files_find(const struct quire_open_files *open, size_t partition)
{
    if (partition >= open->numbers_size) return NULL;
    uint32_t number = open->numbers[partition];
    return number > 0 ? &open->items[number - 1] : NULL;
}

/* Room for the number of a partition. */
static int reserve_number(struct quire_open_files *open, size_t partition)
{
    size_t size = open->numbers_size, wanted = partition + 1 + partition / 2;
    if (partition < size) return 0;
    uint32_t *numbers = quire_realloc(open->numbers, wanted * sizeof(*numbers));
    if (numbers == NULL) return QUIRE_MEMORY;
    memset(numbers + size, 0, (wanted - size) * sizeof(*numbers));
    open->numbers = numbers;
    open->numbers_size = wanted;
    return 0;
}

int quire_open_files_begin(struct quire_open_files *open, size_t partition,
                           struct quire_open_file **file, struct quire_error *error)
{
    const struct quire_row_partition *named = quire_row_partitions_at(open->partitions, partition);
    size_t place = 0;
    while (open->items[place].file.writer != NULL)
        place++;
    struct quire_open_file *item = &open->items[place];
    if (reserve_number(open, partition) != 0) return quire_fail_memory(error, OPERATION);
    if (item->rows == NULL) QUIRE_TRY(quire_column_new(open->files->fields, &item->rows, error));
    quire_context_share(&open->writing, 1, &item->context);
    item->context.writers = open->alone ? 1 : open->places;
    item->partition = partition;
    item->handed = 0;
    item->given = 0;
    item->seen = open->seen;
    open->files->context = &item->context;
    int code = quire_data_file_begin(open->files, &named->folder, &item->file, error);
    if (code != 0) {
        quire_data_file_release(&item->file);
        return code;
    }
    open->numbers[partition] = (uint32_t)place + 1;
    open->size++;
    *file = item;
    return 0;
}

/* --- Rows ------------------------------------------------------------------------------------ */

static int hand_over(struct quire_open_file *file, struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    if (file->rows->length == 0) return 0;
    file->handed = quire_column_memory(file->rows);
    file->given += file->rows->length;
    QUIRE_TRY(quire_column_finish(file->rows, &batch, error));
    int code = quire_writer_write(file->file.writer, &batch, error);
    /* Rows of a file are not those that came. */
    if (code != 0 && error != NULL) error->row = QUIRE_NOWHERE;
    return code;
}

static int hand_over_if_due(struct quire_open_files *open, struct quire_open_file *file,
                            struct quire_error *error)
{
    bool due = file->rows->length >= HAND_ROWS || quire_column_size(file->rows) >= open->hand_bytes;
    return due ? hand_over(file, error) : 0;
}

static int gather(struct quire_open_file *file, const struct quire_view *view,
                  const struct quire_row_ref *rows, size_t n, struct quire_error *error)
{
    if (file->rows->length == 0 &&
        quire_column_reserve_alike(file->rows, file->rows->length_last) != 0)
        return quire_fail_memory(error, OPERATION);
    int code = quire_column_gather(file->rows, &view, 1, rows, n);
    if (code == QUIRE_LIMIT && file->rows->length > 0) { /* long texts */
        QUIRE_TRY(hand_over(file, error));
        code = quire_column_gather(file->rows, &view, 1, rows, n);
    }
    return code == 0 ? 0 : quire_fail(error, code, OPERATION, "the rows of a partition do not fit");
}

int quire_open_files_add(struct quire_open_files *open, struct quire_open_file *file,
                         const struct quire_view *view, const struct quire_row_ref *rows, size_t n,
                         size_t row_bytes, struct quire_error *error)
{
    size_t most = open->hand_bytes / (row_bytes + 1) + 1;
    open->seen += (int64_t)(n * row_bytes);
    file->seen = open->seen;
    for (size_t start = 0; start < n;) {
        size_t held = (size_t)file->rows->length, part = most > held ? most - held : 1;
        if (part > n - start) part = n - start;
        QUIRE_TRY(gather(file, view, rows + start, part, error));
        QUIRE_TRY(hand_over_if_due(open, file, error));
        start += part;
    }
    return 0;
}

int quire_open_files_add_all(struct quire_open_files *open, struct quire_open_file *file,
                             const struct quire_view *view, struct quire_error *error)
{
    int code = quire_column_append_view(file->rows, view, 0, view->length);
    if (code == QUIRE_LIMIT && file->rows->length > 0) {
        QUIRE_TRY(hand_over(file, error));
        code = quire_column_append_view(file->rows, view, 0, view->length);
    }
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a file do not fit");
    return hand_over_if_due(open, file, error);
}

int quire_open_files_end(struct quire_open_files *open, struct quire_open_file *file,
                         struct quire_error *error)
{
    QUIRE_TRY(hand_over(file, error));
    QUIRE_TRY(quire_data_file_end(
        open->files, &quire_row_partitions_at(open->partitions, file->partition)->values,
        &file->file, error));
    open->numbers[file->partition] = 0;
    open->size--;
    return 0;
}

int quire_open_files_end_all(struct quire_open_files *open, struct quire_error *error)
{
    for (size_t i = 0; i < open->places; i++)
        if (open->items[i].file.writer != NULL)
            QUIRE_TRY(quire_open_files_end(open, &open->items[i], error));
    return 0;
}

/* --- Memory ---------------------------------------------------------------------------------- */

static size_t used_by(struct quire_context *context)
{
    return atomic_load_explicit(&context->budget.used, memory_order_relaxed);
}

/* Ends files behind whose last rows as many bytes of others came as all may hold. */
static int end_idle(struct quire_open_files *open, size_t whole, struct quire_error *error)
{
    for (size_t i = 0; i < open->places; i++) {
        struct quire_open_file *file = &open->items[i];
        if (file->file.writer == NULL || open->seen - file->seen < (int64_t)whole) continue;
        if (used_by(&file->context) < whole / open->size / 2) continue;
        QUIRE_TRY(quire_open_files_end(open, file, error));
    }
    return 0;
}

static int end_largest(struct quire_open_files *open, struct quire_error *error)
{
    struct quire_open_file *largest = NULL;
    for (size_t i = 0; i < open->places; i++) {
        struct quire_open_file *file = &open->items[i];
        if (file->file.writer != NULL &&
            (largest == NULL || used_by(&file->context) > used_by(&largest->context)))
            largest = file;
    }
    if (largest == NULL) return 0;
    QUIRE_TRY(quire_open_files_end(open, largest, error));
    open->most = open->size;
    open->over = true;
    return 0;
}

/* Lets more files be opened where those that are take less than was expected of them. */
static void allow_more(struct quire_open_files *open, size_t whole)
{
    size_t expected = 0;
    for (size_t i = 0; i < open->places; i++) {
        struct quire_open_file *file = &open->items[i];
        if (file->file.writer == NULL) continue;
        size_t used = used_by(&file->context);
        expected += file->given < KNOWN_ROWS && used < open->each ? open->each : used;
    }
    if (expected >= whole) return;
    size_t more = open->size + (whole - expected) / (open->each + 1);
    if (more > open->places) more = open->places;
    if (more > open->most) open->most = more;
}

int quire_open_files_balance(struct quire_open_files *open, struct quire_error *error)
{
    size_t whole = open->writing.budget.max;
    if (whole == 0 || open->size == 0) return 0;
    bool scarce = used_by(&open->writing) > whole / 4 * 3;
    if (scarce)
        QUIRE_TRY(end_idle(open, whole, error));
    else if (!open->over)
        allow_more(open, whole / 4 * 3);
    while (open->size > 1 && used_by(&open->writing) > whole)
        QUIRE_TRY(end_largest(open, error));
    size_t share = scarce ? whole / open->size / 2 * 3 : whole;
    for (size_t i = 0; i < open->places; i++)
        open->items[i].context.budget.max = share < whole ? share : whole;
    return 0;
}

size_t quire_open_files_memory(const struct quire_open_files *open)
{
    size_t bytes =
        open->numbers_size * sizeof(*open->numbers) + open->places * sizeof(*open->items);
    for (size_t i = 0; i < open->places; i++) {
        const struct quire_open_file *file = &open->items[i];
        if (file->rows != NULL) bytes += quire_column_memory(file->rows);
        if (file->file.writer != NULL) bytes += file->handed;
    }
    return bytes;
}

void quire_open_files_release(struct quire_open_files *open)
{
    for (size_t i = 0; open->items != NULL && i < open->places; i++) {
        quire_data_file_release(&open->items[i].file);
        quire_column_free(open->items[i].rows);
    }
    quire_free(open->items);
    quire_free(open->numbers);
}
