/* The objects of a text, one after the other or in lists, and where reading goes on behind what is
 * none. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows/rows_text.h"

#define BROKEN_MAX 16 /* values that are no JSON, until each line is a unit by itself */

int quire_rows_walk_begin(struct quire_rows_text *rows, struct quire_error *error)
{
    rows->element = -1;
    rows->walk = (struct quire_rows_walk){.in_list = false};
    quire_json_scan_seek(&rows->scan, 0);
    return quire_json_scan_pass_mark(&rows->scan, error);
}

static int fail_element(struct quire_rows_text *rows, struct quire_error *error)
{
    const struct quire_model_place place = {NULL, NULL, 0, rows->walk.index};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *node = NULL;
    rows->element = quire_json_scan_tell(&rows->scan);
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &arena, &node, error));
    rows->resume = quire_json_scan_tell(&rows->scan);
    return quire_model_want(node, QUIRE_JSON_OBJECT, &place, error);
}

int quire_rows_walk_next(struct quire_rows_text *rows, bool *end, struct quire_error *error)
{
    struct quire_rows_walk *walk = &rows->walk;
    int c;
    *end = false;
    for (;;) {
        if (walk->in_list) {
            bool more = false;
            QUIRE_TRY(quire_json_scan_item(&rows->scan, walk->first, &more, error));
            walk->first = false;
            walk->in_list = more;
            if (!more) continue;
            QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
            return c == '{' ? 0 : fail_element(rows, error);
        }
        QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
        if (c < 0) {
            *end = true;
            return 0;
        }
        if (c == '{') return 0;
        if (c != '[') return fail_element(rows, error);
        walk->in_list = walk->first = true;
    }
}

int quire_rows_pass_broken(struct quire_rows_text *rows, int64_t begin, struct quire_error *error)
{
    bool passed = false;
    rows->walk.index++;
    if (rows->resume >= 0 || rows->walk.in_list) return 0;
    quire_json_scan_seek(&rows->scan, begin);
    QUIRE_TRY(quire_json_scan_next_line(&rows->scan, &passed, error));
    rows->by_line = rows->by_line || !passed || ++rows->broken == BROKEN_MAX;
    rows->resume = quire_json_scan_tell(&rows->scan);
    return 0;
}
