/* The schema of whole inputs: what the records of one or several have, all of them
 * looked at, in memory that their number does not change.
 *
 * Each part of an input is seen into a tree of its own, on any thread, and added in
 * the order of the input, so that fields stand in the order in which they first
 * appear. A schema that was given comes first, with its types. */
#ifndef QUIRE_DATA_SURVEY_H
#define QUIRE_DATA_SURVEY_H

#include "data/infer.h"

struct quire_survey {
    struct quire_infer_policy policy; /* how types are decided in the end */
    struct quire_field *given;        /* NULL: nothing was */
    bool any_case;                    /* names that differ by case alone are one */
    struct quire_arena arena;
    struct quire_infer_node *root;
    size_t bytes_max; /* of a tree */
};

/* given may be NULL; borrowed during the call. any_case: as quire_infer_any_case. The policy's
 * members are the caller's to set and may change until finish. Also after a failure survey is to be
 * released. */
int quire_survey_init(struct quire_survey *survey, const struct ArrowSchema *given, bool any_case,
                      size_t bytes_max, struct quire_error *error);
void quire_survey_release(struct quire_survey *survey);

/* A tree for a part, with what was given fixed; all of it is in arena. Thread-safe. */
int quire_survey_part(const struct quire_survey *survey, struct quire_arena *arena,
                      struct quire_infer_node **root, struct quire_error *error);

/* QUIRE_LIMIT when the tree in arena has outgrown what the survey may hold. */
int quire_survey_check(const struct quire_survey *survey, const struct quire_arena *arena,
                       struct quire_error *error);

/* Adds what a part has seen. */
int quire_survey_add(struct quire_survey *survey, const struct quire_infer_node *root,
                     struct quire_error *error);

/* As quire_infer_finish. */
int quire_survey_finish(const struct quire_survey *survey, struct ArrowSchema *schema,
                        struct quire_error *error);

#endif
