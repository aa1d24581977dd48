/* Private to runlog: the state of rows that come from text, which two files share: one for its
 * objects and their steps, one for what a report or an execution says beside them. */
#ifndef QUIRE_RUNLOG_ROWS_TEXT_H
#define QUIRE_RUNLOG_ROWS_TEXT_H

#include "file/object_in.h"
#include "runlog/model/json_scan.h"
#include "runlog/rows/rows.h"

#define QUIRE_ROWS_PARTS 3

/* Objects of the text: one after the other, or in lists. */
struct quire_rows_walk {
    bool in_list, first;
    int64_t index; /* of the next */
};

struct quire_rows_text {
    struct quire_rows rows; /* first */
    struct quire_runlog_text text;
    struct quire_object_in object;
    struct quire_in *spool; /* NULL: the object can be read anywhere */
    struct quire_json_scan scan;
    struct quire_rows_walk walk;
    int64_t resume; /* where the walk goes on behind a unit; -1: nowhere */
    bool by_line;   /* a unit ends on its line */
    int broken;     /* units that are no JSON */

    /* The report or execution */
    int64_t unit_offset;
    bool unit_listed;
    struct quire_runlog_execution execution;
    int64_t parts[QUIRE_ROWS_PARTS]; /* where its phases or its steps begin; -1: there are none */
    int part;
    bool part_begun;
    int64_t at, failed; /* steps of this part; of all that failed */
    struct quire_arena unit_arena, row_arena;
    struct quire_buf run, metadata;
    struct quire_model_place unit_place, above, place;
};

extern const char *const quire_rows_phases[QUIRE_ROWS_PARTS];

/* What places within a unit are below: its number, where it is one of a list. */
static inline const struct quire_model_place *
quire_rows_unit_parent(const struct quire_rows_text *rows)
{
    return rows->unit_listed ? &rows->unit_place : NULL;
}

/* Goes through the members of the unit, whose parts and context are known then. */
int quire_rows_text_begin_unit(struct quire_rows_text *rows, struct quire_error *error);

#endif
