/* What the blocks of a report's step say that its row does not: times of other blocks than the one
 * that the row's are of, and values that the step itself says otherwise. It is kept in the row's
 * metadata as members of the block, beside those that no field is for. */
#include <string.h>

#include "base/cleanup.h"
#include "runlog/rows/rows.h"

/* What a field of a block is called in a step and a row. */
static const char *column_of(const struct quire_model_field *field)
{
    if (strcmp(field->name, "start_at") == 0) return "start_time";
    if (strcmp(field->name, "end_at") == 0) return "end_time";
    return strcmp(field->name, "mode") == 0 ? "write_mode" : field->name;
}

/* Looked up once, as every step asks. */
static const struct quire_rows_columns *columns_of(struct quire_rows *rows)
{
    struct quire_rows_columns *columns = &rows->columns;
    for (size_t i = 0; i < QUIRE_MODEL_BLOCKS && !columns->known; i++) {
        const struct quire_model *model = quire_model_blocks[i].model;
        for (size_t j = 0; j < model->fields_size && j < QUIRE_ROWS_BLOCK_FIELDS_MAX; j++) {
            const char *name = column_of(&model->fields[j]);
            columns->of_step[i][j] = quire_model_field_called(&quire_model_step, name);
            columns->of_row[i][j] = quire_model_field_called(&quire_model_row, name);
        }
    }
    columns->known = true;
    return columns;
}

static size_t count_times(const struct quire_model_block *block, const void *object)
{
    size_t times = 0;
    for (size_t i = 0; i < block->model->fields_size; i++)
        times += block->model->fields[i].kind == QUIRE_MODEL_TIME &&
                 quire_model_is_known(&block->model->fields[i], object);
    return times;
}

/* The block that times of a row are of: the first that has both, else the first that has any. */
static size_t find_times(const struct quire_runlog_report_step *step)
{
    size_t any = QUIRE_MODEL_BLOCKS, both = QUIRE_MODEL_BLOCKS;
    for (size_t i = QUIRE_MODEL_BLOCKS; i-- > 0;) {
        size_t times =
            count_times(&quire_model_blocks[i], (const char *)step + quire_model_blocks[i].offset);
        if (times > 0) any = i;
        if (times > 1) both = i;
    }
    return both < QUIRE_MODEL_BLOCKS ? both : any;
}

/* --- What a step says twice ------------------------------------------------------------------ */

/* Times of one block only are those of the step. */
int quire_rows_note_step(struct quire_rows *rows, const struct quire_model_place *place,
                         const struct quire_runlog_report_step *step)
{
    const size_t timed = find_times(step);
    const struct quire_rows_columns *columns = columns_of(rows);
    int code = 0;
    for (size_t i = 0; i < QUIRE_MODEL_BLOCKS; i++) {
        const void *object = (const char *)step + quire_model_blocks[i].offset;
        const struct quire_model *model = quire_model_blocks[i].model;
        const struct quire_model_place below = {place, quire_model_blocks[i].name,
                                                strlen(quire_model_blocks[i].name), 0};
        for (size_t j = 0; code == 0 && j < model->fields_size; j++) {
            const struct quire_model_field *field = &model->fields[j];
            if (field->kind == QUIRE_MODEL_TIME && i != timed) continue;
            if (!quire_model_is_known(field, object)) continue;
            const struct quire_rows_said own = {place, columns->of_step[i][j], &step->step};
            const struct quire_rows_said other = {&below, field, object};
            code = quire_rows_note_twice(rows, &own, &other);
        }
    }
    return code;
}

/* --- What is kept ---------------------------------------------------------------------------- */

/* The members of a block that the row lacks, "{...}" or nothing. */
static int gather(const struct quire_model_block *block,
                  const struct quire_model_field *const *columns, const void *object,
                  const struct quire_runlog_row *row, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    bool any = false;
    for (size_t i = 0; i < block->model->fields_size; i++) {
        const struct quire_model_field *field = &block->model->fields[i];
        if (!quire_model_is_known(field, object)) continue;
        if (quire_model_says_same(field, object, columns[i], row)) continue;
        if (!any) quire_json_writer_begin_object(&writer);
        any = true;
        quire_model_print_field(field, object, &writer);
    }
    if (!any) return 0;
    quire_json_writer_end_object(&writer);
    return quire_json_writer_finish(&writer);
}

struct kept {
    struct quire_buf members[QUIRE_MODEL_BLOCKS]; /* size 0: none */
    struct quire_json_node *metadata;             /* NULL: none, or no JSON */
};

static void kept_release(struct kept *kept)
{
    for (size_t i = 0; i < QUIRE_MODEL_BLOCKS; i++)
        quire_buf_release(&kept->members[i]);
}

/* Whether a member of the metadata is what a block says that no field is for: an object without a
 * member that a field is for. */
static bool is_beside(const struct quire_model_block *block, const struct quire_json_node *member)
{
    if (member == NULL) return true;
    if (member->kind != QUIRE_JSON_OBJECT) return false;
    for (const struct quire_json_node *one = member->first; one != NULL; one = one->next)
        if (quire_model_find_field(block->model, one) != NULL) return false;
    return true;
}

/* Whether all that is kept can stand among the members of the metadata. */
static bool fits(const struct kept *kept)
{
    if (kept->metadata == NULL || kept->metadata->kind != QUIRE_JSON_OBJECT) return false;
    for (size_t i = 0; i < QUIRE_MODEL_BLOCKS; i++)
        if (kept->members[i].size > 0 &&
            !is_beside(&quire_model_blocks[i],
                       quire_json_tree_get(kept->metadata, quire_model_blocks[i].name)))
            return false;
    return true;
}

/* Puts what is kept of a block behind what stands there. */
static int join_block(const struct quire_buf *members, const struct quire_json_node *beside,
                      const char *name, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf all = {0};
    int code = 0;
    for (const struct quire_json_node *one = beside->first; code == 0 && one != NULL;
         one = one->next)
        code = quire_model_add_member(&all, one->key, one->key_size, one->raw, one->raw_size);
    if (code == 0) code = quire_model_add_members(&all, members);
    return code == 0
               ? quire_model_add_member(out, name, strlen(name), (const char *)all.data, all.size)
               : code;
}

/* The metadata with what is kept in it, "{..., ...". */
static int put_within(const struct kept *kept, struct quire_buf *out)
{
    int code = 0;
    for (const struct quire_json_node *one = kept->metadata->first; code == 0 && one != NULL;
         one = one->next) {
        size_t i = 0;
        while (i < QUIRE_MODEL_BLOCKS &&
               (kept->members[i].size == 0 || !quire_model_is_key(one, quire_model_blocks[i].name)))
            i++;
        code = i < QUIRE_MODEL_BLOCKS
                   ? join_block(&kept->members[i], one, quire_model_blocks[i].name, out)
                   : quire_model_add_member(out, one->key, one->key_size, one->raw, one->raw_size);
    }
    return code;
}

static int put_all(const struct kept *kept, const char *metadata, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    bool within = fits(kept), added;
    int code = within ? put_within(kept, out) : 0;
    for (size_t i = 0; code == 0 && i < QUIRE_MODEL_BLOCKS; i++) {
        const struct quire_buf *members = &kept->members[i];
        const char *name = quire_model_blocks[i].name;
        if (members->size == 0) continue;
        if (within && quire_json_tree_get(kept->metadata, name) != NULL) continue;
        code = quire_name_set_add(&names, name, strlen(name), &added);
        if (code == 0)
            code = quire_model_add_member(out, name, strlen(name), (const char *)members->data,
                                          members->size);
    }
    if (code == 0 && !within && metadata != NULL)
        code = quire_model_join(metadata, strlen(metadata), "metadata", &names, out);
    if (code == 0) code = quire_buf_push(out, '}');
    return code == 0 ? quire_buf_terminate(out) : code;
}

int quire_rows_put_blocks(struct quire_rows *rows, struct quire_buf *out,
                          const struct quire_runlog_report_step *step, struct quire_runlog_row *row)
{
    const struct quire_rows_columns *columns = columns_of(rows);
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(kept_release) struct kept kept = {.metadata = NULL};
    size_t at = 0;
    bool any = false;
    for (size_t i = 0; i < QUIRE_MODEL_BLOCKS; i++) {
        const void *object = (const char *)step + quire_model_blocks[i].offset;
        int code =
            gather(&quire_model_blocks[i], columns->of_row[i], object, row, &kept.members[i]);
        if (code != 0) return code;
        any = any || kept.members[i].size > 0;
    }
    if (!any) return 0;
    if (row->metadata != NULL && quire_json_tree_parse(row->metadata, strlen(row->metadata), &arena,
                                                       &kept.metadata, &at) == QUIRE_MEMORY)
        return QUIRE_MEMORY;
    quire_buf_clear(out);
    int code = put_all(&kept, row->metadata, out);
    if (code == 0) row->metadata = (const char *)out->data;
    return code;
}
