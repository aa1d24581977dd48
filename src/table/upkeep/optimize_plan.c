#include "table/upkeep/optimize_plan.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "quire/expr.h"
#include "table/files/file_filter.h"
#include "table/files/partition_path.h"
#include "table/schema/delta_schema.h"

#define OPERATION "optimize"
/* A file of so many percent of the target is near it. */
#define NEAR_PERCENT 75
/* A file of which so many percent of the rows are deleted is written anew, whatever its size. */
#define DELETED_PERCENT 5

struct candidate {
    struct quire_add add;
    struct quire_bytes partition; /* its folder */
    size_t order;                 /* of the log */
    int64_t bytes;                /* that its rows take */
};

struct collector {
    struct quire_optimize_plan *plan;
    const struct quire_optimize_request *request;
    const struct quire_table_columns *columns;
    struct quire_buf all;        /* struct quire_add of the version */
    struct quire_buf candidates; /* struct candidate */
};

int64_t quire_add_records(const struct quire_add *add)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *stats = NULL;
    size_t at;
    if (add->stats.data == NULL || quire_json_tree_parse((const char *)add->stats.data,
                                                         add->stats.size, &arena, &stats, &at) != 0)
        return -1;
    return quire_json_tree_i64(stats, "numRecords", -1);
}

/* --- Candidates ------------------------------------------------------------------------------ */

int quire_optimize_partition(const struct quire_table_columns *columns,
                             const struct quire_pairs *values, struct quire_arena *arena,
                             struct quire_bytes *partition)
{
    const struct quire_texts *names = &columns->names;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena scratch = {NULL, 0};
    struct quire_pairs pairs = {NULL, names->size};
    pairs.items = quire_arena_alloc(&scratch, (names->size + 1) * sizeof(*pairs.items));
    if (pairs.items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_pair *pair =
            quire_pairs_find(values, (const char *)names->items[i].data);
        struct quire_bytes value = {NULL, 0};
        if (pair != NULL && pair->value.size > 0) value = pair->value;
        pairs.items[i] = (struct quire_pair){names->items[i], value};
    }
    int code = quire_partition_key(&pairs, &key);
    *partition = (struct quire_bytes){key.data != NULL ? key.data : (const uint8_t *)"", key.size};
    return code != 0 ? code : quire_bytes_copy(arena, partition);
}

static bool same_bytes(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool is_chosen(const struct quire_optimize_request *request,
                      const struct quire_bytes *partition)
{
    if (request->partitions == NULL) return true;
    const struct quire_bytes *list =
        (const struct quire_bytes *)(const void *)request->partitions->data;
    for (size_t i = 0; i < request->partitions->size / sizeof(*list); i++)
        if (same_bytes(&list[i], partition)) return true;
    return false;
}

static bool is_wanted(const struct collector *collector, const struct quire_add *add,
                      int64_t *bytes)
{
    const struct quire_optimize_request *request = collector->request;
    int64_t least = request->small_bytes > 0 ? request->small_bytes
                                             : request->target_bytes / 100 * NEAR_PERCENT;
    bool near = add->size >= least;
    *bytes = add->size > 0 ? add->size : 0;
    if (add->deleted.storage.size == 0) return request->whole || !near;
    int64_t rows = quire_add_records(add), deleted = add->deleted.cardinality;
    if (rows > 0 && deleted <= rows)
        *bytes = (int64_t)((double)*bytes * (double)(rows - deleted) / (double)rows);
    return request->whole || !near || rows <= 0 ||
           (double)deleted * 100 >= (double)rows * DELETED_PERCENT;
}

static int take_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct collector *collector = user;
    struct quire_add copy = *add;
    if (quire_add_copy(&collector->plan->arena, &copy) != 0 ||
        quire_buf_append(&collector->all, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int choose(struct collector *collector, const struct quire_add *add)
{
    struct quire_optimize_plan *plan = collector->plan;
    struct candidate made = {.add = *add};
    plan->files_total++;
    plan->bytes_total += add->size > 0 ? add->size : 0;
    if (!is_wanted(collector, add, &made.bytes)) return 0;
    made.order = collector->candidates.size / sizeof(made);
    int code = quire_optimize_partition(collector->columns, &add->partitions, &plan->arena,
                                        &made.partition);
    if (code != 0 || !is_chosen(collector->request, &made.partition)) return code;
    return quire_buf_append(&collector->candidates, &made, sizeof(made));
}

static int choose_all(struct collector *collector, struct quire_error *error)
{
    const struct quire_add *files = (const struct quire_add *)(const void *)collector->all.data;
    size_t n = collector->all.size / sizeof(*files);
    bool *keep = quire_alloc(n + 1);
    if (keep == NULL) return quire_fail_memory(error, OPERATION);
    int code =
        quire_file_filter(collector->columns, files, n, collector->request->where, keep, error);
    for (size_t i = 0; i < n && code == 0; i++)
        if (keep[i] && choose(collector, &files[i]) != 0)
            code = quire_fail_memory(error, OPERATION);
    quire_free(keep);
    return code;
}

/* --- Bins ------------------------------------------------------------------------------------ */

static int compare_partitions(const struct candidate *a, const struct candidate *b)
{
    size_t size = a->partition.size < b->partition.size ? a->partition.size : b->partition.size;
    int order = size > 0 ? memcmp(a->partition.data, b->partition.data, size) : 0;
    if (order != 0) return order;
    return (a->partition.size > b->partition.size) - (a->partition.size < b->partition.size);
}

static int by_partition(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    int order = compare_partitions(left, right);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

/* Whether the next file goes to the bin that is open. */
static bool fits(const struct collector *collector, const struct quire_optimize_bin *bin,
                 const struct candidate *last, const struct candidate *next)
{
    if (bin->size == 0) return true;
    if (compare_partitions(last, next) != 0) return false;
    return collector->request->whole ||
           next->bytes <= collector->request->target_bytes - bin->bytes;
}

/* Rewriting one file alone is worth it for its deletion vector only. */
static int end_bin(const struct collector *collector, struct quire_optimize_bin *bin)
{
    struct quire_optimize_plan *plan = collector->plan;
    int code = 0;
    bool worth = bin->size > 1 || collector->request->whole;
    for (size_t i = 0; i < bin->size; i++)
        worth = worth || bin->files[i].deleted.storage.size > 0;
    if (bin->size > 0 && worth) code = quire_buf_append(&plan->bins, bin, sizeof(*bin));
    if (bin->size > 0) *bin = (struct quire_optimize_bin){.files = bin->files + bin->size};
    return code;
}

/* Leaves partitions that have enough files; returns how many files are left. */
static size_t leave_out(struct candidate *candidates, size_t n, size_t files_least)
{
    size_t kept = 0;
    for (size_t start = 0, end; start < n; start = end) {
        for (end = start + 1;
             end < n && compare_partitions(&candidates[start], &candidates[end]) == 0;)
            end++;
        for (size_t i = start; i < end && end - start >= files_least; i++)
            candidates[kept++] = candidates[i];
    }
    return kept;
}

static int pack(struct collector *collector)
{
    struct candidate *candidates = (struct candidate *)(void *)collector->candidates.data;
    size_t n = collector->candidates.size / sizeof(*candidates);
    struct quire_optimize_plan *plan = collector->plan;
    if (n == 0) return 0;
    qsort(candidates, n, sizeof(*candidates), by_partition);
    n = leave_out(candidates, n, collector->request->files_least);
    int code = quire_buf_reserve(&plan->files, n * sizeof(struct quire_add));
    struct quire_optimize_bin bin = {.files =
                                         (const struct quire_add *)(const void *)plan->files.data};
    for (size_t i = 0; i < n && code == 0; i++) {
        code = quire_buf_append(&plan->files, &candidates[i].add, sizeof(struct quire_add));
        if (code == 0 && !fits(collector, &bin, &candidates[i > 0 ? i - 1 : 0], &candidates[i]))
            code = end_bin(collector, &bin);
        bin.size++;
        bin.bytes += candidates[i].bytes;
    }
    return code != 0 ? code : end_bin(collector, &bin);
}

/* --- Opening --------------------------------------------------------------------------------- */

struct names {
    const struct quire_table_columns *columns;
    const char *other; /* the first that does not partition the table */
};

static int take_name(void *user, const char *name)
{
    struct names *names = user;
    const struct ArrowSchema *schema = &names->columns->logical;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (names->columns->partitions[i] >= 0 &&
            quire_text_equal_ignore_case(schema->children[i]->name, name))
            return 0;
    names->other = name;
    return 1;
}

static int check_where(const struct quire_table_columns *columns, const char *where,
                       struct quire_error *error)
{
    struct names names = {.columns = columns};
    struct quire_expr *expr = NULL;
    if (where == NULL) return 0;
    QUIRE_TRY(quire_expr_parse(where, &expr, error));
    int code = 0;
    if (quire_expr_each_column(expr, take_name, &names) != 0)
        code = quire_fail(error, QUIRE_USAGE, OPERATION,
                          "\"%.200s\" does not partition the table: a condition here chooses whole "
                          "partitions",
                          names.other);
    quire_expr_free(expr);
    return code;
}

int quire_optimize_plan_open(struct quire_snapshot *snapshot,
                             const struct quire_table_columns *columns,
                             const struct quire_optimize_request *request,
                             struct quire_optimize_plan *plan, struct quire_error *error)
{
    struct collector collector = {.plan = plan, .request = request, .columns = columns};
    QUIRE_TRY(check_where(columns, request->where, error));
    int code = quire_snapshot_each_file(snapshot, take_file, &collector, error);
    if (code == 0) code = choose_all(&collector, error);
    if (code == 0 && pack(&collector) != 0) code = quire_fail_memory(error, OPERATION);
    quire_buf_release(&collector.all);
    quire_buf_release(&collector.candidates);
    return code;
}

void quire_optimize_plan_release(struct quire_optimize_plan *plan)
{
    quire_buf_release(&plan->files);
    quire_buf_release(&plan->bins);
    quire_arena_release(&plan->arena);
    *plan = (struct quire_optimize_plan){.files_total = 0};
}
