/* Private to runlog: the state of rows that come from text, which its files share: one for units
 * and their opening, one for objects and steps, one for what a report or an execution says beside
 * them. */
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
    int64_t resume;  /* where the walk goes on behind a unit; -1: nowhere */
    int64_t element; /* where begins what is no object; -1: none was met */
    bool by_line;    /* a unit ends on its line */
    int broken;      /* units that are no JSON */

    /* The report or execution */
    int64_t unit_offset;
    bool unit_listed;
    int64_t begun; /* offset of the unit that was gone through last; -1: none */
    struct quire_rows_twice begun_twice; /* what it says twice beside its steps */
    struct quire_runlog_execution execution;
    int64_t parts[QUIRE_ROWS_PARTS]; /* where its phases or its steps begin; -1: there are none */
    int part;
    bool part_begun;
    int64_t at;                  /* steps of this part */
    struct quire_name_set names; /* of the steps of this phase */
    struct quire_runlog_report_step step;
    struct quire_arena unit_arena, row_arena;
    struct quire_buf run, metadata, blocks;
    struct quire_model_place unit_place, above, place;
};

extern const char *const quire_rows_phases[QUIRE_ROWS_PARTS];

/* What places within a unit are below: its number, where it is one of a list. */
static inline const struct quire_model_place *
quire_rows_unit_parent(const struct quire_rows_text *rows)
{
    return rows->unit_listed ? &rows->unit_place : NULL;
}

/* The rows of a unit (rows_text.c), as struct quire_rows has them. */
int quire_rows_text_begin(struct quire_rows *base, struct quire_error *error);
int quire_rows_text_next(struct quire_rows *base, struct quire_rows_item *item,
                         struct quire_error *error);
/* Errors within a unit, or of a row, name its number, and the text. Returns code. */
int quire_rows_place_error(const struct quire_rows_text *rows, int code, int64_t index,
                           struct quire_error *error);

int quire_rows_walk_begin(struct quire_rows_text *rows, struct quire_error *error);
/* Stands then at the next object. */
int quire_rows_walk_next(struct quire_rows_text *rows, bool *end, struct quire_error *error);
/* Behind what is no unit, which begins at a place: at the next item where it is another value, else
 * at the next line; within a list that is none, nowhere. Lines are units by themselves from then
 * on, unless they are parts of values; and after a while in any case, so that a text of nothing
 * else is not gone through to its end for each. */
int quire_rows_pass_broken(struct quire_rows_text *rows, int64_t begin, struct quire_error *error);

/* Goes through the members of the unit, whose parts and context are known then. */
int quire_rows_text_begin_unit(struct quire_rows_text *rows, struct quire_error *error);

#endif
