/* The schema of inputs whose every record has been looked at: the first of the two
 * passes that QUIRE_EXTRA_EVOLVE takes. */
#ifndef QUIRE_FILE_EVOLVE_H
#define QUIRE_FILE_EVOLVE_H

#include "quire/file.h"

/* Finds the schema that holds the records of all urls: that of the options first, if
 * there is one, then fields in the order in which they first appear. QUIRE_USAGE for
 * what cannot be read a second time. Errors name the input. */
int quire_evolve(const char *const *urls, size_t urls_size,
                 const struct quire_read_options *options, struct ArrowSchema *schema,
                 struct quire_error *error);

/* Whether it takes two passes: rows alone, without any column, need no schema. */
static inline bool quire_evolve_wanted(const struct quire_record_policy *records)
{
    bool rows_only = records->columns_given && records->columns_size == 0;
    return records->extra == QUIRE_EXTRA_EVOLVE && !rows_only;
}

/* What becomes of extra fields when records are read: in a second pass none are left. */
static inline enum quire_extra quire_evolve_second(const struct quire_record_policy *records)
{
    if (records->extra != QUIRE_EXTRA_EVOLVE) return records->extra;
    return quire_evolve_wanted(records) ? QUIRE_EXTRA_ERROR : QUIRE_EXTRA_IGNORE;
}

#endif
