/* Private to table: rows that came to a merge, read back from the files that they were written to,
 * now that it is known how often each of their keys was in the table.
 *
 * Where rows of the table pass nothing on, the files stay, and only further rows for keys that were
 * there more than once are added. Else all rows are written anew, with what they take over, and the
 * files are not part of the table. */
#ifndef QUIRE_TABLE_MERGE_BACK_H
#define QUIRE_TABLE_MERGE_BACK_H

#include "table/rows/change_session.h"
#include "table/rows/merge_keys.h"

/* An identity column whose values rows take over, or get if they are new. */
struct quire_merge_identity {
    size_t number; /* among those of the writer */
    bool comes;    /* rows have values of theirs, as those of a key: new ones must have none */
};

struct quire_merge_back_options {
    const struct quire_change_session *session; /* changes are told to its, rows go to its writer */
    const struct ArrowSchema *schema;           /* of the table with the commit */
    struct quire_merge_keys *keys;
    const struct quire_merge_identity *identities; /* what is carried first, in that order */
    size_t identities_size;
    bool once; /* a key that the table had more than once is there once afterwards */
    bool anew; /* all rows are written anew */
};

/* files: struct quire_add. */
int quire_merge_back(const struct quire_merge_back_options *options, const struct quire_buf *files,
                     struct quire_error *error);

#endif
