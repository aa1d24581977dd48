/* The names of a file's columns, from its header or made up. */
#ifndef QUIRE_FORMAT_CSV_CSV_NAMES_H
#define QUIRE_FORMAT_CSV_CSV_NAMES_H

#include "format/csv/csv_read.h"

struct quire_csv_name {
    const char *text; /* terminated */
    size_t size;
    bool wanted; /* by the projection */
};

struct quire_csv_names {
    struct quire_csv_name *names;
    size_t size, capacity;
    struct quire_arena arena; /* of the texts */
};

void quire_csv_names_release(struct quire_csv_names *names); /* NULL is fine */

/* The fields of the record at bytes[start..end) as names, wanted by default. An
 * empty one is column_N, unless it is quoted and the schema has a column without a
 * name; one that was there before gets _2, _3 and so on. */
int quire_csv_names_read(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                         size_t end, struct quire_csv_names *names, struct quire_error *error);

/* column_1, column_2 … for each field of that record. */
int quire_csv_names_make(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                         size_t end, struct quire_csv_names *names, struct quire_error *error);

/* Made-up names as those of a given schema, by position; what lies beyond it keeps its
 * name, or gets another that the schema does not have. Borrows given. */
int quire_csv_names_take(struct quire_csv_names *names, const struct quire_field *given,
                         struct quire_error *error);

/* Finds the types of the wanted columns in the records at bytes[start..size) and
 * makes the schema. *need_more is set, and no schema made, when there are fewer
 * records than the policy wants and may_grow. */
int quire_csv_infer(const struct quire_csv_reader *reader, const struct quire_csv_names *names,
                    const uint8_t *bytes, size_t size, size_t start, bool may_grow, bool *need_more,
                    struct ArrowSchema *schema, struct quire_error *error);

/* Tells a survey the names that its records have. */
int quire_csv_survey_names(const struct quire_csv_reader *reader, struct quire_error *error);

#endif
