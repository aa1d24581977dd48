/* Private to runlog: the models as tables of fields, by which they are parsed, checked and
 * printed, and the places in a document that errors name. */
#ifndef QUIRE_RUNLOG_MODEL_FIELDS_H
#define QUIRE_RUNLOG_MODEL_FIELDS_H

#include <string.h>

#include "base/alloc.h"
#include "base/json_text.h"
#include "base/json_tree.h"
#include "quire/runlog_model.h"
#include "runlog/rows/name_set.h"

enum quire_model_kind {
    QUIRE_MODEL_TEXT,
    QUIRE_MODEL_NAME,   /* a text that is not empty */
    QUIRE_MODEL_TIME,   /* RFC 3339 */
    QUIRE_MODEL_COUNT,  /* 0 or more */
    QUIRE_MODEL_NUMBER, /* 0 or more */
    QUIRE_MODEL_RATE,   /* 0 to 100 */
    QUIRE_MODEL_FLAG,
    QUIRE_MODEL_MODE, /* one of QUIRE_RUNLOG_MODES */
    QUIRE_MODEL_PHASE,
    QUIRE_MODEL_METADATA /* JSON text, with members that no field is for */
};

struct quire_model_field {
    const char *name;
    enum quire_model_kind kind;
    size_t offset;
};

struct quire_model {
    const struct quire_model_field *fields;
    size_t fields_size;
    size_t struct_size;
};

extern const struct quire_model quire_model_row;
extern const struct quire_model quire_model_context;
extern const struct quire_model quire_model_step;
extern const struct quire_model quire_model_metrics;
extern const struct quire_model quire_model_transform;
extern const struct quire_model quire_model_write;
extern const struct quire_model quire_model_validation;

/* The blocks of a report's step, in the order in which its times are looked for. */
struct quire_model_block {
    const char *name;
    const struct quire_model *model;
    size_t offset; /* in struct quire_runlog_report_step */
};
#define QUIRE_MODEL_BLOCKS 3
extern const struct quire_model_block quire_model_blocks[QUIRE_MODEL_BLOCKS];

/* A place in a document: a member of an object, or an item of a list (key NULL). */
struct quire_model_place {
    const struct quire_model_place *parent; /* NULL: the document */
    const char *key;
    size_t key_size;
    int64_t index;
};

/* Fails at a place: the cause begins with its JSON pointer (RFC 6901), the row is the index of the
 * outermost item, from 1, the column the innermost member. Returns QUIRE_INPUT. */
int quire_model_fail(const struct quire_model_place *place, struct quire_error *error,
                     const char *format, ...) QUIRE_PRINTF(3, 4);

/* Appends the JSON pointer of a place, "" for the document. 0 or QUIRE_MEMORY. */
int quire_model_append_pointer(struct quire_buf *out, const struct quire_model_place *place);

/* The words "a|b|c": whether a text is one of them. */
bool quire_model_is_word(const char *words, const char *text);

/* Why a value is not allowed, or NULL. */
const char *quire_model_refuse_number(enum quire_model_kind kind, double value);

/* Members that a parent takes by itself, by their names; "" at the end. */
#define QUIRE_MODEL_TAKEN_MAX 5

/* What an object is read with. */
struct quire_model_parsing {
    const struct quire_model_place *place;
    const char *const *taken; /* members that are left alone; NULL: none */
    struct quire_arena *arena;
    struct quire_buf *unknown; /* members that no field is for, "{..., ..." without its end */
};

/* Fills object, which is initialised, from a node that is an object. What no field is for goes to
 * the metadata field together with what stands in unknown already, or without such a field to
 * unknown. */
int quire_model_parse(const struct quire_model *model, const struct quire_json_node *node,
                      const struct quire_model_parsing *parsing, void *object,
                      struct quire_error *error);
/* The field that a member is for; NULL: none. */
const struct quire_model_field *quire_model_find_field(const struct quire_model *model,
                                                       const struct quire_json_node *member);
/* Whether a member is called so; its name may have zero bytes. */
static inline bool quire_model_is_key(const struct quire_json_node *member, const char *name)
{
    return strlen(name) == member->key_size && memcmp(name, member->key, member->key_size) == 0;
}
/* A number of JSON that is a whole one of 64 bits; false for others. */
bool quire_model_whole(const char *text, int64_t *value);
/* A time of RFC 3339 in microseconds, finer digits cut off. Why it is none, or NULL. */
const char *quire_model_time(const char *text, size_t size, int64_t *value);

/* --- Members that no field is for (model_metadata.c) -----------------------------------------
 *
 * They are gathered as an object that is not closed yet, "{..., ...". */

/* Appends a member, with what goes before it. 0 or QUIRE_MEMORY. */
int quire_model_add_member(struct quire_buf *out, const char *key, size_t key_size, const char *raw,
                           size_t raw_size);
/* The same of a member that was read, in which no name may be there twice. */
int quire_model_keep(const struct quire_json_node *member, const struct quire_model_place *parent,
                     struct quire_buf *out, struct quire_error *error);
/* QUIRE_INPUT where an object has two members of a name. */
int quire_model_check_names(const struct quire_json_node *object,
                            const struct quire_model_place *place, struct quire_error *error);
/* Appends the members of an object that is not closed. */
int quire_model_add_members(struct quire_buf *out, const struct quire_buf *members);
/* Appends the members of a JSON text that is an object, and notes their names; whole under `name`
 * where one of them is there already. What is no object is a member "metadata", what is no JSON a
 * text. */
int quire_model_join(const char *text, size_t size, const char *name, struct quire_name_set *names,
                     struct quire_buf *out);
/* Metadata as it stands in a row: JSON as it is, else a text as JSON, NULL for an empty one. Stands
 * in out, if not in text. 0 or QUIRE_MEMORY. */
int quire_model_as_json(const char *text, size_t size, struct quire_buf *out, const char **json,
                        size_t *json_size);

struct quire_model_given {
    const struct quire_model *model;
    const struct quire_json_node *object;
    const struct quire_json_node *metadata; /* its member; NULL: none */
};
/* What was given as metadata, and what parsing found that no field is for. */
int quire_model_put_metadata(const struct quire_model_given *given,
                             const struct quire_model_parsing *parsing, const char **out,
                             struct quire_error *error);

/* QUIRE_INPUT where the node is of another kind than object or list. */
int quire_model_want(const struct quire_json_node *node, enum quire_json_kind kind,
                     const struct quire_model_place *place, struct quire_error *error);

/* QUIRE_INPUT at the end, by its name, where it is before the start. */
int quire_model_check_times(const struct quire_model_place *place, const char *name, int64_t start,
                            int64_t end, struct quire_error *error);
/* A StepResult; an ExecutionResult without its steps; of a report one step's value, and "run". */
int quire_model_parse_execution(const struct quire_json_node *node,
                                const struct quire_model_place *place, struct quire_arena *arena,
                                struct quire_runlog_execution *execution,
                                struct quire_error *error);
int quire_model_parse_report_step(const struct quire_json_node *node,
                                  const struct quire_model_place *place, const char *phase,
                                  const char *name, struct quire_arena *arena,
                                  struct quire_runlog_report_step *step, struct quire_error *error);
/* Whether a member of a report that no phase is called looks like one: an object of steps; or of
 * none, which can be one only where the report has no phase. */
enum quire_model_likeness { QUIRE_MODEL_NO_PHASE, QUIRE_MODEL_PHASE_EMPTY, QUIRE_MODEL_PHASE_LIKE };
enum quire_model_likeness quire_model_like_phase(const struct quire_json_node *node);
int quire_model_fail_phase(const struct quire_model_place *place, struct quire_error *error);
int quire_model_check_phases(const struct quire_json_node *report, struct quire_error *error);
/* What a report says beside its run and phases is of the run, too; names are those of unknown. */
int quire_model_keep_beside(const struct quire_buf *unknown, struct quire_name_set *names,
                            struct quire_arena *arena, struct quire_runlog_context *run,
                            struct quire_error *error);
int quire_model_parse_run(const struct quire_json_node *node, const struct quire_model_place *place,
                          struct quire_arena *arena, struct quire_runlog_context *run,
                          struct quire_error *error);

/* --- Values (model_value.c) ------------------------------------------------------------------ */

bool quire_model_is_known(const struct quire_model_field *field, const void *object);
/* Whether both are known and equal; they are of the same kind. */
bool quire_model_says_same(const struct quire_model_field *a, const void *object_a,
                           const struct quire_model_field *b, const void *object_b);
/* NULL: none. */
const struct quire_model_field *quire_model_field_called(const struct quire_model *model,
                                                         const char *name);
/* Of a value that is known. */
void quire_model_print_value(const struct quire_model_field *field, const void *object,
                             struct quire_json_writer *writer);
/* An object stands as it is; what else metadata can be is a text. */
void quire_model_print_metadata(struct quire_json_writer *writer, const char *text);
/* Write what is known into an object that is open: a member, all members. */
void quire_model_print_field(const struct quire_model_field *field, const void *object,
                             struct quire_json_writer *writer);
void quire_model_print(const struct quire_model *model, const void *object,
                       struct quire_json_writer *writer);

void quire_model_init(const struct quire_model *model, void *object);

/* An id that is the same for the same text and seed: of the version 7 that its time says, with bits
 * that the seed makes of the text. */
void quire_runlog_uuid_of(int64_t time_ms, uint64_t seed, const char *text,
                          char out[QUIRE_RUNLOG_UUID_SIZE]);

#endif
