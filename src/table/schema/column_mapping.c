#include "table/schema/column_mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/number.h"
#include "table/commit/commit.h"
#include "table/schema/delta_schema.h"

#define OPERATION "map columns"

struct mapper {
    struct quire_metadata_change *change;
    bool keep_names; /* files have the columns by their names */
    int64_t most;    /* the highest id that was given */
};

static int find_most(void *user, struct quire_delta_field *field)
{
    struct mapper *mapper = user;
    const struct quire_delta_member *id = quire_delta_field_get(field, QUIRE_DELTA_MAPPING_ID);
    if (id != NULL && id->number > mapper->most) mapper->most = id->number;
    return 0;
}

static int map_field(void *user, struct quire_delta_field *field)
{
    struct mapper *mapper = user;
    struct quire_arena *arena = &mapper->change->arena;
    char mark[QUIRE_COMMIT_MARK_SIZE], name[QUIRE_COMMIT_MARK_SIZE + 8];
    if (quire_delta_field_get(field, QUIRE_DELTA_MAPPING_ID) == NULL)
        QUIRE_TRY(
            quire_delta_field_set_number(arena, field, QUIRE_DELTA_MAPPING_ID, ++mapper->most));
    if (quire_delta_field_get(field, QUIRE_DELTA_MAPPING_NAME) != NULL) return 0;
    quire_commit_mark(mark);
    snprintf(name, sizeof(name), "col-%s", mark);
    return quire_delta_field_set_text(arena, field, QUIRE_DELTA_MAPPING_NAME,
                                      mapper->keep_names ? field->name : name);
}

static int map_columns(struct quire_metadata_change *change, bool keep_names,
                       struct quire_error *error)
{
    struct mapper mapper = {change, keep_names, 0};
    const char *text = quire_metadata_change_get(change, QUIRE_DELTA_MAPPING_MOST);
    char most[24];
    if (text != NULL && !quire_number_parse_i64(text, strlen(text), &mapper.most, NULL))
        mapper.most = 0;
    (void)quire_delta_type_each(change->root, find_most, &mapper);
    if (quire_delta_type_each(change->root, map_field, &mapper) != 0)
        return quire_fail_memory(error, OPERATION);
    if (mapper.most > INT32_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "all ids of columns were given");
    snprintf(most, sizeof(most), "%" PRId64, mapper.most);
    change->changed_schema = true;
    return quire_metadata_change_set(change, QUIRE_DELTA_MAPPING_MOST, most, error);
}

int quire_column_mapping_set(struct quire_metadata_change *change, const char *mode,
                             struct quire_error *error)
{
    bool mapped = quire_delta_mapping(&change->metadata, &change->protocol) != QUIRE_DELTA_MAP_NONE;
    const char *before =
        mapped ? quire_metadata_change_get(change, QUIRE_DELTA_MAPPING_MODE) : "none";
    if (strcmp(mode, before) == 0)
        return mapped ? 0
                      : quire_metadata_change_set(change, QUIRE_DELTA_MAPPING_MODE, mode, error);
    if (mapped || (!change->fresh && strcmp(mode, "id") == 0)) {
        int code = quire_fail(error, QUIRE_USAGE, OPERATION,
                              "a table does not go from column mapping \"%.20s\" to \"%.20s\"",
                              before, mode);
        if (!mapped) quire_error_hint(error, "mode \"name\" needs no files to be written anew");
        return code;
    }
    QUIRE_TRY(quire_metadata_change_raise(change, "columnMapping", error));
    QUIRE_TRY(quire_metadata_change_set(change, QUIRE_DELTA_MAPPING_MODE, mode, error));
    return map_columns(change, !change->fresh, error);
}

int quire_column_mapping_extend(struct quire_metadata_change *change, struct quire_error *error)
{
    if (quire_delta_mapping(&change->metadata, &change->protocol) == QUIRE_DELTA_MAP_NONE) return 0;
    return map_columns(change, false, error);
}
