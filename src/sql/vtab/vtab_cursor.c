/* Batches, one after the other, from the reader or from rows that are held; in each, the rows that
 * bounds leave. */
#include "sql/vtab/vtab_cursor.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

/* --- Ending --------------------------------------------------------------------------------- */

static void stop(struct quire_sql_cursor *cursor)
{
    quire_sql_bounds_release(&cursor->bounds);
    quire_array_release(&cursor->batch);
    cursor->batch.release = NULL;
    quire_view_free(cursor->read_view);
    cursor->read_view = NULL;
    quire_sql_rows_release(&cursor->rows);
    quire_sql_groups_release(&cursor->groups);
    if (cursor->grouped != NULL) cursor->source->session->held -= cursor->grouped->bytes;
    quire_sql_kept_free(cursor->grouped);
    cursor->grouped = NULL;
    cursor->view = NULL;
    cursor->kept = NULL;
    cursor->ended = true;
}

void quire_sql_cursor_end(struct quire_sql_cursor *cursor)
{
    stop(cursor);
    quire_free(cursor->columns);
    quire_free(cursor->selected);
    quire_buf_release(&cursor->scratch);
}

/* --- Batches -------------------------------------------------------------------------------- */

static void apply_bounds(const struct quire_sql_cursor *cursor, const struct quire_view *view,
                         uint8_t *keep)
{
    memset(keep, 1, (size_t)view->length);
    for (size_t i = 0; i < cursor->bounds.size; i++) {
        const struct quire_sql_bound *bound = &cursor->bounds.items[i];
        quire_sql_bound_apply(bound, &view->children[cursor->columns[bound->column].child], keep);
    }
}

/* Lists the rows of the batch for which all bounds hold. */
static int select_rows(struct quire_sql_cursor *cursor)
{
    size_t length = (size_t)cursor->length;
    cursor->selects = cursor->bounds.size > 0;
    if (!cursor->selects) return 0;
    if (length > cursor->selected_capacity) {
        uint32_t *grown = quire_realloc(cursor->selected, length * (sizeof(*grown) + 1));
        if (grown == NULL) return QUIRE_MEMORY;
        cursor->selected = grown;
        cursor->selected_capacity = length;
    }
    uint8_t *keep = (uint8_t *)(cursor->selected + cursor->selected_capacity);
    apply_bounds(cursor, cursor->view, keep);
    size_t size = 0;
    for (size_t row = 0; row < length; row++) {
        cursor->selected[size] = (uint32_t)row;
        size += keep[row];
    }
    cursor->selected_size = size;
    cursor->selected_at = 0;
    cursor->selects = size < length;
    return 0;
}

/* *got: whether there was one. */
static int read_batch(struct quire_sql_cursor *cursor, bool *got, struct quire_error *error)
{
    quire_array_release(&cursor->batch);
    cursor->batch.release = NULL;
    QUIRE_TRY(quire_sql_session_check(cursor->source->session));
    QUIRE_TRY(quire_stream_next(&cursor->rows.stream, &cursor->batch, error));
    *got = cursor->batch.release != NULL;
    if (!*got) return 0;
    cursor->view = cursor->read_view;
    return quire_view_set(cursor->read_view, &cursor->batch, error);
}

static int next_batch(struct quire_sql_cursor *cursor, bool *got, struct quire_error *error)
{
    if (cursor->kept == NULL) return read_batch(cursor, got, error);
    *got = cursor->kept_batch < cursor->kept->size;
    if (*got) cursor->view = cursor->kept->views[cursor->kept_batch++];
    return 0;
}

static void next_one(struct quire_sql_cursor *cursor)
{
    size_t batch;
    bool got = cursor->groups.order != NULL
                   ? quire_sql_groups_next(&cursor->groups, cursor->kept, &batch, &cursor->row)
                   : quire_sql_hits_next(&cursor->hits, &batch, &cursor->row);
    cursor->ended = !got;
    if (cursor->ended) return;
    cursor->view = cursor->kept->views[batch];
    cursor->start = cursor->kept->starts[batch];
}

int quire_sql_cursor_batch(struct quire_sql_cursor *cursor)
{
    struct quire_error *error = &cursor->source->session->failure;
    bool got = false;
    if (cursor->one_by_one) {
        next_one(cursor);
        return 0;
    }
    for (;;) {
        QUIRE_TRY(next_batch(cursor, &got, error));
        if (!got) {
            cursor->ended = true;
            return 0;
        }
        cursor->start += cursor->length; /* of the batch before */
        cursor->length = cursor->view->length;
        cursor->row = 0;
        if (cursor->length == 0) continue;
        if (select_rows(cursor) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        if (!cursor->selects) return 0;
        if (cursor->selected_size == 0) continue;
        cursor->row = cursor->selected[0];
        return 0;
    }
}

/* --- Beginning ------------------------------------------------------------------------------ */

/* Where a column of the source stands among those that were read: in the source's order, perhaps
 * with others between. */
static int find_child(const struct quire_sql_cursor *cursor, const struct quire_field *read,
                      size_t column, size_t *from, struct quire_error *error)
{
    const struct quire_field *field = &cursor->source->field->children[column];
    for (size_t i = 0; i < read->children_size; i++) {
        size_t at = (*from + i) % read->children_size;
        if (!quire_sql_is_column(&read->children[at], field)) continue;
        *from = at + 1;
        cursor->columns[column].child = at;
        return 0;
    }
    return quire_sql_fail_changed(cursor->source, field, error);
}

static int bind_columns(struct quire_sql_cursor *cursor, const struct quire_field *read,
                        struct quire_error *error)
{
    size_t size = cursor->source->field->children_size, from = 0;
    for (size_t i = 0; i < size; i++) {
        if (!quire_sql_plan_uses(&cursor->plan, i)) continue;
        QUIRE_TRY(find_child(cursor, read, i, &from, error));
        cursor->columns[i].get = quire_sql_getter_of(&cursor->source->field->children[i]);
    }
    return 0;
}

static int make_columns(struct quire_sql_cursor *cursor)
{
    size_t size = cursor->source->field->children_size;
    if (cursor->columns != NULL) return 0;
    cursor->columns = quire_alloc_zero(size + 1, sizeof(*cursor->columns));
    if (cursor->columns == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++) {
        cursor->columns[i].session = cursor->source->session;
        cursor->columns[i].scratch = &cursor->scratch;
    }
    return 0;
}

static int make_bounds(struct quire_sql_cursor *cursor, sqlite3_value **values)
{
    const struct quire_sql_plan *plan = &cursor->plan;
    const struct quire_field *fields = cursor->source->field->children;
    for (size_t i = 0; i < plan->terms_size; i++) {
        const struct quire_sql_term *term = &plan->terms[i];
        if (quire_sql_bound_add(&cursor->bounds, &fields[term->column], term, values[i]) != 0)
            return QUIRE_MEMORY;
    }
    quire_sql_bounds_finish(&cursor->bounds, fields);
    return 0;
}

/* Of LIMIT and OFFSET, which come after the terms. */
static int64_t rows_of(const struct quire_sql_plan *plan, sqlite3_value **values)
{
    int64_t limit = -1, offset = 0, both;
    if (!plan->limits) return -1;
    limit = sqlite3_value_int64(values[plan->terms_size]);
    if (plan->offset) offset = sqlite3_value_int64(values[plan->terms_size + 1]);
    if (limit < 0 || __builtin_add_overflow(limit, offset > 0 ? offset : 0, &both)) return -1;
    return both;
}

/* Puts the rows that are held, and that bounds leave, in groups. */
static int begin_groups(struct quire_sql_cursor *cursor, struct quire_sql_kept *kept,
                        struct quire_error *error)
{
    size_t children[QUIRE_SQL_GROUP_MAX], size = (size_t)cursor->plan.group;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *keep = NULL;
    for (size_t i = 0; i < size; i++)
        children[i] = cursor->columns[cursor->plan.group_columns[i]].child;
    if (cursor->bounds.size > 0 && kept->size > 0) {
        keep = quire_alloc((size_t)kept->starts[kept->size] + 1);
        if (keep == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        for (size_t i = 0; i < kept->size; i++)
            apply_bounds(cursor, kept->views[i], keep + kept->starts[i]);
    }
    cursor->one_by_one = true;
    int code = quire_sql_group(kept, children, size, keep, &cursor->groups);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_SQL_OPERATION);
}

static int begin_kept(struct quire_sql_cursor *cursor, struct quire_sql_kept *kept,
                      struct quire_error *error)
{
    if (cursor->bound_to != kept) QUIRE_TRY(bind_columns(cursor, kept->rows.field, error));
    cursor->bound_to = cursor->plan.group == 0 ? kept : NULL;
    cursor->kept = kept;
    cursor->kept_batch = 0;
    if (cursor->plan.group > 0) return begin_groups(cursor, kept, error);
    struct quire_sql_key key = {.size = 0};
    for (size_t i = 0; i < cursor->bounds.size && key.size < QUIRE_SQL_KEY_MAX; i++) {
        const struct quire_sql_bound *bound = &cursor->bounds.items[i];
        const struct quire_field *field = &cursor->source->field->children[bound->column];
        if (bound->compare != QUIRE_COMPARE_EQ || !quire_sql_kept_can_find(field)) continue;
        key.children[key.size] = cursor->columns[bound->column].child;
        key.values[key.size++] = bound;
    }
    cursor->one_by_one = key.size > 0;
    if (key.size == 0 || quire_sql_kept_lookup(kept, &key, &cursor->hits) == 0) return 0;
    return quire_fail_memory(error, QUIRE_SQL_OPERATION);
}

/* Rows of equal values together, where they are too many to be held. */
static int sort_rows(struct quire_sql_cursor *cursor, struct quire_error *error)
{
    const char *names[QUIRE_SQL_GROUP_MAX];
    const struct quire_sql_session *session = cursor->source->session;
    const char *folder = session->options.folder != NULL ? session->options.folder : "/tmp";
    struct ArrowArrayStream sorted = {.release = NULL};
    if (cursor->plan.group == 0) return 0;
    for (int i = 0; i < cursor->plan.group; i++)
        names[i] = cursor->source->field->children[cursor->plan.group_columns[i]].name;
    QUIRE_TRY(quire_stream_sort(&cursor->rows.stream, names, (size_t)cursor->plan.group, folder,
                                cursor->rows.context, &sorted, error));
    cursor->rows.stream = sorted;
    return 0;
}

static int begin_read(struct quire_sql_cursor *cursor, const struct quire_sql_scan *scan,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_sql_source_read(cursor->source, scan, &cursor->rows, error));
    QUIRE_TRY(bind_columns(cursor, cursor->rows.field, error));
    cursor->bound_to = NULL;
    QUIRE_TRY(sort_rows(cursor, error));
    return quire_view_new(cursor->rows.field, &cursor->read_view, error);
}

/* The rows that are to be in groups, held for this scan alone: conditions leave out some. */
static int hold_groups(struct quire_sql_cursor *cursor, const struct quire_sql_scan *scan,
                       struct quire_error *error)
{
    cursor->grouped = quire_alloc_zero(1, sizeof(*cursor->grouped));
    if (cursor->grouped == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return quire_sql_kept_load(cursor->grouped, cursor->source, scan, error);
}

/* Rows that are asked for again are held, when they fit. */
static int hold_again(struct quire_sql_cursor *cursor, struct quire_sql_kept *kept,
                      const bool *wanted, struct quire_error *error)
{
    const struct quire_sql_scan all = {.wanted = wanted};
    bool again = kept->scans++ > 0 || (cursor->source->is_once && cursor->plan.lookup);
    if (!again || kept->too_big) return 0;
    return quire_sql_kept_load(kept, cursor->source, &all, error);
}

/* Whether a row must have its number in the whole table: the reader then passes over none. */
static bool needs_numbers(const struct quire_sql_cursor *cursor)
{
    const struct quire_sql_session *session = cursor->source->session;
    return session->numbered || (session->has_or && cursor->plan.lookup);
}

static int begin_scan(struct quire_sql_cursor *cursor, struct quire_sql_kept *kept,
                      struct quire_error *error)
{
    size_t size = cursor->source->field->children_size;
    QUIRE_CLEANUP(quire_cleanup_free) bool *wanted = quire_alloc_zero(size + 1, sizeof(*wanted));
    if (wanted == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < size; i++)
        wanted[i] = quire_sql_plan_uses(&cursor->plan, i);
    struct quire_sql_scan scan = {.wanted = wanted};
    if (!needs_numbers(cursor)) {
        scan.conditions = cursor->bounds.conditions;
        scan.conditions_size = cursor->bounds.conditions_size;
    }
    if (cursor->plan.group > 0) {
        QUIRE_TRY(hold_groups(cursor, &scan, error));
        kept = cursor->grouped;
    } else {
        QUIRE_TRY(hold_again(cursor, kept, wanted, error));
    }
    return kept->loaded ? begin_kept(cursor, kept, error) : begin_read(cursor, &scan, error);
}

static int begin(struct quire_sql_cursor *cursor, struct quire_error *error)
{
    struct quire_sql_kept *kept = quire_sql_kept_find(cursor->source, cursor->plan.used);
    if (kept == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    bool held = kept->loaded && cursor->plan.group == 0;
    return held ? begin_kept(cursor, kept, error) : begin_scan(cursor, kept, error);
}

int quire_sql_cursor_begin(struct quire_sql_cursor *cursor, sqlite3_value **values)
{
    struct quire_error *error = &cursor->source->session->failure;
    stop(cursor);
    cursor->one_by_one = false;
    cursor->selects = false;
    cursor->start = cursor->length = 0;
    cursor->rows_left = rows_of(&cursor->plan, values);
    if (cursor->rows_left == 0) return 0;
    if (make_columns(cursor) != 0 || make_bounds(cursor, values) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(begin(cursor, error));
    cursor->ended = false;
    return quire_sql_cursor_batch(cursor);
}
