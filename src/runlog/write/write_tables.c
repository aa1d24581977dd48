/* The tables of a call, which may be named by what is written. What is for one of them goes
 * together, whatever comes in between. */
#include <string.h>

#include "base/fail.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

struct quire_write_table *quire_write_tables(const struct quire_write_call *call)
{
    return (struct quire_write_table *)(void *)call->tables.data;
}

size_t quire_write_tables_size(const struct quire_write_call *call)
{
    return call->tables.size / sizeof(struct quire_write_table);
}

struct quire_runlog_written *quire_write_written(const struct quire_write_call *call, size_t table)
{
    return (struct quire_runlog_written *)(void *)call->writer->tables.data + table;
}

/* --- Finding --------------------------------------------------------------------------------- */

static size_t *sorted(const struct quire_write_call *call)
{
    return (size_t *)(void *)call->tables_by_name.data;
}

/* Where a name stands among those that are sorted, or belongs. */
static size_t find(const struct quire_write_call *call, const char *name, bool *found)
{
    size_t low = 0, high = quire_write_tables_size(call);
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(quire_write_tables(call)[sorted(call)[middle]].name, name);
        if (order == 0) *found = true;
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- Adding ---------------------------------------------------------------------------------- */

static int add_written(struct quire_write_call *call, const char *name, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    if (name != NULL) QUIRE_TRY(quire_writer_locate(writer, name, error));
    const struct quire_runlog_written written = {
        .table_fqn = quire_arena_strndup(&writer->texts, writer->fqn, strlen(writer->fqn)),
        .url = quire_arena_strndup(&writer->texts, writer->url, strlen(writer->url)),
        .version = -1};
    if (written.table_fqn == NULL || written.url == NULL ||
        quire_buf_append(&writer->tables, &written, sizeof(written)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int add_table(struct quire_write_call *call, const char *name, size_t place,
                     struct quire_error *error)
{
    size_t size = quire_write_tables_size(call);
    struct quire_write_table table = {.first = QUIRE_WRITE_NONE, .last = QUIRE_WRITE_NONE};
    if (name != NULL) {
        table.name = quire_arena_strndup(&call->arena, name, strlen(name));
        if (table.name == NULL) return quire_fail_memory(error, OPERATION);
    }
    QUIRE_TRY(add_written(call, name, error));
    if (quire_buf_append(&call->tables_by_name, &size, sizeof(size)) != 0 ||
        quire_buf_append(&call->tables, &table, sizeof(table)) != 0)
        return quire_fail_memory(error, OPERATION);
    size_t *all = sorted(call);
    memmove(all + place + 1, all + place, (size - place) * sizeof(*all));
    all[place] = size;
    return 0;
}

int quire_write_take_table(struct quire_write_call *call, const char *name, size_t *table,
                           struct quire_error *error)
{
    size_t size = quire_write_tables_size(call), place = 0;
    bool found = name == NULL && size > 0;
    if (name != NULL) place = find(call, name, &found);
    if (!found) QUIRE_TRY(add_table(call, name, place, error));
    *table = found ? sorted(call)[place] : size;
    return 0;
}

void quire_write_join_table(struct quire_write_call *call, size_t unit, size_t table)
{
    struct quire_write_unit *units = quire_write_units(call);
    struct quire_write_table *joined = &quire_write_tables(call)[table];
    units[unit].table = table;
    units[unit].name = joined->name;
    units[unit].widths = joined->widths;
    if (joined->first == QUIRE_WRITE_NONE)
        joined->first = unit;
    else
        units[joined->last].next = unit;
    joined->last = unit;
}
